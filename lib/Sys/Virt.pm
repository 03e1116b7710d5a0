package Sys::Virt;

our $VERSION = '12.7.0';

require XSLoader;
XSLoader::load('Sys::Virt', $VERSION);

# What `use overload fallback => 1` would set: an error compares as its text does.
${'Sys::Virt::Error::()'} = 1;

my @options = qw(address auth callback credlist flags readonly timeout uri);

sub new {
    my $proto = shift;
    my ($open, $timeout, @arguments) = _opening(@_);
    return _opened($proto, $timeout, defined $timeout ? _within($open, $timeout, @arguments) : $open->(@arguments));
}

# What opens a connection, for how many seconds it may take, and its arguments.
sub _opening {
    my %params = _named('Sys::Virt', \@options, @_);
    my $uri = exists $params{address} ? $params{address} : $params{uri};
    my $flags = $params{flags} || 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $timeout = defined $params{timeout} ? $params{timeout} : $ENV{SYS_VIRT_TIMEOUT};
    _check_seconds('new', defined $params{timeout} ? 'timeout' : 'SYS_VIRT_TIMEOUT', $timeout) if defined $timeout;
    _watch_signals();
    return (\&_open_auth, $timeout, $uri, $params{credlist}, $params{callback}, $flags) if $params{auth};
    return (\&_open, $timeout, $uri, $flags);
}

# The arguments of the `new` of a class, by their names.
sub _named {
    my ($class, $known, @given) = @_;
    my %unknown = my %params = (@given, (undef) x (@given % 2));
    delete @unknown{@$known};
    if (%unknown || @given % 2) {
        require Sys::Virt::Options;
        Sys::Virt::Options::look_at($class, \@given, $known, sort keys %unknown);
    }
    return %params;
}

sub _check_seconds { require Sys::Virt::Options; goto &Sys::Virt::Options::check_seconds }

sub _opened {
    my ($proto, $timeout, $self) = @_;
    $self->set_timeout($timeout) if defined $timeout;
    return bless $self, ref $proto || $proto;
}

# A view of an object, or of the class, whose methods give futures.
sub async {
    require Sys::Virt::Future;
    goto &Sys::Virt::Async::_new;
}
*{"${_}::async"} = \&async for our @asynchronous = ('Sys::Virt', map { "Sys::Virt::$_" } qw(
    Domain DomainCheckpoint DomainSnapshot Interface Network NetworkPort NodeDevice NWFilter NWFilterBinding Secret
    StoragePool StorageVol Stream
));

# What an authentication callback has answered: a plain value, read where a die is caught.
sub _credential_result {
    my ($credential) = @_;
    return defined $credential->{result} ? "$credential->{result}" : undef;
}

1;

__END__

# Virt.so makes these; they are named for those who look here. The manual is in the .pod file.

sub baseline_cpu;
sub baseline_hypervisor_cpu;
sub compare_cpu;
sub compare_hypervisor_cpu;
sub create_domain;
sub create_domain_with_files;
sub create_interface;
sub create_network;
sub create_node_device;
sub create_nwfilter_binding;
sub create_storage_pool;
sub define_domain;
sub define_interface;
sub define_network;
sub define_node_device;
sub define_nwfilter;
sub define_save_image_xml;
sub define_secret;
sub define_storage_pool;
sub domain_event_deregister;
sub domain_event_deregister_any;
sub domain_event_register;
sub domain_event_register_any;
sub domain_xml_from_native;
sub domain_xml_to_native;
sub find_storage_pool_sources;
sub get_all_domain_stats;
sub get_capabilities;
sub get_cpu_model_names;
sub get_domain_by_id;
sub get_domain_by_name;
sub get_domain_by_uuid;
sub get_domain_capabilities;
sub get_hostname;
sub get_interface_by_mac;
sub get_interface_by_name;
sub get_library_version;
sub get_major_version;
sub get_max_vcpus;
sub get_micro_version;
sub get_minor_version;
sub get_network_by_name;
sub get_network_by_uuid;
sub get_node_cells_free_memory;
sub get_node_cpu_map;
sub get_node_cpu_stats;
sub get_node_device_by_name;
sub get_node_device_scsihost_by_wwn;
sub get_node_free_memory;
sub get_node_free_pages;
sub get_node_info;
sub get_node_memory_parameters;
sub get_node_memory_stats;
sub get_node_security_model;
sub get_node_sev_info;
sub get_nwfilter_binding_by_port_dev;
sub get_nwfilter_by_name;
sub get_nwfilter_by_uuid;
sub get_save_image_xml_description;
sub get_secret_by_usage;
sub get_secret_by_uuid;
sub get_storage_pool_by_name;
sub get_storage_pool_by_target_path;
sub get_storage_pool_by_uuid;
sub get_storage_pool_by_volume;
sub get_storage_pool_capabilities;
sub get_storage_volume_by_key;
sub get_storage_volume_by_path;
sub get_sysinfo;
sub get_type;
sub get_uri;
sub get_version;
sub interface_change_begin;
sub interface_change_commit;
sub interface_change_rollback;
sub is_alive;
sub is_encrypted;
sub is_secure;
sub list_all_domains;
sub list_all_interfaces;
sub list_all_networks;
sub list_all_node_devices;
sub list_all_nwfilter_bindings;
sub list_all_nwfilters;
sub list_all_secrets;
sub list_all_storage_pools;
sub list_defined_domain_names;
sub list_defined_domains;
sub list_defined_interface_names;
sub list_defined_interfaces;
sub list_defined_network_names;
sub list_defined_networks;
sub list_defined_storage_pool_names;
sub list_defined_storage_pools;
sub list_domain_ids;
sub list_domains;
sub list_interface_names;
sub list_interfaces;
sub list_network_names;
sub list_networks;
sub list_node_device_names;
sub list_node_devices;
sub list_nwfilter_names;
sub list_nwfilters;
sub list_secret_uuids;
sub list_secrets;
sub list_storage_pool_names;
sub list_storage_pools;
sub network_event_deregister_any;
sub network_event_register_any;
sub new_stream;
sub node_alloc_pages;
sub node_device_event_deregister_any;
sub node_device_event_register_any;
sub node_suspend_for_duration;
sub num_of_defined_domains;
sub num_of_defined_interfaces;
sub num_of_defined_networks;
sub num_of_defined_storage_pools;
sub num_of_domains;
sub num_of_interfaces;
sub num_of_networks;
sub num_of_node_devices;
sub num_of_nwfilters;
sub num_of_secrets;
sub num_of_storage_pools;
sub register_close_callback;
sub restore_domain;
sub secret_event_deregister_any;
sub secret_event_register_any;
sub set_identity;
sub set_keep_alive;
sub set_max_requests;
sub set_node_memory_parameters;
sub set_timeout;
sub storage_pool_event_deregister_any;
sub storage_pool_event_register_any;
sub unregister_close_callback;

# Constants:
BASELINE_CPU_EXPAND_FEATURES BASELINE_CPU_IGNORE_HOST BASELINE_CPU_MIGRATABLE
CLOSE_REASON_CLIENT CLOSE_REASON_EOF CLOSE_REASON_ERROR CLOSE_REASON_KEEPALIVE
COMPARE_CPU_FAIL_INCOMPATIBLE COMPARE_CPU_VALIDATE_XML CONNECT_NO_ALIASES CONNECT_RO
CPU_COMPARE_IDENTICAL CPU_COMPARE_INCOMPATIBLE CPU_COMPARE_SUPERSET CRED_AUTHNAME CRED_CNONCE
CRED_ECHOPROMPT CRED_EXTERNAL CRED_LANGUAGE CRED_NOECHOPROMPT CRED_PASSPHRASE CRED_REALM
CRED_USERNAME DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES
DOMAIN_CAPABILITIES_EXPAND_CPU_FEATURES DOMAIN_CAPABILITIES_SUPPORTED_CPU_FEATURES
IDENTITY_GROUP_NAME IDENTITY_PROCESS_ID IDENTITY_PROCESS_TIME IDENTITY_SASL_USER_NAME
IDENTITY_SELINUX_CONTEXT IDENTITY_UNIX_GROUP_ID IDENTITY_UNIX_USER_ID IDENTITY_USER_NAME
IDENTITY_X509_DISTINGUISHED_NAME IP_ADDR_TYPE_IPV4 IP_ADDR_TYPE_IPV6 NODE_ALLOC_PAGES_ADD
NODE_ALLOC_PAGES_SET NODE_CPU_STATS_ALL_CPUS NODE_CPU_STATS_GUEST NODE_CPU_STATS_IDLE
NODE_CPU_STATS_INTR NODE_CPU_STATS_IOWAIT NODE_CPU_STATS_KERNEL NODE_CPU_STATS_USER
NODE_CPU_STATS_UTILIZATION NODE_MEMORY_SHARED_FULL_SCANS NODE_MEMORY_SHARED_MERGE_ACROSS_NODES
NODE_MEMORY_SHARED_PAGES_SHARED NODE_MEMORY_SHARED_PAGES_SHARING
NODE_MEMORY_SHARED_PAGES_TO_SCAN NODE_MEMORY_SHARED_PAGES_UNSHARED
NODE_MEMORY_SHARED_PAGES_VOLATILE NODE_MEMORY_SHARED_SLEEP_MILLISECS
NODE_MEMORY_STATS_ALL_CELLS NODE_MEMORY_STATS_AVAILABLE NODE_MEMORY_STATS_BUFFERS
NODE_MEMORY_STATS_CACHED NODE_MEMORY_STATS_FREE NODE_MEMORY_STATS_TOTAL
NODE_SUSPEND_TARGET_DISK NODE_SUSPEND_TARGET_HYBRID NODE_SUSPEND_TARGET_MEM SEV_CBITPOS
SEV_CERT_CHAIN SEV_CPU0_ID SEV_MAX_ES_GUESTS SEV_MAX_GUESTS SEV_PDH SEV_REDUCED_PHYS_BITS
