package Sys::Virt::Domain;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
