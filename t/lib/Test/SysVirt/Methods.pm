package Test::SysVirt::Methods;

# The methods of t/data/methods.tsv, with their parameters.
#
#   for my $method (Test::SysVirt::Methods::all()) { ... }
#
# Each is a hash: package, name, full (package::name), parameters (self among them), least and
# most (how many arguments a call takes), object (whether the first one is an object of the
# package), surplus (what becomes of more arguments), usage (its message), and for a method that
# needs a function newer than libvirt 7.0 that function and its release; has($method) is whether
# the installed libvirt has that.
#
# The table writes a parameter as `name: kind`, with
#
#   ?            where undef is as good as a value, though the argument cannot be left out
#   = DEFAULT    where it can; undef then stands for the default
#   of PREFIX    behind a kind that takes a hash: its keys are the values of the constants PREFIX_*
#
# and these kinds:
#
#   int      an integer of 32 bits          long   an integer of 64 bits
#   str      a string for C                 bytes  a string of any bytes
#   hash array code                         a reference to one
#   output   a variable to write to
#   handle   a file handle or the number of a descriptor
#   any      one thing or another
#   Connect  a Sys::Virt                    Domain, Network, ...  a Sys::Virt::Domain, ...
#
# Surplus arguments are `refused` with the usage message, `ignored` with a warning, or `any`: the
# method is written in Perl and looks at what it likes.

use strict;
use warnings;
use Test::SysVirt::Constants;
use Test::SysVirt::Table qw(rows);

my @strings = grep { $_->{type} eq 'str' } Test::SysVirt::Constants::all();
my %known = map { $_ => 1 } qw(int long str bytes hash array code output handle any), map { $_->{package} } rows('methods');

sub all { return map { method($_) } rows('methods') }

sub method {
    my ($row) = @_;
    my $full = "$row->{package}::$row->{method}";
    my @parameters = map { parameter($full, $_) } split /, /, $row->{parameters};
    $row->{surplus} =~ /^(?:refused|ignored|any)\z/ or die "$full: surplus arguments are '$row->{surplus}'";
    my ($function, $release) = split / /, $row->{since};
    return {
        package => $row->{package}, name => $row->{method}, full => $full,
        parameters => \@parameters,
        least => scalar(grep { !$_->{optional} } @parameters),
        most => scalar @parameters,
        object => @parameters && $parameters[0]{kind} eq $row->{package},
        surplus => $row->{surplus},
        usage => "Usage: $full(" . join(', ', map { $_->{shown} } @parameters) . ')',
        function => $function, release => $release,
    };
}

sub has {
    my ($method) = @_;
    my ($major, $minor, $micro) = split /\./, $method->{release} // return 1;
    require Sys::Virt;
    return Sys::Virt->get_library_version >= $major * 1_000_000 + $minor * 1_000 + $micro;
}

# As a hash: name, kind, keys (a list), optional, undef (whether that may
# stand there), shown (how the usage message has it).
sub parameter {
    my ($full, $text) = @_;
    my ($name, $kind, $keys, $undef, $preset) = $text =~ /^(\w+): (\w+)(?: of (\w+))?(\?)?(?: = (\S+))?\z/
        or die "$full: '$text' is no parameter";
    $kind = $kind eq 'Connect' ? 'Sys::Virt' : "Sys::Virt::$kind" if $kind =~ /^[A-Z]/;
    die "$full: '$kind' is no kind" if !$known{$kind};
    my @keys = map { $_->{value} } grep { defined $keys && $_->{name} =~ /^${keys}_/ } @strings;
    die "$full: no constants begin with $keys" if defined $keys && !@keys;
    return {
        name => $name, kind => $kind, keys => \@keys, optional => defined $preset,
        undef => $undef || defined $preset, shown => defined $preset ? "$name=$preset" : $name,
    };
}

1;
