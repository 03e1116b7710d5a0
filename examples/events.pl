#!/usr/bin/perl
use strict;
use warnings;
use Encode qw(decode);
use Getopt::Long;
use Pod::Usage;
use POSIX qw(strftime);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Network;
use Sys::Virt::StoragePool;

my $count = 0;
GetOptions(
    'connect|c=s' => \my $uri,
    'domain|d=s'  => \my $domain,
    'count|n=i'   => \$count,
    'seconds|s=f' => \my $seconds,
    'help|h'      => \my $help,
) && !@ARGV or pod2usage(2);
pod2usage(0) if $help;

my ($quit, $lost);
my $seen = 0;

$| = 1;
binmode STDOUT, ':encoding(UTF-8)';
eval { tail(); 1 } or do {
    warn 'events: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub tail {
    Sys::Virt::Event::register_default();
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    $conn->register_close_callback(sub { $lost = 1 });
    # A server that has gone silent is as good as gone; not every driver has one.
    eval { $conn->set_keep_alive(5, 3) };
    my $dom = defined $domain ? $conn->get_domain_by_name($domain) : undef;
    my @registered = (domain_events($conn, $dom), $dom ? () : other_events($conn));

    local @SIG{qw(INT TERM)} = (sub { $quit = 1 }) x 2;
    print STDERR 'Waiting for events of ', $conn->get_uri, ", Ctrl-C to stop\n";
    # The loop looks at signals when it wakes up.
    Sys::Virt::Event::add_timeout(500, sub { });
    Sys::Virt::Event::add_timeout($seconds * 1000, sub { $quit = 1 }) if defined $seconds;
    Sys::Virt::Event::run_default() until $quit || $lost;

    die "connection lost\n" if $lost;
    $_->() for @registered;
    return;
}

sub report {
    my ($kind, $object, @what) = @_;
    return if $quit;
    my $line = join ' ', strftime('%FT%T', localtime), $kind, $object->get_name, map { $_ // '-' } @what;
    print decode('UTF-8', $line), "\n";
    $quit = 1 if ++$seen == $count;
    return;
}

# Names by value of a class's constants: what the pattern captures of theirs.
sub names {
    my ($class, $pattern) = @_;
    my %name;
    no strict 'refs';
    for my $constant (keys %{"${class}::"}) {
        $name{ $class->$constant } = lc $1 =~ tr/_/-/r if $constant =~ /^$pattern$/;
    }
    return \%name;
}

# Events of the lifecycle with their details: { number => [name, { number => name }] }
sub lifecycle {
    my ($class, @events) = @_;
    return { map {
        my $constant = "EVENT_$_";
        $class->$constant => [lc, names($class, "EVENT_${_}_(\\w+)")];
    } @events };
}

sub lifecycle_reporter {
    my ($kind, $class, @events) = @_;
    my $lifecycle = lifecycle($class, @events);
    return sub {
        my ($conn, $object, $event, $detail) = @_;
        my ($name, $details) = @{ $lifecycle->{$event} // [$event, {}] };
        report($kind, $object, $name, $details->{$detail} // ());
    };
}

sub domain_events {
    my ($conn, $dom) = @_;
    my $job    = names('Sys::Virt::Domain', 'BLOCK_JOB_TYPE_(\w+)');
    my $status = names('Sys::Virt::Domain', 'BLOCK_JOB_(COMPLETED|FAILED|CANCELED|READY)');
    my $error  = names('Sys::Virt::Domain', 'EVENT_IO_ERROR_(\w+)');
    my $agent  = names('Sys::Virt::Domain', 'EVENT_AGENT_LIFECYCLE_STATE_(\w+)');
    my $dog    = names('Sys::Virt::Domain', 'EVENT_WATCHDOG_(\w+)');
    my $say    = sub { my @what = @_; sub { report('domain', $_[1], @what, @_[2 .. $#_]) } };
    my @events = (
        [Sys::Virt::Domain::EVENT_ID_LIFECYCLE, lifecycle_reporter('domain', 'Sys::Virt::Domain',
            qw(DEFINED UNDEFINED STARTED SUSPENDED RESUMED STOPPED SHUTDOWN PMSUSPENDED CRASHED))],
        [Sys::Virt::Domain::EVENT_ID_REBOOT,                $say->('rebooted')],
        [Sys::Virt::Domain::EVENT_ID_RTC_CHANGE,            $say->('clock-changed')],
        [Sys::Virt::Domain::EVENT_ID_BALLOON_CHANGE,        $say->('memory-changed')],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_ADDED,          $say->('device-added')],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVED,        $say->('device-removed')],
        [Sys::Virt::Domain::EVENT_ID_DEVICE_REMOVAL_FAILED, $say->('device-not-removed')],
        [Sys::Virt::Domain::EVENT_ID_WATCHDOG, sub {
            report('domain', $_[1], 'watchdog', $dog->{ $_[2] } // $_[2]) }],
        [Sys::Virt::Domain::EVENT_ID_IO_ERROR_REASON, sub {
            my ($conn, $dom, $path, $alias, $action, $reason) = @_;
            report('domain', $dom, 'io-error', $path, $error->{$action} // $action, $reason) }],
        [Sys::Virt::Domain::EVENT_ID_BLOCK_JOB_2, sub {
            my ($conn, $dom, $disk, $type, $state) = @_;
            report('domain', $dom, 'block-job', $disk, $job->{$type} // $type, $status->{$state} // $state) }],
        [Sys::Virt::Domain::EVENT_ID_AGENT_LIFECYCLE, sub {
            report('domain', $_[1], 'agent', $agent->{ $_[2] } // $_[2]) }],
    );
    return map {
        my $id = eval { $conn->domain_event_register_any($dom, @$_) };
        defined $id ? sub { $conn->domain_event_deregister_any($id) } : ();
    } @events;
}

# Not every hypervisor has networks and storage, and events of them.
sub other_events {
    my ($conn) = @_;
    my $network = eval { $conn->network_event_register_any(undef, Sys::Virt::Network::EVENT_ID_LIFECYCLE,
        lifecycle_reporter('network', 'Sys::Virt::Network', qw(DEFINED UNDEFINED STARTED STOPPED))) };
    my $pool = eval { $conn->storage_pool_event_register_any(undef, Sys::Virt::StoragePool::EVENT_ID_LIFECYCLE,
        lifecycle_reporter('pool', 'Sys::Virt::StoragePool', qw(DEFINED UNDEFINED STARTED STOPPED CREATED DELETED))) };
    return (
        defined $network ? sub { $conn->network_event_deregister_any($network) } : (),
        defined $pool ? sub { $conn->storage_pool_event_deregister_any($pool) } : (),
    );
}

__END__

=head1 NAME

events.pl - print events of domains, networks and pools as they happen

=head1 SYNOPSIS

    events.pl [--connect URI] [--domain NAME] [--count EVENTS] [--seconds SECONDS]

=head1 DESCRIPTION

Prints a line for each event, until it is interrupted: the time, the kind of
object, its name, and what has happened to it.

    2030-02-01T12:00:00 domain web started booted
    2030-02-01T12:00:05 domain web block-job vda commit completed

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --domain NAME

Only the events of this domain.

=item --count EVENTS

Stop after so many events.

=item --seconds SECONDS

Stop after so much time.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the connection was lost, or 2 for wrong
options.

=cut
