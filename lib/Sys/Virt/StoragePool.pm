package Sys::Virt::StoragePool;

require Sys::Virt;

1;
