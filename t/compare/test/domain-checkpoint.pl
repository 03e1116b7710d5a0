use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my ($first, $second);

sub xml { return "<domaincheckpoint><name>$_[0]</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>" }

on_node {
    $first = $dom->create_checkpoint(xml('first'));
    $second = $dom->create_checkpoint(xml('second'));
};

my $package = 'Sys::Virt::DomainCheckpoint';

forms 'create_checkpoint', sub { $dom->create_checkpoint(xml('third'), @flags) }, $package, 'CREATE';
case 'create_checkpoint, a name that is taken', sub { $dom->create_checkpoint(xml('first')) };
case 'create_checkpoint, broken XML', sub { $dom->create_checkpoint('<domaincheckpoint') };
case 'create_checkpoint of no disk', sub {
    (my $none = xml('third')) =~ s/vda/none/;
    $dom->create_checkpoint($none);
};
case 'create_checkpoint of an inactive domain', sub {
    $conn->get_domain_by_name('idle')->create_checkpoint(xml('third'));
};
case 'get_checkpoint_by_name', sub { $dom->get_checkpoint_by_name('first') };
case 'get_checkpoint_by_name that is not there', sub { $dom->get_checkpoint_by_name('none') };
forms 'list_all_checkpoints', sub { any_order { $dom->list_all_checkpoints(@flags) } }, $package, 'LIST';
case 'list_all_checkpoints without', sub { $conn->get_domain_by_name('idle')->list_all_checkpoints };

case 'get_name', sub { $first->get_name };
forms 'get_xml_description', sub { $second->get_xml_description(@flags) }, $package, 'XML';
forms 'get_parent', sub { $second->get_parent(@flags) };
case 'get_parent of a root', sub { $first->get_parent };
forms 'list_all_children', sub { any_order { $first->list_all_children(@flags) } }, $package, 'LIST';
case 'list_all_children of a leaf', sub { $second->list_all_children };
forms 'delete', sub {
    attempt { $first->delete(@flags) }, any_order { $dom->list_all_checkpoints };
}, $package, 'DELETE';
case 'delete twice', sub { attempt { $second->delete }, attempt { $second->delete } };

my $backup = '<domainbackup/>';
forms 'backup_begin', sub { $dom->backup_begin($backup, undef, @flags) }, 'Sys::Virt::Domain', 'BACKUP';
case 'backup_begin with a checkpoint', sub { $dom->backup_begin($backup, xml('third')) };
forms 'backup_get_xml_description', sub { $dom->backup_get_xml_description(@flags) };
