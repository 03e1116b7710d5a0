use strict;
use warnings;
use lib 't/lib';
use Test::More;
use B ();
use Sys::Virt;
use Sys::Virt::EventImpl;
use Test::SysVirt::Constants;
use Test::SysVirt::Methods;

# Every method of the table is there, and nothing else that could be taken for one.

my %extra = (
    DESTROY   => 'perl calls it when an object ends',
    async     => 'gives a view of the object whose methods give futures',
    bootstrap => 'perl has it in every package that is linked so',
);

my @methods = Test::SysVirt::Methods::all();
my %methods;
push @{ $methods{ $_->{package} } }, $_->{name} for @methods;

my %known;
$known{ $_->{package} }{ $_->{name} } = 1 for @methods, Test::SysVirt::Constants::all();

for my $package (sort keys %methods) {
    my @missing = grep { !$package->can($_) } @{ $methods{$package} };
    is("@missing", '', "$package: every method of the table is there");
    my @elsewhere = grep { owner($package->can($_)) !~ /^Sys::Virt/ } grep { $package->can($_) } @{ $methods{$package} };
    is("@elsewhere", '', "$package: every method is a sub of the module's own");
    my @more = grep { !$known{$package}{$_} && !$extra{$_} } public($package);
    is("@more", '', "$package: has no public sub that is not in the table");
}

# What the module is made of, loaded when it is needed.
is("@{[ grep { !$methods{$_} && !/::(?:Async|Future|Options)$/ } packages() ]}", '', 'Sys::Virt: no package that is not in the table');
done_testing;

sub owner { B::svref_2object($_[0])->GV->STASH->NAME }

# Overloading is kept under names that begin with a parenthesis.
sub public {
    my ($package) = @_;
    no strict 'refs';
    return grep { /^[a-z]/i && defined &{"${package}::$_"} } sort keys %{"${package}::"};
}

sub packages {
    return 'Sys::Virt', map { /^(\w+)::$/ ? "Sys::Virt::$1" : () } sort keys %Sys::Virt::;
}
