package Test::SysVirt::Drivers;

# What a program does with each of libvirt's other drivers, whichever daemon has it and whatever carries
# it there: lists, definitions, events, streams.
#
#   works_for($driver, $bed, $conn)    network, storage, secret, nodedev, nwfilter or interface

use strict;
use warnings;
use Exporter qw(import);
use Sys::Virt::Network;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Test::More;
use Test::SysVirt::Events;
use Test::SysVirt::Transport qw(carries);

our @EXPORT = qw(works_for);

my %script = (network => \&network, storage => \&storage, secret => \&secret, nodedev => \&nodedev, nwfilter => \&nwfilter, interface => \&interface);

sub works_for {
    my ($driver, $bed, $conn) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    subtest $driver => sub { $script{$driver}->($conn, $bed) };
    return;
}

sub names { return join ' ', sort map { $_->get_name } @_ }

sub network {
    my ($conn) = @_;
    my $events = Test::SysVirt::Events->of($conn, network => 'LIFECYCLE');
    my $net = $conn->define_network("<network><name>net</name><ip address='10.99.0.1' netmask='255.255.255.0'/></network>");
    is($net->is_active, 0, 'define: it does not run yet');
    $net->create;
    is($net->is_active, 1, 'start: it runs');
    is(names($conn->list_all_networks), 'net', 'list: it is there');
    like($net->get_xml_description, qr/<ip address='10\.99\.0\.1'/, 'its XML');
    $net->destroy;
    $net->undefine;
    $events->are([map { [LIFECYCLE => 'net', Sys::Virt::Network->can("EVENT_$_")->(), 0] } qw(DEFINED STARTED STOPPED UNDEFINED)], 'events: all of its life');
    $events->end;
    return;
}

sub storage {
    my ($conn, $bed) = @_;
    my $events = Test::SysVirt::Events->of($conn, storage_pool => 'LIFECYCLE');
    my $path = $bed->dir . '/built';
    my $pool = $conn->define_storage_pool("<pool type='dir'><name>built</name><target><path>$path</path></target></pool>");
    is($pool->is_active, 0, 'define: it does not run yet');
    $pool->build;
    ok(-d $path, 'build: its folder');
    $pool->create;
    is($pool->is_active, 1, 'start: it runs');
    is(names($conn->list_all_storage_pools), 'built', 'list: it is there');
    my $vol = $pool->create_volume("<volume><name>small</name><capacity>4096</capacity></volume>");
    is(names($pool->list_all_volumes), 'small', 'list: its volume');
    is($vol->get_info->{capacity}, 4096, 'the volume is as large as asked for');
    $vol->delete;
    $pool->destroy;
    $pool->delete;
    $pool->undefine;
    $events->are([map { [LIFECYCLE => 'built', Sys::Virt::StoragePool->can("EVENT_$_")->(), 0] } qw(DEFINED CREATED STARTED STOPPED DELETED UNDEFINED)],
        'events: all of its life');
    $events->end;
    carries($bed, $conn);
    return;
}

sub secret {
    my ($conn) = @_;
    my $events = Test::SysVirt::Events->of($conn, secret => qw(LIFECYCLE VALUE_CHANGED));
    my $secret = $conn->define_secret("<secret ephemeral='yes' private='no'><usage type='volume'><volume>/vol</volume></usage></secret>");
    $secret->set_value("\0key");
    is($secret->get_value, "\0key", 'set_value: read back');
    is(join(' ', map { $_->get_usage_id } $conn->list_all_secrets), '/vol', 'list: it is there');
    $secret->undefine;
    $events->are([[LIFECYCLE => '/vol', Sys::Virt::Secret::EVENT_DEFINED, 0], [VALUE_CHANGED => '/vol'],
        [LIFECYCLE => '/vol', Sys::Virt::Secret::EVENT_UNDEFINED, 0]], 'events: all of its life');
    $events->end;
    return;
}

sub nodedev {
    my ($conn) = @_;
    my ($lo) = grep { /^net_lo_/ } map { $_->get_name } $conn->list_all_node_devices;
    ok(defined $lo, 'list: the loop is there') or return;
    like($conn->get_node_device_by_name($lo)->get_xml_description, qr{<capability type='net'>\s*<interface>lo</interface>}, 'its XML');
    return;
}

sub nwfilter {
    my ($conn) = @_;
    my $filter = $conn->define_nwfilter("<filter name='web'><rule action='accept' direction='in'><tcp dstportstart='80'/></rule></filter>");
    is(names($conn->list_all_nwfilters), 'web', 'list: it is there');
    like($filter->get_xml_description, qr/<tcp dstportstart='80'/, 'its XML');
    $filter->undefine;
    is(names($conn->list_all_nwfilters), '', 'undefine: it is gone');
    return;
}

sub interface {
    my ($conn) = @_;
    like(names($conn->list_all_interfaces), qr/\blo\b/, 'list: the loop is there');
    is($conn->get_interface_by_name('lo')->get_mac, '00:00:00:00:00:00', 'its address');
    return;
}

1;
