# What Virt.so makes for Sys::Virt::LXC, named for tools that read source; perl never reads this.

package Sys::Virt::Domain;

sub lxc_enter_cgroup($dom, $flags = 0) { ... }
sub lxc_enter_namespace($dom, $files, $flags = 0) { ... }
sub lxc_enter_security_label($dom, $model, $label, $flags = 0) { ... }
sub lxc_open_namespace($dom, $flags = 0) { ... }
