# What a host has, and what its kernel makes of it: huge pages, processors, merged memory.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use EmulatedHost;
use Test::More;
use Test::SysVirt::Driver;
use Sys::Virt;
use Sys::Virt::Domain;

my $host = EmulatedHost->new;
my $conn = $host->connect;

subtest 'huge pages' => sub {
    my $kept = sub { $host->run("cat /sys/kernel/mm/hugepages/hugepages-$_[0]kB/nr_hugepages") };
    my $free = sub { ($conn->get_node_free_pages([4, 2048], -1, -1))[0]{pages} };
    is($free->()->{2048}, 0, 'get_node_free_pages: none at first');
    is_deeply([$conn->node_alloc_pages([[2048, 8]], 0, 0)], [], 'node_alloc_pages gives nothing');
    is($kept->(2048), 8, 'node_alloc_pages: the kernel keeps as many');
    is($free->()->{2048}, 8, 'get_node_free_pages: as many are free');
    cmp_ok($free->()->{4}, '>', 1000, 'get_node_free_pages: and many small ones');
    $conn->node_alloc_pages([[2048, 8]], 0, 0);
    is($kept->(2048), 16, 'node_alloc_pages: as many more');
    like($conn->get_capabilities, qr{<pages unit='KiB' size='2048'>16</pages>}, 'get_capabilities: so it says');

    my $guest = $conn->create_domain(<<'XML', Sys::Virt::Domain::START_PAUSED);
<domain type='qemu'>
  <name>huge</name><memory unit='MiB'>32</memory>
  <memoryBacking><hugepages><page size='2048' unit='KiB'/></hugepages><allocation mode='immediate'/></memoryBacking>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
XML
    is($free->()->{2048}, 0, 'create_domain: a guest has taken all');
    $guest->destroy;
    is($free->()->{2048}, 16, 'destroy: and gives them back');
    $conn->node_alloc_pages([[2048, 0]], 0, 0, Sys::Virt::NODE_ALLOC_PAGES_SET);
    is($kept->(2048), 0, 'node_alloc_pages: NODE_ALLOC_PAGES_SET, to none');
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $conn->node_alloc_pages([[3, 1]], 0, 0) }, 'node_alloc_pages: dies of a size that there is not', qr/page size|pages/);
};

subtest 'processors' => sub {
    my $online = sub { my ($all, $map, $count) = $conn->get_node_cpu_map; return join ' ', $all, $count, map { vec $map, $_, 1 } 0, 1 };
    is($online->(), '2 2 1 1', 'get_node_cpu_map: two, both online');
    $host->run('echo 0 > /sys/devices/system/cpu/cpu1/online');
    is($online->(), '2 1 1 0', 'get_node_cpu_map: two, the second one offline');
    is($conn->get_node_info->{cpus}, 1, 'get_node_info: one that works');
    is_deeply([sort keys %{ $conn->get_node_cpu_stats(0) }], [sort qw(idle iowait kernel user)], 'get_node_cpu_stats: of the one that works');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $conn->get_node_cpu_stats(1) }, 'get_node_cpu_stats: dies of one that does not', qr/[Ii]nvalid cpuNum/);
    $host->run('echo 1 > /sys/devices/system/cpu/cpu1/online');
    is($online->(), '2 2 1 1', 'get_node_cpu_map: it is online again');
};

subtest 'merged memory' => sub {
    my $ksm = sub { $host->run("cat /sys/kernel/mm/ksm/$_[0]") };
    my %wanted = (Sys::Virt::NODE_MEMORY_SHARED_PAGES_TO_SCAN => 333, Sys::Virt::NODE_MEMORY_SHARED_SLEEP_MILLISECS => 44);
    is_deeply([$conn->set_node_memory_parameters(\%wanted)], [], 'set_node_memory_parameters gives nothing');
    is($ksm->('pages_to_scan') . ' ' . $ksm->('sleep_millisecs'), '333 44', 'set_node_memory_parameters: the kernel does so');
    my $is = $conn->get_node_memory_parameters;
    is_deeply({ map { $_ => $is->{$_} } keys %wanted }, \%wanted, 'get_node_memory_parameters');
    $host->run('echo 1 > /sys/kernel/mm/ksm/run');
    my @two = map { my $name = $_; $conn->create_domain(<<XML) } qw(left right);
<domain type='qemu'>
  <name>$name</name><memory unit='MiB'>32</memory>
  <memoryBacking><allocation mode='immediate'/></memoryBacking>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/><memballoon model='none'/></devices>
</domain>
XML
    $host->until('test $(cat /sys/kernel/mm/ksm/pages_sharing) -gt 1000', 'the kernel merges the pages of two guests');
    cmp_ok($conn->get_node_memory_parameters->{Sys::Virt::NODE_MEMORY_SHARED_PAGES_SHARING()}, '>', 1000, 'get_node_memory_parameters: so it says');
    $_->destroy for @two;
};

done_testing;
