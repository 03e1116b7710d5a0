# What a connection says of itself and of its host, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;

my $conn = Sys::Virt->new(uri => 'test:///default');

subtest 'the connection' => sub {
    is($conn->get_type, 'TEST', 'get_type: TEST');
    is($conn->get_uri, 'test:///default', 'get_uri: test:///default');
    like($conn->get_hostname, qr/^\S+$/, 'get_hostname: is a name');
    is($conn->get_version, 2, 'get_version: 2');
    is_deeply([map { $conn->$_ } qw(get_major_version get_minor_version get_micro_version)], [0, 0, 2], 'get_major_version, get_minor_version, get_micro_version: the parts of get_version');
    cmp_ok($conn->get_library_version, '>=', 7_000_000, 'get_library_version: at least 7.0');
    is(Sys::Virt->get_version, $conn->get_library_version, 'get_version of the class');
    is(Sys::Virt::get_version(), $conn->get_library_version, 'get_version as a function');
    my $class = 'Local::Fleeting' . 'x' x 300;
    no strict 'refs';
    *{"${class}::isa"} = sub { undef $class; my @memory = map { 'y' x 315 } 1 .. 100; return 0 };
    eval { Sys::Virt::get_version($class) };
    like($@, qr/get_version: argument 'con' is 'Local::Fleetingx{300}', not/, 'get_version: refuses a class that is another while it is asked');
    is($conn->is_alive, 1, 'is_alive: 1');
    is($conn->is_secure, 1, 'is_secure: 1');
    is($conn->is_encrypted, 0, 'is_encrypted: 0');
    unsupported($conn, 'set_keep_alive', [5, 3], 'virConnectSetKeepAlive');
    unsupported($conn, 'set_identity', [{ Sys::Virt::IDENTITY_USER_NAME, 'fred' }], 'virConnectSetIdentity');
};

subtest 'capabilities' => sub {
    like($conn->get_capabilities, qr/<capabilities>.*<\/capabilities>/s, 'get_capabilities: is their XML');
    is($conn->get_max_vcpus('test'), 32, 'get_max_vcpus: 32');
    is($conn->get_max_vcpus(undef), 32, 'get_max_vcpus of the default type');
    ok((grep { $_ eq 'Nehalem' } $conn->get_cpu_model_names('x86_64')), 'get_cpu_model_names: has Nehalem');
    is(scalar(() = eval { $conn->get_cpu_model_names('vax') }), 0, 'get_cpu_model_names of an unknown architecture');
    like($conn->get_sysinfo, qr/<sysinfo type='smbios'>/, 'get_sysinfo: is that of SMBIOS');
    unsupported($conn, 'compare_cpu', ['<cpu/>'], 'virConnectCompareCPU');
    unsupported($conn, 'compare_hypervisor_cpu', [undef, 'x86_64', undef, undef, '<cpu/>'], 'virConnectCompareHypervisorCPU');
    unsupported($conn, 'baseline_hypervisor_cpu', [undef, undef, undef, undef, ['<cpu/>']], 'virConnectBaselineHypervisorCPU');
    my $capabilities = eval { $conn->get_domain_capabilities(undef, undef, undef, undef) };
    defined $capabilities
        ? like($capabilities, qr{<domainCapabilities>.*<domain>test</domain>}s, 'get_domain_capabilities, of newer drivers')
        : unsupported($conn, 'get_domain_capabilities', [undef, undef, undef, undef], 'virConnectGetDomainCapabilities');
    unsupported($conn, 'domain_xml_from_native', ['qemu-argv', 'x'], 'virConnectDomainXMLFromNative');
    unsupported($conn, 'domain_xml_to_native', ['qemu-argv', '<domain/>'], 'virConnectDomainXMLToNative');
    unsupported($conn, 'get_storage_pool_capabilities', [], 'virConnectGetStoragePoolCapabilities')
        if $conn->get_library_version < 9_000_000 || !eval { $conn->get_storage_pool_capabilities };

    my $cpu = '<cpu><arch>x86_64</arch><model>Nehalem</model></cpu>';
    like($conn->baseline_cpu([$cpu, $cpu]), qr/<model\b[^>]*>Nehalem</, 'baseline_cpu: of two Nehalem is Nehalem');
    eval { $conn->baseline_cpu([]) };
    is($@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'baseline_cpu of none');
    eval { $conn->baseline_cpu([$cpu, undef]) };
    like($@->message, qr/baseline_cpu: argument 'xml', element 1: is undef/, 'baseline_cpu with a hole in its list');
};

subtest 'the host' => sub {
    is_deeply($conn->get_node_info, {
        model => 'i686', memory => 3145728, cpus => 16, mhz => 1400, nodes => 2, sockets => 2, cores => 2, threads => 2,
    }, "get_node_info: the test driver's host");
    my $stats = $conn->get_node_cpu_stats;
    is_deeply([grep { $_ ne 'guest' } sort keys %$stats], [qw(idle iowait kernel user)], 'get_node_cpu_stats: the keys; newer drivers have more');
    is_deeply($conn->get_node_cpu_stats(-1, 0), $stats, 'get_node_cpu_stats with its defaults');
    unsupported($conn, 'get_node_memory_stats', [], 'virNodeGetMemoryStats');
    Sys::Virt->get_library_version >= 7_008_000
        ? is_deeply($conn->get_node_security_model, { model => 'testSecurity', doi => '' }, 'get_node_security_model: model and doi')
        : unsupported($conn, 'get_node_security_model', [], 'virNodeGetSecurityModel');
    cmp_ok($conn->get_node_free_memory, '>', 0, 'get_node_free_memory: is above 0');
    my @cells = $conn->get_node_cells_free_memory(0, 1);
    is(scalar @cells, 2, 'get_node_cells_free_memory: gives both cells') and cmp_ok($cells[1], '>', 0, 'get_node_cells_free_memory: that of the second cell is above 0');
    my @pages = $conn->get_node_free_pages([4], 0, 1);
    is_deeply([map { $_->{cell} } @pages], [0, 1], 'get_node_free_pages: a record for each cell');
    like($pages[1]{pages}{4}, qr/^\d+$/, 'get_node_free_pages: a number for pages of 4 KiB');
    is_deeply([$conn->get_node_cpu_map], [8, "\x15", 3], 'get_node_cpu_map: processors, map and those online');
    is(scalar($conn->get_node_cpu_map), 3, 'get_node_cpu_map in scalar context');
    unsupported($conn, 'get_node_memory_parameters', [], 'virNodeGetMemoryParameters');
    unsupported($conn, 'set_node_memory_parameters', [{ shm_pages_to_scan => 100 }], 'virNodeGetMemoryParameters');
    unsupported($conn, 'get_node_sev_info', [], 'virNodeGetSEVInfo');
    unsupported($conn, 'node_alloc_pages', [[[2048, 1]], 0, 1], 'virNodeAllocPages');
    unsupported($conn, 'node_suspend_for_duration', [0, 60], 'virNodeSuspendForDuration');

    foreach my $case (
        ['get_node_cells_free_memory', [1, 0], qr/argument 'end' is 0, before the first cell, 1/],
        ['get_node_cells_free_memory', [0, 2**31 - 1], qr/argument 'end' is 2147483647, too many cells/],
        ['get_node_free_pages', [[4], 0, -5], qr/argument 'end' is -5/],
        ['get_node_free_pages', [[(4) x 300], 0, 4095], qr/argument 'pagesizes' has too many sizes for 4096 cells/],
        ['node_alloc_pages', [[2048, 1], 0, 1], qr/argument 'pages', element 0: is not a reference/],
        ['node_alloc_pages', [[[2048]], 0, 1], qr/argument 'pages', element 0: is not a reference/],
    ) {
        my ($method, $args, $message) = @$case;
        eval { $conn->$method(@$args) };
        like($@->message, qr/^Sys::Virt::$method: $message/, "$method: names the argument that is wrong");
    }
};

done_testing;
