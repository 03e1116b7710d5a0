package Sys::Virt::Stream;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
