use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# The devices of this host: looked at, and refused to be changed.

qemu();
my $package = 'Sys::Virt::NodeDevice';
my $dev = $conn->get_node_device_by_name('computer');
my ($pci) = sort { $a->get_name cmp $b->get_name } $conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_PCI_DEV);

case $_, getter($_) for qw(get_name get_parent get_autostart is_active is_persistent list_capabilities);

sub getter {
    my ($method) = @_;
    return sub { $dev->$method };
}

forms 'get_xml_description', sub { $dev->get_xml_description(@flags) }, $package, 'XML';
case 'get_parent of a child', sub { $pci->get_parent };
case 'list_capabilities of a child', sub { any_order { $pci->list_capabilities } };
case 'num_of_node_devices', sub { $conn->num_of_node_devices('system') };
case 'list_node_device_names', sub { $conn->list_node_device_names('system', 10) };
case 'list_node_devices', sub { $conn->list_node_devices('system') };
for my $flag (constants($package, 'LIST')) {
    step "list_all_node_devices($flag)", sub { map { ref } $conn->list_all_node_devices($package->$flag) };
}

my $mdev = "<device><parent>computer</parent><capability type='mdev'><type id='none'/><uuid>" . uuid(1) . '</uuid></capability></device>';
forms 'define_node_device', sub { $conn->define_node_device($mdev, @flags) }, $package, 'DEFINE';
forms 'create_node_device', sub { $conn->create_node_device($mdev, @flags) }, $package, 'CREATE';
case 'define_node_device, broken XML', sub { $conn->define_node_device('<device') };
case 'set_autostart', sub { $dev->set_autostart(1) };
case 'set_autostart off', sub { $dev->set_autostart(0) };
forms 'create', sub { $dev->create(@flags) };
forms 'undefine', sub { $dev->undefine(@flags) };
case 'destroy', sub { $conn->get_node_device_by_name('computer')->destroy };
case 'dettach', sub { $dev->dettach(undef) };
forms 'dettach with a driver', sub { $dev->dettach('vfio', @flags) };
case 'reattach', sub { $dev->reattach };
case 'reset', sub { $dev->reset };
