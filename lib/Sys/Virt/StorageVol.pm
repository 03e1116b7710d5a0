package Sys::Virt::StorageVol;

require Sys::Virt;

1;
