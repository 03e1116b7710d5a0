use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# The value of every constant, in the two ways that scripts take it.

use Test::SysVirt::Compare::Table qw(old);

for my $row (old('constants')) {
    my ($package, $name) = @$row{qw(package name)};
    step "$package\::$name", sub { no strict 'refs'; $package->$name, &{"$package\::$name"} };
}
