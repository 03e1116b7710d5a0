package Test::SysVirt::Compare::Outcome;

# Turns what a call gave into plain data, the same for two runs of one call. Whatever differs
# between runs by its nature is replaced here, by the rules of t/compare/masks.pl.

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use Scalar::Util qw(blessed reftype);

our @EXPORT_OK = qw(configure describe describe_error tidy_text to_json);

# What tells one object from another, tried in this order.
my @IDENTITY = qw(get_uuid_string get_key get_port_dev get_name get_uri);

my $json = JSON::PP->new->canonical->ascii->allow_nonref;
my ($scratch, %masked_key, @masked_text) = ('');

sub configure {
    my (%given) = @_;
    $scratch = $given{scratch};
    %masked_key = map { $_ => 1 } map { @{ $_->{keys} || [] } } @{ $given{masks} };
    @masked_text = map { $_->{text} ? $_->{text} : () } @{ $given{masks} };
    return;
}

sub to_json { return $json->encode($_[0]) }

# Only the text of a warning or of a plain die is compared: its place in the source, the name of
# the variable and the kind of the op belong to the module's own Perl code.
sub tidy_text {
    my ($text) = @_;
    $text =~ s/(?: at \S+ line \d+(?:, <\S+> (?:line|chunk) \d+)?)+\.?\n\z//;
    $text =~ s/^(Use of uninitialized value).*/$1/s;
    return mask_text($text);
}

sub mask_text {
    my ($text) = @_;
    $text =~ s/\Q$scratch\E/<scratch>/g if $scratch;
    $_->($text) for @masked_text;
    return $text;
}

sub describe {
    my ($value) = @_;
    return $value if !defined $value;
    if (!ref $value) {
        return $value if !is_text($value);
        my $masked = mask_text($value);
        return $masked eq $value ? $value : $masked;
    }
    return describe_error($value) if blessed $value && $value->isa('Sys::Virt::Error');
    return { object => ref $value, identity => identity($value) } if blessed $value;
    return [map { describe($_) } @$value] if reftype $value eq 'ARRAY';
    return {
        map { $_ => $masked_key{$_} ? '<masked ' . kind($value->{$_}) . '>' : describe($value->{$_}) }
            keys %$value
    } if reftype $value eq 'HASH';
    return { reference => describe($$value) } if reftype $value eq 'SCALAR' || reftype $value eq 'REF';
    return '<' . reftype($value) . '>';
}

sub describe_error {
    my ($error) = @_;
    return { died => tidy_text($error) } if !blessed $error;
    return { died => ref $error } if !$error->isa('Sys::Virt::Error');
    my $string = "$error";
    return {
        class => ref $error,
        (map { $_ => $error->{$_} } sort grep { $_ ne 'message' } keys %$error),
        message => mask_text($error->{message}),
        string => mask_text($string),
    };
}

sub identity {
    my ($object) = @_;
    for my $method (grep { $object->can($_) } @IDENTITY) {
        my $identity = eval { $object->$method };
        return describe_error($@) if !defined $identity;
        return mask_text($identity);
    }
    return;
}

# JSON::PP's own test for what it writes with quotes.
sub is_text { return to_json($_[0]) =~ /^"/ }

sub kind {
    my ($value) = @_;
    return !defined $value ? 'undef' : ref $value || (is_text($value) ? 'text' : 'number');
}

1;
