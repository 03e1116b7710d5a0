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

    ok(!$dom->has_current_snapshot, 'has_current_snapshot: no current snapshot');
    is($dom->num_of_snapshots, 0, 'num_of_snapshots: and no other');
    my $one = $dom->create_snapshot('<domainsnapshot><name>one</name><description>first</description></domainsnapshot>');
    isa_ok($one, 'Sys::Virt::DomainSnapshot', 'create_snapshot: gives a snapshot');
    is($one->get_name, 'one', 'get_name: its name');
    like($one->get_xml_description, qr{<description>first</description>.*<state>running</state>}s, 'get_xml_description: its XML');
    like($one->get_xml_description, qr{<memory snapshot='internal'/>}, 'get_xml_description: it holds the memory');
    is($bed->serial($dom)->ask('a'), 'a2', 'get_xml_description: the guest goes on');
    is($bed->serial($dom)->ask('W'), 'W3', 'get_xml_description: and writes a 2');

    my $two = $dom->create_snapshot('<domainsnapshot><name>two</name></domainsnapshot>');
    is($two->get_parent->get_name, 'one', 'get_parent: the parent of the second');
    eval { $one->get_parent };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, 'code: the first has none');
    ok($dom->has_current_snapshot, 'has_current_snapshot: there is a current snapshot');
    is($dom->current_snapshot->get_name, 'two', 'current_snapshot: the second');
    ok($two->is_current && !$one->is_current, 'is_current: as each knows');
    ok($one->has_metadata, 'has_metadata: libvirt knows of it');
    is($dom->num_of_snapshots, 2, 'num_of_snapshots: two snapshots');
    is($dom->num_of_snapshots(Sys::Virt::DomainSnapshot::LIST_ROOTS), 1, 'num_of_snapshots: one of them a root');
    is(join(' ', sort $dom->list_snapshot_names(10)), 'one two', 'list_snapshot_names: their names');
    is(names_of($dom->list_snapshots), 'one two', 'list_snapshots: the list');
    is(names_of($dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_LEAVES)), 'two', 'list_all_snapshots: the leaves');
    is(names_of($one->list_all_children), 'two', 'list_all_children: the children of the first');
    is(names_of($one->list_child_snapshots), 'two', 'list_child_snapshots: listed the old way');
    is_deeply([$one->list_child_snapshot_names(5)], ['two'], 'list_child_snapshot_names: their names');
    is($one->num_of_child_snapshots, 1, 'num_of_child_snapshots: their number');
    is($dom->get_snapshot_by_name('one')->get_name, 'one', 'get_snapshot_by_name: one by its name');
    eval { $dom->get_snapshot_by_name('three') };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, 'code: none by that name');

    $one->revert_to;
    is($dom->current_snapshot->get_name, 'one', 'current_snapshot: reverted to the first');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_FROM_SNAPSHOT],
        'the guest runs');
    is($bed->serial($dom)->ask('b'), 'b2', 'get_state: with the memory of then');
    $two->revert_to(Sys::Virt::DomainSnapshot::REVERT_PAUSED);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'get_info: reverted to the second, and paused');
    $dom->resume;
    is($bed->serial($dom)->ask('c'), 'c4', 'resume: with its memory');
    $one->revert_to(Sys::Virt::DomainSnapshot::REVERT_RUNNING);
    $dom->destroy;
    is(written($disk, 'qcow2'), 0, 'destroy: and the disk of then');

    $one->delete(Sys::Virt::DomainSnapshot::DELETE_CHILDREN);
    is($dom->num_of_snapshots, 0, 'num_of_snapshots: all deleted');
    unlike(qx(qemu-img snapshot -l $disk), qr/one|two/, 'num_of_snapshots: from the disk, too');
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
    like($snap->get_xml_description, qr{<state>disk-snapshot</state>}, 'get_xml_description: of the disk only');
    like($dom->get_xml_description, qr{<source file='\Q$dir\E/over.qcow2'}, 'get_xml_description: the disk is the new file');
    is($bed->serial($dom)->ask('W'), 'W3', 'get_xml_description: which the guest writes to');
    ok(-e "$dir/over.qcow2", 'get_xml_description: it exists');
    is(names_of($dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_DISK_ONLY)), 'over', 'list_all_snapshots: listed as such');
    is($dom->num_of_snapshots(Sys::Virt::DomainSnapshot::LIST_INTERNAL), 0, 'num_of_snapshots: not as an internal one');

    my $memory = "$dir/over.mem";
    my $with = $dom->create_snapshot($xml->('memory', "<memory snapshot='external' file='$memory'/>"),
        Sys::Virt::DomainSnapshot::CREATE_LIVE);
    cmp_ok(-s $memory, '>', 100_000, 'create_snapshot: a snapshot with the memory in a file of its own');
    like($with->get_xml_description, qr{<memory snapshot='external' file='\Q$memory\E'/>}, 'get_xml_description: says its XML');
    is($bed->serial($dom)->ask('d'), 'd4', 'get_xml_description: the guest goes on');

    my $bare = $dom->create_snapshot($xml->('bare', ''),
        Sys::Virt::DomainSnapshot::CREATE_DISK_ONLY | Sys::Virt::DomainSnapshot::CREATE_NO_METADATA);
    is(names_of($dom->list_all_snapshots), 'memory over', 'list_all_snapshots: one without metadata is not listed');

    $with->delete(Sys::Virt::DomainSnapshot::DELETE_METADATA_ONLY);
    is(names_of($dom->list_all_snapshots), 'over', 'list_all_snapshots: metadata deleted');
    ok(-e "$dir/memory.qcow2", 'list_all_snapshots: but not the file');
    $dom->destroy;
    is(written($disk, 'qcow2'), 1, 'destroy: the first write went below all the snapshots');
    is(written("$dir/over.qcow2", 'qcow2'), 2, 'destroy: the second above the first snapshot');
};

subtest 'redefined' => sub {
    my $dom = $conn->get_domain_by_name($bed->name('external'));
    my $xml = $dom->get_snapshot_by_name('over')->get_xml_description(Sys::Virt::DomainSnapshot::XML_SECURE);
    $dom->get_snapshot_by_name('over')->delete(Sys::Virt::DomainSnapshot::DELETE_METADATA_ONLY);
    is($dom->num_of_snapshots, 0, 'num_of_snapshots: forgotten');
    $dom->create_snapshot($xml, Sys::Virt::DomainSnapshot::CREATE_REDEFINE | Sys::Virt::DomainSnapshot::CREATE_CURRENT);
    is($dom->current_snapshot->get_name, 'over', 'current_snapshot: and known again');
};

my $disk = $bed->image('backup.qcow2', '16M');
my $dom = $bed->boot('backup', devices => $bed->disk($disk, 'vdb'));
my $only_vdb = "<disks><disk name='vda' checkpoint='no'/><disk name='vdb' checkpoint='bitmap'/></disks>";

sub job_ends { $bed->wait_for(sub { $dom->get_job_info->{type} == Sys::Virt::Domain::JOB_NONE }) }

subtest 'checkpoints' => sub {
    my $one = $dom->create_checkpoint("<domaincheckpoint><name>one</name>$only_vdb</domaincheckpoint>");
    isa_ok($one, 'Sys::Virt::DomainCheckpoint', 'create_checkpoint: gives a checkpoint');
    my $two = $dom->create_checkpoint("<domaincheckpoint><name>two</name>$only_vdb</domaincheckpoint>");
    is($two->get_name, 'two', 'get_name: its name');
    is($two->get_parent->get_name, 'one', 'get_parent: its parent');
    eval { $one->get_parent };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, 'code: the first has none');
    is(names_of($dom->list_all_checkpoints(Sys::Virt::DomainCheckpoint::LIST_TOPOLOGICAL)), 'one two', 'list_all_checkpoints: the list');
    is(names_of($dom->list_all_checkpoints(Sys::Virt::DomainCheckpoint::LIST_LEAVES)), 'two', 'list_all_checkpoints: the leaves');
    is(names_of($one->list_all_children), 'two', 'list_all_children: the children of the first');
    is($dom->get_checkpoint_by_name('one')->get_name, 'one', 'get_checkpoint_by_name: one by its name');
    like($one->get_xml_description, qr{<disk name='vdb' checkpoint='bitmap' bitmap='one'/>}, 'get_xml_description: its XML');
    my @with = grep { $_->get_name eq $dom->get_name } $conn->list_all_domains(Sys::Virt::Domain::LIST_HAS_CHECKPOINT);
    is(scalar @with, 1, 'list_all_domains: the domain is listed as one with checkpoints');
    $bed->serial($dom)->ask('W');
    like($two->get_xml_description(Sys::Virt::DomainCheckpoint::XML_SIZE), qr{<disk name='vdb'[^>]* size='65536'/>},
        'a cluster was written to since');
    $two->delete;
    is(names_of($dom->list_all_checkpoints), 'one', 'list_all_checkpoints: deleted');
    eval { $dom->get_checkpoint_by_name('two') };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, 'code: and gone');
};

subtest 'a full backup with a checkpoint' => sub {
    my $target = "$dir/full.qcow2";
    $dom->backup_begin(<<XML, "<domaincheckpoint><name>full</name>$only_vdb</domaincheckpoint>");
<domainbackup mode='push'><disks><disk name='vda' backup='no'/>
  <disk name='vdb' type='file'><target file='$target'/><driver type='qcow2'/></disk></disks></domainbackup>
XML
    ok(job_ends(), 'backup_begin: comes to its end');
    my ($type, $stats) = $dom->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED);
    is($type, Sys::Virt::Domain::JOB_COMPLETED, 'get_job_stats: completed, say its statistics');
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_BACKUP, 'get_job_stats: a backup');
    is($stats->{Sys::Virt::Domain::JOB_DISK_TOTAL()}, 16 << 20, 'get_job_stats: of 16 MiB');
    is($stats->{Sys::Virt::Domain::JOB_DISK_REMAINING()}, 0, 'get_job_stats: with nothing left to do');
    is($stats->{Sys::Virt::Domain::JOB_SUCCESS()}, 1, 'get_job_stats: and a success') if exists $stats->{success};
    is(written($target, 'qcow2'), 1, 'get_job_stats: it has what the guest wrote');
    is($dom->get_checkpoint_by_name('full')->get_name, 'full', 'get_checkpoint_by_name: and the checkpoint is there');
    eval { $dom->backup_get_xml_description };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_BACKUP, 'code: there is no backup job any more');
};

subtest 'an incremental backup' => sub {
    $bed->serial($dom)->ask('e');
    $bed->serial($dom)->ask('W');
    my $target = $bed->image('inc.qcow2', '16M', -b => "$dir/full.qcow2", -F => 'qcow2');
    $dom->backup_begin(<<XML, undef, Sys::Virt::Domain::BACKUP_BEGIN_REUSE_EXTERNAL);
<domainbackup mode='push'><incremental>full</incremental><disks><disk name='vda' backup='no'/>
  <disk name='vdb' type='file'><target file='$target'/><driver type='qcow2'/></disk></disks></domainbackup>
XML
    ok(job_ends(), 'backup_begin: comes to its end');
    is(written($target, 'qcow2'), 3, 'backup_begin: it has the later write');
    is(written("$dir/full.qcow2", 'qcow2'), 1, 'backup_begin: the full one has not');
    my ($map) = qx(qemu-img map $target) =~ /^0\s+(0x\w+)\s+\S+\s+\Q$target/m;
    is($map, '0x10000', 'backup_begin: it holds the one cluster that changed');
};

subtest 'a backup to be pulled' => sub {
    my $socket = "$dir/nbd.sock";
    $dom->backup_begin(<<XML);
<domainbackup mode='pull'><server transport='unix' socket='$socket'/><disks><disk name='vda' backup='no'/>
  <disk name='vdb' backup='yes' type='file'><scratch file='$dir/scratch.qcow2'/></disk></disks></domainbackup>
XML
    my $xml = $dom->backup_get_xml_description;
    like($xml, qr/<domainbackup mode='pull'/, 'backup_get_xml_description: the XML of the running backup');
    like($xml, qr{<scratch file='\Q$dir\E/scratch.qcow2'/>}, 'backup_get_xml_description: with its scratch file');
    is($dom->get_job_info->{type}, Sys::Virt::Domain::JOB_UNBOUNDED, 'get_job_info: a job without an end');
    $bed->serial($dom)->ask('W');
    system("qemu-img convert -f raw -O qcow2 'nbd+unix:///vdb?socket=$socket' $dir/pulled.qcow2") == 0 or die;
    is(written("$dir/pulled.qcow2", 'qcow2'), 3, 'get_job_info: pulled over NBD, it is what it was at the start');
    $dom->abort_job;
    ok(job_ends(), 'abort_job: ended');
};

done_testing;
