use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# What each method says of too few and too many arguments.

use Test::SysVirt::Compare::Table qw(methods);

for my $row (grep { $_->{surplus} eq 'refused' && $_->{parameters} } methods()) {
    my $name = "$row->{package}::$row->{method}";
    # These are written in Perl there, and look at their first argument only.
    next if $name =~ /^Sys::Virt::(?:Error::\w+|Event::register)\z/;
    my $code = \&$name;
    step "$name, nothing", sub { $code->() };
    step "$name, too much", sub { $code->((undef) x 30) };
}
