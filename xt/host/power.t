# A host goes to sleep and wakes up.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use EmulatedHost;
use Test::More;
use Test::SysVirt::Driver;
use Sys::Virt;

my $host = EmulatedHost->new;
my $conn = $host->connect;

subtest 'what it can' => sub {
    my ($can) = $conn->get_capabilities =~ m{<power_management>(.*?)</power_management>}s;
    is_deeply([$can =~ /<(\w+)/g], ['suspend_mem'], 'get_capabilities: it can suspend to memory alone');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $conn->node_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 59) }, 'node_suspend_for_duration: dies of less than a minute', qr/Suspend duration is too short/);
    for my $target (qw(DISK HYBRID)) {
        fails(Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, sub { $conn->node_suspend_for_duration(Sys::Virt->can("NODE_SUSPEND_TARGET_$target")->(), 60) }, "node_suspend_for_duration: dies of $target, which it cannot", qr{Suspend-to-Disk|Hybrid-Suspend});
    }
};

subtest 'sleep' => sub {
    my $slept = '/sys/power/suspend_stats/success';
    is($host->run("cat $slept"), 0, 'it has not slept before');
    $host->machine_events;
    is_deeply([$conn->node_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 60)], [], 'node_suspend_for_duration gives nothing');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $conn->node_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 60) }, 'node_suspend_for_duration: dies while that is under way', qr/Suspend operation already in progress/);
    ok(my $down = $host->next_machine_event('SUSPEND'), 'node_suspend_for_duration: the machine sleeps') or return;
    ok(my $up = $host->next_machine_event('WAKEUP'), 'node_suspend_for_duration: and wakes up by itself') or return;
    cmp_ok($up - $down, '>', 5, 'node_suspend_for_duration: it sleeps for a while');
    cmp_ok($up - $down, '<', 70, 'node_suspend_for_duration: it wakes up in time');
    is($conn->get_hostname, 'emulated', 'get_hostname: it answers on the connection that was there before');
    $host->until("grep -qx 1 $slept", 'its kernel has slept once');
};

done_testing;
