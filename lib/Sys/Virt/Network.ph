# What Virt.so makes for Sys::Virt::Network, named for tools that read source; perl never reads this.

package Sys::Virt::Network;

sub create($net) { ... }
sub create_port($net, $xml, $flags = 0) { ... }
sub destroy($net_rv) { ... }
sub get_autostart($net) { ... }
sub get_bridge_name($net) { ... }
sub get_dhcp_leases($net, $macsv = undef, $flags = 0) { ... }
sub get_metadata($net, $type, $uri = undef, $flags = 0) { ... }
sub get_name($net) { ... }
sub get_port_by_uuid($net, $uuid) { ... }
sub get_uuid($net) { ... }
sub get_uuid_string($net) { ... }
sub get_xml_description($net, $flags = 0) { ... }
sub is_active($net) { ... }
sub is_persistent($net) { ... }
sub list_all_ports($net, $flags = 0) { ... }
sub set_autostart($net, $autostart) { ... }
sub set_metadata($net, $type, $metadata = undef, $key = undef, $uri = undef, $flags = 0) { ... }
sub undefine($net) { ... }
sub update($net, $command, $section, $parentIndex, $xml, $flags = 0) { ... }

sub CREATE_VALIDATE() { ... }
sub DEFINE_VALIDATE() { ... }
sub EVENT_DEFINED() { ... }
sub EVENT_ID_LIFECYCLE() { ... }
sub EVENT_ID_METADATA_CHANGE() { ... }
sub EVENT_STARTED() { ... }
sub EVENT_STOPPED() { ... }
sub EVENT_UNDEFINED() { ... }
sub LIST_ACTIVE() { ... }
sub LIST_AUTOSTART() { ... }
sub LIST_INACTIVE() { ... }
sub LIST_NO_AUTOSTART() { ... }
sub LIST_PERSISTENT() { ... }
sub LIST_TRANSIENT() { ... }
sub METADATA_DESCRIPTION() { ... }
sub METADATA_ELEMENT() { ... }
sub METADATA_TITLE() { ... }
sub SECTION_BRIDGE() { ... }
sub SECTION_DNS_HOST() { ... }
sub SECTION_DNS_SRV() { ... }
sub SECTION_DNS_TXT() { ... }
sub SECTION_DOMAIN() { ... }
sub SECTION_FORWARD() { ... }
sub SECTION_FORWARD_INTERFACE() { ... }
sub SECTION_FORWARD_PF() { ... }
sub SECTION_IP() { ... }
sub SECTION_IP_DHCP_HOST() { ... }
sub SECTION_IP_DHCP_RANGE() { ... }
sub SECTION_NONE() { ... }
sub SECTION_PORTGROUP() { ... }
sub UPDATE_AFFECT_CONFIG() { ... }
sub UPDATE_AFFECT_CURRENT() { ... }
sub UPDATE_AFFECT_LIVE() { ... }
sub UPDATE_COMMAND_ADD_FIRST() { ... }
sub UPDATE_COMMAND_ADD_LAST() { ... }
sub UPDATE_COMMAND_DELETE() { ... }
sub UPDATE_COMMAND_MODIFY() { ... }
sub UPDATE_COMMAND_NONE() { ... }
sub XML_INACTIVE() { ... }
