use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# An inactive domain: its XML and its devices.

qemu();
my $package = 'Sys::Virt::Domain';

my $uuid = uuid(1);
my $net = "<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>";
my $xml = $bed->xml('config',
    more => "<uuid>$uuid</uuid><iothreads>1</iothreads>",
    vcpu => "<vcpu current='1'>2</vcpu>",
    devices => $bed->disk($bed->image('a.qcow2', '16M'), 'vda') . $net
        . "<graphics type='vnc' port='5999' passwd='secret'/>");

forms 'define_domain', sub { $conn->define_domain($xml, @flags) }, $package, 'DEFINE';
my $dom = $conn->define_domain($xml);

case $_, getter($_) for qw(get_name get_uuid get_uuid_string get_id get_os_type get_info get_state
    is_active is_persistent is_updated get_autostart get_max_memory get_max_vcpus
    get_scheduler_type get_security_label has_current_snapshot has_managed_save_image);

sub getter {
    my ($method) = @_;
    return sub { $dom->$method };
}

forms 'get_xml_description', sub { $dom->get_xml_description(@flags) }, $package, 'XML';
forms 'get_security_label_list', sub { $dom->get_security_label_list };
step 'set_autostart', sub { attempt { $dom->set_autostart(1) }, $dom->get_autostart };
step 'set_autostart off', sub { attempt { $dom->set_autostart(0) }, $dom->get_autostart };
forms 'get_vcpus', sub { $dom->get_vcpus(@flags) }, $package, qw(VCPU_CURRENT VCPU_LIVE VCPU_CONFIG VCPU_MAXIMUM VCPU_GUEST VCPU_HOTPLUGGABLE);
step 'set_vcpus', sub {
    attempt { $dom->set_vcpus(2, Sys::Virt::Domain::VCPU_CONFIG) }, $dom->get_vcpus(Sys::Virt::Domain::VCPU_CONFIG);
};
step 'set_max_memory', sub { attempt { $dom->set_max_memory(131072) }, $dom->get_info };
step 'set_memory', sub {
    attempt { $dom->set_memory(65536, Sys::Virt::Domain::MEM_CONFIG) }, $dom->get_info;
};
step 'set_vcpu', sub { attempt { $dom->set_vcpu('1', 0, Sys::Virt::Domain::AFFECT_CONFIG) } };
forms 'set_metadata', sub {
    attempt { $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, '<tag>red</tag>', 'app', 'urn:app', @flags) },
        attempt { $dom->get_metadata(Sys::Virt::Domain::METADATA_ELEMENT, 'urn:app') };
}, $package, 'AFFECT';
step 'rename', sub {
    attempt { $dom->rename($bed->name('renamed')) }, $dom->get_name,
        attempt { $dom->rename($bed->name('config')) };
};

my $disk = $bed->disk($bed->image('b.qcow2', '16M'), 'vdb');
forms 'attach_device', sub { $dom->attach_device($disk, @flags) }, $package, 'DEVICE_MODIFY';
step 'attach_device, broken XML', sub { $dom->attach_device('<disk') };
step 'attach_device, an unknown device', sub { $dom->attach_device('<gadget/>') };
forms 'update_device', sub { $dom->update_device($disk, @flags) }, $package, 'DEVICE_MODIFY';
forms 'detach_device', sub { $dom->detach_device($disk, @flags) }, $package, 'DEVICE_MODIFY';
forms 'detach_device_alias', sub { $dom->detach_device_alias('ua-none', @flags) }, $package, 'DEVICE_MODIFY';
step 'the XML after that', sub { $dom->get_xml_description };

for my $group (qw(scheduler memory blkio numa)) {
    my ($get, $set) = ("get_${group}_parameters", "set_${group}_parameters");
    forms $get, sub { $dom->$get(@flags) }, $package, 'AFFECT';
    forms $set, sub { $dom->$set(scalar $dom->$get, @flags) }, $package, 'AFFECT';
    step "$set, an unknown key", sub { $dom->$set({ no_such_key => 1 }, Sys::Virt::Domain::AFFECT_CONFIG) };
}
my $iotune = {
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC => 1000000,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_IOPS_SEC => 300,
    Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME => 'slow',
};
forms 'set_block_iotune', sub { $dom->set_block_iotune('vda', $iotune, @flags) }, $package, 'AFFECT';
forms 'get_block_iotune', sub { $dom->get_block_iotune('vda', @flags) }, $package, 'AFFECT';
forms 'get_perf_events', sub { $dom->get_perf_events(@flags) }, $package, 'AFFECT';
step 'set_perf_events', sub {
    $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_PAGE_FAULTS => 1 }, Sys::Virt::Domain::AFFECT_CONFIG);
};
forms 'get_iothread_info', sub { $dom->get_iothread_info(@flags) }, $package, 'AFFECT';
step 'add_iothread', sub {
    attempt { $dom->add_iothread(3, Sys::Virt::Domain::AFFECT_CONFIG) },
        $dom->get_iothread_info(Sys::Virt::Domain::AFFECT_CONFIG);
};
step 'pin_iothread', sub {
    attempt { $dom->pin_iothread(3, "\x01", Sys::Virt::Domain::AFFECT_CONFIG) },
        $dom->get_iothread_info(Sys::Virt::Domain::AFFECT_CONFIG);
};
step 'del_iothread', sub { $dom->del_iothread(3, Sys::Virt::Domain::AFFECT_CONFIG) };
step 'pin_vcpu', sub {
    attempt { $dom->pin_vcpu(0, "\x02", Sys::Virt::Domain::AFFECT_CONFIG) },
        $dom->get_vcpu_info(Sys::Virt::Domain::AFFECT_CONFIG);
};
step 'pin_emulator', sub {
    attempt { $dom->pin_emulator("\x02", Sys::Virt::Domain::AFFECT_CONFIG) },
        $dom->get_emulator_pin_info(Sys::Virt::Domain::AFFECT_CONFIG);
};
step 'set_lifecycle_action', sub {
    $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_REBOOT,
        Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY, Sys::Virt::Domain::AFFECT_CONFIG);
};
step 'get_block_info', sub { $dom->get_block_info('vda') };
step 'get_messages', sub { $dom->get_messages };
for my $method (qw(shutdown reboot reset suspend resume destroy managed_save abort_job get_job_stats
    get_control_info get_disk_errors memory_stats get_time get_hostname get_fs_info pm_wakeup
    inject_nmi open_graphics_fd get_guest_vcpus get_emulator_pin_info get_vcpu_info))
{
    my @arguments = $method eq 'open_graphics_fd' ? 0 : ();
    step "$method of an inactive domain", sub { $dom->$method(@arguments) };
}
step 'undefine', sub { attempt { $dom->undefine }, attempt { $conn->get_domain_by_uuid($uuid) } };
step 'after undefine', sub { attempt { $dom->get_name }, attempt { $dom->create } };
