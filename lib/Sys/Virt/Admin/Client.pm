package Sys::Virt::Admin::Client;

use v5.32;
require Sys::Virt::Admin;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in Client.ph.

1;
