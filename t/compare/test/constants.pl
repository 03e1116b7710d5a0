# The value of every constant, in the two ways that scripts take it.

use strict;
use warnings;

use Test::SysVirt::Compare::Table qw(old);

for my $row (old('constants')) {
    my ($package, $name) = @$row{qw(package name)};
    step "$package\::$name", sub { no strict 'refs'; $package->$name, &{"$package\::$name"} };
}
