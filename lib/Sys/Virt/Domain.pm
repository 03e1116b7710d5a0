package Sys::Virt::Domain;

require Sys::Virt;

1;
