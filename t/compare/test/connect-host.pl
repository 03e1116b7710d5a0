use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

case $_, getter($_) for qw(get_type get_version get_library_version get_major_version
    get_minor_version get_micro_version get_hostname get_uri get_capabilities get_node_info
    get_node_free_memory get_node_security_model is_alive is_encrypted is_secure);

sub getter {
    my ($method) = @_;
    return sub { $conn->$method };
}

case 'get_version of the class', sub { Sys::Virt->get_version };
case 'get_version as a function', sub { Sys::Virt::get_version() };
case 'VERSION', sub { Sys::Virt->VERSION('9.0.0'); 'fine' };

my $package = 'Sys::Virt';

forms 'get_sysinfo', sub { $conn->get_sysinfo(@flags) };
case 'get_max_vcpus', sub { $conn->get_max_vcpus('test') };
case 'get_max_vcpus, no type', sub { $conn->get_max_vcpus(undef) };
case 'get_max_vcpus, unknown type', sub { $conn->get_max_vcpus('nothing') };
forms 'get_node_cpu_map', sub { $conn->get_node_cpu_map(@flags) };
case 'get_node_cpu_stats', sub { $conn->get_node_cpu_stats };
case 'get_node_cpu_stats of a CPU', sub { $conn->get_node_cpu_stats(0) };
case 'get_node_cpu_stats of no CPU', sub { $conn->get_node_cpu_stats(9999) };
forms 'get_node_cpu_stats of all CPUs', sub {
    $conn->get_node_cpu_stats(Sys::Virt::NODE_CPU_STATS_ALL_CPUS, @flags);
};
case 'get_node_memory_stats', sub { $conn->get_node_memory_stats };
forms 'get_node_memory_stats of a cell', sub { $conn->get_node_memory_stats(0, @flags) };
case 'get_node_cells_free_memory beyond the cells', sub { $conn->get_node_cells_free_memory(0, 2) };

# The test driver's own host has memory cells.
sub celled { return Sys::Virt->new(uri => 'test:///default') }

case 'get_node_free_memory in cells', sub { celled()->get_node_free_memory };
case 'get_node_cells_free_memory', sub { celled()->get_node_cells_free_memory(0, 2) };
case 'get_node_cells_free_memory, one', sub { celled()->get_node_cells_free_memory(1, 1) };
forms 'get_node_free_pages', sub { celled()->get_node_free_pages([4, 2048], 0, 1, @flags) };
case 'get_node_free_pages, one size', sub { celled()->get_node_free_pages([4], 0, 1) };
case 'get_node_free_pages, an unknown size', sub { celled()->get_node_free_pages([5], 0, 1) };
case 'get_capabilities with cells', sub { celled()->get_capabilities };
forms 'node_alloc_pages', sub { $conn->node_alloc_pages([[2048, 1]], 0, 1, @flags) }, $package, 'NODE_ALLOC_PAGES';
forms 'get_node_memory_parameters', sub { $conn->get_node_memory_parameters(@flags) };
forms 'set_node_memory_parameters', sub {
    $conn->set_node_memory_parameters({ Sys::Virt::NODE_MEMORY_SHARED_PAGES_TO_SCAN => 100 }, @flags);
};
forms 'get_node_sev_info', sub { $conn->get_node_sev_info(@flags) };
forms 'node_suspend_for_duration', sub {
    $conn->node_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 60, @flags);
};
forms 'get_cpu_model_names', sub { $conn->get_cpu_model_names('x86_64', @flags) };
case 'get_cpu_model_names, unknown architecture', sub { $conn->get_cpu_model_names('nothing') };
my $cpu = "<cpu><arch>x86_64</arch><model>core2duo</model><topology sockets='1' cores='1' threads='1'/></cpu>";
forms 'compare_cpu', sub { $conn->compare_cpu($cpu, @flags) }, $package, 'COMPARE_CPU';
forms 'baseline_cpu', sub { $conn->baseline_cpu([$cpu], @flags) }, $package, 'BASELINE_CPU';
case 'baseline_cpu of two', sub {
    (my $other = $cpu) =~ s/core2duo/Penryn/;
    $conn->baseline_cpu([$cpu, $other]);
};
case 'baseline_cpu of none', sub { $conn->baseline_cpu([]) };
case 'baseline_cpu, broken XML', sub { $conn->baseline_cpu(['<cpu']) };
my @machine = (undef, 'x86_64', undef, 'qemu');
forms 'compare_hypervisor_cpu', sub { $conn->compare_hypervisor_cpu(@machine, $cpu, @flags) }, $package, 'COMPARE_CPU';
forms 'baseline_hypervisor_cpu', sub { $conn->baseline_hypervisor_cpu(@machine, [$cpu], @flags) },
    $package, 'BASELINE_CPU';
forms 'get_domain_capabilities', sub { $conn->get_domain_capabilities(@machine, @flags) };
case 'get_domain_capabilities, nothing given', sub {
    $conn->get_domain_capabilities(undef, undef, undef, undef);
};
forms 'get_storage_pool_capabilities', sub { $conn->get_storage_pool_capabilities(@flags) };
case 'find_storage_pool_sources', sub { $conn->find_storage_pool_sources('logical', undef) };
forms 'find_storage_pool_sources, a source', sub {
    $conn->find_storage_pool_sources('netfs', "<source><host name='192.0.2.9'/></source>", @flags);
};
case 'find_storage_pool_sources, unknown type', sub { $conn->find_storage_pool_sources('nothing', '') };
forms 'set_identity', sub { $conn->set_identity({ Sys::Virt::IDENTITY_USER_NAME => 'someone' }, @flags) };
case 'set_identity, all', sub {
    $conn->set_identity({
        Sys::Virt::IDENTITY_USER_NAME => 'someone',
        Sys::Virt::IDENTITY_UNIX_USER_ID => 1000,
        Sys::Virt::IDENTITY_PROCESS_ID => 4242,
        Sys::Virt::IDENTITY_PROCESS_TIME => 12345,
    });
};
case 'set_identity, an unknown key', sub { $conn->set_identity({ no_such_key => 1 }) };
case 'set_identity, nothing', sub { $conn->set_identity({}) };
case 'set_keep_alive', sub { $conn->set_keep_alive(5, 3) };
case 'set_keep_alive off', sub { $conn->set_keep_alive(0, 0) };
