# The cases of bench/run: what is measured, as Perl; bench/baseline.c has the same in C under the
# same name.
#
#   name      in the table
#   baseline  its name in baseline.c, if it is another
#   domains   how many the test driver has; 1 if not said
#   setup     runs once. $con is the connection, $dom the first domain
#   body      what is counted
#   calls     how many calls of Sys::Virt that is; 1 if not said
#   count     how often it runs
#   aim       the most that our overhead may be, as a part of the C module's, or with a "+" in
#             front how many instructions more than that
(
    { name => 'get_name',         body => '$dom->get_name',                  count => 1000, aim => 1 },
    { name => 'get_uuid',         body => '$dom->get_uuid',                  count => 1000, aim => 0.85 },
    { name => 'get_uuid_string',  body => '$dom->get_uuid_string',           count => 1000, aim => 0.85 },
    { name => 'get_id',           body => '$dom->get_id',                    count => 1000, aim => 1 },
    { name => 'is_active',        body => '$dom->is_active',                 count => 500,  aim => 1 },
    { name => 'get_state',        body => '$dom->get_state',                 count => 500,  aim => 1 },
    { name => 'get_scheduler_type', body => '$dom->get_scheduler_type',      count => 500,  aim => 1 },
    {
        name  => 'get_xml_description, kept',
        baseline => 'get_xml_description',
        setup => 'my $xml',
        body  => '$xml = $dom->get_xml_description',
        count => 200,
        aim   => 1,
    },
    {
        name  => 'set_metadata',
        body  => '$dom->set_metadata(Sys::Virt::Domain::METADATA_DESCRIPTION, "text", undef, undef)',
        count => 200,
        aim   => 1,
    },
    { name => 'get_cpu_model_names', body => '$con->get_cpu_model_names("x86_64")', count => 50, aim => 1 },
    {
        name  => 'set_scheduler_parameters',
        setup => 'my $share = { weight => 50 }',
        body  => '$dom->set_scheduler_parameters($share)',
        count => 500,
        aim   => '+200',
    },
    {
        name  => 'send_key',
        setup => 'my $keys = [1, 2, 3]',
        body  => '$dom->send_key(0, 0, $keys)',
        count => 500,
        aim   => '+200',
    },
    { name => 'usage error',      body => 'eval { $dom->get_name(1, 2) }',   count => 500,  aim => 1 },
    { name => 'get_info',         body => '$dom->get_info',                  count => 1000, aim => 0.55 },
    { name => 'get_node_info',    body => '$con->get_node_info',             count => 500,  aim => 0.45 },
    { name => 'interface_stats',  body => '$dom->interface_stats("testnet0")', count => 500, aim => 0.45 },
    {
        name  => 'volume info',
        baseline => 'volume_info',
        setup => 'my $vol = $con->get_storage_pool_by_name("pool")->get_volume_by_name("volume")',
        body  => '$vol->get_info',
        count => 500,
        aim   => 0.6,
    },
    { name => 'lookup',           body => '$con->get_domain_by_name("test1")', count => 1000, aim => 0.6 },
    { name => 'get_block_iotune', body => '$dom->get_block_iotune("vda")',   count => 500,  aim => 0.45 },
    {
        name  => 'set_memory_parameters',
        setup => 'my $limits = { hard_limit => 4_000_000, soft_limit => 3_000_000 }',
        body  => '$dom->set_memory_parameters($limits)',
        count => 500,
        aim   => 1,
    },
    { name => 'error',         body => 'eval { $con->get_domain_by_name("none") }', count => 500, aim => 0.5 },
    { name => 'memory_stats',  body => '$dom->memory_stats',                 count => 500,  aim => 0.4 },
    { name => 'block_stats',   body => '$dom->block_stats("vda")',           count => 500,  aim => 0.8 },
    { name => 'get_vcpu_info', body => '$dom->get_vcpu_info',           count => 500,  aim => 1 },
    # The test driver has no jobs: an error again, through a method that returns a hash.
    { name => 'get_job_stats', body => 'eval { $dom->get_job_stats }',       count => 500,  aim => 0.6 },
    {
        # Fails at once in the test driver, so that the conversion is most of what is measured.
        name  => 'migrate',
        setup => <<'SETUP',
            my $migration = {
                Sys::Virt::Domain::MIGRATE_PARAM_URI()                      => 'tcp://127.0.0.1',
                Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME()                => 'other',
                Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML()                 => '<domain/>',
                Sys::Virt::Domain::MIGRATE_PARAM_PERSIST_XML()              => '<domain/>',
                Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH()                => 100,
                Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_POSTCOPY()       => 100,
                Sys::Virt::Domain::MIGRATE_PARAM_GRAPHICS_URI()             => 'vnc://127.0.0.1',
                Sys::Virt::Domain::MIGRATE_PARAM_LISTEN_ADDRESS()           => '127.0.0.1',
                Sys::Virt::Domain::MIGRATE_PARAM_DISK_PORT()                => 49152,
                Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION()              => 'mt',
                Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_LEVEL()     => 1,
                Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_THREADS()   => 2,
                Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_DTHREADS()  => 2,
                Sys::Virt::Domain::MIGRATE_PARAM_PARALLEL_CONNECTIONS()     => 2,
                Sys::Virt::Domain::MIGRATE_PARAM_AUTO_CONVERGE_INITIAL()    => 20,
            }
SETUP
        body  => 'eval { $dom->migrate_to_uri("test:///default", $migration, 0) }',
        count => 500,
        aim   => 0.6,
    },
    {
        name    => 'list_all_domains, 1000',
        baseline => 'list_all_domains',
        domains => 1000,
        body    => '$con->list_all_domains',
        count   => 10,
        aim     => 0.6,
    },
    map({
        name     => "get_all_domain_stats, $_",
        baseline => 'get_all_domain_stats',
        domains  => $_,
        body     => '$con->get_all_domain_stats(0)',
        count    => $_ < 100 ? 500 : $_ < 1000 ? 20 : 10,
        aim      => 0.6,
    }, 1, 100, 1000),
    {
        name  => 'two events',
        baseline => 'two_events',
        setup => <<'SETUP',
            my $delivered;
            my $lifecycle = Sys::Virt::Domain::EVENT_ID_LIFECYCLE();
            $con->domain_event_register_any(undef, $lifecycle, sub { $delivered++ });
SETUP
        body  => '$delivered = 0; $dom->suspend; $dom->resume; Sys::Virt::Event::run_default() while $delivered < 2',
        calls => 4,
        count => 100,
        aim   => 0.95,
    },
)
