package Sys::Virt::Admin::Server;

use v5.32;
require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Server.ph.

1;
