# Parameters that tune a domain, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my ($conn, $dom, $idle);
my $config = Sys::Virt::Domain::AFFECT_CONFIG;

# Each subtest starts from the same state.
sub fresh {
    $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
    ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);
    return;
}

# Sets parameters and reads them again; says what the setter gave, and those that were set.
sub written {
    my ($group, $before, $values, @flags) = @_;
    my ($set, $get) = ("set_$group", "get_$group");
    my @gives = $dom->$set(@$before, $values, @flags);
    my $read = $dom->$get(@$before, @flags);
    return [\@gives, { map { $_ => $read->{$_} } keys %$values }];
}

subtest 'scheduler' => sub {
    fresh();
    is($dom->get_scheduler_type, 'fair', 'get_scheduler_type: fair');
    is_deeply($dom->get_scheduler_parameters, { Sys::Virt::Domain::SCHEDULER_WEIGHT => 50 }, 'get_scheduler_parameters: the weight is 50');
    is_deeply([$dom->set_scheduler_parameters({ Sys::Virt::Domain::SCHEDULER_WEIGHT => 70 })], [], 'set_scheduler_parameters gives nothing');
    my %weight = (Sys::Virt::Domain::SCHEDULER_WEIGHT => 70);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->get_scheduler_parameters(1 << 30) }, 'get_scheduler_parameters with flags',
        qr/function testDomainGetSchedulerParametersFlags/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_scheduler_parameters(\%weight, 1 << 30) }, 'set_scheduler_parameters with flags',
        qr/function testDomainSetSchedulerParametersFlags/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_scheduler_parameters({ weight => 'heavy' }) }, 'what is no number',
        qr/argument 'newparams', key 'weight': is 'heavy', not an integer/);
};

subtest 'memory' => sub {
    fresh();
    is_deeply($dom->get_memory_parameters, {
        Sys::Virt::Domain::MEMORY_HARD_LIMIT => 2097152,
        Sys::Virt::Domain::MEMORY_SOFT_LIMIT => 1572864,
        Sys::Virt::Domain::MEMORY_SWAP_HARD_LIMIT => Sys::Virt::Domain::MEMORY_PARAM_UNLIMITED,
    }, 'get_memory_parameters: the limits of the XML');
    my $new = { Sys::Virt::Domain::MEMORY_HARD_LIMIT => '2097153', Sys::Virt::Domain::MEMORY_SOFT_LIMIT => 1048577 };
    is_deeply(written('memory_parameters', [], $new), [[], $new], 'set_memory_parameters: gives nothing and can be read back');
    is($dom->get_memory_parameters($config)->{Sys::Virt::Domain::MEMORY_HARD_LIMIT()}, 2097152, 'set_memory_parameters: the configuration keeps its limit');
    my $limit = { Sys::Virt::Domain::MEMORY_HARD_LIMIT => 3000000 };
    is_deeply(written('memory_parameters', [], $limit, $config), [[], $limit], 'set_memory_parameters: with AFFECT_CONFIG the configuration has the new limit');
    is($dom->get_memory_parameters->{Sys::Virt::Domain::MEMORY_HARD_LIMIT()}, 2097153, 'set_memory_parameters: with AFFECT_CONFIG the running domain keeps its limit');
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    $dom->set_memory_parameters({ %$new, hard_lemit => 1 });
    like("@warnings", qr/'hard_lemit' is unknown here and ignored/, 'set_memory_parameters: warns of an unknown key');
    fails(undef, sub { $dom->set_memory_parameters({}) }, 'no parameters', qr/must be greater than zero/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_memory_parameters(undef) }, 'no hash', qr/'newparams' is undef, not a hash reference/);
};

subtest 'block devices of the host' => sub {
    driver_since '7.7.0';
    fresh();
    my $read = $dom->get_blkio_parameters;
    is_deeply([map { $read->{$_} } Sys::Virt::Domain::BLKIO_WEIGHT, Sys::Virt::Domain::BLKIO_DEVICE_WEIGHT], [800, '/dev/sda,500'],
        'get_blkio_parameters: the weights of the XML');
    my $new = { Sys::Virt::Domain::BLKIO_WEIGHT => 300, Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS => '/dev/sda,2000' };
    is_deeply(written('blkio_parameters', [], $new), [[], $new], 'set_blkio_parameters, a number and a string');
    is($dom->get_blkio_parameters($config)->{Sys::Virt::Domain::BLKIO_WEIGHT()}, 800, 'set_blkio_parameters: the configuration keeps its weight');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_blkio_parameters({ Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS => "/dev/sda\0" }) },
        'a string with a NUL', qr/key 'device_read_bytes_sec': has a NUL byte in it/);
};

subtest 'NUMA' => sub {
    fresh();
    is_deeply($dom->get_numa_parameters, {
        Sys::Virt::Domain::NUMA_MODE => Sys::Virt::Domain::NUMATUNE_MEM_STRICT,
        Sys::Virt::Domain::NUMA_NODESET => '0-1',
    }, 'get_numa_parameters: mode and nodes of the XML');
    my $new = { Sys::Virt::Domain::NUMA_NODESET => '0' };
    is_deeply(written('numa_parameters', [], $new, $config), [[], $new], 'set_numa_parameters: gives nothing and can be read back');
};

subtest 'network interfaces' => sub {
    fresh();
    my $read = $dom->get_interface_parameters('tap0');
    is_deeply([map { $read->{$_} } Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE, Sys::Virt::Domain::BANDWIDTH_IN_PEAK,
        Sys::Virt::Domain::BANDWIDTH_IN_BURST, Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE], [1000, 5000, 1024, 128], 'get_interface_parameters');
    is_deeply($dom->get_interface_parameters('52:54:00:00:00:01'), $read, 'get_interface_parameters: finds the interface by its address, too');
    my $new = { Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE => 256, Sys::Virt::Domain::BANDWIDTH_OUT_PEAK => 3_000_000_000 };
    is_deeply(written('interface_parameters', ['tap0'], $new), [[], $new], 'set_interface_parameters, unsigned');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->get_interface_parameters('none') }, 'no such interface', qr/'none'/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_interface_parameters('tap0', { Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE => 2**32 }) },
        'a number of more than 32 bits', qr/key 'outbound.average': is 4294967296, not between 0 and 4294967295/);
};

subtest 'perf events' => sub {
    fresh();
    my ($cmt, $cycles) = (Sys::Virt::Domain::PERF_PARAM_CMT, Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES);
    is_deeply([@{ $dom->get_perf_events }{$cmt, $cycles}], [0, 0], 'get_perf_events: both events are off');
    my $new = { $cmt => 'yes', $cycles => 0 };
    is_deeply([$dom->set_perf_events($new)], [], 'set_perf_events gives nothing');
    is_deeply([@{ $dom->get_perf_events }{$cmt, $cycles}], [1, 0], 'set_perf_events: get_perf_events shows the change');
    is($dom->get_perf_events($config)->{$cmt}, 0, 'set_perf_events: the configuration keeps its own');
};

subtest 'disks' => sub {
    fresh();
    my $read = $dom->get_block_iotune('vda');
    is_deeply([map { $read->{$_} } Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC, Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC],
        [1048576, 500], 'get_block_iotune: the limits of the XML');
    my $new = {
        Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC => 1000000,
        Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC_MAX => 5_000_000_000,
        Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME => 'slow',
    };
    is_deeply(written('block_iotune', ['vdb'], $new), [[], $new], 'set_block_iotune: gives nothing and can be read back');
    is($dom->get_block_iotune('vdb', $config)->{Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC()}, 0, 'set_block_iotune: the configuration keeps its own');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->get_block_iotune('none') }, 'no such disk', qr/none/);
};

subtest 'throttle groups' => sub {
    fresh();
    unsupported($dom, 'set_throttle_group', ['slow', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC => 100 }], 'virDomainSetThrottleGroup');
    unsupported($dom, 'del_throttle_group', ['slow'], 'virDomainDelThrottleGroup');
};

done_testing;
