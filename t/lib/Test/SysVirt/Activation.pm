package Test::SysVirt::Activation;

# Opens sockets and hands them to a daemon, as systemd does: what listens for other hosts gets its
# ports in no other way where libvirt's daemons are modular.
#
#   my $service = $bed->service(Test::SysVirt::Activation::command(
#       { 'virtproxyd.socket' => '/run/libvirt/libvirt-sock', 'virtproxyd-tcp.socket' => 16509 }, '/usr/sbin/virtproxyd'));
#
# The name of each is that of systemd's unit, and what it is, a path or a port on 127.0.0.1. They
# are opened whenever the service starts.

use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();

sub command {
    my ($sockets, @daemon) = @_;
    return ($^X, '-MTest::SysVirt::Activation', '-e', 'Test::SysVirt::Activation::run(@ARGV)',
        (map { "$_=$sockets->{$_}" } sort keys %$sockets), '--', @daemon);
}

sub run {
    my (@arguments) = @_;
    my (@names, @sockets);
    # The daemon's descriptors are those from 3 on.
    local $^F = 1000;
    while ((my $argument = shift @arguments) ne '--') {
        my ($name, $where) = split /=/, $argument, 2;
        push @names, $name;
        push @sockets, socket_at($where) // die "$where: $!";
        POSIX::dup2(fileno $sockets[-1], 2 + @names) // die "dup2: $!";
    }
    @ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, scalar @names, join ':', @names);
    exec @arguments or die "$arguments[0]: $!";
}

sub socket_at {
    my ($where) = @_;
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $where, Listen => 30, ReuseAddr => 1) if $where =~ /^\d+$/;
    unlink $where;
    return IO::Socket::UNIX->new(Local => $where, Listen => 30);
}

1;
