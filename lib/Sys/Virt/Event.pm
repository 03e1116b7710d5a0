package Sys::Virt::Event;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
