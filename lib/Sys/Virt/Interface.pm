package Sys::Virt::Interface;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub create;
sub destroy;
sub get_mac;
sub get_name;
sub get_xml_description;
sub is_active;
sub undefine;

# Constants:
DEFINE_VALIDATE LIST_ACTIVE LIST_INACTIVE XML_INACTIVE
