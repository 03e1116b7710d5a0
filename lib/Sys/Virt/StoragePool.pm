package Sys::Virt::StoragePool;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub build;
sub clone_volume;
sub create;
sub create_volume;
sub delete;
sub destroy;
sub get_autostart;
sub get_info;
sub get_name;
sub get_uuid;
sub get_uuid_string;
sub get_volume_by_name;
sub get_xml_description;
sub is_active;
sub is_persistent;
sub list_all_volumes;
sub list_storage_vol_names;
sub list_volumes;
sub num_of_storage_volumes;
sub refresh;
sub set_autostart;
sub undefine;

# Constants:
BUILD_NEW BUILD_NO_OVERWRITE BUILD_OVERWRITE BUILD_REPAIR BUILD_RESIZE CREATE_NORMAL
CREATE_WITH_BUILD CREATE_WITH_BUILD_NO_OVERWRITE CREATE_WITH_BUILD_OVERWRITE DEFINE_VALIDATE
DELETE_NORMAL DELETE_ZEROED EVENT_CREATED EVENT_DEFINED EVENT_DELETED EVENT_ID_LIFECYCLE
EVENT_ID_REFRESH EVENT_STARTED EVENT_STOPPED EVENT_UNDEFINED LIST_ACTIVE LIST_AUTOSTART
LIST_DIR LIST_DISK LIST_FS LIST_GLUSTER LIST_INACTIVE LIST_ISCSI LIST_ISCSI_DIRECT LIST_LOGICAL
LIST_MPATH LIST_NETFS LIST_NO_AUTOSTART LIST_PERSISTENT LIST_RBD LIST_SCSI LIST_SHEEPDOG
LIST_TRANSIENT LIST_VSTORAGE LIST_ZFS STATE_BUILDING STATE_DEGRADED STATE_INACCESSIBLE
STATE_INACTIVE STATE_RUNNING XML_INACTIVE
