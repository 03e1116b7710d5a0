#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Future;
use Getopt::Long;
use List::Util qw(max sum0 uniq);
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(sleep time);

my ($delay, $count, $sort, $timeout) = (2, 0, 'cpu', 5);
GetOptions(
    'connect|c=s' => \my @uris,
    'delay|d=f'   => \$delay,
    'count|n=i'   => \$count,
    'sort|s=s'    => \$sort,
    'timeout|t=f' => \$timeout,
    'help|h'      => \my $help,
) && !@ARGV && $delay > 0 && $timeout > 0 && $sort =~ /^(?:name|cpu|memory|disk|net)$/ or pod2usage(2);
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
    my @hosts = map { { uri => $_ } } @uris ? uniq(@uris) : undef;
    my $last = sample(@hosts);
    die $hosts[0]{error} if !grep { $_->{conn} } @hosts;
    for (my $shown = 0; !$count || $shown < $count; $shown++) {
        sleep $delay;
        my $now = sample(@hosts);
        show($last, $now, @hosts);
        $last = $now;
    }
    return;
}

# What each running domain of all hosts has used until now, and the time of it. Hosts are asked at
# once; one that cannot be asked has an error until it can.
sub sample {
    my @hosts = @_;
    my %domains;
    Future->wait_all(map { my $host = $_; connection($host)->then(sub {
        return $_[0]->async(timeout => $timeout)->get_all_domain_stats($groups, undef, Sys::Virt::Domain::GET_ALL_STATS_ACTIVE);
    })->on_done(sub {
        $host->{error} = undef;
        $domains{ "$_->{uuid} " . ($host->{uri} // '') } = $_ for map { usage($host, $_) } @_;
    })->on_fail(sub { $host->{error} = $_[0] }) } @hosts)->get;
    return \%domains;
}

# A new one if there is none, or if the host has ended it.
sub connection {
    my ($host) = @_;
    return Future->done($host->{conn}) if $host->{conn} && $host->{conn}->is_alive;
    return Sys::Virt->async(timeout => $timeout)->new(uri => $host->{uri}, readonly => 1)->on_done(sub { $host->{conn} = $_[0] });
}

sub usage {
    my ($host, $record) = @_;
    my ($dom, $data) = @$record{qw(dom data)};
    my $total = sub {
        my ($pattern) = @_;
        return sum0(map { $data->{$_} } grep { /$pattern/ } keys %$data);
    };
    return {
        host   => $host->{uri},
        uuid   => $dom->get_uuid_string,
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

sub show {
    my ($last, $now, @hosts) = @_;
    my @rows;
    for my $domain (grep { $last->{$_} } keys %$now) {
        my ($before, $after) = ($last->{$domain}, $now->{$domain});
        my $seconds = $after->{time} - $before->{time};
        my %rate = map { $_ => ($after->{$_} - $before->{$_}) / $seconds } qw(cpu read write in out);
        push @rows, {
            %rate,
            map({ $_ => $after->{$_} } qw(host name memory)),
            cpu    => $rate{cpu} / 1e9 * 100,
            disk   => $rate{read} + $rate{write},
            net    => $rate{in} + $rate{out},
        };
    }
    @rows = sort { ($sort ne 'name' && $b->{$sort} <=> $a->{$sort}) || $a->{name} cmp $b->{name} } @rows;

    print "\e[H\e[2J" if -t STDOUT;
    my @time = localtime;
    printf "%02d:%02d:%02d  %d running\n\n", @time[2, 1, 0], scalar keys %$now;
    # The host's name only where there are more.
    my $width = @hosts > 1 ? max(4, map { length $_->{uri} } @hosts) + 1 : 0;
    my $line = sub { printf "%-*.*s%-24s %7s %8s %9s %9s %9s %9s\n", $width, $width, @_ };
    $line->('HOST', 'DOMAIN', 'CPU %', 'MEMORY', 'READ/s', 'WRITE/s', 'NET IN/s', 'OUT/s');
    $line->($_->{host} // '', $_->{name}, sprintf('%.1f', $_->{cpu}), map { size($_) } @$_{qw(memory read write in out)}) for @rows;
    print message($_), "\n" for grep { defined $_->{error} } @hosts;
    print "\n";
    return;
}

sub message {
    my ($host) = @_;
    my $error = $host->{error};
    return '! ' . ($host->{uri} // 'the hypervisor') . ': ' . decode('UTF-8', ref $error ? $error->message : $error);
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

    top.pl [--connect URI]... [--delay SECONDS] [--count TABLES] [--sort COLUMN]
           [--timeout SECONDS]

=head1 DESCRIPTION

Shows processor time in percent of one processor, memory, and bytes per second
from and to disks and networks, until it is interrupted. Several hosts are asked at
once; one that does not answer is named below the table, and asked again.

It needs the Perl module Future (Debian: libfuture-perl).

=head1 OPTIONS

=over

=item --connect URI

A hypervisor; may be given many times. What libvirt takes by default if left out.

=item --delay SECONDS

How long to measure for each table: 2 if left out.

=item --count TABLES

Stop after so many tables.

=item --sort COLUMN

C<cpu>, C<memory>, C<disk>, C<net> or C<name>.

=item --timeout SECONDS

How long a host may take to connect, and to answer: 5 if left out.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when no host can be reached, or 2 for wrong options.

=cut
