package Sys::Virt::DomainSnapshot;

require Sys::Virt;

1;
