use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# A running domain, without an agent.

qemu();
my $package = 'Sys::Virt::Domain';

$bed->image('b.qcow2', '16M');
my $dom = $bed->boot('running',
    more => '<uuid>' . uuid(1) . '</uuid><iothreads>1</iothreads>',
    vcpu => "<vcpu current='1'>2</vcpu>",
    devices => $bed->disk($bed->dir . '/b.qcow2', 'vdb')
        . "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>"
        . "<graphics type='vnc' socket='" . $bed->dir . "/vnc'/>"
        . "<channel type='pty'><target type='virtio' name='org.example.0'/></channel>"
        . "<memballoon model='virtio'/>");

sub names { my ($hash) = @_; return ref $hash ? [sort keys %$hash] : $hash }

case $_, getter($_) for qw(get_name get_uuid_string get_os_type is_active is_persistent is_updated
    get_max_memory get_max_vcpus get_scheduler_type get_security_label get_security_label_list
    get_job_info has_managed_save_image);

sub getter {
    my ($method) = @_;
    return sub { $dom->$method };
}

case 'get_info', sub { $dom->get_info };
case 'get_id', sub { $dom->get_id > 0 ? 'some number' : 'none' };
forms 'get_state', sub { $dom->get_state(@flags) };
forms 'get_control_info', sub { $dom->get_control_info(@flags) };
forms 'get_job_stats', sub { $dom->get_job_stats(@flags) }, $package, 'JOB_STATS';
forms 'get_xml_description', sub { $dom->get_xml_description(@flags) }, $package, 'XML';
forms 'get_messages', sub { $dom->get_messages(@flags) }, $package, 'MESSAGE';

forms 'memory_stats', sub { names($dom->memory_stats(@flags)) };
forms 'set_memory_stats_period', sub { $dom->set_memory_stats_period(1, @flags) }, $package, 'MEM';
forms 'set_memory', sub { $dom->set_memory(65536, @flags) }, $package, 'MEM';
forms 'memory_peek', sub { $dom->memory_peek(0x7dfe, 2, @flags) }, $package, qw(MEMORY_VIRTUAL MEMORY_PHYSICAL);
case 'memory_peek, more bytes', sub { unpack 'H*', $dom->memory_peek(0x7c00, 16, Sys::Virt::Domain::MEMORY_PHYSICAL) };
forms 'block_peek', sub { $dom->block_peek('vda', 510, 2, @flags) };
case 'block_peek, more bytes', sub { unpack 'H*', $dom->block_peek('vda', 0, 16) };
case 'block_peek of no disk', sub { $dom->block_peek('none', 0, 16) };
case 'block_peek by path', sub { $dom->block_peek($bed->dir . '/running.img', 510, 2) };
case 'block_stats', sub { names($dom->block_stats('vda')) };
case 'block_stats of all', sub { names($dom->block_stats('')) };
case 'block_stats of no disk', sub { $dom->block_stats('none') };
case 'interface_stats of no interface', sub { $dom->interface_stats('none') };
forms 'get_block_info', sub { $dom->get_block_info('vdb', @flags) };
forms 'get_disk_errors', sub { $dom->get_disk_errors(@flags) };
forms 'block_resize', sub { $dom->block_resize('vdb', 32768, @flags) }, $package, 'BLOCK_RESIZE';
case 'block_resize as text', sub { $dom->block_resize('vdb', '33554432', Sys::Virt::Domain::BLOCK_RESIZE_BYTES) };
forms 'set_block_threshold', sub { $dom->set_block_threshold('vdb', 4096, @flags) };
case 'set_block_threshold as text', sub { $dom->set_block_threshold('vdb', '8589934592') };
case 'set_block_threshold of no disk', sub { $dom->set_block_threshold('none', 1) };
my $iotune = { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 1000000 };
forms 'set_block_iotune', sub { $dom->set_block_iotune('vda', $iotune, @flags) }, $package, 'AFFECT';
forms 'get_block_iotune', sub { $dom->get_block_iotune('vda', @flags) }, $package, 'AFFECT';
case 'set_block_iotune, live and config', sub {
    $dom->set_block_iotune('vda', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 0 },
        Sys::Virt::Domain::AFFECT_LIVE | Sys::Virt::Domain::AFFECT_CONFIG);
};

sub vcpus { return map { { %$_, cpu => 'some' } } @_ }
forms 'get_vcpu_info', sub { vcpus($dom->get_vcpu_info(@flags)) }, $package, 'AFFECT';
forms 'pin_vcpu', sub { attempt { $dom->pin_vcpu(0, "\x01", @flags) }, vcpus($dom->get_vcpu_info) }, $package, 'AFFECT';
forms 'get_emulator_pin_info', sub { $dom->get_emulator_pin_info(@flags) }, $package, 'AFFECT';
forms 'pin_emulator', sub { attempt { $dom->pin_emulator("\x01", @flags) }, $dom->get_emulator_pin_info }, $package, 'AFFECT';
forms 'get_vcpus', sub { $dom->get_vcpus(@flags) }, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
forms 'set_vcpus', sub { $dom->set_vcpus(2, @flags) }, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
forms 'set_vcpu', sub { $dom->set_vcpu('1', 1, @flags) }, $package, 'AFFECT';
case 'set_vcpu, a map that is none', sub { $dom->set_vcpu('x', 1) };
forms 'get_guest_vcpus', sub { $dom->get_guest_vcpus(@flags) };
forms 'set_guest_vcpus', sub { $dom->set_guest_vcpus('0', 1, @flags) };
case 'get_cpu_stats of all', sub { names(($dom->get_cpu_stats(-1, 1))[0]) };
forms 'get_iothread_info', sub { $dom->get_iothread_info(@flags) }, $package, 'AFFECT';
step 'add_iothread', sub { attempt { $dom->add_iothread(3) }, $dom->get_iothread_info };
step 'set_iothread', sub {
    $dom->set_iothread(3, {
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_MAX_NS => 1000,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_GROW => 2,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_SHRINK => 3,
        Sys::Virt::Domain::IOTHREAD_PARAM_THREAD_POOL_MIN => 1,
        Sys::Virt::Domain::IOTHREAD_PARAM_THREAD_POOL_MAX => 8,
    });
};
step 'get_all_domain_stats of iothreads', sub {
    $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_IOTHREAD, [$dom]);
};
step 'set_iothread, an unknown key', sub { $dom->set_iothread(3, { no_such_key => 1 }) };
step 'pin_iothread', sub { attempt { $dom->pin_iothread(3, "\x01") }, $dom->get_iothread_info };
step 'del_iothread', sub { attempt { $dom->del_iothread(3) }, $dom->get_iothread_info };
for my $group (qw(scheduler memory blkio numa)) {
    my ($get, $set) = ("get_${group}_parameters", "set_${group}_parameters");
    forms $get, sub { $dom->$get(@flags) }, $package, 'AFFECT';
    case "$set, an unknown key", sub { $dom->$set({ no_such_key => 1 }) };
    step "$set, live and config", sub {
        my $values = $dom->$get(Sys::Virt::Domain::AFFECT_CONFIG);
        $dom->$set($values, Sys::Virt::Domain::AFFECT_LIVE | Sys::Virt::Domain::AFFECT_CONFIG);
    };
}
case 'get_interface_parameters', sub { $dom->get_interface_parameters('52:54:00:00:00:01') };
case 'set_interface_parameters', sub {
    $dom->set_interface_parameters('52:54:00:00:00:01', { Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE => 10 });
};
forms 'get_perf_events', sub { $dom->get_perf_events(@flags) }, $package, 'AFFECT';
case 'set_perf_events', sub { $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_CMT => 1 }) };
for my $kind (grep { /^STATS_[A-Z]+$/ } constants($package, 'STATS')) {
    step "get_all_domain_stats, keys of $kind", sub { map { names($_->{data}) } $conn->get_all_domain_stats($package->$kind, [$dom]) };
}
step 'get_all_domain_stats of vcpu and state', sub {
    map { my $data = $_->{data}; +{ map { $_ => $data->{$_} } grep { /^(state|vcpu\.(current|maximum))/ } keys %$data } }
        $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_STATE | Sys::Virt::Domain::STATS_VCPU, [$dom]);
};

forms 'send_key', sub { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 10, [30], @flags) };
forms 'inject_nmi', sub { $dom->inject_nmi(@flags) };
forms 'send_process_signal', sub { $dom->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_NOP, @flags) };
forms 'pm_suspend_for_duration', sub {
    $dom->pm_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0, @flags);
};
forms 'pm_wakeup', sub { $dom->pm_wakeup(@flags) };
forms 'set_lifecycle_action', sub {
    $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_CRASH, Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY, @flags);
}, $package, 'AFFECT';
forms 'get_launch_security_info', sub { $dom->get_launch_security_info(@flags) };
my $secret = {
    Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET => 'c2VjcmV0',
    Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_HEADER => 'aGVhZGVy',
    Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS => '8589934592',
};
forms 'set_launch_security_state', sub { $dom->set_launch_security_state($secret, @flags) };
case 'set_launch_security_state, nothing', sub { $dom->set_launch_security_state({}) };
case 'set_launch_security_state, an unknown key', sub { $dom->set_launch_security_state({ no_such_key => 1 }) };
forms 'start_dirty_rate_calc', sub { $dom->start_dirty_rate_calc(1, @flags) }, $package, 'DIRTYRATE_MODE';
case 'start_dirty_rate_calc, too long', sub { $dom->start_dirty_rate_calc(100) };
forms 'fd_associate', sub {
    open my $null, '+<', '/dev/null' or die $!;
    $dom->fd_associate('disk', [fileno $null], @flags);
}, $package, 'FD_ASSOCIATE';
case 'fd_associate, two', sub {
    open my $null, '+<', '/dev/null' or die $!;
    $dom->fd_associate('disks', [fileno $null, fileno STDIN]);
};

forms 'open_graphics_fd', sub {
    my $fd = $dom->open_graphics_fd(0, @flags);
    open my $vnc, '+<&=', $fd or die "not a descriptor: $!";
    sysread $vnc, my $banner, 12;
    $banner;
}, $package, 'OPEN_GRAPHICS';
case 'open_graphics_fd, no such display', sub { $dom->open_graphics_fd(7) };
case 'open_graphics', sub {
    require Socket;
    socketpair my $mine, my $theirs, Socket::AF_UNIX(), Socket::SOCK_STREAM(), 0 or die $!;
    my $outcome = attempt { $dom->open_graphics(0, fileno $theirs, Sys::Virt::Domain::OPEN_GRAPHICS_SKIPAUTH) };
    close $theirs;
    sysread $mine, my $banner, 12;
    $outcome, $banner;
};
case 'open_graphics, no descriptor', sub { $dom->open_graphics(0, 9999) };

step 'destroy', sub { attempt { $dom->destroy }, $dom->get_state };
my %start = (
    'no flags' => [], 'undef' => [undef], 'paused' => [Sys::Virt::Domain::START_PAUSED],
    'an unused flag' => [1 << 30],
);
for my $form (sort keys %start) {
    step "create, $form", sub {
        my $outcome = attempt { $dom->create(@{ $start{$form} }) };
        my $state = [$dom->get_state];
        eval { $dom->destroy };
        $outcome, $state;
    };
}
step 'create_with_files', sub {
    open my $null, '+<', '/dev/null' or die $!;
    my $outcome = attempt { $dom->create_with_files([fileno $null], Sys::Virt::Domain::START_PAUSED) };
    my $state = [$dom->get_state];
    eval { $dom->destroy };
    $outcome, $state;
};
step 'create_domain', sub {
    my $xml = $bed->xml('brief', more => '<uuid>' . uuid(2) . '</uuid>');
    my $brief = $conn->create_domain($xml, Sys::Virt::Domain::START_PAUSED);
    [$brief->get_state], $brief->is_persistent, attempt { $brief->resume }, [$brief->get_state],
        attempt { $brief->suspend }, attempt { $brief->reset }, attempt { $brief->reboot },
        attempt { $brief->destroy }, attempt { $brief->get_state };
};
