# Devices of a host that are handed on: a PCI card, a mediated device, a Fibre Channel port.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use EmulatedHost;
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Events;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::NodeDevice;

my $host = EmulatedHost->new;
Sys::Virt::Event::register_default();
my $conn   = $host->connect;
my $events = Test::SysVirt::Events->of($conn, node_device => qw(LIFECYCLE));

sub names { return join ' ', sort map { $_->get_name } @_ }

# A guest that needs no more than to be there.
sub guest_with {
    my ($device) = @_;
    return $conn->create_domain(<<XML, Sys::Virt::Domain::START_PAUSED);
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
  <devices><controller type='usb' model='none'/><memballoon model='none'/>$device</devices>
</domain>
XML
}

subtest 'a PCI card' => sub {
    my $path   = '/sys/bus/pci/devices/0000:00:10.0';
    my $driver = sub { $host->run("basename \$(readlink $path/driver)") };
    my $device = $conn->get_node_device_by_name('pci_0000_00_10_0');
    like($device->get_xml_description, qr{<driver>\s*<name>e1000e</name>.*<iommuGroup number='\d+'>}s, 'get_xml_description: its driver, and its IOMMU group');
    is($driver->(), 'e1000e', 'it has its own driver');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $device->dettach('odd') }, 'dettach: dies for a driver that there is not', qr/unknown driver name 'odd'/);
    is_deeply([$device->dettach], [], 'dettach gives nothing');
    is($driver->(), 'vfio-pci', 'dettach: it has the driver that hands it on');
    $events->until([LIFECYCLE => 'net_enp0s16_52_54_00_00_00_04', Sys::Virt::NodeDevice::EVENT_DELETED, 0], 'dettach: its network interface is gone');
    is_deeply([$device->reset], [], 'reset: of one that is detached, which the kernel resets when it is handed on');
    is_deeply([$device->reattach], [], 'reattach gives nothing');
    is($driver->(), 'e1000e', 'reattach: it has its own driver again');
    $events->until([LIFECYCLE => 'net_enp0s16_52_54_00_00_00_04', Sys::Virt::NodeDevice::EVENT_CREATED, 0], 'reattach: its network interface is back');

    my $hostdev = sub { "<hostdev mode='subsystem' type='pci' managed='$_[0]'><source><address bus='0' slot='16' function='0'/></source></hostdev>" };
    my $guest = guest_with('');
    is_deeply([$device->dettach('vfio')], [], 'dettach: with the driver named');
    $guest->attach_device($hostdev->('no'));
    like($guest->get_xml_description, qr{<hostdev mode='subsystem' type='pci' managed='no'>}, 'attach_device: a guest has it');
    my ($group) = $device->get_xml_description =~ /<iommuGroup number='(\d+)'/;
    $host->until("ls -l /proc/\$(cat /run/libvirt/qemu/guest.pid)/fd | grep -q /dev/vfio/$group", 'attach_device: its QEMU holds its IOMMU group');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->$_ }, "$_: dies while a guest has it", qr/0000:00:10\.0 is in use|0000:00:10\.0 in use/) for qw(dettach reattach);
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $device->reset }, 'reset: dies while a guest has it', qr/Not resetting active device 0000:00:10\.0/);
    $guest->destroy;
    is($driver->(), 'vfio-pci', 'destroy: a guest gives back what it got');
    $device->reattach;
    is($driver->(), 'e1000e', 'reattach: after a guest had it');

    $guest = guest_with($hostdev->('yes'));
    is($driver->(), 'vfio-pci', 'create_domain: takes a managed device from its driver');
    $guest->destroy;
    is($driver->(), 'e1000e', 'destroy: gives a managed device back to its driver');
};

# A network card whose driver asks it for its state, which a reset clears.
subtest 'reset' => sub {
    my $state  = sub { hex $host->run('cat /sys/bus/pci/devices/0000:01:01.0/virtio*/status') };
    my $device = $conn->get_node_device_by_name('pci_0000_01_01_0');
    cmp_ok($state->(), '>', 0, 'the driver has set it up');
    is_deeply([$device->reset], [], 'reset gives nothing');
    is($state->(), 0, 'reset: it is as when it was switched on');
};

subtest 'a mediated device' => sub {
    $host->run('modprobe mtty');
    $events->until([LIFECYCLE => 'mtty_mtty', Sys::Virt::NodeDevice::EVENT_CREATED, 0], 'event LIFECYCLE: a device that can be mediated comes');
    is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_MDEV_TYPES)), 'mtty_mtty', 'list_all_node_devices: LIST_CAP_MDEV_TYPES');
    my $parent = $conn->get_node_device_by_name('mtty_mtty');
    my $left   = sub { ($parent->get_xml_description =~ m{<type id='mtty-2'>.*?<availableInstances>(\d+)<}s)[0] };
    is($left->(), 12, 'get_xml_description: twelve of two ports each may be made');
    my $uuid = '11111111-2222-4333-8444-555555555555';
    my $name = 'mdev_11111111_2222_4333_8444_555555555555_mtty';
    my $path = "/sys/bus/mdev/devices/$uuid";
    my $xml  = "<device><parent>mtty_mtty</parent><capability type='mdev'><type id='mtty-2'/><uuid>$uuid</uuid></capability></device>";

    my $device = $conn->define_node_device($xml);
    is($device->get_name, $name, 'define_node_device: its name');
    is_deeply([map { $device->$_ } qw(is_active is_persistent get_autostart)], [0, 1, 0], 'define_node_device: it is there to stay, and is not made yet');
    $device->set_autostart(1);
    is($device->get_autostart, 1, 'set_autostart');
    is_deeply([$device->create], [], 'create gives nothing');
    is($host->run("basename \$(readlink -f $path/mdev_type)"), 'mtty-2', 'create: the kernel has a device of that type');
    is($device->is_active, 1, 'create: is_active');
    is($left->(), 11, 'create: one less may be made');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->create }, 'create: dies for one that is there', qr/Device is already active/);
    $device->destroy;
    $host->until("test ! -e $path", 'destroy: the kernel has none');
    is($device->is_active, 0, 'destroy: is_active');
    is($left->(), 12, 'destroy: as many as before may be made');
    $device->undefine;
    ok($host->run('ls /etc/mdevctl.d/mtty || true') !~ /$uuid/, 'undefine: nothing is kept');

    $device = $conn->create_node_device($xml);
    is($device->is_active, 1, 'create_node_device: it is made at once');
    is($device->is_persistent, 0, 'create_node_device: and not to stay');
    my $guest = guest_with("<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='$uuid'/></source></hostdev>");
    like($guest->get_xml_description, qr{<hostdev mode='subsystem' type='mdev' [^>]*model='vfio-pci'}, 'create_domain: a guest has it');
    like($host->run('ls -l /proc/$(cat /run/libvirt/qemu/guest.pid)/fd'), qr{/dev/vfio/\d}, 'create_domain: its QEMU holds the group of it');
    $guest->destroy;
    $device->destroy;
    $host->until("test ! -e $path", 'destroy: the kernel has none');
    fails(Sys::Virt::Error::ERR_NO_NODE_DEVICE, sub { $conn->get_node_device_by_name($name) }, 'destroy: nor has libvirt', qr/no node device/);
};

subtest 'a Fibre Channel port' => sub {
    $host->run('modprobe fcoe');
    my $card = $host->run('dirname $(grep -l 52:54:00:00:00:03 /sys/class/net/*/address) | xargs basename');
    $host->run("ip link set $card up; echo $card > /sys/bus/fcoe/ctlr_create; echo 1 > /sys/bus/fcoe/devices/ctlr_0/enabled");
    my ($port, @wwn) = split ' ', $host->run('cd /sys/class/fc_host; echo host* $(cat host*/node_name host*/port_name)');
    s/^0x// for @wwn;
    $events->until([LIFECYCLE => "scsi_$port", Sys::Virt::NodeDevice::EVENT_CREATED, 0], 'event LIFECYCLE: it comes');
    my $device = $conn->get_node_device_scsihost_by_wwn(@wwn);
    is($device->get_name, "scsi_$port", 'get_node_device_scsihost_by_wwn: finds it by its two names');
    is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_FC_HOST)), "scsi_$port", 'list_all_node_devices: LIST_CAP_FC_HOST');
    is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_VPORTS)), "scsi_$port", 'list_all_node_devices: LIST_CAP_VPORTS');
    my $ports = sub { ($device->get_xml_description =~ m{<vports>(\d+)</vports>})[0] };
    like($device->get_xml_description, qr{<capability type='fc_host'>\s*<wwnn>$wwn[0]</wwnn>\s*<wwpn>$wwn[1]</wwpn>}, 'get_xml_description: the two');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->get_node_device_scsihost_by_wwn(reverse @wwn) }, 'get_node_device_scsihost_by_wwn: dies for the two in another order, and libvirt has no more to say', qr/cause is unknown/);

    is($ports->(), 0, 'get_xml_description: no virtual ports');
    my @virtual = qw(20000000c9831b4b 10000000c9831b4b);
    my $vhba = $conn->create_node_device("<device><parent>scsi_$port</parent><capability type='scsi_host'><capability type='fc_host'><wwnn>$virtual[0]</wwnn><wwpn>$virtual[1]</wwpn></capability></capability></device>");
    is($vhba->get_name, $conn->get_node_device_scsihost_by_wwn(@virtual)->get_name, 'create_node_device: a virtual port, found by its two names');
    is($host->run('cat /sys/class/fc_host/' . $vhba->get_name =~ s/^scsi_//r . '/port_name'), "0x$virtual[1]", 'create_node_device: the kernel has it');
    is($ports->(), 1, 'get_xml_description: one virtual port');
    $vhba->destroy;
    $host->until('test $(ls /sys/class/fc_host | wc -l) = 1', 'destroy: the kernel has one port again');
};

done_testing;
