use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $uri = 'test:///default';

sub described { my ($conn) = @_; return $conn, $conn->get_uri, $conn->get_type }

case 'new with a uri', sub { described(Sys::Virt->new(uri => $uri)) };
case 'new with an address', sub { described(Sys::Virt->new(address => $uri)) };
case 'new, the address before the uri', sub { described(Sys::Virt->new(uri => 'none:///', address => $uri)) };
case 'new, extra keys', sub { described(Sys::Virt->new(uri => $uri, no_such_key => 1)) };
case 'new, readonly', sub {
    my $conn = Sys::Virt->new(uri => $uri, readonly => 1);
    attempt { $conn->get_domain_by_name('test')->destroy };
};
case 'new, readonly 0', sub {
    Sys::Virt->new(uri => $uri, readonly => 0)->get_domain_by_name('test')->suspend;
};
case 'new, flags', sub {
    my $conn = Sys::Virt->new(uri => $uri, flags => Sys::Virt::CONNECT_RO);
    attempt { $conn->get_domain_by_name('test')->destroy };
};
case 'new, flags undef', sub { described(Sys::Virt->new(uri => $uri, flags => undef)) };
case 'new, unused flag', sub { described(Sys::Virt->new(uri => $uri, flags => 1 << 30)) };
case 'new, indirect object', sub { described(new Sys::Virt(uri => $uri)) };
case 'new on an object', sub { described(Sys::Virt->new(uri => $uri)->new(uri => $uri)) };
case 'new of a subclass', sub { @Local::Virt::ISA = ('Sys::Virt'); ref(Local::Virt->new(uri => $uri)) };
case 'new, an object as uri', sub { described(Sys::Virt->new(uri => Local::Uri->new)) };
case 'new, a scheme nobody knows', sub { Sys::Virt->new(uri => 'nothing:///') };
case 'new, no uri at all', sub { Sys::Virt->new(uri => 'not a uri') };
case 'new, no file there', sub { Sys::Virt->new(uri => 'test:///none/at/all.xml') };
case 'new, nobody answers', sub { Sys::Virt->new(uri => 'qemu+unix:///system?socket=/none/libvirt-sock') };
case 'new, a transport nobody knows', sub { Sys::Virt->new(uri => 'qemu+nothing:///system') };

{
    package Local::Uri;
    use overload '""' => sub { $uri };
    sub new { return bless {}, shift }
}

# The test driver asks for a user and a password when its XML lists users.
sub guarded {
    my (%more) = @_;
    open my $out, '>', 'guarded.xml' or die $!;
    print {$out} <<'XML';
<node>
  <auth><user password="deck">spade</user></auth>
  <cpu><mhz>1000</mhz><model>i686</model><active>1</active><nodes>1</nodes><sockets>1</sockets><cores>1</cores><threads>1</threads></cpu>
  <memory>1048576</memory>
</node>
XML
    close $out or die $!;
    require Cwd;
    return Sys::Virt->new(uri => 'test://' . Cwd::getcwd() . '/guarded.xml', %more);
}

sub answers {
    my (%answer) = @_;
    return sub {
        my ($credentials) = @_;
        observe(wantarray, $credentials);
        for my $credential (@$credentials) {
            $credential->{result} = $answer{ $credential->{type} };
        }
        return 0;
    };
}

my @both = (Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE);
my $right = answers(Sys::Virt::CRED_AUTHNAME, 'spade', Sys::Virt::CRED_PASSPHRASE, 'deck');

sub outcome { my ($conn) = @_; return ref $conn }

case 'auth', sub { outcome(guarded(auth => 1, credlist => [@both], callback => $right)) };
case 'auth, readonly', sub { outcome(guarded(auth => 1, readonly => 1, credlist => [@both], callback => $right)) };
case 'auth, more credentials offered', sub {
    outcome(guarded(auth => 1, credlist => [@both, Sys::Virt::CRED_REALM], callback => $right));
};
case 'auth, wrong password', sub {
    guarded(auth => 1, credlist => [@both],
        callback => answers(Sys::Virt::CRED_AUTHNAME, 'spade', Sys::Virt::CRED_PASSPHRASE, 'club'));
};
case 'auth, unknown user', sub {
    guarded(auth => 1, credlist => [@both],
        callback => answers(Sys::Virt::CRED_AUTHNAME, 'club', Sys::Virt::CRED_PASSPHRASE, 'deck'));
};
case 'auth, no answer', sub { guarded(auth => 1, credlist => [@both], callback => answers()) };
case 'auth, the callback gives up', sub { guarded(auth => 1, credlist => [@both], callback => sub { -1 }) };
case 'auth, a password not offered', sub {
    guarded(auth => 1, credlist => [Sys::Virt::CRED_AUTHNAME], callback => $right);
};
case 'auth, not asked for', sub { guarded() };
case 'auth where none is needed', sub {
    described(Sys::Virt->new(uri => $uri, auth => 1, credlist => [@both], callback => $right));
};
