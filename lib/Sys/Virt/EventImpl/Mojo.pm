package Sys::Virt::EventImpl::Mojo;

use strict;
use warnings;
use Mojo::IOLoop;
use parent 'Sys::Virt::EventImpl::Base';

sub new {
    my ($class, $loop) = @_;
    return $class->SUPER::new(reactor => ($loop // Mojo::IOLoop->singleton)->reactor);
}

sub watch {
    my ($self, $fh, $read, $write, $code) = @_;
    $self->{reactor}->io($fh, $code)->watch($fh, $read, $write);
    return $fh;
}

sub unwatch {
    my ($self, $fh) = @_;
    $self->{reactor}->remove($fh);
    return;
}

sub after {
    my ($self, $seconds, $code) = @_;
    return $self->{reactor}->timer($seconds, $code);
}

sub cancel {
    my ($self, $id) = @_;
    $self->{reactor}->remove($id);
    return;
}

1;
