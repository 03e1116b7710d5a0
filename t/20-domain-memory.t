# Memory, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);

subtest 'how much' => sub {
    is($dom->get_max_memory, 1048576, 'get_max_memory: 1048576');
    is_deeply([$dom->set_memory(262144)], [], 'set_memory gives nothing');
    is($dom->get_info->{memory}, 262144, 'set_memory: get_info shows the new size');
    $dom->set_memory(393216, Sys::Virt::Domain::MEM_CONFIG);
    is($dom->get_info->{memory}, 262144, 'set_memory: with AFFECT_CONFIG get_info shows the old size');
    like($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr{<currentMemory unit='KiB'>393216<}, 'set_memory: with AFFECT_CONFIG the configuration has the new size');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_memory(2097152) }, 'set_memory: refuses more than the most');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_memory(0) }, 'nothing', qr/must not be zero/);
    is_deeply([$idle->set_max_memory(524288)], [], 'set_max_memory gives nothing');
    is($idle->get_max_memory, 524288, 'set_max_memory: get_max_memory shows the new size');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->set_max_memory(2097152) }, 'set_max_memory of one that runs');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_memory(-1) }, 'a negative number', qr/argument 'val' is -1, not between 0 and/);
};

subtest 'statistics' => sub {
    $dom->set_memory(524288);
    my $stats = $dom->memory_stats;
    is_deeply([sort keys %$stats],
        [qw(actual_balloon available disk_caches hugetlb_pgalloc hugetlb_pgfail last_update major_fault minor_fault),
            qw(rss swap_in swap_out unused usable)],
        'memory_stats: the keys');
    is_deeply([@$stats{qw(actual_balloon available unused rss swap_in)}], [524288, 524288, 262144, 262144, 0], 'memory_stats: some of its values');
    my $without = $conn->create_domain(<<'XML');
<domain type='test'>
  <name>without a balloon</name><memory>8192</memory><os><type>hvm</type></os>
  <devices><memballoon model='none'/></devices>
</domain>
XML
    is_deeply([map { $without->memory_stats } 1, 2], [{}, {}], 'memory_stats of a domain without a balloon: empty, every time');
    $without->destroy;
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->memory_stats }, 'memory_stats of one that does not run');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->memory_stats(1 << 30) }, 'memory_stats with an unknown flag');
    is_deeply([$dom->set_memory_stats_period(5)], [], 'set_memory_stats_period gives nothing');
    like($dom->get_xml_description, qr{<stats period='5'/>}, 'set_memory_stats_period: the XML has the new period');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_memory_stats_period(-5) }, 'set_memory_stats_period: refuses a negative period');
    unsupported($dom, 'start_dirty_rate_calc', [1], 'virDomainStartDirtyRateCalc');
};

subtest 'contents' => sub {
    is($dom->memory_peek(0, 4, Sys::Virt::Domain::MEMORY_PHYSICAL), "\0\1\2\3", 'memory_peek, a NUL among the bytes');
    is($dom->memory_peek(65, 3, Sys::Virt::Domain::MEMORY_VIRTUAL), 'ABC', 'memory_peek further on');
    is(length $dom->memory_peek(0, 1 << 20, Sys::Virt::Domain::MEMORY_PHYSICAL), 1 << 20, 'memory_peek of a mebibyte');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->memory_peek(0, 4) }, 'memory_peek without a flag');
    fails(Sys::Virt::Error::ERR_NO_MEMORY, sub { $dom->memory_peek(0, 1 << 62, Sys::Virt::Domain::MEMORY_PHYSICAL) },
        'memory_peek: dies for more than there is room for');
};

done_testing;
