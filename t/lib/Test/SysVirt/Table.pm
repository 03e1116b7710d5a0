package Test::SysVirt::Table;

# The tables in t/data, one line a method or a constant.
#
#   for my $row (rows('constants')) { print "$row->{package}::$row->{name}\n" }

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);

our @EXPORT_OK = qw(rows);

my $data = abs_path(dirname(__FILE__) . '/../../../data');

sub rows {
    my ($table) = @_;
    open my $in, '<', "$data/$table.tsv" or die "$data/$table.tsv: $!";
    chomp(my ($head, @lines) = <$in>);
    my @columns = split /\t/, $head;
    return map {
        my @cells = split /\t/, $_, -1;
        die "$table.tsv: '$_' has " . @cells . ' cells, not ' . @columns . "\n" if @cells != @columns;
        my %row;
        @row{@columns} = @cells;
        \%row;
    } @lines;
}

1;
