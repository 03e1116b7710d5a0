package Sys::Virt::Options;

# What methods written in Perl say of their arguments. Most scripts give nothing to say.

use strict;
use warnings;

# A slip that opens another connection than was meant is said where `new` was called. It is no
# more than a warning where a script may have lived with it.
sub look_at {
    my ($class, $given, $known, @unknown) = @_;
    if (@$given == 1 && @unknown && $unknown[0] =~ m{^[a-z][a-z0-9+.-]*:/}i) {
        my (undef, $file, $line) = caller 3;
        die "Usage: $class->new(uri => '$unknown[0]'), not without its name, at $file line $line.\n";
    }
    my @warnings = @$given % 2
        ? 'odd number of arguments, where each value has a name before it'
        : map { "'$_' is unknown here and ignored, known are " . join ', ', @$known } @unknown;
    warnings::warnif_at_level('misc', 3, "${class}::new: $_") foreach @warnings;
    return;
}

sub check_seconds {
    my ($method, $name, $seconds) = @_;
    return if !ref $seconds && $seconds =~ /^[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/;
    fail(Sys::Virt::Error::ERR_INVALID_ARG(), "Sys::Virt::$method: argument '$name' is '$seconds', not a number of seconds");
}

# The program, with its arguments, that a method runs elsewhere. `$invalid` refuses it.
sub command {
    my ($invalid, $command) = @_;
    $invalid->("argument 'command' is not a reference to an array with a program and its arguments")
        if ref $command ne 'ARRAY' || !@$command || grep { !defined || ref } @$command;
    return map { "$_" } @$command;
}

# And its options, of which some are for any program.
sub options {
    my ($invalid, $known, @given) = @_;
    $invalid->('odd number of options, where each value has a name before it') if @given % 2;
    my %option = @given;
    $known->{$_} or $invalid->("option '$_' is unknown, known are " . join ', ', sort keys %$known) for sort keys %option;
    $invalid->("option 'env' is not a hash reference") if defined $option{env} && ref $option{env} ne 'HASH';
    $invalid->("option 'input' has characters above 255: encode it first")
        if defined $option{input} && (ref $option{input} || !utf8::downgrade($option{input}, 1));
    return %option;
}

# Dies with an error that has the place in the script, and knows the method that its message begins with.
sub fail {
    my ($code, $message, $domain) = @_;
    my $level = 0;
    $level++ while (caller $level)[0] =~ /^Sys::Virt\b/;
    my (undef, $file, $line) = caller $level;
    my %error = (code => $code, domain => $domain // Sys::Virt::Error::FROM_NONE(), level => Sys::Virt::Error::LEVEL_ERROR());
    my $error = bless { %error, message => "$message at $file line $line.\n" }, 'Sys::Virt::Error';
    my ($method) = $message =~ /^([\w:]+): /;
    Sys::Virt::Error::_of_call($error, $method, $file, $line);
    die $error;
}

1;
