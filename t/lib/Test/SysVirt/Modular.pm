package Test::SysVirt::Modular;

# The daemons that each serve one driver, instead of libvirtd, and the one that passes on what
# comes to the socket of that.
#
#   my $daemons = Test::SysVirt::Modular->start($bed, $root);
#   $daemons->{virtqemud}          one of them: a Service
#
# They are those of the file system in $root. It may be another release: what libvirt has to do with
# who calls it is what goes over its sockets.

use strict;
use warnings;

my @daemons = qw(virtqemud virtnetworkd virtstoraged virtproxyd);

sub start {
    my ($class, $bed, $root) = @_;
    if ($root ne '/') {
        # QEMU gets a view of the file systems of its own, which begins where one is mounted.
        $bed->run('mount', '--rbind', $root, $root);
        $bed->run('mount', '--rbind', $_, "$root$_")
            for qw(/run /proc /sys /dev /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt);
    }
    my %self;
    for my $name (@daemons) {
        my $socket = $name eq 'virtproxyd' ? 'libvirt-sock' : "$name-sock";
        my ($driver) = $name =~ /^virt(qemu|network|storage)d$/;
        $self{$name} = $bed->service('chroot', $root, "/usr/sbin/$name");
        $self{$name}->answers(($driver // 'qemu') . "+unix:///system?socket=/run/libvirt/$socket");
    }
    return bless \%self, $class;
}

1;
