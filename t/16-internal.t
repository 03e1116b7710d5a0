# Subs that the C module has for itself, and that programs call all the same.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;

my $conn = Sys::Virt->new(uri => 'test:///default');
my $dom  = $conn->get_domain_by_name('test');

for my $class (qw(Domain DomainCheckpoint DomainSnapshot Interface NWFilter NWFilterBinding Network NetworkPort
    NodeDevice Secret StoragePool StorageVol Stream)) {
    ok("Sys::Virt::$class"->can('_new'), "_new: $class can it");
}
ok(defined &Sys::Virt::StoragePool::_lookup_by_volume, '_lookup_by_volume: is defined');
ok(!Sys::Virt::Domain->can('_nothing'), 'can: is false for what is not there');
is(eval { Sys::Virt::Domain->_nothing; 1 }, undef, 'a method that is not there dies');
like($@, qr/^Can't locate object method "_nothing" via package "Sys::Virt::Domain"/, "a method that is not there dies with perl's words");

is(Sys::Virt::Domain::_lookup_by_name($conn, 'test')->get_name, 'test', '_lookup_by_name: finds a domain');
is(Sys::Virt::Domain::_lookup_by_id($conn, 1)->get_name, 'test', '_lookup_by_id: finds a domain');
is(Sys::Virt::Domain::_lookup_by_uuid($conn, $dom->get_uuid)->get_name, 'test', '_lookup_by_uuid: finds a domain');
is(Sys::Virt::Domain::_lookup_by_uuid_string($conn, $dom->get_uuid_string)->get_name, 'test', '_lookup_by_uuid_string: finds a domain');
is(Sys::Virt::Domain->_new(connection => $conn, name => 'test')->get_name, 'test', '_new: finds a domain by name');
is(Sys::Virt::Domain->_new(connection => $conn, uuid => $dom->get_uuid)->get_name, 'test', '_new: finds a domain by UUID');
@Local::Domain::ISA = 'Sys::Virt::Domain';
is(ref(Local::Domain->_new(connection => $conn, id => 1)), 'Local::Domain', '_new: makes an object of the class it is called on');
fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { Sys::Virt::Domain->_new(connection => $conn, name => 'none') }, '_new: dies of a domain that is not there');
for my $xml ('<domain type="test"><name>made</name><memory>1024</memory><os><type>hvm</type></os></domain>') {
    my $defined = Sys::Virt::Domain->_new(connection => $conn, xml => $xml, nocreate => 1);
    ok(!$defined->is_active, '_new: defines a domain with nocreate');
    $defined->undefine;
    my $started = Sys::Virt::Domain->_new(connection => $conn, xml => $xml);
    ok($started->is_active, '_new: starts a domain without nocreate');
    $started->destroy;
}
my $filter = eval { Sys::Virt::NWFilter->_new(connection => $conn, name => 'none'); 1 };
isa_ok($@, 'Sys::Virt::Error', '_new: the error of a filter that is not there');
is(Sys::Virt::Network->_new(connection => $conn, name => 'default')->get_name, 'default', '_new: finds a network');
my $pool = Sys::Virt::StoragePool->_new(connection => $conn, name => 'default-pool');
my $volume = Sys::Virt::StorageVol->_new(
    pool => $pool, xml => '<volume><name>v</name><capacity>1024</capacity></volume>');
is(Sys::Virt::StoragePool::_lookup_by_volume($volume)->get_name, 'default-pool', '_lookup_by_volume: finds the pool');
for my $other ('text', $conn, $pool, undef) {
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { Sys::Virt::StoragePool::_lookup_by_volume($other) }, '_lookup_by_volume of something else',
        qr/_lookup_by_volume: argument 'volume' is .*, not a Sys::Virt::StorageVol object/);
}
is(Sys::Virt::StoragePool->_new(volume => $volume)->get_name, 'default-pool', '_new: finds a pool by its volume');
is(Sys::Virt::StorageVol->_new(connection => $conn, path => $volume->get_path)->get_name, 'v', '_new: finds a volume by path');
isa_ok(Sys::Virt::Stream->_new(connection => $conn), 'Sys::Virt::Stream', '_new: makes a stream, which');
is(Sys::Virt::_get_conn_version($conn), $conn->get_version, "_get_conn_version: is get_version's");
is(Sys::Virt::_get_library_version(), Sys::Virt->get_library_version, "_get_library_version: is libvirt's own");

for my $class ('Secret', 'Stream', 'Domain') {
    is(eval { "Sys::Virt::$class"->_new; 1 }, undef, "_new: $class needs arguments");
    like($@, qr/^Sys::Virt::${class}->_new: parameter '[\w ]+' is required at \Q$0\E line/, "_new: $class says which, and whose call it is");
}
like(`$^X -Mblib -e 'use Sys::Virt::Domain 9.0.0; print q(fine)' 2>&1`, qr/fine\z/, 'use Sys::Virt::Domain 9.0.0');
ok(!eval 'use Sys::Virt::Domain 99.0.0; 1', 'use Sys::Virt::Domain 99.0.0 dies');
done_testing;
