package Sys::Virt::Stream;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Stream.ph.

1;
