# What Virt.so makes for Sys::Virt::StoragePool, named for tools that read source; perl never reads this.

package Sys::Virt::StoragePool;

sub build($pool, $flags = 0) { ... }
sub clone_volume($pool, $xml, $clonevol, $flags = 0) { ... }
sub create($pool) { ... }
sub create_volume($pool, $xml, $flags = 0) { ... }
sub delete($pool, $flags = 0) { ... }
sub destroy($pool_rv) { ... }
sub get_autostart($pool) { ... }
sub get_info($pool) { ... }
sub get_name($pool) { ... }
sub get_uuid($pool) { ... }
sub get_uuid_string($pool) { ... }
sub get_volume_by_name($pool, $name) { ... }
sub get_xml_description($pool, $flags = 0) { ... }
sub is_active($pool) { ... }
sub is_persistent($pool) { ... }
sub list_all_volumes($pool, $flags = 0) { ... }
sub list_storage_vol_names($pool, $maxnames) { ... }
sub list_volumes($pool) { ... }
sub num_of_storage_volumes($pool) { ... }
sub refresh($pool, $flags = 0) { ... }
sub set_autostart($pool, $autostart) { ... }
sub undefine($pool) { ... }

sub BUILD_NEW() { ... }
sub BUILD_NO_OVERWRITE() { ... }
sub BUILD_OVERWRITE() { ... }
sub BUILD_REPAIR() { ... }
sub BUILD_RESIZE() { ... }
sub CREATE_NORMAL() { ... }
sub CREATE_WITH_BUILD() { ... }
sub CREATE_WITH_BUILD_NO_OVERWRITE() { ... }
sub CREATE_WITH_BUILD_OVERWRITE() { ... }
sub DEFINE_VALIDATE() { ... }
sub DELETE_NORMAL() { ... }
sub DELETE_ZEROED() { ... }
sub EVENT_CREATED() { ... }
sub EVENT_DEFINED() { ... }
sub EVENT_DELETED() { ... }
sub EVENT_ID_LIFECYCLE() { ... }
sub EVENT_ID_REFRESH() { ... }
sub EVENT_STARTED() { ... }
sub EVENT_STOPPED() { ... }
sub EVENT_UNDEFINED() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_AUTOSTART() { ... }
sub LIST_DIR() { ... }
sub LIST_DISK() { ... }
sub LIST_FS() { ... }
sub LIST_GLUSTER() { ... }
sub LIST_INACTIVE() { ... }
sub LIST_ISCSI() { ... }
sub LIST_ISCSI_DIRECT() { ... }
sub LIST_LOGICAL() { ... }
sub LIST_MPATH() { ... }
sub LIST_NETFS() { ... }
sub LIST_NO_AUTOSTART() { ... }
sub LIST_PERSISTENT() { ... }
sub LIST_RBD() { ... }
sub LIST_SCSI() { ... }
sub LIST_SHEEPDOG() { ... }
sub LIST_TRANSIENT() { ... }
sub LIST_VSTORAGE() { ... }
sub LIST_ZFS() { ... }
sub STATE_BUILDING() { ... }
sub STATE_DEGRADED() { ... }
sub STATE_INACCESSIBLE() { ... }
sub STATE_INACTIVE() { ... }
sub STATE_RUNNING() { ... }
sub XML_INACTIVE() { ... }
