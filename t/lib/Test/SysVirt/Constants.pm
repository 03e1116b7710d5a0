package Test::SysVirt::Constants;

# The constants of t/data/constants.tsv: a hash each, with package, name, type (iv or str), value; and
# those of packages that a script has to load, which extended() does.

use strict;
use warnings;
use Test::SysVirt::Table qw(rows);

sub all { return rows('constants') }

sub extended {
    my @rows = rows('extension-constants');
    eval "require $_->{package}" or die $@ for @rows;
    return @rows;
}

1;
