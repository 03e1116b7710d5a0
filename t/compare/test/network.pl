use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $net;

on_node {
    $net = $conn->get_network_by_name('lan');
};

my $package = 'Sys::Virt::Network';
my $xml = <<'XML';
<network>
  <name>fresh</name>
  <uuid>77777777-7777-4777-8777-777777777777</uuid>
  <bridge name='virbr8'/>
  <mac address='52:54:00:00:08:01'/>
  <ip address='198.51.100.1' netmask='255.255.255.0'/>
</network>
XML

case $_, getter($_) for qw(get_name get_uuid get_uuid_string get_bridge_name get_autostart
    is_active is_persistent);

sub getter {
    my ($method) = @_;
    return sub { $net->$method };
}

forms 'get_xml_description', sub { $net->get_xml_description(@flags) }, $package, 'XML';
case 'set_autostart', sub { attempt { $net->set_autostart(1) }, $net->get_autostart };
case 'set_autostart off', sub { attempt { $net->set_autostart(0) }, $net->get_autostart };
case 'destroy', sub { attempt { $net->destroy }, $net->is_active, attempt { $net->get_bridge_name } };
case 'destroy twice', sub { $net->destroy; $net->destroy };
case 'create', sub { $net->destroy; attempt { $net->create }, $net->is_active };
case 'create while active', sub { $net->create };
case 'undefine', sub {
    $net->destroy;
    attempt { $net->undefine }, attempt { $conn->get_network_by_name('lan') };
};
case 'undefine while active', sub { attempt { $net->undefine }, $net->is_persistent };
forms 'define_network', sub { $conn->define_network($xml, @flags) }, $package, 'DEFINE';
forms 'create_network', sub { $conn->create_network($xml, @flags) }, $package, 'CREATE';
case 'define_network, its state', sub {
    my $fresh = $conn->define_network($xml);
    $fresh->is_active, $fresh->is_persistent, $fresh->get_xml_description;
};
case 'create_network, its state', sub {
    my $fresh = $conn->create_network($xml);
    $fresh->is_active, $fresh->is_persistent, attempt { $fresh->set_autostart(1) };
};
case 'define_network, broken XML', sub { $conn->define_network('<network') };
case 'define_network, nothing', sub { $conn->define_network('') };
case 'create_network, other XML', sub { $conn->create_network('<domain/>') };
case 'define_network that is there', sub { (my $same = $xml) =~ s/fresh/lan/; $conn->define_network($same) };

my $host = "<host mac='52:54:00:00:00:07' name='seven' ip='192.0.2.27'/>";
forms 'update', sub {
    attempt {
        $net->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::SECTION_IP_DHCP_HOST,
            -1, $host, @flags);
    }, $net->get_xml_description;
}, $package, 'UPDATE_AFFECT';
for my $command (constants($package, 'UPDATE_COMMAND')) {
    case "update, $command", sub {
        $net->update($package->$command, Sys::Virt::Network::SECTION_IP_DHCP_HOST, 0, $host);
    };
}
for my $section (constants($package, 'SECTION')) {
    case "update, $section", sub {
        $net->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_FIRST, $package->$section, 0, $host);
    };
}
case 'update, no such parent', sub {
    $net->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::SECTION_IP_DHCP_HOST, 9, $host);
};

case 'get_dhcp_leases', sub { $net->get_dhcp_leases };
case 'get_dhcp_leases of undef', sub { $net->get_dhcp_leases(undef) };
forms 'get_dhcp_leases of a MAC', sub { $net->get_dhcp_leases('52:54:00:00:00:01', @flags) };
forms 'list_all_ports', sub { $net->list_all_ports(@flags) };
my $port = '<networkport><owner><name>busy</name><uuid>11111111-1111-4111-8111-111111111111</uuid></owner></networkport>';
forms 'create_port', sub { $net->create_port($port, @flags) }, 'Sys::Virt::NetworkPort', 'CREATE';
case 'get_port_by_uuid', sub { $net->get_port_by_uuid('11111111-1111-4111-8111-111111111111') };
case 'get_port_by_uuid, 16 bytes', sub { $net->get_port_by_uuid("\x11" x 16) };
case 'get_port_by_uuid, too short', sub { $net->get_port_by_uuid('11') };
case 'the network outlives the connection object', sub { undef $conn; $net->get_name };
