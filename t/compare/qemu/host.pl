use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

qemu();

case $_, getter($_) for qw(get_type get_version get_library_version get_major_version
    get_minor_version get_micro_version get_hostname get_uri get_capabilities get_node_info
    get_node_security_model is_alive is_encrypted is_secure);

sub getter {
    my ($method) = @_;
    return sub { $conn->$method };
}

# Of values that change all the time, the names.
sub names { my ($hash) = @_; return ref $hash ? [sort keys %$hash] : $hash }

case 'get_node_free_memory', sub { $conn->get_node_free_memory > 0 ? 'some' : 'none' };
case 'get_node_cpu_map', sub { $conn->get_node_cpu_map };
case 'get_node_cpu_stats', sub { names($conn->get_node_cpu_stats) };
case 'get_node_cpu_stats of a CPU', sub { names($conn->get_node_cpu_stats(0)) };
case 'get_node_cpu_stats of no CPU', sub { $conn->get_node_cpu_stats(9999) };
case 'get_node_memory_stats', sub { names($conn->get_node_memory_stats) };
forms 'get_node_memory_stats of all', sub {
    names($conn->get_node_memory_stats(Sys::Virt::NODE_MEMORY_STATS_ALL_CELLS, @flags));
};
case 'get_node_memory_stats of a cell', sub { names($conn->get_node_memory_stats(0)) };
case 'get_node_memory_stats of no cell', sub { $conn->get_node_memory_stats(99) };
forms 'get_node_memory_parameters', sub { $conn->get_node_memory_parameters(@flags) };
case 'set_node_memory_parameters, no keys', sub { $conn->set_node_memory_parameters({}) };
case 'set_node_memory_parameters, an unknown key', sub { $conn->set_node_memory_parameters({ no_such_key => 1 }) };
forms 'set_node_memory_parameters', sub {
    $conn->set_node_memory_parameters($conn->get_node_memory_parameters, @flags);
};
forms 'get_node_sev_info', sub { $conn->get_node_sev_info(@flags) };
case 'get_node_free_pages', sub { map { names($_->{pages}) } $conn->get_node_free_pages([4], 0, 0) };
case 'get_node_cells_free_memory', sub { scalar(my @cells = $conn->get_node_cells_free_memory(0, 1)) };
case 'node_alloc_pages', sub { $conn->node_alloc_pages([[12345, 0]], 0, 1) };
case 'node_alloc_pages, more', sub { $conn->node_alloc_pages([[12345, 0], [54321, 0]], 0, 1, 0) };
case 'node_suspend_for_duration, too short', sub {
    $conn->node_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 1);
};
forms 'node_suspend_for_duration, no such target', sub { $conn->node_suspend_for_duration(99, 60, @flags) };
case 'get_max_vcpus', sub { $conn->get_max_vcpus('qemu') };
case 'get_max_vcpus, unknown type', sub { $conn->get_max_vcpus('nothing') };
case 'get_cpu_model_names', sub { $conn->get_cpu_model_names('x86_64') };
case 'get_cpu_model_names, unknown architecture', sub { $conn->get_cpu_model_names('nothing') };

my $package = 'Sys::Virt';
my $cpu = '<cpu><arch>x86_64</arch><model>qemu64</model></cpu>';
my $two = ["<cpu><arch>x86_64</arch><model>Penryn</model></cpu>", "<cpu><arch>x86_64</arch><model>Nehalem</model></cpu>"];
forms 'compare_cpu', sub { $conn->compare_cpu($cpu, @flags) }, $package, 'COMPARE_CPU';
case 'compare_cpu, no such model', sub { $conn->compare_cpu('<cpu><arch>x86_64</arch><model>none</model></cpu>') };
case 'compare_cpu, broken XML', sub { $conn->compare_cpu('<cpu') };
forms 'baseline_cpu', sub { $conn->baseline_cpu($two, @flags) }, $package, 'BASELINE_CPU';
my @machine = ('/usr/bin/qemu-system-x86_64', 'x86_64', 'pc', 'qemu');
my @any = (undef, undef, undef, 'qemu');
forms 'compare_hypervisor_cpu', sub { $conn->compare_hypervisor_cpu(@machine, $cpu, @flags) }, $package, 'COMPARE_CPU';
case 'compare_hypervisor_cpu of any', sub { $conn->compare_hypervisor_cpu(@any, $cpu) };
forms 'baseline_hypervisor_cpu', sub { $conn->baseline_hypervisor_cpu(@machine, $two, @flags) },
    $package, 'BASELINE_CPU';
case 'baseline_hypervisor_cpu of any', sub { $conn->baseline_hypervisor_cpu(@any, $two) };
forms 'get_domain_capabilities', sub { $conn->get_domain_capabilities(@machine, @flags) },
    $package, 'DOMAIN_CAPABILITIES';
case 'get_domain_capabilities of any', sub { $conn->get_domain_capabilities(@any) };
case 'get_domain_capabilities, no such machine', sub {
    $conn->get_domain_capabilities(undef, 'x86_64', 'none', 'qemu');
};
forms 'get_storage_pool_capabilities', sub { $conn->get_storage_pool_capabilities(@flags) };
case 'find_storage_pool_sources', sub { $conn->find_storage_pool_sources('dir', undef) };
forms 'get_sysinfo', sub { $conn->get_sysinfo(@flags) };

my $xml = $bed->xml('native', more => '<uuid>' . uuid(1) . '</uuid>');
case 'domain_xml_to_native', sub { $conn->domain_xml_to_native('qemu-argv', $xml) };
forms 'domain_xml_to_native with flags', sub { $conn->domain_xml_to_native('qemu-argv', $xml, @flags) };
case 'domain_xml_to_native, unknown format', sub { $conn->domain_xml_to_native('nothing', $xml) };
case 'domain_xml_from_native', sub { $conn->domain_xml_from_native('qemu-argv', 'qemu-system-x86_64 -m 64') };
case 'domain_xml_from_native with flags', sub { $conn->domain_xml_from_native('qemu-argv', 'x', 0) };

forms 'set_identity', sub {
    Sys::Virt->new(uri => 'qemu:///system')->set_identity({ Sys::Virt::IDENTITY_USER_NAME => 'someone' }, @flags);
};
case 'set_identity, all', sub {
    Sys::Virt->new(uri => 'qemu:///system')->set_identity({
        Sys::Virt::IDENTITY_USER_NAME => 'someone',
        Sys::Virt::IDENTITY_UNIX_USER_ID => 1000,
        Sys::Virt::IDENTITY_GROUP_NAME => 'some',
        Sys::Virt::IDENTITY_UNIX_GROUP_ID => 1001,
        Sys::Virt::IDENTITY_PROCESS_ID => 4242,
        Sys::Virt::IDENTITY_PROCESS_TIME => 12345,
        Sys::Virt::IDENTITY_SASL_USER_NAME => 'sasl',
        Sys::Virt::IDENTITY_X509_DISTINGUISHED_NAME => 'CN=x',
        Sys::Virt::IDENTITY_SELINUX_CONTEXT => 'context',
    });
};
case 'set_identity, an unknown key', sub { $conn->set_identity({ no_such_key => 1 }) };
case 'set_keep_alive without an event loop', sub { $conn->set_keep_alive(5, 3) };
case 'set_keep_alive off', sub { $conn->set_keep_alive(0, 0) };

case 'get_node_device_by_name', sub { $conn->get_node_device_by_name('computer') };
case 'get_node_device_scsihost_by_wwn that is not there', sub {
    $conn->get_node_device_scsihost_by_wwn('2000000000000009', '1000000000000009');
};
