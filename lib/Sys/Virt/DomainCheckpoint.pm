package Sys::Virt::DomainCheckpoint;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
