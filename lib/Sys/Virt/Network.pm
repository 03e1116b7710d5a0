package Sys::Virt::Network;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
