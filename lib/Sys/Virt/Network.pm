package Sys::Virt::Network;

require Sys::Virt;

1;
