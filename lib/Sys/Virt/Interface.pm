package Sys::Virt::Interface;

require Sys::Virt;

1;
