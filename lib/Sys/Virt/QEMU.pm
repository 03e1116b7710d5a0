package Sys::Virt::QEMU;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

Sys::Virt::_extend(__PACKAGE__);

# A method of libvirt's takes a command as text. One that is given as a hash goes to it as JSON, and
# what it answers is made a hash again; by `async`, when the answer is there.
package Sys::Virt; # so that errors are of the line in the script

for my $name (qw(qemu_monitor_command qemu_monitor_command_with_files qemu_agent_command)) {
    my $method = \&{"Sys::Virt::Domain::$name"};
    my $text   = sub { require Sys::Virt::QEMU::Structure; return Sys::Virt::QEMU::Structure::text($name, @_) };
    my $reply  = sub { return Sys::Virt::QEMU::Structure::reply($name, @_) };
    delete $Sys::Virt::Domain::{$name};
    *{"Sys::Virt::Domain::$name"} = sub {
        my $kept = \@_; # by which @_ owns what is in it: a tied argument may free the others
        goto &$method if ref $_[1] ne 'HASH';
        my @arguments = $text->(@_);
        return $reply->($method->(@arguments));
    };
    delete $Sys::Virt::Async::{$name};
    $Sys::Virt::Future::through{$name} = sub {
        my ($object, $timeout) = @{ +shift };
        return Sys::Virt::Future::_begin($method, $timeout, $object, @_) if ref $_[0] ne 'HASH';
        return Sys::Virt::Future::_begin($method, $timeout, $text->($object, @_))->_made_by($reply);
    };
}

package Sys::Virt::QEMU;

# strict, which would refuse the names above, without reading its file.
use v5.32;

sub guest_exec { require Sys::Virt::QEMU::Exec; goto &Sys::Virt::QEMU::Exec::guest_exec }

# What Virt.so makes is named in QEMU.ph.

1;
