package Sys::Virt::StoragePool;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

1;
