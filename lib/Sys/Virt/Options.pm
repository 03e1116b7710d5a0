package Sys::Virt::Options;

# What methods written in Perl say of their arguments. Most scripts give nothing to say.

use strict;
use warnings;

# A slip that opens another connection than was meant is said where `new` was called. It is no
# more than a warning where a script may have lived with it.
sub look_at {
    my ($given, $known, @unknown) = @_;
    if (@$given == 1 && @unknown && $unknown[0] =~ m{^[a-z][a-z0-9+.-]*:/}i) {
        my (undef, $file, $line) = caller 2;
        die "Usage: Sys::Virt->new(uri => '$unknown[0]'), not without its name, at $file line $line.\n";
    }
    my @warnings = @$given % 2
        ? 'odd number of arguments, where each value has a name before it'
        : map { "'$_' is unknown here and ignored, known are " . join ', ', @$known } @unknown;
    warnings::warnif_at_level('misc', 2, "Sys::Virt::new: $_") foreach @warnings;
    return;
}

sub check_seconds {
    my ($method, $name, $seconds) = @_;
    return if !ref $seconds && $seconds =~ /^[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/;
    fail(Sys::Virt::Error::ERR_INVALID_ARG(), "Sys::Virt::$method: argument '$name' is '$seconds', not a number of seconds");
}

# Dies with an error that has the place in the script.
sub fail {
    my ($code, $message, $domain) = @_;
    my $level = 0;
    $level++ while (caller $level)[0] =~ /^Sys::Virt\b/;
    my (undef, $file, $line) = caller $level;
    my %error = (code => $code, domain => $domain // Sys::Virt::Error::FROM_NONE(), level => Sys::Virt::Error::LEVEL_ERROR());
    die bless { %error, message => "$message at $file line $line.\n" }, 'Sys::Virt::Error';
}

1;
