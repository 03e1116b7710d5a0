package Sys::Virt::Admin::Client;

require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Client.ph.

1;
