#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Getopt::Long;
use List::Util qw(max);
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Error;

GetOptions(
    'connect|c=s' => \my $uri,
    'active'      => \my $active,
    'inactive'    => \my $inactive,
    'help|h'      => \my $help,
) && !@ARGV or pod2usage(2);
pod2usage(0) if $help;

my %state = (
    Sys::Virt::Domain::STATE_NOSTATE,     'unknown',
    Sys::Virt::Domain::STATE_RUNNING,     'running',
    Sys::Virt::Domain::STATE_BLOCKED,     'running',
    Sys::Virt::Domain::STATE_PAUSED,      'paused',
    Sys::Virt::Domain::STATE_SHUTDOWN,    'shutting down',
    Sys::Virt::Domain::STATE_SHUTOFF,     'off',
    Sys::Virt::Domain::STATE_CRASHED,     'crashed',
    Sys::Virt::Domain::STATE_PMSUSPENDED, 'asleep',
);

binmode STDOUT, ':encoding(UTF-8)';
eval { inventory(); 1 } or do {
    warn 'inventory: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub inventory {
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    print_table(
        ['DOMAIN', 'STATE', 'VCPUS', 'MEMORY MiB', 'MAXIMUM MiB', 'AUTOSTART'],
        rows(\&domain_row, $conn->list_all_domains));
    print_table(['NETWORK', 'ACTIVE', 'PERSISTENT', 'AUTOSTART'], rows(\&network_row, $conn->list_all_networks));
    print_table(
        ['POOL', 'ACTIVE', 'AUTOSTART', 'CAPACITY MiB', 'USED MiB', 'FREE MiB'],
        rows(\&pool_row, $conn->list_all_storage_pools));
    return;
}

sub domain_row {
    my ($dom) = @_;
    my $info = $dom->get_info;
    return [
        $dom->get_name, $state{ $info->{state} } // $info->{state}, $info->{nrVirtCpu},
        mebi($info->{memory} * 1024), mebi($info->{maxMem} * 1024), yes_no($dom->get_autostart),
    ];
}

sub network_row {
    my ($net) = @_;
    return [$net->get_name, map { yes_no($_) } $net->is_active, $net->is_persistent, $net->get_autostart];
}

sub pool_row {
    my ($pool) = @_;
    my $info  = $pool->get_info;
    my @sizes = $pool->is_active ? map { mebi($info->{$_}) } qw(capacity allocation available) : ('-') x 3;
    return [$pool->get_name, yes_no($pool->is_active), yes_no($pool->get_autostart), @sizes];
}

# A row for each object that is wanted, but for those that have gone since they were listed.
sub rows {
    my ($row, @objects) = @_;
    my %gone = map { $_ => 1 } Sys::Virt::Error::ERR_NO_DOMAIN, Sys::Virt::Error::ERR_NO_NETWORK,
        Sys::Virt::Error::ERR_NO_STORAGE_POOL;
    my @rows;
    for my $object (sort { $a->get_name cmp $b->get_name } @objects) {
        eval { push @rows, $row->($object) if wanted($object); 1 }
            or ref $@ && $gone{ $@->code } or die $@;
    }
    return @rows;
}

sub wanted {
    my ($object) = @_;
    return 1 if !$active == !$inactive;
    return $object->is_active ? $active : $inactive;
}

sub yes_no { $_[0] ? 'yes' : 'no' }
sub mebi   { sprintf '%.0f', $_[0] / 2**20 }

# Numbers go to the right of their column.
sub print_table {
    my ($header, @rows) = @_;
    return unless @rows;
    @rows = map { [map { decode('UTF-8', $_) } @$_] } @rows;
    my @format = map {
        my $column = $_;
        my $width  = max(map { length $_->[$column] } $header, @rows);
        (grep { $_->[$column] !~ /^(?:\d+|-)$/ } @rows) ? "%-${width}s" : "%${width}s";
    } 0 .. $#$header;
    print sprintf(join('  ', @format), @$_) =~ s/ +$//r, "\n" for $header, @rows;
    print "\n";
    return;
}

__END__

=head1 NAME

inventory.pl - list domains, networks and storage pools

=head1 SYNOPSIS

    inventory.pl [--connect URI] [--active | --inactive]

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --active, --inactive

Only what runs, or only what does not.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed, or 2 for wrong options.

=cut
