use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Events of QEMU and of libvirtd's other drivers.

Sys::Virt::Event::register_default();

qemu();
my $dom = $bed->boot('event', more => '<uuid>' . uuid(1) . '</uuid>',
    devices => $bed->disk($bed->image('b.qcow2', '4M'), 'vdb') . "<memballoon model='virtio'/>");

# Does a piece of work, and shows what the callback was given, the first $count times.
sub caught {
    my ($kind, $object, $event, $count, $work) = @_;
    my ($package, $prefix) = @$kind;
    my ($register, $deregister) = ("${prefix}_register_any", "${prefix}_deregister_any");
    my @caught;
    my $id = $conn->$register($object, $package->$event, sub {
        push @caught, [@_] if @caught < $count;
        return;
    });
    my $outcome = attempt { $work->(); return };
    run_loop(sub { @caught >= $count }, 15);
    return $outcome, \@caught, attempt { $conn->$deregister($id) };
}

my $domain = ['Sys::Virt::Domain', 'domain_event'];

for my $event (constants('Sys::Virt::Domain', 'EVENT_ID')) {
    step "domain_event_register_any $event", sub {
        my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain->$event, sub { });
        $id >= 0 ? 'a number' : $id, attempt { $conn->domain_event_deregister_any($id) };
    };
}
step 'set_keep_alive', sub { attempt { $conn->set_keep_alive(5, 3) }, attempt { $conn->set_keep_alive(-1, 0) } };
step 'lifecycle', sub {
    caught($domain, $dom, 'EVENT_ID_LIFECYCLE', 2, sub { $dom->suspend; $dom->resume });
};
step 'reboot', sub { caught($domain, $dom, 'EVENT_ID_REBOOT', 1, sub { $dom->reset }) };
step 'metadata', sub {
    caught($domain, $dom, 'EVENT_ID_METADATA_CHANGE', 2, sub {
        $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'New');
        $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, '<x/>', 'k', 'urn:x');
    });
};
step 'tunable', sub {
    caught($domain, $dom, 'EVENT_ID_TUNABLE', 1, sub {
        $dom->set_block_iotune('vdb', {
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 1000000,
            Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME => 'slow',
        });
    });
};
step 'block job', sub {
    my $copy = "<disk type='file'><source file='" . $bed->dir . "/copy.qcow2'/><driver type='qcow2'/></disk>";
    caught($domain, $dom, 'EVENT_ID_BLOCK_JOB', 1, sub {
        $dom->block_copy('vdb', $copy, {}, Sys::Virt::Domain::BLOCK_COPY_TRANSIENT_JOB);
    });
};
step 'block job by target', sub {
    caught($domain, $dom, 'EVENT_ID_BLOCK_JOB_2', 1, sub { $dom->abort_block_job('vdb') });
};
step 'device added', sub {
    my $disk = $bed->disk($bed->image('c.qcow2', '4M'), 'vdc', more => '<alias name="ua-c"/>');
    caught($domain, $dom, 'EVENT_ID_DEVICE_ADDED', 1, sub { $dom->attach_device($disk) });
};
step 'job completed', sub {
    my (undef, $caught) = caught($domain, $dom, 'EVENT_ID_JOB_COMPLETED', 1, sub { $dom->managed_save });
    my @given = map { @$_ } @$caught;
    my $statistics = pop @given;
    # A save that takes next to no time has no bandwidth.
    @given, [grep { $_ ne 'memory_bps' } sort keys %$statistics];
};
step 'lifecycle, from saved to started', sub {
    caught($domain, $dom, 'EVENT_ID_LIFECYCLE', 2, sub { $dom->create });
};
step 'two callbacks for one event', sub {
    my @ids = map { attempt { $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { }) } } 1, 2;
    for my $id (map { $_->{gives} ? $_->{gives}[0] : () } @ids) { $conn->domain_event_deregister_any($id) }
    map { $_->{gives} ? 'a number' : $_ } @ids;
};
step 'domain_event_register', sub {
    my @caught;
    $conn->domain_event_register(sub { push @caught, [@_] if $_[1]->get_name eq $bed->name('event'); return });
    $dom->suspend;
    run_loop(sub { @caught }, 15);
    \@caught, attempt { $conn->domain_event_deregister };
};
step 'a callback that dies', sub {
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { die "enough\n" });
    $dom->resume;
    my $outcome = attempt { run_loop(undef, 5) };
    $outcome, attempt { $conn->domain_event_deregister_any($id) };
};

step 'a network', sub {
    my $bridge = "svt$$";
    hide($bridge, '<bridge>');
    my $net = $conn->define_network('<network><name>' . $bed->name('net') . '</name><uuid>' . uuid(2)
        . "</uuid><bridge name='$bridge'/></network>");
    caught(['Sys::Virt::Network', 'network_event'], $net, 'EVENT_ID_LIFECYCLE', 3, sub { $net->create; $net->destroy; $net->undefine });
};
step 'a pool', sub {
    mkdir $bed->dir . '/pool';
    my $pool = $conn->define_storage_pool("<pool type='dir'><name>" . $bed->name('pool') . '</name><uuid>' . uuid(3)
        . '</uuid><target><path>' . $bed->dir . '/pool</path></target></pool>');
    my @kind = ['Sys::Virt::StoragePool', 'storage_pool_event'];
    caught(@kind, $pool, 'EVENT_ID_LIFECYCLE', 1, sub { $pool->create }),
        caught(@kind, $pool, 'EVENT_ID_REFRESH', 1, sub { $pool->refresh }),
        caught(@kind, $pool, 'EVENT_ID_LIFECYCLE', 2, sub { $pool->destroy; $pool->undefine });
};
step 'a secret', sub {
    my $secret = $conn->define_secret("<secret><uuid>" . uuid(4) . "</uuid><usage type='ceph'><name>" . $bed->name('secret') . '</name></usage></secret>');
    my @kind = ['Sys::Virt::Secret', 'secret_event'];
    caught(@kind, $secret, 'EVENT_ID_VALUE_CHANGED', 1, sub { $secret->set_value('x') }),
        caught(@kind, $secret, 'EVENT_ID_LIFECYCLE', 1, sub { $secret->undefine });
};
step 'a device', sub {
    my $dev = $conn->get_node_device_by_name('computer');
    map {
        my $event = $_;
        my $id = $conn->node_device_event_register_any($dev, Sys::Virt::NodeDevice->$event, sub { });
        attempt { $conn->node_device_event_deregister_any($id) };
    } qw(EVENT_ID_LIFECYCLE EVENT_ID_UPDATE);
};

# Of a connection that loses its server, and one that is closed in the ordinary way.
step 'close callback', sub {
    my $other = Sys::Virt->new(uri => 'qemu:///system');
    attempt { $other->register_close_callback(sub { observe('closed', $_[1]); return }) },
        attempt { $other->unregister_close_callback }, attempt { $other->unregister_close_callback };
};
