package Test::SysVirt::EventLoop;

# What every event loop has to do for libvirt and for scripts, whoever wrote it.
#
#   my $loop = Test::SysVirt::EventLoop->new(
#       turn  => sub { ... },       runs the loop, for some hundredths of a second at most
#       taken => sub { ... });      returns the exceptions reported since the last call
#   $loop->runs_handles;            each of these is a subtest
#   $loop->runs_timers;
#   $loop->survives_exceptions;
#   $loop->delivers_events($conn, $dom);    $dom is running
#   $loop->keeps_up($conn);                 a connection to the test driver
#   $loop->lets_go($uri);

use strict;
use warnings;
use IO::Handle;
use Scalar::Util qw(weaken);
use Socket qw(AF_UNIX PF_UNSPEC SOCK_STREAM);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Test::More;
use Test::SysVirt::Memory;
use Time::HiRes qw(time);

my $READ  = Sys::Virt::Event::HANDLE_READABLE;
my $WRITE = Sys::Virt::Event::HANDLE_WRITABLE;

sub new {
    my ($class, %self) = @_;
    return bless \%self, $class;
}

# Runs the loop until the code returns something true; at most five seconds.
sub until {
    my ($self, $code) = @_;
    my $end = time + 5;
    while (time < $end) {
        my $value = $code->();
        return $value if $value;
        $self->{turn}->();
    }
    return;
}

# Runs the loop for so many seconds.
sub for {
    my ($self, $seconds) = @_;
    my $end = time + $seconds;
    $self->{turn}->() while time < $end;
    return;
}

sub sockets {
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!";
    $_->autoflush for $ours, $theirs;
    return ($ours, $theirs);
}

sub runs_handles {
    my ($self) = @_;
    subtest 'file descriptors' => sub {
        my ($ours, $theirs) = sockets();
        my $fd = fileno $ours;
        my (@calls, @others);
        my $watch = Sys::Virt::Event::add_handle($fd, $READ, sub { push @calls, [@_] });
        my $other = Sys::Virt::Event::add_handle($fd, $READ, sub { push @others, [@_] });
        cmp_ok($watch, '>', 0, 'add_handle: a watch has a number above 0');
        isnt($watch, $other, 'add_handle: another watch on the same descriptor has another number');
        my @before = times;
        $self->for(0.5);
        my @after = times;
        is_deeply(\@calls, [], 'add_handle: no call while nothing is there to read');
        cmp_ok($after[0] + $after[1] - $before[0] - $before[1], '<', 0.25, 'add_handle: the loop sleeps until something is there to read');

        print $theirs 'x';
        ok($self->until(sub { @calls >= 2 && @others }), 'add_handle: both watches are called, and again until it is read');
        is_deeply($calls[0], [$watch, $fd, $READ], 'add_handle: the callback gets the watch, the descriptor and the event');
        is_deeply($others[0], [$other, $fd, $READ], "add_handle: the other watch's callback gets its own");

        Sys::Virt::Event::remove_handle($other);
        Sys::Virt::Event::update_handle($watch, 0);
        (@calls, @others) = ();
        $self->for(0.1);
        is_deeply([@calls, @others], [], 'remove_handle, update_handle: no call when removed, or when no event is wanted');

        Sys::Virt::Event::update_handle($watch, $READ | $WRITE);
        ok($self->until(sub { grep { $_->[2] == ($READ | $WRITE) } @calls }), 'update_handle: two events come at once');
        sysread $ours, my $byte, 1;
        Sys::Virt::Event::update_handle($watch, $WRITE);
        @calls = ();
        ok($self->until(sub { @calls }), 'update_handle: called when it can be written to');
        is($calls[0][2], $WRITE, 'update_handle: called with the event asked for alone');

        Sys::Virt::Event::update_handle($watch, $READ);
        @calls = ();
        close $theirs;
        ok($self->until(sub { @calls }), 'update_handle: called when the other end is closed');
        ok($calls[0][2] & Sys::Virt::Event::HANDLE_HANGUP, 'update_handle: HANDLE_HANGUP comes without being asked for');
        Sys::Virt::Event::remove_handle($watch);
        ok(!eval { Sys::Virt::Event::remove_handle($watch); 1 }, 'remove_handle: dies for a watch that is removed already');
    };

    subtest 'file descriptors, changed from within a callback' => sub {
        my ($ours, $theirs) = sockets();
        my ($calls, $object) = (0, {});
        my $watch;
        my $first = { theirs => $theirs };
        weaken(my $weak = $first);
        $watch = Sys::Virt::Event::add_handle(fileno $ours, $READ, do {
            my $kept = $first;
            sub {
                $calls++;
                Sys::Virt::Event::remove_handle($watch);
                ok($kept->{theirs}, 'remove_handle: what a callback has stays until it returns');
            };
        });
        undef $first;
        print $theirs 'x';
        ok($self->until(sub { $calls }), 'remove_handle: a callback that removes itself is called');
        ok($self->until(sub { !$weak }), 'remove_handle: a callback that has removed itself is freed');
        is($calls, 1, 'remove_handle: a callback that has removed itself is not called again');

        # Each of two removes the other: whichever is called first is the only one.
        my @watches;
        $calls = 0;
        for my $other (1, 0) {
            push @watches, Sys::Virt::Event::add_handle(fileno $ours, $READ, sub {
                $calls++;
                Sys::Virt::Event::remove_handle($watches[$other]) if defined $watches[$other];
                undef $watches[$other];
            });
        }
        $self->for(0.1);
        cmp_ok($calls, '>', 0, 'remove_handle: one of two that remove each other is called');
        is(grep({ defined } @watches), 1, 'remove_handle: the other one is not called');
        Sys::Virt::Event::remove_handle($_) for grep { defined } @watches;

        my @events;
        $watch = Sys::Virt::Event::add_handle(fileno $ours, $READ, sub {
            push @events, $_[2];
            Sys::Virt::Event::update_handle($watch, $WRITE);
        });
        ok($self->until(sub { @events >= 2 }), 'update_handle: a callback asks for another event');
        is_deeply([@events[0, 1]], [$READ, $WRITE], 'update_handle: that event comes next');
        Sys::Virt::Event::remove_handle($watch);
    };
    return;
}

sub runs_timers {
    my ($self) = @_;
    subtest 'timeouts' => sub {
        my @calls;
        # A loop may think that it is as late as when it ran last.
        select undef, undef, undef, 0.2;
        my $start = time;
        my $timer = Sys::Virt::Event::add_timeout(60, sub { push @calls, [@_, time] });
        cmp_ok($timer, '>', 0, 'add_timeout: a timeout has a number above 0');
        ok($self->until(sub { @calls == 3 }), 'add_timeout: called again and again');
        is($calls[0][0], $timer, 'add_timeout: the callback gets its number');
        my @waits = map { $calls[$_][1] - ($_ ? $calls[$_ - 1][1] : $start) } 0 .. 2;
        cmp_ok($_, '>', 0.04, 'add_timeout: not called before its interval is over') for @waits;

        Sys::Virt::Event::update_timeout($timer, -1);
        @calls = ();
        $self->for(0.2);
        is(scalar @calls, 0, 'update_timeout: not called while it is off');
        Sys::Virt::Event::update_timeout($timer, 0);
        ok($self->until(sub { @calls >= 3 }), 'update_timeout: called at every turn when its interval is 0');
        Sys::Virt::Event::update_timeout($timer, 100_000);
        @calls = ();
        $self->for(0.2);
        is(scalar @calls, 0, 'update_timeout: not called before a long interval is over');
        Sys::Virt::Event::update_timeout($timer, 20);
        ok($self->until(sub { @calls }), 'update_timeout: called when a long interval is changed to a short one');
        Sys::Virt::Event::remove_timeout($timer);
        @calls = ();
        $self->for(0.1);
        is(scalar @calls, 0, 'remove_timeout: not called when removed');
        ok(!eval { Sys::Virt::Event::remove_timeout($timer); 1 }, 'remove_timeout: dies for a timeout that is removed already');
    };

    subtest 'timeouts that are off at first, or always due' => sub {
        my ($never, $always, $read) = (0, 0, 0);
        my ($ours, $theirs) = sockets();
        my @timers = (
            Sys::Virt::Event::add_timeout(-1, sub { $never++ }),
            Sys::Virt::Event::add_timeout(0, sub { $always++; select undef, undef, undef, 0.003 }),
        );
        my $watch = Sys::Virt::Event::add_handle(fileno $ours, $READ, sub { $read++; sysread $ours, my $byte, 1 });
        print $theirs 'x';
        ok($self->until(sub { $always >= 3 && $read }), 'add_handle: a descriptor gets its turn beside a timeout of 0');
        is($never, 0, 'add_timeout: one of -1 is never called');
        Sys::Virt::Event::remove_timeout($_) for @timers;
        Sys::Virt::Event::remove_handle($watch);
    };

    subtest 'timeouts, changed from within a callback' => sub {
        my ($calls, $timer) = (0);
        my $first = { name => 'kept' };
        weaken(my $weak = $first);
        $timer = Sys::Virt::Event::add_timeout(0, do {
            my $kept = $first;
            sub {
                $calls++;
                Sys::Virt::Event::remove_timeout($timer);
                is($kept->{name}, 'kept', 'remove_timeout: what a callback has stays until it returns');
            };
        });
        undef $first;
        ok($self->until(sub { !$weak }), 'remove_timeout: a callback that has removed itself is freed');
        $self->for(0.1);
        is($calls, 1, 'remove_timeout: a callback that has removed itself was called once');

        my $later = 0;
        $timer = Sys::Virt::Event::add_timeout(0, sub {
            Sys::Virt::Event::update_timeout($timer, -1);
            Sys::Virt::Event::add_timeout(10, sub { $later++; Sys::Virt::Event::remove_timeout($_[0]) });
        });
        ok($self->until(sub { $later }), 'add_timeout: a callback adds another timeout');
        $self->for(0.1);
        is($later, 1, 'update_timeout: that one turns itself off after one call');
        Sys::Virt::Event::remove_timeout($timer);
    };
    return;
}

sub survives_exceptions {
    my ($self) = @_;
    subtest 'callbacks that die' => sub {
        my ($ours, $theirs) = sockets();
        my ($timed, $read) = (0, 0);
        my $timer = Sys::Virt::Event::add_timeout(10, sub { die "timeout $timed\n" if ++$timed <= 2 });
        my $watch = Sys::Virt::Event::add_handle(fileno $ours, $READ, sub { die "handle $read\n" if ++$read <= 2 });
        print $theirs 'x';
        my @taken;
        ok($self->until(sub { push @taken, $self->{taken}->(); $timed >= 5 && $read >= 5 }), 'exceptions: the callbacks that died are called again');
        push @taken, $self->{taken}->();
        for my $exception ('timeout 1', 'timeout 2', 'handle 1', 'handle 2') {
            is(grep({ /\b\Q$exception\E$/m } @taken), 1, "exceptions: that of $exception is reported once");
        }
        is(scalar @taken, 4, 'exceptions: nothing else is reported');
        Sys::Virt::Event::remove_timeout($timer);
        Sys::Virt::Event::remove_handle($watch);
    };
    return;
}

sub delivers_events {
    my ($self, $conn, $dom) = @_;
    my $LIFECYCLE = Sys::Virt::Domain::EVENT_ID_LIFECYCLE;
    my $name = $dom->get_name;
    subtest 'events' => sub {
        my (@all, @once, $conn_class);
        my $all = $conn->domain_event_register_any($dom, $LIFECYCLE, sub {
            $conn_class = ref $_[0];
            push @all, [$_[1]->get_name, @_[2, 3]];
        });
        my $once;
        $once = $conn->domain_event_register_any(undef, $LIFECYCLE, sub {
            my ($conn, $changed, $event) = @_;
            return unless $changed->get_name eq $name;
            push @once, $event;
            $conn->domain_event_deregister_any($once);
            die "after $event\n";
        });
        $dom->suspend;
        is(scalar @all, 0, 'domain_event_register_any: an event waits for the loop');
        ok($self->until(sub { @all && @once }), 'domain_event_register_any: the loop delivers it');
        $dom->resume;
        ok($self->until(sub { @all >= 2 }), 'domain_event_register_any: the next event comes though a callback has died');
        is($conn_class, 'Sys::Virt', 'domain_event_register_any: callbacks get the connection');
        is_deeply(\@all, [
            [$name, Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED],
            [$name, Sys::Virt::Domain::EVENT_RESUMED, Sys::Virt::Domain::EVENT_RESUMED_UNPAUSED],
        ], 'domain_event_register_any: callbacks get domain, event and detail');
        is_deeply(\@once, [Sys::Virt::Domain::EVENT_SUSPENDED], 'domain_event_deregister_any: a callback that ends itself is called once');
        my @taken = $self->{taken}->();
        is(scalar @taken, 1, "exceptions: that of an event's callback is reported");
        like($taken[0], qr/\bafter @{[Sys::Virt::Domain::EVENT_SUSPENDED]}$/m, "exceptions: that of an event's callback is as it was thrown");

        $conn->domain_event_deregister_any($all);
        @all = ();
        $dom->suspend;
        $dom->resume;
        $self->for(0.2);
        is_deeply(\@all, [], 'domain_event_deregister_any: no event comes afterwards');
    };
    return;
}

# Events in bursts of hundreds, to a callback that lives and to one that dies now and then: none is
# lost, none comes out of turn, and nothing stays of them.
sub keeps_up {
    my ($self, $conn) = @_;
    my @doms = map {
        $conn->create_domain("<domain type='test'><name>$_</name><memory>1024</memory><os><type>hvm</type></os></domain>");
    } qw(one two three);
    for my $fatal (0, 7) {
        subtest $fatal ? 'many events, some of them fatal' : 'many events' => sub {
            plan(skip_all => 'no /proc/self/status here') if !defined memory();
            my (@sent, @died, $late);
            my ($calls, $seen, $wrong) = (0, 0, 0);
            my $taken = sub {
                for my $exception ($self->{taken}->()) {
                    my $died = shift @died // 'nothing';
                    $wrong++ if $exception !~ /\b$died$/m;
                }
            };
            my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
                my ($conn, $dom, $event) = @_;
                my $got = join ' ', $dom->get_name, $event;
                $wrong++ if $got ne (shift @sent // 'nothing');
                return if !$fatal || ++$seen % $fatal;
                push @died, "$got of $seen";
                die "$died[-1]\n";
            });
            no_leak('nothing stays of them', sub {
                return if $late;
                for my $dom (@doms) {
                    my $name = $dom->get_name;
                    $dom->suspend;
                    push @sent, join ' ', $name, Sys::Virt::Domain::EVENT_SUSPENDED;
                }
                for my $dom (reverse @doms) {
                    my $name = $dom->get_name;
                    $dom->resume;
                    push @sent, join ' ', $name, Sys::Virt::Domain::EVENT_RESUMED;
                }
                return if ++$calls % 50;
                $late = !$self->until(sub { $taken->(); !@sent && !@died });
            }, 2000);
            ok(!$late, 'exceptions: all events and all exceptions of a burst come') or diag(scalar(@sent) . ' events, ' . @died . ' exceptions missing');
            is($wrong, 0, 'exceptions: they come in the order in which they happened');
            $conn->domain_event_deregister_any($id);
        };
    }
    $_->destroy for @doms;
    return;
}

sub descriptors { scalar(() = glob '/proc/self/fd/*') }

# Opens, uses and drops connections: callbacks and descriptors go with them.
sub lets_go {
    my ($self, $uri) = @_;
    subtest "nothing stays of connections to $uri" => sub {
        my $round = sub {
            my $conn = Sys::Virt->new(uri => $uri);
            my $object = {};
            weaken(my $weak = $object);
            my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, do {
                my $kept = $object;
                sub { $kept };
            });
            undef $object;
            $self->for(0.05);
            ok($weak, 'domain_event_register_any: a callback is kept');
            $conn->domain_event_deregister_any($id);
            undef $conn;
            ok($self->until(sub { !$weak }), 'domain_event_deregister_any: a callback is freed');
        };
        $round->();
        $self->for(0.1);
        my $before = descriptors();
        $round->() for 1 .. 5;
        SKIP: {
            skip 'no /proc/self/fd here', 1 unless $before;
            ok($self->until(sub { descriptors() <= $before }), 'events: no descriptor stays open')
                or diag(descriptors() . " instead of $before");
        }
    };
    return;
}

1;
