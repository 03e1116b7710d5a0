# Storage pools of Ceph's block devices: who may use them, and what can be done with what is in them.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use Ceph;
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::Transport qw(until_true);
use Ways;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;

my $bed  = Test::SysVirt::Enclosure->enter(seconds => 90, needs => ['/usr/bin/ceph-mon']);
my $ceph = Ceph->start($bed);
$bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, storage_pool => qw(LIFECYCLE REFRESH));

sub names { return join ' ', sort map { $_->get_name } @_ }

sub states { return map { [LIFECYCLE => 'rbd', Sys::Virt::StoragePool->can("EVENT_$_")->(), 0] } @_ }

sub volume { my ($name, $size, $more) = @_; return "<volume><name>$name</name><capacity unit='MiB'>$size</capacity>@{[ $more // '' ]}</volume>" }

each_way 'who may' => sub {
    my ($call) = @_;
    my $refused = sub {
        my ($code, $what, $message, @pool) = @_;
        fails(Sys::Virt::Error->can("ERR_$code")->(), sub { $call->($conn, create_storage_pool => $ceph->pool(@pool)) }, "create_storage_pool: dies $what", $message);
        is($conn->num_of_storage_pools, 0, 'num_of_storage_pools: none');
    };
    my $unreachable = qr/^failed to connect to the RADOS monitor on: 127\.0\.0\.1:6789/;
    $refused->(SYSTEM_ERROR => 'for nobody in particular', $unreachable, usage => undef);
    $refused->(NO_SECRET => 'without the secret', qr/no secret with matching usage 'ceph'/);
    my $secret = $conn->define_secret("<secret ephemeral='no' private='yes'><usage type='ceph'><name>ceph</name></usage></secret>");
    is($secret->get_usage_type, Sys::Virt::Secret::USAGE_TYPE_CEPH, 'get_usage_type');
    $refused->(NO_SECRET => 'without a value of the secret', qr/does not have a value/);
    $secret->set_value('no key');
    $refused->(SYSTEM_ERROR => 'with what is no key', $unreachable);
    $secret->set_value($ceph->key('other'));
    $refused->(SYSTEM_ERROR => 'with the key of somebody else', $unreachable);
    $secret->set_value($ceph->key('libvirt'));
    $refused->(SYSTEM_ERROR => 'for a pool that there is not', qr/Does the pool 'none' exist/, name => 'none');
    my $pool = $call->($conn, create_storage_pool => $ceph->pool);
    is($pool->is_active, 1, 'create_storage_pool: with the right key');
    $pool->destroy;
    $secret->set_value($ceph->key('reader', 'rbd-read-only'));
    $pool = $call->($conn, create_storage_pool => $ceph->pool(user => 'reader'));
    is($call->($pool, 'num_of_storage_volumes'), 0, 'create_storage_pool: with the key of one that may read only');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $call->($pool, create_volume => volume('a', 1)) }, 'create_volume: dies for that one', qr/failed to create volume 'disks\/a'/);
    $pool->destroy;
    $events->are([states(qw(STARTED STOPPED STARTED STOPPED))], 'events: of the two that started');
    $secret->undefine;
};

$ceph->secret($conn);

each_way 'the pool' => sub {
    my ($call) = @_;
    my $pool = $call->($conn, define_storage_pool => $ceph->pool, Sys::Virt::StoragePool::DEFINE_VALIDATE);
    is($pool->is_persistent, 1, 'define_storage_pool: it is there to stay');
    is_deeply([$call->($pool, 'create')], [], 'create gives nothing');
    is($pool->is_active, 1, 'create: it is active');
    is_deeply([$call->($pool, 'refresh')], [], 'refresh gives nothing');
    $events->are([states(qw(DEFINED STARTED)), [REFRESH => 'rbd']], 'events: defined, started, refreshed');
    my $info = $call->($pool, 'get_info');
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: it runs');
    is($info->{capacity}, Ceph::SIZE, 'get_info: capacity, the size of the store');
    cmp_ok($info->{available}, '<=', Ceph::SIZE, 'get_info: available, no more than that');
    like($call->($pool, 'get_xml_description'),
        qr{<pool type='rbd'>.*<host name='127\.0\.0\.1' port='6789'/>\s*<name>disks</name>\s*<auth type='ceph' username='libvirt'>\s*<secret usage='ceph'/>}s,
        'get_xml_description: where it is, and who asks');
    is(names($call->($conn, list_all_storage_pools => Sys::Virt::StoragePool::LIST_RBD)), 'rbd', 'list_all_storage_pools: LIST_RBD');
    is(names($call->($conn, list_all_storage_pools => Sys::Virt::StoragePool::LIST_DIR)), '', 'list_all_storage_pools: LIST_DIR has none');
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $call->($conn, find_storage_pool_sources => 'rbd', undef) }, 'find_storage_pool_sources: dies', qr/pool type 'rbd' does not support source discovery/);
    is_deeply([$call->($pool, 'destroy')], [], 'destroy gives nothing');
    is($pool->get_info->{state}, Sys::Virt::StoragePool::STATE_INACTIVE, 'destroy: get_info says so');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $call->($pool, 'refresh') }, 'refresh: dies for one that does not run', qr/pool 'rbd' is not active/);
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $call->($pool, 'delete') }, 'delete: dies', qr/pool does not support pool deletion/);
    is_deeply([$call->($pool, 'undefine')], [], 'undefine gives nothing');
    $events->are([states(qw(STOPPED UNDEFINED))], 'events: stopped, undefined');
};

my $pool = $conn->create_storage_pool($ceph->pool);

each_way volumes => sub {
    my ($call) = @_;
    my $vol = $call->($pool, create_volume => volume('one', 16));
    is($ceph->size('one'), 16 * MiB, 'create_volume: there is an image');
    is_deeply($call->($vol, 'get_info'), { type => Sys::Virt::StorageVol::TYPE_NETWORK, capacity => 16 * MiB, allocation => 16 * MiB }, 'get_info: on the network, its size');
    is($call->($vol, get_info => Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, 0, 'get_info: with GET_PHYSICAL what is there of it');
    is_deeply([map { $call->($vol, $_) } qw(get_name get_key get_path)], [qw(one disks/one disks/one)], 'get_name, get_key, get_path');
    is($call->($conn, "get_storage_volume_by_$_" => 'disks/one')->get_name, 'one', "get_storage_volume_by_$_") for qw(key path);
    is($call->($pool, get_volume_by_name => 'one')->get_key, 'disks/one', 'get_volume_by_name');
    like($call->($vol, 'get_xml_description'),
        qr{<volume type='network'>\s*<name>one</name>\s*<key>disks/one</key>\s*<capacity unit='bytes'>16777216</capacity>.*<path>disks/one</path>\s*<format type='raw'/>}s, 'get_xml_description');
    fails(Sys::Virt::Error::ERR_STORAGE_VOL_EXIST, sub { $call->($pool, create_volume => volume('one', 1)) }, 'create_volume: dies for a name that there is', qr/storage volume 'one' exists already/);
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $call->($pool, create_volume => volume('none', 0)) }, 'create_volume: dies without a size', qr/volume capacity required/);
    fails(Sys::Virt::Error::ERR_CONFIG_UNSUPPORTED, sub { $call->($pool, create_volume => volume('odd', 1, "<target><format type='qcow2'/></target>")) },
        'create_volume: dies for another format than raw', qr/only RAW volumes are supported/);
    $ceph->fill(two => 'x');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_VOL, sub { $call->($pool, get_volume_by_name => 'two') }, 'get_volume_by_name: dies for what Ceph alone knows');
    $call->($pool, 'refresh');
    is($call->($pool, get_volume_by_name => 'two')->get_info->{capacity}, 1, 'refresh: it is known');
    is(names($call->($pool, $_)), 'one two', $_) for qw(list_all_volumes list_volumes);
    is($call->($pool, 'num_of_storage_volumes'), 2, 'num_of_storage_volumes');
    is(join(' ', sort $call->($pool, list_storage_vol_names => 9)), 'one two', 'list_storage_vol_names');
    is_deeply([$call->($_, 'delete')], [], 'delete gives nothing') for $pool->list_all_volumes;
    is($ceph->ask(qw(rbd ls disks)), '', 'delete: there is no image');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_VOL, sub { $call->($vol, 'delete') }, 'delete: dies for what is gone');
};

each_way sizes => sub {
    my ($call) = @_;
    my $vol = $call->($pool, create_volume => volume('sized', 8));
    is_deeply([$call->($vol, resize => 16 * MiB)], [], 'resize gives nothing');
    is($ceph->size('sized'), 16 * MiB, 'resize: the image is larger');
    is($vol->get_info->{capacity}, 16 * MiB, 'resize: get_info says so');
    $call->($vol, resize => 8 * MiB, Sys::Virt::StorageVol::RESIZE_DELTA);
    is($ceph->size('sized'), 24 * MiB, 'resize: RESIZE_DELTA, by so much');
    # For libvirt all of an image has its place.
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $call->($vol, resize => 8 * MiB, Sys::Virt::StorageVol::RESIZE_SHRINK) }, 'resize: dies where it would shrink', qr/can't shrink capacity below existing allocation/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $call->($vol, resize => 32 * MiB, Sys::Virt::StorageVol::RESIZE_ALLOCATE) }, 'resize: dies with RESIZE_ALLOCATE');
    is($ceph->size('sized'), 24 * MiB, 'resize: it has stayed as it was');
    $call->($vol, 'delete');
    $vol = $call->($pool, create_volume => volume('huge', 5 << 20));
    is($call->($vol, 'get_info')->{capacity}, 5 << 40, 'get_info: five TiB to the byte');
    $call->($vol, 'delete');
};

each_way clones => sub {
    my ($call) = @_;
    my $bytes = join '', map { pack 'N', $_ } 1 .. 2 * MiB;
    $ceph->fill(from => $bytes);
    $call->($pool, 'refresh');
    my $from  = $pool->get_volume_by_name('from');
    my $clone = $call->($pool, clone_volume => volume('clone', 8), $from);
    my $info  = $ceph->json(qw(rbd info disks/clone));
    is($info->{parent} && $info->{parent}{image}, 'from', 'clone_volume: Ceph has a clone of the image');
    ok($ceph->bytes('clone') eq $bytes, 'clone_volume: all bytes');
    my $again = $call->($pool, clone_volume => volume('again', 8), $clone);
    ok($ceph->bytes('again') eq $bytes, 'clone_volume: of a clone, all bytes');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $call->($from, 'delete') }, 'delete: dies for an image that has clones', qr{failed to remove volume 'disks/from'});
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $call->($from, delete => Sys::Virt::StorageVol::DELETE_WITH_SNAPSHOTS) },
        'delete: with DELETE_WITH_SNAPSHOTS, too', qr{failed to unprotect snapshot 'disks/from\@});
    $call->($again, 'wipe');
    ok($ceph->bytes('again') !~ /[^\0]/, 'wipe: nothing is left in a clone');
    ok($ceph->bytes('from') eq $bytes, 'wipe: all is left in what it was made of');
    $call->($again, 'delete');
    $call->($clone, delete => Sys::Virt::StorageVol::DELETE_WITH_SNAPSHOTS);
    $call->($from, delete => Sys::Virt::StorageVol::DELETE_WITH_SNAPSHOTS);
    is($ceph->ask(qw(rbd ls disks)), '', 'delete: with DELETE_WITH_SNAPSHOTS all goes when no clone is left');
};

each_way wiped => sub {
    my ($call) = @_;
    my $bytes = 'a secret' x MiB;
    my %can   = map { $_ => 1 } qw(WIPE_ALG_ZERO WIPE_ALG_TRIM);
    for my $name (sort grep { /^WIPE_ALG_/ } keys %Sys::Virt::StorageVol::) {
        my $number = Sys::Virt::StorageVol->can($name)->();
        $ceph->fill(wiped => $bytes);
        $call->($pool, 'refresh');
        my $vol = $pool->get_volume_by_name('wiped');
        if ($can{$name}) {
            is_deeply([$call->($vol, wipe_pattern => $number)], [], "wipe_pattern gives nothing with $name");
            ok($ceph->bytes('wiped') eq "\0" x length $bytes, "wipe_pattern: with $name zeroes are left");
        }
        else {
            fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $call->($vol, wipe_pattern => $number) }, "wipe_pattern: dies with $name", qr/unsupported algorithm $number/);
            ok($ceph->bytes('wiped') eq $bytes, "wipe_pattern: with $name all is left");
        }
        $call->($vol, delete => Sys::Virt::StorageVol::DELETE_ZEROED);
    }
};

each_way 'sent and received' => sub {
    my ($call) = @_;
    my $vol = $call->($pool, create_volume => volume('stream', 1));
    for my $method (qw(upload download)) {
        my $stream = $conn->new_stream;
        fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $call->($vol, $method => $stream, 0, MiB) }, "$method: dies", qr/storage pool doesn't support volume $method/);
        fails(undef, sub { $stream->finish }, "$method: the stream has not begun");
    }
    $call->($vol, 'delete');
};

subtest 'what is used' => sub {
    $ceph->fill(used => 'x' x (16 * MiB));
    my $info;
    ok(until_true(sub { $pool->refresh; $info = $pool->get_info; return $info->{allocation} >= 16 * MiB && $info->{available} <= Ceph::SIZE - 16 * MiB }),
        'get_info: what is in the pool is allocated, and not available') or diag explain $info;
    $pool->get_volume_by_name('used')->delete;
    ok(until_true(sub { $pool->refresh; return $pool->get_info->{allocation} < 16 * MiB }), 'get_info: it is no more when that is deleted');
};

done_testing;
