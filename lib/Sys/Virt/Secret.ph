# What Virt.so makes for Sys::Virt::Secret, named for tools that read source; perl never reads this.

package Sys::Virt::Secret;

sub get_usage_id($sec) { ... }
sub get_usage_type($sec) { ... }
sub get_uuid($sec) { ... }
sub get_uuid_string($sec) { ... }
sub get_value($sec, $flags = 0) { ... }
sub get_xml_description($sec, $flags = 0) { ... }
sub set_value($sec, $value, $flags = 0) { ... }
sub undefine($sec) { ... }

sub DEFINE_VALIDATE() { ... }
sub EVENT_DEFINED() { ... }
sub EVENT_ID_LIFECYCLE() { ... }
sub EVENT_ID_VALUE_CHANGED() { ... }
sub EVENT_UNDEFINED() { ... }
sub LIST_EPHEMERAL() { ... }
sub LIST_NO_EPHEMERAL() { ... }
sub LIST_NO_PRIVATE() { ... }
sub LIST_PRIVATE() { ... }
sub USAGE_TYPE_CEPH() { ... }
sub USAGE_TYPE_ISCSI() { ... }
sub USAGE_TYPE_NONE() { ... }
sub USAGE_TYPE_TLS() { ... }
sub USAGE_TYPE_VOLUME() { ... }
sub USAGE_TYPE_VTPM() { ... }
