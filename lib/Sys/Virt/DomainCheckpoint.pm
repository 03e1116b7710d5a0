package Sys::Virt::DomainCheckpoint;

require Sys::Virt;

1;
