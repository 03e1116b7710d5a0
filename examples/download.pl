#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use IO::Handle;
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::StorageVol;
use Time::HiRes qw(alarm time);

GetOptions(
    'connect|c=s' => \my $uri,
    'replace|r'   => \my $replace,
    'sparse|s'    => \my $sparse,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 || @ARGV == 3 or pod2usage(2);

my $shown = \*STDOUT;
eval { download(@ARGV); 1 } or do {
    warn 'download: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub download {
    my ($name, $pool_name, $file) = @_;
    $file //= $name;
    my $conn   = Sys::Virt->new(uri => $uri);
    my $volume = $conn->get_storage_pool_by_name($pool_name)->get_volume_by_name($name);
    if ($file eq '-') {
        $shown = \*STDERR;
        receive($conn, $volume, \*STDOUT);
        return;
    }
    die "$file is there already: --replace would overwrite it\n" if -e $file && !$replace;
    # Under its own name when it is complete.
    my $part = "$file.part";
    open my $out, '>:raw', $part or die "$part: $!\n";
    eval {
        receive($conn, $volume, $out);
        close $out or die "$part: $!\n";
        rename $part, $file or die "$file: $!\n";
    } or do {
        my $error = $@;
        unlink $part;
        die $error;
    };
    print {$shown} $volume->get_path, " is $file\n";
    return;
}

sub receive {
    my ($conn, $volume, $out) = @_;
    my $size   = $volume->get_info(Sys::Virt::StorageVol::GET_PHYSICAL)->{allocation};
    my $stream = $conn->new_stream;
    $volume->download($stream, 0, 0, $sparse ? Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM : 0);
    my $start = time;
    $shown->autoflush;
    # They run while the file is received; one that dies ends that.
    local @SIG{qw(INT TERM)} = (sub { die "interrupted\n" }) x 2;
    local $SIG{ALRM} = sub { progress($stream->bytes_transferred, $size, time - $start) };
    my $complete = eval {
        alarm 0.1, 0.1;
        my $receive = $sparse ? 'sparse_recv_file' : 'recv_file';
        my $got = $stream->$receive($out);
        alarm 0;
        $stream->finish;
        progress($got, $got, time - $start);
        1;
    };
    my $error = $@;
    alarm 0;
    print {$shown} "\n";
    die $error unless $complete;
    return;
}

sub progress {
    my ($done, $total, $seconds) = @_;
    my $part = $done < $total ? $done / $total : 1;
    my $bar  = '#' x (40 * $part);
    printf {$shown} "\r[%-40s] %3d %%  %.1f MiB/s ", $bar, 100 * $part, $done / 2**20 / ($seconds || 1);
    return;
}

__END__

=head1 NAME

download.pl - make a file of a volume

=head1 SYNOPSIS

    download.pl [--connect URI] [--replace] [--sparse] VOLUME POOL [FILE]

=head1 DESCRIPTION

Receives a volume of a storage pool, showing how far it has got, into a file that is
called like the volume if no name is given. If that fails, no file stays behind. With -
for its name, the volume goes to standard output, and what is shown to standard error.

It needs a storage pool of a hypervisor that allows downloads, as QEMU's libvirtd
does. Download no volume that a running domain writes to: see backup.pl.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --replace

Overwrite a file that is there already.

=item --sparse

Receive holes as holes, which takes no time and no space. Not every hypervisor can.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the file cannot be written, or 2 for wrong options.

=cut
