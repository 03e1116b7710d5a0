use strict;
use warnings;
use lib 't/lib';
use Digest::MD5 ();
use POSIX ();
use Test::More;
use Test::SysVirt::Qemu;
use Sys::Virt;

# Storage pools, networks, devices, filters and secrets of a real host.

my $bed  = Test::SysVirt::Qemu->new(seconds => 120);
my $conn = $bed->conn;
my $dir  = $bed->dir;

use constant MiB => 1 << 20;
use constant { SEEK_DATA => 3, SEEK_HOLE => 4 };    # Linux has them, Fcntl has not

# The code that a call ends with, 0 when it succeeds.
sub code_of {
    my ($code) = @_;
    return 0 if eval { $code->(); 1 };
    return ref $@ ? $@->code : die $@;
}

sub names_of { join ' ', sort map { $_->get_name } @_ }

sub checksum {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!";
    return Digest::MD5->new->addfile($fh)->hexdigest;
}

sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}

my $pool;
subtest 'a pool' => sub {
    my $name = $bed->name('pool');
    $pool = $conn->define_storage_pool("<pool type='dir'><name>$name</name><target><path>$dir/pool</path></target></pool>");
    ok(!$pool->is_active, 'is_active: defined, not active');
    ok($pool->is_persistent, 'is_persistent: but persistent');
    is($pool->get_name, $name, 'get_name: its name');
    is(unpack('H*', $pool->get_uuid), $pool->get_uuid_string =~ tr/-//dr, 'get_uuid_string: its UUID');
    $pool->build(Sys::Virt::StoragePool::BUILD_NEW);
    ok(-d "$dir/pool", 'build: built');
    $pool->create;
    ok($pool->is_active, 'is_active: active');
    $pool->set_autostart(1);
    ok($pool->get_autostart, 'get_autostart: to be started with the host');
    $pool->set_autostart(0);
    ok(!$pool->get_autostart, 'get_autostart: or not');
    my $info = $pool->get_info;
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: its state');
    is($info->{capacity}, $info->{allocation} + $info->{available}, 'get_info: its capacity is what is used and what is left');
    like($pool->get_xml_description, qr{<path>\Q$dir\E/pool</path>}, 'get_xml_description: its XML');
    for my $found ($conn->get_storage_pool_by_name($name), $conn->get_storage_pool_by_uuid($pool->get_uuid),
                   $conn->get_storage_pool_by_uuid($pool->get_uuid_string),
                   $conn->get_storage_pool_by_target_path("$dir/pool")) {
        is($found->get_name, $name, 'get_name: found again');
    }
    ok((grep { $_->get_name eq $name } $conn->list_all_storage_pools(Sys::Virt::StoragePool::LIST_ACTIVE)), 'list_all_storage_pools: listed');
    is($pool->num_of_storage_volumes, 0, 'num_of_storage_volumes: empty');
};

sub volume_xml {
    my ($name, $bytes, $format) = @_;
    return "<volume><name>$name</name><capacity>$bytes</capacity><allocation>0</allocation>"
        . "<target><format type='$format'/></target></volume>";
}

subtest 'volumes' => sub {
    my $raw = $pool->create_volume(volume_xml('a.img', 3 * MiB, 'raw'));
    isa_ok($raw, 'Sys::Virt::StorageVol', 'create_volume: gives a volume');
    is($raw->get_name, 'a.img', 'get_name: its name');
    is($raw->get_path, "$dir/pool/a.img", 'get_path: its path');
    is($raw->get_key, "$dir/pool/a.img", 'get_key: its key');
    is(-s $raw->get_path, 3 * MiB, 'get_path: a file');
    is_deeply($raw->get_info, { type => Sys::Virt::StorageVol::TYPE_FILE, capacity => 3 * MiB, allocation => 0 }, 'get_info: information');
    is($raw->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, 3 * MiB, 'get_info: its physical size');

    my $qcow = $pool->create_volume(volume_xml('b.qcow2', 64 * MiB, 'qcow2'));
    is($qcow->get_info->{capacity}, 64 * MiB, 'get_info: a qcow2 image');
    like($qcow->get_xml_description, qr/<format type='qcow2'/, 'get_xml_description: its format');
    is($pool->num_of_storage_volumes, 2, 'num_of_storage_volumes: two volumes');
    is(names_of($pool->list_all_volumes), 'a.img b.qcow2', 'list_all_volumes: listed');
    is(names_of($pool->list_volumes), 'a.img b.qcow2', 'list_volumes: the old way');
    is(join(' ', sort $pool->list_storage_vol_names(9)), 'a.img b.qcow2', 'list_storage_vol_names: their names');
    is($pool->get_volume_by_name('a.img')->get_path, $raw->get_path, 'get_path: one by its name');
    is($conn->get_storage_volume_by_path($raw->get_path)->get_name, 'a.img', 'get_path: by its path');
    is($conn->get_storage_volume_by_key($raw->get_key)->get_name, 'a.img', 'get_key: by its key');
    is($conn->get_storage_pool_by_volume($raw)->get_name, $pool->get_name, 'get_storage_pool_by_volume: the pool of one');
    is(code_of(sub { $pool->create_volume(volume_xml('a.img', MiB, 'raw')) }), Sys::Virt::Error::ERR_STORAGE_VOL_EXIST, 'create_volume: no two of a name');

    $raw->resize(5 * MiB);
    is(-s $raw->get_path, 5 * MiB, 'get_path: grown');
    $raw->resize(MiB, Sys::Virt::StorageVol::RESIZE_DELTA);
    is(-s $raw->get_path, 6 * MiB, 'get_path: by so much');
    is(code_of(sub { $raw->resize(MiB) }), Sys::Virt::Error::ERR_INVALID_ARG, 'resize: not shrunk');
    $raw->resize(4 * MiB, Sys::Virt::StorageVol::RESIZE_SHRINK);
    is($raw->get_info->{capacity}, 4 * MiB, 'get_info: unless that is wanted');

    open my $fh, '+<:raw', $raw->get_path or die $!;
    print $fh my $bytes = join '', map { chr } 0 .. 255;
    close $fh;
    my $clone = $pool->clone_volume(volume_xml('clone.img', 4 * MiB, 'raw'), $raw);
    is(checksum($clone->get_path), checksum($raw->get_path), 'get_path: a clone has the same contents');
    $raw->wipe;
    is(checksum($raw->get_path), Digest::MD5::md5_hex("\0" x (4 * MiB)), 'get_path: wiped, there is nothing left');
    is(substr(slurp($clone->get_path), 0, 256), $bytes, 'get_path: but in the clone');
    $clone->wipe_pattern(Sys::Virt::StorageVol::WIPE_ALG_ZERO);
    unlike(slurp($clone->get_path), qr/[^\0]/, 'get_path: until that is wiped, too');

    open $fh, '>', "$dir/pool/new.img" or die $!;
    print $fh 'x' x 512;
    close $fh;
    is(code_of(sub { $pool->get_volume_by_name('new.img') }), Sys::Virt::Error::ERR_NO_STORAGE_VOL, 'get_volume_by_name: a file made behind its back');
    $pool->refresh;
    is($pool->get_volume_by_name('new.img')->get_info->{capacity}, 512, 'get_info: is found when the pool is read again');
    $_->delete for $pool->list_all_volumes;
    is($pool->num_of_storage_volumes, 0, 'num_of_storage_volumes: all deleted');
    ok(!-e "$dir/pool/a.img", 'num_of_storage_volumes: with their files');
};

subtest 'upload and download' => sub {
    # 256 MiB with data at the start, in the middle and at the end, and holes between.
    my $file = "$dir/sparse.img";
    open my $fh, '>:raw', $file or die $!;
    truncate $fh, 256 * MiB;
    my $data = join '', map { pack 'N', $_ * 2654435761 & 0xffffffff } 1 .. MiB / 4;
    for my $at (0, 100 * MiB, 255 * MiB) {
        seek $fh, $at, 0;
        print $fh $data;
    }
    close $fh;
    my $sum = checksum($file);
    my $volume = $pool->create_volume(volume_xml('sparse.img', 256 * MiB, 'raw'));
    my $upload = sub {
        my ($flags, $send) = @_;
        open my $in, '<:raw', $file or die $!;
        my $stream = $conn->new_stream;
        $volume->upload($stream, 0, 256 * MiB, $flags);
        $send->($stream, $in);
        $stream->finish;
        is(checksum($volume->get_path), $sum, 'get_path: the same at the host');
    };
    my $download = sub {
        my ($flags, $receive) = @_;
        open my $out, '>:raw', "$file.back" or die $!;
        my $stream = $conn->new_stream;
        $volume->download($stream, 0, 256 * MiB, $flags);
        $receive->($stream, $out);
        $stream->finish;
        truncate $out, 256 * MiB;
        close $out;
        is(checksum("$file.back"), $sum, 'finish: the same here');
        unlink "$file.back";
    };

    note 'every byte, in pieces';
    $upload->(0, sub {
        my ($stream, $in) = @_;
        while (my $n = sysread $in, my $data, 1 << 18) {
            my $sent = 0;
            $sent += $stream->send(substr($data, $sent), $n - $sent) while $sent < $n;
        }
    });
    $download->(0, sub {
        my ($stream, $out) = @_;
        while ((my $n = $stream->recv(my $data, 1 << 18)) > 0) { syswrite $out, $data, $n }
    });

    note 'every byte, by handlers';
    $volume->wipe;
    $upload->(0, sub {
        my ($stream, $in) = @_;
        $stream->send_all(sub { sysread $in, $_[1], $_[2] });
    });
    $download->(0, sub {
        my ($stream, $out) = @_;
        $stream->recv_all(sub { syswrite $out, $_[1], $_[2] });
    });

    note 'holes as holes';
    $volume->delete;
    $volume = $pool->create_volume(volume_xml('sparse.img', 256 * MiB, 'raw'));
    my $sparse = Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM;
    my ($holes, $skipped) = (0, 0);
    $upload->($sparse, sub {
        my ($stream, $in) = @_;
        $stream->sparse_send_all(
            sub { sysread $in, $_[1], $_[2] },
            sub {
                my $at = sysseek $in, 0, 1;
                return (0, 0) if $at == 256 * MiB;
                my $next = sysseek($in, $at, SEEK_DATA) // 256 * MiB;
                my $in_data = $next == $at;
                $next = sysseek $in, $at, SEEK_HOLE if $in_data;
                $holes += !$in_data;
                sysseek $in, $at, 0;
                return ($in_data, $next - $at);
            },
            sub { $skipped += $_[1]; sysseek $in, $_[1], 1; return 0 },
        );
    });
    is($holes, 2, 'sparse_send_all: the holes were found');
    is($skipped, 253 * MiB, 'sparse_send_all: and skipped');
    $holes = 0;
    $download->(Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM, sub {
        my ($stream, $out) = @_;
        $stream->sparse_recv_all(
            sub { syswrite $out, $_[1], $_[2] },
            sub { $holes += $_[1]; sysseek $out, $_[1], 1; return 0 },
        );
    });
    is($holes, 253 * MiB, 'sparse_recv_all: as much comes back as holes');

    my $stream = $conn->new_stream;
    $volume->download($stream, 255 * MiB, 4);
    $stream->recv(my $part, 100);
    is($part, substr($data, 0, 4), 'recv: a part of it');
    $stream->finish;
    $stream = $conn->new_stream;
    $volume->download($stream, 0, 0);
    $stream->abort;
    is(code_of(sub { $stream->recv(my $data, 10) }), Sys::Virt::Error::ERR_OPERATION_FAILED, 'recv: none from one that was aborted');
    $volume->delete;
};

subtest 'the end of the pool' => sub {
    $pool->destroy;
    ok(!$pool->is_active, 'is_active: stopped');
    $pool->delete;
    ok(!-d "$dir/pool", 'delete: deleted');
    $pool->undefine;
    is(code_of(sub { $conn->get_storage_pool_by_name($bed->name('pool')) }), Sys::Virt::Error::ERR_NO_STORAGE_POOL, 'get_storage_pool_by_name: forgotten');
    my $gone = $bed->name('gone');
    is(code_of(sub { $conn->create_storage_pool("<pool type='dir'><name>$gone</name><target><path>$dir/no/such</path></target></pool>") }),
        Sys::Virt::Error::ERR_SYSTEM_ERROR, 'create_storage_pool: a pool in a directory that is not there');
    like($conn->get_storage_pool_capabilities, qr/<pool type='dir' supported='yes'>/, 'get_storage_pool_capabilities: what pools there can be');
};

subtest 'a network' => sub {
    my $name = $bed->name('net');
    my $bridge = "svtbr$$";
    my $network = $conn->define_network(<<XML);
<network><name>$name</name><bridge name='$bridge'/>
  <ip address='10.209.77.1' netmask='255.255.255.0'><dhcp><range start='10.209.77.10' end='10.209.77.20'/></dhcp></ip>
</network>
XML
    is($network->get_name, $name, 'get_name: defined');
    is($network->get_bridge_name, $bridge, 'get_bridge_name: with its bridge');
    ok($network->is_persistent && !$network->is_active, 'is_active: persistent, not active');
    is($conn->get_network_by_uuid($network->get_uuid)->get_name, $name, 'get_network_by_uuid: found again');
    if (my $error = code_of(sub { $network->create })) {
        plan skip_all => "no network can be started here ($error)";
    }
    ok($network->is_active, 'is_active: started');
    like(qx(ip -4 addr show $bridge), qr{inet 10\.209\.77\.1/24}, 'is_active: the host has its address');
    is_deeply([$network->get_dhcp_leases], [], 'get_dhcp_leases: no leases yet');
    my $host = "<host mac='52:54:00:aa:bb:cc' name='fixed' ip='10.209.77.9'/>";
    $network->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::SECTION_IP_DHCP_HOST, -1, $host,
        Sys::Virt::Network::UPDATE_AFFECT_LIVE | Sys::Virt::Network::UPDATE_AFFECT_CONFIG);
    like($network->get_xml_description, qr{name='fixed' ip='10\.209\.77\.9'}, 'get_xml_description: a host with a fixed address');
    $network->set_autostart(1);
    ok($network->get_autostart, 'get_autostart: to be started with the host');
    ok((grep { $_->get_name eq $name } $conn->list_all_networks(Sys::Virt::Network::LIST_ACTIVE)), 'list_all_networks: listed');

    my $dom = $bed->boot('net', devices => "<interface type='network'><mac address='52:54:00:aa:bb:cc'/><source network='$name'/></interface>");
    my @ports = $network->list_all_ports;
    is(scalar @ports, 1, 'list_all_ports: a domain takes a port');
    like($ports[0]->get_xml_description, qr{<name>\Q@{[$bed->name('net')]}\E</name>}, 'get_xml_description: its owner');
    is($network->get_port_by_uuid($ports[0]->get_uuid_string)->get_uuid, $ports[0]->get_uuid, 'get_port_by_uuid: found by its UUID');
    is(ref $ports[0]->get_parameters, 'HASH', 'get_parameters: its parameters');
    # The boot ROM of the network card asks for an address when nothing else boots.
    $dom->destroy;
    my $pxe = $conn->create_domain($bed->xml('pxe', os => "<boot dev='network'/>",
        devices => "<interface type='network'><mac address='52:54:00:aa:bb:cc'/><source network='$name'/><model type='virtio'/></interface>"));
    my $lease;
    if (ok($bed->wait_for(sub { ($lease) = $network->get_dhcp_leases('52:54:00:aa:bb:cc') }, 30), 'a guest gets an address')) {
        is($lease->{ipaddr}, '10.209.77.9', 'get_dhcp_leases: the fixed one');
        is($lease->{prefix}, 24, 'get_dhcp_leases: its prefix');
        is($lease->{type}, Sys::Virt::IP_ADDR_TYPE_IPV4, 'get_dhcp_leases: its type');
        is($lease->{mac}, '52:54:00:aa:bb:cc', 'get_dhcp_leases: its card');
        is($lease->{iface}, $bridge, 'get_dhcp_leases: its bridge');
        cmp_ok($lease->{expirytime}, '>', time, 'get_dhcp_leases: when it ends');
        is_deeply([map { $_->{addrs}[0]{addr} } $pxe->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE)],
            ['10.209.77.9'], 'get_interface_addresses: the domain knows, too');
    }
    is_deeply([$network->get_dhcp_leases('52:54:00:00:00:00')], [], 'get_dhcp_leases: none for another card');
    $pxe->destroy;
    $network->destroy;
    ok(!$network->is_active, 'is_active: stopped');
    $network->undefine;
    is(code_of(sub { $conn->get_network_by_name($name) }), Sys::Virt::Error::ERR_NO_NETWORK, 'get_network_by_name: forgotten');
};

subtest 'devices of the host' => sub {
    my @devices = $conn->list_all_node_devices;
    cmp_ok(scalar @devices, '>', 0, 'list_all_node_devices: there are some');
    is($conn->num_of_node_devices(undef), scalar @devices, 'num_of_node_devices: so many');
    my $root = $conn->get_node_device_by_name('computer');
    is($root->get_name, 'computer', 'get_name: the machine itself');
    is($root->get_parent, undef, 'get_parent: has no parent');
    like($root->get_xml_description, qr/<capability type='system'>/, 'get_xml_description: is a system');
    is_deeply([$root->list_capabilities], ['system'], 'list_capabilities: as it says');
    my @net = $conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_NET);
    is(scalar @net, $conn->num_of_node_devices('net'), 'num_of_node_devices: the network cards');
    is(join(' ', sort $conn->list_node_device_names('net', 99)), names_of(@net), 'list_node_device_names: their names');
    my ($lo) = grep { $_->get_xml_description =~ m{<interface>lo</interface>} } @net;
    ok($lo, 'get_xml_description: one is the loop');
    is($lo->get_parent, 'computer', 'get_parent: in the machine');
    ok($lo->is_active, 'is_active: active');
    is(code_of(sub { $conn->get_node_device_by_name('svt-none') }), Sys::Virt::Error::ERR_NO_NODE_DEVICE, 'get_node_device_by_name: one that is not there');
};

subtest 'filters' => sub {
    my $name = $bed->name('filter');
    my $filter = $conn->define_nwfilter(<<XML);
<filter name='$name' chain='root'><rule action='drop' direction='out' priority='500'><mac match='no' srcmacaddr='\$MAC'/></rule></filter>
XML
    is($filter->get_name, $name, 'get_name: defined');
    like($filter->get_xml_description, qr/<rule action='drop' direction='out' priority='500'>/, 'get_xml_description: its XML');
    is($conn->get_nwfilter_by_name($name)->get_uuid_string, $filter->get_uuid_string, 'get_nwfilter_by_name: by its name');
    is($conn->get_nwfilter_by_uuid($filter->get_uuid)->get_name, $name, 'get_nwfilter_by_uuid: by its UUID');
    ok((grep { $_->get_name eq $name } $conn->list_all_nwfilters), 'list_all_nwfilters: listed');
    is($conn->num_of_nwfilters, scalar(my @names = $conn->list_nwfilter_names(999)), 'list_nwfilter_names: their number');
    $filter->undefine;
    is(code_of(sub { $conn->get_nwfilter_by_name($name) }), Sys::Virt::Error::ERR_NO_NWFILTER, 'get_nwfilter_by_name: gone');
    is_deeply([$conn->list_all_nwfilter_bindings], [], 'list_all_nwfilter_bindings: none is bound');
};

subtest 'secrets' => sub {
    my $usage = $bed->name('secret');
    my $secret = $conn->define_secret("<secret ephemeral='yes' private='no'><usage type='volume'><volume>$usage</volume></usage></secret>");
    is($secret->get_usage_id, $usage, 'get_usage_id: defined');
    is($secret->get_usage_type, Sys::Virt::Secret::USAGE_TYPE_VOLUME, 'get_usage_type: for a volume');
    is(code_of(sub { $secret->get_value }), Sys::Virt::Error::ERR_NO_SECRET, 'get_value: without a value');
    my $value = join '', map { chr } 0 .. 255, 0;
    $secret->set_value($value);
    is($secret->get_value, $value, 'get_value: a value of all bytes');
    is($conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, $usage)->get_value, $value, 'get_value: by its use');
    is($conn->get_secret_by_uuid($secret->get_uuid)->get_uuid_string, $secret->get_uuid_string, 'get_secret_by_uuid: by its UUID');
    ok((grep { $_->get_usage_id eq $usage } $conn->list_all_secrets(Sys::Virt::Secret::LIST_EPHEMERAL)), 'list_all_secrets: listed');
    ok((grep { $_ eq $secret->get_uuid_string } $conn->list_secret_uuids(99)), 'list_secret_uuids: its UUID is, too');
    $secret->undefine;
    my $private = $conn->define_secret("<secret ephemeral='yes' private='yes'><usage type='volume'><volume>$usage</volume></usage></secret>");
    $private->set_value('hidden');
    is(code_of(sub { $private->get_value }), Sys::Virt::Error::ERR_INVALID_SECRET, 'get_value: a private one tells its value to no one');
    $private->undefine;
};

subtest 'the host' => sub {
    my $node = $conn->get_node_info;
    is($node->{cpus}, scalar(() = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg), 'get_node_info: its processors');
    my ($total) = slurp('/proc/meminfo') =~ /MemTotal: +(\d+)/;
    is($node->{memory}, $total, 'get_node_info: its memory');
    # libvirt adds the domain, unless the name resolves to "localhost".
    is($conn->get_hostname =~ s/\..*//r, (POSIX::uname())[1] =~ s/\..*//r, 'get_hostname: its name');
    my $cpu = $conn->get_node_cpu_stats;
    cmp_ok($cpu->{kernel} + $cpu->{user} + $cpu->{idle}, '>', 0, 'get_node_cpu_stats: its time');
    my $memory = $conn->get_node_memory_stats;
    is($memory->{total}, $total, 'get_node_memory_stats: its memory again');
    cmp_ok($memory->{free}, '<', $total, 'get_node_memory_stats: some is in use');
    cmp_ok($conn->get_node_free_memory, '<', $total * 1024, 'get_node_free_memory: in bytes, too');
    my ($cpus, $map, $online) = $conn->get_node_cpu_map;
    is($cpus, $node->{cpus}, 'get_node_cpu_map: its processors again') if $online == $cpus;
    is(unpack('%32b*', $map), $online, 'get_node_cpu_map: those online');
    like($conn->get_capabilities, qr/<domain type='qemu'/, 'get_capabilities: what it can run');
    like($conn->get_domain_capabilities(undef, 'x86_64', undef, 'qemu'), qr/<domain>qemu<\/domain>/, 'get_domain_capabilities: and how');
    ok((grep { $_ eq 'qemu64' } $conn->get_cpu_model_names('x86_64')), 'get_cpu_model_names: processors that it knows');
    is($conn->get_max_vcpus('qemu') > 1, 1, 'get_max_vcpus: of how many a domain may have');
    is($conn->compare_cpu('<cpu><arch>x86_64</arch><model>qemu64</model></cpu>') =~ /^-?\d$/, 1, 'compare_cpu: a processor compared with its own');
    ok($conn->is_alive && $conn->is_secure && !$conn->is_encrypted, 'is_encrypted: the connection');
};

done_testing;
