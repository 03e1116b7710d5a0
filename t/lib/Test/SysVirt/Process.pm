package Test::SysVirt::Process;

# A perl script that runs beside the test, with a conversation.
#
#   my $process = Test::SysVirt::Process->start('examples/console.pl', 'web');
#   $process->expect(qr/Connected/)    waits for it to print that; what came with it, or undef
#   $process->type("ls\n")             what it reads
#   $process->signal('INT')            to it and its children, as a terminal does
#   my ($output, $status) = $process->end;
#                                      waits for its end: all it printed, and wait's status
#
# Its standard input is a pipe, or the handle given as the option stdin => $fh before the rest.

use strict;
use warnings;
use IO::Handle;
use Time::HiRes qw(time);

sub start {
    my ($class, @arguments) = @_;
    my $stdin = $arguments[0] eq 'stdin' ? (splice @arguments, 0, 2)[1] : undef;
    pipe my $from_us, my $to_it or die "pipe: $!";
    pipe my $from_it, my $to_us or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        setpgrp;
        open STDIN, '<&', $stdin // $from_us or die $!;
        open $_, '>&', $to_us or die $! for *STDOUT, *STDERR;
        close $_ for $to_it, $from_it;
        local $ENV{PERL5LIB} = join ':', grep { !ref } @INC;
        exec $^X, @arguments or die "$^X: $!";
    }
    $to_it->autoflush;
    return bless { pid => $pid, in => $to_it, out => $from_it, output => '', seen => 0 }, $class;
}

# Reads what it prints for so many seconds at most; false at the end.
sub _read {
    my ($self, $seconds) = @_;
    vec(my $ready = '', fileno $self->{out}, 1) = 1;
    return 1 if select($ready, undef, undef, $seconds) < 1;
    return sysread $self->{out}, $self->{output}, 4096, length $self->{output};
}

sub expect {
    my ($self, $pattern, $seconds) = @_;
    my $end = time + ($seconds // 20);
    while (1) {
        my $new = substr $self->{output}, $self->{seen};
        if ($new =~ $pattern) {
            $self->{seen} += $+[0];
            return substr $new, 0, $+[0];
        }
        return undef if time > $end || !$self->_read(0.2);
    }
}

sub type {
    my ($self, $text) = @_;
    print { $self->{in} } $text;
    return;
}

sub signal {
    my ($self, $name) = @_;
    kill "-$name", $self->{pid};
    return;
}

sub end {
    my ($self) = @_;
    close $self->{in};
    my $end = time + 30;
    1 while time < $end && $self->_read(1);
    kill KILL => $self->{pid} if time >= $end;
    waitpid $self->{pid}, 0;
    return ($self->{output}, $?);
}

1;
