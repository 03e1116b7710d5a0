#!/usr/bin/perl

# Every method that the C module has behaves the same here, on libvirt's test driver.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Test::SysVirt::Compare;
use Test::SysVirt::Compare::Table qw(methods refused);

my $compare = Test::SysVirt::Compare->new;
$compare->file($_) for sort glob "$FindBin::RealBin/compare/test/*.pl";
$compare->differences_show('test');

# What the test driver cannot answer, 81-compare-qemu.t shows on QEMU.
my %refused = map { $_ => 1 } refused();
my @missing = grep { !$compare->answered->{$_} && !$refused{$_} } map { "$_->{package}::$_->{method}" } methods();
is_deeply(\@missing, [], 'test driver: answers every method but those in t/compare/refused.txt');

done_testing;
