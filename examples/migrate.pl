#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(sleep time);

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
my $moved = eval { migrate(@ARGV) };
if (!defined $moved) {
    warn 'migrate: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
}
# As a shell says of a program that was ended by Ctrl-C.
exit($moved ? 0 : 130);

# True when the domain is there, false when it was interrupted and is here.
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

    my $interrupted;
    local @SIG{qw(INT TERM)} = (sub { $interrupted = 1 }) x 2;
    my $moving = $dom->async->migrate($there, \%params, $flags);
    my ($shown, $last) = (0, [time, 0]);
    until ($moving->is_ready) {
        # There may be nothing to abort yet, or no more.
        eval { $dom->abort_job } if $interrupted;
        my $info = eval { $dom->get_job_info };
        if ($info && $info->{type} != Sys::Virt::Domain::JOB_NONE && $info->{dataTotal}) {
            my $now = [time, $info->{dataProcessed}];
            progress(@$info{qw(dataProcessed dataTotal)}, ($now->[1] - $last->[1]) / ($now->[0] - $last->[0]));
            ($shown, $last) = (1, $now);
        }
        sleep 0.2;
        Sys::Virt::Future->deliver;
    }
    my $done = eval { $moving->get; 1 };
    print "\n" if $shown && !$done;
    if (!$done) {
        die $@ if !$interrupted;
        print "interrupted: $name stays where it is\n";
        return 0;
    }
    progress(1, 1, 0);
    print "\n$name is at $destination\n";
    return 1;
}

# A guest that writes memory all the time makes it more than there is.
sub progress {
    my ($processed, $total, $rate) = @_;
    my $part = $processed < $total ? $processed / $total : 1;
    printf "\r[%-40s] %3d %%  %8s ", '#' x (40 * $part), 100 * $part, $rate > 0 ? sprintf('%.1f MiB/s', $rate / 2**20) : '';
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

Migrates live, showing how far it has got and how fast. The domain is then defined
at the destination and no longer here. Ctrl-C stops the migration, and the domain
goes on where it was.

It needs Future (Debian: C<libfuture-perl>); two hosts with the same kind of
hypervisor that reach each other; and disks that both have at the same place, or
C<--copy-disks>.

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

0, or 1 when libvirt has failed, or 2 for wrong options, or 130 when it was stopped
by Ctrl-C.

=cut
