#!/usr/bin/perl
use strict;
use warnings;
use Compress::Zlib qw(compress crc32);
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;

my $screen = 0;
GetOptions(
    'connect|c=s' => \my $uri,
    'screen|s=i'  => \$screen,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 or pod2usage(2);

eval { screenshot(@ARGV); 1 } or do {
    warn 'screenshot: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub screenshot {
    my ($name, $file) = @_;
    my $conn   = Sys::Virt->new(uri => $uri);
    my $dom    = $conn->get_domain_by_name($name);
    my $stream = $conn->new_stream;
    my $type   = $dom->screenshot($stream, $screen);
    my $image  = '';
    $stream->recv_all(sub {
        my ($stream, $data, $nbytes) = @_;
        $image .= $data;
        return $nbytes;
    });
    $stream->finish;

    if ($type eq 'image/x-portable-pixmap') {
        $image = png(pixmap($image));
    }
    elsif ($type ne 'image/png') {
        die "$name gives an image of type $type, which is not known here\n";
    }
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out $image;
    close $out or die "$file: $!\n";
    printf "%s: %d x %d\n", $file, unpack '@16 N N', $image;
    return;
}

# Width, height and pixels, three bytes each, of a binary portable pixmap.
sub pixmap {
    my ($image) = @_;
    my $gap = qr/(?:\s|#.*\n)+/;
    $image =~ /^P6$gap(\d+)$gap(\d+)${gap}255\s/ or die "the domain has sent a damaged image\n";
    return ($1, $2, substr $image, $+[0]);
}

sub png {
    my ($width, $height, $pixels) = @_;
    # Each row begins with the number of its filter, and 0 is none.
    my $rows = join '', map { "\0" . substr $pixels, $_ * 3 * $width, 3 * $width } 0 .. $height - 1;
    return "\x89PNG\r\n\x1a\n"
        . chunk(IHDR => pack 'N N C5', $width, $height, 8, 2, 0, 0, 0)    # 8 bits each of red, green, blue
        . chunk(IDAT => compress($rows))
        . chunk(IEND => '');
}

sub chunk {
    my ($type, $data) = @_;
    return pack 'N a* N', length $data, $type . $data, crc32($type . $data);
}

__END__

=head1 NAME

screenshot.pl - save what is on a domain's screen

=head1 SYNOPSIS

    screenshot.pl [--connect URI] [--screen NUMBER] DOMAIN FILE.png

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --screen NUMBER

Which one, for a domain with several: 0 if left out.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the file cannot be written, or 2 for wrong
options.

=cut
