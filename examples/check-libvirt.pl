#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Getopt::Long;
use Pod::Usage;
use POSIX qw(SIGALRM);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Error;

my %exit = (OK => 0, WARNING => 1, CRITICAL => 2, UNKNOWN => 3);
my ($warning, $critical, $timeout) = (80, 90, 10);
GetOptions(
    'connect|c=s' => \my $uri,
    'warning|w=f'  => \$warning,
    'critical|k=f' => \$critical,
    'timeout|t=i'  => \$timeout,
    'ignore|i=s'   => \my @ignore,
    'help|h'       => \my $help,
) && !@ARGV or pod2usage($exit{UNKNOWN});
pod2usage(-exitval => $exit{UNKNOWN}, -verbose => 1, -output => \*STDOUT) if $help;

binmode STDOUT, ':encoding(UTF-8)';
my %ignored = map { $_ => 1 } @ignore;
my (%problems, @facts, @figures);
# A handler in %SIG would wait until libvirt returns.
POSIX::sigaction(SIGALRM, POSIX::SigAction->new(sub {
    my $line = "LIBVIRT UNKNOWN - no answer in $timeout seconds\n";
    POSIX::write(1, $line, length $line);
    POSIX::_exit($exit{UNKNOWN});
}));
alarm $timeout;
eval { check(); 1 } or do {
    my $message = ref $@ ? $@->message : $@ =~ s/\n//r;
    print 'LIBVIRT UNKNOWN - ', decode('UTF-8', $message), "\n";
    exit $exit{UNKNOWN};
};

my ($status) = (grep({ $problems{$_} } qw(CRITICAL WARNING)), 'OK');
my @problems = map { @{ $problems{$_} // [] } } qw(CRITICAL WARNING);
print "LIBVIRT $status - ", join(', ', @problems, @facts), ' | ', join(' ', @figures), "\n";
exit $exit{$status};

sub check {
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    check_domains($conn);
    check_pools($conn);
    return;
}

sub problem {
    my ($status, $text) = @_;
    push @{ $problems{$status} }, $text;
    return;
}

sub objects {
    my @objects = map { [decode('UTF-8', $_->get_name), $_] } grep { !$ignored{ $_->get_name } } @_;
    return sort { $a->[0] cmp $b->[0] } @objects;
}

# Does it for each object, but for those that have gone since they were listed.
sub each_of {
    my ($gone, $code, @objects) = @_;
    for my $object (@objects) {
        eval { $code->(@$object); 1 } or ref $@ && $@->code == $gone or die $@;
    }
    return;
}

sub check_domains {
    my ($conn) = @_;
    my ($running, $all) = (0, 0);
    each_of(Sys::Virt::Error::ERR_NO_DOMAIN, sub {
        my ($name, $dom) = @_;
        my ($state, $reason) = $dom->get_state;
        if ($state == Sys::Virt::Domain::STATE_CRASHED) {
            problem(CRITICAL => "$name has crashed");
        }
        elsif ($state == Sys::Virt::Domain::STATE_PAUSED && $reason == Sys::Virt::Domain::STATE_PAUSED_IOERROR) {
            problem(CRITICAL => "$name has stopped with an I/O error");
        }
        elsif ($state == Sys::Virt::Domain::STATE_PAUSED) {
            problem(WARNING => "$name is paused");
        }
        elsif ($state != Sys::Virt::Domain::STATE_SHUTOFF) {
            $running++;
        }
        elsif ($dom->get_autostart) {
            problem(CRITICAL => "$name does not run");
        }
        $all++;
    }, objects($conn->list_all_domains));
    push @facts, "$running of $all domains running";
    push @figures, "running=$running;;;0;$all";
    return;
}

sub check_pools {
    my ($conn) = @_;
    each_of(Sys::Virt::Error::ERR_NO_STORAGE_POOL, sub {
        my ($name, $pool) = @_;
        if (!$pool->is_active) {
            problem(CRITICAL => "pool $name does not run") if $pool->get_autostart;
            return;
        }
        my $info = $pool->get_info;
        my $used = $info->{capacity} ? 100 * (1 - $info->{available} / $info->{capacity}) : 0;
        my $status = $used >= $critical ? 'CRITICAL' : $used >= $warning ? 'WARNING' : undef;
        problem($status => sprintf 'pool %s is %.1f %% full', $name, $used) if $status;
        push @figures, sprintf "'%s'=%.1f%%;%g;%g;0;100", $name, $used, $warning, $critical;
    }, objects($conn->list_all_storage_pools));
    return;
}

__END__

=head1 NAME

check-libvirt.pl - watch domains and storage from Nagios, Icinga or the like

=head1 SYNOPSIS

    check-libvirt.pl [--connect URI] [--warning PERCENT] [--critical PERCENT]
                     [--ignore NAME ...] [--timeout SECONDS]

=head1 DESCRIPTION

Critical are domains that have crashed, stopped with an I/O error, or do not run
though they should be started with the host, and pools of that kind that do not
run. Paused domains are a warning. Pools that get full are either, by the
thresholds. The one line of output has the figures for graphs after its C<|>.

    LIBVIRT WARNING - pool images is 84.0 % full, 3 of 4 domains running
        | running=3;;;0;4 'images'=84.0%;80;90;0;100

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --warning PERCENT, --critical PERCENT

How full a pool may get: 80 and 90 if left out.

=item --ignore NAME

A domain or pool to leave out; may be given more than once.

=item --timeout SECONDS

When to give up: 10 if left out.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0 for OK, 1 for WARNING, 2 for CRITICAL, 3 for UNKNOWN, as for every such check.

=cut
