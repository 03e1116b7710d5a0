#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use POSIX qw(strftime);
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(sleep time);

GetOptions(
    'connect|c=s' => \my $uri,
    'full|f'      => \my $full,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 or pod2usage(2);

$| = 1;
eval { backup(@ARGV); 1 } or do {
    my $error = ref $@ ? $@->message . "\n" : $@;
    warn "backup: $error";
    # As a shell says of a program that was ended by Ctrl-C.
    exit($error eq "interrupted\n" ? 130 : 1);
};

sub backup {
    my ($name, $directory) = @_;
    my $conn = Sys::Virt->new(uri => $uri);
    my $dom  = $conn->get_domain_by_name($name);
    die "$name does not run\n" unless $dom->is_active;
    die "$directory is not an absolute path\n" unless $directory =~ m{^/};

    my @earlier = sort grep { /^backup-\d{8}-\d{6}$/ } map { $_->get_name } $dom->list_all_checkpoints;
    my $since   = $full ? undef : $earlier[-1];
    my $stamp   = strftime('%Y%m%d-%H%M%S', gmtime);
    my $kind    = defined $since ? 'incremental' : 'full';
    my %disks   = disks($dom->get_xml_description);
    my %files   = map { $_ => "$directory/$name-$stamp-$_.$kind.qcow2" } grep { $disks{$_} } keys %disks;
    die "$name has no disk that is a qcow2 file\n" unless %files;

    my $interrupted;
    local @SIG{qw(INT TERM)} = (sub { $interrupted = 1 }) x 2;
    $dom->backup_begin(backup_xml($since, \%disks, \%files), checkpoint_xml("backup-$stamp", \%disks));
    # The next backup goes on from the last good one.
    eval { finish($dom, \$interrupted); 1 } or do {
        my $error = $@;
        $dom->get_checkpoint_by_name("backup-$stamp")->delete;
        die $error;
    };
    $dom->get_checkpoint_by_name($_)->delete for @earlier;
    print "$kind backup: $files{$_}\n" for sort keys %files;
    return;
}

# The disks by target; true are those that libvirt can tell the changed blocks of.
sub disks {
    my ($xml) = @_;
    my %disks;
    while ($xml =~ m{<disk (.*?)</disk>}gs) {
        my $disk = $1;
        my ($target) = $disk =~ /<target dev='([^']*)'/;
        $disks{$target} = $disk =~ /^[^>]*type='file'/ && $disk =~ /^[^>]*device='disk'/
            && $disk =~ /<driver [^>]*type='qcow2'/;
    }
    return %disks;
}

sub backup_xml {
    my ($since, $disks, $files) = @_;
    my $incremental = defined $since ? "<incremental>$since</incremental>" : '';
    my $list = join '', map {
        my $file = escape($files->{$_} // '');
        $disks->{$_}
            ? "<disk name='$_' backup='yes' type='file'><driver type='qcow2'/><target file='$file'/></disk>"
            : "<disk name='$_' backup='no'/>";
    } sort keys %$disks;
    return "<domainbackup mode='push'>$incremental<disks>$list</disks></domainbackup>";
}

sub checkpoint_xml {
    my ($checkpoint, $disks) = @_;
    my $list = join '', map {
        my $how = $disks->{$_} ? 'bitmap' : 'no';
        "<disk name='$_' checkpoint='$how'/>";
    } sort keys %$disks;
    return "<domaincheckpoint><name>$checkpoint</name><disks>$list</disks></domaincheckpoint>";
}

# Waits for the end, and aborts the backup when it is interrupted.
sub finish {
    my ($dom, $interrupted) = @_;
    my ($start, $done) = (time, 0);
    while ((my $info = $dom->get_job_info)->{type} != Sys::Virt::Domain::JOB_NONE) {
        # It may have ended by itself since the question was asked.
        eval { $dom->abort_job } if $$interrupted;
        $done = $info->{dataProcessed};
        progress($done, $info->{dataTotal}, time - $start);
        sleep 0.2;
    }
    my ($type, $stats) = $dom->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED);
    my $complete = $stats->{Sys::Virt::Domain::JOB_SUCCESS()};
    if ($complete) {
        my $total = $stats->{Sys::Virt::Domain::JOB_DISK_TOTAL()} // $done;
        progress($total, $total, time - $start);
    }
    print "\n";
    return if $complete;
    die "interrupted\n" if $$interrupted;
    die 'the backup has failed', map({ ": $_" } $stats->{Sys::Virt::Domain::JOB_ERRMSG()} // ()), "\n";
}

sub progress {
    my ($done, $total, $seconds) = @_;
    my $part = $total ? $done / $total : 1;
    printf "\r[%-40s] %3d %%  %.1f MiB/s ", '#' x (40 * $part), 100 * $part, $done / 2**20 / ($seconds || 1);
    return;
}

sub escape {
    my ($text) = @_;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', "'" => '&apos;');
    return $text =~ s/([&<>'])/$entity{$1}/gr;
}

__END__

=head1 NAME

backup.pl - back up the disks of a running domain, and then only what has changed

=head1 SYNOPSIS

    backup.pl [--connect URI] [--full] DOMAIN DIRECTORY

=head1 DESCRIPTION

Writes an image of each qcow2 disk to the directory, on the host of the domain,
while the domain goes on. The first backup is a full one; after that each has
only the blocks that have changed since the one before. libvirt remembers them
by a checkpoint called C<backup-TIME>, which the next backup replaces. If a
backup fails, the next one has its changes, too. Ctrl-C ends a backup: the domain is
left as it was, and what was written of the images is of no use.

It needs a host with QEMU 4.2 or later, disks that are qcow2 files, and on that host
a directory that QEMU may write to, with room for them.

To read an incremental backup, put it on top of the one before, then each of
these on top of each other is the disk at the time of the last:

    qemu-img rebase -u -f qcow2 -F qcow2 -b EARLIER.qcow2 LATER.qcow2

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --full

Start anew with a full backup.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt or the backup has failed, or 2 for wrong options, or 130 when it
was stopped by Ctrl-C.

=cut
