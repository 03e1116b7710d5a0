use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# Snapshots, checkpoints and backups of a running domain. Its guest counts, and writes where
# it is in its count to the disk vdb: so each test sees which memory and which disk it has.

my $bed  = Test::SysVirt::Qemu->new(seconds => 90);
my $conn = $bed->conn;
my $dir  = $bed->dir;

sub names_of { join q( ), sort map { $_->get_name } @_ }

# What the guest has written to an image that no one uses.
sub written {
    my ($path, $format) = @_;
    system("qemu-img dd -f $format -O raw bs=512 count=1 if=$path of=$dir/sector") == 0 or die "no $path";
    open my $fh, '<:raw', "$dir/sector" or die $!;
    return Test::SysVirt::BootSector::digit(scalar <$fh> . join '', <$fh>);
}

subtest 'internal snapshots' => sub {
    # QEMU keeps the memory in the first image that takes it, so all have to be qcow2.
    my $boot = "$dir/boot.qcow2";
    system('qemu-img', 'convert', '-O', 'qcow2', $bed->boot_image('boot.img'), $boot) == 0 or die;
    my $disk = $bed->image('internal.qcow2', '16M');
    my $dom = $conn->define_domain($bed->xml('internal',
        devices => $bed->disk($boot, 'vda') . $bed->disk($disk, 'vdb')));
    $dom->create;
    is($bed->serial($dom)->ask('W'), 'W1', 'create: the guest wrote a 0');

    ok(!$dom->has_current_snapshot, 'has_current_snapshot: is false at first');
    is($dom->num_of_snapshots, 0, 'num_of_snapshots: is 0 at first');
    my $one = $dom->create_snapshot('<domainsnapshot><name>one</name><description>first</description></domainsnapshot>');
    isa_ok($one, 'Sys::Virt::DomainSnapshot', 'create_snapshot: gives a snapshot');
    is($one->get_name, 'one', 'create_snapshot: the snapshot has the name of its XML');
    like($one->get_xml_description, qr{<description>first</description>.*<state>running</state>}s, 'get_xml_description: has description and state of the snapshot');
    like($one->get_xml_description, qr{<memory snapshot='internal'/>}, 'get_xml_description: says that the snapshot holds the memory');
    is($bed->serial($dom)->ask('a'), 'a2', 'create_snapshot: the guest goes on');
    is($bed->serial($dom)->ask('W'), 'W3', 'create_snapshot: the guest writes a 2 afterwards');

    my $two = $dom->create_snapshot('<domainsnapshot><name>two</name></domainsnapshot>');
    is($two->get_parent->get_name, 'one', 'get_parent: of the second is the first');
    eval { $one->get_parent };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, 'get_parent: dies for the first');
    ok($dom->has_current_snapshot, 'has_current_snapshot: is true');
    is($dom->current_snapshot->get_name, 'two', 'current_snapshot: is the second');
    ok($two->is_current && !$one->is_current, 'is_current: is true for the second only');
    ok($one->has_metadata, 'has_metadata: is true');
    is($dom->num_of_snapshots, 2, 'num_of_snapshots: is 2');
    is($dom->num_of_snapshots(Sys::Virt::DomainSnapshot::LIST_ROOTS), 1, 'num_of_snapshots: with LIST_ROOTS is 1');
    is(join(' ', sort $dom->list_snapshot_names), 'one two', 'list_snapshot_names: without a number has both');
    is(join(' ', sort $dom->list_snapshot_names(10)), 'one two', 'list_snapshot_names: has both');
    is(names_of($dom->list_snapshots), 'one two', 'list_snapshots: has both');
    is(names_of($dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_LEAVES)), 'two', 'list_all_snapshots: with LIST_LEAVES has the second');
    is(names_of($one->list_all_children), 'two', 'list_all_children: of the first has the second');
    is(names_of($one->list_child_snapshots), 'two', 'list_child_snapshots: of the first has the second');
    is_deeply([$one->list_child_snapshot_names(5)], ['two'], 'list_child_snapshot_names: of the first has the second');
    is($one->num_of_child_snapshots, 1, 'num_of_child_snapshots: of the first is 1');
    is($dom->get_snapshot_by_name('one')->get_name, 'one', 'get_snapshot_by_name: finds the first');
    eval { $dom->get_snapshot_by_name('three') };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, 'get_snapshot_by_name: dies for one that is not there');

    $one->revert_to;
    is($dom->current_snapshot->get_name, 'one', 'revert_to: the first is the current one');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_FROM_SNAPSHOT],
        'revert_to: the domain runs, from a snapshot');
    is($bed->serial($dom)->ask('b'), 'b2', 'revert_to: the guest has the memory of then');
    $two->revert_to(Sys::Virt::DomainSnapshot::REVERT_PAUSED);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'revert_to: with REVERT_PAUSED the domain is paused');
    $dom->resume;
    is($bed->serial($dom)->ask('c'), 'c4', 'revert_to: the guest has the memory of the second after resume');
    $one->revert_to(Sys::Virt::DomainSnapshot::REVERT_RUNNING);
    $dom->undefine;
    ok(!$dom->is_persistent, 'undefine: leaves a running guest, which is transient then');
    is($dom->num_of_snapshots, 2, 'undefine: leaves the snapshots of a running guest');
    $conn->define_domain($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE));
    $dom->destroy;
    is(written($disk, 'qcow2'), 0, 'revert_to: the disk is that of then');
    eval { $dom->undefine };
    is($@ && $@->code, Sys::Virt::Error::ERR_OPERATION_INVALID, 'undefine: dies while the domain is off and has snapshots');

    $one->delete(Sys::Virt::DomainSnapshot::DELETE_CHILDREN);
    is($dom->num_of_snapshots, 0, 'delete: no snapshot is left');
    unlike(qx(qemu-img snapshot -l $disk), qr/one|two/, 'delete: no snapshot is left on the disk');
};

subtest 'external snapshots' => sub {
    my $disk = $bed->image('external.qcow2', '16M');
    my $dom = $bed->boot('external', devices => $bed->disk($disk, 'vdb'));
    my $xml = sub {
        my ($name, $memory) = @_;
        return <<XML;
<domainsnapshot><name>$name</name>$memory
  <disks><disk name='vda' snapshot='no'/><disk name='vdb' snapshot='external'><source file='$dir/$name.qcow2'/></disk></disks>
</domainsnapshot>
XML
    };
    $bed->serial($dom)->ask('W');
    my $snap = $dom->create_snapshot($xml->('over', ''),
        Sys::Virt::DomainSnapshot::CREATE_DISK_ONLY | Sys::Virt::DomainSnapshot::CREATE_ATOMIC);
    like($snap->get_xml_description, qr{<state>disk-snapshot</state>}, 'get_xml_description: says that the snapshot is of the disk only');
    like($dom->get_xml_description, qr{<source file='\Q$dir\E/over.qcow2'}, 'create_snapshot: the disk is the new file');
    is($bed->serial($dom)->ask('W'), 'W3', 'create_snapshot: the guest writes to the new file');
    ok(-e "$dir/over.qcow2", 'create_snapshot: the new file is there');
    is(names_of($dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_DISK_ONLY)), 'over', 'list_all_snapshots: with LIST_DISK_ONLY has it');
    is($dom->num_of_snapshots(Sys::Virt::DomainSnapshot::LIST_INTERNAL), 0, 'num_of_snapshots: with LIST_INTERNAL is 0');

    my $memory = "$dir/over.mem";
    my $with = $dom->create_snapshot($xml->('memory', "<memory snapshot='external' file='$memory'/>"),
        Sys::Virt::DomainSnapshot::CREATE_LIVE);
    cmp_ok(-s $memory, '>', 100_000, 'create_snapshot: the memory is in a file of its own');
    like($with->get_xml_description, qr{<memory snapshot='external' file='\Q$memory\E'/>}, 'get_xml_description: says where the memory is');
    is($bed->serial($dom)->ask('d'), 'd4', 'create_snapshot: the guest goes on after its memory was saved');

    my $bare = $dom->create_snapshot($xml->('bare', ''),
        Sys::Virt::DomainSnapshot::CREATE_DISK_ONLY | Sys::Virt::DomainSnapshot::CREATE_NO_METADATA);
    is(names_of($dom->list_all_snapshots), 'memory over', 'create_snapshot: one without metadata is not listed');

    $with->delete(Sys::Virt::DomainSnapshot::DELETE_METADATA_ONLY);
    is(names_of($dom->list_all_snapshots), 'over', 'delete: with DELETE_METADATA_ONLY it is not listed');
    ok(-e "$dir/memory.qcow2", 'delete: with DELETE_METADATA_ONLY the file stays');
    $dom->destroy;
    is(written($disk, 'qcow2'), 1, 'create_snapshot: the first write went below all the snapshots');
    is(written("$dir/over.qcow2", 'qcow2'), 2, 'create_snapshot: the second write went above the first snapshot');
};

subtest 'redefined' => sub {
    my $dom = $conn->get_domain_by_name($bed->name('external'));
    my $xml = $dom->get_snapshot_by_name('over')->get_xml_description(Sys::Virt::DomainSnapshot::XML_SECURE);
    $dom->get_snapshot_by_name('over')->delete(Sys::Virt::DomainSnapshot::DELETE_METADATA_ONLY);
    is($dom->num_of_snapshots, 0, 'delete: num_of_snapshots is 0 after the metadata went');
    $dom->create_snapshot($xml, Sys::Virt::DomainSnapshot::CREATE_REDEFINE | Sys::Virt::DomainSnapshot::CREATE_CURRENT);
    is($dom->current_snapshot->get_name, 'over', 'create_snapshot: redefined, it is the current one');
};

my $disk = $bed->image('backup.qcow2', '16M');
my $dom = $bed->boot('backup', devices => $bed->disk($disk, 'vdb'));
my $only_vdb = "<disks><disk name='vda' checkpoint='no'/><disk name='vdb' checkpoint='bitmap'/></disks>";

sub job_ends { $bed->wait_for(sub { $dom->get_job_info->{type} == Sys::Virt::Domain::JOB_NONE }) }

subtest 'checkpoints' => sub {
    my $one = $dom->create_checkpoint("<domaincheckpoint><name>one</name>$only_vdb</domaincheckpoint>");
    isa_ok($one, 'Sys::Virt::DomainCheckpoint', 'create_checkpoint: gives a checkpoint');
    my $two = $dom->create_checkpoint("<domaincheckpoint><name>two</name>$only_vdb</domaincheckpoint>");
    is($two->get_name, 'two', 'get_name: of a checkpoint is that of its XML');
    is($two->get_parent->get_name, 'one', 'get_parent: of the second checkpoint is the first');
    eval { $one->get_parent };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, 'get_parent: dies for the first checkpoint');
    is(names_of($dom->list_all_checkpoints(Sys::Virt::DomainCheckpoint::LIST_TOPOLOGICAL)), 'one two', 'list_all_checkpoints: has both');
    is(names_of($dom->list_all_checkpoints(Sys::Virt::DomainCheckpoint::LIST_LEAVES)), 'two', 'list_all_checkpoints: with LIST_LEAVES has the second');
    is(names_of($one->list_all_children), 'two', 'list_all_children: of the first checkpoint has the second');
    is($dom->get_checkpoint_by_name('one')->get_name, 'one', 'get_checkpoint_by_name: finds the first');
    like($one->get_xml_description, qr{<disk name='vdb' checkpoint='bitmap' bitmap='one'/>}, "get_xml_description: of a checkpoint has the disk's bitmap");
    my @with = grep { $_->get_name eq $dom->get_name } $conn->list_all_domains(Sys::Virt::Domain::LIST_HAS_CHECKPOINT);
    is(scalar @with, 1, 'list_all_domains: has the domain as one with checkpoints');
    $bed->serial($dom)->ask('W');
    like($two->get_xml_description(Sys::Virt::DomainCheckpoint::XML_SIZE), qr{<disk name='vdb'[^>]* size='65536'/>},
        'get_xml_description: with XML_SIZE says that a cluster was written to since');
    $two->delete;
    is(names_of($dom->list_all_checkpoints), 'one', 'delete: the second checkpoint is not listed');
    eval { $dom->get_checkpoint_by_name('two') };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, 'get_checkpoint_by_name: dies for one that was deleted');
};

subtest 'a full backup with a checkpoint' => sub {
    my $target = "$dir/full.qcow2";
    $dom->backup_begin(<<XML, "<domaincheckpoint><name>full</name>$only_vdb</domaincheckpoint>");
<domainbackup mode='push'><disks><disk name='vda' backup='no'/>
  <disk name='vdb' type='file'><target file='$target'/><driver type='qcow2'/></disk></disks></domainbackup>
XML
    ok(job_ends(), 'backup_begin: the backup comes to its end');
    my ($type, $stats) = $dom->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED);
    is($type, Sys::Virt::Domain::JOB_COMPLETED, 'get_job_stats: the type is JOB_COMPLETED');
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_BACKUP, 'get_job_stats: the operation was a backup');
    is($stats->{Sys::Virt::Domain::JOB_DISK_TOTAL()}, 16 << 20, 'get_job_stats: the backup was of 16 MiB');
    is($stats->{Sys::Virt::Domain::JOB_DISK_REMAINING()}, 0, 'get_job_stats: nothing remains of the backup');
    is($stats->{Sys::Virt::Domain::JOB_SUCCESS()}, 1, 'get_job_stats: the backup was a success') if exists $stats->{success};
    is(written($target, 'qcow2'), 1, 'backup_begin: the backup has what the guest wrote');
    is($dom->get_checkpoint_by_name('full')->get_name, 'full', 'backup_begin: the checkpoint is there');
    eval { $dom->backup_get_xml_description };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_BACKUP, 'backup_get_xml_description: dies when no backup runs');
};

subtest 'an incremental backup' => sub {
    $bed->serial($dom)->ask('e');
    $bed->serial($dom)->ask('W');
    my $target = $bed->image('inc.qcow2', '16M', -b => "$dir/full.qcow2", -F => 'qcow2');
    $dom->backup_begin(<<XML, undef, Sys::Virt::Domain::BACKUP_BEGIN_REUSE_EXTERNAL);
<domainbackup mode='push'><incremental>full</incremental><disks><disk name='vda' backup='no'/>
  <disk name='vdb' type='file'><target file='$target'/><driver type='qcow2'/></disk></disks></domainbackup>
XML
    ok(job_ends(), 'backup_begin: an incremental backup comes to its end');
    is(written($target, 'qcow2'), 3, 'backup_begin: an incremental backup has the later write');
    is(written("$dir/full.qcow2", 'qcow2'), 1, 'backup_begin: the full backup has not');
    my ($map) = qx(qemu-img map $target) =~ /^0\s+(0x\w+)\s+\S+\s+\Q$target/m;
    is($map, '0x10000', 'backup_begin: an incremental backup holds the one cluster that changed');
};

subtest 'a backup to be pulled' => sub {
    my $socket = "$dir/nbd.sock";
    $dom->backup_begin(<<XML);
<domainbackup mode='pull'><server transport='unix' socket='$socket'/><disks><disk name='vda' backup='no'/>
  <disk name='vdb' backup='yes' type='file'><scratch file='$dir/scratch.qcow2'/></disk></disks></domainbackup>
XML
    my $xml = $dom->backup_get_xml_description;
    like($xml, qr/<domainbackup mode='pull'/, 'backup_get_xml_description: says that the backup is pulled');
    like($xml, qr{<scratch file='\Q$dir\E/scratch.qcow2'/>}, 'backup_get_xml_description: has the scratch file');
    is($dom->get_job_info->{type}, Sys::Virt::Domain::JOB_UNBOUNDED, 'get_job_info: the type is JOB_UNBOUNDED for a pulled backup');
    $bed->serial($dom)->ask('W');
    system("qemu-img convert -f raw -O qcow2 'nbd+unix:///vdb?socket=$socket' $dir/pulled.qcow2") == 0 or die;
    is(written("$dir/pulled.qcow2", 'qcow2'), 3, 'backup_begin: what is pulled over NBD is what it was at the start');
    $dom->abort_job;
    ok(job_ends(), 'abort_job: the backup ends');
};

done_testing;
