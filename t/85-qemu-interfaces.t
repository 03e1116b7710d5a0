# Network interfaces of a host, as the backend that Debian has knows them: udev's, which only looks.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Sys::Virt;
use Sys::Virt::Interface;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 60);
$bed->run(qw(mount -t sysfs sysfs /sys));
$bed->run(qw(ip link add eth7 address 52:54:00:07:07:07 mtu 1400 type veth peer name eth8 address 52:54:00:08:08:08));
$bed->run(qw(ip link add br7 address 52:54:00:07:07:01 type bridge));
$bed->run(qw(ip link set eth8 master br7));
$bed->run(qw(ip link set eth7 up));
$bed->run(qw(ip link set br7 up));
$bed->run(qw(ip link add link eth7 name eth7.5 type vlan id 5));
$bed->libvirtd;
my $conn = Sys::Virt->new(uri => 'qemu:///system');

sub names { return join ' ', sort map { $_->get_name } @_ }
for my $i ($conn->list_all_interfaces) { diag $i->get_name, $i->get_xml_description, $i->get_mac, $i->is_active }
diag names($conn->list_interfaces), '|', names($conn->list_defined_interfaces);
diag $conn->num_of_interfaces, $conn->num_of_defined_interfaces;
my $eth = $conn->get_interface_by_name('eth7');
for my $c (sub { $eth->create }, sub { $eth->destroy }, sub { $eth->undefine }, sub { $conn->define_interface($eth->get_xml_description) }, sub { $conn->create_interface($eth->get_xml_description) }, sub { $conn->interface_change_begin },sub { $conn->interface_change_commit },sub { $conn->interface_change_rollback }, sub {$conn->get_interface_by_name('x')}, sub {$conn->get_interface_by_mac('x')}, sub { $conn->get_interface_by_mac('52:54:00:07:07:07') }) {
eval { $c->(); 1 } or diag $@; 
}
diag $conn->get_type;
ok 1;
done_testing;
