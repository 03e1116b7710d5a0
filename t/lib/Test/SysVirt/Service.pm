package Test::SysVirt::Service;

# A program that a test keeps running beside it, such as a daemon.
#
#   my $service = Test::SysVirt::Service->start('libvirtd', '--listen');
#   $service->answers($uri)        waits until a connection to there opens
#   $service->signal('STOP')       sends it a signal
#   $service->end                  kills it, and waits for its end
#   $service->again                starts it anew, and waits as before

use strict;
use warnings;
use POSIX ();
use Sys::Virt;
use Time::HiRes qw(sleep time);

sub start {
    my ($class, @command) = @_;
    my $self = bless { command => \@command }, $class;
    $self->run;
    return $self;
}

sub run {
    my ($self) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # It may outlive the test, whose reader waits for the end of the output.
        open STDIN, '<', '/dev/null' or die $!;
        open $_, '>>', '/run/bed/log' or die $! for *STDOUT, *STDERR;
        exec { $self->{command}[0] } @{ $self->{command} } or POSIX::_exit(1);
    }
    $self->{pid} = $pid;
    return;
}

sub answers {
    my ($self, $uri) = @_;
    $self->{uri} = $uri;
    my $end = time + 60;
    until (eval { Sys::Virt->new(uri => $uri) }) {
        die "@{ $self->{command} }: $@" if time > $end || waitpid($self->{pid}, POSIX::WNOHANG()) > 0;
        sleep 0.05;
    }
    return;
}

sub signal { my ($self, $name) = @_; kill $name, $self->{pid}; return }

sub end {
    my ($self) = @_;
    $self->signal('KILL');
    waitpid $self->{pid}, 0;
    return;
}

sub again {
    my ($self) = @_;
    $self->run;
    $self->answers($self->{uri}) if defined $self->{uri};
    return;
}

1;
