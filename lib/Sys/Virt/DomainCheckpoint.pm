package Sys::Virt::DomainCheckpoint;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in DomainCheckpoint.ph.

1;
