package Sys::Virt::StorageVol;

use v5.32;
require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

# What Virt.so makes is named in StorageVol.ph.

1;
