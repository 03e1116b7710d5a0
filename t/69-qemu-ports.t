# Ports of a network and bindings of filters, which libvirt's test driver does not have, on a real
# host; nothing is plugged into them.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Qemu;
use Sys::Virt;

my $bed  = Test::SysVirt::Qemu->new(seconds => 60);
my $conn = $bed->conn;
my $owner = "<owner><name>nobody</name><uuid>11111111-1111-4111-8111-111111111111</uuid></owner>";
my $mac = "<mac address='52:54:00:aa:bb:cc'/>";

subtest 'ports' => sub {
    my $name = $bed->name('ports');
    my $net = eval { $conn->create_network("<network><name>$name</name><bridge name='svtp$$'/></network>") }
        or plan skip_all => "no network can be started here: $@";
    my $uuid = '12345678-1234-4234-8234-1234567890ab';
    my $raw = pack 'H*', $uuid =~ tr/-//dr;
    my $port = $net->create_port("<networkport><uuid>$uuid</uuid>$owner$mac</networkport>", Sys::Virt::NetworkPort::CREATE_VALIDATE);
    isa_ok($port, 'Sys::Virt::NetworkPort', 'create_port: gives a port');
    is($port->get_uuid_string, $uuid, 'get_uuid_string: is that of the XML');
    is($port->get_uuid, $raw, 'get_uuid: is that of the XML');
    like($port->get_xml_description, qr{^<networkport>.*<name>nobody</name>.*<plug type='network' bridge='svtp$$'/>}s, 'get_xml_description: has owner and plug');
    is($net->get_port_by_uuid($_)->get_uuid_string, $uuid, 'get_port_by_uuid, length ' . length) for $uuid, $uuid =~ tr/-//dr, $raw;
    is(scalar(my @ports = $net->list_all_ports), 1, 'list_all_ports: 1');

    my ($average, $peak, $out) = (Sys::Virt::NetworkPort::BANDWIDTH_IN_AVERAGE, Sys::Virt::NetworkPort::BANDWIDTH_IN_PEAK,
        Sys::Virt::NetworkPort::BANDWIDTH_OUT_AVERAGE);
    is_deeply($port->get_parameters, {}, 'get_parameters: is empty at first');
    is_deeply([$port->set_parameters({ $average => 1000, $out => '10' })], [], 'set_parameters gives nothing');
    my $limits = $port->get_parameters;
    is($limits->{$average}, 1000, 'set_parameters: get_parameters has the inbound limit');
    is($limits->{$out}, 10, 'set_parameters: get_parameters has the outbound limit');
    $port->set_parameters({ $average => 7, $peak => 4294967295 });
    is($port->get_parameters->{$peak}, 4294967295, 'set_parameters: the largest number is exact');
    is($port->get_parameters->{$out}, undef, 'set_parameters: what is left out is unlimited');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $port->set_parameters({ $peak => 4294967296 }) }, 'a larger one',
        qr/key '\Q$peak\E': is 4294967296, not between 0 and 4294967295/);
    my @warnings;
    {
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        $port->set_parameters({ 'outbound.floor' => 1 });
    }
    like("@warnings", qr/argument 'newparams': 'outbound\.floor' is unknown here and ignored/, 'set_parameters: warns of a limit that there is not');

    is_deeply([$port->delete], [], 'delete gives nothing');
    fails(Sys::Virt::Error::ERR_NO_NETWORK_PORT, sub { $port->delete }, 'delete: a second one dies');
    fails(Sys::Virt::Error::ERR_NO_NETWORK_PORT, sub { $net->get_port_by_uuid($uuid) }, 'get_port_by_uuid: dies for a port that was deleted');
    $net->destroy;
};

subtest 'bindings' => sub {
    my $name = $bed->name('binding');
    my $filter = $conn->define_nwfilter("<filter name='$name' chain='root'><rule action='accept' direction='inout'/></filter>");
    my $device = "svtb$$";
    my $binding = eval {
        $conn->create_nwfilter_binding("<filterbinding>$owner<portdev name='$device'/>$mac<filterref filter='$name'/></filterbinding>");
    } or plan skip_all => "no filter can be bound here: $@";
    isa_ok($binding, 'Sys::Virt::NWFilterBinding', 'create_nwfilter_binding: gives a binding');
    is($binding->get_port_dev, $device, 'get_port_dev: is that of the XML');
    is($binding->get_filter_name, $name, 'get_filter_name: is that of the XML');
    like($binding->get_xml_description, qr{^<filterbinding>.*<portdev name='$device'/>.*<filterref filter='\Q$name\E'/>}s, 'get_xml_description: has device and filter');
    is($conn->get_nwfilter_binding_by_port_dev($device)->get_filter_name, $name, 'get_nwfilter_binding_by_port_dev: finds the binding');
    is_deeply([$binding->delete], [], 'delete gives nothing');
    fails(Sys::Virt::Error::ERR_NO_NWFILTER_BINDING, sub { $binding->delete }, 'delete: a second one of a binding dies');
    is_deeply([$filter->undefine], [], 'undefine gives nothing');
};

# No device is taken from this host: the root of the tree is none that could be.
subtest 'a device that stays where it is' => sub {
    my $root = $conn->get_node_device_by_name('computer');
    is($root->is_active, 1, 'is_active: 1');
    is($root->is_persistent, 1, 'is_persistent: 1');
    is($root->get_autostart, 1, 'get_autostart: 1');
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $root->set_autostart(1) }, 'set_autostart: dies for a device that cannot be started');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $root->$_ }, $_) for qw(reset reattach);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $root->dettach('vfio', 1) }, 'dettach: passes on its flags');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $root->create }, 'create of one that is there');
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $root->$_ }, $_) for qw(undefine destroy);
};

done_testing;
