use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Drivers;
use Test::SysVirt::Modular;
use Test::SysVirt::Sshd;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Event;

# The modular daemons instead of libvirtd: what works with each, and what becomes of a connection to it.

my $daemons = Test::SysVirt::Modular->enter(seconds => 240, needs => ['/usr/bin/virt-ssh-helper', Test::SysVirt::Sshd::needs()]);
my $bed     = $daemons->bed;
my @others  = grep { $_ ne 'qemu' } $daemons->drivers;
Test::SysVirt::Sshd->start($bed)->knows(ssh => 'host');
Sys::Virt::Event::register_default();

# QEMU's connections have all drivers, wherever their daemons are. A session of TLS that nobody ends is an
# error, and one of TCP is if the kernel still had something for the daemon.
my ($eof, $error) = (Sys::Virt::CLOSE_REASON_EOF, Sys::Virt::CLOSE_REASON_ERROR);
my @whole = (
    [virtqemud  => $daemons->uri('qemu')],
    [virtqemud  => 'qemu+ssh://localhost/system'],
    [virtproxyd => $daemons->proxied('unix')],
    [virtproxyd => $daemons->proxied('tcp'), killed => "$eof|$error"],
    [virtproxyd => $daemons->proxied('tls'), killed => $error],
);
for (@whole) {
    my ($name, $uri, %opt) = @$_;
    subtest "$name, by $uri" => sub {
        my $open = sub { Sys::Virt->new(uri => $uri) };
        works_for_qemu($bed, $open);
        works_for($_, $bed, $open->()) for @others;
        keeps_alive($daemons->{$name}, $open, %opt);
    };
}

for my $driver (@others) {
    subtest "virt${driver}d" => sub {
        my $open = sub { Sys::Virt->new(uri => $daemons->uri($driver)) };
        works_for($driver, $bed, $open->());
        fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $open->()->list_all_domains }, 'it has no domains');
        keeps_alive($daemons->{"virt${driver}d"}, $open);
    };
}

subtest 'which daemon' => sub {
    my $refuses = Sys::Virt::Error::ERR_SYSTEM_ERROR;
    $daemons->{virtproxyd}->end;
    is(Sys::Virt->new(uri => "qemu$_/system")->get_type, 'QEMU', "virtqemud by $_, if nothing is said") for '://', '+ssh://localhost';
    fails($refuses, sub { Sys::Virt->new(uri => 'qemu:///system?mode=legacy') }, 'virtproxyd by mode=legacy', qr/libvirt-sock/);
    $daemons->{virtproxyd}->again;
    $daemons->{virtqemud}->end;
    fails($refuses, sub { Sys::Virt->new(uri => 'qemu:///system?mode=direct') }, 'virtqemud by mode=direct', qr/virtqemud-sock/);
    my $network = Sys::Virt->new(uri => 'network:///system');
    is($network->get_type, 'network', 'and the others do not need it');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $network->list_all_storage_pools }, 'nor have what is not theirs');
    $daemons->{virtqemud}->again;
};

fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { Sys::Virt->new(uri => 'test+unix:///default?mode=direct') }, 'a driver without a daemon',
    qr/virttestd-sock/);

done_testing;
