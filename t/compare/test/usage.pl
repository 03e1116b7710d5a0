# What each method says of too few and too many arguments.

use strict;
use warnings;

use Test::SysVirt::Compare::Table qw(methods);

for my $row (grep { $_->{arguments} } methods()) {
    my $name = "$row->{package}::$row->{method}";
    my $code = \&$name;
    step "$name, nothing", sub { $code->() };
    step "$name, too much", sub { $code->((undef) x 30) };
}
