use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# What the C module has only since 9.0.0, where libvirt's test driver has not.

use Test::SysVirt::Compare::Table qw(c_version);
return 1 if c_version() eq '9.0.0';

qemu();
my $domain = 'Sys::Virt::Domain';
my $mac = '52:54:00:00:00:01';
my $idle = $conn->define_domain($bed->xml('later'));
my $dom = $bed->boot('newer', devices => "<interface type='user'><mac address='$mac'/><model type='virtio'/></interface>"
    . "<graphics type='vnc' port='-1' listen='127.0.0.1'/>");

case 'get_autostart_once', sub { $idle->get_autostart_once };
step 'set_autostart_once', sub { attempt { $idle->set_autostart_once(1) }, $idle->get_autostart_once };
step 'set_autostart_once off', sub { attempt { $idle->set_autostart_once(0) }, $idle->get_autostart_once };

for my $type (constants($domain, 'GRAPHICS_RELOAD_TYPE')) {
    step "graphics_reload($type)", sub { $dom->graphics_reload($domain->$type) };
}
forms 'graphics_reload of VNC', sub { $dom->graphics_reload($domain->GRAPHICS_RELOAD_TYPE_VNC, @flags) };

my $group = $domain->BLOCK_IOTUNE_GROUP_NAME;
my $bytes = $domain->BLOCK_IOTUNE_TOTAL_BYTES_SEC;
forms 'set_throttle_group', sub {
    attempt { $dom->set_throttle_group('slow', { $group => 'slow', $bytes => 5_000_000_000 }, @flags) };
}, $domain, 'AFFECT';
step 'set_throttle_group, the XML', sub { $dom->get_xml_description =~ m{(<throttlegroups>.*</throttlegroups>)}s };
step 'set_throttle_group, an unknown key', sub { $dom->set_throttle_group('slow', { $group => 'slow', no_such_key => 1 }) };
step 'set_throttle_group, no parameters', sub { $dom->set_throttle_group('slow', {}) };
forms 'del_throttle_group', sub { $dom->del_throttle_group('slow', @flags) }, $domain, 'AFFECT';
step 'del_throttle_group, the XML', sub { $dom->get_xml_description =~ m{(<throttlegroups>.*</throttlegroups>)}s };

my %rounds = ($domain->ANNOUNCE_INTERFACE_ROUNDS => 3);
case 'announce_interface', sub { $dom->announce_interface };
step 'announce_interface, of one', sub { $dom->announce_interface($mac) };
step 'announce_interface, no parameters', sub { $dom->announce_interface($mac, {}) };
step 'announce_interface, an unknown key', sub { $dom->announce_interface($mac, { %rounds, no_such_key => 1 }) };
forms 'announce_interface, parameters', sub { $dom->announce_interface($mac, {%rounds}, @flags) };

my $device = $conn->get_node_device_by_name('computer');
forms 'node device update', sub { $device->update('<device><name>computer</name></device>', @flags) }, 'Sys::Virt::NodeDevice', 'UPDATE';
