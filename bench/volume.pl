# What bench/run measures of a volume of 256 MiB, with the module that perl finds:
#
#   perl bench/volume.pl CASE      moves the volume, prints the seconds it took
#   perl bench/volume.pl make DIR  makes the volume, in a pool in DIR
#   perl bench/volume.pl remove    removes it
use strict;
use warnings;

use Sys::Virt;
use Time::HiRes qw(time);

# As in bench/baseline.c.
use constant { VOLUME_BYTES => 256 << 20, SECTION_BYTES => 1 << 16, SPARSE => 1 };

my $con = Sys::Virt->new(uri => 'qemu:///system');
my $moved = 0;

my %cases = (
    download        => sub { move(download => 0, sub { $_[0]->recv_all(\&take) }) },
    upload          => sub { move(upload => 0, sub { $_[0]->send_all(\&give) }) },
    sparse_download => sub { move(download => SPARSE, sub { $_[0]->sparse_recv_all(\&take, \&take_hole) }) },
    sparse_upload   => sub { move(upload => SPARSE, sub { $_[0]->sparse_send_all(\&give, \&section, \&take_hole) }) },
    make            => \&make,
    remove          => sub { pool()->get_volume_by_name('volume')->delete; pool()->destroy },
);
my ($case, @arguments) = @ARGV;
$cases{$case}->(@arguments);

sub pool { $con->get_storage_pool_by_name('sys-virt-bench') }

sub make {
    my ($dir) = @_;
    # What a run that failed has left.
    eval { pool()->destroy };
    my $pool = $con->create_storage_pool(
        "<pool type='dir'><name>sys-virt-bench</name><target><path>$dir</path></target></pool>");
    $pool->create_volume('<volume><name>volume</name><capacity>' . VOLUME_BYTES . '</capacity></volume>');
}

sub move {
    my ($direction, $flags, $all) = @_;
    my $start = time;
    my $volume = pool()->get_volume_by_name('volume');
    my $stream = $con->new_stream;
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
