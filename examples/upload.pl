#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::StorageVol;
use Time::HiRes qw(alarm time);

GetOptions(
    'connect|c=s' => \my $uri,
    'name|n=s'    => \my $name,
    'replace|r'   => \my $replace,
    'sparse|s'    => \my $sparse,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 or pod2usage(2);

$| = 1;
eval { upload(@ARGV); 1 } or do {
    warn 'upload: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub upload {
    my ($file, $pool_name) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    my $size = -f $in && -s $in or die "$file is not a file, or empty\n";
    $name //= $file =~ s{.*/}{}r;

    my $conn = Sys::Virt->new(uri => $uri);
    my $pool = $conn->get_storage_pool_by_name($pool_name);
    my ($volume) = grep { $_->get_name eq $name } $pool->list_all_volumes;
    my $created = !$volume;
    die "$name is in $pool_name already: --replace would overwrite it\n" if $volume && !$replace;
    $volume //= $pool->create_volume(volume_xml($in, $size));

    # What a hole skips in a volume that is there already would stay.
    my $flags = $sparse && $created ? Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM : 0;
    eval { send_image($conn, $volume, $in, $size, $flags); 1 } or do {
        my $error = $@;
        $volume->delete if $created;
        die $error;
    };
    # The pool has to look at what the volume has become.
    $pool->refresh;
    print "$file is ", $volume->get_path, "\n";
    return;
}

sub send_image {
    my ($conn, $volume, $in, $size, $flags) = @_;
    my $stream = $conn->new_stream;
    $volume->upload($stream, 0, $size, $flags);
    my $start = time;
    # They run while the file is sent; one that dies ends that.
    local @SIG{qw(INT TERM)} = (sub { die "interrupted\n" }) x 2;
    local $SIG{ALRM} = sub { progress($stream->bytes_transferred, $size, time - $start) };
    my $complete = eval {
        alarm 0.1, 0.1;
        my $send = $flags ? 'sparse_send_file' : 'send_file';
        my $sent = $stream->$send($in);
        alarm 0;
        $stream->finish;
        progress($sent, $size, time - $start);
        1;
    };
    my $error = $@;
    alarm 0;
    print "\n";
    die $error unless $complete;
    return;
}

sub progress {
    my ($done, $total, $seconds) = @_;
    my $part = $done / $total;
    my $bar  = '#' x (40 * $part);
    printf "\r[%-40s] %3d %%  %.1f MiB/s ", $bar, 100 * $part, $done / 2**20 / ($seconds || 1);
    return;
}

# A qcow2 image says how large its disk is; every other file is taken for the disk itself.
sub volume_xml {
    my ($in, $size) = @_;
    sysread $in, my $header, 32;
    sysseek $in, 0, 0;
    my ($format, $capacity) = ('raw', $size);
    ($format, $capacity) = ('qcow2', unpack '@24 Q>', $header) if $header =~ /^QFI\xfb\0\0\0[\2\3]/;
    my $escaped = escape($name);
    return "<volume><name>$escaped</name><capacity>$capacity</capacity><allocation>0</allocation>"
        . "<target><format type='$format'/></target></volume>";
}

sub escape {
    my ($text) = @_;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;');
    return $text =~ s/([&<>])/$entity{$1}/gr;
}

__END__

=head1 NAME

upload.pl - make a volume of an image file

=head1 SYNOPSIS

    upload.pl [--connect URI] [--name VOLUME] [--replace] [--sparse] FILE POOL

=head1 DESCRIPTION

Makes a volume in a storage pool, of the size that the image needs, and sends
the image, showing how far it has got. If that fails, no volume stays behind.

It needs a storage pool of a hypervisor that takes uploads, as QEMU's libvirtd does.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --name VOLUME

What to call the volume: like the file if left out.

=item --replace

Overwrite a volume that is there already. It must be large enough.

=item --sparse

Send holes as holes, which takes no time and no space. Not into a volume that is
overwritten, and not every hypervisor can.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the file cannot be read, or 2 for wrong
options.

=cut
