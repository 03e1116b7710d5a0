use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Sshd;
use Test::SysVirt::Transport;
use Sys::Virt;

# Connections over ssh, by the program and by the two libraries that libvirt knows, to an sshd that
# is there for this test only.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 300, needs => [Test::SysVirt::Sshd::needs()]);
my $dir  = $bed->dir;
my $sshd = Test::SysVirt::Sshd->start($bed, locked => 'deck of cards');
my $keys = $sshd->folder;
$sshd->key('stranger', 'rsa');
$sshd->key('impostor', 'ed25519');
my $daemon = $bed->libvirtd;

my @asked;
sub opens {
    my ($uri, $answer, %more) = @_;
    @asked = ();
    return Sys::Virt->new(uri => $uri, auth => 1, %more,
        credlist => [Sys::Virt::CRED_ECHOPROMPT, Sys::Virt::CRED_NOECHOPROMPT],
        callback => sub {
            my ($credentials) = @_;
            push @asked, map { "$_->{type} $_->{prompt}" } @$credentials;
            return -1 if !defined $answer;
            $_->{result} = $answer for @$credentials;
            return 0;
        });
}

my ($system, $failed) = (Sys::Virt::Error::ERR_SYSTEM_ERROR, Sys::Virt::Error::ERR_AUTH_FAILED);
my %error = (ssh => $system, libssh => Sys::Virt::Error::ERR_LIBSSH, libssh2 => Sys::Virt::Error::ERR_SSH);

# What an answer that is not given is to each. After 9.0 libssh's is that of all credentials.
my %unanswered = map { $_ => [$error{$_}, qr/failed to retrieve decision to accept host key/] } qw(libssh libssh2);
$unanswered{libssh} = [Sys::Virt::Error::ERR_OPERATION_FAILED, qr/failed to retrieve user response for authentication callback/]
    if Sys::Virt->get_library_version > 9_000_000;
$unanswered{ssh} = [$system, qr/Host key verification failed/];

# The program there ends, too. The libraries take that for an error; libssh2 unless it has not heard
# yet how it ended.
my ($by_error, $by_eof) = (Sys::Virt::CLOSE_REASON_ERROR, Sys::Virt::CLOSE_REASON_EOF);
my %killed = (ssh => $by_eof, libssh => $by_error, libssh2 => "$by_error|$by_eof");

for my $transport (qw(ssh libssh libssh2)) {
    my $uri = "test+$transport://localhost/default";
    my $program = $transport eq 'ssh';

    subtest "$transport: the whole script" => sub {
        $sshd->knows($transport, 'host');
        whole_script($bed, $daemon, sub { Sys::Virt->new(uri => "$_[0]+$transport://localhost/$_[1]") },
            killed => $killed{$transport});
    };

    subtest "$transport: the key of the host" => sub {
        $sshd->knows($transport);
        my ($code, $why) = @{ $unanswered{$transport} };
        fails($code, sub { opens($uri) }, 'unknown: refused', $why);
        if (!$program) {
            is(scalar @asked, 1, 'unknown: libvirt asks');
            like($asked[0], qr/^@{[ Sys::Virt::CRED_ECHOPROMPT ]} Accept SSH host key with hash '[\da-f:]+' for host 'localhost:22'/i,
                'unknown: about which key');
            fails($error{$transport}, sub { opens($uri, 'n') }, 'unknown: and takes no', qr/was not accepted/);
            is(opens($uri, 'y')->get_type, 'TEST', 'unknown: and yes');
            is(opens($uri)->get_type, 'TEST', 'unknown: which it remembers');
            is_deeply(\@asked, [], 'unknown: without asking again');
            $sshd->knows($transport);
            is(opens("$uri?known_hosts_verify=auto")->get_type, 'TEST', 'known_hosts_verify=auto: does not ask');
        }
        $sshd->knows($transport, 'impostor');
        fails($program ? $system : $failed, sub { opens($uri, 'y') }, 'another one: refused',
            $program ? qr/REMOTE HOST IDENTIFICATION HAS CHANGED/ : qr/HOST KEY VERIFICATION FAILED/);
        my $blind = $program ? 'no_verify=1' : 'known_hosts_verify=ignore';
        is(opens("$uri?$blind")->get_type, 'TEST', "another one: $blind does not look");
        $sshd->knows($transport, 'host');
    };

    subtest "$transport: the key of the user" => sub {
        fails($program ? $system : $failed, sub { opens("$uri?keyfile=$dir/stranger", '') }, 'not one that is let in',
            $program ? qr/Permission denied/ : qr/rejected by the server/);
        my $nobody = $uri =~ s{//}{//nobody@}r;
        fails($program ? $system : $failed, sub { opens($nobody, '') }, 'not for this user',
            $program ? qr/Permission denied/ : qr/rejected by the server/);
        if (!$program) {
            is(opens("$uri?keyfile=$keys/locked", 'deck of cards')->get_type, 'TEST', 'a locked one: opens with its passphrase');
            is(scalar @asked, 1, 'a locked one: which libvirt asks for');
            like($asked[0], qr/^@{[ Sys::Virt::CRED_NOECHOPROMPT ]} Passphrase for /, 'a locked one: in these words');
            fails($failed, sub { opens("$uri?keyfile=$keys/locked", 'club') }, 'a locked one: and with no other', qr/wrong passphrase/i);
        }
    };

    subtest "$transport: the way on from there" => sub {
        is(opens("$uri?proxy=$_")->get_type, 'TEST', "proxy=$_") for qw(native netcat);
        for my $missing (['netcat', 'nc', qr{/none/nc: not found}], ['socket', 'socket', qr{/none/socket: No such file or directory}]) {
            my ($what, $file, $why) = @$missing;
            # The libraries have only the status, which may come later than the end of the data: libssh
            # says 0 or -1 then, or that nobody reads what it writes, and libssh2 has no reason at all, or
            # waits for ever.
            my %within = $transport eq 'libssh2' ? (timeout => 30) : ();
            fails($transport eq 'libssh2' ? undef : $error{$transport}, sub { opens("$uri?proxy=netcat&$what=/none/$file", undef, %within) }, "no $what",
                $program ? $why : $transport eq 'libssh' ? qr/Remote command terminated with non-zero code: (?:0|1|127|-1)$|Remote channel is closed$/ : ());
        }
        fails($system, sub { opens($uri =~ s/localhost/localhost:1/r) }, 'no sshd', qr/Connection refused/);
    };
}

done_testing;
