package Test::SysVirt::Sshd;

# An sshd of the test's own on port 22 of an enclosure, which lets root in, by root's key.
#
#   my $sshd = Test::SysVirt::Sshd->start($bed, locked => 'deck of cards')
#                                     and by other keys, with these names and passphrases
#   $sshd->folder                     the folder where those keys are; root's is id_rsa
#   $sshd->key($name, $type)          one more, in the folder of the bed, that lets nobody in
#   $sshd->knows($transport, $key)    what ssh, libssh or libssh2 takes for the key of this host: 'host',
#                                     which it is, the name of another one, or nothing
#
# See Enclosure.pm for where root lives, and `needs` there for what it needs: Test::SysVirt::Sshd::needs().

use strict;
use warnings;
use File::Path qw(make_path);

sub needs { return qw(/usr/sbin/sshd /usr/bin/ssh /usr/bin/nc) }

sub start {
    my ($class, $bed, %locked) = @_;
    my $dir  = $bed->dir;
    my $self = bless { bed => $bed, dir => $dir }, $class;
    make_path($self->folder, '/run/sshd');
    $self->key('root/.ssh/id_rsa', 'rsa');
    $self->key("root/.ssh/$_", 'rsa', $locked{$_}) for sort keys %locked;
    $self->key('host', 'ed25519');
    $bed->file('root/.ssh/authorized_keys', join '', map { $self->public("root/.ssh/$_") } 'id_rsa', sort keys %locked);
    # libssh2 signs with ssh-rsa, which sshd no longer takes by itself.
    my $conf = $bed->file('sshd.conf', <<CONF);
ListenAddress 127.0.0.1
HostKey $dir/host
PubkeyAcceptedAlgorithms +ssh-rsa
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
PidFile none
CONF
    # Since 9.8 it drops connections from where many have failed, as ours are to.
    my @patient = grep { eval { $bed->run('/usr/sbin/sshd', '-t', '-f', $conf, $_); 1 } } '-oPerSourcePenalties=no';
    $bed->service('/usr/sbin/sshd', '-D', '-e', '-f', $conf, @patient);
    $bed->listens(22);
    return $self;
}

sub folder { return "$_[0]{dir}/root/.ssh" }

sub key {
    my ($self, $name, $type, $passphrase) = @_;
    # PEM is what libssh2 reads of a user's keys, which are RSA.
    $self->{bed}->run(qw(ssh-keygen -q), $type eq 'rsa' ? qw(-m PEM) : (), '-t', $type, '-N', $passphrase // '', '-f', "$self->{dir}/$name");
    return;
}

sub public { my ($self, $name) = @_; local (@ARGV, $/) = "$self->{dir}/$name.pub"; return <> }

# Where the program keeps the keys of hosts that it knows, and where libvirt does for the libraries.
my %known_hosts = (ssh => 'root/.ssh/known_hosts', map { $_ => 'root/.config/libvirt/known_hosts' } qw(libssh libssh2));

sub knows {
    my ($self, $transport, $key) = @_;
    $self->{bed}->file($known_hosts{$transport}, defined $key ? 'localhost ' . $self->public($key) : '');
    return;
}

1;
