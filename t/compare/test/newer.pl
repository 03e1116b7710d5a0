use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# What the C module has only since 9.0.0.

use Test::SysVirt::Compare::Table qw(c_version);
return 1 if c_version() eq '9.0.0';

my ($net, $device);
on_node {
    $net = $conn->get_network_by_name('lan');
    $device = $conn->get_node_device_by_name('computer');
};

my $domain = 'Sys::Virt::Domain';
my $network = 'Sys::Virt::Network';
my $mac = '52:54:00:00:00:01';
my %limits = ($domain->BLOCK_IOTUNE_TOTAL_BYTES_SEC => 5_000_000_000);
my %rounds = ($domain->ANNOUNCE_INTERFACE_ROUNDS => 3);

case 'get_autostart_once', sub { $dom->get_autostart_once };
case 'set_autostart_once', sub { $dom->set_autostart_once(1) };
forms 'graphics_reload', sub { $dom->graphics_reload($domain->GRAPHICS_RELOAD_TYPE_VNC, @flags) };
case 'graphics_reload, no type', sub { $dom->graphics_reload(undef) };
forms 'set_throttle_group', sub { $dom->set_throttle_group('slow', {%limits}, @flags) }, $domain, 'AFFECT';
case 'set_throttle_group, an unknown key', sub { $dom->set_throttle_group('slow', { %limits, no_such_key => 1 }) };
case 'set_throttle_group, no hash', sub { $dom->set_throttle_group('slow', undef) };
forms 'del_throttle_group', sub { $dom->del_throttle_group('slow', @flags) }, $domain, 'AFFECT';
case 'announce_interface', sub { $dom->announce_interface };
case 'announce_interface, of one', sub { $dom->announce_interface($mac) };
case 'announce_interface, no parameters', sub { $dom->announce_interface($mac, {}) };
case 'announce_interface, an unknown key', sub { $dom->announce_interface($mac, { %rounds, no_such_key => 1 }) };
forms 'announce_interface, parameters', sub { $dom->announce_interface($mac, {%rounds}, @flags) };

for my $type (constants($network, 'METADATA')) {
    case "network get_metadata($type)", sub { $net->get_metadata($network->$type, 'urn:app') };
    case "network set_metadata($type)", sub {
        attempt { $net->set_metadata($network->$type, $type =~ /ELEMENT/ ? '<tag>red</tag>' : 'red', 'app', 'urn:app') },
            attempt { $net->get_metadata($network->$type, 'urn:app') };
    };
}
case 'network set_metadata, nothing', sub {
    $net->set_metadata($network->METADATA_TITLE, 'red');
    attempt { $net->set_metadata($network->METADATA_TITLE) }, attempt { $net->get_metadata($network->METADATA_TITLE) };
};
forms 'network set_metadata, a title', sub {
    attempt { $net->set_metadata($network->METADATA_TITLE, 'red', undef, undef, @flags) },
        attempt { $net->get_metadata($network->METADATA_TITLE, undef, @flags) };
}, $network, 'UPDATE_AFFECT';

forms 'node device update', sub { $device->update('<device><name>computer</name></device>', @flags) }, 'Sys::Virt::NodeDevice', 'UPDATE';
