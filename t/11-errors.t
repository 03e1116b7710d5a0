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
like($text, qr/Domain not found/, "message: is libvirt's");

subtest 'an object' => sub {
    my $error = failed();
    is(ref $error, 'Sys::Virt::Error', 'Error: ref($@) is the class');
    ok($error->isa('Sys::Virt::Error'), 'Error: isa works on an error');
    ok(UNIVERSAL::isa($error, 'Sys::Virt::Error'), 'Error: UNIVERSAL::isa works on an error');
    is(blessed($error), 'Sys::Virt::Error', 'Error: blessed says the class');
    is(reftype($error), 'HASH', 'Error: is a hash');
    is_deeply([sort keys %$error], [qw(code domain level message)], 'Error: has these keys');
    ok($error->can($_), "Error: can $_") for qw(code domain level message stringify);
};

subtest 'what it says' => sub {
    my $error = failed();
    is($error->code, Sys::Virt::Error::ERR_NO_DOMAIN, 'code: is ERR_NO_DOMAIN for a domain that is not there');
    is($error->domain, Sys::Virt::Error::FROM_TEST, 'domain: is FROM_TEST for the test driver');
    is($error->level, Sys::Virt::Error::LEVEL_ERROR, 'level: is LEVEL_ERROR');
    is($error->message, $text, "message: is the error's text");
    is($error->{$_}, $error->$_, "$_: is the same in the hash") for qw(code domain level message);
    is(failed("a'name & <more>\xff")->code, Sys::Virt::Error::ERR_NO_DOMAIN, 'code: is ERR_NO_DOMAIN for strange names');
    eval { $conn->get_network_by_name('none') };
    is($@->code, Sys::Virt::Error::ERR_NO_NETWORK, 'code: is ERR_NO_NETWORK for a network');
    eval { $conn->define_domain("<domain>\n<name") };
    is($@->domain, Sys::Virt::Error::FROM_DOMAIN, "domain: is FROM_DOMAIN for an error in a domain's XML");
    like($@->message, qr/\n/, 'message: may have several lines');
};

subtest 'constants' => sub {
    my $error = failed();
    ok($error->code == Sys::Virt::Error::ERR_NO_DOMAIN, 'code: compares with a constant');
    ok($error->code == &Sys::Virt::Error::ERR_NO_DOMAIN, 'code: compares with a constant called with &');
    ok($error->code == Sys::Virt::Error->ERR_NO_DOMAIN, 'code: compares with a class method');
    ok($error->code == $error->ERR_NO_DOMAIN, 'code: compares with a constant called on the error');
    ok($error->{code} != Sys::Virt::Error::ERR_NO_NETWORK, 'code: differs from another constant');
};

subtest 'a string' => sub {
    my $error = failed();
    my $whole = "libvirt error code: 42, message: $text\n";
    is("$error", $whole, 'stringify: an error can be interpolated');
    is($error->stringify, $whole, 'stringify: is code and message');
    is($error . 'more', "${whole}more", 'stringify: an error can be concatenated');
    is('more: ' . $error, "more: $whole", 'stringify: an error can come last in a concatenation');
    ok($error eq $whole, 'stringify: eq compares an error with its text');
    ok($error ne 'other', 'stringify: ne tells an error from another text');
    like($error, qr/^libvirt error code: 42, message: Domain not found/, 'stringify: an error can be matched');
    is(length $error, length $whole, 'stringify: length of an error is that of its text');
    is((split /:/, $error)[0], 'libvirt error code', 'stringify: an error can be split');
    is(sprintf('%s', $error), $whole, 'stringify: an error can be formatted with %s');
    chomp(my $line = $error);
    is($line, "libvirt error code: 42, message: $text", 'stringify: a copy of the text can be chomped');
    my %seen = ($error => 1);
    is_deeply([keys %seen], [$whole], 'stringify: an error can be a key of a hash');
    is(join('', sort $error, 'a'), "a$whole", 'stringify: errors can be sorted');

    local $error->{message} = "ends itself\n";
    is("$error", "libvirt error code: 42, message: ends itself\n", 'stringify: a message that ends in a newline gets no second one');
};

subtest 'a condition' => sub {
    my $error = failed();
    ok($error, 'Error: is true');
    is(!$error, '', 'Error: is not false');
    is($error ? 'yes' : 'no', 'yes', 'Error: is true in a ternary');
    is($error || 'other', $error, 'Error: is true in front of ||');
    my $known = 0;
    if (ref $error && $error->code == 42) { $known = 1 }
    ok($known, 'code: the usual test of \$@ finds a known error');
    my $quiet = eval { $conn->get_domain_by_name('none'); 1 };
    is($quiet, undef, 'get_domain_by_name: eval gives undef in scalar context');
    is_deeply([eval { $conn->get_domain_by_name('none') }], [], 'get_domain_by_name: eval gives an empty list in list context');
};

subtest '$@' => sub {
    failed();
    isnt($@, '', '\$@: stays until the next eval');
    eval { $conn->get_type };
    is($@, '', '\$@: is empty after success');

    my $first = failed('one');
    my $second = failed('two');
    isnt(refaddr($first), refaddr($second), 'Error: each error is an object of its own');
    $first->{message} = 'changed';
    isnt($second->message, 'changed', 'message: a change of one error leaves another alone');
    is($conn->get_domain_by_name('test')->get_name, 'test', 'get_domain_by_name: works after errors');
    is($second->code, 42, 'code: an error that is kept stays after success');

    eval { eval { $conn->get_domain_by_name('none') }; die $@ };
    is(ref $@, 'Sys::Virt::Error', 'die: passes an error on as an object');
    eval { eval { $conn->get_domain_by_name('none') }; die };
    is(ref $@, 'Sys::Virt::Error', 'die: without arguments passes an error on as an object');
    eval { eval { $conn->get_domain_by_name('none') }; die "wrapped: $@" };
    is($@, "wrapped: libvirt error code: 42, message: $text\n", "die: wraps an error's text in a string");
    eval { local $@; eval { $conn->get_domain_by_name('none') }; };
    is($@, '', 'local \$@: leaves the outer one empty');
};

subtest 'handlers' => sub {
    my @got;
    {
        local $SIG{__DIE__} = sub { push @got, $_[0] };
        failed();
    }
    is(ref $got[0], 'Sys::Virt::Error', '__DIE__: the handler gets the error as an object');
    {
        local $SIG{__DIE__} = sub { die "instead: $_[0]" };
        eval { $conn->get_domain_by_name('none') };
    }
    is($@, "instead: libvirt error code: 42, message: $text\n", '__DIE__: the handler may die with something else');
    my @warnings;
    {
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        failed();
        warn failed();
    }
    is_deeply(\@warnings, ["libvirt error code: 42, message: $text\n"], "__WARN__: nothing but the script's own warning comes");
};

subtest 'ways to die' => sub {
    my $deep = sub { $conn->get_domain_by_name('none') };
    eval { $deep->() };
    is($@->code, 42, 'code: is 42 from a sub');
    eval { my @found = map { $conn->get_domain_by_name($_) } 'test', 'none' };
    is($@->code, 42, 'code: is 42 from map');
    eval { my @sorted = sort { $conn->get_domain_by_name('none') } 1, 2 };
    is($@->code, 42, 'code: is 42 from sort');
    eval { my $in = 'a'; $in =~ s/a/$conn->get_domain_by_name('none')/e };
    is($@->code, 42, 'code: is 42 from a substitution');
    is(eval "\$conn->get_domain_by_name('none'); 1", undef, 'get_domain_by_name: dies in a string eval');
    is($@->code, 42, 'code: is 42 from a string eval');
    my $from_destroy;
    { my $object = bless sub { eval { $conn->get_domain_by_name('none') }; $from_destroy = $@ }, 'Local::Ending' }
    is($from_destroy->code, 42, 'code: is 42 from DESTROY');
    my $pid = open my $child, '-|', $^X, map({ "-I$_" } grep { !ref } @INC), '-e',
        'open STDERR, ">&", STDOUT; use Sys::Virt; Sys::Virt->new(uri => "test:///default")->get_domain_by_name("none")';
    is(join('', <$child>), "libvirt error code: 42, message: $text\n", 'get_domain_by_name: perl prints an error that nobody catches');
    ok(!close($child), 'get_domain_by_name: perl ends with an error that nobody catches');
    is($? >> 8, 255, 'get_domain_by_name: perl exits with 255');
};

subtest 'errors of arguments' => sub {
    my $line = __LINE__ + 1;
    eval { $conn->get_domain_by_name("a\0b") };
    is(ref $@, 'Sys::Virt::Error', 'get_domain_by_name: dies of the same class for a wrong argument');
    is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'code: is ERR_INVALID_ARG for a wrong argument');
    is($@->domain, Sys::Virt::Error::FROM_NONE, 'domain: is FROM_NONE for a wrong argument');
    is($@->level, Sys::Virt::Error::LEVEL_ERROR, 'level: is LEVEL_ERROR for a wrong argument');
    like($@->message, qr/^Sys::Virt::get_domain_by_name: argument 'name' .* at \Q$0\E line $line\.\n\z/, "message: names method, argument and the caller's line for a wrong argument");
    is("$@", 'libvirt error code: ' . $@->code . ', message: ' . $@->message, "stringify: a wrong argument's error has code and message, too");
    $line = __LINE__ + 1;
    eval { $conn->get_domain_by_name };
    like($@, qr/^Usage: Sys::Virt::get_domain_by_name\(con, name\) at \Q$0\E line $line\.\n\z/, "get_domain_by_name: too few arguments get perl's usage message");
    is(ref $@, '', 'get_domain_by_name: the usage message is a plain string');
};

subtest 'where they come from' => sub {
    my $line = __LINE__ + 1;
    my $error = do { eval { $conn->get_domain_by_name('none') }; $@ };
    is($error->method, 'Sys::Virt::get_domain_by_name', 'method: is the name of the method with its package');
    is($error->file, __FILE__, 'file: is the file of the call');
    is($error->line, $line, 'line: is the line of the call');
    is_deeply({ %$error }, { code => 42, domain => $error->domain, level => 2, message => $text }, 'Error: the hash has only what it had before there were method, file and line');

    $line = __LINE__ + 4;
    eval {
        if ($conn) {

            $conn->get_domain_by_name('none');
        }
    };
    is($@->line, $line, 'line: is right in a block with one statement, for which perl begins none');
    eval "\n#line 7 \"elsewhere\"\n\$conn->get_domain_by_name('none')";
    is(join(' ', $@->file, $@->line), 'elsewhere 7', 'file, line: are those that a #line directive says');

    eval { $conn->get_domain_by_name("a\0b") };
    is($@->method, 'Sys::Virt::get_domain_by_name', 'method: is known of a wrong argument');
    like($@->message, qr/ at \Q@{[ $@->file ]}\E line @{[ $@->line ]}\.$/, "file, line: are those in a wrong argument's message");
    $line = __LINE__ + 2;
    my $new = sub {
        eval { Sys::Virt->new(uri => 'nosuch:///') };
        return $@;
    };
    is(join(' ', map { $new->()->$_ } qw(method file line)), "Sys::Virt::new $0 $line", 'method, file, line: are those of the call of new, which is written in Perl');
    eval { Sys::Virt::Domain->_new(connection => $conn, name => 'none') };
    is($@->file, __FILE__, 'file: is the caller of a sub that is defined when it is called');

    my $copy = bless { %$error }, ref $error;
    is_deeply([map { $copy->$_ } qw(method file line)], [undef, undef, undef], 'method, file, line: are undef in a copy of the hash');
    my $again = $error;
    is($again->line, $error->line, 'line: stays with another reference to the error');

    my $ended = 0;
    my $object = bless sub { $ended++ }, 'Local::Ending';
    $error = sub { eval { $conn->get_domain_by_name('none') }; return $@ }->($object);
    undef $object;
    is($ended, 1, 'Error: keeps no argument of the sub that it comes from');
    for my $method (qw(method file line)) {
        eval { Sys::Virt::Error->can($method)->('Sys::Virt::Error') };
        like("$@", qr/Sys::Virt::Error::$method: argument 'err' is 'Sys::Virt::Error', not a hash reference/, "$method: is refused to a class");
    }
};

subtest 'longer texts' => sub {
    my $said = sub { local $ENV{SYS_VIRT_VERBOSE} = shift; return failed() . '' };
    my $place = qr/, in Sys::Virt::get_domain_by_name at \Q$0\E line \d+\.\n\z/;
    like($said->(1), $place, 'stringify: SYS_VIRT_VERBOSE=1 adds method and place');
    unlike($said->($_), $place, "stringify: SYS_VIRT_VERBOSE='$_' adds nothing") for 0, '';
    is(Sys::Virt::Error->verbose, 0, 'verbose: is off before it is set');
    my $error = failed();
    is(Sys::Virt::Error->verbose(1), 0, 'verbose: gives what it was when it is switched on');
    is(Sys::Virt::Error->verbose, 1, 'verbose: is on then');
    is("$error", "libvirt error code: 42, message: $text, in Sys::Virt::get_domain_by_name at @{[ $error->file ]} line @{[ $error->line ]}.\n", 'stringify: has method and place, of an error that was there before verbose, too');
    is($error->message, $text, 'message: is the same with verbose');
    eval { $conn->get_domain_by_name("a\0b") };
    is("$@", 'libvirt error code: 8, message: ' . $@->message, 'stringify: adds nothing to a message that has method and place');
    my $made = bless { code => 1, message => 'made' }, 'Sys::Virt::Error';
    is("$made", "libvirt error code: 1, message: made\n", 'stringify: adds nothing to an error made by a script');
    is($said->(0) =~ $place, 1, 'verbose: counts more than the environment');
    is(Sys::Virt::Error->verbose(0), 1, 'verbose: gives what it was when it is switched off');
    is("$error", "libvirt error code: 42, message: $text\n", 'stringify: is as ever without verbose');
    eval { Sys::Virt::Error::verbose(1) };
    like("$@", qr/Sys::Virt::Error::verbose: argument 'class' is '1', not the name of a class/, 'verbose: refuses to be called as a function');
};

subtest 'errors of methods that are written in Perl' => sub {
    for my $case (['Sys::Virt::new', sub { Sys::Virt->new(uri => 'test:///default', timeout => 'x') }],
        ['Sys::Virt::async', sub { $conn->async(timeout => 'x') }]) {
        my ($method, $code) = @$case;
        SKIP: {
            skip 'needs Future', 2 if $method =~ /async/ && !eval { require Future; 1 };
            eval { $code->() };
            my $error = $@;
            is_deeply([map { $error->$_ } qw(method file line)], [$method, $error->message =~ / at (.+) line (\d+)\.\n\z/], "$method: its error knows method, file and line");
            is($error->file, $0, "$method: the file is that of the script");
        }
    }
};

subtest 'errors made by scripts' => sub {
    my $made = bless { level => 2, code => 1, domain => 0, message => 'made' }, 'Sys::Virt::Error';
    is("$made", "libvirt error code: 1, message: made\n", 'stringify: an error made by a script');
    is_deeply([map { $made->$_ } qw(code domain level message)], [1, 0, 2, 'made'], 'Error: the accessors work on an error made by a script');
    @Local::Error::ISA = 'Sys::Virt::Error';
    my $derived = bless { %$made, message => 'derived' }, 'Local::Error';
    is("$derived", "libvirt error code: 1, message: derived\n", 'stringify: an error of a subclass');
    is($derived->code, 1, 'code: works on an error of a subclass');
};
done_testing;

sub Local::Ending::DESTROY { $_[0]->() }
