# Storage volumes of a real host: formats, sizes, what is left after a wipe.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::File qw(slurp);
use Sys::Virt;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;
use Sys::Virt::Stream;

use constant MiB => 1 << 20;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 180, needs => ['/usr/bin/qemu-img', '/usr/bin/scrub']);
my $dir = $bed->dir . '/pool';
$bed->libvirtd;
my $conn = Sys::Virt->new(uri => 'qemu:///system');
my $pool = $conn->create_storage_pool("<pool type='dir'><name>pool</name><target><path>$dir</path></target></pool>", Sys::Virt::StoragePool::CREATE_WITH_BUILD);

sub xml {
    my ($name, $size, $format, $more) = @_;
    return "<volume><name>$name</name><capacity unit='MiB'>$size</capacity><allocation>0</allocation><target><format type='$format'/></target>@{[ $more // '' ]}</volume>";
}

sub filled {
    my ($name) = @_;
    $bed->file("pool/$name", 'a secret' x (MiB / 8), 0666);
    $pool->refresh;
    return $pool->get_volume_by_name($name);
}

sub allocated { return (stat $_[0]->get_path)[12] * 512 }

sub image { my ($vol) = @_; return scalar qx(qemu-img info @{[ $vol->get_path ]}) }

subtest 'formats' => sub {
    my %is = (raw => 'raw', qcow2 => 'qcow2', vdi => 'vdi', vmdk => 'vmdk', vpc => 'vpc', qed => 'qed');
    for my $format (sort keys %is) {
        my $vol = $pool->create_volume(xml($format, 4, $format));
        like(image($vol), qr/^file format: $is{$format}$/m, "create_volume: $format");
        cmp_ok(abs($vol->get_info->{capacity} - 4 * MiB), '<', 64 * 1024, "get_info: the capacity of $format");
        my $path = $vol->get_path;
        $vol->delete;
        ok(!-e $path, "delete: $format is gone");
    }
    my $folder = $pool->create_volume(xml('folder', 0, 'dir'));
    is($folder->get_info->{type}, Sys::Virt::StorageVol::TYPE_DIR, 'get_info: TYPE_DIR');
    ok(-d $folder->get_path, 'create_volume: a folder');
    $folder->delete;
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $pool->create_volume(xml('odd', 1, 'odd')) }, 'create_volume: dies for an unknown format', qr/unknown volume format type odd/);
    fails(Sys::Virt::Error::ERR_INVALID_SCHEMA, sub { $pool->create_volume('<volume><name>odd</name><capacity>1</capacity><odd/></volume>', Sys::Virt::StorageVol::CREATE_VALIDATE) }, 'create_volume: with CREATE_VALIDATE it dies for an unknown element');
    my $thin  = $pool->create_volume(xml('thin.qcow2', 64, 'qcow2'));
    my $ready = $pool->create_volume(xml('ready.qcow2', 64, 'qcow2'), Sys::Virt::StorageVol::CREATE_PREALLOC_METADATA);
    unlike(qx(qemu-img check @{[ $thin->get_path ]}), qr/ allocated,/, 'create_volume: without PREALLOC_METADATA nothing of a qcow2 image has its place');
    like(qx(qemu-img check @{[ $ready->get_path ]}), qr{^1024/1024 = 100.00% allocated}m, 'create_volume: with PREALLOC_METADATA all of it has');
    $_->delete for $thin, $ready;
};

subtest 'clones' => sub {
    my $from = filled('from.img');
    my $back = slurp($from->get_path);
    my $qcow = $pool->clone_volume(xml('to.qcow2', 1, 'qcow2'), $from);
    like(image($qcow), qr/^file format: qcow2$/m, 'clone_volume: into another format');
    my $raw = $pool->clone_volume(xml('to.img', 1, 'raw'), $qcow);
    ok(slurp($raw->get_path) eq $back, 'clone_volume: and back');
    my $larger = $pool->clone_volume(xml('larger.img', 2, 'raw'), $from);
    ok(slurp($larger->get_path) eq $back . "\0" x (2 * MiB - length $back), 'clone_volume: into a larger one');
    my $over = $pool->create_volume(xml('over.qcow2', 1, 'qcow2', "<backingStore><path>@{[ $from->get_path ]}</path><format type='raw'/></backingStore>"));
    like($over->get_xml_description, qr{<backingStore>\s*<path>\Q@{[ $from->get_path ]}\E</path>}, 'create_volume: on top of another one');
    ok(slurp($pool->clone_volume(xml('flat.img', 1, 'raw'), $over)->get_path) =~ /\A\Q$back\E\0*\z/, 'clone_volume: what shows through is cloned, too');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $pool->clone_volume(xml('light.img', 1, 'raw'), $from, Sys::Virt::StorageVol::CREATE_REFLINK) }, 'clone_volume: with CREATE_REFLINK it dies on a file system that shares no blocks', qr/failed to clone files .*: Operation not supported/);
    $_->delete for $pool->list_all_volumes;
};

subtest 'sizes' => sub {
    my $vol = $pool->create_volume(xml('a.img', 4, 'raw'));
    is_deeply($vol->get_info, { type => Sys::Virt::StorageVol::TYPE_FILE, capacity => 4 * MiB, allocation => 0 }, 'get_info: nothing has its place yet');
    is_deeply($vol->get_info(Sys::Virt::StorageVol::USE_ALLOCATION), $vol->get_info, 'get_info: USE_ALLOCATION is what it does');
    is($vol->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, 4 * MiB, 'get_info: with GET_PHYSICAL the size of the file');
    $vol->resize(8 * MiB, Sys::Virt::StorageVol::RESIZE_ALLOCATE);
    is(-s $vol->get_path, 8 * MiB, 'resize: with RESIZE_ALLOCATE it has grown');
    cmp_ok(allocated($vol), '>=', 4 * MiB, 'resize: and what is new has its place');
    is($vol->get_info->{allocation}, allocated($vol), 'get_info: says so');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $vol->resize(MiB, Sys::Virt::StorageVol::RESIZE_SHRINK) }, 'resize: dies where that has its place', qr/can't shrink capacity below existing allocation/);
    $vol->delete;
    $vol = $pool->create_volume(xml('b.img', 8, 'raw'));
    $vol->resize(2 * MiB, Sys::Virt::StorageVol::RESIZE_DELTA | Sys::Virt::StorageVol::RESIZE_SHRINK);
    is(-s $vol->get_path, 6 * MiB, 'resize: RESIZE_DELTA and RESIZE_SHRINK, less by so much');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $vol->resize(1 * MiB) }, 'resize: dies where it would shrink unasked', qr/[Ss]hrink/);
    $vol->delete;
    my $qcow = $pool->create_volume(xml('a.qcow2', 4, 'qcow2'));
    $qcow->resize(16 * MiB);
    is($qcow->get_info->{capacity}, 16 * MiB, 'resize: a qcow2 image');
    like(image($qcow), qr/^virtual size: 16 MiB/m, 'resize: the image says so');
    cmp_ok($qcow->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, '<', MiB, 'get_info: GET_PHYSICAL, the file is small');
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $qcow->resize(32 * MiB, Sys::Virt::StorageVol::RESIZE_ALLOCATE) }, 'resize: dies with RESIZE_ALLOCATE for another format than raw', qr/preallocate is only supported for raw/);
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $qcow->resize(1 << 62) }, 'resize: dies for more than the format can have', qr/qemu-img resize .*: File too large/);
    $qcow->delete;
};

subtest 'wiped' => sub {
    my %scrubs = map { $_ => 1 } qw(NNSA DOD BSI GUTMANN SCHNEIER PFITZNER7 PFITZNER33 RANDOM);
    for my $name (sort grep { /^WIPE_ALG_/ } keys %Sys::Virt::StorageVol::) {
        my $algorithm = $name =~ s/WIPE_ALG_//r;
        my $number = Sys::Virt::StorageVol->can($name)->();
        my $vol = filled("wiped-$algorithm");
        my $size = -s $vol->get_path;
        if ($algorithm eq 'TRIM') {
            fails(Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, sub { $vol->wipe_pattern($number) }, "wipe_pattern: $name is for other pools", qr/'trim' algorithm not supported/);
        }
        else {
            $vol->wipe_pattern($number);
            unlike(slurp($vol->get_path), qr/secret/, "wipe_pattern: with $name nothing is left");
            is(-s $vol->get_path, $size, "wipe_pattern: with $name the volume keeps its size");
        }
        $vol->delete;
    }
    my $vol = filled('plain');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $vol->wipe_pattern(99) }, 'wipe_pattern: dies for an algorithm that there is not', qr/wiping algorithm 99 not supported/);
    like(slurp($vol->get_path), qr/secret/, 'wipe_pattern: all is left then');
    $vol->wipe;
    unlike(slurp($vol->get_path), qr/[^\0]/, 'wipe: zeroes');
    $vol->delete;
};

subtest 'sent and received' => sub {
    my $vol = $pool->create_volume(xml('stream.img', 8, 'raw'));
    my $in  = $bed->file('in', 'begin' . "\0" x 4_194_299 . 'end' . "\0" x 4_194_301);
    my $send = sub {
        my ($offset, $length, $flags) = @_;
        my $stream = $conn->new_stream;
        $vol->upload($stream, $offset, $length, $flags);
        return $stream;
    };
    open my $from, '<', $in or die $!;
    my $stream = $send->(0, 8 * MiB, 0);
    $stream->send_all(sub { return sysread $from, $_[1], $_[2] });
    $stream->finish;
    ok(slurp($vol->get_path) eq slurp($in), 'upload: all bytes');
    is(allocated($vol), 8 * MiB, 'upload: zeroes have their place');
    open my $to, '>', $bed->file('out', '') or die $!;
    $stream = $conn->new_stream;
    $vol->download($stream, 0, 0);
    is($stream->recv_file($to), 8 * MiB, 'download: as many');
    close $to;
    $stream->finish;
    ok(slurp($bed->dir . '/out') eq slurp($in), 'download: all bytes');
    $stream = $send->(MiB, 3, 0);
    is($stream->send('mid', 3), 3, 'send: all of a few bytes');
    $stream->finish;
    is(substr(slurp($vol->get_path), MiB - 1, 5), "\0mid\0", 'upload: a part in the middle');
    $vol->delete;

    $vol = $pool->create_volume(xml('sparse.img', 8, 'raw'));
    $stream = $send->(0, 8 * MiB, Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM);
    $stream->send('begin', 5);
    $stream->send_hole(4 * MiB - 5);
    $stream->send('end', 3);
    $stream->send_hole(4 * MiB - 3);
    $stream->finish;
    ok(slurp($vol->get_path) eq slurp($in), 'upload: with holes, all bytes');
    cmp_ok(allocated($vol), '<', MiB, 'upload: holes have no place');
    my ($data, $holes) = ('', 0);
    $stream = $conn->new_stream;
    $vol->download($stream, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM);
    $stream->sparse_recv_all(sub { $data .= $_[1]; return length $_[1] }, sub { $data .= "\0" x $_[1]; $holes += $_[1]; return 0 });
    $stream->finish;
    ok($data eq slurp($in), 'download: with holes, all bytes');
    cmp_ok($holes, '>', 7 * MiB, 'download: most is a hole');
    open $to, '+>', $bed->dir . '/out' or die $!;
    $stream = $conn->new_stream;
    $vol->download($stream, 0, 0, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM);
    is($stream->sparse_recv_file($to), 8 * MiB, 'sparse_recv_file: all, with the holes');
    $stream->finish;
    ok(slurp($bed->dir . '/out') eq slurp($in), 'sparse_recv_file: all bytes');
    cmp_ok((stat $to)[12] * 512, '<', MiB, 'sparse_recv_file: the file has the holes');
    $vol->delete;

    $vol = $pool->create_volume(xml('back.img', 8, 'raw'));
    sysseek $to, 0, 0;
    $stream = $send->(0, 8 * MiB, Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM);
    is($stream->sparse_send_file($to), 8 * MiB, 'sparse_send_file: all, with the holes');
    $stream->finish;
    ok(slurp($vol->get_path) eq slurp($in), 'sparse_send_file: all bytes');
    cmp_ok(allocated($vol), '<', MiB, 'sparse_send_file: the volume has the holes');
    $stream = $conn->new_stream;
    $vol->download($stream, 9 * MiB, 1);
    is($stream->recv($data, 1), 0, 'download: nothing is behind the end');
    $stream->finish;
    $vol->delete;
};

done_testing;
