use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# A guest with an agent.

use Test::SysVirt::Guest;

qemu(180);
my $package = 'Sys::Virt::Domain';

my $mute = $conn->define_domain($bed->xml('mute', more => '<uuid>' . uuid(2) . '</uuid>'));
$mute->create;
my %calls = (
    get_hostname => [Sys::Virt::Domain::GET_HOSTNAME_AGENT], get_time => [], set_time => [1000000000, 0],
    get_fs_info => [], fs_freeze => [[]], fs_thaw => [[]], fs_trim => [undef, 0],
    get_guest_info => [0], get_guest_vcpus => [], set_guest_vcpus => ['0', 1],
    set_user_password => ['root', 'x'], authorized_ssh_keys_get => ['root'],
    authorized_ssh_keys_set => ['root', []], set_agent_response_timeout => [5],
    get_interface_addresses => [Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_AGENT],
);
for my $method (sort keys %calls) {
    case "$method without an agent", sub { $mute->$method(@{ $calls{$method} }) };
}
step 'destroy the guest without an agent', sub { $mute->destroy };

my $scratch = $bed->image('scratch.img', '16M');
my $dom = Test::SysVirt::Guest->boot($bed, 'agent', more => '<uuid>' . uuid(1) . '</uuid>', vcpu => '<vcpu>2</vcpu>',
    devices => $bed->disk($scratch, 'vda', more => '<serial>scratch</serial>'));

# The last address that the guest's network card gets.
$bed->wait_for(sub {
    grep { $_->{addr} =~ /^fec0:/ } map { @{ $_->{addrs} || [] } }
        $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_AGENT);
});

forms 'get_hostname', sub { $dom->get_hostname(@flags) }, $package, 'GET_HOSTNAME';
case 'get_time', sub {
    my $time = $dom->get_time;
    ref $time, ref $time eq 'ARRAY' ? scalar @$time : sort keys %$time;
};
case 'get_time as a list', sub { scalar(my @time = $dom->get_time) };
forms 'set_time', sub { $dom->set_time(1000000000, 5, @flags) }, $package, 'TIME';
forms 'get_fs_info', sub { $dom->get_fs_info(@flags) };
forms 'get_guest_info', sub { $dom->get_guest_info(0, @flags) };
for my $type (constants($package, 'GUEST_INFO')) {
    case "get_guest_info $type", sub { $dom->get_guest_info($package->$type) };
}
case 'get_guest_info, unknown type', sub { $dom->get_guest_info(1 << 30) };
for my $source (constants($package, 'INTERFACE_ADDRESSES_SRC')) {
    case "get_interface_addresses $source", sub { $dom->get_interface_addresses($package->$source) };
}
forms 'get_interface_addresses', sub {
    $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_AGENT, @flags);
};
forms 'get_guest_vcpus', sub { $dom->get_guest_vcpus(@flags) };
case 'set_guest_vcpus off and on', sub {
    attempt { $dom->set_guest_vcpus('1', 0) }, $dom->get_guest_vcpus, attempt { $dom->set_guest_vcpus('1', 1) };
};
case 'set_guest_vcpus, no such vcpu', sub { $dom->set_guest_vcpus('9', 0) };
case 'get_vcpus of the guest', sub { $dom->get_vcpus(Sys::Virt::Domain::VCPU_GUEST) };
forms 'authorized_ssh_keys_get', sub { $dom->authorized_ssh_keys_get('root', @flags) };
forms 'authorized_ssh_keys_set', sub {
    attempt { $dom->authorized_ssh_keys_set('root', ['ssh-rsa AAAA one', 'ssh-rsa BBBB two'], @flags) },
        attempt { $dom->authorized_ssh_keys_get('root') };
}, $package, 'AUTHORIZED_SSH_KEYS_SET';
case 'authorized_ssh_keys_get, no such user', sub { $dom->authorized_ssh_keys_get('nobody-at-all') };
forms 'set_user_password', sub { $dom->set_user_password('tester', 'secret', @flags) }, $package, 'PASSWORD';
case 'set_user_password, no such user', sub { my $outcome = attempt { $dom->set_user_password('none', 'x') }; ref $outcome->{dies} };
forms 'set_agent_response_timeout', sub { $dom->set_agent_response_timeout(10, @flags) };
for my $timeout (qw(BLOCK NOWAIT DEFAULT)) {
    my $constant = "AGENT_RESPONSE_TIMEOUT_$timeout";
    step "set_agent_response_timeout $timeout", sub { $dom->set_agent_response_timeout($package->$constant) };
}
forms 'fs_trim', sub { $dom->fs_trim(undef, 0, @flags) };
case 'fs_trim of one', sub { $dom->fs_trim('/mnt', 0) };
step 'fs_freeze', sub { attempt { $dom->fs_freeze(['/mnt']) }, attempt { $dom->fs_freeze(['/mnt']) }, attempt { $dom->fs_thaw([]) } };
step 'fs_freeze of all', sub { attempt { $dom->fs_freeze([]) }, attempt { $dom->fs_thaw(['/mnt']) }, attempt { $dom->fs_thaw([]) } };
step 'fs_freeze, no such place', sub { attempt { $dom->fs_freeze(['/none']) }, attempt { $dom->fs_thaw([]) } };
forms 'fs_freeze, flags', sub { my $outcome = attempt { $dom->fs_freeze(['/mnt'], @flags) }; eval { $dom->fs_thaw([]) }; $outcome };
case 'pm_suspend_for_duration', sub { $dom->pm_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_HYBRID, 0) };
