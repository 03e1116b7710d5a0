use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

case $_, counter($_) for qw(num_of_domains num_of_defined_domains num_of_networks
    num_of_defined_networks num_of_storage_pools num_of_defined_storage_pools num_of_interfaces
    num_of_defined_interfaces num_of_nwfilters num_of_secrets);
for my $method (qw(list_domains list_defined_domains list_networks list_defined_networks
    list_storage_pools list_defined_storage_pools list_interfaces list_defined_interfaces
    list_nwfilters list_secrets))
{
    case $method, lister($method);
    case "$method, a number", sub { scalar $conn->$method };
}
for my $method (qw(list_domain_ids list_defined_domain_names list_network_names
    list_defined_network_names list_storage_pool_names list_defined_storage_pool_names
    list_interface_names list_defined_interface_names list_nwfilter_names list_secret_uuids))
{
    case "$method of 10", lister($method, 10);
    case "$method of 1", sub { my @names = $conn->$method(1); scalar @names };
    case "$method of 0", lister($method, 0);
}

sub counter {
    my ($method) = @_;
    return sub { $conn->$method };
}

sub lister {
    my ($method, @arguments) = @_;
    return sub { any_order { $conn->$method(@arguments) } };
}

for my $capability (undef, 'system', 'scsi_host', 'none') {
    my $name = $capability // 'any';
    case "num_of_node_devices($name)", sub { $conn->num_of_node_devices($capability) };
    case "list_node_device_names($name)", lister('list_node_device_names', $capability, 10);
    case "list_node_devices($name)", lister('list_node_devices', $capability);
    case "list_node_devices($name), a number", sub { scalar $conn->list_node_devices($capability) };
}
forms 'num_of_node_devices', sub { $conn->num_of_node_devices('system', @flags) };
forms 'list_node_device_names', sub { $conn->list_node_device_names('system', 10, @flags) };
case 'list_node_devices', lister('list_node_devices');

forms 'list_all_domains', sub { any_order { $conn->list_all_domains(@flags) } }, 'Sys::Virt::Domain', 'LIST';
forms 'list_all_networks', sub { any_order { $conn->list_all_networks(@flags) } }, 'Sys::Virt::Network', 'LIST';
forms 'list_all_storage_pools', sub { any_order { $conn->list_all_storage_pools(@flags) } },
    'Sys::Virt::StoragePool', 'LIST';
forms 'list_all_interfaces', sub { any_order { $conn->list_all_interfaces(@flags) } },
    'Sys::Virt::Interface', 'LIST';
forms 'list_all_node_devices', sub { any_order { $conn->list_all_node_devices(@flags) } },
    'Sys::Virt::NodeDevice', 'LIST';
forms 'list_all_secrets', sub { any_order { $conn->list_all_secrets(@flags) } }, 'Sys::Virt::Secret', 'LIST';
forms 'list_all_nwfilters', sub { any_order { $conn->list_all_nwfilters(@flags) } };
forms 'list_all_nwfilter_bindings', sub { any_order { $conn->list_all_nwfilter_bindings(@flags) } };

case 'list_all_domains, two flags', sub {
    any_order {
        $conn->list_all_domains(Sys::Virt::Domain::LIST_ACTIVE | Sys::Virt::Domain::LIST_PERSISTENT);
    };
};
case 'list_all_domains, those that are of no kind', sub {
    $conn->list_all_domains(Sys::Virt::Domain::LIST_TRANSIENT | Sys::Virt::Domain::LIST_INACTIVE);
};
