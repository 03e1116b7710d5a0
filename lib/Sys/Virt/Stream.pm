package Sys::Virt::Stream;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub abort;
sub add_callback;
sub bytes_transferred;
sub finish;
sub recv;
sub recv_all;
sub recv_file;
sub recv_hole;
sub remove_callback;
sub send;
sub send_all;
sub send_file;
sub send_hole;
sub sparse_recv_all;
sub sparse_recv_file;
sub sparse_send_all;
sub sparse_send_file;
sub update_callback;

# Constants:
EVENT_ERROR EVENT_HANGUP EVENT_READABLE EVENT_WRITABLE NONBLOCK RECV_STOP_AT_HOLE
