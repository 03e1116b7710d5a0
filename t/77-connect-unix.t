use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Error;

# Connections on Unix sockets: to the one that root has for itself, to the one that only reads, and
# by a user who may not, or may.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 120);
my $nobody  = getpwnam 'nobody'  // die 'there is no nobody here';
my $nogroup = getgrnam 'nogroup' // die 'there is no nogroup here';

# What the code gives, or the code and the message of its error, when nobody runs it.
sub as_nobody {
    my ($code) = @_;
    my $pid = open(my $said, '-|') // die "fork: $!";
    if (!$pid) {
        POSIX::setgid($nogroup);
        POSIX::setuid($nobody);
        my $value = eval { $code->() } // (ref $@ ? $@->code . ' ' . $@->message : $@);
        print $value;
        STDOUT->flush;
        POSIX::_exit(0);
    }
    local $/;
    return scalar <$said>;
}

my $system = 'qemu+unix:///system';
my $reads  = sub { my @doms = Sys::Virt->new(uri => $system, @_)->list_all_domains; return @doms . ' domains' };

my $daemon = $bed->libvirtd(<<'CONF');
auth_unix_rw = "none"
auth_unix_ro = "none"
unix_sock_rw_perms = "0700"
CONF

subtest 'root' => sub {
    whole_script($bed, $daemon, sub { Sys::Virt->new(uri => "$_[0]+unix:///$_[1]") });
};

subtest 'a user without permission' => sub {
    is(as_nobody($reads), Sys::Virt::Error::ERR_SYSTEM_ERROR
        . " Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied", 'the error says so');
    is(as_nobody(sub { $reads->(readonly => 1) }), '0 domains', 'reads from the socket that is for reading');
};

subtest 'a read-only socket' => sub {
    my $rw   = Sys::Virt->new(uri => 'test+unix:///default');
    my $name = 'seen';
    my $conn = Sys::Virt->new(uri => 'test+unix:///default', readonly => 1);
    is(join(' ', map { $_->get_name } $conn->list_all_domains), 'test', 'list');
    my @seen;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @seen, $_[1]->get_name; return });
    $rw->create_domain("<domain type='test'><name>$name</name><memory>4096</memory><os><type>hvm</type></os></domain>");
    ok(until_true(sub { grep { $_ eq $name } @seen }), 'events');
    $conn->domain_event_deregister_any($id);
    my $dom = $conn->get_domain_by_name($name);
    is($dom->is_active, 1, 'what others start runs here');
    like($dom->get_xml_description, qr/<name>seen</, 'its XML');
    my %forbidden = (
        create_domain => sub { $conn->create_domain('<domain/>') },
        destroy       => sub { $dom->destroy },
        screenshot    => sub { $dom->screenshot($conn->new_stream, 0) },
        'get_xml_description with secrets' => sub { $dom->get_xml_description(Sys::Virt::Domain::XML_SECURE) },
    );
    fails(Sys::Virt::Error::ERR_OPERATIONED_DENIED, $forbidden{$_}, "$_: not here") for sort keys %forbidden;
    is($dom->is_active, 1, 'it still runs');
    $rw->get_domain_by_name($name)->destroy;
    keeps_alive($daemon, sub { Sys::Virt->new(uri => "$_[0]+unix:///$_[1]", readonly => 1) });
};

$daemon->end;
like(as_nobody(sub { $reads->(readonly => 1) }), qr/^@{[ Sys::Virt::Error::ERR_SYSTEM_ERROR ]} Failed to connect socket to .*: Connection refused$/,
    'no daemon: the error says so');

subtest 'whom polkit would have to ask' => sub {
    my $asks = $bed->libvirtd(qq(auth_unix_rw = "polkit"\nauth_unix_ro = "none"\n));
    like(as_nobody($reads), qr/^\d+ .*system bus/, 'there is no bus to ask it on: the error says so');
    is(as_nobody(sub { $reads->(readonly => 1) }), '0 domains', 'reading needs none');
    is($reads->(), '0 domains', 'nor does root');
    $asks->end;
};

subtest 'a user whose group may' => sub {
    my $lets = $bed->libvirtd(qq(auth_unix_rw = "none"\nunix_sock_group = "nogroup"\nunix_sock_rw_perms = "0770"\n));
    is(as_nobody($reads), '0 domains', 'reads');
    is(as_nobody(sub {
        my $dom = Sys::Virt->new(uri => 'test+unix:///default?socket=/run/libvirt/libvirt-sock')->get_domain_by_name('test');
        $dom->suspend;
        return $dom->get_info->{state};
    }), Sys::Virt::Domain::STATE_PAUSED, 'and writes');
    $lets->end;
};

done_testing;
