# What Virt.so makes for Sys::Virt::NetworkPort, named for tools that read source; perl never reads this.

package Sys::Virt::NetworkPort;

sub delete($port, $flags = 0) { ... }
sub get_parameters($port, $flags = 0) { ... }
sub get_uuid($port) { ... }
sub get_uuid_string($port) { ... }
sub get_xml_description($port, $flags = 0) { ... }
sub set_parameters($port, $newparams, $flags = 0) { ... }

sub BANDWIDTH_IN_AVERAGE() { ... }
sub BANDWIDTH_IN_BURST() { ... }
sub BANDWIDTH_IN_FLOOR() { ... }
sub BANDWIDTH_IN_PEAK() { ... }
sub BANDWIDTH_OUT_AVERAGE() { ... }
sub BANDWIDTH_OUT_BURST() { ... }
sub BANDWIDTH_OUT_PEAK() { ... }
sub CREATE_RECLAIM() { ... }
sub CREATE_VALIDATE() { ... }
