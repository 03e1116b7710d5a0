use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Networks, their ports, and the packet filters of interfaces.

qemu();
my $package = 'Sys::Virt::Network';
my $uuid = uuid(1);
my $name = $bed->name('net');
my ($bridge, $device) = ("svt$$", "svt${$}d");
hide($device, '<device>');
hide($bridge, '<bridge>');
my $xml = "<network><name>$name</name><uuid>$uuid</uuid><bridge name='$bridge'/><mac address='52:54:00:00:09:01'/></network>";

forms 'define_network', sub { $conn->define_network($xml, @flags) }, $package, 'DEFINE';
my $net = $conn->define_network($xml);

case $_, getter($_) for qw(get_name get_uuid get_uuid_string get_bridge_name get_autostart is_active is_persistent);

sub getter {
    my ($method) = @_;
    return sub { $net->$method };
}

forms 'get_xml_description', sub { $net->get_xml_description(@flags) }, $package, 'XML';
step 'set_autostart', sub { attempt { $net->set_autostart(1) }, $net->get_autostart, attempt { $net->set_autostart(0) } };
step 'create', sub { attempt { $net->create }, $net->is_active };
forms 'update', sub {
    $net->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::SECTION_PORTGROUP, -1,
        "<portgroup name='group'/>", @flags);
}, $package, 'UPDATE_AFFECT';
case 'get_dhcp_leases', sub { $net->get_dhcp_leases };
forms 'get_dhcp_leases of a MAC', sub { $net->get_dhcp_leases('52:54:00:00:00:01', @flags) };

my $port_uuid = uuid(2);
my $port_xml = "<networkport><uuid>$port_uuid</uuid><owner><name>guest</name><uuid>$uuid</uuid></owner>"
    . "<mac address='52:54:00:00:00:01'/></networkport>";
step 'create_port', sub { $net->create_port($port_xml) };
step 'create_port again', sub { $net->create_port($port_xml) };
step 'create_port, unused flag', sub { $net->create_port($port_xml, 1 << 30) };
step 'create_port, broken XML', sub { $net->create_port('<networkport') };
forms 'list_all_ports', sub { $net->list_all_ports(@flags) };
case 'get_port_by_uuid', sub { $net->get_port_by_uuid($port_uuid) };
case 'get_port_by_uuid, 16 bytes', sub { $net->get_port_by_uuid(pack 'H*', $port_uuid =~ tr/-//dr) };
case 'get_port_by_uuid that is not there', sub { $net->get_port_by_uuid($uuid) };
my $port = eval { $net->get_port_by_uuid($port_uuid) };
case "port $_", port_getter($_) for qw(get_uuid get_uuid_string);

sub port_getter {
    my ($method) = @_;
    return sub { $port->$method };
}

forms 'port get_xml_description', sub { $port->get_xml_description(@flags) };
forms 'port get_parameters', sub { $port->get_parameters(@flags) };
my $bandwidth = {
    Sys::Virt::NetworkPort::BANDWIDTH_IN_AVERAGE => 1000,
    Sys::Virt::NetworkPort::BANDWIDTH_IN_PEAK => 2000,
    Sys::Virt::NetworkPort::BANDWIDTH_IN_BURST => 512,
    Sys::Virt::NetworkPort::BANDWIDTH_OUT_AVERAGE => 100,
    Sys::Virt::NetworkPort::BANDWIDTH_OUT_PEAK => 200,
    Sys::Virt::NetworkPort::BANDWIDTH_OUT_BURST => 64,
};
forms 'port set_parameters', sub {
    attempt { $port->set_parameters($bandwidth, @flags) }, attempt { $port->get_parameters };
};
step 'port set_parameters, no keys', sub { $port->set_parameters({}) };
step 'port set_parameters, an unknown key', sub { $port->set_parameters({ no_such_key => 1 }) };
forms 'port delete', sub { $port->delete(@flags) };

step 'destroy', sub { attempt { $net->destroy }, $net->is_active };
step 'undefine', sub { attempt { $net->undefine }, attempt { $conn->get_network_by_name($name) } };

my $filter_uuid = uuid(3);
my $filter_name = $bed->name('filter');
my $filter_xml = "<filter name='$filter_name' chain='root'><uuid>$filter_uuid</uuid>"
    . "<rule action='accept' direction='out' priority='500'/></filter>";
forms 'define_nwfilter', sub { $conn->define_nwfilter($filter_xml, @flags) }, 'Sys::Virt::NWFilter', 'DEFINE';
step 'define_nwfilter, broken XML', sub { $conn->define_nwfilter('<filter') };
my $filter = $conn->define_nwfilter($filter_xml);
case "filter $_", filter_getter($_) for qw(get_name get_uuid get_uuid_string);

sub filter_getter {
    my ($method) = @_;
    return sub { $filter->$method };
}

forms 'filter get_xml_description', sub { $filter->get_xml_description(@flags) };
case 'get_nwfilter_by_name', sub { $conn->get_nwfilter_by_name($filter_name) };
case 'get_nwfilter_by_name that is not there', sub { $conn->get_nwfilter_by_name('none') };
case 'get_nwfilter_by_uuid', sub { $conn->get_nwfilter_by_uuid($filter_uuid) };
case 'get_nwfilter_by_uuid, 16 bytes', sub { $conn->get_nwfilter_by_uuid($filter->get_uuid) };
case 'num_of_nwfilters', sub { $conn->num_of_nwfilters > 0 ? 'some' : 'none' };
case 'list_nwfilter_names', sub { grep { $_ eq $filter_name } $conn->list_nwfilter_names(1000) };
case 'list_nwfilters', sub { grep { $_->get_name eq $filter_name } $conn->list_nwfilters };
forms 'list_all_nwfilters', sub { grep { $_->get_name eq $filter_name } $conn->list_all_nwfilters(@flags) };

# A binding needs an interface of the host that nothing else uses.
system("ip link add $device type dummy 2>/dev/null");
my $binding_xml = "<filterbinding><owner><name>guest</name><uuid>$uuid</uuid></owner><portdev name='$device'/>"
    . "<mac address='52:54:00:00:00:01'/><filterref filter='$filter_name'/></filterbinding>";
step 'create_nwfilter_binding', sub { $conn->create_nwfilter_binding($binding_xml) };
step 'create_nwfilter_binding again', sub { $conn->create_nwfilter_binding($binding_xml) };
step 'create_nwfilter_binding, broken XML', sub { $conn->create_nwfilter_binding('<filterbinding') };
step 'create_nwfilter_binding, unused flag', sub { $conn->create_nwfilter_binding($binding_xml, 1 << 30) };
case 'get_nwfilter_binding_by_port_dev', sub { $conn->get_nwfilter_binding_by_port_dev($device) };
case 'get_nwfilter_binding_by_port_dev that is not there', sub { $conn->get_nwfilter_binding_by_port_dev('none') };
forms 'list_all_nwfilter_bindings', sub { grep { $_->get_port_dev eq $device } $conn->list_all_nwfilter_bindings(@flags) };
my $binding = eval { $conn->get_nwfilter_binding_by_port_dev($device) };
case "binding $_", binding_getter($_) for qw(get_port_dev get_filter_name);

sub binding_getter {
    my ($method) = @_;
    return sub { $binding->$method };
}

forms 'binding get_xml_description', sub { $binding->get_xml_description(@flags) };
step 'binding delete', sub { attempt { $binding->delete }, attempt { $conn->get_nwfilter_binding_by_port_dev($device) } };
system("ip link del $device 2>/dev/null");
step 'filter undefine', sub { attempt { $filter->undefine }, attempt { $conn->get_nwfilter_by_name($filter_name) } };
