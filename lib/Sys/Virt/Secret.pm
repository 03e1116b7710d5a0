package Sys::Virt::Secret;

require Sys::Virt;

1;
