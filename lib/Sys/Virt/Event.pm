package Sys::Virt::Event;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub add_handle;
sub add_timeout;
sub register;
sub register_default;
sub remove_handle;
sub remove_timeout;
sub run_default;
sub update_handle;
sub update_timeout;

# Constants:
HANDLE_ERROR HANDLE_HANGUP HANDLE_READABLE HANDLE_WRITABLE
