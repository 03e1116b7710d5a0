# Node devices and host interfaces, on libvirt's test driver; that has no secrets and no filters,
# which 67-qemu-storage-network.t and 69-qemu-ports.t test on a real host.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my $host = $conn->get_node_device_by_name('scsi_host5');

subtest 'a device' => sub {
    is($host->get_name, 'scsi_host5', 'get_name: scsi_host5');
    is($host->get_parent, 'computer', 'get_parent: computer');
    like($host->get_xml_description, qr{^<device>.*<name>scsi_host5</name>.*<parent>computer</parent>}s, 'get_xml_description: has name and parent');
    is(($host->list_capabilities)[0], 'scsi_host', 'list_capabilities: scsi_host');
    my $root = $conn->get_node_device_by_name('computer');
    is_deeply([$root->list_capabilities], ['system'], 'list_capabilities: gives those of another device');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $root->get_parent }, 'get_parent: dies for a device without a parent');
};

subtest 'taking it from the host' => sub {
    unsupported($host, 'dettach', [undef], 'virNodeDeviceDettach');
    unsupported($host, 'dettach', ['vfio'], 'virNodeDeviceDetachFlags');
    unsupported($host, 'dettach', [undef, 1], 'virNodeDeviceDetachFlags');
    unsupported($host, 'reattach', [], 'virNodeDeviceReAttach');
    unsupported($host, 'reset', [], 'virNodeDeviceReset');
};

subtest 'defined devices' => sub {
    unsupported($host, 'create', [0], 'virNodeDeviceCreate');
    unsupported($host, 'undefine', [0], 'virNodeDeviceUndefine');
    unsupported($host, 'get_autostart', [], 'virNodeDeviceGetAutostart');
    unsupported($host, 'set_autostart', [1], 'virNodeDeviceSetAutostart');
    unsupported($host, 'update', ['<device/>', Sys::Virt::NodeDevice::UPDATE_AFFECT_LIVE], 'virNodeDeviceUpdate');
};

# Newer releases of the driver answer that every device is.
subtest 'how a device is there' => sub {
    for my $method (qw(is_active is_persistent)) {
        my $answer = eval { $host->$method };
        if ($@) { unsupported($host, $method, [], $method eq 'is_active' ? 'virNodeDeviceIsActive' : 'virNodeDeviceIsPersistent') }
        else    { is($answer, 1, $method) }
    }
};

subtest 'making and ending one' => sub {
    Sys::Virt::Event::register_default();
    my $conn = Sys::Virt->new(uri => 'test:///default');
    my @seen;
    $conn->node_device_event_register_any(undef, Sys::Virt::NodeDevice::EVENT_ID_LIFECYCLE, sub { push @seen, [@_]; return });
    my $port = $conn->create_node_device(<<'XML');
<device>
  <parent>scsi_host1</parent>
  <capability type='scsi_host'>
    <capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability>
  </capability>
</device>
XML
    is($port->get_parent, 'scsi_host1', 'create_node_device: the parent is that of the XML');
    my $name = $port->get_name;
    is_deeply([$port->destroy], [], 'destroy gives nothing');
    my $tick = Sys::Virt::Event::add_timeout(10, sub { });
    for (1 .. 200) { last if @seen >= 2; Sys::Virt::Event::run_default() }
    Sys::Virt::Event::remove_timeout($tick);
    is_deeply([map { [$_->[0] == $conn, $_->[1]->get_name, @$_[2 .. $#$_]] } @seen], [
        [1, $name, Sys::Virt::NodeDevice::EVENT_CREATED, 0],
        [1, $name, Sys::Virt::NodeDevice::EVENT_DELETED, 0],
    ], 'node_device_event_register_any: the callback gets connection, device, what became of it');
    fails(Sys::Virt::Error::ERR_NO_NODE_DEVICE, sub { $port->get_xml_description }, 'destroy: the device is gone');
};

subtest 'an interface' => sub {
    my $iface = $conn->get_interface_by_name('eth1');
    is($iface->get_name, 'eth1', 'get_name: eth1');
    is($iface->get_mac, '52:54:00:00:01:01', 'get_mac: 52:54:00:00:01:01');
    like($iface->get_xml_description, qr{^<interface type='ethernet' name='eth1'>.*<mtu size='1492'/>}s, 'get_xml_description: of an interface has name and mtu');
    is($iface->is_active, 1, 'is_active: 1');
    is_deeply([$iface->destroy], [], 'destroy gives nothing');
    is($iface->is_active, 0, 'destroy: the interface is not active');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $iface->destroy }, 'destroy again');
    is_deeply([$iface->create], [], 'create gives nothing');
    is($iface->is_active, 1, 'create: the interface is active again');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $iface->create }, 'create again');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $iface->$_(1 << 30) }, "$_: passes on its flags") for qw(create destroy);
    is_deeply([$iface->undefine], [], 'undefine gives nothing');
    fails(Sys::Virt::Error::ERR_NO_INTERFACE, sub { $iface->is_active }, 'undefine: the interface is gone');
};

subtest 'objects alone' => sub {
    undef $conn;
    is($host->get_name, 'scsi_host5', 'get_name: a device outlives its connection');
};

done_testing;
