# Storage pools of GlusterFS, and a disk of a guest there. Whoever opens such a volume waits ten seconds when he
# closes it, as its library does.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use File::Path qw(make_path);
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Futures qw(until_true);
use Test::SysVirt::Serial;
use Time::HiRes qw(time);
use Ways;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 240, needs => ['/usr/sbin/glusterd', '/usr/lib/x86_64-linux-gnu/qemu/block-gluster.so']);
my $dir = $bed->dir;
# It takes no brick at 127.0.0.1.
my $host   = '10.210.0.1';
my $server = serve();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');

# A server with the volume called shared, of one brick.
sub serve {
    $bed->run(qw(ip addr add), "$host/32", qw(dev lo));
    make_path('/run/gluster');
    for my $folder (qw(/var/lib/glusterd /var/log/glusterfs)) {
        make_path($folder, "$dir$folder");
        $bed->run('mount', '--bind', "$dir$folder", $folder);
    }
    my $service = $bed->service(qw(glusterd --no-daemon --log-file -));
    $bed->listens(24007);
    $bed->file('brick/data.img', "\0" x MiB, 0666);
    $bed->run(qw(qemu-img create -q -f qcow2), "$dir/brick/thin.qcow2", '8M');
    my @gluster = qw(gluster --mode=script volume);
    $bed->run(@gluster, qw(create shared), "$host:$dir/brick", 'force');
    $bed->run(@gluster, qw(start shared));
    $bed->libvirtd;
    return $service;
}

sub names { return join ' ', sort map { $_->get_name } @_ }

sub pool { return "<pool type='gluster'><name>gluster</name><source><host name='$host'/><name>$_[0]</name><dir path='/'/></source></pool>" }

each_way 'what there is' => sub {
    my ($call) = @_;
    like($call->($conn, find_storage_pool_sources => 'gluster', "<source><host name='$host'/></source>"),
        qr{<source>\s*<host name='\Q$host\E'/>\s*<dir path='/'/>\s*<name>shared</name>\s*</source>}, 'find_storage_pool_sources: what the server has');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $call->($conn, create_storage_pool => pool('none')) }, 'create_storage_pool: dies for what it has not', qr{failed to connect to gluster://\Q$host\E/none/});
};

my $pool = $conn->async->create_storage_pool(pool('shared'))->get;

each_way 'the pool' => sub {
    my ($call) = @_;
    my $info = $call->($pool, 'get_info');
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: it runs');
    cmp_ok($info->{capacity}, '>', 8 * MiB, 'get_info: capacity');
    cmp_ok($info->{allocation} + $info->{available}, '<=', $info->{capacity}, 'get_info: what is used and what is free are parts of what there is');
    like($call->($pool, 'get_xml_description'), qr{<host name='\Q$host\E'/>\s*<dir path='/'/>\s*<name>shared</name>}, 'get_xml_description: where it is');
    is(names($call->($conn, list_all_storage_pools => Sys::Virt::StoragePool::LIST_GLUSTER)), 'gluster', 'list_all_storage_pools: LIST_GLUSTER');
};

each_way volumes => sub {
    my ($call) = @_;
    is(names($call->($pool, 'list_all_volumes')), 'data.img thin.qcow2', 'list_all_volumes');
    my $vol = $call->($pool, get_volume_by_name => 'thin.qcow2');
    my $uri = "gluster://$host/shared/thin.qcow2";
    is($call->($vol, $_), $uri, $_) for qw(get_key get_path);
    is($call->($conn, "get_storage_volume_by_$_" => $uri)->get_name, 'thin.qcow2', "get_storage_volume_by_$_") for qw(key path);
    my $info = $call->($vol, 'get_info');
    is($info->{type}, Sys::Virt::StorageVol::TYPE_NETWORK, 'get_info: TYPE_NETWORK');
    is($info->{capacity}, 8 * MiB, 'get_info: capacity, by what is in the image');
    is($call->($vol, get_info => Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, -s "$dir/brick/thin.qcow2", 'get_info: with GET_PHYSICAL the size of the file');
    like($call->($vol, 'get_xml_description'), qr{<format type='qcow2'/>}, 'get_xml_description: the format');
    my $other  = '<volume><name>other</name><capacity>1</capacity></volume>';
    my $stream = $conn->new_stream;
    my @refused = (
        [$pool, [create_volume => $other], qr/storage pool does not support volume creation/],
        [$pool, [clone_volume => $other, $vol], qr/storage pool does not support volume creation from an existing volume/],
        [$vol, [resize => 16 * MiB], qr/storage pool does not support changing of volume capacity/],
        [$vol, ['wipe'], qr/storage pool doesn't support volume wiping/],
        [$vol, [upload => $stream, 0, 1], qr/storage pool doesn't support volume upload/],
        [$vol, [download => $stream, 0, 1], qr/storage pool doesn't support volume download/],
    );
    for (@refused) {
        my ($object, $method, $message) = @$_;
        fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $call->($object, @$method) }, "$method->[0]: dies, as libvirt has none for this kind", $message);
    }
};

subtest 'delete' => sub {
    is_deeply([$pool->get_volume_by_name('thin.qcow2')->delete], [], 'delete gives nothing');
    ok(!-e "$dir/brick/thin.qcow2", 'delete: there is no file');
    is(names($pool->list_all_volumes), 'data.img', 'list_all_volumes: nor is it there');
};

subtest 'a guest' => sub {
    my $boot = $bed->file('boot.img', Test::SysVirt::BootSector::bytes() . "\0" x (MiB - 512), 0666);
    my $dom  = $conn->create_domain(Test::SysVirt::BootSector::xml(<<XML));
<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$boot'/><target dev='vda' bus='virtio'/><boot order='1'/></disk>
<disk type='network' device='disk'>
  <driver name='qemu' type='raw'/><source protocol='gluster' name='shared/data.img'><host name='$host'/></source><target dev='vdb' bus='virtio'/><boot order='2'/>
</disk>
XML
    my $guest = Test::SysVirt::Serial->new($dom);
    is($guest->ask('!'), '!1', 'create_domain: it boots') or return;
    is($guest->ask('W'), 'W2', 'it writes');
    # What QEMU's side has taken may be on its way to the server.
    ok(until_true(sub { Test::SysVirt::BootSector::digit(slurp("$dir/brick/data.img")) eq '1' }), 'the server has what it wrote');
    is($dom->block_stats('vdb')->{wr_bytes}, 512, 'block_stats: one sector');
    is($dom->block_peek('vdb', Test::SysVirt::BootSector::digit_at(), 1), '1', 'block_peek: of a disk on the network');
    is_deeply([$dom->block_resize('vdb', 2 * MiB, Sys::Virt::Domain::BLOCK_RESIZE_BYTES)], [], 'block_resize gives nothing');
    is(-s "$dir/brick/data.img", 2 * MiB, 'block_resize: the file is larger');
    is($dom->get_block_info('vdb')->{capacity}, 2 * MiB, 'get_block_info: so it says');
    $dom->destroy;
};

subtest 'the server hangs' => sub {
    my $refresh = sub { $pool->async(timeout => 25)->refresh->get };
    is_deeply([$refresh->()], [], 'refresh: it is done in time while the server works');
    $server->signal('STOP');
    my $start = time;
    fails(Sys::Virt::Error::ERR_OPERATION_TIMEOUT, $refresh, 'refresh: dies when it is time');
    cmp_ok(time - $start, '<', 60, 'refresh: then, though nobody answers');
    ok($conn->get_hostname, 'get_hostname: the connection answers');
    $server->signal('CONT');
    is(eval { $pool->refresh; names($pool->list_all_volumes) }, 'data.img', 'refresh: it works when the server does again') or diag($@);
};

$pool->destroy;
fails(Sys::Virt::Error::ERR_NO_STORAGE_POOL, sub { $pool->get_info }, 'destroy: the pool is gone');
done_testing;
