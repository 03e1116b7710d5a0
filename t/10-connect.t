use strict;
use warnings;
use lib 't/lib';
use Test::More;
use File::Temp qw(tempdir);
use Hash::Util ();
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::URI qw(file_uri);

# Sys::Virt->new in all its forms.

my $uri = 'test:///default';
my $dir = tempdir(CLEANUP => 1);

subtest 'where to' => sub {
    for my $arguments ([uri => $uri], [address => $uri], [uri => 'nothing:///', address => $uri]) {
        my $conn = Sys::Virt->new(@$arguments);
        isa_ok($conn, 'Sys::Virt', "new(@$arguments): gives a connection");
        is($conn->get_uri, $uri, 'new: the connection leads where the uri says');
    }
    is((new Sys::Virt(uri => $uri))->get_uri, $uri, 'new Sys::Virt(uri => ...): connects');
    is((new Sys::Virt uri => $uri)->get_uri, $uri, 'new Sys::Virt uri => ...: connects');
    is(Sys::Virt->new(uri => Local::Uri->new)->get_uri, $uri, 'new: takes an object as uri that has a string');
    is(Sys::Virt->new(uri => Test::SysVirt::Host::uri())->get_domain_by_name('held')->get_name, 'held', 'new: opens a file of the test driver');
    local $ENV{LIBVIRT_DEFAULT_URI} = $uri;
    is(Sys::Virt->new->get_uri, $uri, 'new: without a uri takes the default of the environment');
    is(Sys::Virt->new(uri => undef)->get_uri, $uri, 'new: takes the default for a uri of undef');
    is(Sys::Virt->new(uri => '')->get_uri, $uri, 'new: takes the default for an empty uri');
};

subtest 'slips' => sub {
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    local $ENV{LIBVIRT_DEFAULT_URI} = $uri;
    my $unknown = 'is unknown here and ignored, known are address, auth, callback, credlist, flags, readonly, timeout, uri';
    my $odd = 'odd number of arguments, where each value has a name before it';
    my %slip = (
        'another name'      => [[url => $uri], "'url' $unknown"],
        'another case'      => [[uri => $uri, readOnly => 1], "'readOnly' $unknown"],
        'two unknown names' => [[b => 1, uri => $uri, a => undef], "'a' $unknown", "'b' $unknown"],
        'undef as a name'   => [[undef, 1], "'' $unknown"],
        'a hash reference'  => [[{ uri => $uri }], $odd],
        'a single undef'    => [[undef], $odd],
        'a single word'     => [['default'], $odd],
        'a missing value'   => [['uri', $uri, 'readonly'], $odd],
        'none'              => [[uri => $uri, address => $uri, flags => 0, readonly => 0, auth => 0, credlist => [],
            callback => sub { }]],
    );
    for my $name (sort keys %slip) {
        my ($arguments, @expected) = @{ $slip{$name} };
        @warnings = ();
        is(Sys::Virt->new(@$arguments)->get_uri, $uri, "$name: connects"); my $line = __LINE__;
        is_deeply(\@warnings, [map { "Sys::Virt::new: $_ at $0 line $line.\n" } @expected], 'and warns once for each');
        no warnings 'misc';
        @warnings = ();
        Sys::Virt->new(@$arguments);
        is_deeply(\@warnings, [], q(not without the category 'misc'));
    }
    @warnings = ();
    use warnings FATAL => 'misc';
    is(eval { Sys::Virt->new(url => $uri) }, undef, 'a fatal warning is an exception');
    like($@, qr/^Sys::Virt::new: 'url' is unknown here/, 'with the same text');
    for my $only ($uri, 'qemu+ssh://root@host/system', Local::Uri->new) {
        is(eval { Sys::Virt->new($only) }, undef, "new('$only') fails"); my $line = __LINE__;
        is($@, "Usage: Sys::Virt->new(uri => '$only'), not without its name, at $0 line $line.\n", 'and says what to write');
    }
    is_deeply(\@warnings, [], 'and nothing else');
};

subtest 'flags' => sub {
    my %arguments = (
        'readonly'          => [readonly => 1],
        'CONNECT_RO'        => [flags => Sys::Virt::CONNECT_RO],
        'both'              => [readonly => 1, flags => Sys::Virt::CONNECT_RO],
        'another truth'     => [readonly => 'yes'],
    );
    for my $name (sort keys %arguments) {
        my $conn = Sys::Virt->new(uri => $uri, @{ $arguments{$name} });
        is($conn->get_domain_by_name('test')->get_name, 'test', "$name: reads");
        eval { $conn->get_domain_by_name('test')->suspend };
        is(ref $@ && $@->code, Sys::Virt::Error::ERR_OPERATIONED_DENIED, 'new: a read-only connection refuses to write');
    }
    for my $none ([], [readonly => 0], [flags => 0], [flags => undef], [readonly => undef, flags => '0']) {
        my $conn = Sys::Virt->new(uri => $uri, @$none);
        my $dom = $conn->get_domain_by_name('test');
        $dom->suspend;
        is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'new: without flags a connection writes');
        $dom->resume;
    }
    eval { Sys::Virt->new(uri => $uri, flags => 1 << 30) };
    is(ref $@, 'Sys::Virt::Error', 'new: dies of a flag that nobody knows');
};

subtest 'classes' => sub {
    my $conn = Local::Virt->new(uri => $uri);
    is(ref $conn, 'Local::Virt', 'new: blesses into a subclass');
    isa_ok($conn, 'Sys::Virt', 'new: an object of a subclass');
    is($conn->get_type . $conn->greeting, 'TESThello', 'new: an object of a subclass has the methods of both');
    is(ref $conn->new(uri => $uri), 'Local::Virt', 'new on an object');
    is($conn->get_domain_by_name('test')->get_name, 'test', 'new: get_domain_by_name works on an object of a subclass');
    $conn->DESTROY;
    eval { $conn->get_type };
    is(ref $@ && $@->code, Sys::Virt::Error::ERR_INVALID_CONN, 'DESTROY: the connection is refused afterwards');
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    undef $conn;
    is_deeply(\@warnings, [], 'DESTROY: a second one, by perl, warns of nothing');
};

sub descriptors { opendir my $dh, '/proc/self/fd' or return; return scalar grep { /^\d/ } readdir $dh }

subtest 'nobody answers' => sub {
    # Releases of libvirt differ in what they call it. An unknown scheme is for libvirtd to judge:
    # there is none at this socket, whether one runs or not.
    my %nowhere = (
        'a scheme nobody knows'     => ['nothing+unix:///?socket=/none/libvirt-sock', Sys::Virt::Error::ERR_SYSTEM_ERROR],
        'no uri at all'             => ['not a uri', Sys::Virt::Error::ERR_INTERNAL_ERROR],
        'no file there'             => ['test:///none/at/all.xml', Sys::Virt::Error::ERR_XML_ERROR, Sys::Virt::Error::ERR_SYSTEM_ERROR],
        'no socket there'           => ['qemu+unix:///system?socket=/none/libvirt-sock', Sys::Virt::Error::ERR_SYSTEM_ERROR],
        'nobody at the port'        => ['qemu+tcp://127.0.0.1:1/system', Sys::Virt::Error::ERR_SYSTEM_ERROR],
        'a transport nobody knows'  => ['qemu+nothing:///system', Sys::Virt::Error::ERR_INVALID_ARG],
        'a program that is not there' => ['qemu+ext:///system?command=/none/ssh', Sys::Virt::Error::ERR_SYSTEM_ERROR],
    );
    open my $terminal, '>&', \*STDERR or die $!;
    my $stderr = File::Temp->new;
    open STDERR, '>&', $stderr or die $!;
    for my $name (sort keys %nowhere) {
        my ($where, @codes) = @{ $nowhere{$name} };
        my $failed = sub {
            eval { Sys::Virt->new(uri => $where) };
            return $@;
        };
        my $error = $failed->();
        isa_ok($error, 'Sys::Virt::Error', $name) or next;
        ok((grep { $error->code == $_ } @codes), "new: dies with libvirt's code for $name") or diag($error);
        is($error->level, Sys::Virt::Error::LEVEL_ERROR, "new: the error for $name has its level");
        isnt($error->message, '', "new: the error for $name has a message");
        my $before = descriptors();
        $failed->() for 1 .. 5;
        is(descriptors(), $before, "new: leaves no descriptor open for $name") if $before;
    }
    open STDERR, '>&', $terminal or die $!;
    seek $stderr, 0, 0;
    is(join('', grep { !/^I\/O warning/ } <$stderr>), '', 'new: libvirt prints nothing when it fails');
};

subtest 'closing' => sub {
    my $before = descriptors();
    plan skip_all => 'no /proc here' if !$before;
    for (1 .. 20) {
        my $conn = Sys::Virt->new(uri => $uri);
        my ($dom) = $conn->list_all_domains;
        undef $conn;
        is($dom->get_name, 'test', 'get_name: a domain outlives the variable of its connection') if $_ == 1;
    }
    is(descriptors(), $before, 'new: connections that ended leave no descriptor behind');
};

# The test driver asks for a user and a password when its XML lists users.
my $guarded = file_uri("$dir/guarded.xml");
open my $xml, '>', "$dir/guarded.xml" or die "$dir/guarded.xml: $!";
print $xml <<'XML';
<node>
  <auth><user password="deck">spade</user><user>nobody</user></auth>
  <cpu><mhz>1000</mhz><model>i686</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu>
  <memory>1048576</memory>
</node>
XML
close $xml or die "$dir/guarded.xml: $!";

my @both = (Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE);
my @asked;
sub answers {
    my ($user, $password) = @_;
    my %answer = (Sys::Virt::CRED_AUTHNAME, $user, Sys::Virt::CRED_PASSPHRASE, $password);
    return sub {
        my ($credentials) = @_;
        push @asked, map { { %$_ } } @$credentials;
        $_->{result} = $answer{ $_->{type} } for @$credentials;
        return 0;
    };
}

sub guarded {
    my (%more) = @_;
    @asked = ();
    return eval { Sys::Virt->new(uri => $guarded, %more) };
}

# Newer releases of libvirt have codes of their own for some cases: then there are two.
sub refused_is {
    my ($codes, $name, %more) = @_;
    is(guarded(%more), undef, $name);
    my $code = ref $@ && $@->code;
    ok((grep { $code == $_ } ref $codes ? @$codes : $codes), 'new: the error has the code of failed authentication') or diag($@);
    return;
}

subtest 'authentication' => sub {
    my $right = answers('spade', 'deck');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => $right), 'Sys::Virt', 'new: opens with the right user and password');
    is(scalar @asked, 2, 'new: asks the callback for two credentials');
    is($asked[0]{type}, Sys::Virt::CRED_AUTHNAME, 'new: asks for the name first');
    is($asked[1]{type}, Sys::Virt::CRED_PASSPHRASE, 'new: asks for the password then');
    like($asked[0]{prompt}, qr/name/i, 'new: gives the callback a prompt');
    is_deeply([grep { !/defresult/ } sort keys %$_], [qw(challenge prompt result type)], "new: credential $_->{type} has the keys of the C module") for @asked;
    is($asked[0]{result}, undef, 'new: gives the callback no result yet');

    my $conn = guarded(auth => 1, readonly => 1, credlist => [@both, Sys::Virt::CRED_REALM], callback => $right);
    isa_ok($conn, 'Sys::Virt', 'new: opens read-only, and with more credentials offered than are asked for');
    is($conn->get_type, 'TEST', 'get_type: works on an authenticated connection');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => answers('nobody', undef)), 'Sys::Virt', 'new: opens with a user without a password');
    is(scalar @asked, 1, 'new: asks no password of a user who has none');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => sub {
        $_->{result} = Local::Text->new($_->{type} == Sys::Virt::CRED_AUTHNAME ? 'spade' : 'deck') for @{ $_[0] };
        return 0;
    }), 'Sys::Virt', 'new: takes results that are objects with a string');
    is(guarded(auth => 1, credlist => [@both], callback => sub {
        for my $credential (@{ $_[0] }) {
            delete $credential->{result};
            Hash::Util::lock_keys(%$credential);
        }
        return 0;
    }), undef, 'new: dies where a credential may have no result any more');
    like($@, qr/disallowed key 'result' in a restricted hash/, 'new: dies as perl does then');

    my $failed = Sys::Virt::Error::ERR_AUTH_FAILED;
    isa_ok(guarded(auth => 1, callback => $right), 'Sys::Virt', 'new: opens without credlist, which stands for all types,');
    refused_is($failed, 'a wrong password', auth => 1, credlist => [@both], callback => answers('spade', 'club'));
    refused_is($failed, 'a password with more behind it', auth => 1, credlist => [@both], callback => answers('spade', "deck "));
    refused_is($failed, 'an unknown user', auth => 1, credlist => [@both], callback => answers('club', 'deck'));
    refused_is([Sys::Virt::Error::ERR_INTERNAL_ERROR, $failed], 'no answer', auth => 1, credlist => [@both], callback => answers());
    refused_is($failed, 'the callback gives up', auth => 1, credlist => [@both], callback => sub { -1 });
    refused_is([$failed, Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED], 'a password not offered', auth => 1, credlist => [Sys::Virt::CRED_AUTHNAME], callback => $right);
    refused_is(Sys::Virt::Error::ERR_INVALID_ARG, 'not asked for', auth => 0, credlist => [@both], callback => $right);
    is(scalar @asked, 0, 'new: does not ask the callback without auth');
    is(Sys::Virt->new(uri => $uri, auth => 1, credlist => [@both], callback => $right)->get_type, 'TEST', 'new: opens with auth where none is needed');
};

subtest 'arguments of new' => sub {
    my %bad = (
        callback => [5, qr/argument 'callback' is 5, not a code reference/],
        credlist => [5, qr/argument 'credlist' is 5, not an array reference/],
        flags    => [-1, qr/argument 'flags' is -1/],
        uri      => ["a\0b", qr/argument 'uri' has a NUL byte/],
    );
    for my $key (sort keys %bad) {
        my ($value, $problem) = @{ $bad{$key} };
        my $line = __LINE__ + 1;
        eval { Sys::Virt->new(uri => 'test:///default', auth => 1, callback => sub { 0 }, $key => $value) };
        like($@, qr/Sys::Virt::new: $problem/, "new: names itself and $key");
        like($@, qr/ at \Q$0\E line $line\./, "new: names the caller's line for $key");
    }
};

subtest 'authentication callbacks that go wrong' => sub {
    is(guarded(auth => 1, credlist => [@both], callback => sub { die "no card\n" }), undef, 'new: gives nothing when the callback dies');
    is($@, "no card\n", "new: dies of the callback's exception");
    my $object = bless {}, 'Local::Text';
    guarded(auth => 1, credlist => [@both], callback => sub { die $object });
    is($@, $object, "new: dies of the callback's exception when that is an object");
    guarded(auth => 1, credlist => [@both], callback => sub { $_->{result} = "spade\0" for @{ $_[0] }; 0 });
    like($@, qr/the callback's result has a NUL byte in it/, 'new: refuses a result that C would cut');
    is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'new: the refusal of such a result has ERR_INVALID_ARG');
    guarded(auth => 1, credlist => [@both], callback => sub { $_->{result} = Local::Dies->new for @{ $_[0] }; 0 });
    is($@, "no string\n", 'new: dies of a result that dies when read');
    guarded(auth => 1, credlist => [@both], callback => sub { @{ $_[0] } = (); 0 });
    is(ref $@, 'Sys::Virt::Error', 'new: dies of an error when the callback empties its list');
    guarded(auth => 1, credlist => [@both], callback => sub { $_ = 'text' for @{ $_[0] }; 0 });
    ok($@, 'new: dies when the callback spoils its list');
    guarded(auth => 1, credlist => [@both], callback => sub { $_[0] = undef; 0 });
    is(ref $@, 'Sys::Virt::Error', 'new: dies of an error when the callback drops its list');
    my $kept;
    guarded(auth => 1, credlist => [@both], callback => sub { $kept = $_[0]; 0 });
    is($kept->[0]{type}, Sys::Virt::CRED_AUTHNAME, 'new: what the callback keeps of its list stays');
    my $inner;
    my $conn = guarded(auth => 1, credlist => [@both], callback => sub {
        $inner = Sys::Virt->new(uri => $uri)->get_type;
        eval { Sys::Virt->new(uri => 'nothing:///') };
        return answers('spade', 'deck')->(@_);
    });
    is("$inner " . $conn->get_type, 'TEST TEST', 'new: the callback may open connections itself');
    for my $callback ([], 'text that names no sub', 7) {
        guarded(auth => 1, credlist => [@both], callback => $callback);
        ok($@, 'new: dies of a callback that is none');
    }
    guarded(auth => 1, credlist => 'all', callback => answers('spade', 'deck'));
    ok($@, 'new: dies of a credlist that is none');
    guarded(auth => 1, credlist => ['x', undef, {}], callback => answers('spade', 'deck'));
    ok($@, 'new: dies of a credlist of other things');
    is(guarded(auth => 1, credlist => [@both], callback => answers('spade', 'deck'))->get_type, 'TEST', 'new: opens after all of these failed');
};

# libvirt asks at the terminal then, where nobody answers.
subtest 'authentication without a callback' => sub {
    for my $more ('', ', credlist => [Sys::Virt::CRED_AUTHNAME]', ', callback => sub { -1 }') {
        my ($out, $err, $status) = run_perl('-e', "use Sys::Virt; eval { Sys::Virt->new(uri => q($guarded), auth => 1$more) }; print q(code ), \$\@->code");
        like($out, qr/code @{[ Sys::Virt::Error::ERR_AUTH_FAILED ]}$/, "new: auth => 1$more without a callback fails to authenticate");
        is("$status$err", '0', "new: auth => 1$more without a callback does not crash");
    }
};

subtest 'the calling program' => sub {
    local $@ = 'kept';
    my $count = () = Sys::Virt->new(uri => $uri);
    is($count, 1, 'new: gives one value in a list');
    is($@, 'kept', 'new: leaves \$@ alone');
    my %arguments = (uri => $uri, readonly => 1);
    Sys::Virt->new(%arguments);
    is_deeply(\%arguments, { uri => $uri, readonly => 1 }, 'new: leaves its arguments alone');
};
done_testing;

package Local::Uri;
use overload '""' => sub { $uri };
sub new { return bless {}, shift }

package Local::Text;
use overload '""' => sub { $_[0]{text} // '' }, fallback => 1;
sub new { my ($class, $text) = @_; return bless { text => $text }, $class }

package Local::Dies;
use overload '""' => sub { die "no string\n" }, fallback => 1;
sub new { return bless {}, shift }

BEGIN {
    package Local::Virt;
    our @ISA = 'Sys::Virt';
    sub greeting { 'hello' }
}
