package Sys::Virt::DomainSnapshot;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub delete;
sub get_name;
sub get_parent;
sub get_xml_description;
sub has_metadata;
sub is_current;
sub list_all_children;
sub list_child_snapshot_names;
sub list_child_snapshots;
sub num_of_child_snapshots;
sub revert_to;

# Constants:
CREATE_ATOMIC CREATE_CURRENT CREATE_DISK_ONLY CREATE_HALT CREATE_LIVE CREATE_NO_METADATA
CREATE_QUIESCE CREATE_REDEFINE CREATE_REUSE_EXT CREATE_VALIDATE DELETE_CHILDREN
DELETE_CHILDREN_ONLY DELETE_METADATA_ONLY LIST_ACTIVE LIST_DESCENDANTS LIST_DISK_ONLY
LIST_EXTERNAL LIST_INACTIVE LIST_INTERNAL LIST_LEAVES LIST_METADATA LIST_NO_LEAVES
LIST_NO_METADATA LIST_ROOTS LIST_TOPOLOGICAL REVERT_FORCE REVERT_PAUSED REVERT_RESET_NVRAM
REVERT_RUNNING XML_SECURE
