use strict;
use warnings;
use lib 't/lib';
use Test::More;
use File::Temp qw(tempdir);
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Perl qw(run_perl);

# Sys::Virt->new in all its forms.

my $uri = 'test:///default';
my $dir = tempdir(CLEANUP => 1);

subtest 'where to' => sub {
    for my $arguments ([uri => $uri], [address => $uri], [uri => 'nothing:///', address => $uri]) {
        my $conn = Sys::Virt->new(@$arguments);
        isa_ok($conn, 'Sys::Virt', "new(@$arguments)");
        is($conn->get_uri, $uri, 'and where it leads');
    }
    is((new Sys::Virt(uri => $uri))->get_uri, $uri, 'new Sys::Virt(uri => ...)');
    is((new Sys::Virt uri => $uri)->get_uri, $uri, 'new Sys::Virt uri => ...');
    is(Sys::Virt->new(uri => Local::Uri->new)->get_uri, $uri, 'an object that has a string');
    is(Sys::Virt->new(uri => Test::SysVirt::Host::uri())->get_domain_by_name('held')->get_name, 'held', 'a file of its own');
    local $ENV{LIBVIRT_DEFAULT_URI} = $uri;
    is(Sys::Virt->new->get_uri, $uri, 'no uri: the default of the environment');
    is(Sys::Virt->new(uri => undef)->get_uri, $uri, 'undef: the same');
    is(Sys::Virt->new(uri => '')->get_uri, $uri, 'an empty one: the same');
};

subtest 'slips' => sub {
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    local $ENV{LIBVIRT_DEFAULT_URI} = $uri;
    my $unknown = 'is unknown here and ignored, known are address, auth, callback, credlist, flags, readonly, uri';
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
        is(ref $@ && $@->code, Sys::Virt::Error::ERR_OPERATIONED_DENIED, 'and does not write');
    }
    for my $none ([], [readonly => 0], [flags => 0], [flags => undef], [readonly => undef, flags => '0']) {
        my $conn = Sys::Virt->new(uri => $uri, @$none);
        my $dom = $conn->get_domain_by_name('test');
        $dom->suspend;
        is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'without flags it writes');
        $dom->resume;
    }
    eval { Sys::Virt->new(uri => $uri, flags => 1 << 30) };
    is(ref $@, 'Sys::Virt::Error', 'a flag nobody knows');
};

subtest 'classes' => sub {
    my $conn = Local::Virt->new(uri => $uri);
    is(ref $conn, 'Local::Virt', 'a subclass');
    isa_ok($conn, 'Sys::Virt');
    is($conn->get_type . $conn->greeting, 'TESThello', 'has the methods of both');
    is(ref $conn->new(uri => $uri), 'Local::Virt', 'new on an object');
    is($conn->get_domain_by_name('test')->get_name, 'test', 'finds domains');
    $conn->DESTROY;
    eval { $conn->get_type };
    is(ref $@ && $@->code, Sys::Virt::Error::ERR_INVALID_CONN, 'closed by hand');
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    undef $conn;
    is_deeply(\@warnings, [], 'and closed again by perl');
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
        ok((grep { $error->code == $_ } @codes), "libvirt's code") or diag($error);
        is($error->level, Sys::Virt::Error::LEVEL_ERROR, 'its level');
        isnt($error->message, '', 'a message');
        my $before = descriptors();
        $failed->() for 1 .. 5;
        is(descriptors(), $before, 'no descriptor stays open') if $before;
    }
    open STDERR, '>&', $terminal or die $!;
    seek $stderr, 0, 0;
    is(join('', grep { !/^I\/O warning/ } <$stderr>), '', 'libvirt prints nothing');
};

subtest 'closing' => sub {
    my $before = descriptors();
    plan skip_all => 'no /proc here' if !$before;
    for (1 .. 20) {
        my $conn = Sys::Virt->new(uri => $uri);
        my ($dom) = $conn->list_all_domains;
        undef $conn;
        is($dom->get_name, 'test', 'a domain outlives the variable of its connection') if $_ == 1;
    }
    is(descriptors(), $before, 'connections leave no descriptor behind');
};

# The test driver asks for a user and a password when its XML lists users.
my $guarded = "$dir/guarded.xml";
open my $xml, '>', $guarded or die "$guarded: $!";
print $xml <<'XML';
<node>
  <auth><user password="deck">spade</user><user>nobody</user></auth>
  <cpu><mhz>1000</mhz><model>i686</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu>
  <memory>1048576</memory>
</node>
XML
close $xml or die "$guarded: $!";

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
    return eval { Sys::Virt->new(uri => "test://$guarded", %more) };
}

# Newer releases of libvirt have codes of their own for some cases: then there are two.
sub refused_is {
    my ($codes, $name, %more) = @_;
    is(guarded(%more), undef, $name);
    my $code = ref $@ && $@->code;
    ok((grep { $code == $_ } ref $codes ? @$codes : $codes), 'and the code') or diag($@);
    return;
}

subtest 'authentication' => sub {
    my $right = answers('spade', 'deck');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => $right), 'Sys::Virt', 'the right user and password');
    is(scalar @asked, 2, 'two credentials asked for');
    is($asked[0]{type}, Sys::Virt::CRED_AUTHNAME, 'first the name');
    is($asked[1]{type}, Sys::Virt::CRED_PASSPHRASE, 'then the password');
    like($asked[0]{prompt}, qr/name/i, 'with a prompt');
    is_deeply([grep { !/defresult/ } sort keys %$_], [qw(challenge prompt result type)], "the keys of credential $_->{type}") for @asked;
    is($asked[0]{result}, undef, 'no result yet');

    my $conn = guarded(auth => 1, readonly => 1, credlist => [@both, Sys::Virt::CRED_REALM], callback => $right);
    isa_ok($conn, 'Sys::Virt', 'read-only, and more credentials offered than are asked for');
    is($conn->get_type, 'TEST', 'it works');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => answers('nobody', undef)), 'Sys::Virt', 'a user without a password');
    is(scalar @asked, 1, 'who is not asked for one');
    isa_ok(guarded(auth => 1, credlist => [@both], callback => sub {
        $_->{result} = Local::Text->new($_->{type} == Sys::Virt::CRED_AUTHNAME ? 'spade' : 'deck') for @{ $_[0] };
        return 0;
    }), 'Sys::Virt', 'results that are objects with a string');

    my $failed = Sys::Virt::Error::ERR_AUTH_FAILED;
    refused_is($failed, 'a wrong password', auth => 1, credlist => [@both], callback => answers('spade', 'club'));
    refused_is($failed, 'a password with more behind it', auth => 1, credlist => [@both], callback => answers('spade', "deck "));
    refused_is($failed, 'an unknown user', auth => 1, credlist => [@both], callback => answers('club', 'deck'));
    refused_is([Sys::Virt::Error::ERR_INTERNAL_ERROR, $failed], 'no answer', auth => 1, credlist => [@both], callback => answers());
    refused_is($failed, 'the callback gives up', auth => 1, credlist => [@both], callback => sub { -1 });
    refused_is([$failed, Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED], 'a password not offered', auth => 1, credlist => [Sys::Virt::CRED_AUTHNAME], callback => $right);
    refused_is(Sys::Virt::Error::ERR_INVALID_ARG, 'not asked for', auth => 0, credlist => [@both], callback => $right);
    is(scalar @asked, 0, 'nor asked');
    is(Sys::Virt->new(uri => $uri, auth => 1, credlist => [@both], callback => $right)->get_type, 'TEST', 'where none is needed');
};

subtest 'authentication callbacks that go wrong' => sub {
    is(guarded(auth => 1, credlist => [@both], callback => sub { die "no card\n" }), undef, 'one that dies');
    is($@, "no card\n", 'its exception comes out of new');
    my $object = bless {}, 'Local::Text';
    guarded(auth => 1, credlist => [@both], callback => sub { die $object });
    is($@, $object, 'an object too');
    guarded(auth => 1, credlist => [@both], callback => sub { $_->{result} = "spade\0" for @{ $_[0] }; 0 });
    like($@, qr/the callback's result has a NUL byte in it/, 'a result that C would cut');
    is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'is no good');
    guarded(auth => 1, credlist => [@both], callback => sub { $_->{result} = Local::Dies->new for @{ $_[0] }; 0 });
    is($@, "no string\n", 'a result that dies when read');
    guarded(auth => 1, credlist => [@both], callback => sub { @{ $_[0] } = (); 0 });
    is(ref $@, 'Sys::Virt::Error', 'one that empties its list');
    guarded(auth => 1, credlist => [@both], callback => sub { $_ = 'text' for @{ $_[0] }; 0 });
    ok($@, 'one that spoils its list');
    guarded(auth => 1, credlist => [@both], callback => sub { $_[0] = undef; 0 });
    is(ref $@, 'Sys::Virt::Error', 'one that drops it');
    my $kept;
    guarded(auth => 1, credlist => [@both], callback => sub { $kept = $_[0]; 0 });
    is($kept->[0]{type}, Sys::Virt::CRED_AUTHNAME, 'one that keeps it');
    my $inner;
    my $conn = guarded(auth => 1, credlist => [@both], callback => sub {
        $inner = Sys::Virt->new(uri => $uri)->get_type;
        eval { Sys::Virt->new(uri => 'nothing:///') };
        return answers('spade', 'deck')->(@_);
    });
    is("$inner " . $conn->get_type, 'TEST TEST', 'one that makes connections itself');
    for my $callback ([], 'text that names no sub', 7) {
        guarded(auth => 1, credlist => [@both], callback => $callback);
        ok($@, 'one that is none');
    }
    guarded(auth => 1, credlist => 'all', callback => answers('spade', 'deck'));
    ok($@, 'a list that is none');
    guarded(auth => 1, credlist => ['x', undef, {}], callback => answers('spade', 'deck'));
    ok($@, 'a list of other things');
    is(guarded(auth => 1, credlist => [@both], callback => answers('spade', 'deck'))->get_type, 'TEST', 'and it still works');
};

# libvirt asks at the terminal then, where nobody answers.
subtest 'authentication without a callback' => sub {
    for my $more ('', ', credlist => [Sys::Virt::CRED_AUTHNAME]', ', callback => sub { -1 }') {
        my ($out, $err, $status) = run_perl('-e', "use Sys::Virt; eval { Sys::Virt->new(uri => 'test://$guarded', auth => 1$more) }; print q(code ), \$\@->code");
        like($out, qr/code @{[ Sys::Virt::Error::ERR_AUTH_FAILED ]}$/, "auth => 1$more");
        is("$status$err", '0', 'and no crash');
    }
};

subtest 'the calling program' => sub {
    local $@ = 'kept';
    my $count = () = Sys::Virt->new(uri => $uri);
    is($count, 1, 'one value in a list');
    is($@, 'kept', '$@ is left alone');
    my %arguments = (uri => $uri, readonly => 1);
    Sys::Virt->new(%arguments);
    is_deeply(\%arguments, { uri => $uri, readonly => 1 }, 'and so are the arguments');
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
