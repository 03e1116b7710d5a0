use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Modular;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Network;

# The modular daemons instead of libvirtd. Debian has them in no package, so SYS_VIRT_TEST_MODULAR
# names a directory with a system that has them, / for this one.

my $root = $ENV{SYS_VIRT_TEST_MODULAR}
    // plan skip_all => 'SYS_VIRT_TEST_MODULAR names no system with the modular daemons';
my $bed = Test::SysVirt::Enclosure->enter(seconds => 240, needs => ["$root/usr/sbin/virtproxyd"]);
my $daemons = Test::SysVirt::Modular->start($bed, $root);

my %open = (
    virtqemud  => sub { Sys::Virt->new(uri => 'qemu:///system?mode=direct') },
    virtproxyd => sub { Sys::Virt->new(uri => 'qemu:///system?mode=legacy') },
);
for my $name (sort keys %open) {
    subtest $name => sub {
        works_for_qemu($bed, $open{$name});
        keeps_alive($daemons->{$name}, $open{$name});
    };
}

my $network = "<network><name>net</name><ip address='10.99.0.1' netmask='255.255.255.0'/></network>";
for my $uri ('network:///system?mode=direct', 'qemu:///system?mode=direct', 'qemu:///system?mode=legacy') {
    subtest "virtnetworkd, by $uri" => sub {
        my $conn = Sys::Virt->new(uri => $uri);
        my @seen;
        my $id = $conn->network_event_register_any(undef, Sys::Virt::Network::EVENT_ID_LIFECYCLE, sub { push @seen, $_[2]; return });
        my $net = $conn->define_network($network);
        $net->create;
        is($net->is_active, 1, 'a network: define and start');
        is(join(' ', map { $_->get_name } $conn->list_all_networks), 'net', 'a network: list');
        ok(until_true(sub { grep { $_ == Sys::Virt::Network::EVENT_STARTED } @seen }), 'a network: events');
        $conn->network_event_deregister_any($id);
        $net->destroy;
        $net->undefine;
    };
}

subtest 'virtnetworkd is killed' => sub {
    my $conn = $open{virtqemud}->();
    is(scalar(() = $conn->list_all_networks), 0, 'it answers before');
    $daemons->{virtnetworkd}->end;
    ok(!eval { $conn->list_all_networks; 1 }, 'an error says so');
    is(ref $@, 'Sys::Virt::Error', 'of libvirt') or diag($@);
    is(scalar(() = $conn->list_all_domains), 0, 'domains are there as before');
    is($conn->is_alive, 1, 'the connection lives');
    $daemons->{virtnetworkd}->again;
    is(scalar(() = $open{virtqemud}->()->list_all_networks), 0, 'the next connection finds the next daemon');
};

fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { Sys::Virt->new(uri => 'test+unix:///default?mode=direct') }, 'a driver without a daemon',
    qr/virttestd-sock/);

done_testing;
