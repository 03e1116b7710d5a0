package Sys::Virt::Interface;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
