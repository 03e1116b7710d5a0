use strict;
use warnings;
use lib 't/lib';
use Test::More;
use B ();
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Memory;

plan skip_all => 'no /proc/self/status here' if !defined memory();

my $host = Test::SysVirt::Host->new;
my $conn = $host->conn;
my $dom  = $conn->get_domain_by_name('busy');
my $pool = $conn->get_storage_pool_by_name('images');
my $net  = $conn->get_network_by_name('lan');
my $uuid = $dom->get_uuid;
my $default = Sys::Virt->new(uri => 'test:///default');

my $ended = Test::SysVirt::Host->new->object('Sys::Virt::Domain');
$ended->DESTROY;

subtest 'values' => sub {
    no_leak('get_name: a string that libvirt keeps', sub { my $name = $dom->get_name });
    no_leak('get_xml_description: a string that libvirt gives away', sub { my $xml = $dom->get_xml_description }, 3_000);
    no_leak('get_uuid: bytes', sub { my $bytes = $dom->get_uuid });
    no_leak('get_id: an integer', sub { my $id = $dom->get_id });
    no_leak('is_active: a truth', sub { my $truth = $dom->is_active });
    no_leak('get_state: a list of two', sub { my ($state, $reason) = $dom->get_state });
    no_leak('get_state: a list in scalar context', sub { my $state = $dom->get_state });
    no_leak('get_xml_description: a result in void context', sub { $dom->get_xml_description }, 3_000);
    no_leak('get_version: a class method', sub { my $version = Sys::Virt->get_version });
};

subtest 'hashes and lists' => sub {
    no_leak('get_info: a struct', sub { my $info = $dom->get_info });
    no_leak('get_info: a struct in void context', sub { $dom->get_info });
    no_leak('get_node_info: a struct of the host', sub { my $info = $conn->get_node_info });
    no_leak('get_memory_parameters: typed parameters', sub { my $parameters = $dom->get_memory_parameters });
    no_leak('get_block_iotune: typed parameters', sub { my $parameters = $dom->get_block_iotune('vda') });
    no_leak('get_numa_parameters: typed parameters with a string', sub { my $parameters = $dom->get_numa_parameters });
    no_leak('memory_stats: statistics', sub { my $stats = $dom->memory_stats });
    no_leak('get_vcpu_info: vcpus', sub { my @vcpus = $dom->get_vcpu_info });
    no_leak('get_interface_addresses: interfaces and their addresses', sub { my @interfaces = $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE) });
    no_leak('get_node_free_pages: pages', sub { my @pages = $conn->get_node_free_pages([4, 2048], 0, 1) });
    no_leak('get_security_label_list: security labels', sub { my @labels = eval { $dom->get_security_label_list } });
    if (Sys::Virt->get_library_version >= 7_008_000) { # the driver of older ones has no such functions
        no_leak('get_iothread_info: iothreads', sub { my @threads = $dom->get_iothread_info });
        no_leak('get_all_domain_stats: records of statistics', sub { my @records = $conn->get_all_domain_stats(0) }, 2_000);
        no_leak('get_all_domain_stats: records of some domains', sub { my @records = $conn->get_all_domain_stats(0, [$dom]) }, 5_000);
    }
    no_leak('list_defined_domain_names: names', sub { my @names = $conn->list_defined_domain_names(10) });
    no_leak('list_domain_ids: ids', sub { my @ids = $conn->list_domain_ids(10) });
    no_leak('list_all_domains: objects', sub { my @domains = $conn->list_all_domains });
    no_leak('list_all_domains: objects in scalar context', sub { my $domains = $conn->list_all_domains });
    no_leak('list_all_domains: objects in void context', sub { $conn->list_all_domains });
    no_leak('list_domains: objects one by one', sub { my @domains = $conn->list_domains }, 5_000);
    no_leak('list_all_volumes: volumes', sub { my @volumes = $pool->list_all_volumes });
};

subtest 'objects' => sub {
    no_leak('get_domain_by_name: looked up by name', sub { my $found = $conn->get_domain_by_name('busy') });
    no_leak('get_domain_by_uuid: by UUID', sub { my $found = $conn->get_domain_by_uuid($uuid) });
    no_leak('get_domain_by_id: by id', sub { my $found = $default->get_domain_by_id(1) });
    no_leak('get_volume_by_name: of another object', sub { my $found = $pool->get_volume_by_name('one.img') });
    no_leak('get_network_by_name: ended by hand', sub { $conn->get_network_by_name('lan')->DESTROY });
    no_leak('get_domain_by_name: with data of the script', sub { my $found = $conn->get_domain_by_name('busy'); my %of = ($found => [$found]) });
    no_leak('new_stream: a stream', sub { my $stream = $conn->new_stream });
    no_leak('new: a connection', sub { my $more = Sys::Virt->new(uri => 'test:///default') }, 5_000);
    no_leak('define_domain: a domain from XML', sub {
        $default->define_domain('<domain type="test"><name>leak</name><memory>1024</memory><os><type>hvm</type></os></domain>')->undefine;
    }, 1_000);
};

subtest 'errors' => sub {
    no_leak("get_domain_by_name: an error of libvirt's", sub { eval { $conn->get_domain_by_name('none') } });
    no_leak('get_domain_by_name: an error kept and shown', sub { eval { $conn->get_domain_by_name('none') }; my $text = "$@" . $@->message . $@->code });
    no_leak('get_domain_by_name: an error of usage', sub { eval { $conn->get_domain_by_name } });
    no_leak('get_name: an error of an object', sub { eval { Sys::Virt::Domain::get_name($conn) } });
    no_leak('get_name: an error of an ended object', sub { eval { $ended->get_name } });
    no_leak('get_domain_by_name: an error of a string', sub { eval { $conn->get_domain_by_name("a\0b") } });
    no_leak('list_all_domains: an error of a number', sub { eval { $conn->list_all_domains(2**40) } });
    no_leak('get_block_iotune: an error of a reference', sub { eval { $dom->get_block_iotune([1, 2, 3]) } });
    no_leak('set_memory_parameters: an error of a container', sub { eval { $dom->set_memory_parameters([1, 2, 3]) } });
    no_leak('get_all_domain_stats: an error of an element', sub { eval { $conn->get_all_domain_stats(0, [$dom, 'text']) } });
    no_leak('set_memory_parameters: an error of a typed parameter', sub { eval { $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT() => 'much' }) } });
    no_leak('new: an error of a connection', sub { eval { Sys::Virt->new(uri => 'test:///default', flags => 1 << 30) } }, 5_000);
};

subtest 'arguments' => sub {
    my %memory = (Sys::Virt::Domain::MEMORY_HARD_LIMIT() => 2_000_000, Sys::Virt::Domain::MEMORY_SOFT_LIMIT() => '1500000');
    no_leak('set_memory_parameters: typed parameters', sub { $dom->set_memory_parameters(\%memory, Sys::Virt::Domain::MEM_CONFIG) }, 5_000);
    no_leak('set_memory_parameters: typed parameters that libvirt refuses', sub { eval { $dom->set_memory_parameters(\%memory, 1 << 30) } });
    {
        local $SIG{__WARN__} = sub { };
        no_leak('set_memory_parameters: keys that nobody knows', sub { eval { $dom->set_memory_parameters({ %memory, color => 'blue' }, 1 << 30) } });
        no_leak('list_all_domains: warnings', sub { my @domains = $conn->list_all_domains('0 ') });
    }
    no_leak('set_metadata: strings', sub { $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'title', undef, undef, Sys::Virt::Domain::AFFECT_CONFIG) }, 2_000);
    no_leak('get_domain_by_name: strings marked as UTF-8', sub { my $name = "\x{e9}"; utf8::upgrade($name); eval { $conn->get_domain_by_name($name) } });
    no_leak('get_xml_description: undef', sub { my $xml = $dom->get_xml_description(undef) }, 3_000);
    no_leak('get_all_domain_stats: long arrays', sub { eval { $conn->get_all_domain_stats(0, [(undef) x 1000]) } }, 1_000);
};

# As arguments: their FETCH and their string may die or warn.
package Local::Tied;
sub new       { my ($class, $does) = @_; return bless { does => $does, more => [1] }, $class }
sub TIESCALAR { goto &new }
sub TIEARRAY  { goto &new }
sub TIEHASH   { goto &new }
sub FETCH     { $_[0]{does}->() }
sub FETCHSIZE { 3 }
sub FIRSTKEY  { 'key' }
sub NEXTKEY   { undef }

package Local::Overloaded;
use overload '""' => sub { $_[0]{does}->() }, '0+' => sub { $_[0]{does}->() }, fallback => 1;
sub new { my ($class, $does) = @_; return bless { does => $does, more => [1] }, $class }

package main;

subtest 'arguments with Perl code behind them' => sub {
    my $dies   = sub { die { why => [1, 2, 3] } };
    my $number = sub { 7 };
    my $text   = sub { 'busy' };
    tie my $scalar, 'Local::Tied', $text;
    no_leak('get_domain_by_name: a tied scalar', sub { my $found = $conn->get_domain_by_name($scalar) });
    tie my $dying, 'Local::Tied', $dies;
    no_leak('get_domain_by_name: a tied scalar that dies', sub { eval { $conn->get_domain_by_name($dying) } });
    no_leak('set_metadata: a tied scalar that dies behind other arguments', sub { eval { $dom->set_metadata(0, 'text', $dying) } });
    tie my @array, 'Local::Tied', $dies;
    no_leak('get_all_domain_stats: a tied array that dies', sub { eval { $conn->get_all_domain_stats(0, \@array) } });
    tie my %hash, 'Local::Tied', $dies;
    no_leak('set_memory_parameters: a tied hash that dies', sub { eval { $dom->set_memory_parameters(\%hash) } });
    my %element = (a => 1, b => 2);
    tie $element{c}, 'Local::Tied', $dies;
    no_leak('set_memory_parameters: a hash with an element that dies', sub { eval { $dom->set_memory_parameters(\%element) } });
    tie my @numbers, 'Local::Tied', $number;
    no_leak('get_all_domain_stats: a tied array', sub { eval { $conn->get_all_domain_stats(0, \@numbers) } });
    no_leak('get_domain_by_name: an object with a string', sub { my $found = $conn->get_domain_by_name(Local::Overloaded->new($text)) });
    no_leak('get_domain_by_name: an object with a string that dies', sub { eval { $conn->get_domain_by_name(Local::Overloaded->new($dies)) } });
    no_leak('list_all_domains: an object with a number that dies', sub { eval { $conn->list_all_domains(Local::Overloaded->new($dies)) } });
    no_leak('set_memory_parameters: an object with a number that dies in a hash', sub { eval { $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT() => Local::Overloaded->new($dies) }) } });
    no_leak('get_domain_by_name: an object whose string is a reference', sub { eval { $conn->get_domain_by_name(Local::Overloaded->new(sub { [] })) } });
};

subtest 'fatal warnings' => sub {
    use warnings FATAL => 'all';
    no_leak('list_all_domains: no number', sub { eval { $conn->list_all_domains('abc') } });
    no_leak('get_domain_by_name: undef', sub { eval { $conn->get_domain_by_name(undef) } });
    no_leak('set_memory_parameters: an unknown key', sub { eval { $dom->set_memory_parameters({ color => 'blue' }) } });
    no_leak('set_memory_parameters: no number for a typed parameter', sub { eval { $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT() => '12abc' }) } });
};

subtest 'callbacks' => sub {
    my $made = 0;
    my $code = sub { my $counted = Local::Counted->new; return sub { $counted } };
    no_leak('send_all: a handler that is never called', sub { eval { $conn->new_stream->send_all($code->()) } });
    no_leak('register_close_callback: a close callback', sub { my $more = Sys::Virt->new(uri => 'test:///default'); $more->register_close_callback($code->()); $more->unregister_close_callback }, 3_000);
    no_leak('register_close_callback: a close callback left behind', sub { my $more = Sys::Virt->new(uri => 'test:///default'); $more->register_close_callback($code->()) }, 3_000);
    is(Local::Counted->alive, 0, 'register_close_callback: all code is freed');
};

subtest 'other libraries' => sub {
    require Sys::Virt::QEMU;
    require Sys::Virt::LXC;
    no_leak('qemu_monitor_command: text that the driver refuses', sub { eval { $dom->qemu_monitor_command('{}') } });
    no_leak('qemu_monitor_command: a structure that the driver refuses', sub { eval { $dom->qemu_monitor_command({ execute => 'stop' }) } }, 5_000);
    no_leak('qemu_monitor_command: a structure that is none', sub { eval { $dom->qemu_monitor_command({ execute => sub { } }) } }, 5_000);
    no_leak('qemu_monitor_command_with_files: descriptors that the driver refuses', sub { eval { $dom->qemu_monitor_command_with_files('{}', [0, 1]) } });
    no_leak('qemu_monitor_event_register: a callback that the driver refuses', sub { my $counted = Local::Counted->new; eval { $conn->qemu_monitor_event_register(undef, undef, sub { $counted }) } });
    is(Local::Counted->alive, 0, 'qemu_monitor_event_register: all code is freed');
    no_leak('lxc_open_namespace: a domain that is no container', sub { eval { $dom->lxc_open_namespace } });
    no_leak('lxc_enter_security_label: hashes', sub { $dom->lxc_enter_security_label({ model => 'none', doi => 0 }, { label => 'text' }) });
};

subtest 'reference counts' => sub {
    my ($hash, $array, $code, $name) = ({ color => 1 }, [$dom, $dom], sub { }, 'busy');
    my %count = (hash => $hash, array => $array, code => $code, name => \$name, domain => $dom, inside => $$dom ? \$$dom : 0);
    my $counts = sub { return { map { $_ => B::svref_2object($count{$_})->REFCNT } keys %count } };
    my $before = $counts->();
    no warnings;
    eval { $dom->set_memory_parameters($hash) };
    eval { $dom->set_memory_parameters($hash, 'x') };
    eval { $dom->set_memory_parameters($array) };
    eval { $conn->get_all_domain_stats(0, $array) };
    eval { $conn->get_all_domain_stats('0x', $array, 'x') };
    eval { $conn->new_stream->recv_all($code) };
    eval { $conn->register_close_callback($code); $conn->unregister_close_callback };
    eval { $conn->get_domain_by_name($name) };
    eval { $conn->get_domain_by_name(\$name) };
    is_deeply($counts->(), $before, 'reference counts: those of arguments are what they were');
};
done_testing;

package Local::Counted;
my $alive = 0;
sub new { $alive++; return bless [], shift }
sub alive { $alive }
sub DESTROY { $alive-- }
