use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Snapshots, checkpoints and a backup of a running domain.

qemu();
my $dom = $bed->boot('snapped', more => '<uuid>' . uuid(1) . '</uuid>',
    devices => $bed->disk($bed->image('b.qcow2', '8M'), 'vdb'));

sub xml { return "<domainsnapshot><name>$_[0]</name></domainsnapshot>" }
sub names { return [sort map { $_->get_name } @_] }

my $outside = "<domainsnapshot><name>outside</name><disks><disk name='vda' snapshot='no'/>"
    . "<disk name='vdb' snapshot='external'><source file='" . $bed->dir . "/over.qcow2'/></disk></disks></domainsnapshot>";

step 'create_snapshot, inside, of a raw disk', sub { $dom->create_snapshot(xml('inside')) };
step 'create_snapshot, outside', sub {
    $dom->create_snapshot($outside, Sys::Virt::DomainSnapshot::CREATE_DISK_ONLY)->get_xml_description;
};
my $snapshot = $dom->get_snapshot_by_name('outside');
forms 'get_xml_description', sub { $snapshot->get_xml_description(@flags) }, 'Sys::Virt::DomainSnapshot', 'XML';
forms 'num_of_snapshots', sub { $dom->num_of_snapshots(@flags) }, 'Sys::Virt::DomainSnapshot', 'LIST';
forms 'list_all_snapshots', sub { $dom->list_all_snapshots(@flags) }, 'Sys::Virt::DomainSnapshot', 'LIST';
forms 'list_snapshot_names', sub { $dom->list_snapshot_names(10, @flags) }, 'Sys::Virt::DomainSnapshot', 'LIST';
forms 'has_metadata', sub { $snapshot->has_metadata(@flags) };
forms 'is_current', sub { $snapshot->is_current(@flags) };
forms 'get_parent', sub { $snapshot->get_parent(@flags) };
forms 'current_snapshot', sub { $dom->current_snapshot(@flags) };
step 'revert_to', sub { $snapshot->revert_to };
step 'delete', sub { $snapshot->delete };
step 'delete the metadata', sub {
    attempt { $snapshot->delete(Sys::Virt::DomainSnapshot::DELETE_METADATA_ONLY) }, names($dom->list_all_snapshots);
};
# Since 9.9 libvirt can revert to a snapshot outside, and the guest is off then.
$dom->create if !$dom->is_active;

sub checkpoint { return "<domaincheckpoint><name>$_[0]</name><disks><disk name='vda' checkpoint='no'/><disk name='vdb' checkpoint='bitmap'/></disks></domaincheckpoint>" }

my $package = 'Sys::Virt::DomainCheckpoint';
step 'create_checkpoint', sub { $dom->create_checkpoint(checkpoint('first'))->get_xml_description };
step 'create_checkpoint, another', sub { $dom->create_checkpoint(checkpoint('second')) };
step 'create_checkpoint, a name that is taken', sub { $dom->create_checkpoint(checkpoint('first')) };
my ($first, $second) = map { $dom->get_checkpoint_by_name($_) } qw(first second);
forms 'checkpoint get_xml_description', sub { $second->get_xml_description(@flags) }, $package, 'XML';
forms 'checkpoint get_parent', sub { $second->get_parent(@flags) };
forms 'list_all_checkpoints', sub { any_order { $dom->list_all_checkpoints(@flags) } }, $package, 'LIST';
forms 'checkpoint list_all_children', sub { any_order { $first->list_all_children(@flags) } }, $package, 'LIST';

my $backup = "<domainbackup mode='push'><disks><disk name='vda' backup='no'/>"
    . "<disk name='vdb' backup='yes' type='file'><target file='" . $bed->dir . "/backup.qcow2'/><driver type='qcow2'/></disk></disks></domainbackup>";
forms 'backup_get_xml_description', sub { $dom->backup_get_xml_description(@flags) };
step 'backup_begin, broken XML', sub { $dom->backup_begin('<domainbackup', undef) };
step 'backup_begin, unused flag', sub { $dom->backup_begin($backup, undef, 1 << 30) };
step 'backup_begin', sub {
    attempt { $dom->backup_begin($backup, checkpoint('third')) }, names($dom->list_all_checkpoints);
};
step 'a backup, to its end', sub {
    $bed->wait_for(sub { ($dom->get_job_info->{type}) == Sys::Virt::Domain::JOB_NONE }) ? 'ended' : 'goes on',
        -s $bed->dir . '/backup.qcow2' ? 'an image' : 'no image';
};
my $pull = "<domainbackup mode='pull'><server transport='unix' socket='" . $bed->dir . "/nbd'/><disks>"
    . "<disk name='vda' backup='no'/><disk name='vdb' backup='yes' type='file'><scratch file='" . $bed->dir . "/scratch.qcow2'/></disk></disks></domainbackup>";
step 'backup_begin, to be pulled', sub { attempt { $dom->backup_begin($pull, undef) }, $dom->backup_get_xml_description };
step 'get_job_info of a backup', sub { $dom->get_job_info->{type} };
step 'get_job_stats of a backup', sub {
    my ($type, $stats) = $dom->get_job_stats;
    sort keys %$stats;
};
step 'abort_job', sub {
    attempt { $dom->abort_job }, $bed->wait_for(sub { $dom->get_job_info->{type} == Sys::Virt::Domain::JOB_NONE });
};
forms 'abort_job without one', sub { $dom->abort_job(@flags) };
step 'checkpoint delete', sub {
    attempt { $first->delete }, names($dom->list_all_checkpoints), attempt { $first->get_xml_description };
};
step 'checkpoint delete, the metadata', sub {
    attempt { $second->delete(Sys::Virt::DomainCheckpoint::DELETE_METADATA_ONLY) }, names($dom->list_all_checkpoints);
};
