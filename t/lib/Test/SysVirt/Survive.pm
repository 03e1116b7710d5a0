package Test::SysVirt::Survive;

# Runs cases of which any might crash, hang or exit, each where that is only its own failure.
#
#   my @problems = survivors($run, @cases);
#
# A case is an array whose first element names it. $run->(@case) returns what is wrong, or an
# empty list. All run in a child process, in a directory of its own; where a case ends that
# process, another one takes over behind it. What a child says on stderr is a problem too.

use strict;
use warnings;
use Exporter qw(import);
use File::Temp ();

our @EXPORT_OK = qw(survivors);

# For a case that hangs: where all is emulated, on a busy machine, some take more than one minute.
my $seconds   = 300;
my $most_ends = 40;

sub survivors {
    my ($run, @cases) = @_;
    my ($next, $ends, @problems) = (0, 0);
    while ($next < @cases) {
        my ($last, $finished, $how, @found) = one_child($run, $next, @cases);
        push @problems, map { sprintf '%s: %s', $_->[0] < 0 ? 'in the end' : $cases[ $_->[0] ][0], $_->[1] } @found;
        last if $finished && !$how;
        push @problems, $finished ? "after the last case: $how" : "$cases[$last][0]: $how";
        last if $finished;
        $next = $last + 1;
        return @problems, 'and so on' if ++$ends == $most_ends;
    }
    return @problems;
}

# The number of the last case that was begun, whether all were, how the process ended, and
# [number of a case, problem] pairs.
sub one_child {
    my ($run, $first, @cases) = @_;
    my $said = File::Temp->new;
    my $dir  = File::Temp->newdir;
    pipe my $from_child, my $to_parent or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        chdir $dir or die "$dir: $!";
        open STDIN, '<', '/dev/null' or die $!;
        open STDOUT, '>', '/dev/null' or die $!;
        open STDERR, '>&', $said or die $!;
        STDERR->autoflush;
        close $from_child;
        for my $number ($first .. $#cases) {
            syswrite $to_parent, "$number\n";
            alarm $seconds;
            my ($problem) = $run->(@{ $cases[$number] });
            alarm 0;
            syswrite $to_parent, "!" . $problem =~ s/\s+/ /gr . "\n" if defined $problem;
        }
        syswrite $to_parent, "end\n";
        $@ = '';
        exit 0;
    }
    close $to_parent;
    my ($last, $finished, @found) = ($first, 0);
    while (my $line = <$from_child>) {
        chomp $line;
        if    ($line =~ /^!(.*)/) { push @found, [$last, $1] }
        elsif ($line eq 'end')    { $finished = 1 }
        else                      { $last = $line }
    }
    waitpid $pid, 0;
    my $how = $? & 127 ? 'killed by signal ' . ($? & 127) : $? ? 'exits with ' . ($? >> 8) : $finished ? '' : 'exits';
    seek $said, 0, 0;
    push @found, map { [$finished ? -1 : $last, "says: $_"] } map { chomp; $_ } grep { defined } (<$said>)[0 .. 4];
    return $last, $finished, $how, @found;
}

1;
