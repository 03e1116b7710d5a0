package Test::SysVirt::Container;

# A Linux in a folder, for libvirt's LXC driver: busybox, and an init that obeys its console.
#
#   my $box = Test::SysVirt::Container->new($bed, 'box');
#   $box->xml($devices)            the XML of a domain with it
#   $box->says('fd')               what the container has written to its file /tmp/fd, or ''
#   $box->path('bin/sh')           where a file of it is, outside
#   $box->forget                   removes all such files
#   $box->cgroup($dom, 'cpu', 'cpu.shares')
#                                  what the kernel says of its control group
#
# Once it has printed READY on its console, init runs each line it reads there. It writes what it
# finds in the first descriptor it gets to /tmp/fd, and the names of signals to /tmp/signals.
# On TERM, or when it is told so on /dev/initctl, it goes down.

use strict;
use warnings;
use File::Path qw(make_path);

my $init = <<'INIT';
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
trap 'echo USR1 >> /tmp/signals' USR1
trap 'echo TERM >> /tmp/signals; exit 0' TERM
[ ! -e /proc/self/fd/3 ] || cat <&3 > /tmp/fd
# A request to init: four numbers, of which the third is the runlevel's character.
mkfifo /dev/initctl
exec 4<>/dev/initctl
(while :; do dd bs=384 count=1 <&4 2>/dev/null | tail -c +9 | head -c 1 >> /tmp/runlevel; kill -TERM 1; done) &
echo READY
# Another shell reads: in busybox 1.38 `read` never comes back after a signal that has a trap.
exec 5<&0
(while :; do read line && eval "$line"; done) <&5 &
while :; do wait; done
INIT

sub new {
    my ($class, $bed, $name) = @_;
    my $root = $bed->dir . "/$name";
    make_path(map { "$root/$_" } qw(bin dev proc sys tmp));
    $bed->run('cp', '/bin/busybox', "$root/bin");
    $bed->file("$name/init", $init, 0755);
    return bless { root => $root, name => $bed->name($name) }, $class;
}

sub xml {
    my ($self, $devices) = @_;
    $devices //= '';
    return <<XML;
<domain type='lxc'>
  <name>$self->{name}</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type>exe</type><init>/init</init></os>
  <features><privnet/></features>
  <devices>
    <filesystem type='mount'><source dir='$self->{root}'/><target dir='/'/></filesystem>
    <console type='pty'/>
    $devices
  </devices>
</domain>
XML
}

sub read_file { my ($path) = @_; open my $in, '<', $path or return ''; local $/; return <$in> // '' }

sub says { my ($self, $file) = @_; return read_file("$self->{root}/tmp/$file") =~ s/\n\z//r }

sub path { my ($self, $file) = @_; return "$self->{root}/$file" }

sub forget { my ($self) = @_; unlink glob "$self->{root}/tmp/*"; return }

sub cgroup {
    my ($self, $dom, $controller, $file) = @_;
    my ($path) = grep { -e } glob "/sys/fs/cgroup/$controller/machine/lxc-*-$self->{name}.libvirt-lxc/$file";
    return read_file($path) =~ s/\n\z//r;
}

1;
