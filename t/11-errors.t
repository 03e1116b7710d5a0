use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Scalar::Util qw(blessed refaddr reftype);
use Sys::Virt;
use Test::SysVirt::English;

# Errors, in all the ways that scripts look at them.

my $conn = Sys::Virt->new(uri => 'test:///default');

sub failed {
    my ($name) = @_;
    eval { $conn->get_domain_by_name($name // 'none') };
    return $@;
}

my $text = failed()->{message};
like($text, qr/Domain not found/, "libvirt's message");

subtest 'an object' => sub {
    my $error = failed();
    is(ref $error, 'Sys::Virt::Error', 'ref($@)');
    ok($error->isa('Sys::Virt::Error'), 'isa');
    ok(UNIVERSAL::isa($error, 'Sys::Virt::Error'), 'UNIVERSAL::isa');
    is(blessed($error), 'Sys::Virt::Error', 'blessed');
    is(reftype($error), 'HASH', 'a hash');
    is_deeply([sort keys %$error], [qw(code domain level message)], 'with these keys');
    ok($error->can($_), "can $_") for qw(code domain level message stringify);
};

subtest 'what it says' => sub {
    my $error = failed();
    is($error->code, Sys::Virt::Error::ERR_NO_DOMAIN, 'code');
    is($error->domain, Sys::Virt::Error::FROM_TEST, 'domain');
    is($error->level, Sys::Virt::Error::LEVEL_ERROR, 'level');
    is($error->message, $text, 'message');
    is($error->{$_}, $error->$_, "the same in the hash: $_") for qw(code domain level message);
    is(failed("a'name & <more>\xff")->code, Sys::Virt::Error::ERR_NO_DOMAIN, 'strange names');
    eval { $conn->get_network_by_name('none') };
    is($@->code, Sys::Virt::Error::ERR_NO_NETWORK, 'another code');
    eval { $conn->define_domain("<domain>\n<name") };
    is($@->domain, Sys::Virt::Error::FROM_DOMAIN, 'another domain');
    like($@->message, qr/\n/, 'a message of several lines');
};

subtest 'constants' => sub {
    my $error = failed();
    ok($error->code == Sys::Virt::Error::ERR_NO_DOMAIN, 'compared with a constant');
    ok($error->code == &Sys::Virt::Error::ERR_NO_DOMAIN, 'with &');
    ok($error->code == Sys::Virt::Error->ERR_NO_DOMAIN, 'with a class method');
    ok($error->code == $error->ERR_NO_DOMAIN, 'with a method of the error');
    ok($error->{code} != Sys::Virt::Error::ERR_NO_NETWORK, 'not with another');
};

subtest 'a string' => sub {
    my $error = failed();
    my $whole = "libvirt error code: 42, message: $text\n";
    is("$error", $whole, 'interpolated');
    is($error->stringify, $whole, 'stringify');
    is($error . 'more', "${whole}more", 'concatenated');
    is('more: ' . $error, "more: $whole", 'at the end');
    ok($error eq $whole, 'eq');
    ok($error ne 'other', 'ne');
    like($error, qr/^libvirt error code: 42, message: Domain not found/, 'matched');
    is(length $error, length $whole, 'its length');
    is((split /:/, $error)[0], 'libvirt error code', 'split');
    is(sprintf('%s', $error), $whole, 'formatted');
    chomp(my $line = $error);
    is($line, "libvirt error code: 42, message: $text", 'chomped');
    my %seen = ($error => 1);
    is_deeply([keys %seen], [$whole], 'as a key');
    is(join('', sort $error, 'a'), "a$whole", 'sorted');

    local $error->{message} = "ends itself\n";
    is("$error", "libvirt error code: 42, message: ends itself\n", 'no second newline');
};

subtest 'a condition' => sub {
    my $error = failed();
    ok($error, 'true');
    is(!$error, '', 'not false');
    is($error ? 'yes' : 'no', 'yes', 'a ternary');
    is($error || 'other', $error, 'or');
    my $known = 0;
    if (ref $error && $error->code == 42) { $known = 1 }
    ok($known, 'the usual test');
    my $quiet = eval { $conn->get_domain_by_name('none'); 1 };
    is($quiet, undef, 'the value of eval');
    is_deeply([eval { $conn->get_domain_by_name('none') }], [], 'and in a list');
};

subtest '$@' => sub {
    failed();
    isnt($@, '', 'stays until the next eval');
    eval { $conn->get_type };
    is($@, '', 'is empty after success');

    my $first = failed('one');
    my $second = failed('two');
    isnt(refaddr($first), refaddr($second), 'each error is an object of its own');
    $first->{message} = 'changed';
    isnt($second->message, 'changed', 'independent of others');
    is($conn->get_domain_by_name('test')->get_name, 'test', 'calls go on working');
    is($second->code, 42, 'and the error is kept');

    eval { eval { $conn->get_domain_by_name('none') }; die $@ };
    is(ref $@, 'Sys::Virt::Error', 'passed on by die');
    eval { eval { $conn->get_domain_by_name('none') }; die };
    is(ref $@, 'Sys::Virt::Error', 'by die without arguments');
    eval { eval { $conn->get_domain_by_name('none') }; die "wrapped: $@" };
    is($@, "wrapped: libvirt error code: 42, message: $text\n", 'wrapped in a string');
    eval { local $@; eval { $conn->get_domain_by_name('none') }; };
    is($@, '', 'local $@');
};

subtest 'handlers' => sub {
    my @got;
    {
        local $SIG{__DIE__} = sub { push @got, $_[0] };
        failed();
    }
    is(ref $got[0], 'Sys::Virt::Error', '__DIE__ gets the object');
    {
        local $SIG{__DIE__} = sub { die "instead: $_[0]" };
        eval { $conn->get_domain_by_name('none') };
    }
    is($@, "instead: libvirt error code: 42, message: $text\n", 'and may die with another one');
    my @warnings;
    {
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        failed();
        warn failed();
    }
    is_deeply(\@warnings, ["libvirt error code: 42, message: $text\n"], 'no warning but our own');
};

subtest 'ways to die' => sub {
    my $deep = sub { $conn->get_domain_by_name('none') };
    eval { $deep->() };
    is($@->code, 42, 'from a sub');
    eval { my @found = map { $conn->get_domain_by_name($_) } 'test', 'none' };
    is($@->code, 42, 'from map');
    eval { my @sorted = sort { $conn->get_domain_by_name('none') } 1, 2 };
    is($@->code, 42, 'from sort');
    eval { my $in = 'a'; $in =~ s/a/$conn->get_domain_by_name('none')/e };
    is($@->code, 42, 'from a substitution');
    is(eval "\$conn->get_domain_by_name('none'); 1", undef, 'from a string eval');
    is($@->code, 42, 'with its error');
    my $from_destroy;
    { my $object = bless sub { eval { $conn->get_domain_by_name('none') }; $from_destroy = $@ }, 'Local::Ending' }
    is($from_destroy->code, 42, 'from DESTROY');
    my $pid = open my $child, '-|', $^X, map({ "-I$_" } grep { !ref } @INC), '-e',
        'open STDERR, ">&", STDOUT; use Sys::Virt; Sys::Virt->new(uri => "test:///default")->get_domain_by_name("none")';
    is(join('', <$child>), "libvirt error code: 42, message: $text\n", 'uncaught: perl prints it');
    ok(!close($child), 'and ends');
    is($? >> 8, 255, 'as always');
};

subtest 'errors of arguments' => sub {
    my $line = __LINE__ + 1;
    eval { $conn->get_domain_by_name("a\0b") };
    is(ref $@, 'Sys::Virt::Error', 'the same class');
    is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'the code');
    is($@->domain, Sys::Virt::Error::FROM_NONE, 'the domain');
    is($@->level, Sys::Virt::Error::LEVEL_ERROR, 'the level');
    like($@->message, qr/^Sys::Virt::get_domain_by_name: argument 'name' .* at \Q$0\E line $line\.\n\z/, 'says where');
    is("$@", 'libvirt error code: ' . $@->code . ', message: ' . $@->message, 'as a string');
    $line = __LINE__ + 1;
    eval { $conn->get_domain_by_name };
    like($@, qr/^Usage: Sys::Virt::get_domain_by_name\(con, name\) at \Q$0\E line $line\.\n\z/, 'too few are told as perl does');
    is(ref $@, '', 'by a string');
};

subtest 'errors made by scripts' => sub {
    my $made = bless { level => 2, code => 1, domain => 0, message => 'made' }, 'Sys::Virt::Error';
    is("$made", "libvirt error code: 1, message: made\n", 'as a string');
    is_deeply([map { $made->$_ } qw(code domain level message)], [1, 0, 2, 'made'], 'accessors');
    @Local::Error::ISA = 'Sys::Virt::Error';
    my $derived = bless { %$made, message => 'derived' }, 'Local::Error';
    is("$derived", "libvirt error code: 1, message: derived\n", 'of a subclass');
    is($derived->code, 1, 'accessors of a subclass');
};
done_testing;

sub Local::Ending::DESTROY { $_[0]->() }
