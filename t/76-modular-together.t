use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Events;
use Test::SysVirt::Modular;
use Test::SysVirt::Transport qw(until_true);
use Sys::Virt;
use Sys::Virt::Admin;
use Sys::Virt::Error;
use Sys::Virt::Event;
use Sys::Virt::Network;

# Several modular daemons behind one connection: what a guest needs of them, what becomes of the
# connection when one of them ends or hangs, and what each says of itself. See t/76-connect-modular.t.

my $daemons = Test::SysVirt::Modular->enter(seconds => 120);
my $bed     = $daemons->bed;
Sys::Virt::Event::register_default();

my %direct  = (virtqemud => $daemons->uri('qemu'));
my %proxied = map { ("virtproxyd, by $_" => $daemons->proxied($_)) } qw(unix tcp tls);
my %any     = (%direct, %proxied);
my $refuses = Sys::Virt::Error::ERR_SYSTEM_ERROR;

# Whether it is there or not.
sub anew {
    my ($name) = @_;
    $daemons->{$name}->end;
    $daemons->{$name}->again;
    return;
}

subtest 'a guest of five daemons' => sub {
    eval { $bed->run(qw(ebtables -t nat -L)); 1 } or plan skip_all => "this kernel filters nothing on bridges: $@";
    my $conn = Sys::Virt->new(uri => $direct{virtqemud});
    mkdir(my $path = $bed->dir . '/images') or die $!;
    my $net = $conn->create_network("<network><name>net</name><bridge name='net0'/><ip address='10.99.0.1' netmask='255.255.255.0'/></network>");
    $conn->define_nwfilter("<filter name='quiet'><rule action='drop' direction='out'><mac match='no' srcmacaddr='\$MAC'/></rule></filter>");
    my $secret = $conn->define_secret("<secret><usage type='volume'><volume>locked</volume></usage></secret>");
    $secret->set_value('a long passphrase');
    my $lock = "<encryption format='luks'><secret type='passphrase' uuid='@{[ $secret->get_uuid_string ]}'/></encryption>";
    my $pool = $conn->create_storage_pool("<pool type='dir'><name>images</name><target><path>$path</path></target></pool>");
    my %disk = (open => '', locked => $lock);
    $pool->create_volume("<volume><name>$_</name><capacity>1048576</capacity><target><format type='raw'/>$disk{$_}</target></volume>") for sort keys %disk;
    my $guest = sub { my ($disk) = @_; return $conn->create_domain(<<"XML") };
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <controller type='usb' model='none'/>
    <disk type='volume'><driver name='qemu' type='raw'/><source pool='images' volume='$disk'>$disk{$disk}</source><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><source network='net'/><filterref filter='quiet'/></interface>
  </devices>
</domain>
XML
    my $dom = $guest->('open');
    is($dom->is_active, 1, 'it runs');
    is(scalar(() = $net->list_all_ports), 1, 'virtnetworkd knows its port');
    is(scalar(() = $conn->list_all_nwfilter_bindings), 1, 'virtnwfilterd knows its filter');
    $dom->destroy;
    for my $name (qw(virtnetworkd virtnwfilterd virtsecretd virtstoraged)) {
        # To unlock it takes seconds.
        my $disk = $name eq 'virtsecretd' ? 'locked' : 'open';
        $daemons->{$name}->end;
        fails($refuses, sub { $guest->($disk) }, "$name is killed: it does not start, for want of it", qr/$name-sock/);
        $daemons->{$name}->again;
        is(eval { $guest->($disk)->destroy; 1 }, 1, "$name is back: it does, by the same connection") or diag($@);
    }
};

my %list = (network => 'networks', storage => 'storage_pools', secret => 'secrets', nodedev => 'node_devices', nwfilter => 'nwfilters', interface => 'interfaces');
for my $way (sort keys %any) {
    subtest "$way: a daemon behind it is killed" => sub {
        for my $driver (sort keys %list) {
            my ($name, $list) = ("virt${driver}d", "list_all_$list{$driver}");
            my $conn = Sys::Virt->new(uri => $any{$way});
            is(eval { () = $conn->$list; 1 }, 1, "$name: it answers before") or diag($@);
            $daemons->{$name}->end;
            fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->$list }, "$name: an error says so");
            is(scalar(() = $conn->list_all_domains), 0, "$name: domains are there as before");
            is($conn->is_alive, 1, "$name: the connection lives");
            $daemons->{$name}->again;
            fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->$list }, "$name: the next daemon is not for that connection");
            is(eval { () = Sys::Virt->new(uri => $any{$way})->$list; 1 }, 1, "$name: but for the next one") or diag($@);
        }
    };
    subtest "$way: events of a daemon behind it" => sub {
        my $conn = Sys::Virt->new(uri => $any{$way});
        my (@closed, @lost);
        $conn->register_close_callback(sub { push @closed, $_[1]; return });
        $conn->network_event_register_any(undef, Sys::Virt::Network::EVENT_ID_LIFECYCLE, sub { push @lost, $_[2]; return });
        my $define = sub { $_[0]->define_network("<network><name>seen</name></network>")->undefine };
        $define->($conn);
        ok(until_true(sub { @lost == 2 }), 'they come');
        anew('virtnetworkd');
        my $next   = Sys::Virt->new(uri => $any{$way});
        my $events = Test::SysVirt::Events->of($next, network => 'LIFECYCLE');
        $define->($next);
        $events->are([map { [LIFECYCLE => 'seen', $_, 0] } Sys::Virt::Network::EVENT_DEFINED, Sys::Virt::Network::EVENT_UNDEFINED],
            'from the next daemon, to the next connection');
        is_deeply([scalar @lost, $conn->is_alive, @closed], [2, 1], 'but not to the one before, which is not told, and lives');
        # libvirt 11.3 may crash when a connection ends that had events of a daemon which has ended.
        anew($_) for qw(virtqemud virtproxyd);
    };
}

my $networks = $proxied{'virtproxyd, by tcp'} =~ s/^qemu/network/r;
for ((map { [virtqemud => $_ => 'list_all_domains'] } sort values %proxied), [virtnetworkd => $networks => 'list_all_networks']) {
    my ($name, $uri, $list) = @$_;
    subtest "$uri: $name is killed" => sub {
        my $conn = Sys::Virt->new(uri => $uri);
        my @why;
        $conn->register_close_callback(sub { push @why, $_[1]; return });
        $daemons->{$name}->end;
        ok(until_true(sub { @why }), 'the close callback is called');
        is("@why", Sys::Virt::CLOSE_REASON_EOF, 'with a reason');
        is($conn->is_alive, 1, 'the connection lives, as virtproxyd does');
        fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->$list }, 'an error says so');
        fails($refuses, sub { Sys::Virt->new(uri => $uri) }, 'reconnect: an error says who does not answer', qr/$name-sock/);
        $daemons->{$name}->again;
        fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->$list }, 'the next daemon is not for that connection');
        is(eval { () = Sys::Virt->new(uri => $uri)->$list; 1 }, 1, 'reconnect: but for the next one') or diag($@);
    };
}

for my $way (sort keys %proxied) {
    subtest "$way: virtqemud hangs" => sub {
        my %conn = (proxied => Sys::Virt->new(uri => $proxied{$way}), direct => Sys::Virt->new(uri => $direct{virtqemud}));
        my %why;
        for my $name (qw(proxied direct)) {
            $conn{$name}->register_close_callback(sub { $why{$name} = $_[1]; return });
            $conn{$name}->set_keep_alive(1, 2);
        }
        $daemons->{virtqemud}->signal('STOP');
        ok(until_true(sub { defined $why{direct} }), 'keep-alive: a connection to virtqemud notices');
        is_deeply(\%why, { direct => Sys::Virt::CLOSE_REASON_KEEPALIVE }, 'keep-alive: one to virtproxyd does not');
        $conn{proxied}->set_timeout(2);
        fails(Sys::Virt::Error::ERR_OPERATION_TIMEOUT, sub { $conn{proxied}->list_all_domains }, 'a deadline does');
        $daemons->{virtqemud}->signal('CONT');
        is(eval { Sys::Virt->new(uri => $proxied{$way})->list_all_domains; 1 }, 1, 'it goes on') or diag($@);
    };
}

subtest 'what each says of itself' => sub {
    my $version = Sys::Virt->new(uri => $direct{virtqemud})->get_library_version;
    for my $name (map { "virt${_}d" } $daemons->drivers, 'proxy') {
        my $admin = $daemons->admin($name);
        is(join(' ', sort map { $_->get_name } $admin->list_servers), "admin $name", "$name: list_servers");
        is($admin->get_library_version, $version, "$name: get_library_version");
    }
    my %clients = map { my $name = $_; ($name => sub { sort { $a->get_id <=> $b->get_id } $daemons->admin($name)->lookup_server($name)->list_clients }) } qw(virtproxyd virtqemud);
    ok(until_true(sub { my @left = map { $_->() } values %clients; !@left }), 'list_clients: none of the closed connections');
    my @open = map { Sys::Virt->new(uri => $_) } $direct{virtqemud}, map { $daemons->proxied($_) } qw(unix tcp tls);
    my @proxied = $clients{virtproxyd}->();
    is_deeply([map { $_->get_transport } @proxied], [map { Sys::Virt::Admin->can("CLIENT_TRANS_$_")->() } qw(UNIX TCP TLS)], 'virtproxyd: list_clients: one by each transport');
    is($proxied[2]->get_info->{+Sys::Virt::Admin::CLIENT_INFO_X509_DISTINGUISHED_NAME}, 'CN=client', 'virtproxyd: get_info: whose certificate it is');
    my @all = $clients{virtqemud}->();
    is_deeply([map { $_->get_info->{+Sys::Virt::Admin::CLIENT_INFO_UNIX_PROCESS_ID} } @all], [$$, $$, undef, undef], 'virtqemud: get_info: who is behind virtproxyd, where that knows');
    my @why;
    $open[0]->register_close_callback(sub { push @why, $_[1]; return });
    $all[0]->close;
    ok(until_true(sub { @why }), 'virtqemud: close: the close callback is called');
    is($open[0]->is_alive, 0, 'virtqemud: close: the connection has ended');
    $proxied[2]->close;
    fails(undef, sub { $open[3]->list_all_domains }, 'virtproxyd: close: of the one by TLS');
    is(scalar(() = $open[2]->list_all_domains), 0, 'virtproxyd: close: the others stay');
};

done_testing;
