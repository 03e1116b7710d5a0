use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Sys::Virt::Event;
use Sys::Virt::EventImpl;
use Test2::IPC;
use Test::More;
use Test::SysVirt::Daemon;
use Test::SysVirt::EventLoop;

# Event loops written in Perl with what perl comes with: one as the manual asks for it, one the
# way of older releases, and some that do not fit. A process has one event loop, so each of them
# has a process of its own.

# A loop on IO::Poll, as a class with the given parent.
my $class = <<'EOT_CLASS';
package My::Loop;
our @ISA = 'PARENT';
use IO::Poll qw(POLLIN POLLOUT POLLERR POLLHUP);
use List::Util qw(max min);
use Time::HiRes qw(sleep time);

my @events = (
    [Sys::Virt::Event::HANDLE_READABLE, POLLIN], [Sys::Virt::Event::HANDLE_WRITABLE, POLLOUT],
    [Sys::Virt::Event::HANDLE_ERROR, POLLERR],   [Sys::Virt::Event::HANDLE_HANGUP, POLLHUP],
);

sub new { return bless { last => 0, handles => {}, timers => {}, removed => [] }, shift }

sub add_handle {
    my ($self, $fd, $events, @callback) = @_;
    $self->{handles}{ ++$self->{last} } = { fd => $fd, events => $events, callback => \@callback };
    return $self->{last};
}

sub update_handle {
    my ($self, $id, $events) = @_;
    $self->{handles}{$id}{events} = $events;
}

sub add_timeout {
    my ($self, $ms, @callback) = @_;
    $self->{timers}{ ++$self->{last} } = { callback => \@callback };
    $self->update_timeout($self->{last}, $ms);
    return $self->{last};
}

sub update_timeout {
    my ($self, $id, $ms) = @_;
    @{ $self->{timers}{$id} }{qw(ms due)} = ($ms, $ms < 0 ? 9**9**9 : time + $ms / 1000);
}

sub remove_handle  { $_[0]->remove(handles => $_[1]) }
sub remove_timeout { $_[0]->remove(timers => $_[1]) }

sub remove {
    my ($self, $kind, $id) = @_;
    my $entry = delete $self->{$kind}{$id} or return -1;
    push @{ $self->{removed} }, $entry->{callback};
    return 0;
}

sub turn {
    my ($self) = @_;
    while (my $callback = shift @{ $self->{removed} }) {
        $self->_free_callback_opaque(@$callback[2, 1]);
    }
    my $wait = max(0, min(0.02, map { $_->{due} - time } values %{ $self->{timers} }));
    my %mask;
    for my $handle (values %{ $self->{handles} }) {
        $mask{ $handle->{fd} } |= $handle->{events} & $_->[0] ? $_->[1] : 0 for @events;
    }
    my @poll = %mask;
    sleep $wait if !@poll;
    my %ready = @poll && IO::Poll::_poll($wait * 1000, @poll) > 0 ? @poll : ();
    for my $id (keys %{ $self->{handles} }) {
        my $handle = $self->{handles}{$id} or next;
        next unless $handle->{events} && $ready{ $handle->{fd} };
        my $happened = 0;
        $happened |= $ready{ $handle->{fd} } & $_->[1] ? $_->[0] : 0 for @events;
        $happened &= $handle->{events} | Sys::Virt::Event::HANDLE_ERROR | Sys::Virt::Event::HANDLE_HANGUP or next;
        $self->_run_handle_callback($id, $handle->{fd}, $happened, @{ $handle->{callback} }[0, 1]);
    }
    for my $id (keys %{ $self->{timers} }) {
        my $timer = $self->{timers}{$id} or next;
        next if $timer->{due} > time;
        $timer->{due} = time + $timer->{ms} / 1000;
        $self->_run_timeout_callback($id, @{ $timer->{callback} }[0, 1]);
    }
}
1;
EOT_CLASS

sub in_a_process {
    my ($name, $code) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        alarm 60;
        subtest $name => $code;
        exit;
    }
    waitpid $pid, 0;
    is($?, 0, "$name: the process ends with 0");
    return;
}

sub new_loop {
    my ($parent) = @_;
    eval $class =~ s/PARENT/$parent/r or die $@;
    return My::Loop->new;
}

for my $parent ('Sys::Virt::EventImpl', 'Sys::Virt::Event') {
    in_a_process("a subclass of $parent" => sub {
        my $impl = new_loop($parent);
        Sys::Virt::Event::register($impl);
        my @taken;
        my $loop = Test::SysVirt::EventLoop->new(
            turn  => sub { eval { $impl->turn; 1 } or push @taken, $@ },
            taken => sub { splice @taken },
        );
        $loop->runs_handles;
        $loop->runs_timers;
        $loop->survives_exceptions;
        my $conn = Sys::Virt->new(uri => 'test:///default');
        $loop->delivers_events($conn, $conn->get_domain_by_name('test'));
        $loop->keeps_up($conn);
        $loop->lets_go('test:///default');

        undef $conn;
        $impl->turn;
        is_deeply([map { scalar keys %{ $impl->{$_} } } qw(handles timers)], [0, 0], 'Sys::Virt::EventImpl: libvirt removes all that it added');
    });
}

in_a_process('tokens that are not the right ones' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $calls = 0;
    my $timer = Sys::Virt::Event::add_timeout(-1, sub { $calls++ });
    my $watch = Sys::Virt::Event::add_handle(0, 0, sub { $calls++ });
    my ($timer_cb, $timer_opaque, $timer_ff) = @{ $impl->{timers}{$timer}{callback} };
    my ($watch_cb, $watch_opaque, $watch_ff) = @{ $impl->{handles}{$watch}{callback} };

    my $fails = sub {
        my ($what, $method, @arguments) = @_;
        ok(!eval { $impl->$method(@arguments); 1 }, $what);
        isa_ok($@, 'Sys::Virt::Error', '_run_handle_callback: dies for what was never registered');
        like($@, qr/not registered/, '_run_handle_callback: says that it is not registered');
    };
    $fails->('numbers made up', _run_timeout_callback => $timer, 12345, 12345);
    $fails->('negative ones', _run_timeout_callback => $timer, -1, -1);
    $fails->('a callback with the data of another', _run_timeout_callback => $timer, $timer_cb, $watch_opaque);
    $fails->('a timeout run as a handle', _run_handle_callback => $timer, 0, 1, $timer_cb, $timer_opaque);
    $fails->('a handle run as a timeout', _run_timeout_callback => $watch, $watch_cb, $watch_opaque);
    $fails->('numbers made up to be freed', _free_callback_opaque => 12345, 12345);
    for my $wrong (undef, 'text', [], 2**70) {
        ok(!eval { no warnings; $impl->_run_timeout_callback($timer, $wrong, $wrong); 1 }, '_run_timeout_callback: dies for what is no number');
    }
    is($calls, 0, '_run_timeout_callback, _run_handle_callback: wrong numbers call nothing');

    $impl->_run_timeout_callback($timer, $timer_cb, $timer_opaque);
    $impl->_run_handle_callback($watch, 0, Sys::Virt::Event::HANDLE_READABLE, $watch_cb, $watch_opaque);
    is($calls, 2, '_run_timeout_callback, _run_handle_callback: the right numbers call');

    ok(!eval { $impl->_free_callback_opaque($timer_ff, $timer_opaque); 1 }, '_free_callback_opaque: dies for what libvirt still uses');
    like($@, qr/cannot be freed before it is removed/, '_free_callback_opaque: says that it must be removed first');
    Sys::Virt::Event::remove_timeout($timer);
    $impl->turn;
    $fails->('a freed one run', _run_timeout_callback => $timer, $timer_cb, $timer_opaque);
    $fails->('a freed one freed again', _free_callback_opaque => $timer_ff, $timer_opaque);
    Sys::Virt::Event::remove_handle($watch);
    $impl->turn;
});

in_a_process('several callbacks that die at once' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $dom  = $conn->get_domain_by_name('test');
    my @ids  = map { $conn->domain_event_register_any($_, 0, sub { die "event $_[2]\n" }) } undef, $dom;
    $dom->suspend;
    $dom->resume;
    my @events = ((Sys::Virt::Domain::EVENT_SUSPENDED) x 2, (Sys::Virt::Domain::EVENT_RESUMED) x 2);
    ok(!eval { $impl->turn; 1 }, 'exceptions: one comes out of a turn');
    my @taken = $@;
    my %calls = (seldom => 0, always => 0);
    for my $case ([seldom => 100_000], [always => 0]) {
        my ($name, $interval) = @$case;
        my $timer = Sys::Virt::Event::add_timeout($interval, sub { $calls{$name}++ });
        eval { $impl->_run_timeout_callback($timer, @{ $impl->{timers}{$timer}{callback} }[0, 1]) };
        push @taken, $@;
        Sys::Virt::Event::remove_timeout($timer);
    }
    is_deeply(\%calls, { seldom => 1, always => 0 }, 'exceptions: a timeout that is due at the next turn waits for the others');
    eval { $impl->turn };
    push @taken, $@;
    is_deeply(\@taken, [map { "event $_\n" } @events], 'exceptions: each comes out once, in turn');
    is(eval { $impl->turn for 1 .. 5; 1 }, 1, 'exceptions: the loop goes on afterwards') or diag($@);
    $conn->domain_event_deregister_any($_) for @ids;
});

sub Local::Guard::DESTROY { ${ $_[0][0] }++ }

in_a_process('a loop that is careless' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $timer = Sys::Virt::Event::add_timeout(-1, sub { });
    no warnings qw(once redefine);
    my $added = \&My::Loop::add_timeout;
    {
        local *My::Loop::add_timeout = sub {
            my $id = &$added;
            eval { $_[0]->_run_timeout_callback($id, @_[2, 3]); 1 } and fail('_run_timeout_callback: runs what is only being added');
            like($@, qr/cannot run inside a method that adds, updates or removes/, '_run_timeout_callback: refuses what is only being added');
            eval { $_[0]->_free_callback_opaque(@_[4, 3]); 1 } and fail('_free_callback_opaque: frees what is only being added');
            like($@, qr/cannot be freed before it is removed/, '_free_callback_opaque: refuses what is only being added');
            return $id;
        };
        my $calls = 0;
        my $other = Sys::Virt::Event::add_timeout(-1, sub { $calls++ });
        $impl->_run_timeout_callback($other, @{ $impl->{timers}{$other}{callback} }[0, 1]);
        is($calls, 1, 'add_timeout: it runs when it is added');
        Sys::Virt::Event::remove_timeout($other);
    }
    {
        my $removed = \&My::Loop::remove_timeout;
        my $freed   = 0;
        my $other   = Sys::Virt::Event::add_timeout(-1, do { my $guard = bless [\$freed], 'Local::Guard'; sub { $guard } });
        my @tokens  = @{ $impl->{timers}{$other}{callback} }[2, 1];
        # As loops do that were written for the C module.
        local *My::Loop::remove_timeout = sub {
            my ($self, $id) = @_;
            delete $self->{timers}{$id};
            $self->_free_callback_opaque(@tokens);
            return 0;
        };
        Sys::Virt::Event::remove_timeout($other);
        is($freed, 1, '_free_callback_opaque: frees what is just being removed');
    }
    {
        local *My::Loop::add_timeout = sub { $timer };
        ok(!eval { Sys::Virt::Event::add_timeout(-1, sub { }); 1 }, 'add_timeout: refuses a number that is given twice');
    }
    {
        local *My::Loop::update_timeout = sub { @_[0, 1] = () };
        Sys::Virt::Event::update_timeout($timer, 7);
    }
    Sys::Virt::Event::update_timeout($timer, 8);
    is($impl->{timers}{$timer}{ms}, 8, 'update_timeout: may change its arguments');
    Sys::Virt::Event::remove_timeout($timer);
    $impl->turn;
});

# A call on another thread has the loop look at a descriptor, before it begins.
my %begins = (
    'a call with a deadline'     => sub { $_[0]->set_timeout(30); $_[0]->get_hostname },
    'an opening with a deadline' => sub { Sys::Virt->new(uri => 'test:///default', timeout => 30) },
    eval { require Future } ? ('a call that does not block' => sub { $_[0]->async->get_hostname }) : (),
);
for my $what (sort keys %begins) {
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        alarm 60;
        Sys::Virt::Event::register(new_loop('Sys::Virt::EventImpl'));
        my $conn = Sys::Virt->new(uri => 'test:///default');
        no warnings qw(once redefine);
        *My::Loop::add_handle = sub { exit 7 };
        my $lives = sub { $begins{$what}->($conn); return 1 };
        $lives->();
        POSIX::_exit(1);
    }
    waitpid $pid, 0;
    is($?, 7 << 8, "add_handle: exits when it hears of $what");
}

in_a_process('a loop that drops what libvirt works on' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $xml    = q(<domain type='test'><name>%s</name><memory>1024</memory><os><type>hvm</type></os></domain>);
    my $update = \&My::Loop::update_timeout;
    for my $ends ([dropped => sub { undef $_[0] }], ['destroyed by hand' => sub { $_[0]->DESTROY }]) {
        my ($how, $end) = @$ends;
        my $conn = Sys::Virt->new(uri => 'test:///default');
        $conn->domain_event_register_any(undef, 0, sub { });
        my $calls = 0;
        no warnings 'redefine';
        local *My::Loop::update_timeout = sub { $end->($conn) if !$calls++; &$update };
        my $dom = $conn->define_domain(sprintf $xml, $calls . $how =~ tr/ //dr);
        isnt($calls, 0, "define_domain: the connection is $how meanwhile");
        is($dom->get_os_type, 'linux', "define_domain: the domain is good when the connection is $how meanwhile");
    }
    $impl->turn;
});

in_a_process('a loop that drops what a daemon is asked about' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    Sys::Virt::Event::register(new_loop('Sys::Virt::EventImpl'));
    my $update = \&My::Loop::update_handle;
    my ($conn, $ends);
    no warnings 'redefine';
    local *My::Loop::update_handle = sub { undef $conn if $ends; &$update };
    my %first = (list_all_domains => 'test', list_all_networks => 'default');
    for my $method (sort keys %first) {
        ($conn, $ends) = ($daemon->connect, 1);
        my ($first) = $conn->$method;
        $ends = 0;
        is($conn, undef, "$method: the connection is dropped meanwhile");
        is($first->get_name, $first{$method}, "$method: what it gives is good when the connection is dropped meanwhile");
    }
});

in_a_process('a loop that exits' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $timer = Sys::Virt::Event::add_timeout(-1, sub { });
    for my $call (
        [add_timeout => 5, sub { }], [update_timeout => $timer, 5], [remove_timeout => $timer], [add_handle => 0, 0, sub { }],
    ) {
        my ($name, @arguments) = @$call;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            no strict 'refs';
            no warnings 'redefine';
            *{"My::Loop::$name"} = sub { exit 3 };
            eval { &{"Sys::Virt::Event::$name"}(@arguments) };
            POSIX::_exit(4);
        }
        waitpid $pid, 0;
        is($? >> 8, 3, "$name: the program exits");
    }
});

in_a_process('a loop that is a constant' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Internals::SvREADONLY($impl, 1);
    ok(eval { Sys::Virt::Event::register($impl); 1 }, 'register: takes an object with all methods') or diag($@);
    Sys::Virt::Event::add_timeout(0, sub { });
    is(scalar keys %{ $impl->{timers} }, 1, "add_timeout: uses the object's method");
});

in_a_process('methods that are not there' => sub {
    @My::Half::ISA = 'Sys::Virt::EventImpl';
    my $half = bless {}, 'My::Half';
    for my $method (qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout)) {
        ok(!eval { $half->$method(1, 2, 3, 4, 5); 1 }, "$method: dies on an object without it");
        like($@, qr/^My::Half has no method $method, .* at \Q$0\E line \d+/, 'register: names class and method that are missing');
    }
    Sys::Virt::Event::register($half);
    ok(!eval { Sys::Virt::Event::add_timeout(1000, sub { }); 1 }, 'add_timeout: dies on a loop without the method');
});

in_a_process('what is not a loop' => sub {
    for my $wrong (undef, 'My::Loop', 7, {}, sub { }, bless({}, 'My::Other')) {
        my $shown = $wrong // 'undef';
        ok(!eval { Sys::Virt::Event::register($wrong); 1 }, "register: refuses $shown");
        like($@, qr/Sys::Virt::EventImpl/, 'register: says what it wants');
    }
});

in_a_process('a loop whose methods die' => sub {
    my $impl = new_loop('Sys::Virt::EventImpl');
    Sys::Virt::Event::register($impl);
    my $watch = Sys::Virt::Event::add_handle(0, 0, sub { });
    my $timer = Sys::Virt::Event::add_timeout(-1, sub { });
    for my $case (
        [add_handle => 0, 0, sub { }], [add_timeout => 5, sub { }],
        [remove_handle => $watch], [remove_timeout => $timer],
    ) {
        my ($name, @arguments) = @$case;
        no strict 'refs';
        no warnings 'redefine';
        local *{"My::Loop::$name"} = sub { die "no $name today\n" };
        ok(!eval { &{"Sys::Virt::Event::$name"}(@arguments); 1 }, "$name: dies of what the loop's method dies of");
    }
    eval { $impl->turn } for 1 .. 4;
    ok(eval { Sys::Virt::Event::remove_handle($watch); Sys::Virt::Event::remove_timeout($timer); 1 },
        'remove_handle, remove_timeout: work when the loop can do it again') or diag($@);
});

done_testing();
