# Events and the default event loop, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Constants;
use Test::SysVirt::EventLoop;
use Scalar::Util qw(weaken);
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::English;
use Test::SysVirt::Futures qw(needs);
use Test::SysVirt::Perl qw(run_perl);

Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'test:///default');
my $dom  = $conn->get_domain_by_name('test');

# Runs the loop until something is true; a timer keeps it from waiting for ever.
sub run_until {
    my ($done, $rounds) = (@_, 200);
    my $tick = Sys::Virt::Event::add_timeout(10, sub { });
    my $ok;
    Sys::Virt::Event::run_default() until $ok = $done->() or !$rounds--;
    Sys::Virt::Event::remove_timeout($tick);
    return $ok;
}

# libvirt is not initialised then, and no loop is registered.
subtest 'before all else' => sub {
    my %calls = (
        run_default    => ['run_default()', qr/no event loop is registered that could run/],
        add_handle     => ['add_handle(0, 1, sub { })', qr/code: 0, message: Unknown problem/],
        add_timeout    => ['add_timeout(1, sub { })', qr/code: 0, message: Unknown problem/],
        remove_handle  => ['remove_handle(3)', qr/code: 0, message: Unknown problem/],
        remove_timeout => ['remove_timeout(3)', qr/code: 0, message: Unknown problem/],
    );
    for my $method (sort keys %calls) {
        my ($call, $error) = @{ $calls{$method} };
        my ($out, $err, $status) = run_perl('-MSys::Virt', '-e', "alarm 20; eval { Sys::Virt::Event::$call }; print \$@; exit 7");
        is($status, 7 << 8, "$method: ends as the script says when it is called before all else") or diag($err);
        like($out, $error, "$method: dies of its own error when it is called before all else");
    }
};

subtest 'lifecycle' => sub {
    my @got;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @got, [@_]; return });
    my $one = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @got, 'one' });
    isnt($id, $one, 'domain_event_register_any: each registration has its own id');
    $dom->suspend;
    $dom->resume;
    ok(run_until(sub { @got >= 4 }), 'domain_event_register_any: both callbacks run for both events') or return;
    my ($suspended) = grep { ref } @got;
    is(ref $suspended->[0], 'Sys::Virt', 'domain_event_register_any: a callback gets the connection');
    is($suspended->[1]->get_name, 'test', 'domain_event_register_any: a callback gets the domain');
    is_deeply([@$suspended[2 .. $#$suspended]],
        [Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED], 'domain_event_register_any: a callback gets event and detail');
    $conn->domain_event_deregister_any($_) foreach $id, $one;
    @got = ();
    $dom->suspend;
    $dom->resume;
    run_until(sub { 0 }, 5);
    is_deeply(\@got, [], 'domain_event_deregister_any: no event comes afterwards');
};

subtest 'the old registration' => sub {
    my @got;
    $conn->domain_event_register(sub { push @got, $_[2] });
    eval { $conn->domain_event_register(sub { }) };
    isa_ok($@, 'Sys::Virt::Error', 'domain_event_register: a second one dies');
    $dom->suspend;
    ok(run_until(sub { @got }), 'domain_event_register: the callback runs');
    is($got[0], Sys::Virt::Domain::EVENT_SUSPENDED, 'domain_event_register: the callback gets the event');
    $conn->domain_event_deregister;
    $dom->resume;
    run_until(sub { 0 }, 5);
    is(scalar @got, 1, 'domain_event_deregister: no event comes afterwards');
};

subtest 'events of every id can be asked for' => sub {
    my %events;
    foreach my $constant (grep { $_->{name} =~ /^EVENT_ID_/ } Test::SysVirt::Constants::all()) {
        my ($class) = $constant->{package} =~ /(\w+)$/;
        push @{ $events{ $class =~ s/(?<=[a-z])(?=[A-Z])/_/gr =~ tr/A-Z/a-z/r } }, $constant->{value};
    }
    is_deeply([sort keys %events], [qw(domain network node_device secret storage_pool)], 'EVENT_ID_*: these kinds of objects have events');
    foreach my $kind (sort keys %events) {
        my ($register, $deregister) = ("${kind}_event_register_any", "${kind}_event_deregister_any");
        my ($last) = sort { $b <=> $a } @{ $events{$kind} };
        foreach my $event (@{ $events{$kind} }) {
            my $id = eval { $conn->$register(undef, $event, sub { }) };
            if (defined $id) {
                is(eval { $conn->$deregister($id); 1 }, 1, "$register: registers event $event");
            } else {
                like($@, qr/not supported|must be less than/, "$register: leaves event $event to libvirt, which refuses it");
            }
        }
        foreach my $event (-1, $last + 1) {
            eval { $conn->$register(undef, $event, sub { }) };
            is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, "$register: there is no event $event");
        }
        eval { $conn->$register(undef, 0, 'x' x 3, 1) };
        like($@, qr/^Usage: Sys::Virt::$register\(con, \w+, eventID, cb\)/, "$register: refuses too many arguments");
        eval { $conn->$register(undef, 0, [1]) };
        like($@, qr/$register: argument 'cb' is a reference to ARRAY, not a code reference/, "$register: refuses a callback that is no code");
    }
};

subtest 'networks, pools and node devices' => sub {
    my @got;
    my $network = $conn->get_network_by_name('default');
    my $net = $conn->network_event_register_any($network, Sys::Virt::Network::EVENT_ID_LIFECYCLE, sub { push @got, ['net', @_] });
    $network->destroy;
    ok(run_until(sub { @got }), 'network_event_register_any: the callback runs');
    is(ref $got[0][2], 'Sys::Virt::Network', 'network_event_register_any: the callback gets the network');
    is($got[0][3], Sys::Virt::Network::EVENT_STOPPED, 'network_event_register_any: the callback gets EVENT_STOPPED');
    $conn->network_event_deregister_any($net);

    my ($pool) = $conn->list_all_storage_pools;
    @got = ();
    my @ids = map { my $id = $_; $conn->storage_pool_event_register_any($pool, $id, sub { push @got, [$id, @_[1 .. $#_]] }) }
        Sys::Virt::StoragePool::EVENT_ID_LIFECYCLE, Sys::Virt::StoragePool::EVENT_ID_REFRESH;
    $pool->refresh;
    $pool->destroy;
    ok(run_until(sub { @got >= 2 }), 'storage_pool_event_register_any: the callbacks run');
    my ($refresh, $stopped) = @got;
    is_deeply([$refresh->[0], scalar @$refresh], [Sys::Virt::StoragePool::EVENT_ID_REFRESH, 2], 'refresh has the pool alone');
    is($stopped->[2], Sys::Virt::StoragePool::EVENT_STOPPED, 'storage_pool_event_register_any: the callback gets EVENT_STOPPED');
    $conn->storage_pool_event_deregister_any($_) foreach @ids;
};

# libvirt's own, until the callback is over.
subtest 'the domain of an event' => sub {
    my $of_event = sub {
        my ($code, $of) = @_; # libvirt has one callback for each domain, and one for all
        my ($called, @got);
        my $id = $conn->domain_event_register_any($of, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @got, $code->($_[1]) if !$called++ });
        $dom->suspend;
        $dom->resume;
        run_until(sub { @got });
        $conn->domain_event_deregister_any($id);
        return $got[0];
    };
    my $kept = $of_event->(sub { $_[0] });
    $of_event->(sub { 1 }) for 1 .. 3;
    is(eval { $kept->get_name }, 'test', 'domain_event_register_any: the domain is good when the callback is over');
    undef $kept;
    is($dom->get_name, 'test', 'domain_event_register_any: other objects of the domain outlive that of an event');

    my $destroyed = $of_event->(sub { $_[0]->DESTROY; $_[0] });
    like(eval { $destroyed->get_name } // $@, qr/is a Sys::Virt::Domain object that is already destroyed/,
        'DESTROY: ends the domain of an event for good');
    my $weak;
    is($of_event->(sub { weaken($weak = $_[0]); $weak->get_name }), 'test', 'weaken: the domain is there for the callback');
    is($weak, undef, 'weaken: nobody keeps the domain when the callback is over');
    subtest 'async' => sub {
        needs('Future');
        is($of_event->(sub { $_[0]->async->get_name })->get, 'test', 'async: keeps the domain of an event');
        is($of_event->(sub { my $name = $_[0]->async->get_name; $_[0]->DESTROY; $name })->get, 'test',
            'async: keeps the domain of an event that is destroyed by hand');
        is($of_event->(sub { $_[0]->async->get_name->get }), 'test', 'async: the domain of an event may end with the call');
    };
    # Then calls of libvirt run on another thread, which keeps the domain for itself.
    local $SIG{ALRM} = sub { };
    is($of_event->(sub { $_[0]->get_state; $_[0]->get_os_type }), 'linux', 'get_os_type: the domain of an event may end behind a call on another thread');
    is($of_event->(sub { $_[0]->get_state; $_[0] })->get_os_type, 'linux', 'get_os_type: it may be kept behind that, too');
    my @last;
    local @Local::Domain::ISA = 'Sys::Virt::Domain';
    no warnings 'once';
    local *Local::Domain::DESTROY = sub { push @last, $_[0]->get_name };
    $of_event->(sub { bless $_[0], 'Local::Domain'; 1 });
    is_deeply(\@last, ['test'], 'a destructor in Perl has the domain of an event alive');

    my $inner;
    my $outer = $of_event->(sub { $inner = $of_event->(sub { $_[0] }, $dom); $_[0] });
    is_deeply([map { eval { $_->get_name } } $outer, $inner], ['test', 'test'], 'events in a callback: both domains are good afterwards');
    $of_event->(sub { $outer = shift; $of_event->(sub { undef $outer; 1 }, $dom) });
    is($dom->get_name, 'test', 'events in a callback: the domain of the outer event may end there');
};

subtest 'callbacks that die' => sub {
    my @got;
    # libvirt has one callback for each event of each domain, one for each event, and the old one.
    my $callback = sub { my ($n) = @_; sub { push @got, $n; die { number => $n } if $n < 3 } };
    my @ids = map { $conn->domain_event_register_any($_->[0], 0, $callback->($_->[1])) } [$dom, 1], [undef, 2];
    $conn->domain_event_register($callback->(3));
    $dom->suspend;
    my @died;
    my $tick = Sys::Virt::Event::add_timeout(10, sub { });
    for (1 .. 20) {
        eval { Sys::Virt::Event::run_default(); 1 } or push @died, $@->{number};
    }
    Sys::Virt::Event::remove_timeout($tick);
    is_deeply([sort @got], [1, 2, 3], 'exceptions: every callback ran though others died');
    is_deeply([sort @died], [1, 2], 'exceptions: each came out of run_default, one at a time');
    $conn->domain_event_deregister_any($_) foreach @ids;
    $conn->domain_event_deregister;
    $dom->resume;
    ok(eval { run_until(sub { 0 }, 5); 1 }, 'run_default: goes on after exceptions');
};

subtest 'callbacks that jump out' => sub {
    no warnings 'exiting';
    my %jump = (
        'by last' => sub { last }, 'by next' => sub { next }, 'by a label' => sub { last AROUND }, 'by goto' => sub { goto BEHIND },
    );
    for my $how (sort keys %jump) {
        my ($timer, $rounds, $error) = (undef, 0, '');
        my $tick = Sys::Virt::Event::add_timeout(10, sub { });
        $timer = Sys::Virt::Event::add_timeout(0, sub { Sys::Virt::Event::remove_timeout($timer); $jump{$how}->() });
        AROUND: for my $round (1 .. 3) {
            $rounds++;
            eval { Sys::Virt::Event::run_default(); 1 } or $error .= $@;
        }
        BEHIND: Sys::Virt::Event::remove_timeout($tick);
        like($error, qr/^(?:Can't|Label not found)/, "run_default: $how out of a callback is an exception");
        is($rounds, 3, "run_default: $how leaves the loop outside alone");
    }
};

# Where a program may exit, and where a destructor may call the module. Each program prints a
# line, and exits with 3 or 0.
my %program = (
    'exit behind a callback that has died' => [3, <<'PERL'],
Sys::Virt::Event::add_timeout(1, sub { die "first\n" });
Sys::Virt::Event::add_timeout(1, sub { exit 3 });
select undef, undef, undef, 0.05;
eval { Sys::Virt::Event::run_default() };
print "goes on\n";
PERL
    'exit in the destructor of a callback' => [3, <<'PERL'],
my $timer = Sys::Virt::Event::add_timeout(1, counted(sub { exit 3 }));
Sys::Virt::Event::remove_timeout($timer);
# One that is due would go first, and end the turn.
Sys::Virt::Event::add_timeout(1000, sub { });
Sys::Virt::Event::run_default();
print "goes on\n";
PERL
    'exit in the destructor of what a callback returns' => [3, <<'PERL'],
Sys::Virt::Event::add_timeout(1, sub { Local::Guard->new(sub { exit 3 }) });
Sys::Virt::Event::run_default() for 1 .. 2;
print "goes on\n";
PERL
    'the destructor of a callback ends another' => [0, <<'PERL'],
my $other = $conn->network_event_register_any(undef, 0, sub { });
my $id = $conn->domain_event_register_any(undef, 0, counted(sub { $conn->network_event_deregister_any($other) }));
$conn->domain_event_deregister_any($id);
PERL
    'the last holder of a connection is the close callback of another' => [0, <<'PERL'],
{
    my $held = Sys::Virt->new(uri => 'test:///default');
    my $first = Sys::Virt->new(uri => 'test:///default');
    $first->register_close_callback(do { my $copy = $held; sub { $copy } });
}
PERL
    'one close callback after the other' => [0, <<'PERL'],
$conn->register_close_callback(do { my $held = Sys::Virt->new(uri => 'test:///default'); sub { $held } });
$conn->register_close_callback(sub { });
PERL
);
my $setup = <<'PERL';
use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Event;
Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'test:///default');
END { print "ends\n"; Sys::Virt::Event::run_default() if $? == 3 }
Sys::Virt::Event::add_timeout(10, sub { });

# A callback that owns a guard.
sub counted { my $guard = Local::Guard->new(@_); return sub { $guard } }
sub Local::Guard::new { my ($class, $code) = @_; return bless { code => $code }, $class }
sub Local::Guard::DESTROY { $_[0]{code}->() }
PERL
subtest 'exit, and destructors' => sub {
    for my $what (sort keys %program) {
        my ($wanted, $code) = @{ $program{$what} };
        my ($out, $err, $status) = run_perl('-e', $setup . $code);
        is($out . $err, "ends\n", $what);
        is($status, $wanted << 8, "run_default: the program ends with $wanted");
    }
};

subtest 'deregistration from inside' => sub {
    my ($id, $runs) = (undef, 0);
    my $guard = [];
    my $watch = $guard;
    weaken $watch;
    my $callback = sub { $runs++; $conn->domain_event_deregister_any($id); $guard->[0]++ };
    $id = $conn->domain_event_register_any(undef, 0, $callback);
    undef $callback;
    $dom->suspend;
    $dom->resume;
    run_until(sub { 0 }, 10);
    is($runs, 1, 'domain_event_deregister_any: a callback that ends itself ran once');
    undef $guard;
    ok(!$watch, 'domain_event_deregister_any: a callback that ends itself is freed');
};

subtest 'handles and timers' => sub {
    pipe my $read, my $write or die $!;
    my @got;
    my $watch = Sys::Virt::Event::add_handle(fileno $read, Sys::Virt::Event::HANDLE_READABLE, sub {
        push @got, [@_];
        sysread $read, my $byte, 1;
    });
    syswrite $write, 'ab';
    ok(run_until(sub { @got == 2 }), 'add_handle: the callback runs as often as there is something to read');
    is_deeply($got[0], [$watch, fileno $read, Sys::Virt::Event::HANDLE_READABLE], 'add_handle: the callback gets watch, descriptor and event');
    Sys::Virt::Event::update_handle($watch, 0);
    syswrite $write, 'c';
    run_until(sub { 0 }, 5);
    is(scalar @got, 2, 'update_handle to no events');
    Sys::Virt::Event::update_handle($watch, Sys::Virt::Event::HANDLE_READABLE);
    ok(run_until(sub { @got == 3 }), 'update_handle: the callback runs again when it is back on');
    Sys::Virt::Event::remove_handle($watch);

    my @times;
    my $timer = Sys::Virt::Event::add_timeout(-1, sub { push @times, @_ });
    run_until(sub { 0 }, 5);
    is_deeply(\@times, [], 'add_timeout: one that is off is not called');
    Sys::Virt::Event::update_timeout($timer, 0);
    ok(run_until(sub { @times >= 3 }), 'update_timeout: turns a timeout on');
    is($times[0], $timer, 'add_timeout: the callback gets its number');
    Sys::Virt::Event::remove_timeout($timer);
    foreach my $call (sub { Sys::Virt::Event::remove_timeout(4711) }, sub { Sys::Virt::Event::remove_handle(4711) }) {
        eval { $call->() };
        isa_ok($@, 'Sys::Virt::Error', 'remove_handle: dies for a watch that is not there');
    }
};

subtest 'what a dropped connection leaves behind' => sub {
    my $guard = [];
    my $watch = $guard;
    {
        my $other = Sys::Virt->new(uri => 'test:///default');
        $other->domain_event_register_any(undef, 0, sub { $guard });
        $other->domain_event_register(sub { $guard });
        $other->register_close_callback(sub { $guard });
    }
    weaken $watch;
    undef $guard;
    ok(!$watch, 'DESTROY: the callbacks of a dropped connection are freed');
    my $other = Sys::Virt->new(uri => 'test:///default');
    $other->register_close_callback(sub { });
    ok(eval { $other->unregister_close_callback; 1 }, 'unregister_close_callback: succeeds');
};

{
    my @taken;
    my $tick = Sys::Virt::Event::add_timeout(10, sub { });
    Test::SysVirt::EventLoop->new(
        turn  => sub { eval { Sys::Virt::Event::run_default(); 1 } or push @taken, $@ },
        taken => sub { splice @taken },
    )->keeps_up($conn);
    Sys::Virt::Event::remove_timeout($tick);
}

subtest 'a name for a callback' => sub {
    my $id = $conn->domain_event_register_any(undef, 0, 'main::by_name');
    $dom->suspend;
    ok(run_until(sub { our $by_name }), 'domain_event_register_any: takes a sub by its name');
    $conn->domain_event_deregister_any($id);
    $dom->resume;
};
sub by_name { our $by_name = 1 }

subtest 'a connection that is another one when it is asked for again' => sub {
    my ($asked, @given) = 0;
    tie my $changing, 'Local::Computed', sub { $asked++ ? 5 : $conn };
    my $code = bless [sub { my $again = $changing; return sub { push @given, $_[0] } }], 'Local::Code';
    my $id   = Sys::Virt::domain_event_register_any($changing, undef, 0, $code);
    is($asked, 2, 'domain_event_register_any: the object that stands for the code has asked again');
    $dom->suspend;
    $dom->resume;
    ok(run_until(sub { @given }), 'domain_event_register_any: the callback is called');
    is($given[0], $conn, 'domain_event_register_any: the callback gets the connection that it was registered on');
    $conn->domain_event_deregister_any($id);
};

{
    package Local::Computed;
    sub TIESCALAR { return bless \$_[1] }
    sub FETCH { return ${ $_[0] }->() }

    package Local::Code;
    use overload '&{}' => sub { my ($self) = @_; return $self->[0]() };
}

done_testing;
