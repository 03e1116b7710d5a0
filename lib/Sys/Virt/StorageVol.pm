package Sys::Virt::StorageVol;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
