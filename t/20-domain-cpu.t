# Virtual CPUs and threads, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my ($conn, $dom, $idle);

# Each subtest starts from the same state.
sub fresh {
    $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
    ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);
    return;
}

sub bits { return map { unpack 'b*', $_->{affinity} } @_ }

subtest 'how many' => sub {
    fresh();
    my ($live, $config, $maximum) = (Sys::Virt::Domain::VCPU_LIVE, Sys::Virt::Domain::VCPU_CONFIG, Sys::Virt::Domain::VCPU_MAXIMUM);
    is($dom->get_max_vcpus, 4, 'get_max_vcpus: 4');
    is($idle->get_max_vcpus, -1, 'get_max_vcpus of one that does not run');
    my $gone = $conn->create_domain('<domain type="test"><name>gone</name><memory>1024</memory><os><type>hvm</type></os></domain>');
    is($gone->get_max_vcpus, 1, 'get_max_vcpus: 1');
    $gone->destroy;
    fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { $gone->get_max_vcpus }, 'get_max_vcpus of one that is gone dies', qr/Domain not found/);
    is_deeply([map { $dom->get_vcpus($_) } 0, $live, $config, $config | $maximum], [2, 2, 2, 4], 'get_vcpus: by flags, live, configured and most');
    is_deeply([$dom->set_vcpus(3)], [], 'set_vcpus gives nothing');
    is_deeply([map { $dom->get_vcpus($_) } $live, $config], [3, 2], 'set_vcpus: get_vcpus shows the new number live, and the old one of the configuration');
    $dom->set_vcpus(1, $config);
    is_deeply([map { $dom->get_vcpus($_) } $live, $config], [3, 1], 'set_vcpus for the next start');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_vcpus(5) }, 'set_vcpus: refuses more than the most');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_vcpus(2**32 + 2) }, 'a number of more than 32 bits',
        qr/argument 'num' is 4294967298, not between 0 and 4294967295/);
    unsupported($dom, 'set_vcpu', ['1', 1], 'virDomainSetVcpu');
    unsupported($dom, 'get_guest_vcpus', [], 'virDomainGetGuestVcpus');
    unsupported($dom, 'set_guest_vcpus', ['0-1', 1], 'virDomainSetGuestVcpus');
};

subtest 'where they run' => sub {
    fresh();
    my @info = $dom->get_vcpu_info;
    is_deeply([map { join ' ', sort keys %$_ } @info], [('affinity cpu cpuTime number state') x 2], 'get_vcpu_info: the keys of a record');
    is_deeply([map { [@$_{qw(number state cpu)}] } @info], [[0, Sys::Virt::Domain::VCPU_RUNNING, 1], [1, Sys::Virt::Domain::VCPU_RUNNING, 2]],
        'get_vcpu_info: number, state and processor of both');
    cmp_ok($info[0]{cpuTime}, '>', 0, 'get_vcpu_info: the time of a vcpu is above 0');
    is_deeply([bits(@info)], ['1100000000000000', '0010000000000000'], 'get_vcpu_info: the affinity is a string of bits');
    is(scalar($dom->get_vcpu_info)->{number}, 1, 'get_vcpu_info in scalar context is the last');
    is_deeply([map { [@$_{qw(number state cpuTime cpu)}] } $dom->get_vcpu_info(Sys::Virt::Domain::AFFECT_CONFIG)],
        [[0, 0, 0, 0], [1, 0, 0, 0]], 'get_vcpu_info: with flags knows nothing of what runs');
    is_deeply([map { [@$_{qw(number state cpuTime cpu)}, bits($_)] } $idle->get_vcpu_info], [[0, 0, 0, 0, '1' x 16]],
        'get_vcpu_info: knows nothing of what runs for a domain that does not run');

    is_deeply([$dom->pin_vcpu(0, "\x06")], [], 'pin_vcpu gives nothing');
    is((bits($dom->get_vcpu_info))[0], '0110000000000000', 'pin_vcpu: get_vcpu_info shows the new affinity');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->pin_vcpu(9, "\x01") }, 'pin_vcpu: refuses a vcpu that is not there');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->pin_vcpu(0, '') }, 'pin_vcpu: refuses an empty mask');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->pin_vcpu(0, "\x01", 1 << 30) }, 'pin_vcpu with an unknown flag');
};

subtest 'the emulator' => sub {
    fresh();
    is(unpack('b*', $dom->get_emulator_pin_info), '1111000000000000', 'get_emulator_pin_info: 1111000000000000');
    is_deeply([$dom->pin_emulator("\x01\x80")], [], 'pin_emulator gives nothing');
    is(unpack('b*', $dom->get_emulator_pin_info(0)), '1000000000000001', 'pin_emulator: get_emulator_pin_info shows the new mask');
    is(unpack('b*', $dom->get_emulator_pin_info(Sys::Virt::Domain::AFFECT_CONFIG)), '1111000000000000', 'pin_emulator: the configuration keeps its mask');
};

subtest 'what they cost' => sub {
    fresh();
    my @all = $dom->get_cpu_stats(-1, 1);
    is_deeply([map { join ' ', sort keys %$_ } @all], ['cpu_time system_time user_time'], 'get_cpu_stats of all together');
    my @each = $dom->get_cpu_stats(0, 4);
    is_deeply([map { join ' ', sort keys %$_ } @each], [('cpu_time vcpu_time') x 4], 'get_cpu_stats of each');
    is($each[1]{cpu_time}, $each[0]{cpu_time} + 1, 'get_cpu_stats: every cpu has its own');
    is_deeply([$dom->get_cpu_stats(1, 2)], [@each[1, 2]], 'get_cpu_stats from a later one on');
    is_deeply([$dom->get_cpu_stats(2, 2**32 - 1)], [@each[2, 3]], 'get_cpu_stats: gives no more than there are');
    is_deeply(scalar($dom->get_cpu_stats(0, 2)), $each[1], 'get_cpu_stats: gives the last in scalar context');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->get_cpu_stats(4, 1) }, 'one that is not there', qr/start_cpu 4 larger/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->get_cpu_stats(-1, 1) }, 'get_cpu_stats: refused for a domain that does not run');
};

subtest 'iothreads' => sub {
    driver_since '7.8.0';
    fresh();
    my @info = $dom->get_iothread_info;
    is_deeply([map { $_->{number} } @info], [1, 2], 'get_iothread_info: the numbers of the threads');
    like($_, qr/^1+\z/, 'get_iothread_info: the affinity is a string of bits') foreach bits(@info);
    is_deeply([$idle->get_iothread_info], [], 'get_iothread_info without any');
    is_deeply([$dom->add_iothread(7)], [], 'add_iothread gives nothing');
    is_deeply([map { $_->{number} } $dom->get_iothread_info], [1, 2, 7], 'add_iothread: get_iothread_info shows the new one');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->add_iothread(7) }, 'add_iothread that is there');
    is_deeply([$dom->del_iothread(1)], [], 'del_iothread gives nothing');
    is_deeply([map { $_->{number} } $dom->get_iothread_info], [2, 7], 'del_iothread: get_iothread_info shows it no more');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->del_iothread(1) }, 'del_iothread that is not there');
    is_deeply([$dom->pin_iothread(2, "\x05")], [], 'pin_iothread gives nothing');
    like((bits($dom->get_iothread_info))[0], qr/^1010*\z/, 'pin_iothread: get_iothread_info shows the new mask');
    $dom->add_iothread(9, Sys::Virt::Domain::AFFECT_CONFIG);
    is_deeply([map { $_->{number} } $dom->get_iothread_info(Sys::Virt::Domain::AFFECT_CONFIG)], [1, 2, 9], 'add_iothread: with AFFECT_CONFIG the configuration has the new one');
};

subtest 'parameters of iothreads' => sub {
    driver_since '7.8.0';
    fresh();
    my %params = (
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_MAX_NS => '32768',
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_GROW => 2,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_SHRINK => 3,
    );
    is_deeply([$dom->set_iothread(1, \%params)], [], 'set_iothread gives nothing');
    fails(undef, sub { $dom->set_iothread(1, {}) }, 'without parameters', qr/must be greater than zero/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_iothread(9, \%params) }, 'no such thread', qr/'9'/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_iothread(1, { Sys::Virt::Domain::IOTHREAD_PARAM_POLL_GROW => -2 }) },
        'a value that is out of range', qr/key 'poll_grow': is -2, not between 0 and 4294967295/);
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    $dom->set_iothread(1, { %params, poll_mox_ns => 1 });
    like("@warnings", qr/^Sys::Virt::Domain::set_iothread: argument 'newparams': 'poll_mox_ns' is unknown here and ignored at \Q$0\E/,
        'set_iothread: warns of an unknown key');
};

done_testing;
