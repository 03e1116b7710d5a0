# What each method says of too few and too many arguments.

use strict;
use warnings;

use Test::SysVirt::Compare::Table qw(methods);

# Event::register is written in Perl there, and looks at its first argument only.
for my $row (grep { $_->{surplus} eq 'refused' && $_->{parameters} && $_->{method} ne 'register' } methods()) {
    my $name = "$row->{package}::$row->{method}";
    my $code = \&$name;
    step "$name, nothing", sub { $code->() };
    step "$name, too much", sub { $code->((undef) x 30) };
}
