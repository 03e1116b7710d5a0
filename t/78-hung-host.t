# Objects whose connection libvirt does not tell, on a real host that hangs: node devices, network
# filters and their bindings. They have their connection's deadline, and its places.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::AtOnce;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Futures;
use Sys::Virt;

my $bed = Test::SysVirt::Enclosure->enter(seconds => 120);
my $daemon = $bed->libvirtd("listen_tls = 0\nlisten_tcp = 1\nauth_tcp = \"none\"\n");
$bed->listens(16509);
my $conn = Sys::Virt->new(uri => 'qemu+tcp://127.0.0.1/system');
my $has_futures = eval { require Future };

# Stops the daemon, and resumes it after that.
sub while_stopped {
    my ($code) = @_;
    $daemon->signal('STOP');
    $conn->set_timeout(0.3);
    my $lived = eval { $code->(); 1 };
    my $error = $@;
    $conn->set_timeout(undef);
    $daemon->signal('CONT');
    die $error if !$lived;
}

sub times_out {
    my ($object, $method, $way, $call) = @_;
    my $took = seconds(sub { eval { $call->(); 1 } and $@ = 'it lived' });
    my $error = $@;
    is(ref $error && $error->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, "$method $way: ends with the deadline") or diag($error);
    like("$error", qr/^libvirt error code: \d+, message: \Q@{[ref $object]}::$method\E: no answer from 127\.0\.0\.1 within 0\.3 s/,
        'the message names method, host and seconds');
    cmp_ok($took, '>=', 0.29, 'not earlier');
    cmp_ok($took, '<', 5, 'nor much later');
}

# The methods of an object that ask its host and change nothing, in the usual way and by async; and when the
# places are taken, those that ask nobody.
sub hangs {
    my ($object, $name, @methods) = @_;
    subtest $name => sub {
        is($object->async->get_xml_description->get, $object->get_xml_description, 'the host answers') if $has_futures;
        while_stopped(sub {
            for my $method (@methods) {
                times_out($object, $method, 'called', sub { $object->$method });
                times_out($object, $method, 'by async', sub { $object->async->$method->get }) if $has_futures;
            }
            for (1 .. 5) { eval { $conn->get_hostname }; is($@->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'a place is taken') }
            if ($has_futures) { answer_at_once($object, $name) }
            times_out($object, $methods[0], 'called without a place left', sub { $object->${\ $methods[0]} });
        });
        like($object->get_xml_description, qr/^</, 'it answers when the host does again');
    };
}

my $filter = $conn->define_nwfilter("<filter name='own' chain='root'><rule action='accept' direction='inout'/></filter>");
hangs($filter, 'a network filter', 'get_xml_description');
hangs($conn->get_nwfilter_by_name('own'), 'a network filter that was looked up', 'get_xml_description');
hangs((grep { $_->get_name eq 'own' } $conn->list_all_nwfilters)[0], 'a network filter out of a list', 'get_xml_description');

SKIP: {
    my $made = eval {
        $conn->create_nwfilter_binding("<filterbinding><owner><name>nobody</name><uuid>11111111-1111-4111-8111-111111111111</uuid></owner>"
            . "<portdev name='svtb'/><mac address='52:54:00:aa:bb:cc'/><filterref filter='own'/></filterbinding>");
    } or skip "no filter can be bound here: $@", 3;
    hangs($made, 'a binding', 'get_xml_description');
    hangs($conn->get_nwfilter_binding_by_port_dev('svtb'), 'a binding that was looked up', 'get_xml_description');
    hangs(($conn->list_all_nwfilter_bindings)[0], 'a binding out of a list', 'get_xml_description');
    $made->delete;
}

my ($listed) = grep { $_->get_name ne 'computer' } $conn->list_all_node_devices;
hangs($listed, 'a node device out of a list', qw(get_xml_description list_capabilities));
hangs($conn->get_node_device_by_name($listed->get_name), 'a node device that was looked up', qw(get_xml_description get_parent));

SKIP: {
    my $net = eval { $conn->create_network("<network><name>own</name><bridge name='svtp'/></network>") }
        or skip "no network can be started here: $@", 1;
    my $port = $net->create_port("<networkport><uuid>12345678-1234-4234-8234-1234567890ab</uuid>"
        . "<owner><name>nobody</name><uuid>11111111-1111-4111-8111-111111111111</uuid></owner><mac address='52:54:00:aa:bb:cc'/></networkport>");
    hangs($port, "a network's port", qw(get_xml_description get_parameters));
    $port->delete;
    $net->destroy;
}

$filter->undefine;
done_testing;
