package Test::SysVirt::Compare::Table;

# The rows of t/data/methods.tsv and t/data/constants.tsv that the C module of this perl has too,
# and the methods that the test driver of libvirt 9.0 cannot answer.

use strict;
use warnings;

use Config;
use Exporter 'import';
use File::Basename qw(dirname);
use Module::Metadata;
use Test::SysVirt::Table qw(rows);

our @EXPORT_OK = qw(c_module c_version constants methods old refused);

my $t = dirname(__FILE__) . '/../../../..';

sub c_module { return "$Config{vendorarch}/Sys/Virt.pm" }

sub c_version { return -e c_module() ? Module::Metadata->new_from_file(c_module())->version : '' }

# What 9.0.0 has not, 12.7.0 has, if libvirt has it.
sub old {
    my ($table) = @_;
    my $all = c_version() ne '9.0.0';
    return grep { $_->{'in_9.0.0'} eq 'yes' || $all && ($_->{since} // $_->{libvirt_since}) } rows($table);
}

sub methods { return old('methods') }

sub refused {
    open my $in, '<', "$t/compare/refused.txt" or die "$t/compare/refused.txt: $!";
    chomp(my @refused = <$in>);
    my %there = map { ("$_->{package}::$_->{method}" => 1) } methods();
    return grep { $there{$_} } @refused;
}

# The names of a package's numbers: those given, and those that start with one given and "_".
sub constants {
    my ($package, @given) = @_;
    my $wanted = join '|', map { quotemeta } @given;
    return map { $_->{name} } grep {
        $_->{package} eq $package && $_->{type} eq 'iv' && $_->{name} =~ /^(?:$wanted)(?:_|\z)/;
    } old('constants');
}

1;
