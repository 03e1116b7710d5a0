package Test::SysVirt::Perl;

# Another perl that finds the same modules.
#
#   my ($out, $err, $status) = run_perl('-w', '-e', 'use Sys::Virt; print 1');
#
# The status is that of wait: 0 when all went well. One that takes a minute is killed.

use strict;
use warnings;
use Exporter qw(import);
use File::Temp ();

our @EXPORT_OK = qw(run_perl);

sub run_perl {
    my @arguments = @_;
    my ($out, $err) = map { File::Temp->new } 1, 2;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<', '/dev/null' or die $!;
        open STDOUT, '>&', $out or die $!;
        open STDERR, '>&', $err or die $!;
        alarm 60;
        local $ENV{PERL5LIB} = join ':', grep { !ref } @INC;
        exec $^X, @arguments or die "$^X: $!";
    }
    waitpid $pid, 0;
    my $status = $?;
    return map({ seek $_, 0, 0; local $/; scalar(<$_>) // '' } $out, $err), $status;
}

1;
