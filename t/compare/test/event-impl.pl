use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# An event loop written in Perl, as an object of a subclass of Sys::Virt::Event.

package Local::Loop;

our @ISA = ('Sys::Virt::Event');

sub new { return bless { next => 1, handles => {}, timers => {} }, shift }

sub add_handle {
    my ($self, $fd, $events, $callback, $opaque, $free) = @_;
    my $watch = $self->{next}++;
    $self->{handles}{$watch} = { fd => $fd, events => $events, run => [$callback, $opaque], free => [$free, $opaque] };
    return $watch;
}

sub update_handle {
    my ($self, $watch, $events) = @_;
    $self->{handles}{$watch}{events} = $events;
    return 0;
}

sub remove_handle {
    my ($self, $watch) = @_;
    my $handle = delete $self->{handles}{$watch} or return -1;
    $self->_free_callback_opaque(@{ $handle->{free} });
    return 0;
}

sub add_timeout {
    my ($self, $frequency, $callback, $opaque, $free) = @_;
    my $number = $self->{next}++;
    $self->{timers}{$number} = { frequency => $frequency, run => [$callback, $opaque], free => [$free, $opaque] };
    return $number;
}

sub update_timeout {
    my ($self, $number, $frequency) = @_;
    $self->{timers}{$number}{frequency} = $frequency;
    return 0;
}

sub remove_timeout {
    my ($self, $number) = @_;
    my $timer = delete $self->{timers}{$number} or return -1;
    $self->_free_callback_opaque(@{ $timer->{free} });
    return 0;
}

# One round: the timers that are due at once, and the handles that could be written to.
sub round {
    my ($self) = @_;
    for my $number (sort { $a <=> $b } keys %{ $self->{timers} }) {
        my $timer = $self->{timers}{$number} or next;
        $self->_run_timeout_callback($number, @{ $timer->{run} }) if $timer->{frequency} == 0;
    }
    for my $watch (sort { $a <=> $b } keys %{ $self->{handles} }) {
        my $handle = $self->{handles}{$watch} or next;
        next if !($handle->{events} & Sys::Virt::Event::HANDLE_WRITABLE);
        $self->_run_handle_callback($watch, $handle->{fd}, Sys::Virt::Event::HANDLE_WRITABLE, @{ $handle->{run} });
    }
    return;
}

package main;

my $loop = Local::Loop->new;
step 'register', sub { attempt { Sys::Virt::Event::register($loop) } };

on_node();

case 'events of the test driver', sub {
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE,
        sub { observe($_[2], $_[3]); return });
    $dom->suspend;
    $dom->resume;
    $loop->round for 1 .. 3;
    $conn->domain_event_deregister_any($id);
};
case 'add_timeout', sub {
    my $timer = Sys::Virt::Event::add_timeout(0, sub { observe('called', scalar @_); return });
    $loop->round;
    my $known = exists $loop->{timers}{$timer};
    attempt { Sys::Virt::Event::update_timeout($timer, -1) }, $known, 0 + $loop->{timers}{$timer}{frequency},
        attempt { Sys::Virt::Event::remove_timeout($timer) }, exists $loop->{timers}{$timer};
};
case 'add_handle', sub {
    pipe my $reader, my $writer or die $!;
    my $watch = Sys::Virt::Event::add_handle(fileno $writer, Sys::Virt::Event::HANDLE_WRITABLE,
        sub { observe($_[1] == fileno $writer, $_[2]); return });
    $loop->round;
    attempt { Sys::Virt::Event::update_handle($watch, 0) }, 0 + $loop->{handles}{$watch}{events},
        attempt { Sys::Virt::Event::remove_handle($watch) }, exists $loop->{handles}{$watch};
};
case 'nothing is left behind', sub {
    undef $dom;
    undef $conn;
    $loop->round;
    scalar keys %{ $loop->{handles} };
};
