use strict;
use warnings;
use Config;
BEGIN {
    if (!$Config{useithreads}) {
        require Test::More;
        Test::More::plan(skip_all => 'this perl has no threads');
    }
}
use threads;
use threads::shared;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::Futures;
use Test::SysVirt::Host;
use Test::SysVirt::Perl qw(run_perl);

# A new thread gets a copy of every object. Each copy works, and ends by itself.

sub in_thread { my ($code) = @_; return threads->create({ context => 'list' }, $code)->join }

my $host = Test::SysVirt::Host->new;
my $conn = $host->conn;

subtest 'the same object on both sides' => sub {
    for my $class ($host->classes) {
        my $object = $host->object($class);
        my $look = $object->can('get_name') || $object->can('get_type') || sub { ref $_[0] };
        my $name = $look->($object);
        is_deeply([in_thread(sub { $look->($object) })], [$name], "$class: in the thread");
        is($look->($object), $name, "$class: here, as before");
    }
};

subtest 'many threads' => sub {
    my $dom = $conn->get_domain_by_name('busy');
    my @more = map { $_->list_all_domains } $conn, $conn, $conn;
    is(join(' ', map { in_thread(sub { $dom->get_name . @more }) } 1 .. 20), join(' ', ('busy' . @more) x 20), 'threads: get_name works in one thread after the other');
    is($dom->get_name, 'busy', 'threads: get_name works here after they have ended');
    my @threads = map { threads->create(sub { my $sum = 0; $sum += length $dom->get_xml_description for 1 .. 50; $sum }) } 1 .. 5;
    my $sum = 50 * length $dom->get_xml_description;
    is(join(' ', map { $_->join } @threads), join(' ', ($sum) x 5), 'threads: get_xml_description gives the same in five at once');
    is(scalar(grep { $_->get_name =~ /\w/ } @more), scalar @more, 'threads: all objects are alive here after they have ended');
};

subtest 'ends in either order' => sub {
    my $dom = $conn->get_domain_by_name('busy');
    in_thread(sub { undef $dom; undef $conn; return });
    is($dom->get_name, 'busy', 'threads: get_name works here when a thread has dropped its copy');
    in_thread(sub { $_->DESTROY for $dom, $conn; $_->DESTROY for $dom, $conn; return });
    is($dom->get_name, 'busy', 'DESTROY: twice in a thread leaves the object here alive');
    is($conn->get_type, 'TEST', 'DESTROY: in a thread leaves the connection here alive');

    my ($code) = in_thread(sub { $dom->DESTROY; eval { $dom->get_name }; $@->code });
    is($code, Sys::Virt::Error::ERR_INVALID_DOMAIN, "DESTROY: the thread's own copy has ended");

    pipe my $wait, my $go or die $!;
    my $thread = threads->create(sub { sysread $wait, my $byte, 1; $dom->get_name . ' ' . $dom->get_info->{nrVirtCpu} });
    undef $dom;
    syswrite $go, '!';
    is($thread->join, 'busy 2', 'threads: get_name works there when the object here has gone first');

    $dom = $conn->get_domain_by_name('busy');
    $thread = threads->create(sub { sysread $wait, my $byte, 1; $dom->get_name });
    $dom->DESTROY;
    syswrite $go, '!';
    is($thread->join, 'busy', 'threads: get_name works there when the object here was destroyed first');
    eval { $dom->get_name };
    is($@->code, Sys::Virt::Error::ERR_INVALID_DOMAIN, 'DESTROY: the object here stays destroyed');
    is(in_thread(sub { eval { $dom->get_name }; $@->code }), $@->code, 'DESTROY: the object is destroyed in new threads, too');
};

subtest 'objects out of threads' => sub {
    my ($made) = in_thread(sub { Sys::Virt->new(uri => 'test:///default') });
    is($made->get_type, 'TEST', 'threads: a connection opened in a thread comes back by join');
    my ($dom) = in_thread(sub { $made->get_domain_by_name('test') });
    is($dom->get_name, 'test', 'threads: a domain found in a thread comes back by join');
    my @many = in_thread(sub { $conn->list_all_domains });
    is_deeply([sort map { $_->get_name } @many], [sort map { $_->get_name } $conn->list_all_domains], 'threads: a list made in a thread comes back by join');
    my ($error) = in_thread(sub { eval { $conn->get_domain_by_name('none') }; $@ });
    is($error->code . " $error", "42 libvirt error code: 42, message: Domain not found\n", 'threads: an error made in a thread comes back by join');
};

subtest 'all of the module in a thread' => sub {
    my @got = in_thread(sub {
        my $own = Sys::Virt->new(uri => 'test:///default');
        my $dom = $own->get_domain_by_name('test');
        my $constant = Sys::Virt::Domain::STATE_RUNNING;
        no strict 'refs';
        return $dom->get_info->{state}, $constant, &{'Sys::Virt::Domain::STATE_PAUSED'}, Sys::Virt::Domain->STATE_SHUTOFF,
            Sys::Virt::Domain->can('STATE_CRASHED')->(), Sys::Virt::Domain->can('get_name')->($dom);
    });
    is_deeply(\@got, [1, 1, 3, 5, 6, 'test'], 'threads: methods and constants are there in a thread');
    is_deeply([in_thread(sub { in_thread(sub { $conn->get_type }) })], ['TEST'], 'threads: get_type works in a thread of a thread');
    is_deeply([in_thread(sub { eval { $conn->get_domain_by_name }; $@ =~ /^Usage/ ? 'usage' : $@ })], ['usage'], 'threads: a usage error is one in a thread, too');

    my ($out, $err, $status) = run_perl('-Mthreads', '-e', <<'PERL');
print threads->create({ context => 'scalar' }, sub {
    require Sys::Virt;
    Sys::Virt->new(uri => 'test:///default')->get_type . ' ' . Sys::Virt::Domain->STATE_RUNNING;
})->join;
require Sys::Virt;
print ' ', Sys::Virt->new(uri => 'test:///default')->get_type, ' ', Sys::Virt::Domain->STATE_RUNNING;
print ' ', threads->create(sub { Sys::Virt->new(uri => 'test:///default')->get_type })->join;
PERL
    is($out, 'TEST 1 TEST 1 TEST', 'use Sys::Virt: works here after it was loaded in a thread first');
    is("$status$err", '0', 'use Sys::Virt: loaded in a thread first, exits with 0 and prints nothing');
};

subtest 'errors' => sub {
    my $line = __LINE__ + 1;
    my $error = do { eval { $conn->get_domain_by_name('none') }; $@ };
    my $wanted = "Sys::Virt::get_domain_by_name $0 $line";
    is_deeply([in_thread(sub { map { $error->$_ } qw(method file line) })], [split / /, $wanted], "method, file, line: are the same in a thread's copy of an error");
    my $other = threads->create(sub { eval { $conn->get_domain_by_name('none') }; return $@ })->join;
    is($other->line, $line + 3, 'line: comes back with an error out of a thread');
    is(join(' ', map { $error->$_ } qw(method file line)), $wanted, 'method, file, line: stay when the thread with the copy has ended');
};

subtest 'connections of several threads' => sub {
    my @threads = map { my $number = $_; threads->create(sub {
        my $own = Sys::Virt->new(uri => Test::SysVirt::Host::uri());
        my $found = 0;
        for (1 .. 100) {
            $found++ if $own->get_domain_by_name('busy')->get_info->{nrVirtCpu} == 2;
            eval { $own->get_domain_by_name("none $number") };
            $found++ if $@->code == 42;
            $found++ if (() = $own->list_all_domains) == 6;
        }
        return $found;
    }) } 1 .. 4;
    is_deeply([map { $_->join } @threads], [(300) x 4], 'threads: list_all_domains works in four side by side');
};

# A loop of its own, as the default one is the process's.
subtest 'callbacks' => sub {
    my $program = <<'PERL';
use threads;
use Sys::Virt;
$| = 1;
Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'test:///default');
my $dom = $conn->get_domain_by_name('test');
my ($here, $events, $late) = (0, 0, 0);
my $timer = Sys::Virt::Event::add_timeout(1, sub { $here++; return });
$conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { $events++; return });
$conn->register_close_callback(sub { });
sub run { my ($until) = @_; for (1 .. 1000) { Sys::Virt::Event::run_default(); return 1 if $until->() } return 0 }

# The thread's loop finds timers and events of both interpreters.
my ($there, $before) = threads->create({ context => 'list' }, sub {
    my ($there, $before) = (0, $here);
    my $own = Sys::Virt::Event::add_timeout(5, sub { $there++; return });
    $dom->suspend;
    run(sub { $there >= 3 });
    Sys::Virt::Event::remove_timeout($own);
    Sys::Virt::Event::add_timeout(1, sub { $late++; return }) for 1 .. 2;
    return $there, $here - $before;
})->join;
print "there $there, of here $before\n";
run(sub { $here >= 3 });
$dom->resume;
run(sub { $events });
print "here ", $here >= 3 ? 'yes' : 'no', ", events ", $events ? 'yes' : 'no', ", late $late\n";
threads->create(sub { undef $conn; undef $dom; return })->join for 1 .. 3;
run(sub { $here >= 6 });
print $dom->get_name, "\n";
PERL
    my ($out, $err, $status) = run_perl('-e', $program);
    is($out, "there 3, of here 0\nhere yes, events yes, late 0\ntest\n", 'threads: a callback runs in its own thread only');
    is("$status$err", '0', 'threads: the program ends with 0 and prints nothing');
};
subtest 'shared objects' => sub {
    my $shared = threads::shared::shared_clone($conn->get_domain_by_name('busy'));
    ok(!eval { $shared->get_name; 1 }, 'threads::shared: get_name refuses a copy that nothing is behind');
    like($@, qr/argument 'dom' is a Sys::Virt::Domain object by name only: made or copied by other code/, 'threads::shared: the error says that the copy is an object by name only');
};

# A new thread often has its interpreter where that of an earlier one was.
subtest 'callbacks that an ended thread leaves behind' => sub {
    my ($out, $err, $status) = run_perl('-e', <<'PERL');
use threads;
use Sys::Virt;
Sys::Virt::Event::register_default();
for (1 .. 20) {
    threads->create(sub { Sys::Virt::Event::add_timeout(1, sub { print "called\n" }); return })->join;
    threads->create(sub {
        my @memory = map { { number => $_ } } 1 .. 1000;
        my $runs = 0;
        my $own = Sys::Virt::Event::add_timeout(2, sub { $runs++ });
        Sys::Virt::Event::run_default() until $runs == 3;
        Sys::Virt::Event::remove_timeout($own);
        return;
    })->join;
}
print "done\n";
PERL
    is($out, "done\n", 'threads: a callback is not called in a later thread');
    is("$status$err", '0', 'threads: a program with such callbacks ends with 0 and prints nothing');
};

subtest 'threads that end while calls run' => sub {
    needs('Future');
    my ($daemon, $hung) = map { Test::SysVirt::Daemon->new } 1, 2;
    my $server = eval { $daemon->admin->lookup_server('libvirtd') } or plan skip_all => "no libvirt-admin here: $@";
    my $uri    = $daemon->uri;
    my $conn   = Sys::Virt->new(uri => $hung->uri);
    $hung->stop;
    my $future = $conn->async->get_hostname;
    in_thread(sub { our $own = Sys::Virt->new(uri => $uri); return }) for 1 .. 3;
    ok(until_true(sub { !(() = $server->list_clients) }), 'threads: the end of a thread closes its connections');
    $hung->resume;
    ok($future->get, 'threads: and leaves the others their calls');
};
done_testing;
