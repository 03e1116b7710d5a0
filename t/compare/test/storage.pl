use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my ($pool, $vol);

on_node {
    $pool = $conn->get_storage_pool_by_name('images');
    $vol = $pool->get_volume_by_name('one.img');
};

my $package = 'Sys::Virt::StoragePool';
my $xml = <<'XML';
<pool type='dir'>
  <name>fresh</name>
  <uuid>77777777-7777-4777-8777-777777777777</uuid>
  <target><path>/pool/fresh</path></target>
</pool>
XML

case $_, pool_getter($_) for qw(get_name get_uuid get_uuid_string get_autostart get_info is_active
    is_persistent num_of_storage_volumes);

sub pool_getter {
    my ($method) = @_;
    return sub { $pool->$method };
}

forms 'get_xml_description', sub { $pool->get_xml_description(@flags) }, $package, 'XML';
case 'set_autostart', sub { attempt { $pool->set_autostart(1) }, $pool->get_autostart };
case 'set_autostart off', sub { attempt { $pool->set_autostart(0) }, $pool->get_autostart };
case 'destroy', sub { attempt { $pool->destroy }, $pool->is_active, attempt { $pool->num_of_storage_volumes } };
case 'destroy twice', sub { $pool->destroy; $pool->destroy };
case 'create', sub { $pool->destroy; attempt { $pool->create }, $pool->get_info };
case 'create while active', sub { $pool->create };
forms 'build', sub { $pool->destroy; $pool->build(@flags) }, $package, 'BUILD';
case 'build while active', sub { $pool->build };
forms 'delete', sub { $pool->destroy; $pool->delete(@flags) }, $package, 'DELETE';
case 'delete while active', sub { $pool->delete };
forms 'refresh', sub { $pool->refresh(@flags) };
case 'refresh while inactive', sub { $pool->destroy; $pool->refresh };
case 'undefine', sub {
    $pool->destroy;
    attempt { $pool->undefine }, attempt { $conn->get_storage_pool_by_name('images') };
};
case 'undefine while active', sub { $pool->undefine };
forms 'define_storage_pool', sub { $conn->define_storage_pool($xml, @flags) }, $package, 'DEFINE';
case 'define_storage_pool, its state', sub {
    my $fresh = $conn->define_storage_pool($xml);
    $fresh->is_active, $fresh->is_persistent, $fresh->get_info, $fresh->get_xml_description;
};
case 'create_storage_pool', sub { $conn->create_storage_pool($xml) };
case 'create_storage_pool, its state', sub {
    my $fresh = $conn->create_storage_pool($xml);
    $fresh->is_active, $fresh->is_persistent, $fresh->get_info;
};
case 'define_storage_pool, broken XML', sub { $conn->define_storage_pool('<pool') };
case 'create_storage_pool, other XML', sub { $conn->create_storage_pool('<domain/>') };
case 'define_storage_pool, the same target', sub {
    (my $same = $xml) =~ s{/pool/fresh}{/pool/images};
    $conn->define_storage_pool($same);
};

case 'list_storage_vol_names', sub { any_order { $pool->list_storage_vol_names(10) } };
case 'list_storage_vol_names, fewer', sub { my @names = $pool->list_storage_vol_names(1); scalar @names };
case 'list_volumes', sub { any_order { $pool->list_volumes } };
case 'list_volumes, a number', sub { scalar $pool->list_volumes };
case 'list_volumes while inactive', sub { $pool->destroy; $pool->list_volumes };
forms 'list_all_volumes', sub { any_order { $pool->list_all_volumes(@flags) } };
case 'get_volume_by_name', sub { $pool->get_volume_by_name('two.qcow2') };
case 'get_volume_by_name that is not there', sub { $pool->get_volume_by_name('none') };
my $fresh = "<volume><name>fresh.img</name><capacity unit='MiB'>4</capacity></volume>";
case 'create_volume', sub { $pool->create_volume($fresh) };
case 'create_volume, its state', sub {
    my $made = $pool->create_volume($fresh);
    $made->get_info, $made->get_path, $made->get_xml_description, $pool->get_info;
};
case 'create_volume with flags', sub {
    $pool->create_volume($fresh, Sys::Virt::StorageVol::CREATE_PREALLOC_METADATA);
};
case 'create_volume, a name that is taken', sub { (my $same = $fresh) =~ s/fresh/one/; $pool->create_volume($same) };
case 'create_volume, broken XML', sub { $pool->create_volume('<volume') };
case 'create_volume, more than there is', sub {
    (my $more = $fresh) =~ s/MiB/TiB/;
    $pool->create_volume($more);
};
case 'clone_volume', sub { $pool->clone_volume($fresh, $vol) };
case 'clone_volume, its state', sub { $pool->clone_volume($fresh, $vol)->get_info };
case 'clone_volume with flags', sub {
    $pool->clone_volume($fresh, $vol, Sys::Virt::StorageVol::CREATE_REFLINK);
};

my $volume = 'Sys::Virt::StorageVol';

case "volume $_", volume_getter($_) for qw(get_name get_key get_path);

sub volume_getter {
    my ($method) = @_;
    return sub { $vol->$method };
}

forms 'volume get_xml_description', sub { $vol->get_xml_description(@flags) };
case 'volume get_info', sub { $vol->get_info };
forms 'volume get_info with flags', sub { $vol->get_info(@flags) }, $volume, 'USE';
case 'volume get_info, physical', sub { $vol->get_info(Sys::Virt::StorageVol::GET_PHYSICAL) };
forms 'volume delete', sub {
    attempt { $vol->delete(@flags) }, $pool->num_of_storage_volumes;
}, $volume, 'DELETE';
case 'volume delete twice', sub { $vol->delete; $vol->delete };
forms 'volume resize', sub { $vol->resize(4194304, @flags) }, $volume, 'RESIZE';
case 'volume resize as text', sub { $vol->resize('8589934592') };
forms 'volume wipe', sub { $vol->wipe(@flags) };
forms 'volume wipe_pattern', sub { $vol->wipe_pattern(Sys::Virt::StorageVol::WIPE_ALG_ZERO, @flags) };
case 'volume wipe_pattern unknown', sub { $vol->wipe_pattern(99) };
forms 'volume download', sub { $vol->download($conn->new_stream, 0, 0, @flags) }, $volume, 'VOL_DOWNLOAD';
forms 'volume upload', sub { $vol->upload($conn->new_stream, 0, 0, @flags) }, $volume, 'VOL_UPLOAD';
case 'volume download, numbers as text', sub { $vol->download($conn->new_stream, '8589934592', '4096') };
case 'the volume outlives the others', sub { undef $pool; undef $conn; $vol->get_key };
