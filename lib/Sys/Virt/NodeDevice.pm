package Sys::Virt::NodeDevice;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
