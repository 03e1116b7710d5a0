package Sys::Virt::Admin;

require Sys::Virt;
our $VERSION = $Sys::Virt::VERSION;

Sys::Virt::_extend(__PACKAGE__);
*{"Sys::Virt::Admin${_}::async"} = \&Sys::Virt::async for '', '::Client', '::Server';

# strict, which would refuse the names above, without reading its file.
use v5.32;

package Sys::Virt; # so that errors are of the line in the script

my @options = qw(flags uri);

sub Sys::Virt::Admin::new {
    my ($proto, @given) = @{ \@_ }; # of which a tied one may free the others
    my ($open, undef, @arguments) = Sys::Virt::Admin::_opening(@given);
    return _opened($proto, undef, $open->(@arguments));
}

# What opens a connection, no time for it, and its arguments.
sub Sys::Virt::Admin::_opening {
    my %params = _named('Sys::Virt::Admin', \@options, @_);
    _watch_signals();
    return (\&Sys::Virt::Admin::_open, undef, $params{uri}, $params{flags} || 0);
}

# What Virt.so makes is named in Admin.ph.

1;
