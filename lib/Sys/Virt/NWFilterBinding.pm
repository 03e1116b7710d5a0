package Sys::Virt::NWFilterBinding;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub delete;
sub get_filter_name;
sub get_port_dev;
sub get_xml_description;

# Constants:
CREATE_VALIDATE
