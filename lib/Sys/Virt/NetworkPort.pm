package Sys::Virt::NetworkPort;

require Sys::Virt;

1;
