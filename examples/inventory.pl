#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Future;
use Getopt::Long;
use List::Util qw(max uniq);
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Error;

my $timeout = 5;
GetOptions(
    'connect|c=s' => \my @uris,
    'active'      => \my $active,
    'inactive'    => \my $inactive,
    'timeout|t=f' => \$timeout,
    'help|h'      => \my $help,
) && !@ARGV && $timeout > 0 or pod2usage(2);
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
exit inventory();

# The hosts one after the other: to all of them it connects at once, and none may keep the others
# waiting.
sub inventory {
    my @hosts = @uris ? uniq(@uris) : undef;
    my @opening = map { Sys::Virt->async(timeout => $timeout)->new(uri => $_, readonly => 1, timeout => $timeout) } @hosts;
    my $failed = 0;
    for my $number (0 .. $#hosts) {
        eval {
            my @tables = tables($opening[$number]->get);
            print "$hosts[$number]\n\n" if @hosts > 1;
            print_table(@$_) for @tables;
            1;
        } or do {
            my $whose = @hosts > 1 ? "$hosts[$number]: " : '';
            warn "inventory: $whose", ref $@ ? $@->message . "\n" : $@;
            $failed = 1;
        };
    }
    return $failed;
}

sub tables {
    my ($conn) = @_;
    return (
        [['DOMAIN', 'STATE', 'VCPUS', 'MEMORY MiB', 'MAXIMUM MiB', 'AUTOSTART'],
            rows(\&domain_row, $conn->list_all_domains)],
        [['NETWORK', 'ACTIVE', 'PERSISTENT', 'AUTOSTART'], rows(\&network_row, $conn->list_all_networks)],
        [['POOL', 'ACTIVE', 'AUTOSTART', 'CAPACITY MiB', 'USED MiB', 'FREE MiB'],
            rows(\&pool_row, $conn->list_all_storage_pools)],
    );
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

    inventory.pl [--connect URI]... [--active | --inactive] [--timeout SECONDS]

=head1 DESCRIPTION

Shows the tables of each host. One that does not answer is left out with a message.

It needs the Perl module Future (Debian: libfuture-perl).

=head1 OPTIONS

=over

=item --connect URI

A hypervisor; may be given many times. What libvirt takes by default if left out.

=item --active, --inactive

Only what runs, or only what does not.

=item --timeout SECONDS

How long a host may take for each answer: 5 if left out.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed on a host, or 2 for wrong options.

=cut
