package Measure;

# How the benchmarks measure, and what they need for it. Everything they make is in one directory,
# which is gone when they end.

use strict;
use warnings;

use Config;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Find qw(find);
use File::Temp qw(tempdir);
use List::Util qw(min);

our @EXPORT = qw(compile cost install_ours instructions median number run_quietly slurp workplace);

my $here = abs_path(dirname(__FILE__));
my $dir;

sub workplace { $dir //= tempdir(CLEANUP => 1) }

# The instructions of one operation: what $count more of them add to a run.
sub cost {
    my ($instructions, $count) = @_;
    my $warm = min($count, 10);
    return ($instructions->($warm + $count) - $instructions->($warm)) / $count;
}

# What a command takes. They repeat only if perl hashes alike in every run.
sub instructions {
    my @command = @_;
    local @ENV{qw(PERL_HASH_SEED PERL_PERTURB_KEYS LC_ALL)} = (0, 0, 'C');
    my $log = workplace() . '/callgrind';
    my @valgrind = ('valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', "--log-file=$log");
    run_quietly(@valgrind, @command);
    my ($count) = slurp($log) =~ /Collected : (\d+)/ or die "valgrind counted nothing:\n" . slurp($log);
    return $count;
}

sub run_quietly {
    my @command = @_;
    open my $pipe, '-|', @command or die "$command[0]: $!\n";
    my $output = join '', <$pipe>;
    close $pipe or die "$command[0] failed" . ($! ? ": $!" : '') . "\n$output";
    return $output;
}

sub median {
    my @sorted = sort { $a <=> $b } @_;
    return $sorted[@sorted / 2];
}

# 1234567 as 1,234,567.
sub number {
    my ($number) = @_;
    return '-' unless defined $number;
    my $text = sprintf '%.0f', $number;
    1 while $text =~ s/^(-?\d+)(\d{3})/$1,$2/;
    return $text;
}

# Where this module is, installed as a user has it: XSLoader finds the shared object sooner than
# in blib.
sub install_ours {
    my $dir = workplace();
    -e "$here/../Makefile" or die "Run perl Makefile.PL && make first\n";
    run_quietly('make', '-C', "$here/..", 'pure_install', "DESTDIR=$dir/ours");
    my $module;
    find(sub { $module = $File::Find::dir if $File::Find::name =~ m{/Sys/Virt\.pm$} }, "$dir/ours");
    return dirname($module);
}

# The program that bench/NAME.c makes.
sub compile {
    my ($name) = @_;
    my $program = workplace() . "/$name";
    my @flags = split ' ', run_quietly('pkg-config', '--cflags', '--libs', 'libvirt');
    run_quietly($Config{cc}, '-O2', '-Wall', '-pthread', '-o', $program, "$here/$name.c", @flags);
    return $program;
}

sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    local $/;
    return <$in>;
}

1;
