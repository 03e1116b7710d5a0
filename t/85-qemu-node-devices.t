# Devices of a host, with a udevd that tells libvirt when one comes or goes.
use strict;
use warnings;
use lib 't/lib';
use File::Basename qw(basename);
use File::Path qw(make_path);
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Transport qw(until_true);
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::NodeDevice;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 60, needs => ['/lib/systemd/systemd-udevd', '/usr/bin/mdevctl']);
# A udevd without rules, which touches nothing outside: the devices in here are those of this network.
$bed->run(qw(mount -t sysfs sysfs /sys));
$bed->run(qw(mount -t tmpfs tmpfs /dev));
my %node = (null => 3, zero => 5, full => 7, random => 8, urandom => 9);
$bed->run(qw(mknod -m 0666), "/dev/$_", 'c', 1, $node{$_}) for sort keys %node;
symlink '/proc/self/fd/0', '/dev/stdin';
$bed->file('rules/none', '');
$bed->run('mount', '--bind', $bed->dir . '/rules', $_) for grep { -d } qw(/usr/lib/udev/rules.d /etc/udev/rules.d);
mkdir '/run/udev';
# What mdevctl keeps is for this test alone.
$bed->run(qw(mount -t tmpfs tmpfs /etc/mdevctl.d));
make_path(map { "/etc/mdevctl.d/scripts.d/$_" } qw(callouts notifiers));
# A list that libvirt asks for as soon as there is such a folder may come before the device in it, which
# libvirt then takes for gone.
my ($first_pci) = glob '/sys/bus/pci/devices/*';
make_path('/etc/mdevctl.d/' . basename($first_pci)) if defined $first_pci;
$bed->service('/lib/systemd/systemd-udevd');
Sys::Virt::Event::register_default();
until_true(sub { eval { $bed->run(qw(udevadm control --ping)); 1 } }) or die $@;
$bed->libvirtd;
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, node_device => qw(LIFECYCLE UPDATE));

sub names { return join ' ', sort map { $_->get_name } @_ }

subtest 'lists' => sub {
    my @all = $conn->list_all_node_devices;
    is($conn->num_of_node_devices(undef), scalar @all, 'num_of_node_devices: all');
    is(names($conn->list_node_devices), names(@all), 'list_node_devices: the same');
    is(join(' ', sort $conn->list_node_device_names(undef, 999)), names(@all), 'list_node_device_names: their names');
    my %has;
    for my $device (@all) { push @{ $has{$_} }, $device for $device->list_capabilities }
    my %flag = (SYSTEM => 'system', PCI_DEV => 'pci', USB_DEV => 'usb_device', USB_INTERFACE => 'usb', NET => 'net', SCSI_HOST => 'scsi_host',
        SCSI_TARGET => 'scsi_target', SCSI => 'scsi', STORAGE => 'storage', SCSI_GENERIC => 'scsi_generic', DRM => 'drm', MDEV => 'mdev');
    for my $flag (sort keys %flag) {
        my $capability = $flag{$flag};
        my $wanted = names(@{ $has{$capability} // [] });
        is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice->can("LIST_CAP_$flag")->())), $wanted, "list_all_node_devices: LIST_CAP_$flag");
        is(names($conn->list_node_devices($capability)), $wanted, "list_node_devices: $capability");
    }
    is(names(@{ $has{net} }), 'net_lo_00_00_00_00_00_00', 'list_capabilities: net is a capability of the loop alone, in a network of its own');
    my @pci = map { basename($_) =~ tr/:./_/r } glob '/sys/bus/pci/devices/*';
    is(names(@{ $has{pci} // [] }), join(' ', sort map { "pci_$_" } @pci), 'list_capabilities: pci is one of what /sys has as such');
    is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_ACTIVE)), names(@all), 'list_all_node_devices: LIST_ACTIVE, all of them');
    is_deeply([$conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_INACTIVE)], [], 'list_all_node_devices: LIST_INACTIVE, none');
    for my $device (@all) {
        my ($up, $steps) = ($device, 0);
        while ($steps++ < 9 && defined(my $parent = $up->get_parent)) { $up = $conn->get_node_device_by_name($parent) }
        is($up->get_name, 'computer', 'get_parent: from ' . $device->get_name . ' up to the machine');
    }
};

subtest 'a PCI device' => sub {
    my $path = $first_pci // plan skip_all => 'this machine has none';
    my $device = $conn->get_node_device_by_name('pci_' . basename($path) =~ tr/:./_/r);
    my $xml = $device->get_xml_description;
    my ($id) = slurp("$path/vendor") =~ /^(0x\w+)/;
    like($xml, qr{<vendor id='$id'}, 'get_xml_description: the vendor that /sys names');
    like($xml, qr{<path>/sys/devices/pci[^<]*/\Q@{[ basename($path) ]}\E</path>}, 'get_xml_description: where it is');
    is($device->is_active, 1, 'is_active');
};

subtest 'a device comes and goes' => sub {
    $bed->run(qw(ip link add eth7 address 52:54:00:07:07:07 type veth peer name eth8 address 52:54:00:08:08:08));
    my $seven = 'net_eth7_52_54_00_07_07_07';
    $events->until([LIFECYCLE => $seven, Sys::Virt::NodeDevice::EVENT_CREATED, 0], 'event LIFECYCLE: EVENT_CREATED');
    my $device = $conn->get_node_device_by_name($seven);
    like($device->get_xml_description, qr{<interface>eth7</interface>\s*<address>52:54:00:07:07:07</address>\s*<link state='down'/>}, 'get_xml_description: its name, its address, and that it is down');
    is_deeply([$device->list_capabilities], ['net'], 'list_capabilities: net');
    my $one;
    my $id = $conn->node_device_event_register_any($device, Sys::Virt::NodeDevice::EVENT_ID_UPDATE, sub { $one = $_[1]->get_name });
    $bed->run(qw(ip link set eth8 up));
    $bed->run(qw(ip link set eth7 up));
    $bed->run('udevadm', 'trigger', '--action=change', '/sys/class/net/eth7');
    $events->until([UPDATE => $seven], 'event UPDATE');
    ok(until_true(sub { defined $one }), 'node_device_event_register_any: of one device, it comes');
    is($one, $seven, 'node_device_event_register_any: it is of that one');
    $conn->node_device_event_deregister_any($id);
    like($device->get_xml_description, qr{<link state='up'/>|<link [^>]*state='up'}, 'get_xml_description: it is up');
    $bed->run(qw(ip link del eth7));
    $events->until([LIFECYCLE => $seven, Sys::Virt::NodeDevice::EVENT_DELETED, 0], 'event LIFECYCLE: EVENT_DELETED');
    fails(Sys::Virt::Error::ERR_NO_NODE_DEVICE, sub { $device->get_xml_description }, 'get_xml_description: dies for a device that has gone', qr/no node device with matching name '$seven'/);
};

subtest 'what libvirt refuses' => sub {
    fails(Sys::Virt::Error::ERR_NO_NODE_DEVICE, sub { $conn->get_node_device_by_name('none') }, 'get_node_device_by_name: dies for one that is not there', qr/no node device with matching name 'none'/);
    fails(undef, sub { $conn->get_node_device_scsihost_by_wwn('20000000c9831b4b', '10000000c9831b4b') }, 'get_node_device_scsihost_by_wwn: dies where there is none', qr/cause is unknown|no node scsi host|wwnn/i);
    my $mdev = sub { "<device>$_[0]<capability type='mdev'><type id='vfio_ap-passthrough'/></capability></device>" };
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $conn->create_node_device($mdev->('')) }, 'create_node_device: dies without a parent', qr/missing parent device/);
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $conn->create_node_device($mdev->('<parent>none</parent>')) }, 'create_node_device: dies for a parent that is not there', qr/invalid parent device 'none'/);
    fails(Sys::Virt::Error::ERR_PARSE_FAILED, sub { $conn->create_node_device($mdev->('<parent>computer</parent>')) }, 'create_node_device: dies for a parent that has none', qr/[Uu]nable to find address for parent device 'computer'/);
    fails(Sys::Virt::Error::ERR_PARSE_FAILED, sub { $conn->define_node_device($mdev->('<parent>computer</parent>')) }, 'define_node_device: dies for a parent that has none', qr/[Uu]nable to find address for parent device 'computer'/);
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $conn->create_node_device("<device><capability type='net'><interface>x</interface></capability></device>") }, 'create_node_device: dies for what cannot be created', qr/Unsupported device type/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $conn->define_node_device([]) }, "define_node_device: what is wrong here says so", qr/argument 'xml'/);
};

# The bridge to the machine itself, which has no driver, and no one to hand it on to.
subtest 'a device that stays' => sub {
    my ($path) = grep { slurp("$_/class") =~ /^0x060000/ && !-e "$_/driver" } glob '/sys/bus/pci/devices/*' or plan skip_all => 'this machine has no such bridge';
    my $device = $conn->get_node_device_by_name('pci_' . basename($path) =~ tr/:./_/r);
    SKIP: {
        skip('this host could detach it', 1) if -e '/sys/module/vfio';
        fails(undef, sub { $device->dettach('odd') }, 'dettach: dies for a driver that there is not', qr/unknown driver name 'odd'|VFIO device assignment is currently not supported/);
    }
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $device->reset }, 'reset: dies for a device that has no way to do so', qr/Unable to reset PCI device .*: no FLR, PM reset or bus reset available/);
    is_deeply([$device->reattach], [], 'reattach: nothing to be done for one that was not detached');
    ok(!-e "$path/driver", 'reattach: it is as it was');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->create }, 'create: dies for a device that is there', qr/Device is already active/);
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $device->destroy }, 'destroy: dies for a device that nobody has made', qr/Unsupported device type/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->undefine }, 'undefine: dies for a device that nobody has defined', qr/is not defined/);
};

# mdevctl keeps what is defined, whether or not this machine has such a device.
subtest 'a mediated device' => sub {
    plan skip_all => 'this machine has no PCI device' if !defined $first_pci;
    my $parent = 'pci_' . basename($first_pci) =~ tr/:./_/r;
    my $uuid = '11111111-2222-4333-8444-555555555555';
    my $xml = "<device><parent>$parent</parent><capability type='mdev'><type id='no-such'/><uuid>$uuid</uuid></capability></device>";
    my $device = $conn->define_node_device($xml);
    my $name = $device->get_name;
    $events->until([LIFECYCLE => $name, Sys::Virt::NodeDevice::EVENT_DEFINED, 0], 'event LIFECYCLE: EVENT_DEFINED');
    like($name, qr/^mdev_11111111_2222_4333_8444_555555555555/, 'define_node_device: it has a name of its UUID');
    is($device->get_parent, $parent, 'get_parent: that of the XML');
    is_deeply([$device->list_capabilities], ['mdev'], 'list_capabilities: mdev');
    like($device->get_xml_description, qr{<type id='no-such'/>\s*<uuid>$uuid</uuid>}, 'get_xml_description: type and UUID');
    my ($kept) = glob "/etc/mdevctl.d/*/$uuid";
    like(slurp($kept), qr/"mdev_type": "no-such"/, 'define_node_device: it is kept');
    is($device->is_active, 0, 'is_active: 0');
    is($device->is_persistent, 1, 'is_persistent: 1');
    is(names($conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_INACTIVE | Sys::Virt::NodeDevice::LIST_CAP_MDEV)), $name, 'list_all_node_devices: LIST_INACTIVE');
    is($device->get_autostart, 0, 'get_autostart: 0 at first');
    $device->set_autostart(1);
    is($device->get_autostart, 1, 'set_autostart: get_autostart says so');
    like(slurp($kept), qr/"start": "auto"/, 'set_autostart: so does what is kept');
    $events->until([UPDATE => $name], 'event UPDATE');
    SKIP: {
        skip('update: libvirt has it since 10.1', 3) if Sys::Virt->get_library_version < 10_001_000;
        my $more = $device->get_xml_description =~ s{</uuid>}{$&<attr name='assign' value='5'/>}r;
        is_deeply([$device->update($more, Sys::Virt::NodeDevice::UPDATE_AFFECT_CONFIG)], [], 'update gives nothing');
        like(slurp($kept), qr/"assign": "5"/, 'update: what is kept has the attribute');
        fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->update($more, Sys::Virt::NodeDevice::UPDATE_AFFECT_LIVE) }, 'update: dies for what does not run', qr/node device is not active/);
    }
    my $none = qr/No such file or directory/;
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $device->create }, 'create: dies where the kernel has none', qr/Unable to create mediated device: .*$none/);
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->create_node_device($xml) }, 'create_node_device: dies where the kernel has none', qr/Unable to start mediated device: .*$none/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $device->destroy }, 'destroy: dies for a device that is not active', qr/'$name' is not active/);
    $device->undefine;
    $events->until([LIFECYCLE => $name, Sys::Virt::NodeDevice::EVENT_UNDEFINED, 0], 'event LIFECYCLE: EVENT_UNDEFINED');
    ok(!-e $kept, 'undefine: nothing is kept');
    # A list that was asked for before may be there after.
    until_true(sub { !eval { $device->is_active; 1 } });
    fails(Sys::Virt::Error::ERR_NO_NODE_DEVICE, sub { $device->is_active }, 'undefine: it is gone');
};

done_testing;
