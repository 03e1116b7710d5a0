# What Virt.so makes for Sys::Virt::Interface, named for tools that read source; perl never reads this.

package Sys::Virt::Interface;

sub create($iface, $flags = 0) { ... }
sub destroy($iface_rv, $flags = 0) { ... }
sub get_mac($iface) { ... }
sub get_name($iface) { ... }
sub get_xml_description($iface, $flags = 0) { ... }
sub is_active($iface) { ... }
sub undefine($iface) { ... }

sub DEFINE_VALIDATE() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_INACTIVE() { ... }
sub XML_INACTIVE() { ... }
