package Test::SysVirt::Constants;

# The constants of t/data/constants.tsv: a hash each, with package, name, type (iv or str), value.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);

my $table = abs_path(dirname(__FILE__)) . '/../../../data/constants.tsv';

sub all {
    open my $in, '<', $table or die "$table: $!";
    my (undef, @rows) = <$in>;
    return map { my %row; @row{qw(package name type value)} = split /\t/, $_, -1; \%row } @rows;
}

1;
