# Devices, console and screen, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Socket;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my ($conn, $dom, $idle);

# Each subtest starts from the same state.
sub fresh {
    $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
    ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);
    return;
}

my $disk = "<disk type='file' device='disk'><source file='/guest/more.img'/><target dev='vdc' bus='virtio'/></disk>";
my $bad  = 1 << 30;

# What newer releases of the driver can do, older ones refuse; either way the device's XML has
# to arrive.
sub attached {
    my ($name, $method, $arguments, $function, $check) = @_;
    my $lived = eval { $dom->$method(@$arguments); 1 };
    return ok($check->(), $name) if $lived;
    like($@, $function, $name);
    return;
}

subtest 'hotplug' => sub {
    fresh();
    my $there = sub { $dom->get_xml_description =~ m{/guest/more\.img} };
    attached('attach_device', 'attach_device', [$disk], qr/code: 3,.*virDomainAttachDevice\b/, $there);
    attached('attach_device with flags', 'attach_device', ["<disk/>", Sys::Virt::Domain::DEVICE_MODIFY_CONFIG],
        qr/code: 3,.*virDomainAttachDeviceFlags|missing|unsupported flags \(0x2\)/, sub { 0 });
    attached('update_device', 'update_device', ["<disk/>"], qr/code: 3,.*virDomainUpdateDeviceFlags|missing/, sub { 0 });
    attached('detach_device_alias', 'detach_device_alias', ['ua-none'], qr/code: 3,.*virDomainDetachDeviceAlias|ua-none/, sub { 0 });
    unsupported($dom, 'detach_device', [$disk], 'virDomainDetachDevice');
    unsupported($dom, 'detach_device', [$disk, Sys::Virt::Domain::DEVICE_MODIFY_LIVE], 'virDomainDetachDeviceFlags');
};

subtest 'network interfaces' => sub {
    fresh();
    my $stats = $dom->interface_stats('tap0');
    is_deeply([sort keys %$stats], [map { my $way = $_; map { "${way}_$_" } qw(bytes drop errs packets) } qw(rx tx)], 'interface_stats: the keys');
    is(scalar(grep { $_ > 0 } values %$stats), 8, 'interface_stats: the values are positive');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->interface_stats('none') }, 'interface_stats of no interface', qr/none/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->interface_stats('tap0') }, 'interface_stats of a domain that does not run');
    unsupported($dom, 'announce_interface', $_, 'virDomainAnnounceInterface')
        foreach [], [undef, {}], ['tap0', { Sys::Virt::Domain::ANNOUNCE_INTERFACE_ROUNDS => 3 }, 0];
};

subtest 'console' => sub {
    fresh();
    my %function = (open_console => 'virDomainOpenConsole', open_channel => 'virDomainOpenChannel');
    foreach my $method (sort keys %function) {
        unsupported($dom, $method, [$conn->new_stream, @$_], $function{$method}) foreach [], [undef], ['serial0'], ['serial0', 0];
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->$method($conn, undef) }, "$method with what is no stream",
            qr/argument 'st' is a Sys::Virt object, not a Sys::Virt::Stream object/);
    }
};

subtest 'graphics' => sub {
    fresh();
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!";
    # Older releases say what is wrong with the connection, not with the function.
    fails(undef, sub { $dom->open_graphics(0, fileno $theirs, Sys::Virt::Domain::OPEN_GRAPHICS_SKIPAUTH) },
        'open_graphics reaches libvirt', qr/\bvirDomainOpenGraphics\b|fd passing is not supported/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { open my $null, '<', '/dev/null' or die $!; $dom->open_graphics(0, fileno $null) },
        'open_graphics with what is no socket', qr/must be a socket/);
    fails(undef, sub { $dom->open_graphics_fd(0) },
        'open_graphics_fd reaches libvirt', qr/\bvirDomainOpenGraphicsFD\b|fd passing is not supported/);
    unsupported($dom, 'graphics_reload', [Sys::Virt::Domain::GRAPHICS_RELOAD_TYPE_ANY], 'virDomainGraphicsReload');
};

subtest 'screen' => sub {
    fresh();
    my $stream = $conn->new_stream;
    is($dom->screenshot($stream, 0), 'image/png', 'screenshot gives the type of the image');
    $stream->recv(my $image, 8);
    is($image, "\x89PNG\r\n\x1a\n", 'screenshot: the stream gives a PNG image');
    $stream->abort;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->screenshot($conn->new_stream, 0, $bad) }, 'screenshot with an unknown flag');
};

subtest 'keyboard' => sub {
    fresh();
    my $set = Sys::Virt::Domain::KEYCODE_SET_LINUX;
    is_deeply([$dom->send_key($set, 10, [30, '48'])], [], 'send_key gives nothing');
    fails(undef, sub { $dom->send_key($set, 10, []) }, 'send_key without keys', qr/nkeycodes in virDomainSendKey/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->send_key($set, 10, [1 .. Sys::Virt::Domain::SEND_KEY_MAX_KEYS + 1]) }, 'too many keys',
        qr/nkeycodes/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->send_key($set, 10, [30, 'a']) }, 'a key that is none',
        qr/argument 'keycodesSV', element 1: is 'a', not an integer/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->send_key(99, 10, [30]) }, 'no such set of codes', qr/99/);
};

done_testing;
