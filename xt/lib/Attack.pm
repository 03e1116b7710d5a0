package Attack;

# What the attackers in xt/ share.
#
#   my %option = Attack::options(seconds => 60);   the command line: --NAME=VALUE, or --help
#   my $end = Attack::worker($seconds, sub { ... });
#                           runs that in a process of its own, and kills it with its children
#                           after so many seconds: {how, output}, how it ended being '' for well;
#                           a third argument is what this process does meanwhile
#   Attack::note('text')    in a worker: a line of its output
#   Attack::descriptors()   the number of open descriptors
#   Attack::threads()       the number of threads
#   Attack::turns($seconds) how often a loop that has nothing to do turns in that time
#   my @died = Attack::until($seconds, sub { ... });
#                           runs the loop until that, given how many exceptions have come out
#                           of it, is true; these

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Temp ();
use POSIX ();
use Sys::Virt;
use Sys::Virt::Event;
use Time::HiRes qw(sleep time);

# Freed memory is overwritten, so that what uses it is noticed: libc and GLib read that when they
# start.
my %memory = (MALLOC_PERTURB_ => 165, G_SLICE => 'always-malloc');

sub import {
    return if !grep { !$ENV{$_} } keys %memory;
    %ENV = (%ENV, %memory);
    exec $^X, map({ "-I$_" } grep { !ref } @INC), $0, @ARGV or die "$^X: $!";
}

sub options {
    my %option = @_;
    for (@ARGV) {
        help() if !/^--([a-z]+)=(.+)$/ || !exists $option{$1};
        $option{$1} = $2;
    }
    return %option;
}

# The comment at the start of the program is its manual.
sub help {
    open my $in, '<', $0 or die "$0: $!";
    <$in>;
    while (<$in>) {
        last if !/^# ?(.*)/;
        print "$1\n";
    }
    exit(grep({ $_ ne '--help' } @ARGV) ? 2 : 0);
}

sub note { syswrite STDOUT, "@_\n" }

sub worker {
    my ($seconds, $code, $meanwhile) = @_;
    my $output = File::Temp->new;
    my $dir    = File::Temp->newdir;
    my $pid    = fork // die "fork: $!";
    if (!$pid) {
        setpgrp;
        chdir $dir or die "$dir: $!";
        open STDIN, '<', '/dev/null' or die $!;
        open STDOUT, '>>', $output->filename or die $!;
        open STDERR, '>>', $output->filename or die $!;
        my $lives = eval { $code->(); 1 };
        note("died: $@") if !$lives;
        exit !$lives;
    }
    my $end = time + $seconds;
    $meanwhile->() if $meanwhile;
    my ($ended, $how);
    sleep 0.01 until $ended = waitpid($pid, POSIX::WNOHANG) or time > $end;
    if ($ended) {
        $how = $? & 127 ? 'killed by signal ' . ($? & 127) : $? ? 'exits with ' . ($? >> 8) : '';
        $how = 'leaves a process behind' if !$how && kill 0, -$pid;
    } else {
        $how = "hangs\n" . stacks($pid);
    }
    kill KILL => -$pid;
    waitpid $pid, 0;
    seek $output, 0, 0;
    return { how => $how, output => [map { s/\n//r } <$output>] };
}

# Where the threads of all processes of a worker are.
sub stacks {
    my ($group) = @_;
    return "  (gdb would show where)\n" if !grep { -x "$_/gdb" } split /:/, $ENV{PATH};
    my @pids = grep { (getpgrp($_) // 0) == $group } map { m{/(\d+)$} } glob '/proc/[0-9]*';
    my @lines;
    for my $pid (grep { (getpgrp($_) // 0) == $group } map { m{/(\d+)$} } glob '/proc/[0-9]*') {
        push @lines, "process $pid", grep { /^(?:Thread|#\d)/ } qx(gdb -p $pid -batch -ex 'thread apply all bt 12' 2>/dev/null);
    }
    return join '', map { s/\s*$/\n/r =~ s/^/  /r } @lines;
}

sub descriptors { return scalar(() = glob "/proc/$$/fd/*") }
sub threads     { return scalar(() = glob "/proc/$$/task/*") }

sub until {
    my ($seconds, $done) = @_;
    my $end = time + $seconds;
    my @died;
    my $timer = Sys::Virt::Event::add_timeout(20, sub { });
    until ($done->(scalar @died) || time > $end) {
        eval { Sys::Virt::Event::run_default(); 1 } or push @died, $@;
    }
    Sys::Virt::Event::remove_timeout($timer);
    return @died;
}

sub turns {
    my ($seconds) = @_;
    my ($turns, $over) = (0, 0);
    my $timer = Sys::Virt::Event::add_timeout($seconds * 1000, sub { $over = 1 });
    until ($over) {
        Sys::Virt::Event::run_default();
        $turns++;
    }
    Sys::Virt::Event::remove_timeout($timer);
    return $turns;
}

1;
