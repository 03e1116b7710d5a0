package Sys::Virt::Internal;

# What the C module has for itself, and programs call all the same. The module declares these subs at
# load, and comes here when one is called.

use strict;
use warnings;
no warnings 'redefine';

my %same = (
    ''         => { _get_conn_version => 'get_version', _get_conn_library_version => 'get_library_version' },
    Domain     => {
        _lookup_by_name => 'get_domain_by_name', _lookup_by_id => 'get_domain_by_id',
        _lookup_by_uuid => 'get_domain_by_uuid', _lookup_by_uuid_string => 'get_domain_by_uuid',
        _define_xml => 'define_domain', _create => 'create_domain', _create_with_files => 'create_domain_with_files',
        _migrate => 'Domain::migrate', _migrate_to_uri => 'Domain::migrate_to_uri',
    },
    DomainCheckpoint => { _create_xml => 'Domain::create_checkpoint', _lookup_by_name => 'Domain::get_checkpoint_by_name' },
    DomainSnapshot   => { _create_xml => 'Domain::create_snapshot', _lookup_by_name => 'Domain::get_snapshot_by_name' },
    Interface => {
        _lookup_by_name => 'get_interface_by_name', _lookup_by_mac => 'get_interface_by_mac', _define_xml => 'define_interface',
    },
    NWFilter => {
        _lookup_by_name => 'get_nwfilter_by_name', _lookup_by_uuid => 'get_nwfilter_by_uuid',
        _lookup_by_uuid_string => 'get_nwfilter_by_uuid', _define_xml => 'define_nwfilter',
    },
    NWFilterBinding => { _lookup_by_port_dev => 'get_nwfilter_binding_by_port_dev', _create_xml => 'create_nwfilter_binding' },
    Network => {
        _lookup_by_name => 'get_network_by_name', _lookup_by_uuid => 'get_network_by_uuid',
        _lookup_by_uuid_string => 'get_network_by_uuid', _define_xml => 'define_network', _create_xml => 'create_network',
    },
    NetworkPort => {
        _lookup_by_uuid => 'Network::get_port_by_uuid', _lookup_by_uuid_string => 'Network::get_port_by_uuid',
        _create_xml => 'Network::create_port',
    },
    NodeDevice => {
        _lookup_by_name => 'get_node_device_by_name', _lookup_scsihost_by_wwn => 'get_node_device_scsihost_by_wwn',
        _define_xml => 'define_node_device', _create_xml => 'create_node_device',
    },
    Secret => {
        _lookup_by_usage => 'get_secret_by_usage', _lookup_by_uuid => 'get_secret_by_uuid',
        _lookup_by_uuid_string => 'get_secret_by_uuid', _define_xml => 'define_secret',
    },
    StoragePool => {
        _lookup_by_name => 'get_storage_pool_by_name', _lookup_by_uuid => 'get_storage_pool_by_uuid',
        _lookup_by_uuid_string => 'get_storage_pool_by_uuid', _lookup_by_target_path => 'get_storage_pool_by_target_path',
        _define_xml => 'define_storage_pool', _create_xml => 'create_storage_pool',
    },
    StorageVol => {
        _lookup_by_name => 'StoragePool::get_volume_by_name', _lookup_by_key => 'get_storage_volume_by_key',
        _lookup_by_path => 'get_storage_volume_by_path', _create_xml => 'StoragePool::create_volume',
        _create_xml_from => 'StoragePool::clone_volume',
    },
    Stream => { _new_obj => 'new_stream' },
);

# What `_new` looks for in its arguments, in this order: a key, the object that it is looked up on or
# made on, the sub that does it, and the keys of that sub's further arguments.
my %made = (
    Domain => [
        [name => 'connection', '_lookup_by_name'], [id => 'connection', '_lookup_by_id'], [uuid => 'connection', '_lookup_by_uuid'],
        [xml => 'connection', sub { $_[0]{nocreate} ? '_define_xml' : $_[0]{fds} ? '_create_with_files' : '_create' }],
    ],
    DomainCheckpoint => [[name => 'domain', '_lookup_by_name'], [xml => 'domain', '_create_xml']],
    DomainSnapshot   => [[name => 'domain', '_lookup_by_name'], [xml => 'domain', '_create_xml']],
    Interface => [[name => 'connection', '_lookup_by_name'], [mac => 'connection', '_lookup_by_mac'], [xml => 'connection', '_define_xml']],
    NWFilter  => [[name => 'connection', '_lookup_by_name'], [uuid => 'connection', '_lookup_by_uuid'], [xml => 'connection', '_define_xml']],
    NWFilterBinding => [[portdev => 'connection', '_lookup_by_port_dev'], [xml => 'connection', '_create_xml']],
    Network => [
        [name => 'connection', '_lookup_by_name'], [uuid => 'connection', '_lookup_by_uuid'],
        [xml => 'connection', sub { $_[0]{nocreate} ? '_define_xml' : '_create_xml' }],
    ],
    NetworkPort => [[uuid => 'network', '_lookup_by_uuid'], [xml => 'network', '_create_xml']],
    NodeDevice  => [
        [name => 'connection', '_lookup_by_name'], [wwnn => 'connection', '_lookup_scsihost_by_wwn', 'wwpn', 'flags'],
        [xml => 'connection', sub { $_[0]{nocreate} ? '_define_xml' : '_create_xml' }],
    ],
    Secret => [[usageType => 'connection', '_lookup_by_usage', 'usageID'], [uuid => 'connection', '_lookup_by_uuid'], [xml => 'connection', '_define_xml']],
    StoragePool => [
        [name => 'connection', '_lookup_by_name'], [uuid => 'connection', '_lookup_by_uuid'], [volume => '', '_lookup_by_volume'],
        [target_path => 'connection', '_lookup_by_target_path'],
        [xml => 'connection', sub { $_[0]{nocreate} ? '_define_xml' : '_create_xml' }],
    ],
    StorageVol => [
        [name => 'pool', '_lookup_by_name'], [key => 'connection', '_lookup_by_key'], [path => 'connection', '_lookup_by_path'],
        [xml => 'pool', sub { $_[0]{clone} ? '_create_xml_from' : '_create_xml' }],
    ],
);

sub required {
    my ($class, $params, $key) = @_;
    return $params->{$key} if exists $params->{$key};
    require Carp;
    local $Carp::Internal{ +__PACKAGE__ } = 1;
    Carp::croak("${class}->_new: parameter '$key' is required");
}

sub constructor {
    my ($package, @ways) = @_;
    return sub {
        my ($proto, %params) = @{ \@_ }; # of which a tied one may free the others
        my $class = ref $proto || $proto;
        my ($way) = grep { exists $params{ $_->[0] } } @ways;
        required($class, \%params, join ' or ', map { $_->[0] } @ways) if !$way;
        my ($key, $on, $sub, @more) = @$way;
        my @arguments = ($on ? required($class, \%params, $on) : (), $params{$key}, map { required($class, \%params, $_) } grep { $_ ne 'flags' } @more);
        $sub = $sub->(\%params) if ref $sub;
        push @arguments, $params{fds}   if $sub eq '_create_with_files';
        push @arguments, $params{clone} if $sub eq '_create_xml_from';
        push @arguments, $params{flags} if defined $params{flags} && ($key eq 'xml' && $on ne 'pool' || grep { $_ eq 'flags' } @more);
        no strict 'refs';
        return bless &{"Sys::Virt::${package}::$sub"}(@arguments), $class;
    };
}

{
    no strict 'refs';
    for my $package (keys %same) {
        my $prefix = 'Sys::Virt::' . ($package ? "${package}::" : '');
        *{"$prefix$_"} = \&{"Sys::Virt::$same{$package}{$_}"} for keys %{ $same{$package} };
    }
    *{"Sys::Virt::${_}::_new"} = constructor($_, @{ $made{$_} }) for keys %made;
}

sub Sys::Virt::_get_library_version { return Sys::Virt::get_library_version() }

sub Sys::Virt::Stream::_new {
    my ($proto, %params) = @{ \@_ }; # of which a tied one may free the others
    my $class = ref $proto || $proto;
    return bless Sys::Virt::new_stream(required($class, \%params, 'connection'), $params{flags}), $class;
}

sub Sys::Virt::Event::_run_handle_callback_helper  { return Sys::Virt::Event::_run_handle_callback(undef, @_) }
sub Sys::Virt::Event::_run_timeout_callback_helper { return Sys::Virt::Event::_run_timeout_callback(undef, @_) }
sub Sys::Virt::Event::_free_callback_opaque_helper { return Sys::Virt::Event::_free_callback_opaque(undef, @_) }

1;
