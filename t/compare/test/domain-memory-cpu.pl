use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

forms 'set_memory', sub { attempt { $dom->set_memory(262144, @flags) }, $dom->get_info->{memory} },
    $package, 'MEM';
case 'set_memory above the maximum', sub { $dom->set_memory(2097152) };
case 'set_memory nothing', sub { $dom->set_memory(0) };
case 'set_memory as text', sub { attempt { $dom->set_memory('262144') }, $dom->get_info->{memory} };
case 'set_memory as a fraction', sub { attempt { $dom->set_memory(262144.7) }, $dom->get_info->{memory} };
case 'set_memory of a word', sub { my $word = 'much'; $dom->set_memory($word) };
case 'set_memory undef', sub { $dom->set_memory(undef) };
case 'set_memory of an inactive domain', sub { attempt { $idle->set_memory(131072) }, $idle->get_info };
case 'set_max_memory', sub { attempt { $idle->set_max_memory(524288) }, $idle->get_max_memory };
case 'set_max_memory while it runs', sub { attempt { $dom->set_max_memory(2097152) }, $dom->get_max_memory };
case 'set_max_memory nothing', sub { $dom->set_max_memory(0) };
forms 'set_memory_stats_period', sub { $dom->set_memory_stats_period(5, @flags) }, $package, 'MEM';
forms 'memory_stats', sub { $dom->memory_stats(@flags) };
case 'memory_stats of an inactive domain', sub { $idle->memory_stats };
forms 'memory_peek', sub { $dom->memory_peek(0, 16, @flags) }, $package, qw(MEMORY_VIRTUAL MEMORY_PHYSICAL);

forms 'get_vcpus', sub { $dom->get_vcpus(@flags) }, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
forms 'get_vcpus of an inactive domain', sub { $idle->get_vcpus(@flags) }, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
forms 'set_vcpus', sub {
    attempt { $dom->set_vcpus(3, @flags) }, attempt { $dom->get_vcpus(Sys::Virt::Domain::VCPU_LIVE) },
        attempt { $dom->get_vcpus(Sys::Virt::Domain::VCPU_CONFIG) };
}, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
case 'set_vcpus too many', sub { $dom->set_vcpus(5) };
case 'set_vcpus beyond 32 bits', sub { attempt { $dom->set_vcpus(2 ** 32 + 2) }, $dom->get_vcpus };
case 'set_vcpus none', sub { $dom->set_vcpus(0) };
case 'set_vcpus of an inactive domain', sub { $idle->set_vcpus(2) };
case 'set_vcpus, the maximum', sub {
    attempt { $idle->set_vcpus(4, Sys::Virt::Domain::VCPU_CONFIG | Sys::Virt::Domain::VCPU_MAXIMUM) },
        $idle->get_vcpus(Sys::Virt::Domain::VCPU_CONFIG | Sys::Virt::Domain::VCPU_MAXIMUM);
};
forms 'set_vcpu', sub { $dom->set_vcpu('1', 1, @flags) }, $package, 'AFFECT';
forms 'get_vcpu_info', sub { $dom->get_vcpu_info(@flags) }, $package, 'AFFECT';
forms 'get_vcpu_info of an inactive domain', sub { $idle->get_vcpu_info(@flags) }, $package, 'AFFECT';
case 'get_vcpu_info, the keys', sub { map { join ' ', sort keys %$_ } $dom->get_vcpu_info };
case 'get_vcpu_info, affinity', sub { map { unpack 'b*', $_->{affinity} } $dom->get_vcpu_info };
forms 'pin_vcpu', sub {
    attempt { $dom->pin_vcpu(0, "\x03", @flags) }, map { unpack 'b*', $_->{affinity} } $dom->get_vcpu_info;
}, $package, 'AFFECT';
case 'pin_vcpu, a mask of all', sub {
    attempt { $dom->pin_vcpu(1, "\xff\xff") }, map { unpack 'b*', $_->{affinity} } $dom->get_vcpu_info;
};
case 'pin_vcpu, a longer mask', sub { $dom->pin_vcpu(0, "\xff" x 64) };
case 'pin_vcpu, no such vcpu', sub { $dom->pin_vcpu(9, "\x01") };
case 'pin_vcpu, an empty mask', sub { $dom->pin_vcpu(0, '') };
case 'pin_vcpu of an inactive domain', sub { $idle->pin_vcpu(0, "\x01") };
forms 'get_emulator_pin_info', sub { $dom->get_emulator_pin_info(@flags) }, $package, 'AFFECT';
forms 'get_emulator_pin_info of an inactive domain', sub { $idle->get_emulator_pin_info(@flags) },
    $package, 'AFFECT';
forms 'pin_emulator', sub {
    attempt { $dom->pin_emulator("\x01", @flags) }, attempt { $dom->get_emulator_pin_info };
}, $package, 'AFFECT';

forms 'get_iothread_info', sub { $dom->get_iothread_info(@flags) }, $package, 'AFFECT';
case 'get_iothread_info of a domain without', sub { $idle->get_iothread_info };
forms 'add_iothread', sub {
    attempt { $dom->add_iothread(7, @flags) }, map { $_->{number} } $dom->get_iothread_info;
}, $package, 'AFFECT';
case 'add_iothread that is there', sub { $dom->add_iothread(1) };
forms 'del_iothread', sub {
    attempt { $dom->del_iothread(2, @flags) }, map { $_->{number} } $dom->get_iothread_info;
}, $package, 'AFFECT';
case 'del_iothread that is not there', sub { $dom->del_iothread(9) };
forms 'pin_iothread', sub {
    attempt { $dom->pin_iothread(1, "\x01", @flags) },
        map { unpack 'b*', $_->{affinity} } $dom->get_iothread_info;
}, $package, 'AFFECT';
forms 'set_iothread', sub {
    $dom->set_iothread(1, { Sys::Virt::Domain::IOTHREAD_PARAM_POLL_MAX_NS => 1000 }, @flags);
}, $package, 'AFFECT';
case 'set_iothread, all keys', sub {
    $dom->set_iothread(1, {
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_MAX_NS => 1000,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_GROW => 2,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_SHRINK => 3,
        Sys::Virt::Domain::IOTHREAD_PARAM_THREAD_POOL_MIN => 1,
        Sys::Virt::Domain::IOTHREAD_PARAM_THREAD_POOL_MAX => 8,
    });
};
case 'set_iothread, an unknown key', sub { $dom->set_iothread(1, { no_such_key => 1 }) };
case 'set_iothread, nothing', sub { $dom->set_iothread(1, {}) };

forms 'get_guest_vcpus', sub { $dom->get_guest_vcpus(@flags) };
forms 'set_guest_vcpus', sub { $dom->set_guest_vcpus('0-1', 1, @flags) };
# The C module adds a record of what happens to be in memory: see differences.pl.
forms 'get_cpu_stats of all', sub { ($dom->get_cpu_stats(-1, 1, @flags))[0] };
forms 'get_cpu_stats', sub { ($dom->get_cpu_stats(0, 1, @flags))[0] };
case 'get_cpu_stats, the number of records', sub { scalar(my @records = $dom->get_cpu_stats(0, 1)) };
case 'get_cpu_stats, the number of records of all', sub { scalar(my @records = $dom->get_cpu_stats(-1, 1)) };
forms 'get_perf_events', sub { $dom->get_perf_events(@flags) }, $package, 'AFFECT';
forms 'set_perf_events', sub { $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_CMT => 1 }, @flags) },
    $package, 'AFFECT';
forms 'start_dirty_rate_calc', sub { $dom->start_dirty_rate_calc(1, @flags) }, $package, 'DIRTYRATE_MODE';
