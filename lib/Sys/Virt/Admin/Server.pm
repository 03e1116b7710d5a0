package Sys::Virt::Admin::Server;

require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub get_client_limits;
sub get_name;
sub get_threadpool_parameters;
sub list_clients;
sub lookup_client;
sub set_client_limits;
sub set_threadpool_parameters;
sub update_tls_files;
