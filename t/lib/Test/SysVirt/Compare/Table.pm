package Test::SysVirt::Compare::Table;

# The rows of t/data/methods.tsv and t/data/constants.tsv that the C module has too.

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);

our @EXPORT_OK = qw(constants methods);

my $data = dirname(__FILE__) . '/../../../../data';

sub rows {
    my ($table) = @_;
    open my $in, '<', "$data/$table.tsv" or die "$data/$table.tsv: $!";
    chomp(my ($head, @lines) = <$in>);
    my @columns = split /\t/, $head;
    my @rows;
    for (@lines) {
        my %row;
        @row{@columns} = split /\t/, $_, -1;
        push @rows, \%row if $row{'in_9.0.0'} eq 'yes';
    }
    return @rows;
}

sub methods { return rows('methods') }

# The names of a package's numbers that start with PREFIX_.
sub constants {
    my ($package, $prefix) = @_;
    return map { $_->{name} }
        grep { $_->{package} eq $package && $_->{type} eq 'iv' && $_->{name} =~ /^\Q$prefix\E_/ }
        rows('constants');
}

1;
