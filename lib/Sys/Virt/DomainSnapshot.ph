# What Virt.so makes for Sys::Virt::DomainSnapshot, named for tools that read source; perl never reads this.

package Sys::Virt::DomainSnapshot;

sub delete($domss, $flags = 0) { ... }
sub get_name($domss) { ... }
sub get_parent($domss, $flags = 0) { ... }
sub get_xml_description($domss, $flags = 0) { ... }
sub has_metadata($domss, $flags = 0) { ... }
sub is_current($domss, $flags = 0) { ... }
sub list_all_children($domss, $flags = 0) { ... }
sub list_child_snapshot_names($domss, $maxnames, $flags = 0) { ... }
sub list_child_snapshots($domss) { ... }
sub num_of_child_snapshots($domss, $flags = 0) { ... }
sub revert_to($domss, $flags = 0) { ... }

sub CREATE_ATOMIC() { ... }
sub CREATE_CURRENT() { ... }
sub CREATE_DISK_ONLY() { ... }
sub CREATE_HALT() { ... }
sub CREATE_LIVE() { ... }
sub CREATE_NO_METADATA() { ... }
sub CREATE_QUIESCE() { ... }
sub CREATE_REDEFINE() { ... }
sub CREATE_REUSE_EXT() { ... }
sub CREATE_VALIDATE() { ... }
sub DELETE_CHILDREN() { ... }
sub DELETE_CHILDREN_ONLY() { ... }
sub DELETE_METADATA_ONLY() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_DESCENDANTS() { ... }
sub LIST_DISK_ONLY() { ... }
sub LIST_EXTERNAL() { ... }
sub LIST_INACTIVE() { ... }
sub LIST_INTERNAL() { ... }
sub LIST_LEAVES() { ... }
sub LIST_METADATA() { ... }
sub LIST_NO_LEAVES() { ... }
sub LIST_NO_METADATA() { ... }
sub LIST_ROOTS() { ... }
sub LIST_TOPOLOGICAL() { ... }
sub REVERT_FORCE() { ... }
sub REVERT_PAUSED() { ... }
sub REVERT_RESET_NVRAM() { ... }
sub REVERT_RUNNING() { ... }
sub XML_SECURE() { ... }
