# Functions newer than libvirt 7.0, the oldest that the module is for: those that the installed
# libvirt has are called, the others fail with an error that names the release they came with.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Error;
use Sys::Virt::Network;
use Sys::Virt::NWFilter;
use Test::More;
use Test::SysVirt::English;

my $conn = Sys::Virt->new(uri => 'test:///default');
my $installed = Sys::Virt::get_version();
my $dom = $conn->get_domain_by_name('test');
my ($net) = $conn->list_networks;
my ($dev) = $conn->list_node_devices(undef);

sub network { "<network><name>$_[0]</name><ip address='10.77.0.1' netmask='255.255.255.0'/></network>" }

# Each function, its release, a call that needs it, and the code of what libvirt may answer.
my @since = (
    [virDomainGetMessages => '7.1.0', sub { $dom->get_messages }],
    [virDomainStartDirtyRateCalc => '7.2.0', sub { $dom->start_dirty_rate_calc(1) }],
    [virNodeDeviceCreate => '7.3.0', sub { $dev->create }],
    [virNodeDeviceDefineXML => '7.3.0', sub { $conn->define_node_device('<device/>') }],
    [virNodeDeviceUndefine => '7.3.0', sub { $dev->undefine }],
    [virNetworkDefineXMLFlags => '7.7.0',
        sub { $conn->define_network(network('defined'), Sys::Virt::Network::DEFINE_VALIDATE)->get_name }],
    [virNWFilterDefineXMLFlags => '7.7.0',
        sub { $conn->define_nwfilter("<filter name='f'/>", Sys::Virt::NWFilter::DEFINE_VALIDATE) }],
    [virNetworkCreateXMLFlags => '7.8.0',
        sub { $conn->create_network(network('created'), Sys::Virt::Network::CREATE_VALIDATE)->get_name }],
    [virNodeDeviceGetAutostart => '7.8.0', sub { $dev->get_autostart }],
    [virNodeDeviceIsActive => '7.8.0', sub { $dev->is_active }],
    [virNodeDeviceIsPersistent => '7.8.0', sub { $dev->is_persistent }],
    [virNodeDeviceSetAutostart => '7.8.0', sub { $dev->set_autostart(1) }],
    [virDomainSetLaunchSecurityState => '8.0.0', sub { $dom->set_launch_security_state({ Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET => 'c2VjcmV0' }) }],
    [virDomainRestoreParams => '8.4.0', sub { $conn->restore_domain(undef, undef, {}) }],
    [virDomainSaveParams => '8.4.0', sub { $dom->save(undef, undef, {}) }],
    [virDomainAbortJobFlags => '8.5.0', sub { $dom->abort_job(Sys::Virt::Domain::DOMAIN_ABORT_JOB_POSTCOPY) }],
    [virDomainFDAssociate => '9.0.0', sub { $dom->fd_associate('disk', [0]) }],
    [virNetworkGetMetadata => '9.7.0', sub { $net->get_metadata(Sys::Virt::Network::METADATA_TITLE) },
        Sys::Virt::Error::ERR_NO_NETWORK_METADATA],
    [virNetworkSetMetadata => '9.7.0', sub { $net->set_metadata(Sys::Virt::Network::METADATA_TITLE, 'title') }],
    [virNodeDeviceUpdate => '10.1.0', sub { $dev->update('<device/>') }],
    [virDomainGraphicsReload => '10.2.0', sub { $dom->graphics_reload(Sys::Virt::Domain::GRAPHICS_RELOAD_TYPE_VNC) }],
    [virDomainDelThrottleGroup => '11.2.0', sub { $dom->del_throttle_group('group') }],
    [virDomainGetAutostartOnce => '11.2.0', sub { $dom->get_autostart_once }],
    [virDomainSetAutostartOnce => '11.2.0', sub { $dom->set_autostart_once(1) }],
    [virDomainSetThrottleGroup => '11.2.0', sub { $dom->set_throttle_group('group', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 1000 }) }],
    [virDomainAnnounceInterface => '12.5.0', sub { $dom->announce_interface }],
);

for my $case (@since) {
    my ($function, $release, $call, $code) = @$case;
    my $returned = eval { $call->(); 1 };
    my $error = $@;
    my ($major, $minor) = split /\./, $release;
    if ($installed < $major * 1_000_000 + $minor * 1_000) {
        is ref $error, 'Sys::Virt::Error', "$function is not there before $release";
        is $error->code, Sys::Virt::Error::ERR_NO_SUPPORT, 'and the code says so';
        is $error->message, "this function is not supported by this libvirt: $function came with libvirt $release",
            'and the message says since when it is';
    }
    else {
        # libvirt answers, if only that its test driver lacks the function.
        ok $returned || $error->message eq "this function is not supported by the connection driver: $function"
            || $code && $error->code == $code, "$function is there since $release" or diag $error;
    }
}

SKIP: {
    my $source = "$FindBin::Bin/../src/ffi/since.rs";
    open my $fh, '<', $source or skip 'the source is not there', 1;
    my @known = map { /^ *"([\d.]+)" (\w+)\(/ ? "$2 $1" : () } <$fh>;
    is_deeply [map { "$_->[0] $_->[1]" } @since], \@known, 'these are all functions that the module looks up';
}

done_testing;
