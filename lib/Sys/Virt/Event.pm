package Sys::Virt::Event;

require Sys::Virt;

1;
