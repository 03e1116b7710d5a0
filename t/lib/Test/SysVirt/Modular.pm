package Test::SysVirt::Modular;

# The daemons that each serve one driver, instead of libvirtd, and virtproxyd, which passes on what
# comes to the socket of that, and from other hosts.
#
#   my $daemons = Test::SysVirt::Modular->enter(seconds => 60);
#                                  enters an enclosure, and starts them all in it
#   $daemons->bed                  the enclosure
#   $daemons->drivers              the names of the drivers; the daemon of qemu is virtqemud, and so on
#   $daemons->{virtqemud}          a daemon: a Service
#   $daemons->uri('network')       where a driver has its own
#   $daemons->proxied('tls')       where QEMU is for those who ask virtproxyd: by unix, tcp or tls, for
#                                  the client whose certificate is that of CN=client
#   $daemons->admin('virtqemud')   a Sys::Virt::Admin connection to one
#
# Debian has them in no package, so SYS_VIRT_TEST_MODULAR names a directory with a system that has
# them, / for this one; xt/modular.sh makes such a directory. It may be another release: what libvirt
# has to do with who calls it is what goes over its sockets. Without that the test is skipped.

use strict;
use warnings;
use Sys::Virt::Admin;
use Test::More ();
use Test::SysVirt::Activation;
use Test::SysVirt::Certificates;
use Test::SysVirt::Enclosure;

my @drivers = qw(qemu network storage secret nodedev nwfilter interface);

my %sockets = (
    'virtproxyd.socket'       => '/run/libvirt/libvirt-sock',
    'virtproxyd-ro.socket'    => '/run/libvirt/libvirt-sock-ro',
    'virtproxyd-admin.socket' => '/run/libvirt/libvirt-admin-sock',
    'virtproxyd-tcp.socket'   => 16509,
    'virtproxyd-tls.socket'   => 16514,
);

sub enter {
    my ($class, %opt) = @_;
    my $root = $ENV{SYS_VIRT_TEST_MODULAR}
        // Test::More::plan(skip_all => 'SYS_VIRT_TEST_MODULAR names no system with the modular daemons');
    my $bed = Test::SysVirt::Enclosure->enter(%opt,
        needs => [@{ $opt{needs} // [] }, '/usr/bin/openssl', map { "$root/usr/sbin/virt${_}d" } @drivers, 'proxy']);
    # Of the network in here.
    $bed->run(qw(mount -t sysfs sysfs /sys));
    if ($root ne '/') {
        # QEMU gets a view of the file systems of its own, which begins where one is mounted.
        $bed->run('mount', '--rbind', $root, $root);
        $bed->run('mount', '--rbind', $_, "$root$_")
            for qw(/run /proc /sys /dev /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt);
    }
    my $ours   = Test::SysVirt::Certificates->new($bed, 'ours');
    my $server = $ours->issue('server', names => ['DNS:localhost']);
    my $conf   = $bed->file('virtproxyd.conf', <<"CONF");
auth_tcp = "none"
key_file = "$server/serverkey.pem"
cert_file = "$server/servercert.pem"
ca_file = "$server/cacert.pem"
CONF
    my $self = bless {}, $class;
    for my $driver (@drivers) {
        my $daemon = $self->{"virt${driver}d"} = $bed->service('chroot', $root, "/usr/sbin/virt${driver}d");
        $daemon->answers($self->uri($driver));
    }
    my $proxy = $self->{virtproxyd} = $bed->service(
        Test::SysVirt::Activation::command(\%sockets, 'chroot', $root, '/usr/sbin/virtproxyd', '--config', $conf));
    my $tls = '+tls://localhost/system?pkipath=' . $ours->issue('client');
    $self->{proxied} = { unix => ':///system?mode=legacy', tcp => '+tcp://localhost/system', tls => $tls };
    $proxy->answers($self->proxied('unix'));
    $self->{bed} = $bed;
    return $self;
}

sub bed     { $_[0]{bed} }
sub drivers { @drivers }
sub uri     { my ($self, $driver) = @_; return "$driver:///system?mode=direct" }
sub proxied { my ($self, $transport) = @_; return "qemu$self->{proxied}{$transport}" }

sub admin {
    my ($self, $name) = @_;
    # virtproxyd's socket has the name of libvirtd's, here, too.
    return Sys::Virt::Admin->new(uri => ($name eq 'virtproxyd' ? 'libvirtd' : $name) . ':///system');
}

1;
