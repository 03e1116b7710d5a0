use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Constants;
use Test::SysVirt::Host;
use Test::SysVirt::Hostile qw(containers scalars);
use Test::SysVirt::Methods;
use Test::SysVirt::Survive qw(survivors);

# Every parameter of every method, with everything that it is not meant for: nothing crashes,
# hangs or exits, and what cannot be an argument is refused by name.

# Kinds of parameters, and what they have to refuse.
my @data = qw(plain beyond32 beyond64 nul wide);
my @references = qw(hash array code reference object);
my %refused = (
    int   => [@references, 'beyond32', 'beyond64'],
    long  => [@references, 'beyond64'],
    str   => [@references, 'nul'],
    bytes => [@references, 'wide'],
    hash  => [@data, qw(array code reference object)],
    array => [@data, qw(hash code reference object)],
    code  => [qw(hash array reference object)],
    any   => [],
    output => [],
);

my %keys;
for my $constant (grep { $_->{type} eq 'str' } Test::SysVirt::Constants::all()) {
    push @{ $keys{ $constant->{package} } }, $constant->{value};
}

my %methods;
push @{ $methods{ $_->{package} } }, $_ for Test::SysVirt::Methods::all();

for my $package (sort keys %methods) {
    my @containers = containers(@{ $keys{$package} // ['key'] });
    subtest $package => sub {
        for my $method (grep { @{ $_->{parameters} } } @{ $methods{$package} }) {
            my @problems = survivors(\&attack, cases($method, @containers));
            is(join("\n", @problems[0 .. ($#problems < 9 ? $#problems : 9)]), '', $method->{full});
        }
    };
}
done_testing;

# A place for each value in each position, with fatal warnings and without any.
sub cases {
    my ($method, @containers) = @_;
    my @cases;
    for my $position (0 .. $#{ $method->{parameters} }) {
        my $parameter = $method->{parameters}[$position];
        my $holds = $parameter->{kind} =~ /^(?:hash|array|any)$/;
        for my $value (scalars(), $holds ? @containers : ()) {
            for my $fatal (0, 1) {
                push @cases, ["$parameter->{name}, $value->[0]" . ($fatal ? ', warnings fatal' : ''),
                    $method, $position, $value, $fatal];
            }
        }
    }
    return @cases;
}

my ($host, $calls);

sub attack {
    my (undef, $method, $position, $value, $fatal) = @_;
    my ($name, $is, $make) = @$value;
    my $parameter = $method->{parameters}[$position];
    my $arguments = arguments($method, $position, $make->()) or return;
    $Test::SysVirt::Hostile::victims = $arguments;
    my $context = $calls++ % 3;
    my $left = 1;
    my $code = \&{ $method->{full} };
    OUTSIDE: {
        local $@;
        eval {
            $fatal ? fatal($code, $arguments, $context) : silent($code, $arguments, $context);
        };
        $left = 0;
        my $error = $@;
        return "a panic: $error" if "$error" =~ /panic/i;
        return "dies with '$error'" if $name eq 'a tied scalar that dies' && $error ne "harm done\n" && $parameter->{kind} ne 'output';
        return if !refuses($parameter, $is);
        return 'is accepted' if !$error;
        return "dies with '$error'" if ref $error ne 'Sys::Virt::Error';
        return "is refused with $error->{code}, $error->{message}" if $error->{code} != Sys::Virt::Error::ERR_INVALID_ARG || $error->{message} !~ /argument '\w+'/;
    }
    return 'is left by a label' if $left;
    return;
}

sub refuses {
    my ($parameter, $is) = @_;
    my ($kind, $may_be_undef) = @$parameter{qw(kind undef)};
    return !$may_be_undef if $is eq 'undef' && $kind =~ /^(?:hash|array|code|Sys::Virt.*)$/;
    my @refused = $refused{$kind} ? @{ $refused{$kind} } : (@data, @references);
    return grep { $_ eq $is } @refused;
}

# What to call it with: good arguments but for one. Perl code that strikes at them is to find
# that nobody else keeps them: a connection is another one than the other objects are of.
sub arguments {
    my ($method, $position, $value) = @_;
    my @kinds = map { $_->{kind} } @{ $method->{parameters} };
    for (1, 2) {
        my @good = eval {
            $host ||= Test::SysVirt::Host->new;
            map { $_ == $position ? undef : $host->argument($kinds[$_]) } 0 .. $#kinds;
        };
        return aliases(@good[0 .. $position - 1], $$value, @good[$position + 1 .. $#good]) if !$@;
        $host = undef;
    }
    return;
}

sub aliases { return \@_ }

sub fatal {
    use warnings FATAL => 'all';
    my ($code, $arguments, $context) = @_;
    local *_ = $arguments;
    if    ($context == 0) { &$code }
    elsif ($context == 1) { my $result = &$code }
    else                  { my @results = &$code }
    return;
}

sub silent {
    no warnings;
    use warnings 'internal';
    my ($code, $arguments, $context) = @_;
    local *_ = $arguments;
    if    ($context == 0) { &$code }
    elsif ($context == 1) { my $result = &$code }
    else                  { my @results = &$code }
    return;
}
