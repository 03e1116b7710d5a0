# What Virt.so makes for Sys::Virt::Event, named for tools that read source; perl never reads this.

package Sys::Virt::Event;

sub add_handle($fd, $events, $coderef) { ... }
sub add_timeout($frequency, $coderef) { ... }
sub register($impl) { ... }
sub register_default() { ... }
sub remove_handle($watch) { ... }
sub remove_timeout($timer) { ... }
sub run_default() { ... }
sub update_handle($watch, $events) { ... }
sub update_timeout($timer, $frequency) { ... }

sub HANDLE_ERROR() { ... }
sub HANDLE_HANGUP() { ... }
sub HANDLE_READABLE() { ... }
sub HANDLE_WRITABLE() { ... }
