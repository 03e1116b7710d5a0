package Sys::Virt::NodeDevice;

require Sys::Virt;

1;
