package Sys::Virt::NWFilter;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
