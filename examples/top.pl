#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Getopt::Long;
use List::Util qw(sum0);
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(sleep time);

my ($delay, $count, $sort) = (2, 0, 'cpu');
GetOptions(
    'connect|c=s' => \my $uri,
    'delay|d=f'   => \$delay,
    'count|n=i'   => \$count,
    'sort|s=s'    => \$sort,
    'help|h'      => \my $help,
) && !@ARGV && $delay > 0 && $sort =~ /^(?:name|cpu|memory|disk|net)$/ or pod2usage(2);
pod2usage(0) if $help;

my $groups = Sys::Virt::Domain::STATS_CPU_TOTAL | Sys::Virt::Domain::STATS_BALLOON
    | Sys::Virt::Domain::STATS_BLOCK | Sys::Virt::Domain::STATS_INTERFACE;

$| = 1;
binmode STDOUT, ':encoding(UTF-8)';
eval { top(); 1 } or do {
    warn 'top: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub top {
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    my $last = sample($conn);
    for (my $shown = 0; !$count || $shown < $count; $shown++) {
        sleep $delay;
        my $now = sample($conn);
        show($last, $now);
        $last = $now;
    }
    return;
}

# What each running domain has used until now, and the time of it.
sub sample {
    my ($conn) = @_;
    my %domains;
    my $flags = Sys::Virt::Domain::GET_ALL_STATS_ACTIVE;
    for my $record ($conn->get_all_domain_stats($groups, undef, $flags)) {
        my ($dom, $data) = @$record{qw(dom data)};
        my $total = sub {
            my ($pattern) = @_;
            return sum0(map { $data->{$_} } grep { /$pattern/ } keys %$data);
        };
        $domains{ $dom->get_uuid_string } = {
            name   => decode('UTF-8', $dom->get_name),
            time   => time,
            memory => ($data->{'balloon.current'} // 0) * 1024,
            cpu    => $data->{'cpu.time'} // 0,
            read   => $total->(qr/^block\.\d+\.rd\.bytes$/),
            write  => $total->(qr/^block\.\d+\.wr\.bytes$/),
            in     => $total->(qr/^net\.\d+\.rx\.bytes$/),
            out    => $total->(qr/^net\.\d+\.tx\.bytes$/),
        };
    }
    return \%domains;
}

sub show {
    my ($last, $now) = @_;
    my @rows;
    for my $uuid (grep { $last->{$_} } keys %$now) {
        my ($before, $after) = ($last->{$uuid}, $now->{$uuid});
        my $seconds = $after->{time} - $before->{time};
        my %rate = map { $_ => ($after->{$_} - $before->{$_}) / $seconds } qw(cpu read write in out);
        push @rows, {
            %rate,
            name   => $after->{name},
            memory => $after->{memory},
            cpu    => $rate{cpu} / 1e9 * 100,
            disk   => $rate{read} + $rate{write},
            net    => $rate{in} + $rate{out},
        };
    }
    @rows = sort { ($sort ne 'name' && $b->{$sort} <=> $a->{$sort}) || $a->{name} cmp $b->{name} } @rows;

    print "\e[H\e[2J" if -t STDOUT;
    my @time = localtime;
    printf "%02d:%02d:%02d  %d running\n\n", @time[2, 1, 0], scalar keys %$now;
    printf "%-24s %7s %8s %9s %9s %9s %9s\n", 'DOMAIN', 'CPU %', 'MEMORY', 'READ/s', 'WRITE/s', 'NET IN/s', 'OUT/s';
    printf "%-24s %7.1f %8s %9s %9s %9s %9s\n", @$_{qw(name cpu)}, map { size($_) } @$_{qw(memory read write in out)}
        for @rows;
    print "\n";
    return;
}

sub size {
    my ($bytes) = @_;
    my @units = ('', qw(K M G T));
    while ($bytes >= 1000 && @units > 1) {
        $bytes /= 1024;
        shift @units;
    }
    return sprintf $units[0] ? '%.1f%s' : '%.0f%s', $bytes, $units[0];
}

__END__

=head1 NAME

top.pl - watch what the running domains use

=head1 SYNOPSIS

    top.pl [--connect URI] [--delay SECONDS] [--count TABLES] [--sort COLUMN]

=head1 DESCRIPTION

Shows processor time in percent of one processor, memory, and bytes per second
from and to disks and networks, until it is interrupted.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --delay SECONDS

How long to measure for each table: 2 if left out.

=item --count TABLES

Stop after so many tables.

=item --sort COLUMN

C<cpu>, C<memory>, C<disk>, C<net> or C<name>.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed, or 2 for wrong options.

=cut
