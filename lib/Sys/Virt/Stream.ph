# What Virt.so makes for Sys::Virt::Stream, named for tools that read source; perl never reads this.

package Sys::Virt::Stream;

sub abort($st) { ... }
sub add_callback($stref, $events, $cb) { ... }
sub bytes_transferred($st) { ... }
sub finish($st) { ... }
sub recv($st, $data, $nbytes, $flags = 0) { ... }
sub recv_all($stref, $handler) { ... }
sub recv_file($st, $handle) { ... }
sub recv_hole($st, $flags = 0) { ... }
sub remove_callback($st) { ... }
sub send($st, $data, $nbytes) { ... }
sub send_all($stref, $handler) { ... }
sub send_file($st, $handle) { ... }
sub send_hole($st, $lengthSV, $flags = 0) { ... }
sub sparse_recv_all($stref, $handler, $hole_handler) { ... }
sub sparse_recv_file($st, $handle) { ... }
sub sparse_send_all($stref, $handler, $hole_handler, $skip_handler) { ... }
sub sparse_send_file($st, $handle) { ... }
sub update_callback($st, $events) { ... }

sub EVENT_ERROR() { ... }
sub EVENT_HANGUP() { ... }
sub EVENT_READABLE() { ... }
sub EVENT_WRITABLE() { ... }
sub NONBLOCK() { ... }
sub RECV_STOP_AT_HOLE() { ... }
