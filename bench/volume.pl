# What bench/run measures of a volume of 256 MiB, with the module that perl finds:
#
#   perl bench/volume.pl URI CASE         moves the volume, prints the seconds it took
#   perl bench/volume.pl URI CASE FILE    the same, from or to that file
#   perl bench/volume.pl URI make_... FILE    makes the file for the case
use strict;
use warnings;

use Fcntl qw(SEEK_CUR SEEK_END SEEK_SET);
use Sys::Virt;
use Time::HiRes qw(time);

# As in bench/baseline.c.
use constant { VOLUME_BYTES => 256 << 20, SECTION_BYTES => 1 << 16, SPARSE => 1 };
# The kernel's.
use constant { SEEK_DATA => 3, SEEK_HOLE => 4 };

my ($uri, $case, $path) = @ARGV;
my $con = Sys::Virt->new(uri => $uri);
my ($moved, $file) = 0;

my %cases = (
    download        => [download => 0, sub { $_[0]->recv_all(\&take) }],
    upload          => [upload => 0, sub { $_[0]->send_all(\&give) }],
    sparse_download => [download => SPARSE, sub { $_[0]->sparse_recv_all(\&take, \&take_hole) }],
    sparse_upload   => [upload => SPARSE, sub { $_[0]->sparse_send_all(\&give, \&section, \&take_hole) }],
);
my %in_perl = (
    download        => sub { $_[0]->recv_all(\&take_to_file) },
    upload          => sub { $_[0]->send_all(\&give_from_file) },
    sparse_download => sub { $_[0]->sparse_recv_all(\&take_to_file, \&hole_in_file) },
    sparse_upload   => sub { $_[0]->sparse_send_all(\&give_from_file, \&section_of_file, \&skip_in_file) },
);
my %in_c = (
    download        => sub { $moved = $_[0]->recv_file($file) },
    upload          => sub { $moved = $_[0]->send_file($file) },
    sparse_download => sub { $moved = $_[0]->sparse_recv_file($file) },
    sparse_upload   => sub { $moved = $_[0]->sparse_send_file($file) },
);
$case =~ /^make_(sparse)?/ ? make($1) : move(@{ $cases{$case} });

sub make {
    my ($sparse) = @_;
    open my $out, '>', $path or die "$path: $!";
    for (0 .. VOLUME_BYTES / SECTION_BYTES - 1) {
        $sparse && $_ % 2 ? sysseek $out, SECTION_BYTES, SEEK_CUR : syswrite $out, 'x' x SECTION_BYTES;
    }
    truncate $out, VOLUME_BYTES;
}

sub move {
    my ($direction, $flags, $all) = @_;
    my $start = time;
    my ($pool) = $con->list_all_storage_pools;
    my $volume = $pool->get_volume_by_name('volume');
    my $stream = $con->new_stream;
    if (defined $path) {
        open $file, $direction eq 'upload' ? '<' : '>', $path or die "$path: $!";
        $all = ($stream->can('send_file') ? \%in_c : \%in_perl)->{$case};
    }
    $volume->$direction($stream, 0, VOLUME_BYTES, $flags);
    $all->($stream);
    $stream->finish;
    die "moved $moved bytes" if $moved != VOLUME_BYTES;
    print time - $start, "\n";
}

sub take { $moved += $_[2]; return $_[2] }
sub take_hole { $moved += $_[1]; return 0 }

sub give {
    my $count = $_[2] < VOLUME_BYTES - $moved ? $_[2] : VOLUME_BYTES - $moved;
    $_[1] = 'x' x $count;
    $moved += $count;
    return $count;
}

sub section {
    my $length = $moved < VOLUME_BYTES ? SECTION_BYTES - $moved % SECTION_BYTES : 0;
    return (int($moved / SECTION_BYTES) % 2 == 0, $length);
}

sub take_to_file { my $count = syswrite $file, $_[1]; $moved += $count; return $count }
sub hole_in_file { $moved += $_[1]; truncate $file, sysseek $file, $_[1], SEEK_CUR; return 0 }
sub give_from_file { my $count = sysread $file, $_[1], $_[2]; $moved += $count; return $count }
sub skip_in_file { $moved += $_[1]; sysseek $file, $_[1], SEEK_CUR; return 0 }

sub section_of_file {
    my $here = 0 + sysseek $file, 0, SEEK_CUR;
    my $next = sysseek $file, $here, SEEK_DATA;
    my $in_data = defined $next && $next == $here;
    my $end = $in_data ? sysseek $file, $here, SEEK_HOLE : $next // sysseek $file, 0, SEEK_END;
    sysseek $file, $here, SEEK_SET;
    return ($in_data, $end - $here);
}
