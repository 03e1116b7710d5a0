use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Events of the test driver, delivered by the default event loop.

Sys::Virt::Event::register_default();

on_node();

sub seen { return sub { observe(map { [$_] } @_); return } }

my %kinds = (
    domain => ['Sys::Virt::Domain', sub { $dom }, 'domain_event'],
    network => ['Sys::Virt::Network', sub { $conn->get_network_by_name('lan') }, 'network_event'],
    storage_pool => ['Sys::Virt::StoragePool', sub { $conn->get_storage_pool_by_name('images') }, 'storage_pool_event'],
    node_device => ['Sys::Virt::NodeDevice', sub { $conn->get_node_device_by_name('computer') }, 'node_device_event'],
    secret => ['Sys::Virt::Secret', sub { undef }, 'secret_event'],
);

for my $kind (sort keys %kinds) {
    my ($package, $object, $prefix) = @{ $kinds{$kind} };
    my ($register, $deregister) = ("${prefix}_register_any", "${prefix}_deregister_any");
    for my $event (constants($package, 'EVENT_ID')) {
        case "$register $event", sub {
            my $id = $conn->$register(undef, $package->$event, seen());
            attempt { $conn->$deregister($id) };
        };
        case "$register $event of one", sub {
            my $id = $conn->$register($object->(), $package->$event, seen());
            attempt { $conn->$deregister($id) };
        };
    }
    case "$register, the number", sub {
        my @numbers = map { $conn->$register(undef, $package->EVENT_ID_LIFECYCLE, seen()) } 1 .. 3;
        $conn->$deregister($_) for @numbers;
        @numbers;
    };
    case "$deregister of nothing", sub { $conn->$deregister(99) };
}

# What a piece of work makes known to each kind of callback.
my %work = (
    'suspend and resume' => sub { $dom->suspend; $dom->resume },
    'destroy and create' => sub { $dom->destroy; $dom->create },
    'shutdown' => sub { $dom->shutdown },
    'reboot' => sub { $dom->reboot },
    'define and undefine' => sub {
        $conn->define_domain("<domain type='test'><name>n</name><uuid>77777777-7777-4777-8777-777777777777</uuid>"
            . '<memory>8192</memory><os><type>hvm</type></os></domain>')->undefine;
    },
    'save and restore' => sub { $dom->save('image'); $conn->restore_domain('image') },
    'metadata' => sub {
        $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'New');
        $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, '<x/>', 'k', 'urn:x');
    },
    'snapshot' => sub {
        my $snapshot = $dom->create_snapshot('<domainsnapshot><name>s</name></domainsnapshot>');
        $dom->destroy;
        $snapshot->revert_to;
    },
    'a network' => sub {
        my $net = $conn->get_network_by_name('lan');
        $net->destroy;
        $net->create;
        $net->destroy;
        $net->undefine;
    },
    'a pool' => sub {
        my $pool = $conn->get_storage_pool_by_name('images');
        $pool->refresh;
        $pool->destroy;
        $pool->build;
        $pool->create;
        $pool->destroy;
        $pool->undefine;
    },
    'a device' => sub {
        $conn->create_node_device('<device><parent>scsi_host5</parent><capability type="scsi_host">'
            . '<capability type="fc_host"><wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn>'
            . '</capability></capability></device>')->destroy;
    },
);

for my $work (sort keys %work) {
    case "$work, any event", sub {
        for my $kind (sort keys %kinds) {
            my ($package, undef, $prefix) = @{ $kinds{$kind} };
            my $register = "${prefix}_register_any";
            for my $event (constants($package, 'EVENT_ID')) {
                eval { $conn->$register(undef, $package->$event, sub { observe($event, map { [$_] } @_); return }) };
            }
        }
        my $outcome = attempt { $work{$work}->(); return };
        run_loop();
        $outcome;
    };
}
case 'domain_event_register', sub {
    $conn->domain_event_register(seen());
    $work{'suspend and resume'}->();
    run_loop();
    attempt { $conn->domain_event_deregister };
};
case 'domain_event_deregister, nothing comes', sub {
    $conn->domain_event_register(seen());
    $conn->domain_event_deregister;
    $work{'suspend and resume'}->();
    run_loop();
};
case 'domain_event_deregister of nothing', sub { $conn->domain_event_deregister };
case 'domain_event_register_any of one domain', sub {
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, seen());
    $conn->get_domain_by_name('brief')->suspend;
    $work{'suspend and resume'}->();
    run_loop();
    $conn->domain_event_deregister_any($id);
};
case 'domain_event_register_any, what the callback is given', sub {
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        observe(wantarray, scalar @_, ref $_[0], $_[0]->get_uri, $_[0] == $conn, $_[1]->get_name,
            $_[2] == Sys::Virt::Domain::EVENT_SUSPENDED, $_[3] == Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED);
        return;
    });
    $dom->suspend;
    run_loop();
    $conn->domain_event_deregister_any($id);
};
case 'domain_event_register_any of a subclass', sub {
    @Local::Virt::ISA = ('Sys::Virt');
    bless $conn, 'Local::Virt';
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { observe(ref $_[0]); return });
    $dom->suspend;
    run_loop();
    $conn->domain_event_deregister_any($id);
};
case 'domain_event_register_any, two callbacks', sub {
    my @ids = map {
        my $nth = $_;
        $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { observe($nth); return });
    } 1, 2;
    $dom->suspend;
    run_loop();
    $conn->domain_event_deregister_any($_) for @ids;
};
case 'domain_event_register_any, deregistered from inside', sub {
    my $id;
    $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        observe($_[2]);
        $conn->domain_event_deregister_any($id);
        return;
    });
    $work{'suspend and resume'}->();
    run_loop();
};
case 'domain_event_register_any, a die', sub {
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { die "enough\n" });
    $dom->suspend;
    attempt { run_loop() }, attempt { $conn->domain_event_deregister_any($id) };
};
case 'domain_event_register_any, unknown event', sub { $conn->domain_event_register_any(undef, 999, sub { }) };
case 'register_close_callback', sub {
    attempt { $conn->register_close_callback(seen()) }, attempt { $conn->unregister_close_callback };
};
case 'unregister_close_callback without one', sub { $conn->unregister_close_callback };
