package Sys::Virt::EventImpl::Base;

# A subclass has four methods, which Base.pod describes. What watch and after return is dropped
# when it is of no more use. An exception that comes out of $code is for the framework to report.

use strict;
use warnings;
use IO::Poll qw(POLLIN POLLOUT POLLERR POLLHUP POLLNVAL);
use Sys::Virt::Event;
use parent 'Sys::Virt::EventImpl';

sub new {
    my ($class, %loop) = @_;
    return bless { %loop, last_id => 0, handles => {}, timers => {}, removed => [], depth => 0 }, $class;
}

sub add_handle {
    my ($self, $fd, $events, $cb, $opaque, $ff) = @_;
    # There may be several watches on a descriptor, and frameworks know only one: so each watch
    # has a duplicate.
    open my $fh, '<&', $fd or return -1;
    my $id = ++$self->{last_id};
    $self->{handles}{$id} = { id => $id, fd => $fd, fh => $fh, cb => $cb, opaque => $opaque, ff => $ff };
    $self->update_handle($id, $events);
    return $id;
}

sub update_handle {
    my ($self, $id, $events) = @_;
    my $handle = $self->{handles}{$id} or return;
    $self->_unwatch($handle);
    $handle->{events} = $events;
    my $read  = $events & Sys::Virt::Event::HANDLE_READABLE;
    my $write = $events & Sys::Virt::Event::HANDLE_WRITABLE;
    $handle->{watching} = $self->watch($handle->{fh}, $read, $write, sub { $self->_ready($handle) })
        if $read || $write;
    return;
}

sub remove_handle {
    my ($self, $id) = @_;
    my $handle = delete $self->{handles}{$id} or return -1;
    $self->_unwatch($handle);
    close $handle->{fh};
    return $self->_free_later($handle);
}

sub add_timeout {
    my ($self, $ms, $cb, $opaque, $ff) = @_;
    my $id = ++$self->{last_id};
    $self->{timers}{$id} = { id => $id, cb => $cb, opaque => $opaque, ff => $ff };
    $self->update_timeout($id, $ms);
    return $id;
}

sub update_timeout {
    my ($self, $id, $ms) = @_;
    my $timer = $self->{timers}{$id} or return;
    $self->_cancel($timer);
    $timer->{ms} = $ms;
    $self->_wait($timer);
    return;
}

sub remove_timeout {
    my ($self, $id) = @_;
    my $timer = delete $self->{timers}{$id} or return -1;
    $self->_cancel($timer);
    return $self->_free_later($timer);
}

sub _unwatch {
    my ($self, $handle) = @_;
    $self->unwatch(delete $handle->{watching}) if $handle->{watching};
    return;
}

sub _cancel {
    my ($self, $timer) = @_;
    $self->cancel(delete $timer->{waiting}) if $timer->{waiting};
    return;
}

sub _wait {
    my ($self, $timer) = @_;
    $timer->{waiting} = $self->after($timer->{ms} / 1000, sub { $self->_due($timer) }) if $timer->{ms} >= 0;
    return;
}

# Frameworks tell readable from writable at most: errors and hangups have to be asked for.
sub _ready {
    my ($self, $handle) = @_;
    my $poll = IO::Poll->new;
    my $mask = 0;
    $mask |= POLLIN  if $handle->{events} & Sys::Virt::Event::HANDLE_READABLE;
    $mask |= POLLOUT if $handle->{events} & Sys::Virt::Event::HANDLE_WRITABLE;
    $poll->mask($handle->{fh}, $mask);
    $poll->poll(0);
    my $ready  = $poll->events($handle->{fh});
    my $events = 0;
    $events |= Sys::Virt::Event::HANDLE_READABLE if $ready & POLLIN;
    $events |= Sys::Virt::Event::HANDLE_WRITABLE if $ready & POLLOUT;
    $events |= Sys::Virt::Event::HANDLE_ERROR    if $ready & (POLLERR | POLLNVAL);
    $events |= Sys::Virt::Event::HANDLE_HANGUP   if $ready & POLLHUP;
    $self->_call(_run_handle_callback => @$handle{qw(id fd)}, $events, @$handle{qw(cb opaque)}) if $events;
    return;
}

sub _due {
    my ($self, $timer) = @_;
    $self->_wait($timer);
    $self->_call(_run_timeout_callback => @$timer{qw(id cb opaque)});
    return;
}

sub _call {
    my ($self, $method, @arguments) = @_;
    my $returned = eval {
        local $self->{depth} = $self->{depth} + 1;
        $self->$method(@arguments);
        1;
    };
    my $exception = $@;
    $self->_free_removed;
    die $exception unless $returned;
    return;
}

sub _free_later {
    my ($self, $entry) = @_;
    push @{ $self->{removed} }, $entry;
    $self->{freeing} //= $self->after(0, sub { delete $self->{freeing}; $self->_free_removed });
    return 0;
}

# Not while a callback runs, as one that runs the loop within would be freed under itself.
sub _free_removed {
    my ($self) = @_;
    while (!$self->{depth} && @{ $self->{removed} }) {
        my $entry = shift @{ $self->{removed} };
        $self->_free_callback_opaque(@$entry{qw(ff opaque)});
    }
    return;
}

1;
