# Who a domain is and how it is, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my %dom  = map { $_->get_name => $_ } $conn->list_all_domains;
my ($busy, $held, $idle, $dead, $brief) = @dom{qw(busy held idle dead brief)};

subtest 'names' => sub {
    is($busy->get_name, 'busy', 'get_name: busy');
    is($busy->get_uuid_string, '11111111-1111-4111-8111-111111111111', 'get_uuid_string: 11111111-1111-4111-8111-111111111111');
    is(unpack('H*', $busy->get_uuid), '11111111111141118111111111111111', 'get_uuid: 11111111111141118111111111111111');
    cmp_ok($busy->get_id, '>', 0, 'get_id of one that runs');
    is($idle->get_id, -1, 'get_id of one that does not');
    is($busy->get_os_type, 'linux', 'get_os_type: for the test driver all are');
};

subtest 'rename' => sub {
    is_deeply([$idle->rename('other')], [], 'rename gives nothing');
    is($idle->get_name, 'idle', 'rename: the object keeps the old name with a driver in this process');
    is($conn->get_domain_by_name('other')->get_uuid_string, $idle->get_uuid_string, 'rename: the domain is found by its new name');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { $conn->get_domain_by_name('idle') }, 'rename: the domain is not found by its old name');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $busy->rename('other') }, 'rename while it runs');
    $conn->get_domain_by_name('other')->rename('idle', 0);
    is($conn->get_domain_by_name('idle')->get_name, 'idle', 'rename with flags');
};

subtest 'state' => sub {
    is_deeply([map { $_->is_active } $busy, $idle], [1, 0], 'is_active: 1 for a running domain, 0 for another');
    is_deeply([map { $_->is_persistent } $busy, $brief], [1, 0], 'is_persistent: 1 for a defined domain, 0 for a transient one');
    is($busy->is_updated, 0, 'is_updated: 0');
    is_deeply([$busy->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_UNKNOWN], 'get_state: running, for no known reason');
    is_deeply([map { ($_->get_state)[0] } $held, $idle, $dead],
        [Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_CRASHED],
        'get_state: of domains that do not run');
    $held->resume;
    is(scalar $held->get_state, Sys::Virt::Domain::STATE_RUNNING_UNPAUSED, 'get_state in scalar context is the reason');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->get_state(1 << 30) }, 'get_state with an unknown flag', qr/0x40000000/);

    my $info = $busy->get_info;
    is_deeply([sort keys %$info], [qw(cpuTime maxMem memory nrVirtCpu state)], 'get_info: the keys');
    delete $info->{cpuTime};
    is_deeply($info, { state => Sys::Virt::Domain::STATE_RUNNING, maxMem => 1048576, memory => 524288, nrVirtCpu => 2 }, 'get_info: the values of a running domain');
    is($idle->get_info->{state}, Sys::Virt::Domain::STATE_SHUTOFF, 'get_info of one that does not run');
};

subtest 'control channel' => sub {
    driver_since '7.6.0';
    is_deeply($busy->get_control_info, { state => Sys::Virt::Domain::CONTROL_OK, details => 0, stateTime => 0 }, 'get_control_info: the channel is ready');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->get_control_info(0) }, 'get_control_info of one that does not run');
};

subtest 'messages' => sub {
    driver_since '7.6.0';
    is_deeply([$busy->get_messages], [], 'get_messages: none');
    is_deeply([$busy->get_messages(Sys::Virt::Domain::MESSAGE_TAINTING)], [], 'get_messages of one kind');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->get_messages(1 << 30) }, 'get_messages of an unknown kind');
};

subtest 'autostart' => sub {
    is($busy->get_autostart, 0, 'get_autostart: 0');
    is_deeply([$busy->set_autostart(1)], [], 'set_autostart gives nothing');
    is($busy->get_autostart, 1, 'get_autostart of what was set');
    $busy->set_autostart(0);
    is($busy->get_autostart, 0, 'set_autostart: get_autostart shows it off again');
    unsupported($busy, 'get_autostart_once', [], 'virDomainGetAutostartOnce');
    unsupported($busy, 'set_autostart_once', [1], 'virDomainSetAutostartOnce');
};

done_testing;
