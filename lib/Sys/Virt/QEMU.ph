# What Virt.so makes for Sys::Virt::QEMU, named for tools that read source; perl never reads this.

package Sys::Virt;

sub qemu_attach($conn, $pid, $flags = 0) { ... }
sub qemu_monitor_event_deregister($conn, $id) { ... }
sub qemu_monitor_event_register($conn, $dom, $event, $callback, $flags = 0) { ... }

package Sys::Virt::Domain;

sub qemu_agent_command($dom, $cmd, $timeout = -1, $flags = 0) { ... }
sub qemu_monitor_command($dom, $cmd, $flags = 0) { ... }
sub qemu_monitor_command_with_files($dom, $cmd, $files, $flags = 0) { ... }

package Sys::Virt::QEMU;

sub AGENT_COMMAND_BLOCK() { ... }
sub AGENT_COMMAND_DEFAULT() { ... }
sub AGENT_COMMAND_NOWAIT() { ... }
sub AGENT_COMMAND_SHUTDOWN() { ... }
sub MONITOR_COMMAND_DEFAULT() { ... }
sub MONITOR_COMMAND_HMP() { ... }
sub MONITOR_EVENT_REGISTER_NOCASE() { ... }
sub MONITOR_EVENT_REGISTER_REGEX() { ... }
