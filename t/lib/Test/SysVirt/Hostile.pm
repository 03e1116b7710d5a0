package Test::SysVirt::Hostile;

# Arguments that no method expects.
#
#   for my $value (scalars(), containers(@keys)) {
#       my ($name, $is, $make) = @$value;
#       my $scalar = $make->();       a reference to the value: ${ $scalar } may have magic
#   }
#
# What a value is tells who has to refuse it: undef plain beyond32 beyond64 nul wide hash array
# code reference object, or wicked, for those whose Perl code does harm while they are read:
# dies, or strikes at the arguments of the call that reads them, which are in $victims.

use strict;
use warnings;
use Exporter qw(import);

our @EXPORT_OK = qw(containers endless scalars);
our $victims;

# Ends everything that the running call was given.
sub strike {
    my $arguments = $victims or return;
    $victims = undef;
    for (@$arguments) {
        undef $_ unless Internals::SvREADONLY($_);
    }
    @$arguments = ();
    # Takes the memory that was just freed.
    my @reuse = map { "reuse $_" } 1 .. 50;
    return;
}

sub destroy {
    my $object = $victims && $victims->[0];
    $object->DESTROY if ref $object && eval { $object->can('DESTROY') };
    return;
}

my @numbers = (
    0, 1, -1, 1.5, -0.0, 2**31 - 1, 2**31, 2**32 - 1, '0x10', '1e3', ' 7 ', '12abc', 'abc', '-', '+1', '0 but true',
);
my @beyond32 = (2**32, 2**32 + 1, -2**31 - 1, 2**53, 9223372036854775807, -9223372036854775807 - 1,
    18446744073709551615, '4294967296', '18446744073709551615');
my @beyond64 = (2**64, 1e30, -1e30, 9**9**9, -9**9**9, -sin(9**9**9), '18446744073709551616', '-9223372036854775809',
    'inf', 'nan');
my @strings = ('', ' ', 'vda', '%s%n%d', "\xff\xfe", "\n", '/', '..', '<domain/>', '&', 'x' x 100_000);

sub scalars {
    my $plain = sub { my ($is, $value) = @_; ["'" . printable($value) . "'", $is, sub { my $copy = $value; \$copy }] };
    return (
        ['undef', 'undef', sub { my $none; \$none }],
        ['the undef', 'undef', sub { \undef }],
        (map { $plain->('plain', $_) } @numbers, @strings),
        (map { $plain->('beyond32', $_) } @beyond32),
        (map { $plain->('beyond64', $_) } @beyond64),
        $plain->(nul => "a\0b"), $plain->(nul => "\0"), $plain->(nul => "vda\0"),
        $plain->(wide => "\x{100}"), $plain->(wide => "vd\x{1F600}"),
        ['a constant', 'plain', sub { \'constant' }],
        ['a string marked as UTF-8', 'plain', sub { my $text = "\xe9"; utf8::upgrade($text); \$text }],
        ['a version string', 'plain', sub { my $version = v1.2.3; \$version }],
        ['a match', 'plain', sub { 'abc' =~ /(b)/; \"$1" }],
        ['a part of a string', 'plain', sub { my $whole = 'whole'; \substr $whole, 1, 3 }],
        ['a bit of a string', 'plain', sub { my $whole = 'whole'; \vec $whole, 1, 8 }],
        ['the number of keys', 'plain', sub { my %hash = (a => 1); \keys %hash }],
        ['an error of the system', 'plain', sub { $! = 2; \$! }],
        ['an element that is not there', 'undef', sub { my %hash; deferred($hash{none}) }],
        ['a glob', 'plain', sub { my $glob = *STDERR; \$glob }],
        references(),
        wicked(),
    );
}

sub printable { my $text = substr $_[0], 0, 24; $text =~ s/([^ -~])/sprintf '\\x{%x}', ord $1/ger }
sub deferred { \$_[0] }

# In a scalar of its own each.
sub references {
    my $reference = sub { my ($name, $is, $make) = @_; [$name, $is, sub { my $value = $make->(); \$value }] };
    return (
        $reference->('a reference to a number', reference => sub { \42 }),
        $reference->('a reference to undef', reference => sub { \undef }),
        $reference->('a reference to a reference', reference => sub { \\'text' }),
        $reference->('a reference to itself', reference => sub { my $self; $self = \$self; weak($self) }),
        $reference->('a reference to a glob', reference => sub { \*STDERR }),
        $reference->('a file handle', reference => sub { *STDERR{IO} }),
        $reference->('a pattern', reference => sub { qr/x/ }),
        $reference->('a reference to a version', reference => sub { \v1.2.3 }),
        $reference->('a reference to a part of a string', reference => sub { my $whole = 'whole'; \substr $whole, 1, 3 }),
        $reference->('an empty array', array => sub { [] }),
        $reference->('an empty hash', hash => sub { {} }),
        $reference->('code', code => sub { sub { } }),
        $reference->('code that dies', code => sub { sub { die "code died\n" } }),
        $reference->('code without a body', code => sub { \&Test::SysVirt::Hostile::no_body }),
        $reference->('a blessed hash', hash => sub { bless {}, 'Test::SysVirt::Foreign' }),
        $reference->('a blessed array', array => sub { bless [], 'Test::SysVirt::Foreign' }),
        $reference->('a blessed number', reference => sub { bless \(my $number = 42), 'Test::SysVirt::Foreign' }),
        $reference->('a number blessed as a connection', reference => sub { bless \(my $number = 42), 'Sys::Virt' }),
        $reference->('a number blessed as a domain', reference => sub { bless \(my $number = 42), 'Sys::Virt::Domain' }),
        $reference->('a hash blessed as a stream', hash => sub { bless {}, 'Sys::Virt::Stream' }),
        $reference->('a destroyed stream', object => sub { my $stream = shared()->new_stream; $stream->DESTROY; $stream }),
        $reference->('an error', wicked => sub { eval { shared()->get_domain_by_name('none') }; $@ }),
        $reference->('a symbol table', hash => sub { \%Sys::Virt::Stream:: }),
        $reference->('the environment', hash => sub { \%ENV }),
        $reference->('the places of a match', array => sub { 'abc' =~ /(b)(c)/; \@- }),
        $reference->('the ends of a match', array => sub { 'abc' =~ /(b)(c)/; \@+ }),
        $reference->('the named parts of a match', hash => sub { 'abc' =~ /(?<key>b)/; \%+ }),
    );
}

sub weak { require Scalar::Util; Scalar::Util::weaken($_[0]); $_[0] }

# A connection of this process.
my ($conn, $owner);
sub shared {
    if (!$conn || $owner != $$) {
        ($conn, $owner) = (Sys::Virt->new(uri => 'test:///default'), $$);
    }
    return $conn;
}

# Ways to do harm.
my %harm = (
    'dies'                  => sub { die "harm done\n" },
    'dies with an object'   => sub { die bless {}, 'Test::SysVirt::Foreign' },
    'frees the arguments'   => sub { strike(); 7 },
    'destroys the object'   => sub { destroy(); 7 },
    'leaves by a label'     => sub { no warnings; last OUTSIDE },
    'gives undef'           => sub { undef },
    'gives a reference'     => sub { [1] },
    'gives a wide string'   => sub { "\x{263a}" },
    'calls the module'      => sub { shared()->list_all_domains },
    'makes an error'        => sub { eval { shared()->get_domain_by_name('none') }; 1 },
    'changes each time'     => do { my $turn = 0; sub { (1, 'text', undef, [], 2**40)[$turn++ % 5] } },
);

sub wicked {
    return map { my $harm = $_; my $does = $harm{$harm};
        ["a tied scalar that $harm", 'wicked', sub { tie my $tied, 'Test::SysVirt::TiedScalar', $does; \$tied }],
        ["a tied array that $harm", 'wicked', sub { tie my @tied, 'Test::SysVirt::TiedArray', $does, 2; \\@tied }],
        ["an array whose size $harm", 'wicked', sub { tie my @tied, 'Test::SysVirt::TiedArray', sub { 1 }, $does; \\@tied }],
        ["a tied hash that $harm", 'wicked', sub { tie my %tied, 'Test::SysVirt::TiedHash', $does, 2; \\%tied }],
        ["an object that $harm", 'wicked', sub { my $object = bless { does => $does }, 'Test::SysVirt::Overloaded'; \$object }],
    } sort keys %harm;
}

# Arrays and hashes, of what scalars() has and more. The hashes have all the keys.
sub containers {
    my @keys = @_;
    # Of a scalar with magic, what it gives: the ones with magic themselves follow.
    my $contents = sub { my ($name, undef, $make) = @_;
        ["an array of $name", 'array', sub { my $array = [undef, ${ $make->() }]; \$array }],
        ["a hash of $name", 'hash', sub { my $value = ${ $make->() }; my $hash = { map { $_ => $value } @keys }; \$hash }],
    };
    my $made = sub { my ($name, $is, $make) = @_; [$name, $is, sub { my $value = $make->(); \$value }] };
    return (
        (map { $contents->(@$_) } grep { $_->[0] !~ /^a tied scalar/ } scalars()),
        (map { my $harm = $_; my $does = $harm{$harm};
            $made->("an array of scalars that each $harm", array => sub {
                my @array;
                tie $array[$_], 'Test::SysVirt::TiedScalar', $does for 0 .. 2;
                \@array }),
            $made->("a hash of scalars that each $harm", hash => sub {
                my %hash;
                tie $hash{$_}, 'Test::SysVirt::TiedScalar', $does for @keys;
                \%hash }) } sort keys %harm),
        $made->('a long array', array => sub { [(1) x 70_000] }),
        $made->('an array too long', array => sub { my @array; $#array = 1 << 21; \@array }),
        $made->('an array with holes', array => sub { my @array; $array[99] = 1; \@array }),
        $made->('an array in itself', array => sub { my $array = [1]; push @$array, $array, $array; looped($array) }),
        $made->('a hash in itself', hash => sub { my $hash = {}; $hash->{$_} = $hash for @keys[0 .. ($#keys < 99 ? $#keys : 99)]; looped($hash) }),
        $made->('a deep array', array => sub { my $array = []; $array = [$array] for 1 .. 1000; $array }),
        $made->('a hash of arrays of strings', hash => sub { +{ map { $_ => ['a', 'b'] } @keys } }),
        $made->('a hash of long strings', hash => sub { +{ map { $_ => 'x' x 5000 } @keys } }),
        $made->('a hash of many keys', hash => sub { +{ map { ("key $_" => $_) } 1 .. 5000 } }),
        $made->('a hash of strange keys', hash => sub { +{ map { $_ => 1 } '', "\0", "a\0b", "\x{263a}", "\xff", 'x' x 200, ' ' } }),
        $made->('a hash with locked keys', hash => sub { require Hash::Util; my %hash = (a => 1, b => 2); delete $hash{b}; Hash::Util::lock_hashref(\%hash); \%hash }),
        $made->('a tied array of any size', array => sub { tie my @tied, 'Test::SysVirt::TiedArray', sub { 1 }, 1 << 40; \@tied }),
        $made->('a tied array of less than nothing', array => sub { tie my @tied, 'Test::SysVirt::TiedArray', sub { 1 }, -3; \@tied }),
    );
}

# For one method only: to give up takes seconds.
sub endless {
    return ['a tied hash without end', 'wicked', sub { tie my %tied, 'Test::SysVirt::TiedHash', sub { 1 }, 9**9**9; my $hash = \%tied; \$hash }];
}

# Such a loop is no leak of ours.
my @loops;
sub looped {
    my ($container) = @_;
    push @loops, $container;
    return $container if @loops < 100;
    for my $loop (splice @loops, 0, 50) {
        ref $loop eq 'ARRAY' ? (@$loop = ()) : (%$loop = ());
    }
    return $container;
}

package Test::SysVirt::TiedScalar;

sub TIESCALAR { my ($class, $does) = @_; return bless { does => $does }, $class }
sub FETCH { $_[0]{does}->() }
sub STORE { $_[0]{does}->() }

package Test::SysVirt::TiedArray;

sub TIEARRAY { my ($class, $does, $size) = @_; return bless { does => $does, size => $size }, $class }
sub FETCH { $_[0]{does}->() }
sub FETCHSIZE { ref $_[0]{size} ? $_[0]{size}->() : $_[0]{size} }

package Test::SysVirt::TiedHash;

sub TIEHASH { my ($class, $does, $size) = @_; return bless { does => $does, size => $size }, $class }
sub FETCH { $_[0]{does}->() }
sub FIRSTKEY { $_[0]{next} = 1; return 'key 0' }
sub NEXTKEY { my ($self) = @_; return $self->{next} >= $self->{size} ? undef : 'key ' . $self->{next}++ }
sub EXISTS { 1 }

package Test::SysVirt::Overloaded;

use overload
    '""' => sub { $_[0]->does },
    '0+' => sub { $_[0]->does },
    'bool' => sub { $_[0]->does },
    '@{}' => sub { $_[0]->does },
    '&{}' => sub { $_[0]->does },
    fallback => 1;

sub does {
    my ($self) = @_;
    return $self->{does}->();
}

1;
