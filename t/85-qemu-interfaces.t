# Network interfaces of a host. Debian's libvirt asks udev about them, which only looks; netcf, which
# can also change them, is not in Debian 12.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::File qw(slurp);
use Sys::Virt;
use Sys::Virt::Interface;
use Time::HiRes qw(sleep);

my $bed = Test::SysVirt::Enclosure->enter(seconds => 60);
$bed->run(qw(mount -t sysfs sysfs /sys));
eval { $bed->run(qw(ip link add br7 address 52:54:00:07:07:01 type bridge)); 1 } or plan skip_all => "this kernel has no bridges: $@";
$bed->run(qw(ip link add eth7 address 52:54:00:07:07:07 mtu 1400 type veth peer name eth8 address 52:54:00:08:08:08));
$bed->run(qw(ip link set eth8 up master br7));
$bed->run(qw(ip link set eth7 up));
$bed->run(qw(ip addr add 10.7.0.1/24 dev eth7));
for (1 .. 100) { last if slurp('/sys/class/net/eth7/operstate') =~ /up/; sleep 0.1 }
$bed->libvirtd;
my $conn = Sys::Virt->new(uri => 'qemu:///system');

sub names { return join ' ', sort map { $_->get_name } @_ }

subtest 'lists' => sub {
    is(names($conn->list_all_interfaces), 'br7 eth7 lo', 'list_all_interfaces: all, but what is part of another one');
    my ($up, $down) = map { names($conn->list_all_interfaces(Sys::Virt::Interface->can("LIST_$_")->())) } qw(ACTIVE INACTIVE);
    is($up, 'eth7', 'list_all_interfaces: LIST_ACTIVE');
    is($down, 'br7 lo', 'list_all_interfaces: LIST_INACTIVE');
    is($conn->num_of_interfaces, 1, 'num_of_interfaces');
    is_deeply([$conn->list_interface_names(9)], ['eth7'], 'list_interface_names');
    is(names($conn->list_interfaces), 'eth7', 'list_interfaces');
    is($conn->num_of_defined_interfaces, 1, 'num_of_defined_interfaces: those that are down, which the loop never is');
    is_deeply([$conn->list_defined_interface_names(9)], ['br7'], 'list_defined_interface_names');
    is(names($conn->list_defined_interfaces), 'br7', 'list_defined_interfaces');
};

my $eth;
subtest 'one' => sub {
    $eth = $conn->get_interface_by_name('eth7');
    is($eth->get_name, 'eth7', 'get_name');
    is($eth->get_mac, '52:54:00:07:07:07', 'get_mac');
    is($eth->is_active, 1, 'is_active: 1');
    is($conn->get_interface_by_mac('52:54:00:07:07:07')->get_name, 'eth7', 'get_interface_by_mac: finds it');
    like($eth->get_xml_description, qr{^<interface type='ethernet' name='eth7'>\s*<mtu size='1400'/>\s*<link [^>]*state='up'.*<mac address='52:54:00:07:07:07'/>}s, 'get_xml_description: type, MTU, link, address');
    my $bridge = $conn->get_interface_by_name('br7');
    is($bridge->is_active, 0, 'is_active: 0 for one that is down');
    like($bridge->get_xml_description, qr{^<interface type='bridge' name='br7'>.*<bridge stp='off'.*<interface type='ethernet' name='eth8'>.*<mac address='52:54:00:08:08:08'/>}s, 'get_xml_description: a bridge, and what is plugged in');
    $bed->run(qw(ip link set eth7 down));
    is($eth->is_active, 0, 'is_active: 0 when it goes down');
    $bed->run(qw(ip link del eth7));
    fails(Sys::Virt::Error::ERR_NO_INTERFACE, sub { $eth->get_xml_description }, 'get_xml_description: dies when it is gone', qr/couldn't find interface named 'eth7'/);
    fails(Sys::Virt::Error::ERR_NO_INTERFACE, sub { $conn->get_interface_by_name('eth7') }, 'get_interface_by_name: dies for one that is not there', qr/couldn't find interface named 'eth7'/);
    fails(Sys::Virt::Error::ERR_NO_INTERFACE, sub { $conn->get_interface_by_mac('52:54:00:07:07:07') }, 'get_interface_by_mac: dies for one that is not there', qr/couldn't find interface with MAC address '52:54:00:07:07:07'/);
};

subtest 'what this backend does not do' => sub {
    my $xml = "<interface type='ethernet' name='eth9'/>";
    unsupported($eth,  create  => [], 'virInterfaceCreate');
    unsupported($eth,  destroy => [], 'virInterfaceDestroy');
    unsupported($eth,  undefine => [], 'virInterfaceUndefine');
    unsupported($conn, define_interface => [$xml], 'virInterfaceDefineXML');
    unsupported($conn, "interface_change_\L$_", [], "virInterfaceChange$_") for qw(Begin Commit Rollback);
};

done_testing;
