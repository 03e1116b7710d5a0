package Test::SysVirt::SecondHost;

# The second libvirtd that tools/testbed.sh starts, as a place to migrate to.
#
#   my $host = Test::SysVirt::SecondHost->new($bed);   skips or fails like $bed itself
#   $host->conn       a Sys::Virt connection to it
#   $host->uri        its URI, for peer to peer migration
#   $host->data_uri   where QEMU there takes what QEMU here sends
#   my $running = $host->migration($name, \%how, $flags);
#                     a migration there in another process, by the hosts themselves with
#                     MIGRATE_PEER2PEER
#   $host->ended($running)      has it come to its end?
#   $host->outcome($running)    waits for its end: the error's code, or "done"
#
# Domains with names by $bed->name are removed there, too, when the test ends.

use strict;
use warnings;
use POSIX ();
use Sys::Virt;
use Sys::Virt::Domain;
use Test::SysVirt::Qemu;

my $owner = $$;
my $host;

sub new {
    my ($class, $bed) = @_;
    my $conn = eval { Sys::Virt->new(uri => $class->uri) }
        or $bed->missing('the second host does not answer: run tools/testbed.sh start');
    Test::SysVirt::Qemu::sweep_stale($class->uri);
    return $host = bless { conn => $conn, bed => $bed }, $class;
}

sub uri      { 'qemu+tcp://10.209.0.2/system' }
sub data_uri { 'tcp://10.209.0.2' }
sub conn     { $_[0]{conn} }

sub migration {
    my ($self, $name, $how, $flags) = @_;
    pipe my $read, my $write or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        eval {
            my $dom = Sys::Virt->new(uri => 'qemu:///system')->get_domain_by_name($name);
            if ($flags & Sys::Virt::Domain::MIGRATE_PEER2PEER) { $dom->migrate_to_uri($self->uri, $how, $flags) }
            else                                               { $dom->migrate(Sys::Virt->new(uri => $self->uri), $how, $flags) }
        };
        syswrite $write, ref $@ ? $@->code : $@ || 'done';
        POSIX::_exit(0);
    }
    return $read;
}

sub ended { my ($self, $read) = @_; vec(my $ready = '', fileno $read, 1) = 1; return select $ready, undef, undef, 0 }

sub outcome { my ($self, $read) = @_; local $/; return scalar <$read> }

END {
    if ($host && $owner == $$) {
        local ($?, $@);
        Test::SysVirt::Qemu::sweep($host->uri, qr/^\Q@{[$host->{bed}->name('')]}/, sub { 1 });
    }
}

1;
