#!/usr/bin/perl

# Runs one corpus file under whichever Sys::Virt comes first in @INC.
#
#   perl -I... run.pl CORPUS.pl OUTPUT.jsonl [trace]

use strict;
use warnings;

use Cwd qw(abs_path getcwd);
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::RealBin/../lib";

use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Compare::Case;
use Test::SysVirt::Compare::Outcome qw(hide mask);
use Test::SysVirt::Compare::Table qw(methods);
use Test::SysVirt::Compare::Trace;

my ($corpus, $output, $trace) = @ARGV;
$corpus = abs_path($corpus);

Test::SysVirt::Compare::Case::start($output);
Test::SysVirt::Compare::Case::record({ module => $INC{'Sys/Virt.pm'} });
Test::SysVirt::Compare::Trace::install($corpus, map { "$_->{package}::$_->{method}" } methods())
    if $trace;

my @masks = do "$FindBin::RealBin/masks.pl";
die $@ if $@;
mask(@masks);
chdir tempdir(CLEANUP => 1) or die "no scratch directory: $!";
hide(getcwd, '<scratch>');

do $corpus;
Test::SysVirt::Compare::Case::record(
    $@ ? { broken => "$@" } : { finished => 1, calls => Test::SysVirt::Compare::Trace::calls() });
chdir '/';
