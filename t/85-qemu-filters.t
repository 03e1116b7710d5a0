# Network filters of a host, and what becomes of them on the card of a running guest.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::File qw(slurp);
use Sys::Virt;
use Sys::Virt::NWFilter;
use Sys::Virt::NWFilterBinding;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 120, needs => ['/usr/sbin/ebtables', '/usr/sbin/iptables', '/usr/bin/qemu-system-x86_64']);
eval { $bed->run(qw(ebtables -t nat -L)); $bed->run(qw(ip link add br7 type bridge)); 1 } or plan skip_all => "this kernel filters nothing on bridges: $@";
$bed->run(qw(ip link set br7 up));
$bed->libvirtd;
my $conn = Sys::Virt->new(uri => 'qemu:///system');
my $uuid = '11111111-2222-4333-8444-555555555555';
my $xml  = "<filter name='quiet' chain='root'><uuid>$uuid</uuid><rule action='drop' direction='out' priority='500'><mac match='no' srcmacaddr='\$MAC'/></rule></filter>";

sub names { return join ' ', sort map { $_->get_name } @_ }

sub ebtables { return scalar qx(ebtables -t nat -L) }

subtest 'filters' => sub {
    is($conn->num_of_nwfilters, 0, 'num_of_nwfilters: none at first');
    my $filter = $conn->define_nwfilter($xml, Sys::Virt::NWFilter::DEFINE_VALIDATE);
    is($filter->get_name, 'quiet', 'get_name');
    is($filter->get_uuid_string, $uuid, 'get_uuid_string');
    is($filter->get_uuid, pack('H*', $uuid =~ tr/-//dr), 'get_uuid');
    $conn->define_nwfilter("<filter name='web'><rule action='accept' direction='in'><tcp dstportstart='80'/></rule><filterref filter='quiet'/></filter>");
    is($conn->num_of_nwfilters, 2, 'num_of_nwfilters: 2');
    is(names($conn->list_nwfilters), 'quiet web', 'list_nwfilters');
    is(join(' ', sort $conn->list_nwfilter_names(9)), 'quiet web', 'list_nwfilter_names');
    is(names($conn->list_all_nwfilters), 'quiet web', 'list_all_nwfilters');
    is($conn->get_nwfilter_by_name('web')->get_name, 'web', 'get_nwfilter_by_name');
    is($conn->get_nwfilter_by_uuid($uuid)->get_name, 'quiet', 'get_nwfilter_by_uuid');
    my $parsed = $conn->get_nwfilter_by_name('web')->get_xml_description;
    like($parsed, qr{<tcp dstportstart='80'/>.*<filterref filter='quiet'/>}s, 'get_xml_description: its rule, and the filter in it');
    fails(Sys::Virt::Error::ERR_INVALID_SCHEMA, sub { $conn->define_nwfilter("<filter name='odd'><odd/></filter>", Sys::Virt::NWFilter::DEFINE_VALIDATE) }, 'define_nwfilter: with DEFINE_VALIDATE it dies for an unknown element', qr/extra content: odd/);
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $conn->define_nwfilter("<filter name='loud'><uuid>$uuid</uuid></filter>") }, 'define_nwfilter: dies for the UUID of another one', qr/same UUID but different name \('quiet'\)/);
    $filter->undefine;
    is(names($conn->list_all_nwfilters), 'web', 'undefine: it is gone');
    fails(Sys::Virt::Error::ERR_NO_NWFILTER, sub { $conn->get_nwfilter_by_uuid($uuid) }, 'get_nwfilter_by_uuid: dies then', qr/no nwfilter with matching uuid '$uuid'/);
};

subtest 'a running guest' => sub {
    my $guest = <<'XML';
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <controller type='usb' model='none'/>
    <interface type='bridge'><mac address='52:54:00:07:07:07'/><source bridge='br7'/><target dev='guest0'/><filterref filter='web'><parameter name='IP' value='10.7.0.5'/></filterref></interface>
  </devices>
</domain>
XML
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $conn->create_domain($guest) }, 'create_domain: dies where a filter is missing', qr/referenced filter 'quiet' is missing/);
    is_deeply([$conn->list_all_nwfilter_bindings], [], 'list_all_nwfilter_bindings: none then');
    $conn->define_nwfilter($xml);
    my $dom = $conn->create_domain($guest);
    my ($binding, @more) = $conn->list_all_nwfilter_bindings;
    is(@more, 0, 'list_all_nwfilter_bindings: one');
    is($binding->get_port_dev, 'guest0', 'get_port_dev: the card on the host');
    is($binding->get_filter_name, 'web', 'get_filter_name');
    my $bound = $binding->get_xml_description;
    like($bound, qr{<name>guest</name>\s*<uuid>\Q@{[ $dom->get_uuid_string ]}\E</uuid>.*<portdev name='guest0'/>.*<mac address='52:54:00:07:07:07'/>.*<filterref filter='web'>\s*<parameter name='IP' value='10\.7\.0\.5'/>}s,
        'get_xml_description: guest, card, address, filter and its parameter');
    is($conn->get_nwfilter_binding_by_port_dev('guest0')->get_filter_name, 'web', 'get_nwfilter_binding_by_port_dev');
    my $drops = qr/^(?:-s !|! -s) 52:54:00:07:07:07 .*-j DROP/m;
    like(ebtables(), qr/^-i guest0 -j libvirt-I-guest0/m, 'the kernel asks the rules of the card');
    like(ebtables(), $drops, 'the kernel drops what comes from another address');
    like(scalar qx(iptables -S), qr/--dport 80 .*-j (?:ACCEPT|RETURN)/, 'the kernel has the rule for TCP');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $conn->get_nwfilter_by_name('web')->undefine }, 'undefine: dies for a filter in use', qr/nwfilter is in use/);
    $conn->define_nwfilter($xml =~ s/drop/accept/r);
    unlike(ebtables(), $drops, 'define_nwfilter: a filter that changes does so in the kernel');
    is_deeply([$binding->delete], [], 'delete: a running guest without its filter');
    is_deeply([$conn->list_all_nwfilter_bindings], [], 'delete: no bindings are left');
    unlike(ebtables(), qr/guest0/, 'delete: nor are rules of the kernel');
    fails(Sys::Virt::Error::ERR_NO_NWFILTER_BINDING, sub { $conn->get_nwfilter_binding_by_port_dev('guest0') }, 'get_nwfilter_binding_by_port_dev: dies then', qr/no nwfilter binding for port dev 'guest0'/);
    is($conn->create_nwfilter_binding($bound)->get_port_dev, 'guest0', 'create_nwfilter_binding: the same again');
    like(ebtables(), qr/^-i guest0 -j libvirt-I-guest0/m, 'create_nwfilter_binding: the kernel asks the rules of the card');
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $conn->create_nwfilter_binding($bound) }, 'create_nwfilter_binding: dies for a card that has one', qr/guest0/);
    $dom->destroy;
    is_deeply([$conn->list_all_nwfilter_bindings], [], 'the binding ends with the guest');
    unlike(ebtables(), qr/guest0/, 'so do the rules');
};

subtest 'a card of nobody' => sub {
    $bed->run(qw(ip tuntap add tap7 mode tap));
    my $binding = $conn->create_nwfilter_binding(<<XML, Sys::Virt::NWFilterBinding::CREATE_VALIDATE);
<filterbinding>
  <owner><name>nobody</name><uuid>$uuid</uuid></owner>
  <portdev name='tap7'/>
  <mac address='52:54:00:07:07:09'/>
  <filterref filter='quiet'/>
</filterbinding>
XML
    is($binding->get_filter_name, 'quiet', 'get_filter_name');
    like(ebtables(), qr/^-i tap7 -j libvirt-I-tap7/m, 'create_nwfilter_binding: the kernel asks the rules of the card');
    $binding->delete;
    unlike(ebtables(), qr/tap7/, 'delete: nothing is left');
    $_->undefine for $conn->list_all_nwfilters;
    is($conn->num_of_nwfilters, 0, 'undefine: num_of_nwfilters is 0');
};

done_testing;
