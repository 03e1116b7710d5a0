use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $iface;

on_node {
    $iface = $conn->get_interface_by_name('eth1');
};

my $package = 'Sys::Virt::Interface';
my $xml = "<interface type='ethernet' name='eth7'><start mode='onboot'/><mac address='52:54:00:00:07:01'/></interface>";

case $_, getter($_) for qw(get_name get_mac is_active);

sub getter {
    my ($method) = @_;
    return sub { $iface->$method };
}

forms 'get_xml_description', sub { $iface->get_xml_description(@flags) }, $package, 'XML';
forms 'destroy', sub { attempt { $iface->destroy(@flags) }, $iface->is_active };
forms 'create', sub { $iface->destroy; attempt { $iface->create(@flags) }, $iface->is_active };
case 'create while active', sub { $iface->create };
case 'destroy twice', sub { $iface->destroy; $iface->destroy };
case 'undefine', sub { attempt { $iface->undefine }, attempt { $conn->get_interface_by_name('eth1') } };
forms 'define_interface', sub { $conn->define_interface($xml, @flags) }, $package, 'DEFINE';
case 'define_interface, its state', sub {
    my $fresh = $conn->define_interface($xml);
    $fresh->is_active, $fresh->get_mac, $fresh->get_xml_description;
};
case 'define_interface, broken XML', sub { $conn->define_interface('<interface') };
case 'create_interface', sub { $conn->create_interface($xml) };

forms 'interface_change_begin', sub { $conn->interface_change_begin(@flags) };
case 'interface_change_begin twice', sub { $conn->interface_change_begin; $conn->interface_change_begin };
forms 'interface_change_commit', sub {
    $conn->interface_change_begin;
    $conn->define_interface($xml);
    attempt { $conn->interface_change_commit(@flags) }, any_order { $conn->list_all_interfaces };
};
forms 'interface_change_rollback', sub {
    $conn->interface_change_begin;
    $conn->define_interface($xml);
    attempt { $conn->interface_change_rollback(@flags) }, any_order { $conn->list_all_interfaces };
};
case 'interface_change_commit without a change', sub { $conn->interface_change_commit };
case 'interface_change_rollback without a change', sub { $conn->interface_change_rollback };
case 'the interface outlives the connection object', sub { undef $conn; $iface->get_name };
