package Test::SysVirt::File;

# What is in a file, as bytes.
#
#   my $bytes = slurp($path);

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(slurp);

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$in>;
}

1;
