package Sys::Virt::LXC;

use v5.32;
require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

Sys::Virt::_extend(__PACKAGE__);

sub run { require Sys::Virt::LXC::Run; goto &Sys::Virt::LXC::Run::run }

# What Virt.so makes is named in LXC.ph.

1;
