use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Certificates;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Transport;
use Sys::Virt;

# Connections for which libvirtd wants a name and a password: by SCRAM where nobody can listen, over
# TLS and on a Unix socket, and over plain TCP by DIGEST-MD5, which also encrypts.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 240, needs => ['/usr/bin/openssl', '/usr/sbin/saslpasswd2',
    '/usr/lib/*/sasl2/libscram.so', '/usr/lib/*/sasl2/libdigestmd5.so']);
my $authority = Test::SysVirt::Certificates->new($bed, 'authority');
my $server    = $authority->issue('server', names => ['DNS:localhost']);
my $client    = $authority->issue('client');

my $passwords = $bed->dir . '/passwords';
$bed->file('sasl/libvirt.conf', "mech_list: scram-sha-256 digest-md5\nsasldb_path: $passwords\n");
$ENV{SASL_CONF_PATH} = $bed->dir . '/sasl';
$bed->run('sh', '-c', "echo deck | saslpasswd2 -p -c -f $passwords -a libvirt $_") for qw(spade joker);

my $conf = $bed->file('libvirtd.conf', <<"CONF");
listen_tls = 1
listen_tcp = 1
key_file = "$server/serverkey.pem"
cert_file = "$server/servercert.pem"
ca_file = "$server/cacert.pem"
auth_tls = "sasl"
auth_tcp = "sasl"
auth_unix_rw = "sasl"
sasl_allowed_username_list = ["spade*"]
CONF
my $daemon = $bed->service('libvirtd', '--listen', '--config', $conf);
my $ready  = "test+unix:///default?socket=/run/libvirt/libvirt-sock-ro";
$daemon->answers($ready);
$bed->listens($_) for 16509, 16514;

my %how = (
    tls  => ["tls://localhost", "?pkipath=$client"],
    tcp  => ['tcp://localhost', ''],
    unix => ['unix://', ''],
);

sub uri {
    my ($transport, $driver, $path) = @_;
    my ($to, $more) = @{ $how{$transport} };
    return "$driver+$to/$path$more";
}

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

sub opens {
    my ($uri, $callback) = @_;
    @asked = ();
    return Sys::Virt->new(uri => $uri, auth => 1, credlist => [Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE],
        callback => $callback);
}

sub descriptors { return scalar(() = glob '/proc/self/fd/*') }

my $right = answers('spade', 'deck');

subtest 'SCRAM over TLS' => sub {
    whole_script($bed, $daemon, sub { opens(uri('tls', @_), $right) }, killed => Sys::Virt::CLOSE_REASON_ERROR);
};

subtest 'DIGEST-MD5 over TCP' => sub {
    whole_script($bed, $daemon, sub { opens(uri('tcp', @_), $right) }, killed => Sys::Virt::CLOSE_REASON_ERROR);
};

for my $transport (sort keys %how) {
    my $uri = uri($transport, 'test', 'default');
    my $failed = Sys::Virt::Error::ERR_AUTH_FAILED;
    my $before = descriptors();
    subtest "authentication callback, $transport" => sub {
        my $conn = opens($uri, $right);
        is($conn->get_type, 'TEST', 'right: it is let in');
        is($conn->is_secure, 1, 'is_secure');
        # libvirt takes SASL for encryption, whether it encrypts or not.
        is($conn->is_encrypted, 1, 'is_encrypted');
        is_deeply([map { $_->{type} } @asked], [Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE], 'right: what it was asked for');
        is_deeply([map { $_->{prompt} } @asked], ['Please enter your authentication name', 'Please enter your password'], 'right: with what words');

        fails($failed, sub { opens($uri, answers('spade', 'club')) }, 'a wrong password', qr/authentication failed/);
        fails($failed, sub { opens($uri, answers('nobody', 'deck')) }, 'a user that is not there', qr/authentication failed/);
        fails($failed, sub { opens($uri, answers('joker', 'deck')) }, 'a user not on the list', qr/authentication failed/);
        fails($failed, sub { opens($uri, sub { -1 }) }, 'one that gives up', qr/Failed to collect auth credentials/);
        ok(!eval { opens($uri, sub { die "no card\n" }) }, 'one that dies');
        is($@, "no card\n", 'its exception comes out of new');
        fails($failed, sub { opens($uri, sub { $_->{type} == Sys::Virt::CRED_AUTHNAME and $_->{result} = 'spade' for @{ $_[0] }; 0 }) },
            'one that knows no password');
        fails($failed, sub { Sys::Virt->new(uri => $uri) }, 'none', qr/No worthy mechs found/);
        is(opens($uri, $right)->get_type, 'TEST', 'and the next is let in');
        # libvirtd has room for twenty that have not told it yet who they are.
        ok(until_true(sub { descriptors() <= $before }), 'the loop closes the sockets of those that failed');
    };
}

subtest 'what the URI says' => sub {
    my $file = $bed->file('auth.conf', "[credentials-bed]\nauthname=spade\npassword=deck\n[auth-libvirt-localhost]\ncredentials=bed\n");
    @asked = ();
    is(opens(uri('tls', 'test', 'default') . "&authfile=$file", answers('joker', 'joker'))->get_type, 'TEST', 'authfile: has the answers');
    is_deeply(\@asked, [], 'authfile: so nobody is asked');
    is(opens('test+tls://localhost/default?auth=sasl.SCRAM-SHA-256&pkipath=' . $client, $right)->get_type, 'TEST', 'auth: SCRAM will do over TLS');
    fails(Sys::Virt::Error::ERR_AUTH_FAILED, sub { opens('test+tcp://localhost/default?auth=sasl.SCRAM-SHA-256', $right) },
        'auth: but not over TCP, where it does not encrypt', qr/mechanism SCRAM-SHA-256 not supported by server/);
};

subtest 'a read-only socket' => sub {
    my $conn = Sys::Virt->new(uri => 'test+unix:///default', readonly => 1);
    is(join(' ', map { $_->get_name } $conn->list_all_domains), 'test', 'reads without a password');
    fails(Sys::Virt::Error::ERR_OPERATIONED_DENIED, sub { ($conn->list_all_domains)[0]->suspend }, 'and does not write', qr/read only access/);
};

done_testing;
