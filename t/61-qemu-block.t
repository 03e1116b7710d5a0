use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# Disks of a running domain: what they are, their limits, and block jobs run to their end on
# qcow2 images whose chains and contents are looked at with QEMU's own tools.

my $bed  = Test::SysVirt::Qemu->new(seconds => 90);
my $conn = $bed->conn;
my $dir  = $bed->dir;

use constant MiB => 1 << 20;

sub run { system(@_) == 0 or die "@_ failed" }

# A chain of three images, each with a MiB of its own byte: 0x11, 0x22 and 0x33.
sub chain {
    my ($tag) = @_;
    my @path = ($bed->image("$tag-base.qcow2", '16M'));
    for my $file ("$tag-mid.qcow2", "$tag-top.qcow2") {
        push @path, $bed->image($file, '16M', -b => $path[-1], -F => 'qcow2');
    }
    for my $i (0 .. 2) {
        run('qemu-io', '-f', 'qcow2', '-c', sprintf('write -q -P 0x%x %dM 1M', 0x11 * ($i + 1), $i), $path[$i]);
    }
    return @path;
}

sub backing { qx(qemu-img info -U $_[0]) =~ /^backing file: (\S+)/m ? $1 : undef }

# What is wrong with the contents of an image of such a chain.
sub faults {
    my ($path) = @_;
    my @reads = map { ('-c', sprintf 'read -q -P 0x%x %dM 1M', 0x11 * ($_ + 1), $_) } 0 .. 2;
    return qx(qemu-io -r -U -f qcow2 @{[join ' ', map { "'$_'" } @reads]} $path 2>&1);
}

# The file that is the top of a disk's chain.
sub source {
    my ($dom, $disk) = @_;
    my ($xml) = grep { /<target dev='$disk'/ } $dom->get_xml_description =~ m{(<disk .*?</disk>)}gs;
    return $xml =~ /<source file='([^']+)'/ ? $1 : undef;
}

sub job_ends {
    my ($dom, $disk) = @_;
    return $bed->wait_for(sub {
        $dom->get_block_job_info($disk)->{type} == Sys::Virt::Domain::BLOCK_JOB_TYPE_UNKNOWN });
}

sub job_is_ready {
    my ($dom, $disk) = @_;
    return $bed->wait_for(sub { $dom->get_xml_description =~ m{<mirror[^>]* ready='yes'} });
}

my %chain = map { $_ => [chain($_)] } qw(pull rebase copy commit active slow);
my $plain = $bed->image('plain.qcow2', '32M');
my $raw   = $bed->image('raw.img', '8M');
{
    open my $fh, '+<:raw', $raw or die $!;
    seek $fh, 4096, 0;
    print $fh "a\0b\xff\n";
}

my @disks = ([plain => $plain], [raw => $raw], map { [$_ => $chain{$_}[2]] } sort keys %chain);
my $letter = 'b';
my %target = map { $_->[0] => 'vd' . $letter++ } @disks;
my $dom = $bed->boot('block', devices => join '', map { $bed->disk($_->[1], $target{ $_->[0] }) } @disks);

subtest 'peek' => sub {
    my $boot = $dom->block_peek('vda', 0, 512);
    is($boot, Test::SysVirt::BootSector::bytes(), 'block_peek: the boot sector, byte for byte');
    is($dom->block_peek($raw, 4095, 7), "\0a\0b\xff\n\0", 'block_peek: NULs and high bytes, of a disk by its path');
    is(length $dom->block_peek('vda', 512, 65536), 65536, 'block_peek: 65536 bytes');
    eval { $dom->block_peek($target{raw}, 8 * MiB, 512) };
    isa_ok($@, 'Sys::Virt::Error', 'block_peek: dies of an error past the end');
};

subtest 'statistics and sizes' => sub {
    my $before = $dom->block_stats($target{plain});
    is($bed->serial($dom)->ask('W'), 'W2', 'block_stats: the guest writes a sector');
    my $after = $dom->block_stats($target{plain});
    is($after->{wr_req} - $before->{wr_req}, 1, 'block_stats: wr_req grows by 1');
    is($after->{wr_bytes} - $before->{wr_bytes}, 512, 'block_stats: wr_bytes grows by 512');
    cmp_ok($after->{$_}, '>', $before->{$_} // 0, "block_stats: $_ grew") for qw(wr_total_times);
    is($after->{rd_bytes}, $before->{rd_bytes}, 'block_stats: rd_bytes stays');
    is($after->{errs}, -1, 'block_stats: errs is -1, as QEMU does not count them') if exists $after->{errs};

    my $info = $dom->get_block_info($target{plain});
    is($info->{capacity}, 32 * MiB, 'get_block_info: capacity is that of the image');
    is($info->{physical}, -s $plain, 'get_block_info: physical is the size of the file');
    cmp_ok($info->{allocation}, '>', 0, 'get_block_info: allocation is above 0');
    cmp_ok($info->{allocation}, '<=', $info->{physical}, 'get_block_info: allocation is within the file');
    is_deeply([$dom->get_disk_errors], [], 'get_disk_errors: there are none');
};

subtest 'resize' => sub {
    $dom->block_resize($target{plain}, 40 * 1024);
    is($dom->get_block_info($target{plain})->{capacity}, 40 * MiB, 'block_resize: the disk has the new size, given in KiB');
    $dom->block_resize($target{plain}, 48 * MiB, Sys::Virt::Domain::BLOCK_RESIZE_BYTES);
    is($dom->get_block_info($target{plain})->{capacity}, 48 * MiB, 'block_resize: the disk has the new size, given in bytes');
    eval { $dom->block_resize('vdz', 1024) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'block_resize: refuses a disk that is not there');
};

subtest 'limits' => sub {
    my %limits = (
        Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC()            => 5_000_000_000,
        Sys::Virt::Domain::BLOCK_IOTUNE_READ_IOPS_SEC()              => 100,
        Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_IOPS_SEC()             => 200,
        Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX()        => 6_000_000_000,
        Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX_LENGTH() => 7,
        Sys::Virt::Domain::BLOCK_IOTUNE_SIZE_IOPS_SEC()              => 4096,
        Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME()                 => 'slow',
    );
    my %given = %limits;
    $dom->set_block_iotune($target{raw}, \%given, Sys::Virt::Domain::AFFECT_LIVE);
    is_deeply(\%given, \%limits, "set_block_iotune: leaves the caller's hash as it was");
    my $tune = $dom->get_block_iotune($target{raw}, Sys::Virt::Domain::AFFECT_LIVE);
    is($tune->{$_}, $limits{$_}, $_) for sort keys %limits;
    is($tune->{Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC()}, 0, 'get_block_iotune: is 0 where no limit was set');
    is($dom->get_block_iotune($target{raw}, Sys::Virt::Domain::AFFECT_CONFIG)->{total_bytes_sec}, 0,
        'set_block_iotune: the configuration keeps its own');
    $dom->set_block_iotune($target{raw}, { map { $_ => 0 } grep { !/group_name/ } keys %$tune });
    is($dom->get_block_iotune($target{raw})->{read_iops_sec}, 0, 'set_block_iotune: 0 takes the limit off');

    $dom->set_block_threshold($target{plain}, 10 * MiB);
    my ($stats) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_BLOCK, [$dom]);
    my %block = %{ $stats->{data} };
    my ($nr) = map { /^block\.(\d+)\.name$/ && $block{$_} eq $target{plain} ? $1 : () } keys %block;
    is($block{"block.$nr.threshold"}, 10 * MiB, 'set_block_threshold: get_all_domain_stats shows it');
    $dom->set_block_threshold($target{plain}, 0);
};

subtest 'throttle groups' => sub {
    # libvirt 11.3 takes its name from there only.
    my %limits = (Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC() => 50, Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME() => 'shared');
    my $error = eval { $dom->set_throttle_group('shared', \%limits); 1 } ? undef : $@;
    if ($conn->get_library_version >= 11_002_000) {
        is($error, undef, 'set_throttle_group: succeeds');
        like($dom->get_xml_description, qr{<group_name>shared</group_name>}, 'set_throttle_group: the XML has the group');
        $dom->del_throttle_group('shared');
        unlike($dom->get_xml_description, qr{<group_name>shared</group_name>}, 'del_throttle_group: the XML has the group no more');
    } else {
        is(ref $error && $error->code, Sys::Virt::Error::ERR_NO_SUPPORT, 'set_throttle_group: has ERR_NO_SUPPORT where libvirt is older');
        like("$error", qr/virDomainSetThrottleGroup.*11\.2/, 'set_throttle_group: says since which libvirt it is there');
    }
};

# A copy of a disk cannot be kept in the definition of a domain, so there must be none.
eval { $dom->block_copy($target{plain}, "<disk type='file'><driver type='raw'/><source file='$dir/none.img'/></disk>", {}) };
is($@ && $@->code, Sys::Virt::Error::ERR_OPERATION_INVALID, 'block_copy of a persistent domain is refused');
$dom->undefine;
ok(!$dom->is_persistent, 'undefine: a domain that runs is transient then');

subtest 'pull' => sub {
    my ($base, $mid, $top) = @{ $chain{pull} };
    is(backing($top), $mid, 'block_pull: the image stands on another one before');
    $dom->block_pull($target{pull}, 0);
    ok(job_ends($dom, $target{pull}), 'block_pull: the job comes to its end');
    is(backing($top), undef, 'block_pull: the image stands alone then');
};

subtest 'rebase' => sub {
    my ($base, $mid, $top) = @{ $chain{rebase} };
    $dom->block_rebase($target{rebase}, $base, 10);
    ok(job_ends($dom, $target{rebase}), 'block_rebase: the job comes to its end');
    is(backing($top), $base, 'block_rebase: the image stands on the base then');

    my $copy = "$dir/rebase-copy.qcow2";
    $dom->block_rebase($target{rebase}, $copy, 0, Sys::Virt::Domain::BLOCK_REBASE_COPY);
    ok(job_is_ready($dom, $target{rebase}), 'block_rebase: a copy gets ready');
    my $info = $dom->get_block_job_info($target{rebase});
    is($info->{type}, Sys::Virt::Domain::BLOCK_JOB_TYPE_COPY, 'get_block_job_info: the type is COPY for a copying rebase');
    $dom->abort_block_job($target{rebase});
    is(source($dom, $target{rebase}), $top, 'abort_block_job: without a pivot the disk is where it was');
};

subtest 'copy' => sub {
    my $copy = "$dir/copied.qcow2";
    my $xml = "<disk type='file'><driver type='qcow2'/><source file='$copy'/></disk>";
    my %how = (
        Sys::Virt::Domain::BLOCK_COPY_BANDWIDTH()   => 100 * MiB,
        Sys::Virt::Domain::BLOCK_COPY_GRANULARITY() => 65536,
        Sys::Virt::Domain::BLOCK_COPY_BUF_SIZE()    => MiB,
    );
    $dom->block_copy($target{copy}, $xml, \%how);
    ok(job_is_ready($dom, $target{copy}), 'block_copy: the copy gets complete');
    my $info = $dom->get_block_job_info($target{copy}, Sys::Virt::Domain::BLOCK_JOB_INFO_BANDWIDTH_BYTES);
    is($info->{type}, Sys::Virt::Domain::BLOCK_JOB_TYPE_COPY, 'get_block_job_info: the type is COPY for a copy');
    is($info->{bandwidth}, 100 * MiB, 'get_block_job_info: the bandwidth is that of the copy');
    is($info->{cur}, $info->{end}, 'get_block_job_info: cur is end when the copy is complete');
    $dom->abort_block_job($target{copy}, Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT);
    is(source($dom, $target{copy}), $copy, 'abort_block_job: after a pivot the disk is the copy');
    is(backing($copy), undef, 'block_copy: the copy stands alone');
};

subtest 'commit' => sub {
    my ($base, $mid, $top) = @{ $chain{commit} };
    $dom->block_commit($target{commit}, $base, $mid, 0);
    ok(job_ends($dom, $target{commit}), 'block_commit: the job comes to its end');
    is(backing($top), $base, 'block_commit: the middle is left out');
};

subtest 'commit of the active image' => sub {
    my ($base, $mid, $top) = @{ $chain{active} };
    $dom->block_commit($target{active}, undef, undef, 0, Sys::Virt::Domain::BLOCK_COMMIT_ACTIVE);
    ok(job_is_ready($dom, $target{active}), 'block_commit: of the active image gets ready');
    is($dom->get_block_job_info($target{active})->{type}, Sys::Virt::Domain::BLOCK_JOB_TYPE_ACTIVE_COMMIT,
        'get_block_job_info: the type is ACTIVE_COMMIT for a commit of the active image');
    $dom->abort_block_job($target{active}, Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT);
    is(source($dom, $target{active}), $base, 'abort_block_job: after a pivot the disk is the base');
};

subtest 'a slow job, its speed and its abort' => sub {
    my $slow = $target{slow};
    is_deeply($dom->get_block_job_info($slow), { type => 0, bandwidth => 0, cur => 0, end => 0 }, 'get_block_job_info: is all zeros without a job');
    $dom->block_pull($slow, 65536, Sys::Virt::Domain::BLOCK_PULL_BANDWIDTH_BYTES);
    my $info = $dom->get_block_job_info($slow, Sys::Virt::Domain::BLOCK_JOB_INFO_BANDWIDTH_BYTES);
    is($info->{type}, Sys::Virt::Domain::BLOCK_JOB_TYPE_PULL, 'get_block_job_info: the type is PULL for a pull');
    is($info->{bandwidth}, 65536, 'get_block_job_info: the bandwidth is in bytes when asked so');
    cmp_ok($info->{cur}, '<', $info->{end}, 'get_block_job_info: cur is below end while the job runs');
    $dom->set_block_job_speed($slow, 2);
    is($dom->get_block_job_info($slow)->{bandwidth}, 2, 'set_block_job_speed: get_block_job_info has the new bandwidth, in MiB');
    $dom->set_block_job_speed($slow, 4096, Sys::Virt::Domain::BLOCK_JOB_SPEED_BANDWIDTH_BYTES);
    is($dom->get_block_job_info($slow, Sys::Virt::Domain::BLOCK_JOB_INFO_BANDWIDTH_BYTES)->{bandwidth}, 4096,
        'set_block_job_speed: get_block_job_info has the new bandwidth, in bytes');
    eval { $dom->block_pull($slow, 0) };
    isa_ok($@, 'Sys::Virt::Error', 'block_pull: a second job dies of an error');
    like("$@", qr/$slow.*already in active block job/, 'block_pull: the error names disk and reason');
    $dom->abort_block_job($slow);
    ok(job_ends($dom, $slow), 'abort_block_job: the job ends');
    is(backing($chain{slow}[2]), $chain{slow}[1], 'abort_block_job: the chain of images is what it was');
};

is($bed->serial($dom)->ask('z'), 'z3', 'block jobs: the guest noticed nothing');

# QEMU writes the tables of an image that it uses when it likes, so this has to wait until now.
subtest 'contents' => sub {
    $dom->destroy;
    is(faults($_->[1]), '', "destroy: $_->[0]: its images are without faults") for
        [pull => $chain{pull}[2]], [rebase => $chain{rebase}[2]], ['a copy by rebase' => "$dir/rebase-copy.qcow2"],
        [copy => "$dir/copied.qcow2"], [commit => $chain{commit}[2]], ['active commit' => $chain{active}[0]],
        ['an abort' => $chain{slow}[2]];
};

subtest 'a disk by a descriptor' => sub {
    my $image = $bed->boot_image('passed.img');
    open my $fh, '+<', $image or die $!;
    unlink $image;
    my $passed = $conn->define_domain($bed->xml('passed',
        devices => $bed->disk($image, 'vda') =~ s{(<source file='[^']+')/>}{$1 fdgroup='ours'/>}r));
    $passed->fd_associate('ours', [fileno $fh], Sys::Virt::Domain::FD_ASSOCIATE_SECLABEL_WRITABLE);
    $passed->create;
    is($bed->serial($passed)->ask('a'), 'a1', 'fd_associate: the guest boots from a file without a name');
    eval { $passed->fd_associate('ours', [9999]) };
    isa_ok($@, 'Sys::Virt::Error', 'fd_associate: dies of an error for a descriptor that is not open');
    $passed->destroy;
};

subtest 'a full disk' => sub {
    my $small = $bed->small_dir or plan skip_all => 'no file system of one MiB can be mounted here';
    my $image = $bed->image('small/full.qcow2', '16M');
    my $full = $bed->boot('full', devices => $bed->disk($image, 'vdb'));
    system "dd if=/dev/zero of=$small/fill bs=4k 2>/dev/null";
    $bed->serial($full)->ask('W', 1);
    ok($bed->wait_for(sub { $full->get_info->{state} == Sys::Virt::Domain::STATE_PAUSED }), 'get_disk_errors: a full file system stops the guest');
    is_deeply([$full->get_state], [Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_IOERROR],
        'get_state: the guest stopped for an error of input or output');
    is_deeply([$full->get_disk_errors], [{ path => 'vdb', error => Sys::Virt::Domain::DISK_ERROR_NO_SPACE }],
        'get_disk_errors: has the disk that is full');
    unlink "$small/fill";
    $full->resume;
    is($bed->serial($full)->talk('', qr/W./), 'W2', 'resume: the guest goes on when there is room');
};

done_testing;
