#!/usr/bin/perl

# Every method that libvirt's test driver cannot answer behaves as in the C module, on QEMU.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Test::More;
use Test::SysVirt::Compare;
use Test::SysVirt::Compare::Table qw(refused);
use Test::SysVirt::Qemu;

my $bed = Test::SysVirt::Qemu->new(seconds => 600);
my $compare = Test::SysVirt::Compare->new;
$compare->file($_) for @ARGV ? @ARGV : sort glob "$FindBin::RealBin/compare/qemu/*.pl";
$compare->differences_show('qemu') if !@ARGV;

SKIP: {
    skip('not all files have run', 1) if @ARGV || !$compare->whole;
    my @missing = grep { !exists $compare->answered->{$_} } refused();
    is_deeply(\@missing, [], 'qemu: a case calls each method that the test driver refuses');
}

done_testing;
