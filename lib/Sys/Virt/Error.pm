package Sys::Virt::Error;

require Sys::Virt;

1;
