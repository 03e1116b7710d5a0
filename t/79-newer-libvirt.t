use strict;
use warnings;
use lib 't/lib';
use Socket qw(MSG_DONTWAIT SOCK_RAW);
use Test::More;
use Test::SysVirt::Certificates;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Network;

use constant PF_PACKET => 17;    # Linux has it, Socket has not

# What libvirt has learned since 9.0, on real guests. xt/newest.sh and xt/upgraded.sh have the releases
# that know it.

my $enclosure = Test::SysVirt::Enclosure->enter(seconds => 300, needs => ['/usr/bin/qemu-system-x86_64']);
my $release = Sys::Virt->get_library_version;
plan skip_all => 'libvirt here has nothing that 9.0 has not' if $release < 9_007_000;

sub since {
    my ($major, $minor) = @_;
    plan skip_all => "libvirt has it since $major.$minor" if $release < $major * 1_000_000 + $minor * 1_000;
    return;
}

my $folder = Test::SysVirt::Certificates->new($enclosure, 'ours')->issue('vnc', names => ['DNS:localhost']);
$enclosure->file('etc/libvirt/qemu.conf', <<CONF);
user = "root"
group = "root"
cgroup_controllers = []
stdio_handler = "file"
vnc_tls = 1
vnc_tls_x509_cert_dir = "$folder"
CONF
my $daemon = $enclosure->libvirtd;
Sys::Virt::Event::register_default();
my $bed  = Test::SysVirt::Qemu->new(seconds => 300);
my $conn = $bed->conn;

# All that came of an event: its arguments without the connection.
my %seen;
sub listen_to {
    my ($kind, $event) = @_;
    my $package = { domain => 'Domain', network => 'Network' }->{$kind};
    my $register = "${kind}_event_register_any";
    $conn->$register(undef, "Sys::Virt::$package"->can("EVENT_ID_$event")->(), sub {
        my (undef, $object, @arguments) = @_;
        push @{ $seen{$event} }, [$object->get_name, map { $_ // 'undef' } @arguments];
        return;
    });
    return;
}

sub seen_ok {
    my ($event, $wanted, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $found = sub { grep { "@$_" eq "@$wanted" } @{ $seen{$event} } };
    ok(until_true($found, 60), $what) or diag explain $seen{$event};
    return;
}

my $network;
subtest 'metadata of a network' => sub {
    since(9, 8);
    my $name = $bed->name('net');
    $network = $conn->define_network("<network><name>$name</name><bridge name='svt79'/><ip address='10.79.0.1' netmask='255.255.255.0'/></network>");
    $network->create;
    listen_to(network => 'METADATA_CHANGE');
    my $both = Sys::Virt::Network::UPDATE_AFFECT_LIVE | Sys::Virt::Network::UPDATE_AFFECT_CONFIG;
    is_deeply([$network->set_metadata(Sys::Virt::Network::METADATA_TITLE, 'Lan', undef, undef, $both)], [], 'set_metadata gives nothing');
    is($network->get_metadata(Sys::Virt::Network::METADATA_TITLE), 'Lan', 'get_metadata: the title');
    $network->set_metadata(Sys::Virt::Network::METADATA_ELEMENT, '<of>web</of>', 'k', 'urn:x', $both);
    is($network->get_metadata(Sys::Virt::Network::METADATA_ELEMENT, 'urn:x'), '<of>web</of>', 'get_metadata: the element of a URI');
    like($network->get_xml_description(Sys::Virt::Network::XML_INACTIVE), qr{<title>Lan</title>}, 'set_metadata: what is kept has it, too');
    seen_ok(METADATA_CHANGE => [$name, Sys::Virt::Network::METADATA_ELEMENT, 'urn:x'], 'event METADATA_CHANGE: the network, the type and the URI');
    ok(!eval { $network->get_metadata(Sys::Virt::Network::METADATA_DESCRIPTION) }, 'get_metadata: dies for what there is not');
    is($@->code, Sys::Virt::Error::ERR_NO_NETWORK_METADATA, 'with a code of its own');
};

subtest 'started once' => sub {
    since(11, 2);
    my $dom = $conn->define_domain($bed->xml('once'));
    is($dom->get_autostart_once, 0, 'get_autostart_once: 0 at first');
    is_deeply([$dom->set_autostart_once(1)], [], 'set_autostart_once gives nothing');
    is($dom->get_autostart_once, 1, 'get_autostart_once: 1 afterwards');
    is($dom->get_autostart, 0, 'get_autostart is another thing');
    # What tells libvirt that the host has not been started anew.
    $daemon->end;
    unlink '/run/libvirt/qemu/autostarted';
    $daemon->again;
    $conn = $bed->{conn} = Sys::Virt->new(uri => 'qemu:///system');
    $dom = $conn->get_domain_by_name($bed->name('once'));
    ok($bed->wait_for(sub { $dom->is_active }), 'set_autostart_once: it runs when the host has started');
    ok($bed->wait_for(sub { !$dom->get_autostart_once }), 'get_autostart_once: 0 again');
    $dom->destroy;
    $dom->undefine;
};

subtest 'limits for several disks together' => sub {
    since(11, 2);
    my $dom = $bed->boot('limits', devices => $bed->disk($bed->image('b.img', '2M'), 'vdb')
        . "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='@{[ $bed->image('c.img', '2M') ]}'/><target dev='vdc' bus='virtio'/>"
        . "<throttlefilters><throttlefilter group='slow'/></throttlefilters></disk>",
        more => "<throttlegroups><throttlegroup><group_name>slow</group_name><total_bytes_sec>9000000</total_bytes_sec></throttlegroup></throttlegroups>");
    # libvirt 11.3 takes its name from there only.
    $dom->set_throttle_group('quick', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC() => 5_000_000_000, Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME() => 'quick' });
    like($dom->get_xml_description, qr{<total_iops_sec>5000000000</total_iops_sec>\s*<group_name>quick</group_name>}, 'set_throttle_group: a new one, in 64 bits');
    $dom->set_throttle_group('slow', { Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC => 7_000_000, Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 0 });
    like($dom->get_xml_description, qr{<read_bytes_sec>7000000</read_bytes_sec>}, 'set_throttle_group: one that a disk refers to');
    ok(!eval { $dom->del_throttle_group('slow'); 1 }, 'del_throttle_group: dies while a disk refers to it');
    is(ref $@, 'Sys::Virt::Error', "with libvirt's error: $@");
    is_deeply([$dom->del_throttle_group('quick')], [], 'del_throttle_group gives nothing');
    unlike($dom->get_xml_description, qr/quick/, 'del_throttle_group: it is gone');
    is($bed->serial($dom)->ask('a'), 'a2', 'the guest runs on');
    $dom->destroy;
    $dom->undefine;
};

subtest 'saved and restored with parameters' => sub {
    since(11, 2);
    my $dom = $bed->boot('saved');
    my $file = $bed->dir . '/saved.sparse';
    my %how = (Sys::Virt::Domain::SAVE_PARAM_FILE() => $file, Sys::Virt::Domain::SAVE_PARAM_IMAGE_FORMAT() => 'sparse',
        Sys::Virt::Domain::SAVE_PARAM_PARALLEL_CHANNELS() => 2);
    is_deeply([$dom->save(undef, undef, \%how)], [], 'save gives nothing');
    is($dom->is_active, 0, 'save: it runs no more');
    my $head = do { local (@ARGV, $/) = $file; <> };
    like(substr($head, 0, 16), qr/^LibvirtQemudSave/, 'save: the file is there');
    like($conn->get_save_image_xml_description($file), qr{<name>\Q@{[$bed->name('saved')]}\E</name>}, 'get_save_image_xml_description: of this format');
    delete $how{Sys::Virt::Domain::SAVE_PARAM_IMAGE_FORMAT()};
    is_deeply([$conn->restore_domain(undef, undef, \%how)], [], 'restore_domain gives nothing');
    is($bed->serial($dom)->ask('a'), 'a2', 'restore_domain: the guest goes on counting');
    $dom->destroy;
    $dom->undefine;
};

subtest 'certificates of VNC' => sub {
    since(10, 2);
    my $dom = $conn->create_domain($bed->xml('vnc', devices => "<graphics type='vnc' port='-1' listen='127.0.0.1'/>"));
    is_deeply([$dom->graphics_reload(Sys::Virt::Domain::GRAPHICS_RELOAD_TYPE_VNC)], [], 'graphics_reload gives nothing');
    is_deeply([$dom->graphics_reload(Sys::Virt::Domain::GRAPHICS_RELOAD_TYPE_ANY)], [], 'graphics_reload: any');
    # QEMU has them in memory until it is told.
    $enclosure->file('pki/ours/vnc.pem', 'spoilt');
    ok(!eval { $dom->graphics_reload(Sys::Virt::Domain::GRAPHICS_RELOAD_TYPE_VNC); 1 }, 'graphics_reload: reads them again');
    like($@, qr/[Cc]ertificate|x509|import/, "and QEMU's error says so") or diag($@);
    $dom->destroy;
};

my ($linux, $mac) = (undef, '52:54:00:79:00:02');
subtest 'a network card has another address' => sub {
    since(11, 2);
    my $two = "<vcpu id='0' enabled='yes' hotpluggable='no'/><vcpu id='1' enabled='yes' hotpluggable='yes'/>";
    listen_to(domain => $_) for 'NIC_MAC_CHANGE', $release >= 12_004_000 ? qw(CHANNEL_LIFECYCLE VCPU_REMOVED) : ();
    $linux = Test::SysVirt::Guest->boot($bed, 'linux', vcpu => '<vcpu>2</vcpu>', more => "<vcpus>$two</vcpus>", devices => <<XML);
<channel type='unix'><target type='virtio' name='org.test.0'/></channel>
<interface type='network' trustGuestRxFilters='yes'>
  <mac address='$mac'/><source network='@{[ $network->get_name ]}'/><model type='virtio'/><alias name='ua-card'/>
</interface>
XML
    Test::SysVirt::Guest->sh($bed, $linux, 'ifconfig eth1 up; ifconfig eth1 hw ether 52:54:00:79:00:99');
    seen_ok(NIC_MAC_CHANGE => [$linux->get_name, 'ua-card', $mac, '52:54:00:79:00:99'], 'event NIC_MAC_CHANGE: the alias, the address before and after');
};

subtest 'a network card makes itself known' => sub {
    since(12, 5);
    # Frames of RARP, which say who sends them.
    socket my $wire, PF_PACKET, SOCK_RAW, unpack 'S', pack 'n', 0x8035 or die "no packet socket: $!";
    my $heard = sub {
        my ($wanted) = @_;
        my $count = 0;
        $bed->wait_for(sub {
            while (defined recv $wire, my $frame, 1500, MSG_DONTWAIT) { $count++ if unpack('x6 H12', $frame) eq $mac =~ tr/://dr }
            return $count >= $wanted;
        }, 10);
        return $count;
    };
    my %how = (Sys::Virt::Domain::ANNOUNCE_INTERFACE_ROUNDS() => 3, Sys::Virt::Domain::ANNOUNCE_INTERFACE_INITIAL() => 10,
        Sys::Virt::Domain::ANNOUNCE_INTERFACE_MAX() => 20, Sys::Virt::Domain::ANNOUNCE_INTERFACE_STEP() => 5);
    is_deeply([$linux->announce_interface($mac, \%how)], [], 'announce_interface gives nothing');
    is($heard->(3), 3, 'announce_interface: as many frames as rounds');
    is_deeply([$linux->announce_interface], [], 'announce_interface: all of them');
    is($heard->(5), 5, 'announce_interface: as many frames as QEMU thinks right');
};

subtest 'channels open and close, and a processor is taken' => sub {
    since(12, 4);
    my ($agent, $other) = qw(org.qemu.guest_agent.0 org.test.0);
    my ($started, $channel) = (Sys::Virt::Domain::EVENT_CHANNEL_LIFECYCLE_REASON_DOMAIN_STARTED, Sys::Virt::Domain::EVENT_CHANNEL_LIFECYCLE_REASON_CHANNEL);
    my ($open, $closed) = (Sys::Virt::Domain::EVENT_CHANNEL_LIFECYCLE_STATE_CONNECTED, Sys::Virt::Domain::EVENT_CHANNEL_LIFECYCLE_STATE_DISCONNECTED);
    my $name = $linux->get_name;
    seen_ok(CHANNEL_LIFECYCLE => [$name, $other, $closed, $started], 'event CHANNEL_LIFECYCLE: closed when the guest starts');
    seen_ok(CHANNEL_LIFECYCLE => [$name, $agent, $open, $channel], 'event CHANNEL_LIFECYCLE: the agent opens its own');
    Test::SysVirt::Guest->sh($bed, $linux, 'for p in /sys/class/virtio-ports/*; do [ $(cat $p/name) = org.test.0 ] && : < /dev/${p##*/}; done');
    seen_ok(CHANNEL_LIFECYCLE => [$name, $other, $_, $channel], "event CHANNEL_LIFECYCLE: another one, $_") for $open, $closed;
    my $give_up = sub { $linux->set_vcpu('1', 0, Sys::Virt::Domain::SETVCPU_AFFECT_LIVE | Sys::Virt::Domain::SETVCPU_ASYNC_UNPLUG) };
    is_deeply([$give_up->()], [], 'set_vcpu: does not wait for the guest');
    ok($bed->wait_for(sub { Test::SysVirt::Guest->sh($bed, $linux, 'cat /sys/devices/system/cpu/online') =~ /^0$/m }), 'set_vcpu: the guest has let it go');
    # QEMU does not tell that a processor is gone which it emulates. It says that there is none when
    # it is asked for it once more.
    ok($bed->wait_for(sub { eval { $give_up->(); 1 } && $linux->get_vcpus(Sys::Virt::Domain::VCPU_LIVE) == 1 }), 'set_vcpu: it is gone') or diag $@;
    seen_ok(VCPU_REMOVED => [$name, 1], 'event VCPU_REMOVED: its number');
};

subtest 'parameters and statistics' => sub {
    since(12, 7);
    my $dom = $bed->boot('numbers', more => '<iothreads>1</iothreads>');
    $dom->set_iothread(1, { Sys::Virt::Domain::IOTHREAD_PARAM_POLL_WEIGHT() => 5 });
    my $one = ($conn->get_all_domain_stats(Sys::Virt::Domain::STATS_IOTHREAD | Sys::Virt::Domain::STATS_BLOCK, [$dom]))[0]{data};
    is($one->{'iothread.1.poll-weight'}, 5, 'set_iothread: poll_weight is read back') or diag explain $one;
    ok(defined $one->{'block.0.limits.request_alignment'}, 'get_all_domain_stats: limits of a disk') or diag explain $one;
    $dom->destroy;
    $dom->undefine;
};

subtest 'what the host can do' => sub {
    since(12, 5);
    unlike($conn->get_domain_capabilities(undef, 'x86_64', undef, 'qemu', Sys::Virt::DOMAIN_CAPABILITIES_SUPPORTED_CPU_FEATURES), qr/policy='disable' name='vmx'/,
        'get_domain_capabilities: with its flags');
    ok(exists $conn->get_node_memory_stats->{Sys::Virt::NODE_MEMORY_STATS_AVAILABLE()}, 'get_node_memory_stats: what is available');
    ok(exists $conn->get_node_cpu_stats->{Sys::Virt::NODE_CPU_STATS_GUEST()}, 'get_node_cpu_stats: what guests have used');
};

done_testing;
