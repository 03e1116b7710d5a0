# Where this module is meant to differ from the C module. Each entry says why, and in which cases:
# a list of names, or a pattern that has to be met at least once, on one bed or on each; whatever
# is listed has to show. `of` names the release of the C module that differs so, if others do not.
# `turns` makes of the outcome under the C module, as JSON in $_, the outcome here, which it is
# given.

use strict;
use warnings;

use JSON::PP ();

my $json = JSON::PP->new->canonical->ascii->allow_nonref;

# An error of libvirt's, and one of this module's own.
sub libvirt_error {
    my ($code, $domain, $message) = @_;
    return error($code, $domain, $message, "\n");
}

sub own_error { return error(8, 0, $_[0], '') }

sub error {
    my ($code, $domain, $message, $end) = @_;
    return $json->encode({
        class => 'Sys::Virt::Error', code => $code, domain => $domain, level => 2,
        message => $message, string => "libvirt error code: $code, message: $message$end",
    });
}

# From one outcome, or one of a pattern, to another one. Nothing is undef in scalar context.
my $nothing = '{"gives":[]}';

sub becomes {
    my ($from, $to) = @_;
    my ($there, $wanted) = map { ref ? $_ : $_ eq $nothing ? qr/^\{"gives":\[(?:null)?\]\}$/ : qr/^\Q$_\E$/ } $from, $to;
    return sub { my ($here) = @_; $_ = $here if $_ =~ $there && $here =~ $wanted };
}

my $undef_warning = qr/,"warns":\["Use of uninitialized value"(?:,"Use of uninitialized value")*\]\}$/;
my $guest = '11111111-1111-4111-8111-111111111111';
my $busy = qq({"gives":[{"identity":"$guest","object":"Sys::Virt::Domain"}]});

# Setters of typed parameters, each with the cases that give it an unknown key.
my %setters = (
    'Sys::Virt::set_identity' => ['newident', 'test/connect-host', 'qemu/host'],
    'Sys::Virt::set_node_memory_parameters' => ['newparams', 'qemu/host'],
    'Sys::Virt::Domain::block_copy' => ['newparams', 'qemu/block'],
    'Sys::Virt::Domain::migrate' => ['params', 'qemu/migrate'],
    'Sys::Virt::Domain::set_block_iotune' => ['newparams', 'test/domain-block'],
    'Sys::Virt::Domain::announce_interface' => ['newparams', 'test/newer', 'qemu/newer'],
    'Sys::Virt::Domain::set_throttle_group' => ['newparams', 'test/newer', 'qemu/newer'],
    'Sys::Virt::Domain::set_iothread' => ['newparams', 'test/domain-memory-cpu', 'qemu/running'],
    'Sys::Virt::Domain::set_launch_security_state' => ['newparams', 'qemu/running'],
    'Sys::Virt::Domain::set_interface_parameters' => ['newparams', 'test/domain-parameters'],
    map { ("Sys::Virt::Domain::set_${_}_parameters" => ['newparams', 'test/domain-parameters', 'qemu/config', 'qemu/running']) }
        qw(blkio memory numa scheduler),
);
my @unknown_keys = map {
    my $method = $_;
    my ($argument, @files) = @{ $setters{$method} };
    my ($short) = $method =~ /(\w+)$/;
    my $warning = $json->encode("$method: argument '$argument': 'no_such_key' is unknown here and ignored");
    {
        why => 'a key that the function does not know is worth a warning',
        of => $files[0] =~ /newer/ ? '12.7.0' : undef,
        cases => [
            (map { "$_: $short, an unknown key" } @files),
            map { "$_: $short, an unknown key among known ones" } grep { /-parameters$/ } @files,
        ],
        turns => sub { s/\}$/,"warns":[$warning]}/ },
    };
} sort keys %setters;

push @unknown_keys, {
    why => 'a key that the function does not know is worth a warning',
    cases => ['qemu/network: port set_parameters, an unknown key'],
    turns => sub {
        s/\}$/,"warns":["Sys::Virt::NetworkPort::set_parameters: argument 'newparams': 'no_such_key' is unknown here and ignored"]}/;
    },
};

push @unknown_keys, {
    why => 'an option that new does not know may be a slip that opens another connection',
    cases => ['test/connect-open: new, extra keys'],
    turns => sub {
        s/\}$/,"warns":["Sys::Virt::new: 'no_such_key' is unknown here and ignored, known are address, auth, callback, credlist, flags, readonly, timeout, uri"]}/;
    },
}, {
    why => 'libvirt does not look which way a stream leads, and may crash',
    cases => ['test/stream: screenshot, written to'],
    turns => sub {
        my $error = own_error("Sys::Virt::Stream::send: argument 'st' is a stream for reading");
        s/^\{"dies":\{.*\}\}$/{"dies":$error}/;
    },
};

my @no_hash = map {
    my ($method, $file, $of) = @$_;
    {
        why => 'every failure is a Sys::Virt::Error',
        of => $of,
        cases => ["$file: $method, no hash"],
        turns => becomes(
            qq({"dies":"Sys::Virt::Domain::$method: newparams is not a HASH reference"}),
            '{"dies":' . own_error("Sys::Virt::Domain::$method: argument 'newparams' is undef, not a hash reference") . '}'),
    };
} ['set_throttle_group', 'test/newer', '12.7.0'], map { ["set_${_}_parameters", 'test/domain-parameters'] } qw(blkio interface memory numa scheduler);

my @uuids = map {
    my ($file, $method) = @$_;
    my ($short) = $method =~ /(\w+)$/;
    my @lengths = $file eq 'test/network' ? ('too short') : ('too short', 'too long', 'empty');
    {
        why => 'every failure is a Sys::Virt::Error',
        cases => [map { "$file: $short, $_" } @lengths],
        turns => becomes(
            '{"dies":"UUID must be either 16 unsigned bytes, or 32/36 hex characters long"}',
            '{"dies":' . own_error("$method: argument 'uuid' is not a UUID: 16 bytes, or 32 or 36 characters of hexadecimal") . '}'),
    };
} ['test/network', 'Sys::Virt::Network::get_port_by_uuid'],
    map { ['test/connect-lookup', "Sys::Virt::get_${_}_by_uuid"] } qw(domain network nwfilter secret storage_pool);

my @decoded = map {
    my ($kind, $class, $digit) = @$_;
    my $uuid = join '-', map { $digit x $_ } 8, 4, 4, 4, 12;
    substr($uuid, 14, 1) = 4;
    substr($uuid, 19, 1) = 8;
    {
        why => 'the bytes of a UUID are the same whichever way perl keeps them',
        cases => ["test/connect-lookup: get_${kind}_by_uuid, 16 bytes decoded"],
        turns => sub { $_ = qq({"gives":[{"identity":"$uuid","object":"Sys::Virt::$class"}]}) if /"code":(?:42|43|49),/ },
    };
} [domain => 'Domain', 1], [network => 'Network', 'a'], [storage_pool => 'StoragePool', 'b'];

my @nothing_registered = map {
    my ($cases, $error) = @$_;
    {
        why => 'every failure is a Sys::Virt::Error',
        cases => $cases,
        turns => becomes($nothing, qq({"dies":$error})),
    };
} [
    [map { "test/event: ${_}_event_deregister_any of nothing" } qw(domain network node_device storage_pool)],
    libvirt_error(8, 0, 'invalid argument: could not find event callback 99 for deletion'),
], [
    ['test/event: secret_event_deregister_any of nothing'],
    libvirt_error(3, 30, 'this function is not supported by the connection driver: virConnectSecretEventDeregisterAny'),
], [
    ['test/event: domain_event_deregister of nothing'],
    libvirt_error(8, 0, 'invalid argument: event callback function <address> not registered'),
];

my $not_running = libvirt_error(55, 20, 'Requested operation is not valid: domain is not running');
my $no_smbios = libvirt_error(67, 10, 'unsupported configuration: Host SMBIOS information is not available');
my $no_mount_point = libvirt_error(74, 10, 'argument unsupported: Specifying mount point is not supported for now');
my $bandwidth = '"inbound.average":1000,"inbound.burst":512,"inbound.floor":0,"inbound.peak":2000,'
    . '"outbound.average":100,"outbound.burst":64,"outbound.peak":200';

(
    @unknown_keys, @no_hash, @uuids, @decoded, @nothing_registered,
    {
        why => 'undef for optional flags is no flags, and nothing to warn of',
        like => qr/\(undef\)$/,
        turns => sub { s/$undef_warning/}/ },
    },
    {
        why => 'an optional argument that is undef or left out is nothing to warn of',
        cases => [
            'qemu/agent: fs_trim(unused flag)',
            'qemu/block: block_commit, unused flag', 'qemu/block: block_rebase, unused flag',
            'qemu/host: find_storage_pool_sources',
            'qemu/host: get_node_device_scsihost_by_wwn that is not there',
            'qemu/running: create, undef',
            'test/connect-host: get_max_vcpus, no type',
            (map { "test/connect-lookup: get_node_device_scsihost_by_wwn$_" } '', ', with flags', ' that is not there'),
            'test/connect-open: new, flags undef',
            (map { "test/domain-migrate: migrate, $_" } 'parameters()', 'no parameters',
                map { "$_ alone" } qw(bandwidth destination_name migrate_disks migrate_uri)),
            'test/domain-migrate: migrate_to_uri, parameters and no flags',
            'test/interface: create_interface',
        ],
        turns => sub { s/$undef_warning/}/ },
    },
    {
        why => 'a usage message names its arguments, and what may be left out, without C expressions',
        like => qr{^test/usage: },
        bed => 'test',
        turns => sub {
            my ($here) = @_;
            my ($there_plain, $here_plain) = map { s/ |=[^,)]*//gr =~ s/_?(?:sv|ref)(?=[,)])//gr } $_, $here;
            $_ = $here if $there_plain eq $here_plain && $here !~ /PL_|VIR_/;
        },
    },
    {
        why => 'the level of an error is its level, not its code',
        cases => ['test/error: level'],
        turns => becomes('{"gives":[42]}', '{"gives":[2]}'),
    },
    {
        why => 'an error can be compared with a text',
        cases => ['test/error: an error compared with text'],
        turns => becomes(qr/Operation .*"eq\\": no method found/, qr/^\{"gives":\[(?:1|true)\]\}$/),
    },
    {
        why => 'an error without one of libvirt behind it is an error all the same',
        cases => [map { "test/event-loop: remove_$_ of nothing" } qw(handle timeout)],
        turns => sub { s/"level":0/"level":2/ },
    },
    {
        why => 'a constant has its value in C',
        cases => [
            map { "test/constants: Sys::Virt::$_" } qw(NODE_CPU_STATS_ALL_CPUS NODE_MEMORY_STATS_ALL_CELLS
                Domain::AGENT_RESPONSE_TIMEOUT_BLOCK Domain::AGENT_RESPONSE_TIMEOUT_DEFAULT
                Domain::GET_ALL_STATS_ENFORCE_STATS Domain::VCPU_INFO_CPU_OFFLINE
                Domain::VCPU_INFO_CPU_UNAVAILABLE NodeDevice::LIST_ACTIVE),
        ],
        turns => sub {
            s/18446744073709551615/-1/g;
            s/18446744073709551614/-2/g;
            s/18446744071562067968/2147483648/g;
        },
    },
    {
        why => 'an unsigned value is read back unsigned',
        cases => ['test/domain-parameters: set_interface_parameters, more than 2**31'],
        turns => becomes('{"gives":[-1294967296]}', '{"gives":[3000000000]}'),
    },
    {
        why => 'a number that does not fit is an error, not another number',
        cases => ['test/domain-parameters: set_interface_parameters, more than 2**32'],
        turns => becomes('{"gives":[5]}', '{"dies":' . own_error("Sys::Virt::Domain::set_interface_parameters: "
            . "argument 'newparams', key 'inbound.average': is 4294967301, not between 0 and 4294967295") . '}'),
    },
    {
        why => 'a number that does not fit is an error, not another number',
        cases => ['test/connect-lookup: get_domain_by_id beyond 32 bits'],
        turns => becomes($busy, '{"dies":' . own_error(
            "Sys::Virt::get_domain_by_id: argument 'id' is 4294967297, not between -2147483648 and 2147483647") . '}'),
    },
    {
        why => 'a number that does not fit is an error, not another number',
        cases => ['test/domain-memory-cpu: set_vcpus beyond 32 bits'],
        turns => sub {
            my $error = own_error("Sys::Virt::Domain::set_vcpus: argument 'num' is 4294967298, not between 0 and 4294967295");
            s/^\{"gives":\[\{"gives":\[\]\}/{"gives":[{"dies":$error}/;
        },
    },
    {
        why => 'a text with a NUL in it is no other text',
        cases => ['test/connect-lookup: a name with a NUL'],
        turns => becomes($busy, '{"dies":' . own_error(
            "Sys::Virt::get_domain_by_name: argument 'name' has a NUL byte in it") . '}'),
    },
    {
        why => 'bytes are the same whichever way perl keeps them',
        cases => ['qemu/secret: set_value, decoded latin 1'],
        turns => sub { s/caf\\u00c3\\u00a9/caf\\u00e9/ },
    },
    {
        why => 'get_version works without an object',
        cases => [map { "test/connect-host: get_version $_" } 'of the class', 'as a function'],
        turns => becomes(qr/^\{(?:"gives":\[null\],"warns"|"dies":"Usage: Sys::Virt::_get_library_version)/,
            qr/^\{"gives":\[\d{7,8}\]\}$/),
    },
    {
        why => 'get_sysinfo reports its failure',
        cases => ['test/connect-host: get_sysinfo(unused flag)'],
        turns => becomes('{"gives":[null]}', '{"dies":'
            . libvirt_error(8, 12, 'unsupported flags (0x40000000) in function testConnectGetSysinfo') . '}'),
    },
    {
        why => 'get_sysinfo reports its failure',
        cases => [map { "qemu/host: get_sysinfo($_)" } '', 'undef', '0'],
        turns => sub { s/^\{"gives":\[(?:null)?\]\}$|^\{"gives":\[null\],"warns".*/{"dies":$no_smbios}/ },
    },
    {
        why => 'get_sysinfo reports its failure',
        cases => ['qemu/host: get_sysinfo(unused flag)'],
        turns => becomes('{"gives":[null]}', '{"dies":'
            . libvirt_error(8, 10, 'unsupported flags (0x40000000) in function qemuConnectGetSysinfo') . '}'),
    },
    {
        why => 'a close callback that is not there cannot be unregistered',
        cases => ['qemu/event: close callback'],
        turns => sub {
            my $error = libvirt_error(55, 13, 'Requested operation is not valid: A different callback was requested');
            s/\{"gives":\[\]\}\]\}$/{"dies":$error}]}/;
        },
    },
    {
        why => 'undef where libvirt takes NULL is NULL, not an empty text',
        cases => ['test/connect-host: find_storage_pool_sources'],
        turns => sub {
            my @devices = map { "  <source>\n    <device path='/dev/sda2$_'/>\n    <name>testvg" . ($_ + 1)
                . "</name>\n    <format type='lvm2'/>\n  </source>\n" } 0, 1;
            my $sources = $json->encode(join '', "<sources>\n", @devices, "</sources>\n");
            s/^\{"dies":.*Document is empty.*/{"gives":[$sources]}/;
        },
    },
    {
        why => 'undef where libvirt takes NULL is NULL, not an empty text',
        cases => ['test/domain-agent: fs_trim of all'],
        turns => becomes(qr/"dies":.*mount point not found: \\n"\},"warns":/, $nothing),
    },
    {
        why => 'undef where libvirt takes NULL is NULL, not an empty text',
        cases => [map { "qemu/agent: fs_trim($_)" } '', 'undef', '0'],
        turns => becomes(qr/"dies":\Q$no_mount_point\E,"warns":/, $nothing),
    },
    {
        why => 'undef where libvirt takes NULL is NULL, not an empty text',
        cases => ['qemu/agent: fs_trim without an agent'],
        turns => becomes(qr/"dies":\Q$no_mount_point\E,"warns":/,
            '{"dies":' . libvirt_error(74, 10, 'argument unsupported: QEMU guest agent is not configured') . '}'),
    },
    {
        why => 'undef where libvirt takes NULL is NULL, not an empty text',
        cases => ['qemu/block: block_commit, no names'],
        turns => sub { s/image ''/base image/g; s/$undef_warning/}/ },
    },
    {
        why => 'every failure is a Sys::Virt::Error',
        cases => ['test/domain-save: save, no file at all'],
        turns => sub {
            my $error = own_error("Sys::Virt::Domain::save: argument 'tosv' is undef, and there are no parameters that name the file");
            s/"Either \$to or \$params parameter must be supplied"/$error/;
        },
    },
    {
        why => 'every failure is a Sys::Virt::Error',
        cases => ['test/domain-save: restore_domain of nothing'],
        turns => sub {
            my $error = libvirt_error(8, 20, 'from in virDomainRestore must not be NULL');
            s/"Either \$from or \$params parameter must be supplied"/$error/;
        },
    },
    {
        why => 'keys that are not in an array are an error; the C module gives back its arguments',
        cases => ['test/domain-lifecycle: send_key, no array'],
        turns => sub {
            my $error = own_error("Sys::Virt::Domain::send_key: argument 'keycodesSV' is undef, not an array reference");
            s/^\{"gives":.*/{"dies":$error}/;
        },
    },
    {
        why => 'of no more than no names nobody has to be asked',
        cases => [map { "test/connect-list: list_$_ of 0" } qw(nwfilter_names secret_uuids)],
        turns => becomes(qr/"dies":.*this function is not supported/, qr/^\{"gives":\[(?:"undef")?\]\}$/),
    },
    {
        why => 'the last of the values of get_cpu_stats is there',
        cases => [map { "test/domain-memory-cpu: get_cpu_stats of all($_)" } '', 'undef', '0'],
        turns => sub { s/,"user_time"/,"system_time":6460000000,"user_time"/; s/$undef_warning/}/ },
    },
    {
        why => 'the last of the values of get_cpu_stats is there',
        cases => ['qemu/running: get_cpu_stats of all'],
        turns => sub { s/,"user_time"/,"system_time","user_time"/ },
    },
    {
        why => 'get_cpu_stats gives a record for each CPU asked for, and no more',
        cases => [map { "test/domain-memory-cpu: get_cpu_stats, the number of records$_" } '', ' of all'],
        turns => becomes('{"gives":[2]}', '{"gives":[1]}'),
    },
    {
        why => 'the type of a job is a number, not a reference to one',
        cases => [map { "qemu/running: get_job_stats($_)" } '', 'undef', '0', 'JOB_STATS_COMPLETED'],
        turns => sub { s/\{"reference":0\}/0/; s/$undef_warning/}/ },
    },
    {
        why => 'whatever announce_interface can do without may be left out',
        of => '12.7.0',
        cases => [map { ("test/newer: announce_interface$_", "qemu/newer: announce_interface$_") } '', ', of one', ', no parameters'],
        turns => becomes(qr/Usage: Sys::Virt::Domain::announce_interface|params in virDomainAnnounceInterface must be NULL/,
            qr/^\{"gives":\[(?:null)?\]\}$|not supported by the connection driver: virDomainAnnounceInterface/),
    },
    {
        why => 'the name of a statistic is whole',
        of => '12.7.0',
        cases => ['qemu/host: get_node_memory_stats', map { "qemu/host: get_node_memory_stats of all($_)" } '', 'undef', '0'],
        turns => sub { s/"availabl"/"available"/; s/$undef_warning/}/ },
    },
    {
        why => 'migrate_to_uri2 is there',
        cases => ['test/domain-migrate: migrate_to_uri2'],
        turns => sub {
            my $error = libvirt_error(74, 20, 'argument unsupported: p2p migration is not supported by the source host');
            s/"Can't locate object method \\"_migrate_to_uri2\\".*"/$error/;
        },
    },
    {
        why => 'list_child_snapshots gives the children',
        cases => ['test/domain-snapshot: list_child_snapshots', 'test/domain-snapshot: list_child_snapshots, a number'],
        turns => sub {
            my @children = map { qq({"identity":"$_","object":"Sys::Virt::DomainSnapshot"}) } qw(branch other);
            local $" = ',';
            s/^\{"gives":\[\]\}$/{"gives":[@children]}/;
            s/^\{"gives":\[0\]\}$/{"gives":[2]}/;
        },
    },
    {
        why => 'the buffer size of a block copy has the type that libvirt wants',
        cases => ['qemu/block: block_copy, the size of its buffer'],
        turns => sub { s/^\{"dies":.*invalid type 'u(?:int|llong)' for parameter 'buf-size'.*/{"gives":["ready",{"gives":[]}]}/ },
    },
    {
        why => 'the parameters of a network port are set also where it has none yet',
        cases => [map { "qemu/network: port set_parameters($_)" } '', 'undef', '0', 'unused flag'],
        turns => sub { s/\{"gives":\[\{\}\]\}\]/{"gives":[{$bandwidth}]}]/; s/$undef_warning/}/ },
    },
    {
        why => 'a volume is made with the flags that are given',
        cases => ['test/storage: create_volume with flags'],
        turns => sub {
            my $error = libvirt_error(8, 12, 'unsupported flags (0x1) in function testStorageVolCreateXML');
            s/^\{"gives":.*/{"dies":$error}/;
        },
    },
    {
        why => 'a volume is made with the flags that are given',
        cases => ['test/storage: clone_volume with flags'],
        turns => sub {
            my $error = libvirt_error(8, 12, 'unsupported flags (0x2) in function testStorageVolCreateXMLFrom');
            s/^\{"gives":.*/{"dies":$error}/;
        },
    },
    {
        why => 'a transfer that a handler broke off by dying cannot be finished as if it were whole',
        cases => ['qemu/storage: a handler that dies'],
        turns => sub {
            my $error = libvirt_error(9, 7, 'operation failed: stream is closed');
            s/\{"gives":\[\]\}\]\}$/{"dies":$error}]}/;
        },
    },
    {
        why => 'an event that does not exist is told by its number',
        cases => ['test/event: domain_event_register_any, unknown event'],
        turns => sub {
            my $error = libvirt_error(8, 0, 'invalid argument: there is no event with ID 999');
            s/^\{"dies":.*eventID must be less than.*/{"dies":$error}/;
        },
    },
    {
        why => 'every failure is a Sys::Virt::Error',
        cases => ['test/event-loop: register, another class', 'test/event-loop: register, no object'],
        turns => sub {
            my $error = own_error("Sys::Virt::Event::register: argument 'impl' is not an object of a subclass of Sys::Virt::EventImpl");
            s/"event implementation must be a subclass of Sys::Virt::Event(?:Impl)?"/$error/;
        },
    },
    {
        why => 'scripts for 9.0.0 run without a warning',
        of => '12.7.0',
        cases => ['test/event-impl: register'],
        turns => sub { s/,"warns":\["DECPRECATION WARNING: [^"]*"\]// },
    },
);
