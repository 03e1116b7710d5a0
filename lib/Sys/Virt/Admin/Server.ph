# What Virt.so makes for Sys::Virt::Admin::Server, named for tools that read source; perl never reads this.

package Sys::Virt::Admin::Server;

sub get_client_limits($server, $flags = 0) { ... }
sub get_name($server) { ... }
sub get_threadpool_parameters($server, $flags = 0) { ... }
sub list_clients($server, $flags = 0) { ... }
sub lookup_client($server, $id, $flags = 0) { ... }
sub set_client_limits($server, $params, $flags = 0) { ... }
sub set_threadpool_parameters($server, $params, $flags = 0) { ... }
sub update_tls_files($server, $flags = 0) { ... }
