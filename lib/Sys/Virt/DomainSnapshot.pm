package Sys::Virt::DomainSnapshot;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
