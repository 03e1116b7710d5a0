#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Getopt::Long;
use Pod::Usage;
use POSIX qw(strftime);
use Sys::Virt;

GetOptions(
    'connect|c=s' => \my $uri,
    'mac|m=s'     => \my $mac,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;

binmode STDOUT, ':encoding(UTF-8)';
eval { leases(@ARGV); 1 } or do {
    warn 'dhcp-leases: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub leases {
    my @names = @_;
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    my @networks = @names
        ? map { $conn->get_network_by_name($_) } @names
        : sort { $a->get_name cmp $b->get_name } grep { $_->is_active } $conn->list_all_networks;
    my @rows = ([qw(NETWORK MAC ADDRESS HOSTNAME EXPIRES)]);
    for my $network (@networks) {
        for my $lease (sort { $a->{ipaddr} cmp $b->{ipaddr} } $network->get_dhcp_leases($mac)) {
            push @rows, [
                $network->get_name, $lease->{mac} // '-', "$lease->{ipaddr}/$lease->{prefix}",
                $lease->{hostname} // '-', strftime('%F %T', localtime $lease->{expirytime}),
            ];
        }
    }
    printf "%-16s %-17s %-28s %-20s %s\n", map { decode('UTF-8', $_) } @$_ for @rows;
    return;
}

__END__

=head1 NAME

dhcp-leases.pl - list the addresses that virtual networks have given out

=head1 SYNOPSIS

    dhcp-leases.pl [--connect URI] [--mac ADDRESS] [NETWORK ...]

=head1 DESCRIPTION

Prints the DHCP leases of the networks that are named, or of all that run.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --mac ADDRESS

Only the leases of this network card.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed, or 2 for wrong options.

=cut
