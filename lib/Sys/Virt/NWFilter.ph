# What Virt.so makes for Sys::Virt::NWFilter, named for tools that read source; perl never reads this.

package Sys::Virt::NWFilter;

sub get_name($filter) { ... }
sub get_uuid($filter) { ... }
sub get_uuid_string($filter) { ... }
sub get_xml_description($filter, $flags = 0) { ... }
sub undefine($filter) { ... }

sub DEFINE_VALIDATE() { ... }
