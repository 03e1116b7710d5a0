package Sys::Virt::NWFilterBinding;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
