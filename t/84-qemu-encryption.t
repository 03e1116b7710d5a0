# Secrets of a host, and the volumes and guests that ask for them.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Serial;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Secret;
use Sys::Virt::StorageVol;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 300, needs => ['/usr/bin/qemu-img', '/usr/bin/qemu-system-x86_64']);
my $dir = $bed->dir;
my $daemon = $bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, secret => qw(LIFECYCLE VALUE_CHANGED));

my ($defined, $undefined) = map { [LIFECYCLE => '/disk', $_, 0] } Sys::Virt::Secret::EVENT_DEFINED, Sys::Virt::Secret::EVENT_UNDEFINED;

sub secret { my ($attributes, $usage, $type, $element) = @_; return "<secret $attributes><usage type='@{[ $type // 'volume' ]}'><@{[ $element // 'volume' ]}>$usage</@{[ $element // 'volume' ]}></usage></secret>" }

sub usages { return join ' ', sort map { $_->get_usage_id } @_ }

subtest 'secrets' => sub {
    my $secret = $conn->define_secret(secret("ephemeral='no' private='no'", '/disk'), Sys::Virt::Secret::DEFINE_VALIDATE);
    $events->are([$defined], 'event LIFECYCLE: EVENT_DEFINED');
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $secret->get_value }, 'get_value: dies while there is none', qr/does not have a value/);
    $secret->set_value("\0sesame\xff");
    $events->are([['VALUE_CHANGED', '/disk']], 'event VALUE_CHANGED');
    is($secret->get_value, "\0sesame\xff", 'get_value: all bytes');
    my $uuid = $secret->get_uuid_string;
    is(slurp("/etc/libvirt/secrets/$uuid.base64"), 'AHNlc2FtZf8=', 'set_value: it is kept');
    like($secret->get_xml_description, qr{^<secret ephemeral='no' private='no'>\s*<uuid>$uuid</uuid>\s*<usage type='volume'>\s*<volume>/disk</volume>}, 'get_xml_description: all of it, but not its value');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->define_secret(secret("ephemeral='no' private='no'", '/disk')) }, 'define_secret: dies for a usage that another one has',
        qr{already defined for use with /disk});
    fails(Sys::Virt::Error::ERR_INVALID_SCHEMA, sub { $conn->define_secret('<secret><usage type="none"/><odd/></secret>', Sys::Virt::Secret::DEFINE_VALIDATE) }, 'define_secret: with DEFINE_VALIDATE it dies for an unknown element');

    $conn->define_secret(secret("ephemeral='yes' private='yes'", 'hidden'))->set_value('hidden');
    my %in = (LIST_EPHEMERAL => 'hidden', LIST_NO_EPHEMERAL => '/disk', LIST_PRIVATE => 'hidden', LIST_NO_PRIVATE => '/disk');
    is(usages($conn->list_all_secrets(Sys::Virt::Secret->can($_)->())), $in{$_}, "list_all_secrets: $_") for sort keys %in;
    is($conn->num_of_secrets, 2, 'num_of_secrets: 2');
    is(usages($conn->list_secrets), '/disk hidden', 'list_secrets: both');
    is(scalar(my @uuids = $conn->list_secret_uuids(9)), 2, 'list_secret_uuids: 2');
    fails(Sys::Virt::Error::ERR_INVALID_SECRET, sub { $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, 'hidden')->get_value }, 'get_value: dies for a private one', qr/secret is private/);
    my @kinds = ([CEPH => 'ceph', 'name'], [ISCSI => 'iscsi', 'target'], [TLS => 'tls', 'name'], [VTPM => 'vtpm', 'name']);
    for (@kinds) {
        my ($constant, $type, $element) = @$_;
        my $number = Sys::Virt::Secret->can("USAGE_TYPE_$constant")->();
        $conn->define_secret(secret("ephemeral='yes' private='no'", "for $type", $type, $element));
        my $found = $conn->get_secret_by_usage($number, "for $type");
        is($found->get_usage_type, $number, "get_secret_by_usage: USAGE_TYPE_$constant");
        fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, "for $type") }, 'get_secret_by_usage: dies for another type');
        $found->undefine;
    }
    $daemon->end;
    $daemon->again;
    $conn = Sys::Virt->new(uri => 'qemu:///system');
    is(usages($conn->list_all_secrets), '/disk', 'after a start of the daemon the ephemeral one is gone');
    $secret = $conn->get_secret_by_uuid($uuid);
    is($secret->get_value, "\0sesame\xff", 'get_value: the other one has what it had');
    $events = Test::SysVirt::Events->of($conn, secret => qw(LIFECYCLE VALUE_CHANGED));
    $secret->undefine;
    $events->are([$undefined], 'event LIFECYCLE: EVENT_UNDEFINED');
    ok(!glob("/etc/libvirt/secrets/$uuid*"), 'undefine: nothing is kept');
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $secret->set_value('x') }, 'set_value: dies then');
};

# qemu-img measures how long a key takes to make, and gives up when the kernel has not counted that.
sub made {
    my ($make) = @_;
    for (1 .. 50) {
        my $volume = eval { $make->() };
        return $volume if $volume;
        die $@ if $@ !~ /Unable to get accurate CPU usage/;
    }
    die $@;
}

subtest 'an encrypted volume' => sub {
    my $pool = $conn->create_storage_pool("<pool type='dir'><name>pool</name><target><path>$dir/pool</path></target></pool>", Sys::Virt::StoragePool::CREATE_WITH_BUILD);
    $bed->file('pool/plain', Test::SysVirt::BootSector::bytes() . "\0" x 1_048_064, 0666);
    $pool->refresh;
    my $luks = "<encryption format='luks'><secret type='passphrase' usage='/disk'/></encryption>";
    my $xml  = "<volume><name>locked</name><capacity unit='MiB'>1</capacity><target><format type='raw'/><permissions><mode>0666</mode></permissions>$luks</target></volume>";
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $pool->create_volume($xml) }, 'create_volume: dies without the secret', qr{no secret with matching usage '/disk'});
    my $secret = $conn->define_secret(secret("ephemeral='yes' private='yes'", '/disk'));
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $pool->create_volume($xml) }, 'create_volume: dies while it has no value', qr/does not have a value/);
    $secret->set_value('sesame');
    $events->are([$defined, ['VALUE_CHANGED', '/disk']], 'events LIFECYCLE and VALUE_CHANGED');
    my $plain  = $pool->get_volume_by_name('plain');
    my $locked = made(sub { $pool->clone_volume($xml, $plain) });
    like(slurp($locked->get_path), qr/\ALUKS\xba\xbe/, 'clone_volume: the clone is encrypted');
    like($locked->get_xml_description, qr{<encryption format='luks'>}, 'get_xml_description: says so');
    unlike(slurp($locked->get_path), qr/\Q@{[ substr Test::SysVirt::BootSector::bytes(), 0, 16 ]}\E/, 'clone_volume: what was in it cannot be read');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $pool->create_volume($xml =~ s/locked/odd/r =~ s/luks/qcow/r) }, 'create_volume: dies for another way to encrypt', qr/[Oo]nly luks encryption is supported/);
    my $empty = made(sub { $pool->create_volume($xml =~ s/locked/empty/r) });
    like(slurp($empty->get_path), qr/\ALUKS\xba\xbe/, 'create_volume: it is encrypted');
    my $path = $locked->get_path;
    my $disk = "<disk type='file'><driver name='qemu' type='raw'/><source file='$path'>$luks</source><target dev='vda' bus='virtio'/></disk>";
    my $dom = $conn->define_domain(<<XML);
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/><serial type='pty'/>$disk</devices>
</domain>
XML
    $dom->create;
    ok(Test::SysVirt::Serial->new($dom)->ask('!'), 'create: the guest boots from it');
    unlike($dom->get_xml_description, qr/sesame/, 'get_xml_description: of the guest has no value of a secret');
    $dom->destroy;
    $secret->set_value('another');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $dom->create }, 'create: dies with a wrong value', qr/Invalid password, cannot unlock any keyslot/);
    $secret->undefine;
    fails(Sys::Virt::Error::ERR_NO_SECRET, sub { $dom->create }, 'create: dies without the secret', qr{no secret with matching usage '/disk'});
};

done_testing;
