# What Virt.so makes for Sys::Virt::Admin::Client, named for tools that read source; perl never reads this.

package Sys::Virt::Admin::Client;

sub close($client, $flags = 0) { ... }
sub get_id($client) { ... }
sub get_info($client, $flags = 0) { ... }
sub get_timestamp($client) { ... }
sub get_transport($client) { ... }
