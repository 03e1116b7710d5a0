# What Virt.so makes for Sys::Virt::NWFilterBinding, named for tools that read source; perl never reads this.

package Sys::Virt::NWFilterBinding;

sub delete($binding) { ... }
sub get_filter_name($binding) { ... }
sub get_port_dev($binding) { ... }
sub get_xml_description($binding, $flags = 0) { ... }

sub CREATE_VALIDATE() { ... }
