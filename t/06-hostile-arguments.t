use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Hostile qw(containers endless scalars);
use Test::SysVirt::Methods;
use Test::SysVirt::Survive qw(survivors);

# Every parameter of every method, with everything that it is not meant for: nothing crashes,
# hangs or exits, what cannot be an argument is refused by name, and undef where a value is due is
# warned of.

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
    handle => [qw(beyond32 beyond64 nul wide hash array code object)],
);

# The refusals of the narrower of two kinds, which the wider one must not have.
my %wider = ('long beyond32' => qr/ is 429496729[67], not between /, 'bytes nul' => qr/NUL byte/);

# new is written in Perl; these are for what it passes on. EventImpl is nothing but Perl.
sub Local::open_uri      { Sys::Virt->new(uri => $_[0]) }
sub Local::open_flags    { Sys::Virt->new(uri => 'test:///default', flags => $_[0]) }
sub Local::open_credlist { Sys::Virt->new(uri => 'test:///default', auth => 1, callback => sub { }, credlist => $_[0]) }
sub Local::open_callback { Sys::Virt->new(uri => 'test:///default', auth => 1, credlist => [1], callback => $_[0]) }
my %open = (uri => 'str', flags => 'int', credlist => 'array', callback => 'code');

my %methods;
push @{ $methods{ $_->{package} } }, $_ for grep { $_->{full} !~ /^Sys::Virt::(?:new$|EventImpl)/ } Test::SysVirt::Methods::all();
push @{ $methods{'Sys::Virt'} }, map {
    { name => $_, full => "Local::open_$_", parameters => [{ name => $_, kind => $open{$_}, keys => [], undef => 1 }] }
} sort keys %open;

for my $package (sort keys %methods) {
    subtest $package => sub {
        for my $method (grep { @{ $_->{parameters} } } @{ $methods{$package} }) {
            my @problems = survivors(\&attack, cases($method));
            is(join("\n", @problems[0 .. ($#problems < 9 ? $#problems : 9)]), '', "$method->{full}: survives every argument, and refuses what is none by name");
        }
    };
}
done_testing;

# Each value in each position, without warnings and with fatal ones.
sub cases {
    my ($method) = @_;
    my @keys = map { @{ $_->{keys} } } @{ $method->{parameters} };
    my @containers = containers(@keys ? @keys : 'key');
    my @cases;
    # Of a class that the driver lacks, nothing but the object itself can be tried.
    my ($self) = @{ $method->{parameters} };
    my $alone = $self->{kind} =~ /^Sys::Virt/ && !grep { $_ eq $self->{kind} } Test::SysVirt::Host->classes;
    for my $position (0 .. ($alone ? 0 : $#{ $method->{parameters} })) {
        my $parameter = $method->{parameters}[$position];
        my $holds = $parameter->{kind} =~ /^(?:hash|array|any)$/;
        my $may_warn = $parameter->{kind} !~ /^(?:code|Sys::Virt.*)$/;
        for my $value (scalars(), $holds ? @containers : (), $parameter->{name} eq 'newident' ? endless() : ()) {
            for my $fatal (0, $may_warn ? 1 : ()) {
                push @cases, ["$parameter->{name}, $value->[0]" . ($fatal ? ', warnings fatal' : ''),
                    $method, $position, $value, $fatal];
            }
        }
    }
    return @cases;
}

my ($host, $calls, $loop);

sub attack {
    my (undef, $method, $position, $value, $fatal) = @_;
    my ($name, $is, $make) = @$value;
    my $parameter = $method->{parameters}[$position];
    my $arguments = arguments($method, $position, $make->()) or return;
    $Test::SysVirt::Hostile::victims = $arguments;
    my $context = $calls++ % 3;
    # Most callbacks wait for events.
    $loop ||= Sys::Virt::Event::register_default() || 1 if $parameter->{kind} eq 'code';
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
        my $complained = "$error" =~ /^Use of uninitialized value/;
        return $complained ? 'complains of undef' : 'says nothing of undef'
            if $fatal && $is eq 'undef' && $parameter->{kind} =~ /^(?:int|long|str|bytes)$/ && $complained != !$parameter->{undef};
        return 'is refused, but may stand there' if $is eq 'undef' && $parameter->{undef} && !$parameter->{optional} && "$error" =~ /argument '$parameter->{name}' is undef/;
        return "is refused as another kind's: $error" if $error =~ ($wider{"$parameter->{kind} $is"} // qr/(?!)/);
        return if !refuses($parameter, $is);
        return 'is accepted' if !$error;
        return "dies with '$error'" if ref $error ne 'Sys::Virt::Error';
        my $code = $name eq 'a destroyed stream' && $parameter->{kind} eq 'Sys::Virt::Stream'
            ? Sys::Virt::Error::ERR_INVALID_STREAM : Sys::Virt::Error::ERR_INVALID_ARG;
        return "is refused with $error->{code}, $error->{message}" if $error->{code} != $code || $error->{message} !~ /argument '\w+'/;
    }
    return 'is left by a label' if $left;
    return;
}

sub refuses {
    my ($parameter, $is) = @_;
    my ($kind, $may_be_undef) = @$parameter{qw(kind undef)};
    return !$may_be_undef if $is eq 'undef' && $kind =~ /^(?:hash|array|code|handle|Sys::Virt.*)$/;
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
