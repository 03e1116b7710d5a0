# What Virt.so makes for Sys::Virt::NodeDevice, named for tools that read source; perl never reads this.

package Sys::Virt::NodeDevice;

sub create($dev, $flags = 0) { ... }
sub destroy($dev_rv) { ... }
sub dettach($dev, $driversv = undef, $flags = 0) { ... }
sub get_autostart($nodedev) { ... }
sub get_name($dev) { ... }
sub get_parent($dev) { ... }
sub get_xml_description($dev, $flags = 0) { ... }
sub is_active($nodedev) { ... }
sub is_persistent($nodedev) { ... }
sub list_capabilities($dev) { ... }
sub reattach($dev) { ... }
sub reset($dev) { ... }
sub set_autostart($nodedev, $autostart) { ... }
sub undefine($dev, $flags = 0) { ... }
sub update($nodedev, $xml, $flags = 0) { ... }

sub CREATE_XML_VALIDATE() { ... }
sub DEFINE_XML_VALIDATE() { ... }
sub EVENT_CREATED() { ... }
sub EVENT_DEFINED() { ... }
sub EVENT_DELETED() { ... }
sub EVENT_ID_LIFECYCLE() { ... }
sub EVENT_ID_UPDATE() { ... }
sub EVENT_UNDEFINED() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_CAP_AP_CARD() { ... }
sub LIST_CAP_AP_MATRIX() { ... }
sub LIST_CAP_AP_QUEUE() { ... }
sub LIST_CAP_CCWGROUP_DEV() { ... }
sub LIST_CAP_CCWGROUP_MEMBER() { ... }
sub LIST_CAP_CCW_DEV() { ... }
sub LIST_CAP_CSS_DEV() { ... }
sub LIST_CAP_DRM() { ... }
sub LIST_CAP_FC_HOST() { ... }
sub LIST_CAP_MDEV() { ... }
sub LIST_CAP_MDEV_TYPES() { ... }
sub LIST_CAP_NET() { ... }
sub LIST_CAP_PCI_DEV() { ... }
sub LIST_CAP_SCSI() { ... }
sub LIST_CAP_SCSI_GENERIC() { ... }
sub LIST_CAP_SCSI_HOST() { ... }
sub LIST_CAP_SCSI_TARGET() { ... }
sub LIST_CAP_STORAGE() { ... }
sub LIST_CAP_SYSTEM() { ... }
sub LIST_CAP_USB_DEV() { ... }
sub LIST_CAP_USB_INTERFACE() { ... }
sub LIST_CAP_VDPA() { ... }
sub LIST_CAP_VPD() { ... }
sub LIST_CAP_VPORTS() { ... }
sub LIST_INACTIVE() { ... }
sub LIST_PERSISTENT() { ... }
sub LIST_TRANSIENT() { ... }
sub UPDATE_AFFECT_CONFIG() { ... }
sub UPDATE_AFFECT_CURRENT() { ... }
sub UPDATE_AFFECT_LIVE() { ... }
sub XML_INACTIVE() { ... }
