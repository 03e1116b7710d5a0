package Sys::Virt::EventImpl;

require Sys::Virt;

1;
