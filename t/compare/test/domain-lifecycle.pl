use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

# The change itself, and what can be seen of it.
sub changes {
    my ($object, $method, @arguments) = @_;
    my $outcome = attempt { $object->$method(@arguments) };
    return $outcome, attempt { $object->get_state }, attempt { $object->get_id };
}

forms 'create', sub { changes($idle, 'create', @flags) }, $package, 'START';
forms 'create_with_files', sub { changes($idle, 'create_with_files', [], @flags) }, $package, 'START';
forms 'destroy', sub { changes($dom, 'destroy', @flags) }, $package, 'DESTROY';
forms 'shutdown', sub { changes($dom, 'shutdown', @flags) }, $package, 'SHUTDOWN';
forms 'reboot', sub { changes($dom, 'reboot', @flags) }, $package, 'REBOOT';
forms 'reset', sub { changes($dom, 'reset', @flags) };
forms 'undefine', sub { changes($dom, 'undefine', @flags) }, $package, 'UNDEFINE';
forms 'undefine with managed save', sub {
    $conn->get_domain_by_name('kept')->undefine(@flags);
}, $package, 'UNDEFINE';
case 'suspend', sub { changes($dom, 'suspend') };
case 'resume', sub { changes($conn->get_domain_by_name('held'), 'resume') };

my %wrong = (
    create => 'busy', destroy => 'idle', shutdown => 'idle', reboot => 'idle', reset => 'idle',
    suspend => 'idle', resume => 'idle',
);
for my $method (sort keys %wrong) {
    case "$method in the wrong state", sub { $conn->get_domain_by_name($wrong{$method})->$method };
}
case 'suspend while suspended', sub { $conn->get_domain_by_name('held')->suspend };
case 'resume while running', sub { $dom->resume };
case 'resume a crashed domain', sub { $conn->get_domain_by_name('dead')->resume };
case 'create from managed save', sub { changes($conn->get_domain_by_name('kept'), 'create') };
case 'destroy a transient domain', sub { changes($conn->get_domain_by_name('brief'), 'destroy') };
case 'undefine a transient domain', sub { $conn->get_domain_by_name('brief')->undefine };
case 'undefine an inactive domain, used afterwards', sub {
    $idle->undefine;
    $idle->get_name, attempt { $idle->create }, attempt { $conn->get_domain_by_name('idle') };
};
case 'destroy and create again', sub { $dom->destroy; $dom->create; $dom->get_id };
case 'what an action returns', sub { my @list = $dom->suspend; my $scalar = $dom->resume; @list, $scalar };
case 'an action in a condition', sub { $dom->suspend ? 'true' : 'false' };

forms 'abort_job', sub { $dom->abort_job(@flags) };
forms 'core_dump', sub { $dom->core_dump('core', @flags), -s 'core' }, $package, 'DUMP';
case 'core_dump to no directory', sub { $dom->core_dump('none/core') };
case 'core_dump of an inactive domain', sub { $idle->core_dump('core') };
forms 'core_dump_format', sub {
    $dom->core_dump_format('core', Sys::Virt::Domain::CORE_DUMP_FORMAT_RAW, @flags);
}, $package, 'DUMP';
for my $format (constants($package, 'CORE_DUMP_FORMAT')) {
    case "core_dump_format $format", sub { $dom->core_dump_format('core', $package->$format) };
}
case 'core_dump_format unknown', sub { $dom->core_dump_format('core', 99) };

forms 'inject_nmi', sub { $dom->inject_nmi(@flags) };
forms 'pm_suspend_for_duration', sub {
    changes($dom, 'pm_suspend_for_duration', Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0, @flags);
};
forms 'pm_wakeup', sub { changes($dom, 'pm_wakeup', @flags) };
forms 'send_key', sub { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 10, [30, 48], @flags) };
for my $set (constants($package, 'KEYCODE_SET')) {
    case "send_key $set", sub { $dom->send_key($package->$set, 0, [30]) };
}
case 'send_key, one too many', sub { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 10, [1 .. 17]) };
case 'send_key, none', sub { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 10, []) };
case 'send_key, no array', sub { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 10, undef) };
forms 'send_process_signal', sub {
    $dom->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_TERM, @flags);
};
case 'send_process_signal, pid as text', sub {
    $dom->send_process_signal('-1', Sys::Virt::Domain::PROCESS_SIGNAL_KILL);
};
forms 'set_lifecycle_action', sub {
    attempt { $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_CRASH,
        Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY, @flags) }, $dom->get_xml_description;
}, $package, 'AFFECT';
for my $action (constants($package, 'LIFECYCLE_ACTION')) {
    case "set_lifecycle_action $action", sub {
        $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_POWEROFF, $package->$action);
    };
}
case 'set_lifecycle_action unknown', sub { $dom->set_lifecycle_action(99, 0) };
forms 'set_launch_security_state', sub {
    $dom->set_launch_security_state(
        { Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET => 'c2VjcmV0' }, @flags);
};
