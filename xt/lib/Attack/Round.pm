package Attack::Round;

# What the soak does again and again.
#
#   my $soak = Attack::Round->new($uri, $connections);
#   $soak->run;         a round on all connections; dies of what is wrong
#   $soak->calls        calls so far
#   $soak->figures      what was done so far, in words

use strict;
use warnings;
use Attack;
use Scalar::Util qw(weaken);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Stream;

my $picture = 33443;

# Each is called with a domain and its connection.
my @calls = (
    sub { $_[0]->get_info }, sub { $_[0]->get_xml_description }, sub { $_[0]->get_name }, sub { $_[0]->get_state },
    sub { $_[0]->get_vcpu_info }, sub { $_[0]->get_memory_parameters }, sub { $_[0]->get_block_iotune('vda') },
    sub { $_[0]->set_memory_parameters({ soft_limit => 1 << 20 }) }, sub { $_[0]->get_metadata(Sys::Virt::Domain::METADATA_TITLE, undef) },
    sub { $_[0]->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'a title', undef, undef, 0) }, sub { $_[0]->get_uuid },
    sub { $_[1]->list_all_domains }, sub { $_[1]->list_all_networks }, sub { $_[1]->get_node_info }, sub { $_[1]->get_capabilities },
    sub { $_[1]->list_defined_domain_names(10) }, sub { $_[1]->get_hostname }, sub { $_[1]->is_alive },
    sub { $_->get_info for $_[1]->list_all_storage_pools }, sub { $_[1]->get_all_domain_stats(0) },
    sub { $_[0]->create_snapshot('<domainsnapshot><name>s</name></domainsnapshot>')->delete },
);

my @errors = (
    sub { $_[1]->get_domain_by_name('nobody') }, sub { $_[0]->block_pull('vda', 10) }, sub { $_[0]->set_vcpus(9999) },
    sub { $_[1]->define_domain('<domain/>') }, sub { $_[0]->set_memory_parameters({ soft_limit => 'none' }) },
    sub { $_[1]->new_stream->recv(my $data, 10) }, sub { Sys::Virt->new(uri => 'nosuch:///system') },
);

sub new {
    my ($class, $uri, $connections) = @_;
    Sys::Virt::Event::register_default();
    my $self = bless { uri => $uri, map { $_ => 0 } qw(rounds calls errors events wanted exceptions dies bytes pictures opened) }, $class;
    $self->{hosts} = [map { $self->host } 1 .. $connections];
    return $self;
}

# A connection with its domain and events.
sub host {
    my ($self) = @_;
    my $conn = Sys::Virt->new(uri => $self->{uri});
    my $dom  = $conn->get_domain_by_name('busy');
    $self->{opened}++;
    weaken(my $soak = $self);
    $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        $soak->{events}++;
        return if !$soak->{die_next};
        $soak->{die_next}--;
        die "wanted\n";
    });
    $conn->register_close_callback(sub { die "a connection has ended\n" });
    return { conn => $conn, dom => $dom };
}

sub calls { $_[0]{calls} }

sub figures {
    my ($self) = @_;
    return sprintf '%d rounds, %d calls, %d errors, %d events, %d exceptions, %d pictures, %d connections opened',
        @$self{qw(rounds calls errors events exceptions pictures opened)};
}

sub run {
    my ($self) = @_;
    my $round = $self->{rounds}++;
    my $hosts = $self->{hosts};
    for my $host (@$hosts) {
        my ($dom, $conn) = @$host{qw(dom conn)};
        $_->($dom, $conn) for @calls;
        for my $error (@errors) {
            eval { $error->($dom, $conn); 1 } and die 'no error';
            die "not an error of libvirt's: $@" if ref $@ ne 'Sys::Virt::Error';
        }
        $self->{calls} += @calls + @errors;
        $self->{errors} += @errors;
    }
    $self->events($round % 3 ? 0 : 5);
    my $some = $hosts->[$round % @$hosts];
    $self->streams($some);
    $self->child($some) if $round % 10 == 0;
    $hosts->[$round % @$hosts] = $self->host;
    return;
}

# Two events from each connection, of which so many die.
sub events {
    my ($self, $dies) = @_;
    $self->{die_next} = $dies;
    $self->{dies} += $dies;
    for my $host (@{ $self->{hosts} }) {
        $host->{dom}->suspend;
        $host->{dom}->resume;
        $self->{wanted} += 2;
        $self->{calls} += 2;
    }
    my @died = Attack::until(20, sub { $self->{events} >= $self->{wanted} && $_[0] >= $dies });
    # Nothing comes twice.
    push @died, Attack::until(0.02, sub { 0 });
    $self->{exceptions} += @died;
    die "events: $self->{events} of $self->{wanted}\n" if $self->{events} != $self->{wanted};
    die "exceptions: $self->{exceptions} of $self->{dies}: @died\n" if $self->{exceptions} != $self->{dies} || grep { $_ ne "wanted\n" } @died;
    return;
}

sub picture {
    my ($self, $host, $flags) = @_;
    my $stream = $host->{conn}->new_stream($flags);
    $host->{dom}->screenshot($stream, 0);
    $self->{pictures}++;
    $self->{calls} += 2;
    return $stream;
}

sub streams {
    my ($self, $host) = @_;
    my $bytes = 0;
    my $stream = $self->picture($host, 0);
    while ((my $got = $stream->recv(my $data, 5000)) > 0) { $bytes += $got }
    $stream->finish;
    $stream = $self->picture($host, 0);
    $stream->recv_all(sub { $bytes += $_[2]; $_[2] });
    $stream->finish;
    eval { $self->picture($host, 0)->recv_all(sub { die "wanted\n" }); 1 } and die 'no exception';
    die $@ if $@ ne "wanted\n";
    $stream = $self->picture($host, Sys::Virt::Stream::NONBLOCK);
    my $done;
    $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub {
        my $got = $_[0]->recv(my $data, 5000);
        return $bytes += $got if $got > 0;
        return if $got == -2;
        $_[0]->remove_callback;
        $done = 1;
    });
    Attack::until(20, sub { $done });
    $stream->finish;
    # With a callback still there; and dropped unfinished.
    for my $flags (0, Sys::Virt::Stream::NONBLOCK) {
        $stream = $self->picture($host, $flags);
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { });
        $stream->abort;
        $self->picture($host, $flags)->recv(my $data, 10);
    }
    die "bytes: $bytes of 3 x $picture\n" if $bytes != 3 * $picture;
    return;
}

# A child in the callback of an event, which exits there.
sub child {
    my ($self, $host) = @_;
    my ($came, $status) = 0;
    my $id = $host->{conn}->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        return if $came++;
        my $pid = fork // die "fork: $!";
        exit 0 if !$pid;
        waitpid $pid, 0;
        $status = $?;
    });
    $host->{dom}->suspend;
    $host->{dom}->resume;
    $self->{wanted} += 2;
    my @died = Attack::until(20, sub { $came == 2 && $self->{events} >= $self->{wanted} });
    $host->{conn}->domain_event_deregister_any($id);
    die "a child in a callback ends with $status, and $came events of 2 come, $self->{events} of $self->{wanted} in all: @died\n"
        if $status || $came != 2 || $self->{events} != $self->{wanted} || @died;
    return;
}

1;
