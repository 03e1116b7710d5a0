# Starting and stopping, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my ($conn, $busy, $idle);

# Each subtest starts from the same state.
sub fresh {
    $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
    ($busy, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);
    return;
}

# What an action gives, and the state behind it.
sub becomes {
    my ($object, $state, $reason, $method, @arguments) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my @gives = $object->$method(@arguments);
    is_deeply([\@gives, $object->get_state], [[], $state, $reason], "$method(@arguments): gives nothing and changes the state");
    return;
}

my $flags = 1 << 30;
my $unknown = sub { my $function = shift; qr/unsupported flags \(0x40000000\) in function \w*$function/ };

subtest 'starting' => sub {
    fresh();
    becomes($idle, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_BOOTED, 'create');
    cmp_ok($idle->get_id, '>', 0, 'create: the domain has an id above 0');
    fails(undef, sub { $idle->create }, 'create of one that runs', qr/already running/);
    $idle->destroy;
    becomes($idle, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_BOOTED, 'create', 0);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $idle->create($flags) }, 'create with flags', $unknown->('DomainCreateWithFlags'));
};

subtest 'starting with files' => sub {
    fresh();
    open my $null, '<', '/dev/null' or die "/dev/null: $!";
    my $lived = eval { $idle->create_with_files([fileno $null]); 1 };
    ok($lived ? $idle->is_active : $@->code == Sys::Virt::Error::ERR_NO_SUPPORT, 'create_with_files: the domain runs, or the driver has it not');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $idle->create_with_files(['file']) }, 'create_with_files, no descriptor',
        qr/'fdssv', element 0: is 'file', not an integer/);
    unsupported($busy, 'fd_associate', ['name', [fileno $null]], 'virDomainFDAssociate');
};

subtest 'stopping' => sub {
    fresh();
    becomes($busy, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_DESTROYED, 'destroy');
    is($busy->get_id, -1, 'destroy: the id is -1');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $busy->destroy }, 'destroy of one that does not run', qr/not running/);
    $busy->create;
    becomes($busy, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_DESTROYED,
        'destroy', Sys::Virt::Domain::DESTROY_GRACEFUL);
    $busy->create;
    becomes($busy, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SHUTDOWN, 'shutdown');
    $busy->create;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->shutdown($flags) }, 'shutdown with flags', $unknown->('DomainShutdownFlags'));
    my $brief = $conn->get_domain_by_name('brief');
    $brief->destroy;
    fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { $conn->get_domain_by_name('brief') }, 'destroy: a transient domain is gone');
};

subtest 'pausing' => sub {
    fresh();
    becomes($busy, Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_USER, 'suspend');
    becomes($busy, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_UNPAUSED, 'resume');
    fails(undef, sub { $idle->suspend }, 'suspend of one that does not run', qr/not running/);
    fails(undef, sub { $idle->resume }, 'resume of one that does not run', qr/not (?:paused|running)/);
    unsupported($busy, 'pm_suspend_for_duration', [Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0], 'virDomainPMSuspendForDuration');
    unsupported($busy, 'pm_wakeup', [], 'virDomainPMWakeup');
};

subtest 'restarting' => sub {
    fresh();
    is_deeply([$busy->reboot(Sys::Virt::Domain::REBOOT_DEFAULT)], [], 'reboot gives nothing');
    is(($busy->get_state)[0], Sys::Virt::Domain::STATE_RUNNING, 'resume: the state is RUNNING');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->reboot }, 'reboot of one that does not run');
    is_deeply([$busy->reset], [], 'reset gives nothing');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->reset($flags) }, 'reset with flags', $unknown->('DomainReset'));
    is_deeply([$busy->inject_nmi], [], 'inject_nmi gives nothing');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->inject_nmi($flags) }, 'inject_nmi with flags', $unknown->('DomainInjectNMI'));
};

subtest 'signals' => sub {
    fresh();
    is_deeply([$busy->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_TERM)], [], 'send_process_signal gives nothing');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $busy->send_process_signal(-1, Sys::Virt::Domain::PROCESS_SIGNAL_TERM) },
        'send_process_signal to others', qr/pid 1/);
};

subtest 'what follows an end' => sub {
    fresh();
    $busy->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_CRASH, Sys::Virt::Domain::LIFECYCLE_ACTION_PRESERVE);
    like($busy->get_xml_description, qr{<on_crash>preserve</on_crash>}, 'set_lifecycle_action: the XML has the new action');
    $busy->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_REBOOT, Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY,
        Sys::Virt::Domain::AFFECT_CONFIG);
    like($busy->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr{<on_reboot>destroy</on_reboot>}, 'set_lifecycle_action: the configuration has the new action');
    unlike($busy->get_xml_description, qr{<on_reboot>destroy</on_reboot>}, 'set_lifecycle_action: the running domain keeps its action');
};

subtest 'forgetting' => sub {
    fresh();
    is_deeply([$idle->undefine], [], 'undefine gives nothing');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { $idle->create }, 'undefine: the domain is gone');
    is($idle->get_name, 'idle', 'undefine: the object still knows its name');
    $busy->undefine;
    is_deeply([$busy->is_active, $busy->is_persistent], [1, 0], 'undefine of one that runs makes it transient');
    my $kept = $conn->get_domain_by_name('kept');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $kept->undefine }, 'undefine of a saved one', qr/managed save/);
    is_deeply([$kept->undefine(Sys::Virt::Domain::UNDEFINE_MANAGED_SAVE)], [], 'undefine with flags');
};

done_testing;
