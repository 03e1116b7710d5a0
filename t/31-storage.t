# Storage pools and volumes, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my $pool = $conn->get_storage_pool_by_name('images');
my $uuid = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb';

sub volume_xml { "<volume><name>$_[0]</name><capacity>$_[1]</capacity><allocation>0</allocation></volume>" }
sub names { join ' ', sort map { $_->get_name } @_ }

subtest 'a pool' => sub {
    is($pool->get_name, 'images', 'get_name: images');
    is($pool->get_uuid, pack('H*', $uuid =~ tr/-//dr), 'get_uuid: the bytes of the UUID');
    is($pool->get_uuid_string, $uuid, 'get_uuid_string: the UUID of the XML');
    is($pool->is_active, 1, 'is_active: 1');
    is($pool->is_persistent, 1, 'is_persistent: 1');
    like($pool->get_xml_description, qr{^<pool type='dir'>.*<path>/pool/images</path>}s, 'get_xml_description: has type and path');
    my $info = $pool->get_info;
    is_deeply([sort keys %$info], [qw(allocation available capacity state)], 'get_info: the keys');
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: the pool runs');
    is($info->{available}, $info->{capacity} - $info->{allocation}, 'get_info: available is capacity less allocation');
    is($pool->get_autostart, 0, 'get_autostart: 0');
    is_deeply([$pool->set_autostart(1)], [], 'set_autostart gives nothing');
    is($pool->get_autostart, 1, 'get_autostart then');
    is_deeply([$pool->refresh], [], 'refresh gives nothing');
};

subtest 'its volumes' => sub {
    is($pool->num_of_storage_volumes, 2, 'num_of_storage_volumes: 2');
    is(join(' ', sort $pool->list_storage_vol_names(10)), 'one.img two.qcow2', 'list_storage_vol_names: one.img two.qcow2');
    is(scalar(() = $pool->list_storage_vol_names(1)), 1, 'list_storage_vol_names: gives at most one when asked for one');
    is_deeply([map { $pool->list_storage_vol_names($_) } 0, -1], [], 'list_storage_vol_names: gives none when asked for none');
    is(names($pool->list_volumes), 'one.img two.qcow2', 'list_volumes: one.img two.qcow2');
    is(scalar($pool->list_volumes), 2, 'list_volumes in scalar context');
    is(names($pool->list_all_volumes), 'one.img two.qcow2', 'list_all_volumes: one.img two.qcow2');
    isa_ok(scalar($pool->list_all_volumes(0)), 'Sys::Virt::StorageVol', 'list_all_volumes in scalar context');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $pool->list_all_volumes(1 << 30) }, 'list_all_volumes: passes on its flags');
    my $volume = $pool->get_volume_by_name('one.img');
    isa_ok($volume, 'Sys::Virt::StorageVol', 'get_volume_by_name: gives a volume');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_VOL, sub { $pool->get_volume_by_name('none') }, 'get_volume_by_name: dies for a volume that is not there');
    is($conn->get_storage_pool_by_volume($volume)->get_name, 'images', 'get_storage_pool_by_volume: gives the pool of a volume');
};

subtest 'a volume' => sub {
    my $volume = $pool->get_volume_by_name('one.img');
    is($volume->get_name, 'one.img', 'get_name: one.img');
    is($volume->get_key, '/pool/images/one.img', 'get_key: /pool/images/one.img');
    is($volume->get_path, '/pool/images/one.img', 'get_path: /pool/images/one.img');
    like($volume->get_xml_description, qr{^<volume type='file'>.*<name>one\.img</name>}s, 'get_xml_description: of a volume has type and name');
    my $expected = { type => Sys::Virt::StorageVol::TYPE_FILE, capacity => 1048576, allocation => 65536 };
    is_deeply($volume->get_info, $expected, 'get_info: of a volume has type, capacity and allocation');
    is_deeply($volume->get_info(undef), $expected, 'get_info: undef for the flags is no flags');
    unsupported($volume, 'get_info', [Sys::Virt::StorageVol::GET_PHYSICAL], 'virStorageVolGetInfoFlags');
    unsupported($volume, 'resize', ['8589934592', Sys::Virt::StorageVol::RESIZE_DELTA], 'virStorageVolResize');
    unsupported($volume, 'wipe', [0], 'virStorageVolWipe');
    unsupported($volume, 'wipe_pattern', [Sys::Virt::StorageVol::WIPE_ALG_NNSA, 0], 'virStorageVolWipePattern');
    unsupported($volume, 'download', [$conn->new_stream, '18446744073709551615', 4096], 'virStorageVolDownload');
    unsupported($volume, 'upload', [$conn->new_stream, 0, 1 << 40, Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM], 'virStorageVolUpload');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $volume->resize(-1) }, 'a size below 0',
        qr/argument 'capacity' is -1, not between 0 and 18446744073709551615/);
    my $elsewhere = Sys::Virt->new(uri => 'test:///default')->new_stream;
    fails(undef, sub { $volume->download($elsewhere, 0, 0) }, 'download: refuses a stream of another connection');
};

subtest 'making volumes' => sub {
    my $made = $pool->create_volume(volume_xml('made.img', 4096));
    is($made->get_info->{capacity}, 4096, 'create_volume: get_info has the capacity of the XML');
    is($pool->create_volume(volume_xml('more.img', 4096), 0)->get_name, 'more.img', 'create_volume with flags');
    fails(Sys::Virt::Error::ERR_INVALID_ARG,
        sub { $pool->create_volume(volume_xml('flags.img', 1), Sys::Virt::StorageVol::CREATE_PREALLOC_METADATA) }, 'create_volume: passes on its flags');
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $pool->create_volume(volume_xml('made.img', 1)) }, 'create_volume: dies for a name that is taken');
    my $clone = $pool->clone_volume(volume_xml('clone.img', 8192), $made);
    is($clone->get_info->{capacity}, 8192, 'clone_volume: get_info has the capacity of the XML');
    fails(Sys::Virt::Error::ERR_INVALID_ARG,
        sub { $pool->clone_volume(volume_xml('reflink.img', 1), $made, Sys::Virt::StorageVol::CREATE_REFLINK) }, 'clone_volume: passes on its flags');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $pool->clone_volume(volume_xml('x.img', 1), $pool) }, 'not from a pool',
        qr/argument 'clonevol' is a Sys::Virt::StoragePool object, not a Sys::Virt::StorageVol object/);
    is_deeply([$made->delete(Sys::Virt::StorageVol::DELETE_NORMAL)], [], 'delete gives nothing');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_VOL, sub { $made->delete }, 'delete: a second one finds no volume');
    $_->delete for $clone, $pool->get_volume_by_name('more.img');
    is($pool->num_of_storage_volumes, 2, 'delete: there are as many volumes as before');
};

subtest 'a pool that is stopped' => sub {
    is_deeply([$pool->destroy], [], 'destroy gives nothing');
    is($pool->is_active, 0, 'destroy: the pool is not active');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $pool->destroy }, 'destroy again');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $pool->$_ }, "$_: dies for a pool that does not run")
        for qw(refresh num_of_storage_volumes list_volumes list_all_volumes);
    is_deeply([$pool->build], [], 'build gives nothing');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $pool->build(Sys::Virt::StoragePool::BUILD_RESIZE) }, 'build: passes on its flags');
    is_deeply([$pool->delete], [], 'delete gives nothing');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $pool->delete(Sys::Virt::StoragePool::DELETE_ZEROED) }, 'delete: passes on its flags');
    is_deeply([$pool->create], [], 'create gives nothing');
    is($pool->get_info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'create: the pool runs again');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $pool->$_ }, "$_: dies for a pool that runs") for qw(create build delete undefine);
    my $brief = $conn->create_storage_pool('<pool type="dir"><name>brief</name><target><path>/pool/brief</path></target></pool>');
    is($brief->is_persistent, 0, 'create_storage_pool: the pool is not persistent');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $brief->set_autostart(1) }, 'set_autostart: dies for a transient pool');
};

subtest 'the end' => sub {
    my $volume = $pool->get_volume_by_name('two.qcow2');
    $pool->destroy;
    is_deeply([$pool->undefine], [], 'undefine gives nothing');
    fails(Sys::Virt::Error::ERR_NO_STORAGE_POOL, sub { $conn->get_storage_pool_by_name('images') }, 'undefine: the pool is gone');
    undef $_ for $pool, $conn;
    is($volume->get_key, '/pool/images/two.qcow2', 'get_key: a volume outlives pool and connection');
};

done_testing;
