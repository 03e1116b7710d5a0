use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my ($dev, $host);

on_node {
    $dev = $conn->get_node_device_by_name('computer');
    $host = $conn->get_node_device_by_name('scsi_host5');
};

my $package = 'Sys::Virt::NodeDevice';
my $vport = <<'XML';
<device>
  <parent>scsi_host5</parent>
  <capability type='scsi_host'>
    <capability type='fc_host'><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability>
  </capability>
</device>
XML

case $_, getter($_) for qw(get_name get_parent get_autostart is_active is_persistent);
case 'get_parent of a child', sub { $host->get_parent };
case 'list_capabilities', sub { any_order { $host->list_capabilities } };

sub getter {
    my ($method) = @_;
    return sub { $dev->$method };
}

forms 'get_xml_description', sub { $host->get_xml_description(@flags) }, $package, 'XML';
case 'set_autostart', sub { $dev->set_autostart(1) };
forms 'create_node_device', sub { ref $conn->create_node_device($vport, @flags) }, $package, 'CREATE';
case 'create_node_device, its state', sub {
    my $made = $conn->create_node_device($vport);
    $made->get_parent, any_order { $made->list_capabilities }, attempt { $made->destroy };
};
case 'create_node_device, broken XML', sub { $conn->create_node_device('<device') };
case 'create_node_device, no such parent', sub {
    (my $orphan = $vport) =~ s/scsi_host5/none/;
    $conn->create_node_device($orphan);
};
forms 'define_node_device', sub { $conn->define_node_device($vport, @flags) }, $package, 'DEFINE';
forms 'create', sub { $dev->create(@flags) };
case 'destroy', sub { $host->destroy };
forms 'undefine', sub { $dev->undefine(@flags) };
case 'dettach', sub { $dev->dettach(undef) };
forms 'dettach with a driver', sub { $dev->dettach('vfio', @flags) };
case 'reattach', sub { $dev->reattach };
case 'reset', sub { $dev->reset };
case 'the device outlives the connection object', sub { undef $conn; $dev->get_name };
