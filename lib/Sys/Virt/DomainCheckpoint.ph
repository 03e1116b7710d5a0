# What Virt.so makes for Sys::Virt::DomainCheckpoint, named for tools that read source; perl never reads this.

package Sys::Virt::DomainCheckpoint;

sub delete($domcp, $flags = 0) { ... }
sub get_name($domcp) { ... }
sub get_parent($domcp, $flags = 0) { ... }
sub get_xml_description($domcp, $flags = 0) { ... }
sub list_all_children($domcp, $flags = 0) { ... }

sub CREATE_QUIESCE() { ... }
sub CREATE_REDEFINE() { ... }
sub CREATE_REDEFINE_VALIDATE() { ... }
sub DELETE_CHILDREN() { ... }
sub DELETE_CHILDREN_ONLY() { ... }
sub DELETE_METADATA_ONLY() { ... }
sub LIST_DESCENDANTS() { ... }
sub LIST_LEAVES() { ... }
sub LIST_NO_LEAVES() { ... }
sub LIST_ROOTS() { ... }
sub LIST_TOPOLOGICAL() { ... }
sub XML_NO_DOMAIN() { ... }
sub XML_SECURE() { ... }
sub XML_SIZE() { ... }
