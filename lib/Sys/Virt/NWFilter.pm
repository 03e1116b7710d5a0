package Sys::Virt::NWFilter;

require Sys::Virt;

1;
