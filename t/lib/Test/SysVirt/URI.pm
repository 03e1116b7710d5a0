package Test::SysVirt::URI;

# URIs with a path in them, which may be one with spaces, say.
#
#   file_uri($path)    the host of libvirt's test driver that a file describes

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(file_uri);

# Escaped as libvirt does it, whose get_uri then gives the same.
sub file_uri {
    my ($path) = @_;
    return 'test://' . $path =~ s{([^\w/.~*'!@&=+\$,;()-])}{sprintf '%%%02X', ord $1}aegr;
}

1;
