package Sys::Virt::EventImpl::AnyEvent;

use strict;
use warnings;
use AnyEvent;
use parent 'Sys::Virt::EventImpl::Base';

sub new {
    my ($class) = @_;
    # AnyEvent's own loop looks at no descriptor while a timer is due. So what has to be called
    # at once waits for this pipe, which is always ready.
    pipe my $reader, my $writer or die "pipe: $!";
    return $class->SUPER::new(reader => $reader, writer => $writer);
}

sub watch {
    my ($self, $fh, $read, $write, $code) = @_;
    return [$read ? AE::io($fh, 0, $code) : (), $write ? AE::io($fh, 1, $code) : ()];
}

sub after {
    my ($self, $seconds, $code) = @_;
    return AE::io($self->{writer}, 1, $code) if $seconds == 0;
    # Timers count from the time that the loop has seen last.
    AE::now_update;
    return AE::timer($seconds, 0, $code);
}

# Both end with the reference.
sub unwatch { }
sub cancel  { }

1;
