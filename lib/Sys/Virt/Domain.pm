package Sys::Virt::Domain;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Domain.ph.

1;
