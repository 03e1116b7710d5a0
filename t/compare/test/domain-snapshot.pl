use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my ($root, $leaf);

sub xml { return "<domainsnapshot><name>$_[0]</name><description>about $_[0]</description></domainsnapshot>" }

on_node {
    $root = $dom->create_snapshot(xml('root'));
    $dom->create_snapshot(xml('branch'));
    $leaf = $dom->create_snapshot(xml('leaf'));
    $root->revert_to;
    $dom->create_snapshot(xml('other'));
};

my $package = 'Sys::Virt::DomainSnapshot';

forms 'create_snapshot', sub { $dom->create_snapshot(xml('new'), @flags) }, $package, 'CREATE';
case 'create_snapshot without a name', sub {
    my $name = $dom->create_snapshot('<domainsnapshot/>')->get_name;
    $name =~ /^\d+$/ ? 'the time' : $name;
};
case 'create_snapshot, a name that is taken', sub { $dom->create_snapshot(xml('leaf')) };
case 'create_snapshot, broken XML', sub { $dom->create_snapshot('<domainsnapshot') };
case 'create_snapshot, other XML', sub { $dom->create_snapshot('<domain/>') };
case 'create_snapshot of an inactive domain', sub {
    $conn->get_domain_by_name('idle')->create_snapshot(xml('new'))->get_xml_description;
};
case 'create_snapshot, two flags', sub {
    $dom->create_snapshot(xml('new'),
        Sys::Virt::DomainSnapshot::CREATE_HALT | Sys::Virt::DomainSnapshot::CREATE_NO_METADATA);
};
case 'get_snapshot_by_name', sub { $dom->get_snapshot_by_name('leaf') };
case 'get_snapshot_by_name that is not there', sub { $dom->get_snapshot_by_name('none') };
forms 'current_snapshot', sub { $dom->current_snapshot(@flags) };
case 'current_snapshot without', sub { $conn->get_domain_by_name('idle')->current_snapshot };
forms 'has_current_snapshot', sub { $dom->has_current_snapshot(@flags) };
case 'has_current_snapshot without', sub { $conn->get_domain_by_name('idle')->has_current_snapshot };
forms 'num_of_snapshots', sub { $dom->num_of_snapshots(@flags) }, $package, 'LIST';
forms 'list_snapshot_names', sub { any_order { $dom->list_snapshot_names(10, @flags) } }, $package, 'LIST';
case 'list_snapshots', sub { any_order { $dom->list_snapshots } };
case 'list_snapshots, a number', sub { scalar $dom->list_snapshots };
case 'list_snapshots without', sub { $conn->get_domain_by_name('idle')->list_snapshots };
forms 'list_all_snapshots', sub { any_order { $dom->list_all_snapshots(@flags) } }, $package, 'LIST';
case 'list_all_snapshots in the order of the tree', sub {
    my @names = map { $_->get_name } $dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_TOPOLOGICAL);
    $names[0];
};

case 'get_name', sub { $leaf->get_name };
forms 'get_xml_description', sub { $leaf->get_xml_description(@flags) }, $package, 'XML';
forms 'get_parent', sub { $leaf->get_parent(@flags) };
case 'get_parent of a root', sub { $root->get_parent };
forms 'has_metadata', sub { $leaf->has_metadata(@flags) };
forms 'is_current', sub { $leaf->is_current(@flags) };
case 'is_current of the current', sub { $dom->current_snapshot->is_current };
forms 'num_of_child_snapshots', sub { $root->num_of_child_snapshots(@flags) }, $package, 'LIST';
forms 'list_child_snapshot_names', sub { any_order { $root->list_child_snapshot_names(10, @flags) } },
    $package, 'LIST';
case 'list_child_snapshots', sub { any_order { $root->list_child_snapshots } };
case 'list_child_snapshots, a number', sub { scalar $root->list_child_snapshots };
case 'list_child_snapshots of a leaf', sub { $leaf->list_child_snapshots };
forms 'list_all_children', sub { any_order { $root->list_all_children(@flags) } }, $package, 'LIST';
forms 'revert_to', sub {
    attempt { $leaf->revert_to(@flags) }, [$dom->get_state], attempt { $dom->current_snapshot };
}, $package, 'REVERT';
forms 'delete', sub {
    attempt { $root->delete(@flags) }, any_order { $dom->list_all_snapshots };
}, $package, 'DELETE';
case 'delete twice', sub { attempt { $leaf->delete }, attempt { $leaf->delete } };
case 'a snapshot outlives its domain object', sub { undef $dom; undef $conn; $leaf->get_name };
case 'undefine a domain with snapshots', sub {
    $dom->destroy;
    attempt { $dom->undefine }, attempt { $dom->undefine(Sys::Virt::Domain::UNDEFINE_SNAPSHOTS_METADATA) };
};
