# Networks, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my $net  = $conn->get_network_by_name('lan');
my $uuid = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

subtest 'what it is' => sub {
    is($net->get_name, 'lan', 'get_name: lan');
    is($net->get_uuid, pack('H*', $uuid =~ tr/-//dr), 'get_uuid: the bytes of the UUID');
    is($net->get_uuid_string, $uuid, 'get_uuid_string: the UUID of the XML');
    is($net->get_bridge_name, 'virbr9', 'get_bridge_name: virbr9');
    is($net->is_active, 1, 'is_active: 1');
    is($net->is_persistent, 1, 'is_persistent: 1');
    like($net->get_xml_description, qr{^<network.*<name>lan</name>.*<bridge name='virbr9'}s, 'get_xml_description: has name and bridge');
    is($net->get_xml_description(undef), $net->get_xml_description(0), 'get_xml_description: undef for the flags is no flags');
    my $bare = $conn->define_network('<network><name>bare</name><forward mode="passthrough"><interface dev="eth9"/></forward></network>');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $bare->get_bridge_name }, 'get_bridge_name: dies for a network without a bridge');
};

subtest 'starting and stopping' => sub {
    is($net->get_autostart, 0, 'get_autostart: is 0 at first');
    is_deeply([$net->set_autostart(1)], [], 'set_autostart gives nothing');
    is($net->get_autostart, 1, 'set_autostart: get_autostart is 1 after 1');
    $net->set_autostart(0);
    is($net->get_autostart, 0, 'set_autostart: get_autostart is 0 after 0');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $net->create }, 'create of one that runs');
    is_deeply([$net->destroy], [], 'destroy gives nothing');
    is($net->is_active, 0, 'destroy: the network is not active');
    is_deeply([$net->create], [], 'create gives nothing');
    is($net->is_active, 1, 'create: the network is active');
    my $brief = $conn->create_network('<network><name>brief</name><bridge name="virbr7"/></network>');
    is($brief->is_persistent, 0, 'create_network: the network is not persistent');
    $brief->destroy;
    fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $conn->get_network_by_name('brief') }, 'destroy: a transient network is gone');
    fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $brief->is_active }, 'destroy: the object of a transient network finds nothing');
};

subtest 'update' => sub {
    driver_since('7.2.0');
    my $host = "<host mac='52:54:00:00:00:07' name='seven' ip='192.0.2.27'/>";
    my ($add, $delete) = (Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::UPDATE_COMMAND_DELETE);
    my $hosts = Sys::Virt::Network::SECTION_IP_DHCP_HOST;
    is_deeply([$net->update($add, $hosts, -1, $host)], [], 'update gives nothing');
    like($net->get_xml_description, qr/<host mac='52:54:00:00:00:07' name='seven' ip='192\.0\.2\.27'/, 'update: the XML has the new host');
    $net->update($delete, $hosts, 0, $host, Sys::Virt::Network::UPDATE_AFFECT_CURRENT);
    unlike($net->get_xml_description, qr/seven/, 'update: the XML has the host no more');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $net->update($add, $hosts, 9, $host) }, "update: dies for a parent's index that is not there");
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $net->update($add, Sys::Virt::Network::SECTION_DOMAIN, -1, '<domain name="x"/>') },
        'update: dies for a section that cannot be changed');
};

subtest 'metadata' => sub {
    driver_since('9.7.0');
    my ($title, $element) = (Sys::Virt::Network::METADATA_TITLE, Sys::Virt::Network::METADATA_ELEMENT);
    fails(Sys::Virt::Error::ERR_NO_NETWORK_METADATA, sub { $net->get_metadata($title) }, 'get_metadata: dies for a network without a title');
    is_deeply([$net->set_metadata($title, 'The office')], [], 'set_metadata gives nothing');
    is($net->get_metadata($title), 'The office', 'get_metadata: The office');
    $net->set_metadata($element, '<color>blue</color>', 'app', 'http://example.com/app', Sys::Virt::Network::UPDATE_AFFECT_CURRENT);
    is($net->get_metadata($element, 'http://example.com/app'), '<color>blue</color>', 'set_metadata: get_metadata gives the element');
    $net->set_metadata($title, undef);
    fails(Sys::Virt::Error::ERR_NO_NETWORK_METADATA, sub { $net->get_metadata($title) }, 'set_metadata: undef removes the title');
};

subtest 'before there was metadata' => sub {
    plan skip_all => 'this libvirt has it' if Sys::Virt->get_library_version >= 9_007_000;
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $net->get_metadata(0) }, 'get_metadata', qr/virNetworkGetMetadata came with libvirt 9\.7\.0/);
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $net->set_metadata(0, 'x') }, 'set_metadata', qr/virNetworkSetMetadata came with libvirt 9\.7\.0/);
};

subtest 'leases and ports' => sub {
    unsupported($net, 'get_dhcp_leases', [], 'virNetworkGetDHCPLeases');
    unsupported($net, 'get_dhcp_leases', ['52:54:00:00:00:01', 0], 'virNetworkGetDHCPLeases');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $net->get_dhcp_leases("a\0b") }, 'a MAC address with a NUL', qr/argument 'macsv' has a NUL byte/);
    unsupported($net, 'list_all_ports', [], 'virNetworkListAllPorts');
    unsupported($net, 'create_port', ['<networkport/>', Sys::Virt::NetworkPort::CREATE_RECLAIM], 'virNetworkPortCreateXML');
    unsupported($net, 'get_port_by_uuid', [$uuid], 'virNetworkPortLookupByUUID\w*');
    unsupported($net, 'get_port_by_uuid', ["\xaa" x 16], 'virNetworkPortLookupByUUID');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $net->get_port_by_uuid('aa') }, 'no UUID', qr/argument 'uuid' is not a UUID/);
};

subtest 'the end' => sub {
    $net->destroy;
    is_deeply([$net->undefine], [], 'undefine gives nothing');
    fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $conn->get_network_by_name('lan') }, 'undefine: the network is gone');
    is($net->get_name, 'lan', 'undefine: the object still has its name');
    undef $conn;
    is($net->get_uuid_string, $uuid, 'get_uuid_string: an object outlives its connection');
};

done_testing;
