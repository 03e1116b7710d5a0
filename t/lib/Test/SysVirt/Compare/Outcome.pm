package Test::SysVirt::Compare::Outcome;

# Turns what a call gave into plain data, the same for two runs of one call: an object becomes
# its class and what identifies it. Whatever differs between runs by its nature is replaced, by
# the rules of t/compare/masks.pl and by what hide() was told.

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use Scalar::Util qw(blessed reftype);

our @EXPORT_OK = qw(describe hide kind mask tidy to_json);

# Tried in this order.
my @IDENTITY = qw(get_uuid_string get_key get_port_dev get_name get_uri);

my $json = JSON::PP->new->canonical->ascii->allow_nonref;
my (%masked_key, @masked_text);

sub to_json { return $json->encode($_[0]) }

sub mask {
    my (@masks) = @_;
    @masked_key{ map { @{ $_->{keys} || [] } } @masks } = ();
    push @masked_text, map { $_->{text} || () } @masks;
    return;
}

sub hide {
    my ($text, $placeholder) = @_;
    push @masked_text, sub { s/\Q$text\E/$placeholder/g };
    return;
}

sub mask_text {
    local ($_) = @_;
    for my $mask (@masked_text) { $mask->() }
    return $_;
}

# Where a warning or an error of the module's own came up, and the names of variables and ops it
# mentions, belong to the module's own Perl code.
sub tidy {
    my ($text) = @_;
    $text =~ s/ at \S+ line \d+(?:, <\S+> (?:line|chunk) \d+)?\.\n\z//;
    $text =~ s/^(Use of uninitialized value).*/$1/;
    return mask_text($text);
}

sub describe {
    my ($value) = @_;
    if (!ref $value) {
        return $value if kind($value) ne 'text';
        return mask_text($value);
    }
    return describe_exception($value) if blessed $value && $value->isa('Sys::Virt::Error');
    return { object => ref $value, identity => identity($value) } if blessed $value;
    return [map { describe($_) } @$value] if ref $value eq 'ARRAY';
    return { map { $_ => describe_named($_, $value->{$_}) } keys %$value } if ref $value eq 'HASH';
    return { reference => describe($$value) } if ref $value eq 'SCALAR' || ref $value eq 'REF';
    return { reference => reftype $value };
}

sub describe_named {
    my ($name, $value) = @_;
    return exists $masked_key{$name} ? '<' . kind($value) . '>' : describe($value);
}

sub describe_exception {
    my ($error) = @_;
    return {
        class => ref $error,
        (map { $_ => describe($error->{$_}) } keys %$error),
        message => tidy($error->{message}),
        string => tidy("$error"),
    };
}

sub identity {
    my ($object) = @_;
    my ($method) = grep { $object->can($_) } @IDENTITY or return;
    my $identity;
    return eval { $identity = $object->$method; 1 } ? describe($identity) : tidy("$@");
}

# Told apart as JSON::PP does it.
sub kind {
    my ($value) = @_;
    return 'undef' if !defined $value;
    return ref $value if ref $value;
    return to_json($value) =~ /^"/ ? 'text' : 'number';
}

1;
