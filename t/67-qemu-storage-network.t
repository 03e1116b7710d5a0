use strict;
use warnings;
use lib 't/lib';
use Digest::MD5 ();
use POSIX ();
use Test::More;
use Test::SysVirt::Driver qw(code_of);
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Qemu;
use Sys::Virt;

# Storage pools, networks, devices, filters and secrets of a real host.

my $bed  = Test::SysVirt::Qemu->new(seconds => 120);
my $conn = $bed->conn;
my $dir  = $bed->dir;

use constant MiB => 1 << 20;
use constant { SEEK_DATA => 3, SEEK_HOLE => 4 };    # Linux has them, Fcntl has not

sub names_of { join ' ', sort map { $_->get_name } @_ }

sub checksum {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!";
    return Digest::MD5->new->addfile($fh)->hexdigest;
}

my $pool;
subtest 'a pool' => sub {
    my $name = $bed->name('pool');
    $pool = $conn->define_storage_pool("<pool type='dir'><name>$name</name><target><path>$dir/pool</path></target></pool>");
    ok(!$pool->is_active, 'define_storage_pool: the pool is not active');
    ok($pool->is_persistent, 'define_storage_pool: the pool is persistent');
    is($pool->get_name, $name, 'get_name: is that of the XML');
    is(unpack('H*', $pool->get_uuid), $pool->get_uuid_string =~ tr/-//dr, 'get_uuid, get_uuid_string: agree');
    $pool->build(Sys::Virt::StoragePool::BUILD_NEW);
    ok(-d "$dir/pool", 'build: the folder is there');
    $pool->create;
    ok($pool->is_active, 'create: the pool is active');
    $pool->set_autostart(1);
    ok($pool->get_autostart, 'set_autostart: get_autostart is true after 1');
    $pool->set_autostart(0);
    ok(!$pool->get_autostart, 'set_autostart: get_autostart is false after 0');
    my $info = $pool->get_info;
    is($info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: the state is STATE_RUNNING');
    is($info->{capacity}, $info->{allocation} + $info->{available}, 'get_info: capacity is allocation and available');
    like($pool->get_xml_description, qr{<path>\Q$dir\E/pool</path>}, 'get_xml_description: has the path');
    for my $found ($conn->get_storage_pool_by_name($name), $conn->get_storage_pool_by_uuid($pool->get_uuid),
                   $conn->get_storage_pool_by_uuid($pool->get_uuid_string),
                   $conn->get_storage_pool_by_target_path("$dir/pool")) {
        is($found->get_name, $name, 'get_storage_pool_by_uuid: finds the pool');
    }
    ok((grep { $_->get_name eq $name } $conn->list_all_storage_pools(Sys::Virt::StoragePool::LIST_ACTIVE)), 'list_all_storage_pools: has the pool');
    is($pool->num_of_storage_volumes, 0, 'num_of_storage_volumes: is 0 at first');
};

sub volume_xml {
    my ($name, $bytes, $format) = @_;
    return "<volume><name>$name</name><capacity>$bytes</capacity><allocation>0</allocation>"
        . "<target><format type='$format'/></target></volume>";
}

subtest 'volumes' => sub {
    my $raw = $pool->create_volume(volume_xml('a.img', 3 * MiB, 'raw'));
    isa_ok($raw, 'Sys::Virt::StorageVol', 'create_volume: gives a volume');
    is($raw->get_name, 'a.img', 'get_name: of a volume is that of the XML');
    is($raw->get_path, "$dir/pool/a.img", "get_path: of a volume is in the pool's folder");
    is($raw->get_key, "$dir/pool/a.img", 'get_key: of a volume is its path');
    is(-s $raw->get_path, 3 * MiB, 'create_volume: the file has the size of the XML');
    is_deeply($raw->get_info, { type => Sys::Virt::StorageVol::TYPE_FILE, capacity => 3 * MiB, allocation => 0 }, 'get_info: type, capacity and allocation of a volume');
    is($raw->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation}, 3 * MiB, "get_info: with GET_PHYSICAL allocation is the file's size");

    my $qcow = $pool->create_volume(volume_xml('b.qcow2', 64 * MiB, 'qcow2'));
    is($qcow->get_info->{capacity}, 64 * MiB, 'create_volume: a qcow2 image has the capacity of the XML');
    like($qcow->get_xml_description, qr/<format type='qcow2'/, 'get_xml_description: has the format qcow2');
    is($pool->num_of_storage_volumes, 2, 'num_of_storage_volumes: is 2');
    is(names_of($pool->list_all_volumes), 'a.img b.qcow2', 'list_all_volumes: has both');
    is(names_of($pool->list_volumes), 'a.img b.qcow2', 'list_volumes: has both');
    is(join(' ', sort $pool->list_storage_vol_names(9)), 'a.img b.qcow2', 'list_storage_vol_names: has both');
    is($pool->get_volume_by_name('a.img')->get_path, $raw->get_path, 'get_volume_by_name: finds a volume');
    is($conn->get_storage_volume_by_path($raw->get_path)->get_name, 'a.img', 'get_storage_volume_by_path: finds a volume');
    is($conn->get_storage_volume_by_key($raw->get_key)->get_name, 'a.img', 'get_storage_volume_by_key: finds a volume');
    is($conn->get_storage_pool_by_volume($raw)->get_name, $pool->get_name, 'get_storage_pool_by_volume: finds the pool of a volume');
    is(code_of(sub { $pool->create_volume(volume_xml('a.img', MiB, 'raw')) }), Sys::Virt::Error::ERR_STORAGE_VOL_EXIST, 'create_volume: dies for a name that is taken');

    $raw->resize(5 * MiB);
    is(-s $raw->get_path, 5 * MiB, 'resize: the file has grown');
    $raw->resize(MiB, Sys::Virt::StorageVol::RESIZE_DELTA);
    is(-s $raw->get_path, 6 * MiB, 'resize: with RESIZE_DELTA the file has grown by so much');
    is(code_of(sub { $raw->resize(MiB) }), Sys::Virt::Error::ERR_INVALID_ARG, 'resize: dies when that would shrink the volume');
    $raw->resize(4 * MiB, Sys::Virt::StorageVol::RESIZE_SHRINK);
    is($raw->get_info->{capacity}, 4 * MiB, 'resize: with RESIZE_SHRINK the volume shrinks');

    open my $fh, '+<:raw', $raw->get_path or die $!;
    print $fh my $bytes = join '', map { chr } 0 .. 255;
    close $fh;
    my $clone = $pool->clone_volume(volume_xml('clone.img', 4 * MiB, 'raw'), $raw);
    is(checksum($clone->get_path), checksum($raw->get_path), 'clone_volume: the clone has the same contents');
    $raw->wipe;
    is(checksum($raw->get_path), Digest::MD5::md5_hex("\0" x (4 * MiB)), 'wipe: nothing is left of the contents');
    is(substr(slurp($clone->get_path), 0, 256), $bytes, 'wipe: the clone has its contents');
    $clone->wipe_pattern(Sys::Virt::StorageVol::WIPE_ALG_ZERO);
    unlike(slurp($clone->get_path), qr/[^\0]/, 'wipe_pattern: nothing is left of the contents');

    open $fh, '>', "$dir/pool/new.img" or die $!;
    print $fh 'x' x 512;
    close $fh;
    is(code_of(sub { $pool->get_volume_by_name('new.img') }), Sys::Virt::Error::ERR_NO_STORAGE_VOL, "get_volume_by_name: dies for a file that was made behind the pool's back");
    $pool->refresh;
    is($pool->get_volume_by_name('new.img')->get_info->{capacity}, 512, "refresh: the file made behind the pool's back is found");
    $_->delete for $pool->list_all_volumes;
    is($pool->num_of_storage_volumes, 0, 'delete: num_of_storage_volumes is 0 after all');
    ok(!-e "$dir/pool/a.img", 'delete: the files are gone');
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
        is(checksum($volume->get_path), $sum, 'upload: the host has the same contents');
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
        is(checksum("$file.back"), $sum, 'download: the script has the same contents');
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
    is($holes, 2, 'sparse_send_all: finds the holes');
    is($skipped, 253 * MiB, 'sparse_send_all: skips the holes');
    $holes = 0;
    $download->(Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM, sub {
        my ($stream, $out) = @_;
        $stream->sparse_recv_all(
            sub { syswrite $out, $_[1], $_[2] },
            sub { $holes += $_[1]; sysseek $out, $_[1], 1; return 0 },
        );
    });
    is($holes, 253 * MiB, 'sparse_recv_all: gives as much back as holes');

    my $stream = $conn->new_stream;
    $volume->download($stream, 255 * MiB, 4);
    $stream->recv(my $part, 100);
    is($part, substr($data, 0, 4), 'recv: gives a part of the volume');
    $stream->finish;
    $stream = $conn->new_stream;
    $volume->download($stream, 0, 0);
    $stream->abort;
    is(code_of(sub { $stream->recv(my $data, 10) }), Sys::Virt::Error::ERR_OPERATION_FAILED, 'recv: dies for a stream that was aborted');
    $volume->delete;
};

subtest 'the end of the pool' => sub {
    $pool->destroy;
    ok(!$pool->is_active, 'destroy: the pool is not active');
    $pool->delete;
    ok(!-d "$dir/pool", 'delete: the folder is gone');
    $pool->undefine;
    is(code_of(sub { $conn->get_storage_pool_by_name($bed->name('pool')) }), Sys::Virt::Error::ERR_NO_STORAGE_POOL, 'undefine: the pool is gone');
    my $gone = $bed->name('gone');
    is(code_of(sub { $conn->create_storage_pool("<pool type='dir'><name>$gone</name><target><path>$dir/no/such</path></target></pool>") }),
        Sys::Virt::Error::ERR_SYSTEM_ERROR, 'create_storage_pool: dies for a folder that is not there');
    like($conn->get_storage_pool_capabilities, qr/<pool type='dir' supported='yes'>/, 'get_storage_pool_capabilities: has pools in folders');
};

subtest 'a network' => sub {
    my $name = $bed->name('net');
    my $bridge = "svtbr$$";
    my $network = $conn->define_network(<<XML);
<network><name>$name</name><bridge name='$bridge'/>
  <ip address='10.209.77.1' netmask='255.255.255.0'><dhcp><range start='10.209.77.10' end='10.209.77.20'/></dhcp></ip>
</network>
XML
    is($network->get_name, $name, 'get_name: of a network is that of the XML');
    is($network->get_bridge_name, $bridge, 'get_bridge_name: is that of the XML');
    ok($network->is_persistent && !$network->is_active, 'define_network: the network is persistent, not active');
    is($conn->get_network_by_uuid($network->get_uuid)->get_name, $name, 'get_network_by_uuid: finds the network');
    if (my $error = code_of(sub { $network->create })) {
        plan skip_all => "no network can be started here ($error)";
    }
    ok($network->is_active, 'create: the network is active');
    like(qx(ip -4 addr show $bridge), qr{inet 10\.209\.77\.1/24}, "create: the host has the network's address");
    is_deeply([$network->get_dhcp_leases], [], 'get_dhcp_leases: is empty at first');
    my $host = "<host mac='52:54:00:aa:bb:cc' name='fixed' ip='10.209.77.9'/>";
    $network->update(Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::SECTION_IP_DHCP_HOST, -1, $host,
        Sys::Virt::Network::UPDATE_AFFECT_LIVE | Sys::Virt::Network::UPDATE_AFFECT_CONFIG);
    like($network->get_xml_description, qr{name='fixed' ip='10\.209\.77\.9'}, 'update: the XML has the host with a fixed address');
    $network->set_autostart(1);
    ok($network->get_autostart, 'set_autostart: get_autostart is true for a network');
    ok((grep { $_->get_name eq $name } $conn->list_all_networks(Sys::Virt::Network::LIST_ACTIVE)), 'list_all_networks: has the network');

    my $dom = $bed->boot('net', devices => "<interface type='network'><mac address='52:54:00:aa:bb:cc'/><source network='$name'/></interface>");
    my @ports = $network->list_all_ports;
    is(scalar @ports, 1, 'list_all_ports: has the port of a domain');
    like($ports[0]->get_xml_description, qr{<name>\Q@{[$bed->name('net')]}\E</name>}, 'get_xml_description: of a port has its owner');
    is($network->get_port_by_uuid($ports[0]->get_uuid_string)->get_uuid, $ports[0]->get_uuid, 'get_port_by_uuid: finds the port');
    is(ref $ports[0]->get_parameters, 'HASH', 'get_parameters: is a hash');
    # The boot ROM of the network card asks for an address when nothing else boots.
    $dom->destroy;
    my $pxe = $conn->create_domain($bed->xml('pxe', os => "<boot dev='network'/>",
        devices => "<interface type='network'><mac address='52:54:00:aa:bb:cc'/><source network='$name'/><model type='virtio'/></interface>"));
    my $lease;
    if (ok($bed->wait_for(sub { ($lease) = $network->get_dhcp_leases('52:54:00:aa:bb:cc') }, 30), 'a guest gets an address')) {
        is($lease->{ipaddr}, '10.209.77.9', 'get_dhcp_leases: ipaddr is the fixed one');
        is($lease->{prefix}, 24, 'get_dhcp_leases: prefix is 24');
        is($lease->{type}, Sys::Virt::IP_ADDR_TYPE_IPV4, 'get_dhcp_leases: type is IPv4');
        is($lease->{mac}, '52:54:00:aa:bb:cc', 'get_dhcp_leases: mac is that of the card');
        is($lease->{iface}, $bridge, 'get_dhcp_leases: iface is the bridge');
        cmp_ok($lease->{expirytime}, '>', time, 'get_dhcp_leases: expirytime is to come');
        is_deeply([map { $_->{addrs}[0]{addr} } $pxe->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE)],
            ['10.209.77.9'], "get_interface_addresses: the domain has the lease's address");
    }
    is_deeply([$network->get_dhcp_leases('52:54:00:00:00:00')], [], 'get_dhcp_leases: has none for another card');
    $pxe->destroy;
    $network->destroy;
    ok(!$network->is_active, 'destroy: the network is not active');
    $network->undefine;
    is(code_of(sub { $conn->get_network_by_name($name) }), Sys::Virt::Error::ERR_NO_NETWORK, 'undefine: the network is gone');
};

subtest 'devices of the host' => sub {
    # The cards of guests that were here may be about to go.
    my ($devices, $number);
    $bed->wait_for(sub { ($devices, $number) = (scalar(() = $conn->list_all_node_devices), $conn->num_of_node_devices(undef)); $devices == $number });
    cmp_ok($devices, '>', 0, 'list_all_node_devices: has some');
    is($number, $devices, 'num_of_node_devices: is as many as are listed');
    my $root = $conn->get_node_device_by_name('computer');
    is($root->get_name, 'computer', 'get_node_device_by_name: finds the machine itself');
    is($root->get_parent, undef, 'get_parent: is undef for the machine itself');
    like($root->get_xml_description, qr/<capability type='system'>/, 'get_xml_description: of the machine has the capability system');
    is_deeply([$root->list_capabilities], ['system'], 'list_capabilities: of the machine has system');
    my (@net, $names);
    $bed->wait_for(sub {
        @net = $conn->list_all_node_devices(Sys::Virt::NodeDevice::LIST_CAP_NET);
        ($number, $names) = ($conn->num_of_node_devices('net'), join ' ', sort $conn->list_node_device_names('net', 99));
        return $number == @net && $names eq names_of(@net);
    });
    is(scalar @net, $number, 'list_all_node_devices: has as many network cards as there are');
    is($names, names_of(@net), 'list_node_device_names: has the network cards');
    my ($lo) = grep { $_->get_xml_description =~ m{<interface>lo</interface>} } @net;
    ok($lo, 'list_all_node_devices: has the loop among the network cards');
    is($lo->get_parent, 'computer', 'get_parent: of the loop is the machine');
    ok($lo->is_active, 'is_active: is true for the loop');
    is(code_of(sub { $conn->get_node_device_by_name('svt-none') }), Sys::Virt::Error::ERR_NO_NODE_DEVICE, 'get_node_device_by_name: dies for one that is not there');
};

subtest 'filters' => sub {
    my $name = $bed->name('filter');
    my $filter = $conn->define_nwfilter(<<XML);
<filter name='$name' chain='root'><rule action='drop' direction='out' priority='500'><mac match='no' srcmacaddr='\$MAC'/></rule></filter>
XML
    is($filter->get_name, $name, 'define_nwfilter: the filter has the name of its XML');
    like($filter->get_xml_description, qr/<rule action='drop' direction='out' priority='500'>/, 'get_xml_description: of a filter has its rule');
    is($conn->get_nwfilter_by_name($name)->get_uuid_string, $filter->get_uuid_string, 'get_nwfilter_by_name: finds the filter');
    is($conn->get_nwfilter_by_uuid($filter->get_uuid)->get_name, $name, 'get_nwfilter_by_uuid: finds the filter');
    ok((grep { $_->get_name eq $name } $conn->list_all_nwfilters), 'list_all_nwfilters: has the filter');
    is($conn->num_of_nwfilters, scalar(my @names = $conn->list_nwfilter_names(999)), 'num_of_nwfilters: is as many as are listed');
    $filter->undefine;
    is(code_of(sub { $conn->get_nwfilter_by_name($name) }), Sys::Virt::Error::ERR_NO_NWFILTER, 'undefine: the filter is gone');
    is_deeply([$conn->list_all_nwfilter_bindings], [], 'list_all_nwfilter_bindings: is empty');
};

subtest 'secrets' => sub {
    my $usage = $bed->name('secret');
    my $secret = $conn->define_secret("<secret ephemeral='yes' private='no'><usage type='volume'><volume>$usage</volume></usage></secret>");
    is($secret->get_usage_id, $usage, 'get_usage_id: is that of the XML');
    is($secret->get_usage_type, Sys::Virt::Secret::USAGE_TYPE_VOLUME, 'get_usage_type: is that of the XML');
    is(code_of(sub { $secret->get_value }), Sys::Virt::Error::ERR_NO_SECRET, 'get_value: dies without a value');
    my $value = join '', map { chr } 0 .. 255, 0;
    $secret->set_value($value);
    is($secret->get_value, $value, 'set_value: get_value gives all bytes back');
    is($conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, $usage)->get_value, $value, 'get_secret_by_usage: finds the secret');
    is($conn->get_secret_by_uuid($secret->get_uuid)->get_uuid_string, $secret->get_uuid_string, 'get_secret_by_uuid: finds the secret');
    ok((grep { $_->get_usage_id eq $usage } $conn->list_all_secrets(Sys::Virt::Secret::LIST_EPHEMERAL)), 'list_all_secrets: has the secret');
    ok((grep { $_ eq $secret->get_uuid_string } $conn->list_secret_uuids(99)), 'list_secret_uuids: has the secret');
    $secret->undefine;
    my $private = $conn->define_secret("<secret ephemeral='yes' private='yes'><usage type='volume'><volume>$usage</volume></usage></secret>");
    $private->set_value('hidden');
    is(code_of(sub { $private->get_value }), Sys::Virt::Error::ERR_INVALID_SECRET, 'get_value: dies for a private secret');
    $private->undefine;
};

subtest 'the host' => sub {
    my $node = $conn->get_node_info;
    is($node->{cpus}, scalar(() = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg), 'get_node_info: cpus is that of /proc/cpuinfo');
    my ($total) = slurp('/proc/meminfo') =~ /MemTotal: +(\d+)/;
    # libvirt adds up the nodes, which may have more than /proc/meminfo tells of.
    my $sum = 0;
    for my $file (glob '/sys/devices/system/node/node[0-9]*/meminfo') { $sum += $1 if slurp($file) =~ /MemTotal: +(\d+)/ }
    is($node->{memory}, $sum || $total, 'get_node_info: memory is that of all NUMA nodes');
    # libvirt adds the domain, unless the name resolves to "localhost".
    is($conn->get_hostname =~ s/\..*//r, (POSIX::uname())[1] =~ s/\..*//r, 'get_hostname: is that of the host');
    my $cpu = $conn->get_node_cpu_stats;
    cmp_ok($cpu->{kernel} + $cpu->{user} + $cpu->{idle}, '>', 0, 'get_node_cpu_stats: the time is above 0');
    my $memory = $conn->get_node_memory_stats;
    is($memory->{total}, $total, 'get_node_memory_stats: total is that of /proc/meminfo');
    cmp_ok($memory->{free}, '<', $total, 'get_node_memory_stats: free is less than total');
    cmp_ok($conn->get_node_free_memory, '<', $total * 1024, 'get_node_free_memory: is less than total, in bytes');
    my ($cpus, $map, $online) = $conn->get_node_cpu_map;
    is($cpus, $node->{cpus}, 'get_node_cpu_map: the number of processors') if $online == $cpus;
    is(unpack('%32b*', $map), $online, 'get_node_cpu_map: the map of those online');
    like($conn->get_capabilities, qr/<domain type='qemu'/, 'get_capabilities: has domains of QEMU');
    like($conn->get_domain_capabilities(undef, 'x86_64', undef, 'qemu'), qr/<domain>qemu<\/domain>/, 'get_domain_capabilities: has those of QEMU');
    ok((grep { $_ eq 'qemu64' } $conn->get_cpu_model_names('x86_64')), 'get_cpu_model_names: has qemu64');
    is($conn->get_max_vcpus('qemu') > 1, 1, 'get_max_vcpus: is more than 1');
    is($conn->compare_cpu('<cpu><arch>x86_64</arch><model>qemu64</model></cpu>') =~ /^-?\d$/, 1, 'compare_cpu: gives a number');
    ok($conn->is_alive && $conn->is_secure && !$conn->is_encrypted, 'is_alive, is_secure, is_encrypted: true, true and false for a socket');
};

done_testing;
