package Sys::Virt::Interface;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Interface.ph.

1;
