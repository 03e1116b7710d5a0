# Calls that do not block, without an event loop and with libvirt's own, on its test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Scalar::Util qw(blessed reftype);
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::English;
use Test::SysVirt::Futures;
use Test::SysVirt::Host;
use Test::SysVirt::Memory;
use Test::SysVirt::Methods;
use Test::SysVirt::Perl qw(run_perl);

BEGIN { needs('Future') }

my $host = Test::SysVirt::Host->new;
my $conn = $host->conn;
my $dom  = $conn->get_domain_by_name('busy');

# What a call returns or dies of, as data: objects by class and name, without the time that the
# test driver makes up.
sub outcome {
    my ($call) = @_;
    my @values;
    return ['returns', map { plain($_) } @values] if eval { @values = $call->(); 1 };
    my $error = $@;
    return ['dies', ref $error, ref $error ? { %$error } : $error =~ s/ at \S+ line \d+\.?\n//r];
}

sub plain {
    my ($value) = @_;
    return [map { plain($_) } @$value] if ref $value eq 'ARRAY';
    return { map { $_ => plain($value->{$_}) } grep { $_ ne 'cpuTime' } keys %$value } if ref $value eq 'HASH';
    return $value if !blessed $value || reftype $value ne 'SCALAR';
    my $name = (grep { $value->can($_) } qw(get_name get_path get_uri))[0];
    return join ' ', ref $value, $name ? $value->$name : ();
}

subtest 'the same in list context as the method that blocks' => sub {
    my @calls = (
        ['Sys::Virt' => qw(get_type get_hostname get_uri is_alive is_secure get_version get_node_info list_all_domains
            list_all_networks list_all_storage_pools get_capabilities num_of_domains get_sysinfo)],
        ['Sys::Virt' => ['get_domain_by_name', 'test'], ['get_domain_by_name', 'none'], ['list_domain_ids', 10],
            ['get_all_domain_stats', 0], ['get_node_free_pages', [4], 0, 1]],
        ['Sys::Virt::Domain' => qw(get_name get_uuid get_uuid_string get_id is_active get_info get_state
            get_xml_description get_memory_parameters get_vcpu_info get_max_vcpus has_managed_save_image
            list_all_snapshots list_all_checkpoints get_os_type memory_stats get_job_stats)],
        ['Sys::Virt::Domain' => ['get_block_iotune', 'vda'], ['set_autostart', 1], ['set_memory', 65536], ['set_vcpus', 1],
            ['set_memory_parameters', { hard_limit => 4_000_000 }], ['get_snapshot_by_name', 'none'], ['block_pull', 'vda', 10]],
        ['Sys::Virt::DomainSnapshot'   => qw(get_name get_xml_description is_current has_metadata list_all_children get_parent)],
        ['Sys::Virt::DomainCheckpoint' => qw(get_name get_xml_description get_parent)],
        ['Sys::Virt::Interface'        => qw(get_name get_mac get_xml_description is_active)],
        ['Sys::Virt::Network'          => qw(get_name get_uuid get_xml_description get_bridge_name is_active get_autostart)],
        ['Sys::Virt::NodeDevice'       => qw(get_name get_parent get_xml_description list_capabilities reset)],
        ['Sys::Virt::StoragePool'      => qw(get_name get_uuid_string get_info list_all_volumes get_xml_description is_active)],
        ['Sys::Virt::StorageVol'       => qw(get_name get_key get_path get_info get_xml_description)],
        ['Sys::Virt::Stream'           => qw(abort finish)],
    );
    for (@calls) {
        my ($class, @methods) = @$_;
        my $object = $host->object($class);
        for my $call (@methods) {
            my ($method, @arguments) = ref $call ? @$call : $call;
            next if !ref $call && !$object->can($method);
            my $blocking = outcome(sub { $object->$method(@arguments) });
            my $future = eval { $object->async->$method(@arguments) };
            ok($future && $future->isa('Sys::Virt::Future') && $future->isa('Future'), "$class->$method gives a future")
                or diag($@), next;
            is_deeply(outcome(sub { $future->get }), $blocking, "and that what $method gives")
                or diag(explain($blocking));
        }
    }
};

subtest 'a connection' => sub {
    my $new = Sys::Virt->async->new(uri => 'test:///default')->get;
    is(ref $new, 'Sys::Virt', 'new gives one');
    is($new->get_domain_by_name('test')->get_name, 'test', 'that works');
    my ($error, $category) = Sys::Virt->async->new(uri => 'nowhere:///')->await->failure;
    is(ref $error, 'Sys::Virt::Error', 'or fails with an error');
    is($category, 'libvirt', 'of category libvirt');
    my $version = Sys::Virt->async->get_version;
    is($version->get, Sys::Virt->get_version, 'another method of the class');
};

subtest 'failure' => sub {
    my $future = $conn->async->get_domain_by_name('none');
    $future->await;
    ok($future->is_ready && $future->is_failed && !$future->is_done, 'it has failed');
    my ($error, $category) = $future->failure;
    is(ref $error, 'Sys::Virt::Error', 'of a Sys::Virt::Error');
    is($error->code, Sys::Virt::Error::ERR_NO_DOMAIN, 'with its code');
    is($error->domain, Sys::Virt::Error::FROM_TEST, 'and its domain');
    is($category, 'libvirt', 'and the category libvirt');
    eval { $future->get };
    is(ref $@, 'Sys::Virt::Error', 'get dies of the same');
    is("$@", "$error", 'of the same text');
    eval { Future->needs_all($conn->async->get_domain_by_name('none'))->get };
    is(ref $@, 'Sys::Virt::Error', 'and so does one that needs it');
    my $rescued = $conn->async->get_domain_by_name('none')->catch(libvirt => sub { Future->done($_[0]->code) });
    is($rescued->get, Sys::Virt::Error::ERR_NO_DOMAIN, 'catch finds the category');
    my @errors = map { ($_->await->failure)[0] } $conn->async->get_domain_by_name('one'), $conn->async->get_network_by_name('two');
    is_deeply([map { $_->code } @errors], [Sys::Virt::Error::ERR_NO_DOMAIN, Sys::Virt::Error::ERR_NO_NETWORK],
        'each call has its own error, though they run at once');
};

subtest 'the place of an error' => sub {
    my @of = (
        ['a failure' => 'Sys::Virt::get_domain_by_name', sub { $conn->async->get_domain_by_name('none') }, __LINE__],
        ['a wrong argument' => 'Sys::Virt::set_timeout', sub { $conn->async->set_timeout(-1) }, __LINE__],
        ['a connection' => 'Sys::Virt::new', sub { Sys::Virt->async->new(uri => 'nosuch:///') }, __LINE__],
        ['a connection with a deadline' => 'Sys::Virt::new', sub { Sys::Virt->async(timeout => 60)->new(uri => 'nosuch:///') }, __LINE__],
    );
    for my $of (@of) {
        my ($name, $method, $call, $line) = @$of;
        my $future = $call->();
        eval { $future->get };
        is(join(' ', map { $@->$_ } qw(method file line)), "$method $0 $line", "method, file, line: are those of the async call, of $name");
    }
};

subtest 'mistakes are found at the call' => sub {
    my $dies = sub {
        my ($call, $want, $name) = @_;
        my $future = eval { $call->() };
        my $error = $@;
        ok(!$future, "$name: no future");
        like("$error", $want, "$name: the call dies");
        return $error;
    };
    my $line = __LINE__ + 1;
    my $usage = $dies->(sub { $dom->async->get_info(1, 2, 3) }, qr/^Usage: Sys::Virt::Domain::get_info\(dom\)/, 'too many arguments');
    like($usage, qr/ at \Q$0\E line $line\.$/, 'at the place of the caller');
    $dies->(sub { $conn->async->get_domain_by_name }, qr/^Usage: Sys::Virt::get_domain_by_name\(/, 'too few arguments');
    $line = __LINE__ + 1;
    my $error = $dies->(sub { $conn->async->get_domain_by_id(2**32 + 1) }, qr/get_domain_by_id/, 'a number out of range');
    is(ref $error && $error->code, Sys::Virt::Error::ERR_INVALID_ARG, 'it is an error of libvirt');
    like("$error", qr/ at \Q$0\E line $line/, 'at the place of the caller');
    $dies->(sub { $dom->async->set_memory_parameters([]) }, qr/set_memory_parameters/, 'a reference of the wrong kind');
    $dies->(sub { $dom->async->migrate(bless {}, 'Other') }, qr/migrate/, 'an object of another class');
    $dies->(sub { $dom->async->no_such_method }, qr/no_such_method.*Sys::Virt::Domain/, 'a method that does not exist');
    $dies->(sub { $dom->async->get_domain_by_name('test') }, qr/get_domain_by_name/, 'a method of another class');
    $dies->(sub { Sys::Virt::Domain->async->get_info }, qr/get_info/, 'no object');
    my $gone = $conn->get_domain_by_name('busy');
    $gone->DESTROY;
    $dies->(sub { $gone->async->get_info }, qr/get_info/, 'an object that was destroyed');
    for my $timeout (-1, 'soon') {
        $dies->(sub { $dom->async(timeout => $timeout)->get_info }, qr/timeout/, "a timeout of $timeout");
    }
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    $dom->async->set_memory_parameters({ hard_limit => 4_000_000, no_such_key => 1 })->await;
    is(scalar(grep { /no_such_key.* at \Q$0\E line/ } @warnings), 1, 'a warning names the place of the caller');
};

subtest 'methods that need the script while they work are refused' => sub {
    my $refused = 0;
    for my $method (Test::SysVirt::Methods::all()) {
        my ($package, $name) = @$method{qw(package name)};
        my @parameters = @{ $method->{parameters} };
        next if $package =~ /Event|Error/ || !grep { $_->{kind} =~ /^(?:code|output)$/ } @parameters;
        next if $name =~ /register/;
        my $object = $host->object($package) or next;
        my @arguments = map { $host->argument($_->{kind}) } @parameters[1 .. $#parameters];
        ok(!eval { $object->async->$name(@arguments); 1 }, "$package->$name is");
        like("$@", qr/\b$name\b/, 'by name');
        $refused++;
    }
    cmp_ok($refused, '>=', 6, 'there are some');
    ok(!"Sys::Virt::$_"->can('async'), "nothing of Sys::Virt::$_ can be had so") for qw(Error Event EventImpl);
};

subtest 'arguments are read at the call' => sub {
    my $xml = '<domain type="test"><name>first</name><memory>1024</memory><os><type>hvm</type></os></domain>';
    my $future = $conn->async->create_domain($xml);
    $xml =~ s/first/other/;
    my $created = $future->get;
    is($created->get_name, 'first', 'a string may change afterwards');
    $created->destroy;

    my %limits = (hard_limit => 5_000_000);
    $future = $dom->async->set_memory_parameters(\%limits);
    %limits = (hard_limit => 6_000_000);
    $future->get;
    is($dom->get_memory_parameters->{hard_limit}, 5_000_000, 'and a hash');

    my $temporary = $conn->get_domain_by_name('busy');
    $future = $temporary->async->get_name;
    undef $temporary;
    is($future->get, 'busy', 'an object may go');

    $future = Sys::Virt->new(uri => 'test:///default')->async->get_domain_by_name('test');
    is($future->get->get_name, 'test', 'and a connection');
};

subtest 'many at once' => sub {
    my @names = map { $_->get_name } $conn->list_all_domains;
    my @futures = map { $conn->async->get_domain_by_name($_) } (@names) x 10;
    my @doms = Future->needs_all(@futures)->get;
    is_deeply([map { $_->get_name } @doms], [(@names) x 10], 'each future has the result of its own call');
    ok(!(grep { !$_->is_done } @futures), 'all are done');

    my @mixed = Future->wait_all($conn->async->get_hostname, $conn->async->get_domain_by_name('none'), Future->done('mine'))->get;
    is_deeply([map { $_->is_done ? 'done' : 'failed' } @mixed], [qw(done failed done)], 'wait_all waits for failures, too');
    my $any = Future->wait_any(map { $dom->async->get_name } 1 .. 3)->get;
    is($any, 'busy', 'wait_any');
    my $chained = $conn->async->get_domain_by_name('busy')->then(sub { $_[0]->async->get_state })->then(sub { Future->done("@_") });
    is($chained->get, join(' ', $dom->get_state), 'then, twice');
    my @order;
    my @later = map { my $n = $_; $dom->async->get_name->on_ready(sub { push @order, $n }) } 1 .. 3;
    $later[0]->get;
    $_->get for @later;
    is(scalar @order, 3, 'get lets others complete');
};

subtest 'callbacks that die' => sub {
    my $future = $dom->async->get_name;
    my $other  = $dom->async->get_id;
    $future->on_ready(sub { die "in on_ready\n" });
    eval { $future->get; Sys::Virt::Future->deliver };
    is($@, "in on_ready\n", 'the exception comes out of get');
    is(eval { $future->get }, 'busy', 'the future has its result');
    is(eval { $other->get }, $dom->get_id, 'and others get theirs');
    is(eval { $dom->async->get_name->get }, 'busy', 'and those that come later');
};

subtest 'cancelled, or dropped' => sub {
    my $ready = 0;
    my $future = $dom->async->get_name->on_ready(sub { $ready++ });
    my $done = 0;
    $future->on_done(sub { $done++ });
    $future->cancel;
    ok($future->is_cancelled, 'a future is cancelled at once');
    is($dom->async->get_id->get, $dom->get_id, 'the connection works');
    Future->wait_all(map { $dom->async->get_id } 1 .. 20)->get;
    ok($future->is_cancelled && !$done, 'what its call gives is dropped');

    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    $dom->async->get_name for 1 .. 200;
    $conn->async->get_domain_by_name('none') for 1 .. 200;
    undef(my $dropped = $dom->async->get_xml_description);
    is($dom->async->get_name->get, 'busy', 'futures may be dropped before they are ready');
    is_deeply(\@warnings, [], 'without a warning');
};

subtest 'made ready by the script' => sub {
    my $future = $dom->async->get_name;
    is($future->done('mine'), $future, 'done returns the future');
    is($future->get, 'mine', 'get gives what done was given');
    Future->wait_all(map { $dom->async->get_id } 1 .. 20)->get;
    is($future->get, 'mine', 'get gives the same when the call has ended');
    $future = $dom->async->get_name->fail("late\n", 'timer');
    is(eval { $future->get; 1 } ? 'done' : $@, "late\n", 'get dies of what fail was given');
    ok(!eval { $future->done; 1 }, 'done of one that is ready');
    like($@, qr/ at \Q$0\E line/, 'dies at the place of the caller');
    is(Sys::Virt::Future->done(1, 2)->get, 1, 'done of the class gives a future that is ready');
};

subtest 'memory' => sub {
    plan skip_all => 'no /proc/self/status here' if !defined memory();
    no_leak('a call', sub { $dom->async->get_info->get }, 10_000);
    no_leak('one that fails', sub { $conn->async->get_domain_by_name('none')->await }, 10_000);
    no_leak('one that gives an object', sub { $conn->async->get_domain_by_name('busy')->get }, 10_000);
    no_leak('one with a string and a hash', sub { $dom->async->set_memory_parameters({ hard_limit => 4_000_000 })->get }, 10_000);
    no_leak('one that is refused', sub { eval { $dom->async->get_info(1) } }, 10_000);
    my $calls = 0;
    my $now_and_then = sub { $dom->async->get_name->get if !(++$calls % 50) };
    no_leak('one that is dropped', sub { $dom->async->get_info; $now_and_then->() }, 10_000);
    no_leak('one that is cancelled', sub { $dom->async->get_info->cancel; $now_and_then->() }, 10_000);
    no_leak('one that is cancelled where nobody waits for others', sub { $dom->async->get_info->cancel }, 10_000);
};

subtest 'threads' => sub {
    plan skip_all => 'no /proc/self/task here' if !tasks();
    my ($out, $err, $status) = run_perl('-It/lib', '-MSys::Virt', '-MTest::SysVirt::Futures', '-e', <<'PERL');
        my $dom = Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test');
        $dom->get_info;
        print tasks(), "\n";
        $dom->async->get_info->get;
        print tasks() > 1 ? 'more' : 'none', "\n";
        Future->needs_all(map { $dom->async->get_info } 1 .. 1000)->get;
        print tasks(), "\n";
PERL
    is($status, 0, 'a process ends well') or diag($err);
    my ($before, $after, $many) = split /\n/, $out;
    is($before, 1, 'no thread before the first call');
    is($after, 'more', 'and then there are');
    cmp_ok($many, '<=', 1 + 5, 'one connection has five at most');
};

# The last one: a process has one event loop.
subtest "with libvirt's event loop" => sub {
    Sys::Virt::Event::register_default();
    my $tick = Sys::Virt::Event::add_timeout(20, sub { });
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $dom  = $conn->get_domain_by_name('test');
    my (@got, $rounds);
    my @futures = ($dom->async->get_name, $conn->async->get_domain_by_name('none'));
    $futures[0]->on_done(sub { push @got, @_ });
    $futures[1]->on_fail(sub { push @got, $_[0]->code })->on_ready(sub { die "in the loop\n" });
    my $died = '';
    eval { Sys::Virt::Event::run_default(); 1 } or $died .= $@ while ++$rounds < 500 && (@got < 2 || !$died);
    is_deeply([sort { $a cmp $b } @got], [Sys::Virt::Error::ERR_NO_DOMAIN, 'test'], 'the loop completes futures');
    is($died, "in the loop\n", 'what a callback dies of comes out of run_default');
    is($dom->async->get_name->get, 'test', 'get does not need the loop to run');

    my $inside;
    my $once = Sys::Virt::Event::add_timeout(0, sub { Sys::Virt::Event::remove_timeout($_[0]); $inside = $dom->async->get_name->get });
    Sys::Virt::Event::run_default() until defined $inside || $rounds++ > 1000;
    is($inside, 'test', 'get in a callback of the loop');

    my $event;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { $event = $_[2] });
    $dom->async->suspend->get;
    Sys::Virt::Event::run_default() until defined $event || $rounds++ > 1500;
    is($event, Sys::Virt::Domain::EVENT_SUSPENDED, 'events that a call on another thread causes are delivered');
    $conn->domain_event_deregister_any($id);
    Sys::Virt::Event::remove_timeout($tick);
};

done_testing;
