package Sys::Virt::DomainCheckpoint;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub delete;
sub get_name;
sub get_parent;
sub get_xml_description;
sub list_all_children;

# Constants:
CREATE_QUIESCE CREATE_REDEFINE CREATE_REDEFINE_VALIDATE DELETE_CHILDREN DELETE_CHILDREN_ONLY
DELETE_METADATA_ONLY LIST_DESCENDANTS LIST_LEAVES LIST_NO_LEAVES LIST_ROOTS LIST_TOPOLOGICAL
XML_NO_DOMAIN XML_SECURE XML_SIZE
