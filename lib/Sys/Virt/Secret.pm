package Sys::Virt::Secret;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub get_usage_id;
sub get_usage_type;
sub get_uuid;
sub get_uuid_string;
sub get_value;
sub get_xml_description;
sub set_value;
sub undefine;

# Constants:
DEFINE_VALIDATE EVENT_DEFINED EVENT_ID_LIFECYCLE EVENT_ID_VALUE_CHANGED EVENT_UNDEFINED
LIST_EPHEMERAL LIST_NO_EPHEMERAL LIST_NO_PRIVATE LIST_PRIVATE USAGE_TYPE_CEPH USAGE_TYPE_ISCSI
USAGE_TYPE_NONE USAGE_TYPE_TLS USAGE_TYPE_VOLUME USAGE_TYPE_VTPM
