package Test::SysVirt::Futures;

# What tests of calls that do not block share.
#
#   needs('Future');           skips the test or subtest where a module is missing
#   my $n = tasks();           how many threads this process has, as the kernel counts
#   my $s = seconds(sub {...}) how long it takes
#   until_true(sub {...}, $s)  calls until it returns something true, which it returns; false in
#                              the end
#   watchdog($seconds)         kills this process then: one that hangs runs no handler of a signal

use strict;
use warnings;
use Exporter qw(import);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(needs seconds tasks until_true watchdog);

sub needs {
    my (@modules) = @_;
    for my $module (@modules) {
        next if eval "require $module; 1";
        die $@ if $ENV{SYS_VIRT_TEST_REQUIRE};
        plan(skip_all => $@ =~ s/ \(you may need.*//sr);
    }
    return;
}

sub tasks { scalar(() = glob '/proc/self/task/*') }

sub seconds {
    my ($code) = @_;
    my $start = time;
    $code->();
    return time - $start;
}

sub until_true {
    my ($code, $seconds) = @_;
    my $end = time + ($seconds // 20);
    while (1) {
        my $value = $code->();
        return $value if $value || time > $end;
        sleep 0.02;
    }
}

sub watchdog {
    my ($seconds) = @_;
    my $watched = $$;
    return if fork // die "fork: $!";
    open $_, '>', '/dev/null' or die $! for *STDOUT, *STDERR;
    my $end = time + $seconds;
    while (POSIX::getppid() == $watched) {
        kill KILL => $watched if time > $end;
        sleep 0.1;
    }
    POSIX::_exit(0);
}

1;
