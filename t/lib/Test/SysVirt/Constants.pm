package Test::SysVirt::Constants;

# The constants of t/data/constants.tsv: a hash each, with package, name, type (iv or str), value.

use strict;
use warnings;
use Test::SysVirt::Table qw(rows);

sub all { return rows('constants') }

1;
