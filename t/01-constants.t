use strict;
use warnings;
use lib 't/lib';
use Test::More;
use B ();
use B::Deparse ();
use POSIX ();
use Sys::Virt;
use Test::SysVirt::Constants;

# Every constant, in every form that scripts use, and no other.

my @constants = (Test::SysVirt::Constants::all(), Test::SysVirt::Constants::extended());

my %constants;
push @{ $constants{ $_->{package} } }, $_ for @constants;

for my $package (sort keys %constants) {
    my @rows = @{ $constants{$package} };
    subtest "$package, " . @rows => sub { compare($package, @rows) };
}
done_testing;

sub compare {
    my ($package, @rows) = @_;
    my @names  = map { $_->{name} } @rows;
    my @values = map { $_->{value} } @rows;
    my @literals = map { $_->{type} eq 'iv' ? $_->{value} : "'$_->{value}'" } @rows;

    my $list = join ', ', map { "${package}::$_" } @names;
    is_deeply([fresh(sub { evaluated("($list)") })], \@values, "$package: constants as barewords have their values");
    is_deeply([fresh(sub { evaluated(join ', ', map { "&${package}::$_" } @names) })], \@values, "$package: constants called with & have their values");
    is_deeply([fresh(sub { evaluated(join ', ', map { "$package->$_" } @names) })], \@values, "$package: constants as class methods have their values");
    is_deeply([fresh(sub { map { (eval "package Elsewhere; ${package}::$_()") } @names })], \@values, "$package: constants called from another package have their values");
    is_deeply([fresh(sub { map { my $code = $package->can($_); $code ? $code->() : 'none' } @names })], \@values, "$package: constants found by can have their values");
    is_deeply([fresh(sub { grep { !eval "defined &${package}::$_" } @names })], [], "$package: all constants are defined");
    is_deeply([fresh(sub { grep { !eval "exists &${package}::$_" } @names })], [], "$package: all constants exist");
    is_deeply([fresh(sub { map { type("${package}::$_") } @names })], [map { $_->{type} } @rows], "$package: constants are integers or strings as the table says");
    is_deeply([fresh(sub { grep { eval "my \$same = \\${package}::$_(); \$\$same = 7; 1" } @names })], [], "$package: constants are read-only");
    is(join(' ', fresh(sub { deparsed($list) })), deparsed(join ', ', @literals), "$package: constants are folded when a script is compiled");

    my %listed = map { $_ => 1 } @names;
    is_deeply([grep { !$listed{$_} } found($package)], [], "$package: there is no constant that the table lacks");
}

# What a script gets that has not looked at any constant before. Looking at one changes how
# perl holds it.
sub fresh {
    my ($code) = @_;
    my $pid = open my $child, '-|';
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        print join "\0", map { $_ // 'undef' } $code->();
        close STDOUT;
        POSIX::_exit(0);
    }
    local $/;
    return split /\0/, <$child>;
}

sub evaluated {
    my ($list) = @_;
    my @values = eval "use strict; use warnings FATAL => 'all'; $list";
    return @values ? @values : "failed: $@";
}

sub deparsed {
    my ($list) = @_;
    my $code = eval "use strict; no warnings; sub { my \@list = ($list) }" or return "failed: $@";
    return B::Deparse->new->coderef2text($code);
}

sub type {
    my ($name) = @_;
    my $value = eval $name;
    my $flags = B::svref_2object(\$value)->FLAGS;
    return $flags & B::SVf_POK ? 'str' : $flags & B::SVf_IOK ? 'iv' : 'neither';
}

# The constants that a package has. A constant is a reference to a value, or a sub that is constant,
# as DESTROY is, too, so that perl does not call it.
sub found {
    my ($package) = @_;
    no strict 'refs';
    my $symbols = \%{"${package}::"};
    return grep {
        my $symbol = $symbols->{$_};
        ref $symbol eq 'SCALAR'
            || ref \$symbol eq 'GLOB' && defined &$symbol && B::svref_2object(\&$symbol)->CvFLAGS & B::CVf_CONST;
    } grep { $_ ne 'DESTROY' } sort keys %$symbols;
}
