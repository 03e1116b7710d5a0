use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Events;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::QEMU;

# Events of what a guest does to itself or refuses, and of what breaks below it.

Sys::Virt::Event::register_default();
my $bed    = Test::SysVirt::Qemu->new(seconds => 360);
my $conn   = $bed->conn;
my $events = Test::SysVirt::Events->of($conn, domain => qw(LIFECYCLE REBOOT WATCHDOG CONTROL_ERROR PMSUSPEND_DISK
    DEVICE_REMOVED DEVICE_REMOVAL_FAILED MEMORY_FAILURE MEMORY_DEVICE_SIZE_CHANGE));

my $linux = Test::SysVirt::Guest->start($bed, 'linux',
    vcpu => "<maxMemory slots='2' unit='MiB'>1024</maxMemory><vcpu>1</vcpu>",
    more => "<cpu><numa><cell id='0' cpus='0' memory='192' unit='MiB'/></numa></cpu>",
    devices => "<memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block>"
        . "<requested unit='MiB'>0</requested></target><alias name='ua-grows'/></memory>");

# The guest may end before it has answered.
sub send_byte { my ($dom, $byte) = @_; $bed->serial($dom)->talk($byte, qr/^/); return }

subtest 'a watchdog' => sub {
    my $fires = sub {
        my ($dom, $action) = @_;
        send_byte($dom, 'T');
        my $value = Sys::Virt::Domain->can('EVENT_WATCHDOG_' . uc $action =~ tr/-//dr)->();
        $events->next_is($dom, WATCHDOG => [$value], "the action is $action");
    };
    # QEMU tells at once of the first only, so what changes the guest at once has a guest of its own.
    my ($reset, $poweroff, $dom) = map {
        my $watched = $bed->boot($_, devices => "<watchdog model='ib700' action='$_'/>");
        $fires->($watched, $_);
        $watched;
    } qw(reset poweroff pause);
    $events->next_is($reset, REBOOT => [], 'the guest is reset');
    ok($bed->wait_for(sub { !$poweroff->is_active }), 'poweroff: the guest is off');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_WATCHDOG], 'paused by a watchdog');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_WATCHDOG], 'get_state: paused by a watchdog');
    $dom->resume;
    for my $action (qw(none debug inject-nmi shutdown)) {
        $dom->qemu_monitor_command({ execute => 'set-action', arguments => { watchdog => $action } });
        $fires->($dom, $action);
    }
};

subtest 'sleep on disk' => sub {
    my $dom = $bed->boot('sleep', more => "<pm><suspend-to-disk enabled='yes'/></pm>");
    send_byte($dom, 'S');
    $events->next_is($dom, PMSUSPEND_DISK => [0], 'the guest goes to sleep');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_PMSUSPENDED, Sys::Virt::Domain::EVENT_PMSUSPENDED_DISK], 'asleep');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_SHUTDOWN], 'the machine is off');
};

subtest 'damaged memory' => sub {
    my $dom = $bed->boot('mce');
    # An error with an address; one that was not corrected; one that the program cannot go on with.
    my ($corrected, $uncorrected, $required) = qw(0x9400000000000000 0xb400000000000000 0xb480000000000000);
    my $damage = sub {
        my ($status, $action, $flags, $what) = @_;
        $dom->qemu_monitor_command("mce 0 1 $status 5 0x1000 0", Sys::Virt::QEMU::MONITOR_COMMAND_HMP);
        $events->next_is($dom, MEMORY_FAILURE => [Sys::Virt::Domain::EVENT_MEMORY_FAILURE_RECIPIENT_GUEST, $action, $flags], $what);
    };
    $damage->($corrected, Sys::Virt::Domain::EVENT_MEMORY_FAILURE_ACTION_INJECT, 0, 'a corrected error is noted');
    ok($bed->serial($dom)->ask('M'), 'the guest lets machine checks come');
    $damage->($required, Sys::Virt::Domain::EVENT_MEMORY_FAILURE_ACTION_INJECT, Sys::Virt::Domain::MEMORY_FAILURE_ACTION_REQUIRED, 'the guest has to do something');
    $damage->($uncorrected, Sys::Virt::Domain::EVENT_MEMORY_FAILURE_ACTION_RESET, Sys::Virt::Domain::MEMORY_FAILURE_RECURSIVE, 'another one meanwhile is too much');
    $events->next_is($dom, REBOOT => [], 'the guest is reset');
    ok($bed->loaded_anew($dom), 'it boots again');
    $damage->($uncorrected, Sys::Virt::Domain::EVENT_MEMORY_FAILURE_ACTION_RESET, 0, 'a guest that lets none come is reset at once');
};

subtest 'a broken monitor' => sub {
    my $dom = $bed->boot('monitor');
    # libvirt takes no reply of more than 10 MiB; this one has 51 bytes for each 16 of memory, or more.
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $dom->qemu_monitor_command('xp /500000xg 0', Sys::Virt::QEMU::MONITOR_COMMAND_HMP) },
        'qemu_monitor_command: a reply without end', qr/exceeds buffer size/);
    $events->next_is($dom, CONTROL_ERROR => [], 'libvirt has given the monitor up');
    my $control = $dom->get_control_info;
    is_deeply([@$control{qw(state details)}], [Sys::Virt::Domain::CONTROL_ERROR, Sys::Virt::Domain::CONTROL_ERROR_REASON_MONITOR], 'get_control_info: and says so');
    is($bed->serial($dom)->ask('!'), '!2', 'the guest runs on');
    $dom->destroy;
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_DESTROYED], 'destroyed');
};

ok(Test::SysVirt::Guest->ready($bed, $linux), 'the Linux guest has booted');

subtest 'memory that a guest keeps' => sub {
    my $dimm = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target><alias name='ua-dimm'/></memory>";
    my $allow = sub { Test::SysVirt::Guest->sh($bed, $linux, "echo $_[0] > /sys/firmware/acpi/hotplug/memory/enabled") };
    Test::SysVirt::Guest->sh($bed, $linux, 'echo offline > /sys/devices/system/memory/auto_online_blocks');
    $linux->attach_device($dimm);
    ok($bed->wait_for(sub { (Test::SysVirt::Guest->sh($bed, $linux, 'cat /sys/devices/system/memory/*/state') // '') =~ /offline/ }), 'attach_device: the guest has the memory');
    $allow->(0);
    # A guest that has not answered within five seconds might still agree, so the call succeeds then.
    my $refused = sub { !eval { $linux->detach_device($dimm); 1 } && $@->code == Sys::Virt::Error::ERR_OPERATION_FAILED && $@->message =~ /rejected by the guest/ };
    ok($bed->wait_for($refused), 'detach_device: the guest refuses') or diag $@;
    $events->next_is($linux, DEVICE_REMOVAL_FAILED => ['ua-dimm'], 'it is told of by the alias');
    $allow->(1);
    is($linux->detach_device($dimm), undef, 'detach_device: the guest agrees');
    $events->next_is($linux, DEVICE_REMOVED => ['ua-dimm'], 'the memory is gone');
};

subtest 'memory that a guest is offered' => sub {
    Test::SysVirt::Guest->sh($bed, $linux, 'echo online_movable > /sys/devices/system/memory/auto_online_blocks');
    for my $mib (128, 64) {
        my ($device) = $linux->get_xml_description =~ m{(<memory model='virtio-mem'.*?</memory>)}s;
        $linux->update_device($device =~ s{(<requested unit='KiB'>)\d+}{$1 . $mib * 1024}er);
        # It comes to that in steps.
        $events->until([MEMORY_DEVICE_SIZE_CHANGE => $linux->get_name, 'ua-grows', $mib * 1024], "MEMORY_DEVICE_SIZE_CHANGE: it has $mib MiB, in KiB");
        like($linux->get_xml_description, qr{<current unit='KiB'>@{[$mib * 1024]}</current>}, 'get_xml_description: as much');
    }
};

done_testing;
