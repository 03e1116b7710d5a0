#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(sleep);

GetOptions(
    'connect|c=s'   => \my $uri,
    'data-uri|u=s'  => \my $data_uri,
    'name|n=s'      => \my $new_name,
    'bandwidth|b=i' => \my $bandwidth,
    'copy-disks|d'  => \my $copy_disks,
    'transient|t'   => \my $transient,
    'unsafe'        => \my $unsafe,
    'help|h'        => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 or pod2usage(2);

$| = 1;
# migrate returns when all is done, so a second process with a connection of its own watches.
my $watcher = fork // die "migrate: fork: $!\n";
if (!$watcher) {
    my $shown = eval { watch($ARGV[0]) };
    exit($shown ? 1 : 0);
}
# Ctrl-C is for the watcher.
local $SIG{INT} = 'IGNORE';
my $done  = eval { migrate(@ARGV); 1 };
my $error = $@;
kill TERM => $watcher;
waitpid $watcher, 0;
my $shown = $? >> 8;
if (!$done) {
    print "\n" if $shown;
    warn "migrate: ", ref $error ? $error->message . "\n" : $error;
    exit 1;
}
progress(1, 1);
print "\n$ARGV[0] is at $ARGV[1]\n";

sub migrate {
    my ($name, $destination) = @_;
    my $here  = Sys::Virt->new(uri => $uri);
    my $there = Sys::Virt->new(uri => $destination);
    my $dom   = $here->get_domain_by_name($name);
    my $flags = Sys::Virt::Domain::MIGRATE_LIVE;
    $flags |= Sys::Virt::Domain::MIGRATE_PERSIST_DEST | Sys::Virt::Domain::MIGRATE_UNDEFINE_SOURCE unless $transient;
    $flags |= Sys::Virt::Domain::MIGRATE_NON_SHARED_DISK if $copy_disks;
    $flags |= Sys::Virt::Domain::MIGRATE_UNSAFE if $unsafe;
    my %params;
    $params{Sys::Virt::Domain::MIGRATE_PARAM_URI()}       = $data_uri  if defined $data_uri;
    $params{Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME()} = $new_name  if defined $new_name;
    $params{Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH()} = $bandwidth if defined $bandwidth;
    $dom->migrate($there, \%params, $flags);
    return;
}

sub watch {
    my ($name) = @_;
    my $parent = getppid;
    my ($stop, $shown);
    local $SIG{TERM} = sub { $stop = 1 };
    my $dom = Sys::Virt->new(uri => $uri)->get_domain_by_name($name);
    local $SIG{INT} = sub { $dom->abort_job };
    until ($stop || getppid != $parent) {
        my $info = $dom->get_job_info;
        if ($info->{type} != Sys::Virt::Domain::JOB_NONE && $info->{dataTotal}) {
            progress(@$info{qw(dataProcessed dataTotal)});
            $shown = 1;
        }
        sleep 0.2;
    }
    return $shown;
}

# A guest that writes memory all the time makes it more than there is.
sub progress {
    my ($processed, $total) = @_;
    my $part = $processed < $total ? $processed / $total : 1;
    printf "\r[%-40s] %3d %% ", '#' x (40 * $part), 100 * $part;
    return;
}

__END__

=head1 NAME

migrate.pl - move a running domain to another host

=head1 SYNOPSIS

    migrate.pl [--connect URI] [--data-uri URI] [--name NEW-NAME]
               [--bandwidth MIB] [--copy-disks] [--transient] [--unsafe]
               DOMAIN DESTINATION-URI

=head1 DESCRIPTION

Migrates live, showing how far it has got. The domain is then defined at the
destination and no longer here. Ctrl-C stops the migration, and the domain goes
on where it was.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --data-uri URI

Where the destination takes the memory, when it cannot tell by itself:
C<tcp://10.0.0.2> for instance.

=item --name NEW-NAME

What the domain is called at the destination.

=item --bandwidth MIB

At most so many mebibytes per second.

=item --copy-disks

Copy the disks, too, when the hosts do not share their storage. Images of the
same size must be there already.

=item --transient

Leave the definition here, and make none at the destination.

=item --unsafe

The disks are safe to use from both hosts, though libvirt cannot tell.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the migration was stopped, or 2 for wrong
options.

=cut
