#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Future;
use Getopt::Long;
use JSON::PP ();
use List::Util qw(max sum sum0 uniq);
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Future;
use Time::HiRes qw(time);

use constant { OK => 0, WARNING => 1, CRITICAL => 2, UNKNOWN => 3 };

my ($timeout, $format) = (5, 'table');
my $progress = -t STDERR;
GetOptions(
    'connect|c=s' => \my @uris,
    'hosts=s'     => \my $hosts_file,
    'timeout|t=f' => \$timeout,
    'format|f=s'  => \$format,
    'progress!'   => \$progress,
    'help|h'      => \my $help,
) && !@ARGV && $timeout > 0 && $format =~ /^(?:table|json|prometheus)$/ or pod2usage(UNKNOWN);
pod2usage(-exitval => UNKNOWN, -verbose => 1, -output => \*STDOUT) if $help;

my $groups = Sys::Virt::Domain::STATS_STATE | Sys::Virt::Domain::STATS_CPU_TOTAL | Sys::Virt::Domain::STATS_BALLOON
    | Sys::Virt::Domain::STATS_VCPU | Sys::Virt::Domain::STATS_BLOCK | Sys::Virt::Domain::STATS_INTERFACE;
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

my $start = time;
my @hosts = eval { hosts() };
unknown($@) if $@;
ask_all(@hosts);
binmode STDOUT, ':encoding(UTF-8)';
{ table => \&print_table, json => \&print_json, prometheus => \&print_prometheus }->{$format}->();
close STDOUT or unknown("standard output: $!\n");
exit status();

sub unknown {
    my ($problem) = @_;
    warn "fleet: $problem";
    exit UNKNOWN;
}

# Each by what is different in its URI: the host's name if that is enough.
sub hosts {
    if (defined $hosts_file) {
        open my $in, '<', $hosts_file or die "$hosts_file: $!\n";
        push @uris, map { /^\s*([^\s#]+)/ ? $1 : () } <$in>;
        die "$hosts_file has no hosts\n" if !@uris;
    }
    @uris = @uris ? uniq(@uris) : undef;
    my %count;
    my @names = map { defined && m{^[^:]+://(?:[^@/]*@)?([^/]+)} ? $1 : $_ // 'default' } @uris;
    $count{$_}++ for @names;
    return map { { uri => $uris[$_], name => $count{ $names[$_] } > 1 ? $uris[$_] : $names[$_] } } 0 .. $#uris;
}

# --- asking ---------------------------------------------------------------------------------

sub ask_all {
    my @hosts = @_;
    my $all = Future->wait_all(map { ask($_) } @hosts);
    my $shown = 0;
    until ($all->is_ready) {
        if ($progress && time - $shown > 0.1) {
            $shown = time;
            show_progress(@hosts);
        }
        vec(my $ready = '', Sys::Virt::Future->fileno, 1) = 1;
        select $ready, undef, undef, 0.1;
        Sys::Virt::Future->deliver;
    }
    print STDERR "\r\e[K" if $progress;
    return;
}

# A connection, and one question: together they have the time that is allowed.
sub ask {
    my ($host) = @_;
    return Sys::Virt->async(timeout => $timeout)->new(uri => $host->{uri}, readonly => 1)->then(sub {
        my ($conn) = @_;
        my $left = max(0.001, $start + $timeout - time);
        return $conn->async(timeout => $left)->get_all_domain_stats($groups);
    })->then(sub {
        my @domains = map { domain($_) } @_;
        $host->{domains} = [sort { $a->{name} cmp $b->{name} } @domains];
        return Future->done;
    })->else(sub {
        my ($error) = @_;
        $host->{hangs} = ref $error && $error->code == Sys::Virt::Error::ERR_OPERATION_TIMEOUT;
        $host->{error} = $host->{hangs} ? "no answer within $timeout s" : decode('UTF-8', ref $error ? $error->message : $error);
        return Future->done;
    })->on_ready(sub { $host->{seconds} = time - $start });
}

sub show_progress {
    my @hosts = @_;
    my @waiting = map { $_->{name} } grep { !defined $_->{seconds} } @hosts;
    my $done = @hosts - @waiting;
    my $names = join ' ', @waiting;
    $names = substr($names, 0, 27) . '...' if length $names > 30;
    printf STDERR "\r\e[K[%-20s] %d of %d hosts, waiting for %s", '#' x (20 * $done / @hosts), $done, scalar @hosts, $names;
    return;
}

sub domain {
    my ($record) = @_;
    my ($dom, $data) = @$record{qw(dom data)};
    my $kibi = sub { defined $_[0] ? $_[0] * 1024 : undef };
    # Without control groups, as in a session of a user, only the processors' own time is known.
    my $nanoseconds = $data->{'cpu.time'} || sum0(map { $data->{$_} } grep { /^vcpu\.\d+\.time$/ } keys %$data);
    my $is_off = ($data->{'state.state'} // 0) == Sys::Virt::Domain::STATE_SHUTOFF;
    return {
        name  => decode('UTF-8', $dom->get_name),
        uuid  => $dom->get_uuid_string,
        state => $data->{'state.state'},
        vcpus => $data->{'vcpu.current'},
        cpu_seconds    => defined $data->{'cpu.time'} && !$is_off ? $nanoseconds / 1e9 : undef,
        memory_bytes   => $kibi->($data->{'balloon.current'}),
        memory_maximum => $kibi->($data->{'balloon.maximum'}),
        disks    => devices($data, 'block'),
        networks => devices($data, 'net'),
    };
}

# The values of each disk or network by what they are called behind its number.
sub devices {
    my ($data, $kind) = @_;
    my @devices;
    /^$kind\.(\d+)\.(.+)/ and $devices[$1]{$2} = $data->{$_} for keys %$data;
    $devices[$_]{name} = decode('UTF-8', $devices[$_]{name} // $_) for 0 .. $#devices;
    return \@devices;
}

sub status {
    return CRITICAL if grep { defined $_->{error} } @hosts;
    my $crashed = grep { ($_->{state} // 0) == Sys::Virt::Domain::STATE_CRASHED } map { @{ $_->{domains} } } @hosts;
    return $crashed ? WARNING : OK;
}

# --- showing --------------------------------------------------------------------------------

sub state_of {
    my ($dom) = @_;
    return $state{ $dom->{state} // Sys::Virt::Domain::STATE_NOSTATE } // $dom->{state};
}

sub print_table {
    my @rows = ['HOST', 'DOMAIN', 'STATE', 'VCPUS', 'MEMORY', 'CPU TIME', 'READ', 'WRITTEN', 'RECEIVED', 'SENT'];
    for my $host (@hosts) {
        push @rows, [$host->{name}, "! $host->{error}"] if defined $host->{error};
        push @rows, [$host->{name}, '(no domains)'] if $host->{domains} && !@{ $host->{domains} };
        push @rows, [$host->{name}, row($_)] for @{ $host->{domains} // [] };
    }
    my @width = map {
        my $column = $_;
        max(map { length($_->[$column]) } grep { @$_ > 2 } @rows);
    } 0 .. $#{ $rows[0] };
    $width[0] = max(map { length $_->[0] } @rows);
    for my $row (@rows) {
        my @cells = map { sprintf $_ < 3 ? '%-*s' : '%*s', $width[$_], $row->[$_] } 0 .. $#$row;
        print join('  ', @cells) =~ s/\s+\z//r, "\n";
    }
    my @domains = map { @{ $_->{domains} // [] } } @hosts;
    my $running = grep { state_of($_) eq 'running' } @domains;
    my $silent  = grep { defined $_->{error} } @hosts;
    printf "\n%d hosts, %d of %d domains running; %s\n", scalar @hosts, $running, scalar @domains,
        $silent ? "$silent not answering" : 'all answering';
    return;
}

sub row {
    my ($dom) = @_;
    my $total = sub { my ($kind, $key) = @_; size(sum(grep { defined } map { $_->{$key} } @{ $dom->{$kind} })) };
    my $cpu = $dom->{cpu_seconds};
    return (
        $dom->{name}, state_of($dom), $dom->{vcpus} // '-', size($dom->{memory_bytes}),
        defined $cpu ? sprintf('%d:%02d:%02d', $cpu / 3600, $cpu / 60 % 60, $cpu % 60) : '-',
        $total->(disks => 'rd.bytes'), $total->(disks => 'wr.bytes'),
        $total->(networks => 'rx.bytes'), $total->(networks => 'tx.bytes'),
    );
}

sub size {
    my ($bytes) = @_;
    return '-' if !defined $bytes;
    my @units = ('', qw(K M G T));
    while ($bytes >= 1000 && @units > 1) {
        $bytes /= 1024;
        shift @units;
    }
    return sprintf $units[0] ? '%.1f%s' : '%.0f%s', $bytes, $units[0];
}

sub print_json {
    my @shown = map {
        my $host = $_;
        my @domains = map { { %$_, state => state_of($_) } } @{ $host->{domains} // [] };
        { uri => $host->{uri}, seconds => 0 + sprintf('%.3f', $host->{seconds}),
            defined $host->{error}
                ? (error => $host->{error}, hangs => $host->{hangs} ? JSON::PP::true : JSON::PP::false)
                : (domains => \@domains) };
    } @hosts;
    print JSON::PP->new->canonical->pretty->encode(\@shown);
    return;
}

sub print_prometheus {
    my $of_domains = sub {
        my ($value) = @_;
        return map { my $host = $_; map { [labels(host => $host->{name}, domain => $_->{name}, uuid => $_->{uuid}), $value->($_)] } @{ $host->{domains} // [] } } @hosts;
    };
    my $of_devices = sub {
        my ($kind, $label, $key) = @_;
        return map { my $host = $_; map { my $dom = $_; map {
            [labels(host => $host->{name}, domain => $dom->{name}, uuid => $dom->{uuid}, $label => $_->{name}), $_->{$key}]
        } @{ $dom->{$kind} } } @{ $host->{domains} // [] } } @hosts;
    };
    metric('up', gauge => 'Whether the host has answered.', map { [labels(host => $_->{name}), defined $_->{error} ? 0 : 1] } @hosts);
    metric('answer_seconds', gauge => 'How long the host took to answer, or to be given up.', map { [labels(host => $_->{name}), sprintf '%.3f', $_->{seconds}] } @hosts);
    metric('domain_state', gauge => 'State of the domain: ' . join(', ', map { "$_ $state{$_}" } sort { $a <=> $b } keys %state) . '.', $of_domains->(sub { $_[0]{state} }));
    metric('domain_vcpus', gauge => 'Number of virtual processors.', $of_domains->(sub { $_[0]{vcpus} }));
    metric('domain_cpu_seconds_total', counter => 'Processor time used.', $of_domains->(sub { $_[0]{cpu_seconds} }));
    metric('domain_memory_bytes', gauge => 'Memory that the domain has.', $of_domains->(sub { $_[0]{memory_bytes} }));
    metric('domain_memory_maximum_bytes', gauge => 'Memory that the domain may have.', $of_domains->(sub { $_[0]{memory_maximum} }));
    my @disks = (
        ['read_bytes_total', counter => 'Bytes read from the disk.', 'rd.bytes'],
        ['written_bytes_total', counter => 'Bytes written to the disk.', 'wr.bytes'],
        ['reads_total', counter => 'Read requests.', 'rd.reqs'],
        ['writes_total', counter => 'Write requests.', 'wr.reqs'],
        ['capacity_bytes', gauge => 'Size of the disk.', 'capacity'],
    );
    metric("domain_disk_$_->[0]", @$_[1, 2], $of_devices->(disks => 'disk', $_->[3])) for @disks;
    for my $way ([received => 'rx'], [sent => 'tx']) {
        my ($done, $key) = @$way;
        metric("domain_network_${done}_$_->[0]_total", counter => "$_->[1] $done.", $of_devices->(networks => 'interface', "$key.$_->[2]"))
            for [bytes => 'Bytes', 'bytes'], [packets => 'Packets', 'pkts'], [errors => 'Errors of packets', 'errs'], [dropped => 'Dropped packets', 'drop'];
    }
    return;
}

# All samples of a metric stand together; without any, so does nothing.
sub metric {
    my ($name, $type, $help, @samples) = @_;
    @samples = grep { defined $_->[1] } @samples or return;
    print "# HELP libvirt_$name $help\n# TYPE libvirt_$name $type\n";
    print "libvirt_$name$_->[0] $_->[1]\n" for @samples;
    return;
}

sub labels {
    my @pairs = @_;
    my %escape = ('\\' => '\\\\', '"' => '\\"', "\n" => '\\n');
    my @labels;
    while (my ($name, $value) = splice @pairs, 0, 2) {
        $value =~ s/([\\"\n])/$escape{$1}/g;
        push @labels, qq($name="$value");
    }
    return '{' . join(',', @labels) . '}';
}

__END__

=head1 NAME

fleet.pl - all domains of many hosts

=head1 SYNOPSIS

    fleet.pl [--connect URI]... [--hosts FILE] [--timeout SECONDS]
             [--format table|json|prometheus] [--[no]progress]

=head1 DESCRIPTION

Asks all hosts at once, each with one question, and shows what their domains have and
have used. A host that hangs keeps nobody waiting for longer than the timeout,
and is marked.

It needs the Perl module Future (Debian: libfuture-perl), and hosts that can be
connected to without a password.

=head1 OPTIONS

=over

=item --connect URI

A hypervisor; may be given many times. What libvirt takes by default if there is none.

=item --hosts FILE

More hypervisors: a URI a line, behind which, and in whole lines, # begins a comment.

=item --timeout SECONDS

How long a host may take, connection and answer together: 5 if left out.

=item --format FORMAT

C<table>, C<json>, or C<prometheus>: the text format of metrics, as a node exporter
reads it from a file. Write that elsewhere first, and move it:

    fleet.pl --hosts hosts --format prometheus > libvirt.tmp
    mv libvirt.tmp /var/lib/prometheus/node-exporter/libvirt.prom

=item --progress, --noprogress

Whether to show on standard error which hosts it waits for. If left out, it does on a
terminal.

=item --help

Show this text.

=back

=head1 EXIT STATUS

As monitoring wants it: 0 if all hosts have answered, 1 if they have and a domain is
crashed, 2 if a host has not answered, 3 for wrong options.

=cut
