# Callbacks that libvirt makes on another thread than that of the script whose they are: they wait for
# it, and none is lost, though it has never made a call that does not block.
use strict;
use warnings;
use lib 't/lib';
use Config;

BEGIN {
    if (!$Config{useithreads}) {
        require Test::More;
        Test::More::plan(skip_all => 'this perl has no threads');
    }
}
use threads;
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Futures;

Sys::Virt::Event::register_default();
watchdog(120);

# Runs the loop on a thread of its own while that does something, and until something is true there.
sub loop_elsewhere {
    my ($do, $until) = @_;
    threads->create(sub {
        my $tick = Sys::Virt::Event::add_timeout(20, sub { });
        $do->();
        Sys::Virt::Event::run_default() for 1 .. 20;
        until_true(sub { Sys::Virt::Event::run_default(); !$until || $until->() });
        Sys::Virt::Event::remove_timeout($tick);
        return;
    })->join;
    return;
}

# Runs it here.
sub loop_here {
    my ($until) = @_;
    my $tick = Sys::Virt::Event::add_timeout(20, sub { });
    my $done = until_true(sub { Sys::Virt::Event::run_default(); $until->() });
    Sys::Virt::Event::remove_timeout($tick);
    return $done;
}

subtest 'events' => sub {
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $dom  = $conn->get_domain_by_name('test');
    my (@events, @given);
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        push @given, @_[0, 1] if !@given;
        push @events, $_[2];
    });
    loop_elsewhere(sub { $_ % 2 ? $dom->suspend : $dom->resume for 1 .. 20 });
    is_deeply(\@events, [], 'while another thread runs the loop, no callback runs here or there');
    ok(loop_here(sub { @events >= 20 }), 'the loop of their own thread delivers them');
    is_deeply(\@events, [(Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_RESUMED) x 10],
        'all of them, in order');
    is($given[0], $conn, 'with the script\'s own connection');
    is($given[1]->get_name, 'test', 'and an object that works');
    $dom->suspend;
    ok(loop_here(sub { @events > 20 }), 'and those that come later');
    $dom->resume;
    $conn->domain_event_deregister_any($id);
};

subtest 'timers' => sub {
    my $due = 0;
    my $timer = Sys::Virt::Event::add_timeout(10, sub { $due++ });
    loop_elsewhere(sub { });
    is($due, 0, 'a timer of this thread does not run on another one');
    ok(loop_here(sub { $due }), 'but here');
    Sys::Virt::Event::remove_timeout($timer);
};

subtest 'the end of a connection' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    my $conn = $daemon->connect;
    my @closed;
    $conn->register_close_callback(sub { push @closed, $_[1] });
    $daemon->kill;
    loop_elsewhere(sub { }, sub { !$conn->is_alive });
    is_deeply(\@closed, [], 'noticed by a loop on another thread');
    ok(loop_here(sub { @closed }), 'is told here');
    is_deeply(\@closed, [Sys::Virt::CLOSE_REASON_EOF], 'once, with its reason');
};

subtest 'a callback that another thread gives up' => sub {
    my $freed = 0;
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $guard = bless [\$freed], 'Local::Guard';
    my $timer = do { my $kept = $guard; Sys::Virt::Event::add_timeout(-1, sub { $kept }) };
    undef $guard;
    loop_elsewhere(sub { Sys::Virt::Event::remove_timeout($timer) });
    # Freed by whatever waits next.
    Sys::Virt->new(uri => 'test:///default', timeout => 60)->get_hostname;
    loop_here(sub { $freed });
    is($freed, 1, 'is freed on its own');
};

sub Local::Guard::DESTROY { ${ $_[0][0] }++ }

done_testing;
