# Storage pools that take a kernel with device mapper, SCSI, iSCSI and NFS.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use Digest::SHA qw(sha256_hex);
use EmulatedHost;
use Test::More;
use Test::SysVirt::Driver;
use Sys::Virt;
use Sys::Virt::NodeDevice;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;

my $host = EmulatedHost->new;
my $conn = $host->connect;

sub names { return join ' ', sort map { $_->get_name } @_ }

# A pool, from nothing to running.
sub starts {
    my ($xml, %opt) = @_;
    my $pool = $conn->define_storage_pool($xml);
    is_deeply([$pool->build], [], 'build gives nothing') if $opt{build};
    is_deeply([$pool->create], [], 'create gives nothing');
    is($pool->is_active, 1, 'create: it is active');
    is($pool->get_info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: it runs');
    return $pool;
}

sub ends {
    my ($pool, %opt) = @_;
    is_deeply([$pool->destroy], [], 'destroy gives nothing');
    is($pool->is_active, 0, 'destroy: it is active no more');
    is_deeply([$pool->delete], [], 'delete gives nothing') if $opt{delete};
    $pool->undefine;
    return;
}

# The bytes go up, are where the host finds them, and come down.
sub carries {
    my ($vol, $path) = @_;
    my $bytes = join '', map { pack 'N', $_ } 1 .. 262_144;
    my ($up, $down) = map { $conn->new_stream } 1 .. 2;
    $vol->upload($up, 0, length $bytes);
    open my $in, '<:raw', \$bytes or die $!;
    $up->send_all(sub { return read $in, $_[1], $_[2] });
    $up->finish;
    my ($sum) = $host->run("sync; head -c 1048576 $path | sha256sum") =~ /^(\w+)/;
    is($sum, sha256_hex($bytes), 'upload: the host reads the same');
    $vol->download($down, 0, length $bytes);
    my $back = '';
    $down->recv_all(sub { $back .= $_[1]; return length $_[1] });
    $down->finish;
    ok($back eq $bytes, 'download: all comes back');
    return;
}

# An adapter that the kernel makes up, and its disks.
sub scsi_debug {
    my (%opt) = @_;
    $host->run('until modprobe -r scsi_debug; do sleep 1; done; modprobe scsi_debug ' . join(' ', map { "$_=$opt{$_}" } sort keys %opt) . '; udevadm settle');
    my ($adapter, @disks) = split ' ', $host->run('cd /sys/bus/pseudo/drivers/scsi_debug/adapter0; basename -a host* host*/target*/*/block/*');
    return ($adapter, map { "/dev/$_" } @disks);
}

subtest 'logical' => sub {
    my (undef, $disk) = scsi_debug(dev_size_mb => 64);
    my $xml  = "<pool type='logical'><name>vg</name><source><device path='$disk'/><name>vg</name></source><target><path>/dev/vg</path></target></pool>";
    my $pool = starts($xml, build => 1);
    is($host->run('vgs --noheadings -o vg_name') =~ s/\s//gr, 'vg', 'build: LVM has the volume group');
    cmp_ok($pool->get_info->{capacity}, '>', 50 * MiB, 'get_info: its size');
    like($conn->find_storage_pool_sources('logical', undef), qr{<device path='$disk'/>\s*<name>vg</name>}, 'find_storage_pool_sources: finds it');
    my $vol = $pool->create_volume('<volume><name>one</name><capacity unit="MiB">16</capacity></volume>');
    like($host->run('lvs --noheadings --units m -o lv_name,lv_size vg'), qr/^\s*one\s+16\.00m$/, 'create_volume: LVM has it');
    is($vol->get_path, '/dev/vg/one', 'get_path');
    is($vol->get_info->{type}, Sys::Virt::StorageVol::TYPE_BLOCK, 'get_info: a block device');
    carries($vol, '/dev/vg/one');
    my $clone = $pool->clone_volume('<volume><name>two</name><capacity unit="MiB">16</capacity></volume>', $vol);
    is($host->run('cmp /dev/vg/one /dev/vg/two && echo same'), 'same', 'clone_volume: it has the same in it');
    my $snapshot = $pool->create_volume('<volume><name>then</name><capacity unit="MiB">16</capacity><allocation unit="MiB">16</allocation><backingStore><path>/dev/vg/one</path></backingStore></volume>');
    is($host->run('lvs --noheadings -o origin vg/then') =~ s/\s//gr, 'one', 'create_volume: a snapshot of another one');
    like($snapshot->get_xml_description, qr{<backingStore>\s*<path>/dev/vg/one</path>}, 'get_xml_description: what it is a snapshot of');
    is(names($pool->list_all_volumes), 'one then two', 'list_all_volumes');
    is_deeply([$vol->wipe], [], 'wipe gives nothing');
    is($host->run('cmp -n 16777216 /dev/vg/one /dev/zero && echo zeros'), 'zeros', 'wipe: zeros are left');
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $clone->resize(20 * MiB) }, 'resize: dies, as libvirt has none for this kind', qr/storage pool does not support changing of volume capacity/);
    is_deeply([$_->delete], [], 'delete gives nothing') for $snapshot, $clone;
    is($host->run('lvs --noheadings -o lv_name vg') =~ s/\s//gr, 'one', 'delete: LVM has it no more');
    $vol->delete;
    ends($pool, delete => 1);
    is($host->run('vgs --noheadings'), '', 'delete: LVM has no volume group any more');
};

subtest 'scsi' => sub {
    my ($adapter, @disks) = scsi_debug(dev_size_mb => 16, max_luns => 3);
    my $pool = starts("<pool type='scsi'><name>scsi</name><source><adapter name='$adapter'/></source><target><path>/dev/disk/by-id</path></target></pool>");
    is(scalar @disks, 3, 'three units');
    is($pool->num_of_storage_volumes, 3, 'num_of_storage_volumes: a volume for each');
    my ($vol) = $pool->list_all_volumes;
    my $path = $vol->get_path;
    is($vol->get_info->{capacity}, 16 * MiB, 'get_info: its size');
    is($conn->get_storage_volume_by_path($path)->get_name, $vol->get_name, 'get_storage_volume_by_path');
    carries($vol, $path);
    ends($pool);
};

subtest 'a virtual port of Fibre Channel' => sub {
    my ($port) = map { $_->get_name } $conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_VPORTS) or plan skip_all => 'devices.t makes a port';
    my @wwn  = qw(20000000c9831b4c 10000000c9831b4c);
    my $pool = starts("<pool type='scsi'><name>fibre</name><source><adapter type='fc_host' parent='$port' wwnn='$wwn[0]' wwpn='$wwn[1]'/></source><target><path>/dev/disk/by-path</path></target></pool>");
    is($host->run("grep -l $wwn[1] /sys/class/fc_host/*/port_name | wc -l"), 1, 'create: the port is there');
    is_deeply([$pool->list_all_volumes], [], 'list_all_volumes: nothing is plugged in');
    ends($pool);
    $host->until("! grep $wwn[1] /sys/class/fc_host/*/port_name", 'destroy: the port is gone');
};

subtest 'mpath' => sub {
    my (undef, $disk) = scsi_debug(dev_size_mb => 16);
    $host->run("modprobe dm-multipath dm-round-robin; echo 0 32768 multipath 0 0 1 1 round-robin 0 1 1 $disk 8 | dmsetup create many; udevadm settle");
    my $pool = starts("<pool type='mpath'><name>mpath</name><target><path>/dev/mapper</path></target></pool>");
    is($pool->num_of_storage_volumes, 1, 'num_of_storage_volumes: the one device with many ways to it');
    my ($vol) = $pool->list_all_volumes;
    is($vol->get_path, '/dev/mapper/many', 'get_path');
    is($vol->get_info->{capacity}, 16 * MiB, 'get_info: its size');
    carries($vol, '/dev/mapper/many');
    ends($pool);
    $host->run('dmsetup remove many');
};

subtest 'iscsi' => sub {
    my $name = 'iqn.2026-11.example:one';
    $host->run("systemctl start tgt; truncate -s 16M /var/lib/lun; tgtadm --lld iscsi --op new --mode target --tid 1 -T $name"
        . '; tgtadm --lld iscsi --op new --mode logicalunit --tid 1 --lun 1 -b /var/lib/lun; tgtadm --lld iscsi --op bind --mode target --tid 1 -I ALL');
    like($conn->find_storage_pool_sources('iscsi', "<source><host name='127.0.0.1'/></source>"), qr{<device path='$name'/>}, 'find_storage_pool_sources: finds it');
    my $pool = starts("<pool type='iscsi'><name>iscsi</name><source><host name='127.0.0.1'/><device path='$name'/></source><target><path>/dev/disk/by-path</path></target></pool>");
    like($host->run('iscsiadm -m session'), qr/\Q$name\E/, "create: the kernel's initiator has a session");
    is($pool->num_of_storage_volumes, 1, 'num_of_storage_volumes: one unit');
    my ($vol) = $pool->list_all_volumes;
    is($vol->get_info->{capacity}, 16 * MiB, 'get_info: its size');
    carries($vol, '/var/lib/lun');
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $pool->create_volume('<volume><name>x</name><capacity>1</capacity></volume>') }, 'create_volume: dies, as libvirt has none for this kind', qr/does not support volume creation/);
    ends($pool);
    is($host->run('iscsiadm -m session || true') =~ /No active sessions/ ? 'none' : 'some', 'none', 'destroy: the session has ended');
    $host->run('systemctl stop tgt');
};

subtest 'netfs' => sub {
    $host->run("mkdir -p /srv/share; echo '/srv/share *(rw,no_root_squash,insecure,fsid=1)' > /etc/exports; systemctl start rpcbind nfs-server");
    like($conn->find_storage_pool_sources('netfs', "<source><host name='127.0.0.1'/></source>"), qr{<host name='127\.0\.0\.1'/>\s*<dir path='/srv/share'/>}, 'find_storage_pool_sources: finds it');
    my $pool = starts("<pool type='netfs'><name>netfs</name><source><host name='127.0.0.1'/><dir path='/srv/share'/><format type='nfs'/></source><target><path>/var/lib/share</path></target></pool>", build => 1);
    like($host->run('findmnt -n -o FSTYPE,SOURCE /var/lib/share'), qr{^nfs\d?\s+127\.0\.0\.1:/srv/share}, 'create: it is mounted');
    my $vol = $pool->create_volume('<volume><name>one.img</name><capacity unit="MiB">4</capacity></volume>');
    is($host->run('stat -c %s /srv/share/one.img'), 4 * MiB, 'create_volume: it is on the server');
    carries($vol, '/srv/share/one.img');
    $vol->resize(8 * MiB);
    is($host->run('stat -c %s /srv/share/one.img'), 8 * MiB, 'resize: so it is on the server');
    $pool->clone_volume('<volume><name>two.img</name><capacity unit="MiB">8</capacity></volume>', $vol);
    is($host->run('cmp /srv/share/one.img /srv/share/two.img && echo same'), 'same', 'clone_volume: it has the same in it');
    is(names($pool->list_all_volumes), 'one.img two.img', 'list_all_volumes');
    $_->delete for $pool->list_all_volumes;
    is($host->run('ls /srv/share'), '', 'delete: nothing is on the server');
    ends($pool, delete => 1);
    is($host->run('test ! -e /var/lib/share && echo gone'), 'gone', 'delete: the folder is gone');
    $host->run('systemctl stop nfs-server');
};

done_testing;
