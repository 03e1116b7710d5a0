package Sys::Virt::Admin::Client;

require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub close;
sub get_id;
sub get_info;
sub get_timestamp;
sub get_transport;
