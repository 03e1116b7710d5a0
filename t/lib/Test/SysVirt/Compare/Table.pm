package Test::SysVirt::Compare::Table;

# The rows of t/data/methods.tsv and t/data/constants.tsv that the C module has too, and the
# methods that the test driver of libvirt 9.0 cannot answer.

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use Test::SysVirt::Table qw(rows);

our @EXPORT_OK = qw(constants methods old refused);

my $t = dirname(__FILE__) . '/../../../..';

sub old { return grep { $_->{'in_9.0.0'} eq 'yes' } rows($_[0]) }

sub methods { return old('methods') }

sub refused {
    open my $in, '<', "$t/compare/refused.txt" or die "$t/compare/refused.txt: $!";
    chomp(my @refused = <$in>);
    return @refused;
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
