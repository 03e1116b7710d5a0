package Test::SysVirt::Certificates;

# Authorities and certificates for TLS, as files of a bed, made by openssl.
#
#   my $ours = Test::SysVirt::Certificates->new($bed, 'ours');       an authority
#   my $folder = $ours->issue('client', days => 1, names => ['DNS:localhost'])
#                           makes a folder with key and certificate of CN=client, for both ends of
#                           a connection, as libvirt and QEMU expect them there; its path. With
#                           authority => $other it holds the certificate of that authority instead,
#                           with trust => $other that one, too.

use strict;
use warnings;

sub new {
    my ($class, $bed, $name) = @_;
    my $self = bless { bed => $bed, name => $name, dir => $bed->dir . "/pki/$name" }, $class;
    $bed->file("pki/$name/extensions", "basicConstraints = critical, CA:TRUE\nkeyUsage = keyCertSign\n");
    $self->sign('ca', "/CN=authority $name", 1, '-signkey', "$self->{dir}/ca.key");
    return $self;
}

sub issue {
    my ($self, $name, %opt) = @_;
    my $names = join ', ', @{ $opt{names} // ['DNS:unnamed'] };
    $self->{bed}->file("pki/$self->{name}/extensions",
        "basicConstraints = CA:FALSE\nkeyUsage = digitalSignature, keyEncipherment\nsubjectAltName = $names\n");
    $self->sign($name, "/CN=$name", $opt{days} // 1, '-CA', "$self->{dir}/ca.pem", '-CAkey', "$self->{dir}/ca.key", '-CAcreateserial');
    my $folder = "$self->{dir}/for-$name";
    my @trusted = map { "$_->{dir}/ca.pem" } $opt{authority} // ($self, $opt{trust} // ());
    $self->{bed}->file("pki/$self->{name}/for-$name/cacert.pem", join '', do { local @ARGV = @trusted; <> });
    symlink 'cacert.pem', "$folder/ca-cert.pem";
    for my $end (qw(client client- server server-)) {
        symlink "../$name.$_->[0]", "$folder/$end$_->[1].pem" for ['key', 'key'], ['pem', 'cert'];
    }
    return $folder;
}

sub sign {
    my ($self, $name, $subject, $days, @signer) = @_;
    my $base = "$self->{dir}/$name";
    $self->{bed}->run(qw(openssl req -newkey rsa:2048 -nodes -batch), '-subj', $subject, '-keyout', "$base.key", '-out', "$base.csr");
    $self->{bed}->run(qw(openssl x509 -req), '-in', "$base.csr", '-out', "$base.pem", '-days', $days, '-extfile', "$self->{dir}/extensions", @signer);
    return;
}

1;
