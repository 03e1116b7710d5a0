package Sys::Virt::Secret;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
