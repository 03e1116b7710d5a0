use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Methods;
use Test::SysVirt::Survive qw(survivors);

# Every method with too few and too many arguments, and on everything that is not an object of
# its class: an error each time, that says what is wrong. Only arguments that were ignored ever
# since, because Perl code took them, still are, with a warning (`surplus` in the table).

my %invalid = (
    'Sys::Virt'                   => Sys::Virt::Error::ERR_INVALID_CONN,
    'Sys::Virt::Admin'            => Sys::Virt::Error::ERR_INVALID_CONN,
    'Sys::Virt::Admin::Client'    => Sys::Virt::Error::ERR_INVALID_CONN,
    'Sys::Virt::Admin::Server'    => Sys::Virt::Error::ERR_INVALID_CONN,
    'Sys::Virt::Domain'           => Sys::Virt::Error::ERR_INVALID_DOMAIN,
    'Sys::Virt::DomainCheckpoint' => Sys::Virt::Error::ERR_INVALID_DOMAIN_CHECKPOINT,
    'Sys::Virt::DomainSnapshot'   => Sys::Virt::Error::ERR_INVALID_DOMAIN_SNAPSHOT,
    'Sys::Virt::Interface'        => Sys::Virt::Error::ERR_INVALID_INTERFACE,
    'Sys::Virt::Network'          => Sys::Virt::Error::ERR_INVALID_NETWORK,
    'Sys::Virt::NodeDevice'       => Sys::Virt::Error::ERR_INVALID_NODE_DEVICE,
    'Sys::Virt::StoragePool'      => Sys::Virt::Error::ERR_INVALID_STORAGE_POOL,
    'Sys::Virt::StorageVol'       => Sys::Virt::Error::ERR_INVALID_STORAGE_VOL,
    'Sys::Virt::Stream'           => Sys::Virt::Error::ERR_INVALID_STREAM,
);

Test::SysVirt::Host->with_daemon;
# Without a daemon there are no objects of its own.
my %there = map { $_ => 1 } Test::SysVirt::Host->classes;
delete @invalid{ grep { !$there{$_} } keys %invalid };
my %methods;
push @{ $methods{ $_->{package} } }, $_ for grep { $_->{surplus} ne 'any' } Test::SysVirt::Methods::loaded();
for my $package (sort keys %methods) {
    subtest $package => sub {
        my @methods = @{ $methods{$package} };
        my @problems = survivors(\&attempt, map { counts($_), selves($_) } @methods);
        for my $method (@methods) {
            is(join('', map { /^\Q$method->{full}\E (.*)/s ? "$1\n" : () } @problems), '', "$method->{full}: refuses too few or too many arguments, and what is not its object");
        }
        is_deeply([grep { !/^$package/ } @problems], [], "$package: every problem is that of a method");
    };
}
done_testing;

sub counts {
    my ($method) = @_;
    my ($few, $many) = (\&usage, $method->{surplus} eq 'ignored' ? \&ignored : \&usage);
    my @counts = ((map { [$few, $_] } 0 .. $method->{least} - 1), map { [$many, $method->{most} + $_] } 1, 7);
    return map { ["$method->{full} with $_->[1] arguments", $method, @$_] } @counts;
}

my $host;

sub attempt {
    my (undef, $method, $check, @how) = @_;
    $host ||= Test::SysVirt::Host->new;
    return $check->($method, @how);
}

# So many arguments, right ones first.
sub arguments {
    my ($method, $count) = @_;
    my @kinds = map { $_->{kind} } @{ $method->{parameters} };
    return map { $_ < @kinds ? $host->argument($kinds[$_]) : 0 } 0 .. $count - 1;
}

sub usage {
    my ($method, $count) = @_;
    my $error = error($method, arguments($method, $count));
    return 'gives ' . shown($error) if $error !~ /^\Q$method->{usage}\E at \Q$0\E line \d+\.\n\z/;
    return;
}

sub ignored {
    my ($method, $count) = @_;
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    my $error = error($method, arguments($method, $count));
    return 'gives ' . shown($error) if $error =~ /^Usage/;
    my $warning = qr/^\Q$method->{full}\E: arguments behind the first $method->{most} are ignored at \Q$0\E line/;
    return 'warns ' . join ' and ', map { "'$_'" } @warnings if @warnings != 1 || $warnings[0] !~ $warning;
    return;
}

sub error {
    my ($method, @arguments) = @_;
    no strict 'refs';
    return eval { &{ $method->{full} }(@arguments); 1 } ? 'no error' : $@;
}

sub shown { my ($error) = @_; return ref $error eq 'Sys::Virt::Error' ? "$error->{code}, $error->{message}" : "'$error'" }

# What an object is not.
my %not_self = (
    'undef'                       => sub { undef },
    'a number'                    => sub { 42 },
    'a string'                    => sub { 'text' },
    'an empty string'             => sub { '' },
    'a wide string'               => sub { "\x{263a}" },
    'a reference to a number'     => sub { \(my $number = 42) },
    'an array'                    => sub { [] },
    'a hash'                      => sub { {} },
    'code'                        => sub { sub { } },
    'a glob'                      => sub { \*STDOUT },
    'a pattern'                   => sub { qr/text/ },
    'a foreign object'            => sub { bless {}, 'Elsewhere' },
    'a foreign number'            => sub { bless \(my $number = 42), 'Elsewhere' },
    'a number blessed into the class'   => sub { bless \(my $number = 42), $_[0] },
    'a hash blessed into the class'     => sub { bless {}, $_[0] },
    'a string blessed into the class'   => sub { bless \(my $string = 'text'), $_[0] },
    'a number blessed into a subclass'  => sub { no strict 'refs'; @{"$_[0]::Sub::ISA"} = $_[0]; bless \(my $number = 42), "$_[0]::Sub" },
    'an object of another class'  => sub { $host->object($_[0] eq 'Sys::Virt::Domain' ? 'Sys::Virt::Network' : 'Sys::Virt::Domain') },
    'that blessed into the class' => sub { bless $host->object($_[0] eq 'Sys::Virt::Domain' ? 'Sys::Virt::Network' : 'Sys::Virt::Domain'), $_[0] },
    'the name of the class'       => sub { $_[0] },
);

sub selves {
    my ($method) = @_;
    return if !$method->{object};
    my $class = $method->{package};
    my @not = sort keys %not_self;
    # The version of the library can be asked for without an object.
    @not = grep { !/undef|name of the class/ } @not if $method->{parameters}[0]{optional};
    my $on = sub { my ($what, $make, $code) = @_; ["$method->{full} on $what", $method, \&refused, $make, $code] };
    return
        (map { $on->($_, $not_self{$_}, Sys::Virt::Error::ERR_INVALID_ARG) } @not),
        (!$invalid{$class} ? () : (
            $on->('a destroyed object', sub { my $self = $host->object($class); $self->DESTROY; $self }, $invalid{$class}),
            $on->('a copy of a destroyed object', sub {
                my $self = $host->object($class);
                my $copy = $$self;
                $self->DESTROY;
                bless \$copy, $class;
            }, Sys::Virt::Error::ERR_INVALID_ARG),
        ));
}

sub refused {
    my ($method, $make, $code) = @_;
    my ($self, @others) = @{ $method->{parameters} }[0 .. ($method->{least} || 1) - 1];
    my $error = error($method, $make->($method->{package}), map { $host->argument($_->{kind}) } @others);
    return 'gives ' . shown($error) if ref $error ne 'Sys::Virt::Error' || $error->{code} != $code;
    return "says $error->{message}" if $error->{message} !~ /^\Q$method->{full}\E: argument '$self->{name}' is .* at \Q$0\E line \d+\.\n\z/;
    return "has level $error->{level}, domain $error->{domain}"
        if $error->{level} != Sys::Virt::Error::LEVEL_ERROR || $error->{domain} != Sys::Virt::Error::FROM_NONE;
    return;
}
