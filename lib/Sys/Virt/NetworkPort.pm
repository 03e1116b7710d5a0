package Sys::Virt::NetworkPort;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
