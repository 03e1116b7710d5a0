package Sys::Virt::NetworkPort;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub delete;
sub get_parameters;
sub get_uuid;
sub get_uuid_string;
sub get_xml_description;
sub set_parameters;

# Constants:
BANDWIDTH_IN_AVERAGE BANDWIDTH_IN_BURST BANDWIDTH_IN_FLOOR BANDWIDTH_IN_PEAK
BANDWIDTH_OUT_AVERAGE BANDWIDTH_OUT_BURST BANDWIDTH_OUT_PEAK CREATE_RECLAIM CREATE_VALIDATE
