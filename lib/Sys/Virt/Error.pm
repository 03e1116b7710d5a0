package Sys::Virt::Error;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
