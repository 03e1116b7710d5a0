package Sys::Virt::EventImpl::IOAsync;

use strict;
use warnings;
use IO::Async::Loop;
use parent 'Sys::Virt::EventImpl::Base';

sub new {
    my ($class, $loop) = @_;
    return $class->SUPER::new(loop => $loop // IO::Async::Loop->new);
}

sub watch {
    my ($self, $fh, $read, $write, $code) = @_;
    my @kinds = ($read ? 'on_read_ready' : (), $write ? 'on_write_ready' : ());
    $self->{loop}->watch_io(handle => $fh, map { $_ => $code } @kinds);
    return [$fh, @kinds];
}

sub unwatch {
    my ($self, $watching) = @_;
    my ($fh, @kinds) = @$watching;
    $self->{loop}->unwatch_io(handle => $fh, map { $_ => 1 } @kinds);
    return;
}

sub after {
    my ($self, $seconds, $code) = @_;
    return $self->{loop}->watch_time(after => $seconds, code => $code);
}

sub cancel {
    my ($self, $id) = @_;
    $self->{loop}->unwatch_time($id);
    return;
}

1;
