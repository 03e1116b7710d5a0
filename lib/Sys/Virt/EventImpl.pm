package Sys::Virt::EventImpl;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What a loop calls when something is due.
*_run_handle_callback  = \&Sys::Virt::Event::_run_handle_callback;
*_run_timeout_callback = \&Sys::Virt::Event::_run_timeout_callback;
*_free_callback_opaque = \&Sys::Virt::Event::_free_callback_opaque;

# What a loop has to implement.
for my $method (qw(add_handle update_handle remove_handle add_timeout update_timeout remove_timeout)) {
    *$method = sub {
        my $class = ref $_[0] || $_[0];
        require Carp;
        Carp::croak("$class has no method $method, which an event loop needs");
    };
}

1;
