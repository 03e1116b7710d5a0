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
