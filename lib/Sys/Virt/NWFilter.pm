package Sys::Virt::NWFilter;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in NWFilter.ph.

1;
