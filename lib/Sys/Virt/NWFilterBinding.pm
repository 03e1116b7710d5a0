package Sys::Virt::NWFilterBinding;

require Sys::Virt;

1;
