package Attack::Callbacks;

# Events, timers and handles, and what callbacks do.
#
#   Attack::Callbacks::step($self)     a step of Attack::Walk

use strict;
use warnings;
use Attack;
use Scalar::Util qw(weaken);
use Sys::Virt::Domain;
use Sys::Virt::Event;

# What a callback does besides counting, and how often it is called for each event.
my %does = (
    nothing    => sub { },
    dies       => sub { die "wanted\n" },
    forks      => sub { Attack::Walk::child(sub { exit 0 }) },
    'forks and drops' => sub { my ($self) = @_; Attack::Walk::child(sub { $self->{pool} = {}; exit 0 }) },
    calls      => sub { my (undef, $conn) = @_; $conn->list_all_domains for 1 .. 3 },
    connects   => sub { my ($self) = @_; Sys::Virt->new(uri => $self->{uri})->get_hostname },
    'makes a stream' => sub { my (undef, $conn) = @_; $conn->new_stream(1) for 1 .. 3 },
);

sub step {
    my ($self) = @_;
    my $step = Attack::Walk::one_of(\&events, \&events, \&timers, \&handles, \&close_callback);
    $step->($self);
}

# Events made and counted: each comes to each callback once, and so does what they die of.
sub events {
    my ($self) = @_;
    my $how = Attack::Walk::one_of(sort keys %does);
    my $callbacks = 1 + int rand 2;
    my $pairs = 1 + int rand 3;
    my $ends = Attack::Walk::one_of('deregister', 'drop');
    Attack::note("step $pairs pairs of events, $callbacks callbacks: $how, $ends");
    my $conn = Sys::Virt->new(uri => $self->{uri});
    my $dom  = $conn->get_domain_by_name('busy');
    my ($came, $weak) = (0, $self);
    weaken($weak);
    # libvirt takes one a domain, and one for all domains.
    my @ids = map {
        $conn->domain_event_register_any($_, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { $came++; $does{$how}->($weak, $_[0]) })
    } ($dom, undef)[0 .. $callbacks - 1];
    for (1 .. $pairs) {
        $dom->suspend;
        $dom->resume;
    }
    my $expected = 2 * $pairs * $callbacks;
    my $dies = $how eq 'dies' ? $expected : 0;
    my @died = Attack::until(10, sub { $came >= $expected && $_[0] >= $dies });
    # Nothing comes twice.
    push @died, Attack::until(0.02, sub { 0 });
    die "$came events of $expected\n" if $came != $expected;
    die scalar(@died), " exceptions of $dies: @died\n" if @died != $dies;
    return if $ends eq 'drop';
    $conn->domain_event_deregister_any($_) for @ids;
}

sub timers {
    my ($self) = @_;
    Attack::note('step timers');
    my %called;
    my @timers = map { my $name = $_; Sys::Virt::Event::add_timeout($name, sub { $called{$name}++ }) } 1 .. 3;
    Attack::until(10, sub { keys %called == 3 });
    Sys::Virt::Event::remove_timeout($_) for @timers;
    die 'a timer is not called' if keys %called != 3;
}

sub handles {
    my ($self) = @_;
    Attack::note('step a handle');
    pipe my $from, my $to or die "pipe: $!";
    my $read = '';
    my $watch = Sys::Virt::Event::add_handle(fileno $from, Sys::Virt::Event::HANDLE_READABLE, sub { sysread $from, $read, 10, length $read });
    syswrite $to, 'text';
    Attack::until(10, sub { $read eq 'text' });
    Sys::Virt::Event::remove_handle($watch);
    die 'a handle is not called' if $read ne 'text';
}

# They are for daemons that end: see xt/daemon. Here they only come and go.
sub close_callback {
    my ($self) = @_;
    my $conn = Attack::Walk::pick($self, 'Sys::Virt') or return;
    Attack::Walk::attempt($self, $conn, register_close_callback => sub { });
    Attack::Walk::attempt($self, $conn, 'unregister_close_callback') if rand() < 0.7;
}

1;
