package Sys::Virt::EventImpl;

use v5.32;
require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What a loop calls when something is due.
*_run_handle_callback  = \&Sys::Virt::Event::_run_handle_callback;
*_run_timeout_callback = \&Sys::Virt::Event::_run_timeout_callback;
*_free_callback_opaque = \&Sys::Virt::Event::_free_callback_opaque;

# What a loop has to implement.
sub add_handle     { _lacks('add_handle', @_) }
sub add_timeout    { _lacks('add_timeout', @_) }
sub remove_handle  { _lacks('remove_handle', @_) }
sub remove_timeout { _lacks('remove_timeout', @_) }
sub update_handle  { _lacks('update_handle', @_) }
sub update_timeout { _lacks('update_timeout', @_) }

sub _lacks {
    my ($method, $self) = @_;
    my $class = ref $self || $self;
    require Carp;
    Carp::croak("$class has no method $method, which an event loop needs");
}

1;
