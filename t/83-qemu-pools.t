# Storage pools of each kind that this host can serve, with what they have in them.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::LoopDevice;
use Test::SysVirt::Transport qw(until_true);
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 180,
    needs => ['/sbin/mkfs.ext4', '/sbin/parted', '/sbin/lvm', '/usr/sbin/tgtd', '/usr/lib/x86_64-linux-gnu/libvirt/storage-backend/libvirt_storage_backend_iscsi-direct.so']);
my $dir = $bed->dir;
# What LVM remembers of volume groups is for this test alone.
$bed->run(qw(mount -t tmpfs tmpfs /etc/lvm));
my $daemon = $bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, storage_pool => qw(LIFECYCLE REFRESH));

sub names { return join ' ', sort map { $_->get_name } @_ }

sub states { my ($name, @states) = @_; return map { [LIFECYCLE => $name, Sys::Virt::StoragePool->can("EVENT_$_")->(), 0] } @states }

# Those of a pool, from nothing to running.
sub starts {
    my ($xml, $flags) = @_;
    my $pool = $conn->define_storage_pool($xml);
    my $name = $pool->get_name;
    $pool->build($flags // 0);
    $pool->create;
    $events->are([states($name, qw(DEFINED CREATED STARTED))], 'event LIFECYCLE: defined, built, started');
    is($pool->is_active, 1, 'create: it is active');
    my $info = $pool->get_info;
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: it runs');
    cmp_ok($info->{allocation} + $info->{available}, '<=', $info->{capacity}, 'get_info: what is used and what is free are parts of what there is');
    return $pool;
}

sub ends {
    my ($pool) = @_;
    my $name = $pool->get_name;
    $pool->destroy;
    is($pool->get_info->{state}, Sys::Virt::StoragePool::STATE_INACTIVE, 'destroy: get_info says so');
    $pool->delete;
    $pool->undefine;
    $events->are([states($name, qw(STOPPED DELETED UNDEFINED))], 'event LIFECYCLE: stopped, deleted, undefined');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_POOL, sub { $pool->is_active }, 'undefine: it is gone');
    return;
}

sub volume { my ($name, $size, $more) = @_; return "<volume><name>$name</name><capacity unit='MiB'>$size</capacity>@{[ $more // '' ]}</volume>" }

subtest 'dir' => sub {
    my $xml = "<pool type='dir'><name>folder</name><target><path>$dir/folder</path></target></pool>";
    my $pool = $conn->create_storage_pool($xml, Sys::Virt::StoragePool::CREATE_WITH_BUILD);
    $events->until((states(folder => 'STARTED'))[0], 'create_storage_pool: event LIFECYCLE, EVENT_STARTED');
    is($pool->is_persistent, 0, 'create_storage_pool: it is not there to stay');
    my @flags = qw(ACTIVE INACTIVE PERSISTENT TRANSIENT AUTOSTART NO_AUTOSTART DIR FS);
    my $in = sub { join ' ', grep { names($conn->list_all_storage_pools(Sys::Virt::StoragePool->can("LIST_$_")->())) } @flags };
    is($in->(), 'ACTIVE TRANSIENT NO_AUTOSTART DIR', 'list_all_storage_pools: each flag');
    is($conn->num_of_storage_pools, 1, 'num_of_storage_pools: 1');
    is_deeply([$conn->list_storage_pool_names(9)], ['folder'], 'list_storage_pool_names: its name');
    is(names($conn->list_storage_pools), 'folder', 'list_storage_pools: it');
    is($conn->num_of_defined_storage_pools, 0, 'num_of_defined_storage_pools: none');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $pool->set_autostart(1) }, 'set_autostart: dies for a transient one', qr/pool has no config file/);
    $pool->destroy;
    fails(Sys::Virt::Error::ERR_NO_STORAGE_POOL, sub { $pool->get_info }, 'destroy: it is gone');

    $pool = $conn->define_storage_pool($xml, Sys::Virt::StoragePool::DEFINE_VALIDATE);
    is($conn->num_of_defined_storage_pools, 1, 'num_of_defined_storage_pools: 1');
    is_deeply([$conn->list_defined_storage_pool_names(9)], ['folder'], 'list_defined_storage_pool_names: its name');
    is(names($conn->list_defined_storage_pools), 'folder', 'list_defined_storage_pools: it');
    is($pool->get_autostart, 0, 'get_autostart: 0 at first');
    $pool->set_autostart(1);
    is($pool->get_autostart, 1, 'set_autostart: get_autostart says so');
    is($in->(), 'INACTIVE PERSISTENT AUTOSTART DIR', 'list_all_storage_pools: each flag of one that does not run');
    # As after a boot: libvirt remembers here that it has started what is to start.
    unlink '/run/libvirt/storage/autostarted';
    $daemon->end;
    $daemon->again;
    $conn = Sys::Virt->new(uri => 'qemu:///system');
    $pool = $conn->get_storage_pool_by_name('folder');
    ok(until_true(sub { $pool->is_active }), 'set_autostart: the daemon starts it');
    $events = Test::SysVirt::Events->of($conn, storage_pool => qw(LIFECYCLE REFRESH));
    $pool->refresh;
    $events->are([[REFRESH => 'folder']], 'event REFRESH');
    $pool->create_volume(volume('a', 1));
    $pool->destroy;
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $pool->refresh }, 'refresh: dies for one that does not run', qr/pool 'folder' is not active/);
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $pool->delete }, 'delete: dies for a folder with something in it', qr/failed to remove pool '.*folder': Directory not empty/);
    $pool->undefine;
    $events->are([states(folder => qw(STOPPED UNDEFINED))], 'event LIFECYCLE: stopped, undefined');
};

subtest 'fs' => sub {
    my $loop = Test::SysVirt::LoopDevice->new($bed, 'fs.img', 32);
    my $path = $loop->path;
    my $xml  = "<pool type='fs'><name>disk</name><source><device path='$path'/><format type='ext4'/></source><target><path>$dir/mounted</path></target></pool>";
    my $pool = starts($xml, Sys::Virt::StoragePool::BUILD_NO_OVERWRITE);
    like(slurp('/proc/mounts'), qr{^\Q$path $dir/mounted\E ext4 }m, 'create: the file system is mounted');
    $pool->create_volume(volume('kept', 1));
    is(-s "$dir/mounted/kept", MiB, 'create_volume: there is a file in it');
    $pool->destroy;
    unlike(slurp('/proc/mounts'), qr{^\Q$path\E }m, 'destroy: it is not mounted any more');
    $events->are([states(disk => 'STOPPED')], 'event LIFECYCLE: stopped');
    fails(Sys::Virt::Error::ERR_STORAGE_POOL_BUILT, sub { $pool->build(Sys::Virt::StoragePool::BUILD_NO_OVERWRITE) }, 'build: with BUILD_NO_OVERWRITE it dies where a file system is',
        qr/already formatted using 'ext4'/);
    $pool->create;
    ok(eval { $pool->get_volume_by_name('kept') }, 'create: the volume is there again');
    $pool->destroy;
    $pool->build(Sys::Virt::StoragePool::BUILD_OVERWRITE);
    $pool->create;
    is(names($pool->list_all_volumes), 'lost+found', 'build: with BUILD_OVERWRITE nothing is left');
    $events->are([states(disk => qw(STARTED STOPPED CREATED STARTED))], 'event LIFECYCLE: started, stopped, built, started');
    $pool->create_volume(volume('kept', 1));
    ends($pool);
    is(names($conn->create_storage_pool($xml, Sys::Virt::StoragePool::CREATE_WITH_BUILD_OVERWRITE)->list_all_volumes), 'lost+found', 'create_storage_pool: with CREATE_WITH_BUILD_OVERWRITE');
    $conn->get_storage_pool_by_name('disk')->destroy;
    $events->until((states(disk => 'STOPPED'))[0], 'event LIFECYCLE: stopped');
};

subtest 'disk' => sub {
    my $loop = Test::SysVirt::LoopDevice->new($bed, 'disk.img', 64);
    my $path = $loop->path;
    my $pool = starts("<pool type='disk'><name>parts</name><source><device path='$path'/><format type='gpt'/></source><target><path>/dev</path></target></pool>",
        Sys::Virt::StoragePool::BUILD_OVERWRITE);
    my $part = ($path =~ m{([^/]+)\z})[0] . 'p1';
    my $vol  = $pool->create_volume(volume($part, 16));
    is($vol->get_path, "/dev/$part", 'get_path: of a partition');
    ok(-b "/dev/$part", 'create_volume: there is a device');
    is($vol->get_info->{type}, Sys::Virt::StorageVol::TYPE_BLOCK, 'get_info: TYPE_BLOCK');
    is($vol->get_info->{capacity}, 16 * MiB, 'get_info: capacity');
    like(qx(parted -sm $path unit MiB print), qr/^1:\S+?:\S+?:16\.0MiB:/m, 'create_volume: the disk has a partition of that size');
    is(names($pool->list_volumes), $part, 'list_volumes: it');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $pool->create_volume(volume('odd', 1)) }, 'create_volume: dies for another name than that of the next partition', qr/invalid partition name 'odd'/);
    # libvirt 11 and older take what follows the name of the disk for the number of a partition.
    if (eval { $vol->delete; 1 }) {
        ok(!-e "/dev/$part", 'delete: the partition is gone');
    }
    else {
        is($@->code, Sys::Virt::Error::ERR_INTERNAL_ERROR, 'delete: dies');
        like($@->message, qr/parted \Q$path\E rm --script p1/, 'delete: parted knows no partition p1');
    }
    $bed->run('parted', '-s', $path, qw(mklabel gpt));
    $pool->refresh;
    is($pool->num_of_storage_volumes, 0, 'refresh: no partitions any more');
    $events->are([[REFRESH => 'parts']], 'event REFRESH');
    ends($pool);
    unlike(slurp($path), qr/EFI PART/, 'delete: the disk has no table of partitions any more');
};

subtest 'logical' => sub {
    my $loop  = Test::SysVirt::LoopDevice->new($bed, 'lvm.img', 64);
    my $path  = $loop->path;
    my $group = "svt$$" . time;
    my $pool  = starts("<pool type='logical'><name>group</name><source><device path='$path'/><name>$group</name><format type='lvm2'/></source><target><path>/dev/$group</path></target></pool>");
    is($pool->get_info->{capacity}, 60 * MiB, 'get_info: what LVM leaves of the device');
    is(qx(pvs --noheadings -o vg_name $path 2>/dev/null) =~ tr/ \n//dr, $group, 'build: the volume group is there');
    my $found = $conn->find_storage_pool_sources('logical', undef);
    like($found, qr{<source>\s*<device path='\Q$path\E'/>\s*<name>\Q$group\E</name>\s*<format type='lvm2'/>\s*</source>}, 'find_storage_pool_sources: device, name and format');
    if (slurp('/proc/devices') =~ /device-mapper/) {
        my $vol = $pool->create_volume(volume('a', 8));
        is($vol->get_path, "/dev/$group/a", 'get_path: of a logical volume');
        is($vol->get_info->{capacity}, 8 * MiB, 'get_info: capacity of a logical volume');
        $vol->delete;
    }
    else {
        fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $pool->create_volume(volume('a', 8)) }, 'create_volume: dies where the kernel maps no devices', qr/lvcreate .*device-mapper/s);
    }
    is_deeply([$pool->list_all_volumes], [], 'list_all_volumes: none');
    ends($pool);
    is(qx(pvs --noheadings $path 2>/dev/null), '', 'delete: the volume group is gone');
};

subtest 'iscsi-direct' => sub {
    my ($iqn, $port) = ('iqn.2026-01.test:disks', 3260);
    $bed->service(qw(/usr/sbin/tgtd --foreground --iscsi), "portal=127.0.0.1:$port");
    my $server = sub { $bed->run(qw(tgtadm --lld iscsi --op), @_) };
    $bed->listens($port);
    $server->(qw(new --mode target --tid 1 --targetname), $iqn);
    for my $lun (1, 2) {
        my $file = $bed->file("lun$lun", 'x' x MiB);
        truncate $file, 8 * MiB;
        $server->(qw(new --mode logicalunit --tid 1 --lun), $lun, '--backing-store', $file);
    }
    $server->(qw(bind --mode target --tid 1 --initiator-address ALL));
    my $initiator = "<initiator><iqn name='iqn.2026-01.test:host'/></initiator>";
    my $found = $conn->find_storage_pool_sources('iscsi-direct', "<source><host name='127.0.0.1' port='$port'/>$initiator</source>");
    like($found, qr{<source>.*<device path='\Q$iqn\E'/>.*</source>}s, 'find_storage_pool_sources: what the server has');

    my $xml = sub { "<pool type='iscsi-direct'><name>san</name><source><host name='127.0.0.1' port='$port'/><device path='$iqn'/>@{[ $_[0] // '' ]}$initiator</source></pool>" };
    my $pool = $conn->create_storage_pool($xml->());
    is(join(' ', sort $pool->list_storage_vol_names(9)), 'unit:0:0:0 unit:0:0:1 unit:0:0:2', 'list_storage_vol_names: the server itself, and the units');
    # libvirt takes the last block for the number of blocks.
    cmp_ok(abs($pool->get_info->{capacity} - 16 * MiB), '<=', 1024, 'get_info: all of the units');
    my $vol = $pool->get_volume_by_name('unit:0:0:1');
    is($vol->get_info->{type}, Sys::Virt::StorageVol::TYPE_NETWORK, 'get_info: TYPE_NETWORK');
    cmp_ok(abs($vol->get_info->{capacity} - 8 * MiB), '<=', 512, 'get_info: capacity of a unit');
    is($vol->get_path, "ip-127.0.0.1:$port-iscsi-$iqn-lun-1", 'get_path: server, target and unit');
    is(names($conn->list_all_storage_pools(Sys::Virt::StoragePool::LIST_ISCSI_DIRECT)), 'san', 'list_all_storage_pools: LIST_ISCSI_DIRECT');
    $vol->wipe;
    unlike(slurp("$dir/lun1"), qr/[^\0]/, 'wipe: nothing is left on the server');
    like(slurp("$dir/lun2"), qr/^x/, 'wipe: of the other unit all is');
    $pool->destroy;

    $server->(qw(new --mode account --user host --password), 'sesame-open-12');
    $server->(qw(bind --mode account --tid 1 --user host));
    my $auth = "<auth type='chap' username='host'><secret usage='san'/></auth>";
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->create_storage_pool($xml->()) }, 'create_storage_pool: dies where the server asks for a password', qr/authentication/i);
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $conn->create_storage_pool($xml->($auth)) }, 'create_storage_pool: dies without the secret', qr/san/);
    my $secret = $conn->define_secret("<secret ephemeral='yes' private='yes'><usage type='iscsi'><target>san</target></usage></secret>");
    $secret->set_value('sesame-wrong-1');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->create_storage_pool($xml->($auth)) }, 'create_storage_pool: dies with a wrong one', qr/authentication/i);
    $secret->set_value('sesame-open-12');
    is(eval { $conn->create_storage_pool($xml->($auth))->num_of_storage_volumes }, 3, 'create_storage_pool: the right one opens it') or diag($@);
};

done_testing;
