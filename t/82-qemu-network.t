# A network of a host: lists, events, updates, leases of clients that are there, and ports.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Serial;
use Test::SysVirt::Transport qw(until_true);
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Network;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 180,
    needs => ['/usr/sbin/dnsmasq', '/bin/busybox', '/usr/bin/qemu-system-x86_64']);
eval { $bed->run(qw(ip link add probe type bridge)); $bed->run(qw(ip link del probe)); 1 } or plan skip_all => "this kernel has no bridges: $@";
my $daemon = $bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, network => 'LIFECYCLE');

my ($live, $config) = (Sys::Virt::Network::UPDATE_AFFECT_LIVE, Sys::Virt::Network::UPDATE_AFFECT_CONFIG);
my $mac = '52:54:00:0a:0b:0c';
my $lan;

sub names { return join ' ', sort map { $_->get_name } @_ }

subtest 'defined' => sub {
    $lan = $conn->define_network(<<'XML', Sys::Virt::Network::DEFINE_VALIDATE);
<network>
  <name>lan</name>
  <forward mode='nat'/>
  <bridge name='lan0' stp='off'/>
  <domain name='lan.test'/>
  <ip address='10.210.0.1' netmask='255.255.255.0'><dhcp><range start='10.210.0.10' end='10.210.0.20'/></dhcp></ip>
  <ip family='ipv6' address='fd00:d2::1' prefix='64'><dhcp><range start='fd00:d2::10' end='fd00:d2::20'/></dhcp></ip>
</network>
XML
    $events->are([[LIFECYCLE => 'lan', Sys::Virt::Network::EVENT_DEFINED, 0]], 'event LIFECYCLE: EVENT_DEFINED');
    is($lan->is_active, 0, 'define_network: it does not run yet');
    is($lan->is_persistent, 1, 'define_network: it is there to stay');
    is($conn->num_of_defined_networks, 1, 'num_of_defined_networks: 1');
    is_deeply([$conn->list_defined_network_names(9)], ['lan'], 'list_defined_network_names: its name');
    is(names($conn->list_defined_networks), 'lan', 'list_defined_networks: it');
    is($conn->num_of_networks, 0, 'num_of_networks: none');
    is(names($conn->list_all_networks(Sys::Virt::Network::LIST_INACTIVE)), 'lan', 'list_all_networks: LIST_INACTIVE');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $lan->destroy }, 'destroy: dies for one that does not run', qr/network 'lan' is not active/);
    fails(Sys::Virt::Error::ERR_INVALID_SCHEMA, sub { $conn->define_network('<network><name>odd</name><odd/></network>', Sys::Virt::Network::DEFINE_VALIDATE) },
        'define_network: with DEFINE_VALIDATE it dies for an unknown element');
    $lan->create;
    $events->are([[LIFECYCLE => 'lan', Sys::Virt::Network::EVENT_STARTED, 0]], 'event LIFECYCLE: EVENT_STARTED');
    is($lan->is_active, 1, 'create: it runs');
    is($lan->get_bridge_name, 'lan0', 'get_bridge_name: that of the XML');
    like(qx(ip addr show lan0), qr{inet 10\.210\.0\.1/24.*inet6 fd00:d2::1/64}s, 'create: the bridge has the addresses');
    like(qx(iptables -t nat -S), qr{-s 10\.210\.0\.0/24 .*-j MASQUERADE}, 'create: the kernel hides guests behind the host');
    is($conn->num_of_networks, 1, 'num_of_networks: 1');
    is_deeply([$conn->list_network_names(9)], ['lan'], 'list_network_names: its name');
    is(names($conn->list_networks), 'lan', 'list_networks: it');
    is_deeply([$conn->list_defined_networks], [], 'list_defined_networks: no more');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $lan->create }, 'create: dies for one that runs', qr/network is already active/);
};

subtest 'a transient one' => sub {
    my $brief = $conn->create_network("<network><name>brief</name><bridge name='brief0'/></network>");
    is($brief->is_persistent, 0, 'create_network: it is not there to stay');
    my %in = (
        LIST_TRANSIENT => 'brief', LIST_PERSISTENT => 'lan', LIST_ACTIVE => 'brief lan', LIST_INACTIVE => '',
        LIST_AUTOSTART => '', LIST_NO_AUTOSTART => 'brief lan',
    );
    is(names($conn->list_all_networks(Sys::Virt::Network->can($_)->())), $in{$_}, "list_all_networks: $_") for sort keys %in;
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $brief->set_autostart(1) }, 'set_autostart: dies for a transient one', qr/cannot set autostart for transient network/);
    $brief->destroy;
    $events->are([map { [LIFECYCLE => 'brief', $_, 0] } Sys::Virt::Network::EVENT_STARTED, Sys::Virt::Network::EVENT_STOPPED], 'event LIFECYCLE: EVENT_STARTED, EVENT_STOPPED');
    fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $brief->is_active }, 'destroy: it is gone', qr/no network with matching uuid/);
};

# A machine on the network: a namespace, whose card is a port of the bridge.
sub machine {
    my ($name, $address) = @_;
    $bed->run(qw(ip netns add), $name);
    $bed->run(qw(ip link add), "$name-up", qw(type veth peer name eth0 netns), $name);
    $bed->run(qw(ip link set), "$name-up", qw(master lan0 up));
    $bed->run(qw(ip -n), $name, qw(link set eth0 address), $address, 'up');
    return;
}

sub asks { my ($name, @options) = @_; $bed->run(qw(ip netns exec), $name, qw(busybox udhcpc -i eth0 -nqf -s /bin/true -t 10 -T 1), @options); return }

# The same for IPv6, which busybox does not speak: a client's four messages, with its card in its DUID.
my $six = <<'EOT';
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
my ($card, $scope) = @ARGV;
socket my $socket, PF_INET6, SOCK_DGRAM, 0 or die $!;
bind $socket, pack_sockaddr_in6(546, inet_pton(AF_INET6, 'fe80::d'), $scope) or die $!;
my $servers = pack_sockaddr_in6(547, inet_pton(AF_INET6, 'ff02::1:2'), $scope);
my $client  = option(1, pack 'nna*', 3, 1, pack 'H*', $card =~ tr/://dr);
my %option  = (3 => pack 'N3', 0x0a0b0d, 0, 0);
sub option { my ($code, $bytes) = @_; return pack 'n n/a*', $code, $bytes }
# Asks until there is an answer of that type, and keeps the server's DUID and address.
sub ask {
    my ($type, $answer) = @_;
    my $elapsed = option(8, "\0\0");
    for (1 .. 20) {
        send $socket, pack('C a3', $type, 'svt') . join('', $client, $elapsed, map { option($_, $option{$_}) } sort keys %option), 0, $servers or die $!;
        vec(my $ready = '', fileno $socket, 1) = 1;
        next if !select $ready, undef, undef, 0.5;
        recv $socket, my $message, 4096, 0;
        next if ord $message != $answer;
        my %of = unpack '(n n/a*)*', substr $message, 4;
        @option{2, 3} = @of{2, 3};
        return;
    }
    die "no answer of type $answer\n";
}
ask(1, 2);
ask(3, 7);
EOT

sub asks_six {
    my ($name, $card) = @_;
    my ($scope) = qx(ip -n $name link show eth0) =~ /^(\d+):/;
    $bed->run(qw(ip netns exec), $name, $^X, $bed->file('six', $six), $card, $scope);
    return;
}

# dnsmasq tells libvirt of a lease when the client has it.
sub lease {
    my ($card, %is) = @_;
    my $found;
    until_true(sub { ($found) = grep { my $lease = $_; !grep { $lease->{$_} ne $is{$_} } keys %is } $lan->get_dhcp_leases($card) });
    return $found;
}

subtest 'leases' => sub {
    is_deeply([$lan->get_dhcp_leases], [], 'get_dhcp_leases: none at first');
    machine(box => $mac);
    asks(box => qw(-x hostname:box -x 0x3d:0152540a0b0c0d));
    my $lease = lease(undef);
    my $end = delete $lease->{expirytime};
    my $at  = delete $lease->{ipaddr};
    is_deeply($lease, { iface => 'lan0', type => Sys::Virt::IP_ADDR_TYPE_IPV4, mac => $mac, prefix => 24, hostname => 'box', clientid => '01:52:54:0a:0b:0c:0d', iaid => undef },
        'get_dhcp_leases: bridge, type, address of the card, prefix, host name, client, and no IAID of IPv4');
    like($at, qr/^10\.210\.0\.(?:1\d|20)$/, 'get_dhcp_leases: an address of the range');
    cmp_ok(abs($end - time - 3600), '<', 60, 'get_dhcp_leases: it lasts an hour');

    machine(other => '52:54:00:0a:0b:0d');
    $bed->run(qw(ip -n other link set eth0 addrgenmode none));
    $bed->run(qw(ip -n other addr add fe80::d/64 dev eth0 nodad));
    asks_six(other => '52:54:00:0a:0b:0d');
    my $lease_six = lease('52:54:00:0a:0b:0d', type => Sys::Virt::IP_ADDR_TYPE_IPV6);
    like($lease_six->{ipaddr}, qr/^fd00:d2::(?:1[0-9a-f]|20)$/, 'get_dhcp_leases: an address of that range');
    is($lease_six->{prefix}, 64, 'get_dhcp_leases: prefix');
    is($lease_six->{iaid}, 0x0a0b0d, 'get_dhcp_leases: the IAID of IPv6');
    is($lease_six->{clientid}, '00:03:00:01:52:54:00:0a:0b:0d', 'get_dhcp_leases: the client is its DUID');
    is(scalar(my @all = $lan->get_dhcp_leases), 2, 'get_dhcp_leases: of all cards');
    is_deeply([$lan->get_dhcp_leases('52:54:00:00:00:00')], [], 'get_dhcp_leases: none of a card that never came');
    fails(undef, sub { $lan->get_dhcp_leases('nonsense') }, 'get_dhcp_leases: dies for what is no address of a card', qr/nonsense/);
};

# The machine's lease of that address, for which it asks until dnsmasq has heard of the change.
sub moves {
    my ($address, @options) = @_;
    my $found;
    until_true(sub { asks(box => @options); ($found) = grep { $_->{ipaddr} eq $address } $lan->get_dhcp_leases($mac) });
    return $found;
}

sub hosts { my ($flags) = @_; return join ' ', $lan->get_xml_description($flags) =~ /name='(\w+)' ip='10/g }

subtest 'update' => sub {
    my ($add, $modify, $delete) = (Sys::Virt::Network::UPDATE_COMMAND_ADD_LAST, Sys::Virt::Network::UPDATE_COMMAND_MODIFY, Sys::Virt::Network::UPDATE_COMMAND_DELETE);
    my $section = Sys::Virt::Network::SECTION_IP_DHCP_HOST;
    my $host = sub { "<host mac='$mac' name='$_[0]' ip='10.210.0.$_[1]'/>" };
    $lan->update($add, $section, 0, $host->('fixed', 5), $live | $config);
    is(hosts(0), 'fixed', 'update: the running network has a new host');
    is(hosts(Sys::Virt::Network::XML_INACTIVE), 'fixed', 'update: what is kept has it, too');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $lan->update($add, $section, 0, $host->('fixed', 5), $live) }, 'update: dies for a host that is there',
        qr/there is an existing dhcp host entry/);
    is(moves('10.210.0.5', qw(-x hostname:box))->{hostname}, 'fixed', 'update: the machine gets its address and name from then on');

    $lan->update($modify, $section, 0, $host->('moved', 6), $live);
    is(hosts(0), 'moved', 'update: UPDATE_COMMAND_MODIFY, live');
    is(hosts(Sys::Virt::Network::XML_INACTIVE), 'fixed', 'update: what is kept stays as it was');
    ok(moves('10.210.0.6'), 'update: the machine has moved');
    $lan->update($delete, $section, 0, $host->('fixed', 5), $config);
    is(hosts(Sys::Virt::Network::XML_INACTIVE), '', 'update: UPDATE_COMMAND_DELETE, of what is kept');
    is(hosts(0), 'moved', 'update: the running network stays as it was');
    $lan->update($delete, $section, 0, "<host mac='$mac'/>", $live);
    is(hosts(0), '', 'update: UPDATE_COMMAND_DELETE, live');

    $lan->update($add, Sys::Virt::Network::SECTION_DNS_HOST, -1, "<host ip='10.210.0.99'><hostname>printer</hostname></host>", $live);
    $bed->run(qw(ip -n other addr add 10.210.0.30/24 dev eth0));
    ok(until_true(sub { qx(ip netns exec other busybox nslookup printer.lan.test 10.210.0.1 2>&1) =~ /10\.210\.0\.99/ }), 'update: a name that the network serves');
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $lan->update($add, Sys::Virt::Network::SECTION_BRIDGE, -1, "<bridge name='x'/>", $live) }, 'update: dies for a part that libvirt does not change',
        qr/can't update 'bridge' section/);
};

subtest 'ports of a running guest' => sub {
    my $disk = $bed->file('guest.img', Test::SysVirt::BootSector::bytes() . "\0" x 1_048_064, 0666);
    my $dom = $conn->create_domain(<<XML);
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <controller type='usb' model='none'/>
    <disk type='file'><driver name='qemu' type='raw'/><source file='$disk'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:0a:0b:0e'/><source network='lan'/><target dev='guest0'/></interface>
  </devices>
</domain>
XML
    my ($port, @more) = $lan->list_all_ports;
    is(@more, 0, 'list_all_ports: one');
    like($port->get_xml_description, qr{<name>guest</name>\s*<uuid>\Q@{[ $dom->get_uuid_string ]}\E</uuid>.*<mac address='52:54:00:0a:0b:0e'/>.*<plug type='network' bridge='lan0'/>}s,
        'get_xml_description: its guest, its card, and where it is plugged in');
    is($dom->get_xml_description =~ /portid='([^']+)'/ ? $1 : '', $port->get_uuid_string, 'get_uuid_string: that in the XML of the guest');
    is($lan->get_port_by_uuid($port->get_uuid)->get_uuid_string, $port->get_uuid_string, 'get_port_by_uuid: it');
    like(qx(ip link show master lan0), qr/: guest0: /, 'the card is a port of the bridge');
    is_deeply($port->get_parameters, {}, 'get_parameters: no limits');
    $port->set_parameters({ Sys::Virt::NetworkPort::BANDWIDTH_OUT_AVERAGE => 100, Sys::Virt::NetworkPort::BANDWIDTH_OUT_BURST => 64 });
    my $limits = $port->get_parameters;
    is($limits->{ (Sys::Virt::NetworkPort::BANDWIDTH_OUT_AVERAGE) }, 100, 'set_parameters: get_parameters has the average');
    is($limits->{ (Sys::Virt::NetworkPort::BANDWIDTH_OUT_BURST) }, 64, 'set_parameters: get_parameters has the burst');
    like($port->get_xml_description, qr{<outbound average='100' burst='64'/>}, 'set_parameters: the XML has them');
    $dom->destroy;
    is_deeply([$lan->list_all_ports], [], 'list_all_ports: the port ends with the guest');
    fails(Sys::Virt::Error::ERR_NO_NETWORK_PORT, sub { $port->get_parameters }, 'get_parameters: dies then');
};

subtest 'autostart' => sub {
    is($lan->get_autostart, 0, 'get_autostart: 0 at first');
    $lan->set_autostart(1);
    is($lan->get_autostart, 1, 'set_autostart: get_autostart says so');
    is(readlink '/etc/libvirt/qemu/networks/autostart/lan.xml', '/etc/libvirt/qemu/networks/lan.xml', 'set_autostart: there is a link');
    is(names($conn->list_all_networks(Sys::Virt::Network::LIST_AUTOSTART)), 'lan', 'list_all_networks: LIST_AUTOSTART');
    $lan->destroy;
    $events->are([[LIFECYCLE => 'lan', Sys::Virt::Network::EVENT_STOPPED, 0]], 'event LIFECYCLE: EVENT_STOPPED');
    is($lan->is_active, 0, 'destroy: it does not run');
    # As after a boot: libvirt remembers here that it has started what is to start.
    unlink glob '/run/libvirt/network/autostarted';
    $daemon->end;
    $daemon->again;
    $conn = Sys::Virt->new(uri => 'qemu:///system');
    $lan  = $conn->get_network_by_name('lan');
    ok(until_true(sub { $lan->is_active }), 'set_autostart: the daemon starts it');
};

subtest 'the end' => sub {
    $events = Test::SysVirt::Events->of($conn, network => 'LIFECYCLE');
    $lan->undefine;
    $events->are([[LIFECYCLE => 'lan', Sys::Virt::Network::EVENT_UNDEFINED, 0]], 'event LIFECYCLE: EVENT_UNDEFINED');
    is($lan->is_persistent, 0, 'undefine: what runs goes on');
    $lan->destroy;
    $events->are([[LIFECYCLE => 'lan', Sys::Virt::Network::EVENT_STOPPED, 0]], 'event LIFECYCLE: EVENT_STOPPED');
    fails(Sys::Virt::Error::ERR_NO_NETWORK, sub { $conn->get_network_by_name('lan') }, 'destroy: it is gone', qr/no network with matching name 'lan'/);
    is(qx(ip -o link show type bridge), '', 'destroy: so is its bridge');
    $events->end;
    my $others = Test::SysVirt::Events->of($conn, network => 'LIFECYCLE');
    $conn->create_network("<network><name>later</name><bridge name='later0'/></network>")->destroy;
    $others->are([map { [LIFECYCLE => 'later', $_, 0] } Sys::Virt::Network::EVENT_STARTED, Sys::Virt::Network::EVENT_STOPPED], 'network_event_register_any: another one hears the next events');
    $events->are([], 'network_event_deregister_any: that one hears nothing more');
};

done_testing;
