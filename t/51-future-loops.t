# Calls that do not block, on event loops of frameworks, on one written in Perl and on one that
# libvirt knows nothing of. A process has one event loop, so each of them has a process of its own.
use strict;
use warnings;
use lib 't/lib';
use IO::Select;
use List::Util qw(max min);
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::EventImpl;
use Test2::IPC;
use Test::More;
use Test::SysVirt::English;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Time::HiRes qw(sleep time);

BEGIN { needs('Future') }

# A call to this host takes half a second.
my $fleet;
subtest 'a slow host' => sub {
    $fleet = Test::SysVirt::Fleet->start(hosts => 1, delay => 0.5);
    ok(Sys::Virt->new(uri => $fleet->uri(0))->is_alive, 'new: opens a connection to the slow host');
};

package My::Loop {
    our @ISA = 'Sys::Virt::EventImpl';
    my ($last, %handles, %timers, @removed) = 0;

    sub new { return bless {}, shift }
    sub add_handle { $handles{ ++$last } = [@_[1 .. 4]]; return $last }
    sub update_handle { $handles{ $_[1] }[1] = $_[2] }
    sub add_timeout { $timers{ ++$last } = [0, @_[1 .. 3]]; $_[0]->update_timeout($last, $_[1]); return $last }
    sub update_timeout { @{ $timers{ $_[1] } }[0, 1] = (main::time() + $_[2] / 1000, $_[2]) }
    sub remove_handle  { push @removed, [@{ delete $handles{ $_[1] } }[3, 2]]; return 0 }
    sub remove_timeout { push @removed, [@{ delete $timers{ $_[1] } }[3, 2]]; return 0 }

    sub turn {
        my ($self) = @_;
        while (my $entry = shift @removed) { $self->_free_callback_opaque(@$entry) }
        my $select = IO::Select->new(map { $_->[0] } grep { $_->[1] & Sys::Virt::Event::HANDLE_READABLE } values %handles);
        my @due = map { $_->[0] - main::time() } grep { $_->[1] >= 0 } values %timers;
        my $wait = main::max(0, main::min(0.02, @due));
        my %ready = map { $_ => 1 } $select->count ? $select->can_read($wait) : main::sleep($wait);
        for my $id (keys %handles) {
            my ($fd, $events, @callback) = @{ $handles{$id} // next };
            $self->_run_handle_callback($id, $fd, Sys::Virt::Event::HANDLE_READABLE, @callback) if $ready{$fd};
        }
        for my $id (keys %timers) {
            my ($time, $ms, @callback) = @{ $timers{$id} // next };
            next if $ms < 0 || $time > main::time();
            $timers{$id}[0] = main::time() + $ms / 1000;
            $self->_run_timeout_callback($id, @callback);
        }
    }
}

# Each returns a sub that runs the loop for some hundredths of a second.
my %loops = (
    Mojo => sub {
        Sys::Virt::Event::register(Sys::Virt::EventImpl::Mojo->new);
        my $reactor = Mojo::IOLoop->singleton->reactor;
        return sub { my $id = $reactor->timer(0.02 => sub { }); $reactor->one_tick; $reactor->remove($id) };
    },
    AnyEvent => sub {
        Sys::Virt::Event::register(Sys::Virt::EventImpl::AnyEvent->new);
        return sub {
            my $done  = AnyEvent->condvar;
            my $timer = AnyEvent->timer(after => 0.02, cb => sub { $done->send });
            $done->recv;
        };
    },
    IOAsync => sub {
        Sys::Virt::Event::register(Sys::Virt::EventImpl::IOAsync->new);
        my $loop = IO::Async::Loop->new;
        return sub { $loop->loop_once(0.02) };
    },
    Perl => sub {
        my $loop = My::Loop->new;
        Sys::Virt::Event::register($loop);
        return sub { $loop->turn };
    },
    descriptor => sub {
        require Sys::Virt::Future;
        my $select = IO::Select->new(Sys::Virt::Future->fileno);
        return sub { Sys::Virt::Future->deliver if $select->can_read(0.02) };
    },
);

# Runs the loop until something is true. To sleep as well would starve AnyEvent's own loop.
sub run_until {
    my ($turn, $done, $seconds) = @_;
    my $end = time + ($seconds // 10);
    my $ok;
    $turn->() until $ok = $done->() or time > $end;
    return $ok;
}

sub completes {
    my ($turn) = @_;
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $dom  = $conn->get_domain_by_name('test');

    my @got;
    my @futures = ($dom->async->get_name, $dom->async->get_state, $conn->async->get_domain_by_name('none'),
        Sys::Virt->async->new(uri => 'test:///default'));
    ok(!(grep { $_->is_ready } @futures), 'nothing is ready before the loop runs');
    $futures[0]->on_done(sub { push @got, "name @_" });
    $futures[1]->on_done(sub { push @got, "state @_" });
    $futures[2]->on_fail(sub { push @got, 'code ' . $_[0]->code });
    $futures[3]->on_done(sub { push @got, ref $_[0] });
    ok(run_until($turn, sub { @got == 4 }), 'the loop completes futures');
    is_deeply([sort @got], ['Sys::Virt', 'code ' . Sys::Virt::Error::ERR_NO_DOMAIN, 'name test', 'state ' . join ' ', $dom->get_state],
        'with results and errors');
    is($dom->async->get_name->get, 'test', 'get waits by itself');

    my $chain = $conn->async->get_domain_by_name('test')->then(sub { $_[0]->async->get_name });
    my $many = Future->needs_all($chain, map { $dom->async->get_id } 1 .. 100);
    ok(run_until($turn, sub { $many->is_ready }), 'many futures, and one that another one leads to');
    is(join(' ', $many->get), join(' ', 'test', ($dom->get_id) x 100), 'with their results');

    my $before = times;
    $turn->() for 1 .. 20;
    cmp_ok(times - $before, '<', 0.3, 'the loop sleeps when there is nothing to deliver');
    return;
}

# While a call waits, the loop does other things.
sub goes_on {
    my ($turn, $uri) = @_;
    my $opening = Sys::Virt->async->new(uri => $uri);
    my $turns = 0;
    ok(run_until($turn, sub { $turns++; $opening->is_ready }, 30), 'a connection to a slow host is opened');
    cmp_ok($turns, '>=', 10, 'the loop turns in the meantime');
    my $call = $opening->get->async->get_hostname;
    $turns = 0;
    ok(run_until($turn, sub { $turns++; $call->is_ready }, 30), 'a call to it is done');
    cmp_ok($turns, '>=', 5, 'the loop turns in the meantime');
    like($call->get, qr/\w/, 'with its result');
    return;
}

# An event loop is no reason to block.
sub delivers_events {
    my ($turn) = @_;
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my @events;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @events, $_[2] });
    my $dom = $conn->get_domain_by_name('test');
    my $both = $dom->async->suspend->then(sub { $dom->async->resume });
    ok(run_until($turn, sub { @events == 2 }), 'events of what calls on other threads do are delivered');
    is("@events", join(' ', Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_RESUMED), 'in their order');
    $both->get;
    $conn->domain_event_deregister_any($id);
    return;
}

# Callbacks are registered by calls to the host as well.
sub registers {
    my ($turn, $fleet) = @_;
    $fleet->delay(0.01);
    my $conn = Sys::Virt->new(uri => $fleet->uri(0));
    my $dom  = $conn->get_domain_by_name('test');
    my $register = sub {
        my ($view, $code) = @_;
        return $view->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, $code);
    };
    $fleet->stop_host(0);
    my @events;
    my $registering = $register->($conn->async, sub { push @events, $_[0] == $conn ? $_[2] : 'of another connection' });
    my $closing = $conn->async(timeout => 0.3)->register_close_callback(sub { });
    ok(run_until($turn, sub { $closing->is_ready }), 'the loop turns while a host that hangs is to tell of events');
    is(($closing->failure)[0]->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'async has a deadline for that');
    ok(!$registering->is_ready, 'without one it waits on');
    $conn->set_timeout(0.3);
    my $dies = !eval { $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_REBOOT, sub { }); 1 };
    is($dies && $@->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, "so has a call that blocks, with the connection's deadline");
    $conn->set_timeout(undef);
    $fleet->resume_host(0);
    ok(run_until($turn, sub { $registering->is_ready }), 'until the host answers');
    $dom->suspend;
    $dom->resume;
    ok(run_until($turn, sub { @events == 2 }), 'then its events are delivered');
    is("@events", join(' ', Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_RESUMED), 'with the connection that they are of');
    $conn->async->domain_event_deregister_any($registering->get)->get;
    $fleet->delay(0.5);
    return;
}

# Compiled where the modules that they need are there. An async sub gives what the first thing is
# that it waits for: a future or a promise.
my %awaits = (
    'Future::AsyncAwait' => <<'PERL',
        use Future::AsyncAwait;
        async sub ask {
            my ($uri) = @_;
            my $conn = await Sys::Virt->async->new(uri => $uri);
            my $dom  = await $conn->async->get_domain_by_name('test');
            my @state = await $dom->async->get_state;
            eval { await $conn->async->get_domain_by_name('none'); 1 } and return 'no error';
            return join ' ', @state, ref $@, $@->code;
        }
        sub { my ($turn) = @_; my $f = ask('test:///default'); main::run_until($turn, sub { $f->is_ready }); $f->get };
PERL
    'Mojo::Base -async_await' => <<'PERL',
        use Mojo::Base -strict, -async_await;
        async sub ask_promise {
            my ($uri) = @_;
            await Mojo::Promise->timer(0.01);
            my $conn = await Sys::Virt->async->new(uri => $uri);
            my $dom  = await $conn->async->get_domain_by_name('test');
            my @state = await $dom->async->get_state;
            eval { await $conn->async->get_domain_by_name('none'); 1 } and return 'no error';
            return join ' ', @state, ref $@, $@->code;
        }
        sub {
            my $got;
            ask_promise('test:///default')->then(sub { $got = $_[0] }, sub { $got = "rejected: $_[0]" })->wait;
            $got;
        };
PERL
);

sub awaits {
    my ($how, $turn) = @_;
    needs('Future::AsyncAwait');
    my $run = eval $awaits{$how} or die $@;
    # All connections of the process to it have one host, as long as there is one.
    my $conn  = Sys::Virt->new(uri => 'test:///default');
    my @state = $conn->get_domain_by_name('test')->get_state;
    is($run->($turn), "@state Sys::Virt::Error " . Sys::Virt::Error::ERR_NO_DOMAIN, 'awaits results and errors');
    return;
}

for (
    ['Mojo', 'Mojo::IOLoop', 'Mojo::Reactor::Poll', MOJO_REACTOR => 'Mojo::Reactor::Poll'],
    ['Mojo', 'Mojo::IOLoop', 'Mojo::Reactor::EV', MOJO_REACTOR => 'Mojo::Reactor::EV'],
    ['AnyEvent', 'AnyEvent', 'AnyEvent::Loop', PERL_ANYEVENT_MODEL => 'Perl'],
    ['AnyEvent', 'AnyEvent', 'EV', PERL_ANYEVENT_MODEL => 'EV'],
    ['IOAsync', 'IO::Async::Loop', 'IO::Async::Loop::Poll', IO_ASYNC_LOOP => 'Poll'],
    ['Perl'],
    ['descriptor'],
) {
    my ($name, $module, $backend, $variable, $value) = @$_;
    my $label = join ' with ', $name, $backend // ();
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        alarm 120;
        subtest $label => sub {
            if ($module) {
                $ENV{$variable} = $value;
                needs($module, $backend);
                require "Sys/Virt/EventImpl/$name.pm";
            }
            my $turn = $loops{$name}->();
            completes($turn);
            SKIP: {
                skip 'no slow host', 1 if !$fleet;
                goes_on($turn, $fleet->uri(0));
                registers($turn, $fleet) if $name ne 'descriptor';
            }
            delivers_events($turn) if $name ne 'descriptor';
            subtest($_ => sub { awaits($_, $turn) }) for 'Future::AsyncAwait', $name eq 'Mojo' ? 'Mojo::Base -async_await' : ();
        };
        exit;
    }
    waitpid $pid, 0;
    is($?, 0, "the process of $label ends well");
}

done_testing;
