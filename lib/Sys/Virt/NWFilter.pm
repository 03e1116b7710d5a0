package Sys::Virt::NWFilter;

use v5.32;
require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in NWFilter.ph.

1;
