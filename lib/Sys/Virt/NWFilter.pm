package Sys::Virt::NWFilter;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub get_name;
sub get_uuid;
sub get_uuid_string;
sub get_xml_description;
sub undefine;

# Constants:
DEFINE_VALIDATE
