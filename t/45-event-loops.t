use strict;
use warnings;
use lib 't/lib';
use Sys::Virt::Event;
use Test2::IPC;
use Test::More;
use Test::SysVirt::EventLoop;
use Test::SysVirt::Perl qw(run_perl);

# libvirt on the event loops of frameworks. A process has one event loop, so each of them has a
# process of its own.

my %frameworks = (
    Mojo => sub {
        my $reactor = Mojo::IOLoop->singleton->reactor;
        my @taken;
        $reactor->unsubscribe('error')->on(error => sub { push @taken, $_[1] });
        return (
            turn => sub {
                my $id = $reactor->timer(0.02 => sub { });
                $reactor->one_tick;
                $reactor->remove($id);
            },
            taken => sub { splice @taken },
        );
    },
    AnyEvent => sub {
        my @taken;
        no warnings 'once';
        $EV::DIED = sub { push @taken, $@ };
        return (
            turn => sub {
                my $done  = AnyEvent->condvar;
                my $timer = AnyEvent->timer(after => 0.02, cb => sub { $done->send });
                eval { $done->recv; 1 } or push @taken, $@;
            },
            taken => sub { splice @taken },
        );
    },
    IOAsync => sub {
        my $loop = IO::Async::Loop->new;
        my @taken;
        return (
            turn  => sub { eval { $loop->loop_once(0.02); 1 } or push @taken, $@ },
            taken => sub { splice @taken },
        );
    },
);

sub behaves {
    my ($framework) = @_;
    my $class = "Sys::Virt::EventImpl::$framework";
    Sys::Virt::Event::register($class->new);
    my $loop = Test::SysVirt::EventLoop->new($frameworks{$framework}->());

    $loop->runs_handles;
    $loop->runs_timers;
    $loop->survives_exceptions;
    my $conn = Sys::Virt->new(uri => 'test:///default');
    $loop->delivers_events($conn, $conn->get_domain_by_name('test'));
    $loop->keeps_up($conn);
    $loop->lets_go('test:///default');
    subtest 'on QEMU' => sub {
        require Test::SysVirt::Qemu;
        my $bed = Test::SysVirt::Qemu->new(seconds => 60);
        $loop->delivers_events($bed->conn, $bed->boot('loop'));
        $loop->lets_go('qemu:///system');
    };
}

# What the manual shows works, and ends well with everything still registered.
sub works_as_shown {
    my ($framework) = @_;
    open my $in, '<', "lib/Sys/Virt/EventImpl/$framework.pod" or die "$framework.pod: $!";
    my ($synopsis) = do { local $/; <$in> } =~ /^=head1 SYNOPSIS\n(.*?)^=head1/ms;
    my ($out, $err, $status) = run_perl('-w', '-Mstrict', '-e', $synopsis);
    is($out, "test: event @{[Sys::Virt::Domain::EVENT_SUSPENDED]}, detail @{[Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED]}\n",
        "$framework: the program of its synopsis prints an event");
    is("$status$err", '0', "$framework: the program of its synopsis ends with 0 and prints nothing");
    return;
}

# Only IO::Async lets a callback run the loop. What is removed then has to wait until the
# callback has returned, however often the loop turns in it.
sub frees_afterwards {
    my $loop = IO::Async::Loop->new;
    $loop->loop_once(0.02) for 1 .. 5;
    my (@freed, $within);
    no warnings qw(once redefine);
    local *Sys::Virt::EventImpl::Base::_free_callback_opaque = sub {
        push @freed, $_[2];
        return &Sys::Virt::Event::_free_callback_opaque;
    };
    my $timer;
    $timer = Sys::Virt::Event::add_timeout(0, sub {
        Sys::Virt::Event::remove_timeout($timer);
        my $inner = Sys::Virt::Event::add_timeout(0, sub { });
        $loop->loop_once(0.02) for 1 .. 5;
        Sys::Virt::Event::remove_timeout($inner);
        $within = @freed;
    });
    $loop->loop_once(0.02) until defined $within;
    is($within, 0, 'remove_timeout: nothing is freed under a callback that runs the loop');
    is(scalar @freed, 2, 'remove_timeout: all is freed when the callback has returned');
    return;
}

for (
    [Mojo => 'Mojo::IOLoop', 'Mojo::Reactor::Poll', MOJO_REACTOR => 'Mojo::Reactor::Poll'],
    [Mojo => 'Mojo::IOLoop', 'Mojo::Reactor::EV', MOJO_REACTOR => 'Mojo::Reactor::EV'],
    [AnyEvent => 'AnyEvent', 'AnyEvent::Loop', PERL_ANYEVENT_MODEL => 'Perl'],
    [AnyEvent => 'AnyEvent', 'EV', PERL_ANYEVENT_MODEL => 'EV'],
    [IOAsync => 'IO::Async::Loop', 'IO::Async::Loop::Poll', IO_ASYNC_LOOP => 'Poll'],
    [IOAsync => 'IO::Async::Loop', 'IO::Async::Loop::Select', IO_ASYNC_LOOP => 'Select'],
) {
    my ($framework, $module, $backend, $variable, $value) = @$_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $ENV{$variable} = $value;
        alarm 60;
        subtest "$framework with $backend" => sub {
            if (!eval "require $module; require $backend; 1") {
                die $@ if $ENV{SYS_VIRT_TEST_REQUIRE};
                plan skip_all => $@ =~ s/ \(you may need.*//sr;
            }
            require "Sys/Virt/EventImpl/$framework.pm";
            works_as_shown($framework);
            behaves($framework);
            subtest('a loop within a callback' => \&frees_afterwards) if $framework eq 'IOAsync';
        };
        exit;
    }
    waitpid $pid, 0;
    is($?, 0, "$framework with $backend: the process exits with 0");
}

done_testing();
