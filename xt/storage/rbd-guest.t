# A guest whose disks are Ceph's block devices.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use Ceph;
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Serial;
use Test::SysVirt::Transport qw(until_true);
use Time::HiRes qw(time);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;

my $bed  = Test::SysVirt::Enclosure->enter(seconds => 90, needs => ['/usr/bin/ceph-mon', '/usr/lib/x86_64-linux-gnu/qemu/block-rbd.so']);
my $ceph = Ceph->start($bed);
$bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $secret = $ceph->secret($conn);
my $boot   = Test::SysVirt::BootSector::bytes();
$ceph->fill(boot => $boot . "\0" x (MiB - length $boot));
my $pool = $conn->create_storage_pool($ceph->pool);
my ($data, $spare) = map { volume($_, 8) } qw(data spare);

sub volume { my ($name, $size) = @_; return $pool->create_volume("<volume><name>$name</name><capacity unit='MiB'>$size</capacity></volume>") }

sub xml { return Test::SysVirt::BootSector::xml("<controller type='scsi' model='virtio-scsi'/>$_[0]") }

sub sector { return substr $ceph->bytes($_[0]), 0, length $boot }

my $disks = join '', $ceph->disk('boot', 'vda', "<boot order='1'/>"), $ceph->disk('data', 'vdb', "<boot order='2'/>");
my $dom;

subtest 'a guest starts' => sub {
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $conn->create_domain(xml("<disk type='volume' device='disk'><source pool='rbd' volume='data'/><target dev='vda' bus='virtio'/></disk>")) },
        'create_domain: dies for the disk as a volume of the pool', qr/using 'rbd' pools for backing 'volume' disks isn't yet supported/);
    $secret->set_value('no key');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->create_domain(xml($disks)) }, 'create_domain: dies with a wrong key', qr/error connecting/);
    $secret->set_value($ceph->key('libvirt'));
    $dom = $conn->create_domain(xml($disks));
    is(Test::SysVirt::Serial->new($dom)->ask('!'), '!1', 'create_domain: it boots from Ceph') or BAIL_OUT('there is no guest');
};
my $guest = Test::SysVirt::Serial->new($dom);

subtest 'it writes' => sub {
    my $before = $dom->block_stats('vdb');
    is($before->{wr_req}, 0, 'block_stats: it has not written yet');
    is($guest->ask('W'), 'W2', 'it writes');
    is(Test::SysVirt::BootSector::digit(sector('data')), 1, 'the image has what it wrote');
    my $after = $dom->block_stats('vdb');
    is("$after->{wr_req} $after->{wr_bytes}", '1 512', 'block_stats: one sector');
    is($dom->async->block_stats('vdb')->get->{wr_bytes}, 512, 'block_stats: by async, too');
    is($dom->get_block_info('vdb')->{capacity}, 8 * MiB, 'get_block_info: its size');
    fails(undef, sub { $dom->block_peek('vdb', 0, 512) }, 'block_peek: dies, as libvirt has none for this kind', qr/rbd/);
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $pool->get_volume_by_name('data')->delete }, 'delete: dies for an image that is used', qr{failed to remove volume 'disks/data'});
};

subtest 'it grows' => sub {
    is_deeply([$dom->block_resize('vdb', 16 * MiB, Sys::Virt::Domain::BLOCK_RESIZE_BYTES)], [], 'block_resize gives nothing');
    is($ceph->size('data'), 16 * MiB, 'block_resize: the image is larger');
    is($dom->get_block_info('vdb')->{capacity}, 16 * MiB, 'get_block_info: so it says');
    is($data->get_info->{capacity}, 16 * MiB, 'get_info: so does the volume');
    $dom->async->block_resize('vdb', 24 * MiB, Sys::Virt::Domain::BLOCK_RESIZE_BYTES)->get;
    is($ceph->size('data'), 24 * MiB, 'block_resize: by async, too');
};

subtest 'a disk comes and goes' => sub {
    my $xml = $ceph->disk('spare', 'sda');
    my $has = sub { $dom->get_xml_description =~ m{<source protocol='rbd' name='disks/spare'} };
    is_deeply([$dom->attach_device($xml)], [], 'attach_device gives nothing');
    ok($has->(), 'attach_device: it is there');
    is($dom->get_block_info('sda')->{capacity}, 8 * MiB, 'get_block_info: its size');
    fails(Sys::Virt::Error::ERR_XML_ERROR, sub { $dom->attach_device($xml) }, 'attach_device: dies for another one with its name', qr/target 'sda' duplicated/);
    is_deeply([$dom->detach_device($xml)], [], 'detach_device gives nothing');
    ok(until_true(sub { !$has->() }), 'detach_device: it is gone');
    is_deeply([$spare->delete], [], 'delete: nobody uses the image any more');
};

subtest 'a disk moves' => sub {
    volume('copy', 1);
    my $xml = $ceph->disk('copy', 'vda');
    $dom->block_copy('vda', $xml, {}, Sys::Virt::Domain::BLOCK_COPY_REUSE_EXT);
    ok(until_true(sub { $dom->get_xml_description =~ /<mirror[^>]* ready='yes'/ }), 'block_copy: to another image, it gets complete');
    is_deeply([$dom->abort_block_job('vda', Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT)], [], 'abort_block_job gives nothing');
    like($dom->get_xml_description, qr{<source protocol='rbd' name='disks/copy'}, 'abort_block_job: with BLOCK_JOB_ABORT_PIVOT the guest uses that');
    is(sector('copy'), $boot, 'block_copy: the image has it all');
    is_deeply([$pool->get_volume_by_name('boot')->delete], [], 'delete: nobody uses the old one any more');
    is($guest->ask('!'), '!3', 'the guest goes on');
};

subtest 'the store hangs' => sub {
    my $digit = Test::SysVirt::BootSector::digit(sector('data'));
    $ceph->signal('STOP', 'osd');
    my $times_out = sub {
        my ($method, @arguments) = @_;
        my $start = time;
        fails(Sys::Virt::Error::ERR_OPERATION_TIMEOUT, sub { $dom->$method(@arguments) }, "$method: dies when it is time");
        cmp_ok(time - $start, '<', 30, "$method: then, and not when Ceph answers");
    };
    is($guest->ask('W', 2), undef, 'the guest waits for its disk');
    is($dom->block_stats('vdb')->{wr_req}, 1, 'block_stats: QEMU does not');
    $conn->set_timeout(2);
    $times_out->(block_resize => 'vdb', 32 * MiB, Sys::Virt::Domain::BLOCK_RESIZE_BYTES);
    # Now QEMU waits, too, and libvirt for QEMU.
    $times_out->(block_stats => 'vdb');
    is(($dom->get_state)[0], Sys::Virt::Domain::STATE_RUNNING, 'get_state: asks libvirt alone');
    $ceph->signal('CONT', 'osd');
    $conn->set_timeout(undef);
    is($guest->talk('', qr/W./), 'W4', 'the guest goes on');
    is(Test::SysVirt::BootSector::digit(sector('data')), $digit + 2, 'the image has what it wrote');
    is($dom->block_stats('vdb')->{wr_req}, 2, 'block_stats: QEMU answers again');
    is($ceph->size('data'), 32 * MiB, 'block_resize: what was abandoned is done all the same');
};

$dom->destroy;
is_deeply([$data->delete], [], 'destroy: nobody uses the image any more');
done_testing;
