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
use lib 't/lib';
use Test::More;
use POSIX ();
use Time::HiRes qw(time);
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;

# A call to a daemon that hangs, on a connection with keep-alive.

Sys::Virt::Event::register_default();
my $turns  = Sys::Virt::Event::add_timeout(200, sub { });
my $daemon = Test::SysVirt::Daemon->new;
my $conn   = $daemon->connect;
$conn->set_keep_alive(1, 2);
alarm 60;

# What a call dies with.
sub error { return eval { $conn->get_hostname; 1 } ? '' : "$@" }

subtest 'without a loop that runs' => sub {
    $daemon->stop;
    my $start = time;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        sleep 5;
        $daemon->resume;
        POSIX::_exit(0);
    }
    my $error = error();
    waitpid $pid, 0;
    is($error, '', 'it waits for the daemon');
    cmp_ok(time - $start, '>', 4, 'longer than keep-alive would have it');
};

subtest 'with the loop in another thread' => sub {
    $daemon->stop;
    my $thread = threads->create(\&error);
    Sys::Virt::Event::run_default() while $thread->is_running;
    like($thread->join, qr/keepalive timeout/, 'it is ended');
};

$daemon->resume;
done_testing;
