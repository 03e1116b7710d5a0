# What Virt.so makes for Sys::Virt, named for tools that read source; perl never reads this.

package Sys::Virt;

sub baseline_cpu($con, $xml, $flags = 0) { ... }
sub baseline_hypervisor_cpu($con, $emulator, $arch, $machine, $virttype, $xml, $flags = 0) { ... }
sub compare_cpu($con, $xml, $flags = 0) { ... }
sub compare_hypervisor_cpu($con, $emulator, $arch, $machine, $virttype, $xml, $flags = 0) { ... }
sub create_domain($con, $xml, $flags = 0) { ... }
sub create_domain_with_files($con, $xml, $fds, $flags = 0) { ... }
sub create_interface($con, $xml, $flags = 0) { ... }
sub create_network($con, $xml, $flags = 0) { ... }
sub create_node_device($con, $xml, $flags = 0) { ... }
sub create_nwfilter_binding($con, $xml, $flags = 0) { ... }
sub create_storage_pool($con, $xml, $flags = 0) { ... }
sub define_domain($con, $xml, $flags = 0) { ... }
sub define_interface($con, $xml, $flags = 0) { ... }
sub define_network($con, $xml, $flags = 0) { ... }
sub define_node_device($con, $xml, $flags = 0) { ... }
sub define_nwfilter($con, $xml, $flags = 0) { ... }
sub define_save_image_xml($con, $file, $xml, $flags = 0) { ... }
sub define_secret($con, $xml, $flags = 0) { ... }
sub define_storage_pool($con, $xml, $flags = 0) { ... }
sub domain_event_deregister($con) { ... }
sub domain_event_deregister_any($con, $callbackID) { ... }
sub domain_event_register($con, $cb) { ... }
sub domain_event_register_any($con, $dom, $eventID, $cb) { ... }
sub domain_xml_from_native($con, $configtype, $configdata, $flags = 0) { ... }
sub domain_xml_to_native($con, $configtype, $xmldata, $flags = 0) { ... }
sub find_storage_pool_sources($con, $type, $srcspec, $flags = 0) { ... }
sub get_all_domain_stats($con, $stats, $doms = undef, $flags = 0) { ... }
sub get_capabilities($con) { ... }
sub get_cpu_model_names($con, $arch, $flags = 0) { ... }
sub get_domain_by_id($con, $id) { ... }
sub get_domain_by_name($con, $name) { ... }
sub get_domain_by_uuid($con, $uuid) { ... }
sub get_domain_capabilities($con, $emulator, $arch, $machine, $virttype, $flags = 0) { ... }
sub get_hostname($con) { ... }
sub get_interface_by_mac($con, $mac) { ... }
sub get_interface_by_name($con, $name) { ... }
sub get_library_version($con = undef) { ... }
sub get_major_version($con = undef) { ... }
sub get_max_vcpus($con, $type) { ... }
sub get_micro_version($con = undef) { ... }
sub get_minor_version($con = undef) { ... }
sub get_network_by_name($con, $name) { ... }
sub get_network_by_uuid($con, $uuid) { ... }
sub get_node_cells_free_memory($con, $start, $end) { ... }
sub get_node_cpu_map($con, $flags = 0) { ... }
sub get_node_cpu_stats($con, $cpuNum = -1, $flags = 0) { ... }
sub get_node_device_by_name($con, $name) { ... }
sub get_node_device_scsihost_by_wwn($con, $wwnn, $wwpn, $flags = 0) { ... }
sub get_node_free_memory($con) { ... }
sub get_node_free_pages($con, $pagesizes, $start, $end, $flags = 0) { ... }
sub get_node_info($con) { ... }
sub get_node_memory_parameters($conn, $flags = 0) { ... }
sub get_node_memory_stats($con, $cellNum = -1, $flags = 0) { ... }
sub get_node_security_model($con) { ... }
sub get_node_sev_info($conn, $flags = 0) { ... }
sub get_nwfilter_binding_by_port_dev($con, $name) { ... }
sub get_nwfilter_by_name($con, $name) { ... }
sub get_nwfilter_by_uuid($con, $uuid) { ... }
sub get_save_image_xml_description($con, $file, $flags = 0) { ... }
sub get_secret_by_usage($con, $usageType, $usageID) { ... }
sub get_secret_by_uuid($con, $uuid) { ... }
sub get_storage_pool_by_name($con, $name) { ... }
sub get_storage_pool_by_target_path($con, $path) { ... }
sub get_storage_pool_by_uuid($con, $uuid) { ... }
sub get_storage_pool_by_volume($con, $volume) { ... }
sub get_storage_pool_capabilities($con, $flags = 0) { ... }
sub get_storage_volume_by_key($con, $key) { ... }
sub get_storage_volume_by_path($con, $path) { ... }
sub get_sysinfo($con, $flags = 0) { ... }
sub get_type($con) { ... }
sub get_uri($con) { ... }
sub get_version($con = undef) { ... }
sub interface_change_begin($conn, $flags = 0) { ... }
sub interface_change_commit($conn, $flags = 0) { ... }
sub interface_change_rollback($conn, $flags = 0) { ... }
sub is_alive($conn) { ... }
sub is_encrypted($conn) { ... }
sub is_secure($conn) { ... }
sub list_all_domains($con, $flags = 0) { ... }
sub list_all_interfaces($con, $flags = 0) { ... }
sub list_all_networks($con, $flags = 0) { ... }
sub list_all_node_devices($con, $flags = 0) { ... }
sub list_all_nwfilter_bindings($con, $flags = 0) { ... }
sub list_all_nwfilters($con, $flags = 0) { ... }
sub list_all_secrets($con, $flags = 0) { ... }
sub list_all_storage_pools($con, $flags = 0) { ... }
sub list_defined_domain_names($con, $maxnames) { ... }
sub list_defined_domains($con) { ... }
sub list_defined_interface_names($con, $maxnames) { ... }
sub list_defined_interfaces($con) { ... }
sub list_defined_network_names($con, $maxnames) { ... }
sub list_defined_networks($con) { ... }
sub list_defined_storage_pool_names($con, $maxnames) { ... }
sub list_defined_storage_pools($con) { ... }
sub list_domain_ids($con, $maxids) { ... }
sub list_domains($con) { ... }
sub list_interface_names($con, $maxnames) { ... }
sub list_interfaces($con) { ... }
sub list_network_names($con, $maxnames) { ... }
sub list_networks($con) { ... }
sub list_node_device_names($con, $cap, $maxnames, $flags = 0) { ... }
sub list_node_devices($con, $cap = undef) { ... }
sub list_nwfilter_names($con, $maxnames) { ... }
sub list_nwfilters($con) { ... }
sub list_secret_uuids($con, $maxuuids) { ... }
sub list_secrets($con) { ... }
sub list_storage_pool_names($con, $maxnames) { ... }
sub list_storage_pools($con) { ... }
sub network_event_deregister_any($con, $callbackID) { ... }
sub network_event_register_any($con, $net, $eventID, $cb) { ... }
sub new_stream($con, $flags = 0) { ... }
sub node_alloc_pages($con, $pages, $start, $end, $flags = 0) { ... }
sub node_device_event_deregister_any($con, $callbackID) { ... }
sub node_device_event_register_any($con, $dev, $eventID, $cb) { ... }
sub node_suspend_for_duration($conn, $target, $duration, $flags = 0) { ... }
sub num_of_defined_domains($con) { ... }
sub num_of_defined_interfaces($con) { ... }
sub num_of_defined_networks($con) { ... }
sub num_of_defined_storage_pools($con) { ... }
sub num_of_domains($con) { ... }
sub num_of_interfaces($con) { ... }
sub num_of_networks($con) { ... }
sub num_of_node_devices($con, $cap, $flags = 0) { ... }
sub num_of_nwfilters($con) { ... }
sub num_of_secrets($con) { ... }
sub num_of_storage_pools($con) { ... }
sub register_close_callback($con, $cb) { ... }
sub restore_domain($con, $from = undef, $dxml = undef, $params = undef, $flags = 0) { ... }
sub secret_event_deregister_any($con, $callbackID) { ... }
sub secret_event_register_any($con, $secret, $eventID, $cb) { ... }
sub set_identity($conn, $newident, $flags = 0) { ... }
sub set_keep_alive($conn, $interval, $count) { ... }
sub set_max_requests($con, $requests) { ... }
sub set_node_memory_parameters($conn, $newparams, $flags = 0) { ... }
sub set_timeout($con, $timeout = undef) { ... }
sub storage_pool_event_deregister_any($con, $callbackID) { ... }
sub storage_pool_event_register_any($con, $pool, $eventID, $cb) { ... }
sub unregister_close_callback($con) { ... }

sub BASELINE_CPU_EXPAND_FEATURES() { ... }
sub BASELINE_CPU_IGNORE_HOST() { ... }
sub BASELINE_CPU_MIGRATABLE() { ... }
sub CLOSE_REASON_CLIENT() { ... }
sub CLOSE_REASON_EOF() { ... }
sub CLOSE_REASON_ERROR() { ... }
sub CLOSE_REASON_KEEPALIVE() { ... }
sub COMPARE_CPU_FAIL_INCOMPATIBLE() { ... }
sub COMPARE_CPU_VALIDATE_XML() { ... }
sub CONNECT_NO_ALIASES() { ... }
sub CONNECT_RO() { ... }
sub CPU_COMPARE_IDENTICAL() { ... }
sub CPU_COMPARE_INCOMPATIBLE() { ... }
sub CPU_COMPARE_SUPERSET() { ... }
sub CRED_AUTHNAME() { ... }
sub CRED_CNONCE() { ... }
sub CRED_ECHOPROMPT() { ... }
sub CRED_EXTERNAL() { ... }
sub CRED_LANGUAGE() { ... }
sub CRED_NOECHOPROMPT() { ... }
sub CRED_PASSPHRASE() { ... }
sub CRED_REALM() { ... }
sub CRED_USERNAME() { ... }
sub DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES() { ... }
sub DOMAIN_CAPABILITIES_EXPAND_CPU_FEATURES() { ... }
sub DOMAIN_CAPABILITIES_SUPPORTED_CPU_FEATURES() { ... }
sub IDENTITY_GROUP_NAME() { ... }
sub IDENTITY_PROCESS_ID() { ... }
sub IDENTITY_PROCESS_TIME() { ... }
sub IDENTITY_SASL_USER_NAME() { ... }
sub IDENTITY_SELINUX_CONTEXT() { ... }
sub IDENTITY_UNIX_GROUP_ID() { ... }
sub IDENTITY_UNIX_USER_ID() { ... }
sub IDENTITY_USER_NAME() { ... }
sub IDENTITY_X509_DISTINGUISHED_NAME() { ... }
sub IP_ADDR_TYPE_IPV4() { ... }
sub IP_ADDR_TYPE_IPV6() { ... }
sub NODE_ALLOC_PAGES_ADD() { ... }
sub NODE_ALLOC_PAGES_SET() { ... }
sub NODE_CPU_STATS_ALL_CPUS() { ... }
sub NODE_CPU_STATS_GUEST() { ... }
sub NODE_CPU_STATS_IDLE() { ... }
sub NODE_CPU_STATS_INTR() { ... }
sub NODE_CPU_STATS_IOWAIT() { ... }
sub NODE_CPU_STATS_KERNEL() { ... }
sub NODE_CPU_STATS_USER() { ... }
sub NODE_CPU_STATS_UTILIZATION() { ... }
sub NODE_MEMORY_SHARED_FULL_SCANS() { ... }
sub NODE_MEMORY_SHARED_MERGE_ACROSS_NODES() { ... }
sub NODE_MEMORY_SHARED_PAGES_SHARED() { ... }
sub NODE_MEMORY_SHARED_PAGES_SHARING() { ... }
sub NODE_MEMORY_SHARED_PAGES_TO_SCAN() { ... }
sub NODE_MEMORY_SHARED_PAGES_UNSHARED() { ... }
sub NODE_MEMORY_SHARED_PAGES_VOLATILE() { ... }
sub NODE_MEMORY_SHARED_SLEEP_MILLISECS() { ... }
sub NODE_MEMORY_STATS_ALL_CELLS() { ... }
sub NODE_MEMORY_STATS_AVAILABLE() { ... }
sub NODE_MEMORY_STATS_BUFFERS() { ... }
sub NODE_MEMORY_STATS_CACHED() { ... }
sub NODE_MEMORY_STATS_FREE() { ... }
sub NODE_MEMORY_STATS_TOTAL() { ... }
sub NODE_SUSPEND_TARGET_DISK() { ... }
sub NODE_SUSPEND_TARGET_HYBRID() { ... }
sub NODE_SUSPEND_TARGET_MEM() { ... }
sub SEV_CBITPOS() { ... }
sub SEV_CERT_CHAIN() { ... }
sub SEV_CPU0_ID() { ... }
sub SEV_MAX_ES_GUESTS() { ... }
sub SEV_MAX_GUESTS() { ... }
sub SEV_PDH() { ... }
sub SEV_REDUCED_PHYS_BITS() { ... }
