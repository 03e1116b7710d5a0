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
#   $host->interrupt($running)  ends that process, as a Ctrl-C does
#   $host->ended($running)      has it come to its end?
#   $host->outcome($running)    waits for its end: the error's code, or "done"; '' if it was interrupted
#   $host->said                 the message of the last such error
#   $host->connect              a new connection, which takes the place of $host->conn
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
    $host = bless { bed => $bed, said => '' }, $class;
    eval { $host->connect } or $bed->missing('the second host does not answer: run tools/testbed.sh start');
    Test::SysVirt::Qemu::sweep_stale($class->uri);
    return $host;
}

sub connect { my ($self) = @_; return $self->{conn} = Sys::Virt->new(uri => $self->uri) }

sub uri      { 'qemu+tcp://10.209.0.2/system' }
sub data_uri { 'tcp://10.209.0.2' }
sub conn     { $_[0]{conn} }

sub migration {
    my ($self, $name, $how, $flags) = @_;
    pipe my $read, my $write or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        # Also where this test was started in the background.
        $SIG{INT} = 'DEFAULT';
        eval {
            my $dom = Sys::Virt->new(uri => 'qemu:///system')->get_domain_by_name($name);
            if ($flags & Sys::Virt::Domain::MIGRATE_PEER2PEER) { $dom->migrate_to_uri($self->uri, $how, $flags) }
            else                                               { $dom->migrate(Sys::Virt->new(uri => $self->uri), $how, $flags) }
        };
        syswrite $write, ref $@ ? join ' ', $@->code, $@->message : $@ || 'done';
        POSIX::_exit(0);
    }
    return { pid => $pid, read => $read };
}

sub ended { my ($self, $running) = @_; vec(my $ready = '', fileno $running->{read}, 1) = 1; return select $ready, undef, undef, 0 }

sub interrupt { my ($self, $running) = @_; kill INT => $running->{pid}; return }

sub outcome {
    my ($self, $running) = @_;
    local $/;
    (my $code, $self->{said}) = (readline($running->{read}) // '') =~ /^(\S*) ?(.*)/s;
    waitpid $running->{pid}, 0;
    return $code;
}

sub said { $_[0]{said} // '' }

END {
    if ($host && $owner == $$) {
        local ($?, $@);
        Test::SysVirt::Qemu::sweep($host->uri, qr/^\Q@{[$host->{bed}->name('')]}/, sub { 1 });
    }
}

1;
