package Sys::Virt::Stream;

require Sys::Virt;

1;
