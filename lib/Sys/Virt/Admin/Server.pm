package Sys::Virt::Admin::Server;

require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Server.ph.

1;
