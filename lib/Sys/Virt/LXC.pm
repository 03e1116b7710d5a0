package Sys::Virt::LXC;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

Sys::Virt::_extend(__PACKAGE__);

sub run { require Sys::Virt::LXC::Run; goto &Sys::Virt::LXC::Run::run }

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

package Sys::Virt::Domain;
sub lxc_enter_cgroup;
sub lxc_enter_namespace;
sub lxc_enter_security_label;
sub lxc_open_namespace;
