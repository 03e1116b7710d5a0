# What each method says of too few and too many arguments.

use strict;
use warnings;

use Test::SysVirt::Compare::Table qw(methods);

for my $row (methods()) {
    my $name = "$row->{package}::$row->{method}";
    next if !$row->{arguments};
    my $code = \&$name;
    case "$name, nothing", sub { $code->() };
    case "$name, too much", sub { $code->((undef) x 30) };
}
