use strict;
use warnings;
use lib 't/lib';
use File::Path qw(make_path);
use Test::More;
use Test::SysVirt::Certificates;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Admin;

# Connections over TLS: what works, and who is refused, with the reason.

my $bed    = Test::SysVirt::Enclosure->enter(seconds => 180, needs => ['/usr/bin/openssl']);
my $ours   = Test::SysVirt::Certificates->new($bed, 'ours');
my $theirs = Test::SysVirt::Certificates->new($bed, 'theirs');
my $server = $ours->issue('server', names => ['DNS:localhost', 'IP:127.0.0.1']);
my $client = $ours->issue('client');

my $daemon = $bed->libvirtd(<<"CONF");
listen_tls = 1
key_file = "$server/serverkey.pem"
cert_file = "$server/servercert.pem"
ca_file = "$server/cacert.pem"
tls_allowed_dn_list = ["CN=client"]
CONF
$bed->listens(16514);

my $open = sub {
    my ($driver, $path, $certificates, %opt) = @_;
    my $host = $opt{host} // 'localhost';
    return Sys::Virt->new(uri => "$driver+tls://$host/$path?pkipath=" . ($certificates // $client) . ($opt{more} // ''));
};

# A session that nobody ends is an error to TLS.
whole_script($bed, $daemon, $open, killed => Sys::Virt::CLOSE_REASON_ERROR);

subtest 'the connection' => sub {
    my $conn = $open->('test', 'default');
    is($conn->is_secure, 1, 'is_secure');
    is($conn->is_encrypted, 1, 'is_encrypted');
    is($open->('test', 'default', $client, host => '127.0.0.1')->get_type, 'TEST', 'by an address that the certificate names');
};

sub refused {
    my ($name, $code, $why, @how) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    fails($code, sub { $open->('test', 'default', @how) }, $name, $why);
    return;
}

subtest 'refused by the client' => sub {
    my ($system, $failed) = (Sys::Virt::Error::ERR_SYSTEM_ERROR, Sys::Virt::Error::ERR_AUTH_FAILED);
    my $late = $ours->issue('late', days => 0);
    sleep 2;
    refused('a certificate that has expired', $system, qr/certificate .* has expired/, $late);
    refused('an authority that did not sign it', $system, qr/known issuer/, $theirs->issue('client', authority => $ours));
    refused('a server of an authority not trusted', $failed, qr/verify peer's certificate/, $theirs->issue('distrustful'));
    refused('a server that goes by another name', $failed, qr/verify peer's certificate/, $client, host => '127.0.0.2');
    # libvirt 11.3 still says the one, 12.8 the other.
    my $missing = Sys::Virt->get_library_version > 11_003_000 ? qr{^CA certificate '/none/cacert.pem' does not exist} : qr{^Cannot read CA certificate '/none/cacert.pem'};
    refused('no certificates', $system, qr{$missing: No such file}, '/none');
    is($open->('test', 'default', $client, host => '127.0.0.2', more => '&no_verify=1')->get_type, 'TEST', 'no_verify: any server will do');
};

subtest 'refused by the server' => sub {
    my @noticed = (Sys::Virt::Error::ERR_SYSTEM_ERROR, qr/Unable to read TLS confirmation/);
    refused('a client not on its list', @noticed, $ours->issue('guest'));
    refused('an authority it does not trust', @noticed, $theirs->issue('stranger', trust => $ours));
    refused('nobody at the port', Sys::Virt::Error::ERR_SYSTEM_ERROR, qr/Connection refused/, $client, host => 'localhost:1');
    is($open->('test', 'default')->get_type, 'TEST', 'and the next one is served');
};

# A daemon looks for other certificates only where they are by default, which is a folder of /etc.
subtest 'update_tls_files' => sub {
    my ($dir, $pki) = ($bed->dir, '/etc/pki');
    make_path("$dir/upper", "$dir/work");
    eval { $bed->run(qw(mount -t overlay overlay -o), "lowerdir=/etc,upperdir=$dir/upper,workdir=$dir/work", '/etc'); 1 }
        or plan skip_all => "this kernel lays no folder over another: $@";
    $bed->run('mount', '--bind', "$dir/etc/libvirt", '/etc/libvirt');
    make_path("$pki/CA", "$pki/libvirt/private");
    my %file = ("CA/cacert" => 'cacert', "libvirt/servercert" => 'servercert', "libvirt/private/serverkey" => 'serverkey');
    symlink "$server/$file{$_}.pem", "$pki/$_.pem" for sort keys %file;
    $daemon->end;
    $bed->libvirtd('listen_tls = 1');
    $bed->listens(16514);
    my $of_daemon = eval { Sys::Virt::Admin->new(uri => 'libvirtd:///system') } or plan skip_all => "no libvirt-admin here: $@";
    my $tls = $of_daemon->lookup_server('libvirtd');
    $ours->issue('server', names => ['DNS:elsewhere']);
    is($open->('test', 'default')->get_type, 'TEST', 'a daemon that is not told has the certificate that it had');
    is_deeply([$tls->update_tls_files], [], 'gives nothing');
    refused('it has the new one, of another name', Sys::Virt::Error::ERR_AUTH_FAILED, qr/verify peer's certificate/);
    $ours->issue('server', names => ['DNS:localhost']);
    $tls->update_tls_files;
    is($open->('test', 'default')->get_type, 'TEST', 'and the old name again');
};

done_testing;
