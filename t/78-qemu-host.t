use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;

# What a host can be told, and what it tells of guests that lack something.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 60, needs => ['/usr/bin/qemu-system-x86_64']);
# Many a virtual machine has no firmware that it could ask. libvirt looks when it starts.
my ($dmidecode) = grep { -x } '/usr/sbin/dmidecode', '/usr/bin/dmidecode';
$bed->run('mount', '--bind', $bed->file('dmidecode', <<'SH', 0755), $dmidecode) if $dmidecode;
#!/bin/sh
printf 'BIOS Information\n\tVendor: Firm & Ware\n\tVersion: 1.2\n\nSystem Information\n\tManufacturer: Maker\n\tProduct Name: Machine\n'
SH
my $daemon = $bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'qemu:///system');

sub number { my ($file) = @_; local @ARGV = $file; return <> + 0 }

subtest 'set_node_memory_parameters' => sub {
    my $file = '/sys/kernel/mm/ksm/pages_to_scan';
    plan skip_all => 'this kernel does not merge pages' if !-w $file;
    my $before = $conn->get_node_memory_parameters->{shm_pages_to_scan};
    is($before, number($file), 'get_node_memory_parameters');
    is_deeply([$conn->set_node_memory_parameters({ shm_pages_to_scan => $before + 1 })], [], 'gives nothing');
    is(number($file), $before + 1, 'the kernel has it');
    is($conn->get_node_memory_parameters->{shm_pages_to_scan}, $before + 1, 'read back');
    $conn->set_node_memory_parameters({ shm_pages_to_scan => $before });
    is(number($file), $before, 'and as it was');
};

subtest 'node_alloc_pages' => sub {
    my $file = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages';
    plan skip_all => 'this kernel has no pages of 2 MiB' if !-w $file;
    my $before = number($file);
    $conn->node_alloc_pages([[2048, 1]], 0, 1);
    is(number($file), $before + 1, 'one more');
    $conn->node_alloc_pages([[2048, $before]], 0, 1, Sys::Virt::NODE_ALLOC_PAGES_SET);
    is(number($file), $before, 'as many as there were');
};

subtest 'get_sysinfo' => sub {
    plan skip_all => 'no dmidecode here' if !$dmidecode;
    my $xml = $conn->get_sysinfo;
    like($xml, qr{<bios>\s*<entry name='vendor'>Firm &amp; Ware</entry>\s*<entry name='version'>1.2</entry>}, 'the firmware');
    like($xml, qr{<system>\s*<entry name='manufacturer'>Maker</entry>\s*<entry name='product'>Machine</entry>}, 'the machine');
};

subtest 'domains, by the calls of old' => sub {
    my ($on, $off, $other) = map { $conn->define_domain(<<XML) } qw(on off other);
<domain type='qemu'>
  <name>$_</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/></devices>
</domain>
XML
    $on->create;
    is_deeply([map { $_->get_name } $conn->list_domains], ['on'], 'list_domains: the one that runs');
    is_deeply([sort map { $_->get_name } $conn->list_defined_domains], ['off', 'other'], 'list_defined_domains: the others');
    is($conn->num_of_defined_domains, 2, 'num_of_defined_domains: as many');
    is_deeply([sort $conn->list_defined_domain_names(2)], ['off', 'other'], 'list_defined_domain_names: their names');
    is(scalar(() = $conn->list_defined_domain_names(1)), 1, 'list_defined_domain_names: no more than asked for');
    $on->destroy;
    is_deeply([$conn->list_domains], [], 'list_domains: none');
    $_->undefine for $on, $off, $other;
    is_deeply([$conn->list_defined_domains], [], 'list_defined_domains: none');
};

subtest 'a disk that is not there' => sub {
    my @seen;
    my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_DISK_CHANGE, sub {
        push @seen, [$_[0] == $conn, $_[1]->get_name, @_[2 .. $#_]];
        return;
    });
    my $dom = $conn->create_domain(<<'XML');
<domain type='qemu'>
  <name>bare</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <controller type='usb' model='none'/>
    <disk type='file' device='cdrom'><source file='/none/cd.iso' startupPolicy='optional'/><target dev='hdc' bus='ide'/></disk>
    <disk type='file' device='disk'><source file='/none/disk.img' startupPolicy='optional'/><target dev='hda' bus='ide'/></disk>
  </devices>
</domain>
XML
    ok(until_true(sub { @seen >= 2 }), 'event DISK_CHANGE: for each');
    is_deeply(\@seen, [
        [1, 'bare', '/none/cd.iso', undef, 'ide0-1-0', Sys::Virt::Domain::EVENT_DISK_CHANGE_MISSING_ON_START],
        [1, 'bare', '/none/disk.img', undef, 'ide0-0-0', Sys::Virt::Domain::EVENT_DISK_DROP_MISSING_ON_START],
    ], 'event DISK_CHANGE: the connection, the domain, the file, the device, what became of it');
    $conn->domain_event_deregister_any($id);
    $dom->destroy;
};

done_testing;
