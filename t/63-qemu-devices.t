use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# Devices, processors and memory that come and go while a Linux guest runs, and what limits
# them: each change is looked for where it has to be seen, in the guest or on the host.

my $bed  = Test::SysVirt::Qemu->new(seconds => 150);
my $conn = $bed->conn;
my $tap  = "svt$$";
my ($live, $config) = (Sys::Virt::Domain::AFFECT_LIVE, Sys::Virt::Domain::AFFECT_CONFIG);

my $dom = Test::SysVirt::Guest->start($bed, 'devices',
    vcpu    => "<vcpu current='1'>3</vcpu>",
    more    => "<maxMemory slots='2' unit='MiB'>1024</maxMemory>"
        . "<cpu><numa><cell id='0' cpus='0-2' memory='192' unit='MiB'/></numa></cpu>",
    devices => <<XML);
<controller type='scsi' model='virtio-scsi'/>
<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='scsi'/><readonly/></disk>
<interface type='ethernet'><target dev='$tap'/><model type='virtio'/></interface>
<channel type='unix'><target type='virtio' name='org.example.0'/></channel>
XML

sub xml { $dom->get_xml_description }

# What is limited by the host's control groups, queues or counters can be changed only where the
# host has them. Runs the code; skips where the host's refusal matches.
sub limited {
    my ($name, $refusal, $code) = @_;
    subtest $name => sub {
        return if eval { $code->(); 1 };
        my $error = $@;
        die $error unless ref $error && $error =~ $refusal;
        plan skip_all => 'this host refuses: ' . $error->message =~ s/\s+/ /gr;
    };
}

my $no_cgroup = qr/cgroup|controller is not mounted/;

# While the guest boots.

subtest 'what is kept for the next start' => sub {
    is($dom->get_scheduler_type, 'posix', 'get_scheduler_type: is posix');
    my %cpu = (
        Sys::Virt::Domain::SCHEDULER_CPU_SHARES()  => 3000,
        Sys::Virt::Domain::SCHEDULER_VCPU_PERIOD() => 200_000,
        Sys::Virt::Domain::SCHEDULER_VCPU_QUOTA()  => -1,
    );
    $dom->set_scheduler_parameters(\%cpu, $config);
    my $cpu = $dom->get_scheduler_parameters($config);
    is($cpu->{Sys::Virt::Domain::SCHEDULER_CPU_SHARES()}, 3000, 'get_scheduler_parameters: its shares');
    is($cpu->{Sys::Virt::Domain::SCHEDULER_VCPU_PERIOD()}, 200_000, 'get_scheduler_parameters: its period');
    is($cpu->{Sys::Virt::Domain::SCHEDULER_VCPU_QUOTA()}, -1, 'get_scheduler_parameters: a quota that is negative');

    $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT() => 5_000_000_000 }, $config);
    my $memory = $dom->get_memory_parameters($config);
    is($memory->{Sys::Virt::Domain::MEMORY_HARD_LIMIT()}, 5_000_000_000, 'get_memory_parameters: a limit of memory above 32 bits');
    is($memory->{Sys::Virt::Domain::MEMORY_SOFT_LIMIT()}, Sys::Virt::Domain::MEMORY_PARAM_UNLIMITED,
        'get_memory_parameters: a limit that was not set is none');

    $dom->set_blkio_parameters({ Sys::Virt::Domain::BLKIO_WEIGHT() => 700,
        Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS() => '/dev/null,1000000' }, $config);
    my $blkio = $dom->get_blkio_parameters($config);
    is($blkio->{Sys::Virt::Domain::BLKIO_WEIGHT()}, 700, 'get_blkio_parameters: the weight of its input and output');
    is($blkio->{Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS()}, '/dev/null,1000000', 'get_blkio_parameters: a limit of one device');

    $dom->set_numa_parameters({ Sys::Virt::Domain::NUMA_NODESET() => '0',
        Sys::Virt::Domain::NUMA_MODE() => Sys::Virt::Domain::NUMATUNE_MEM_PREFERRED }, $config);
    my $numa = $dom->get_numa_parameters($config);
    is($numa->{Sys::Virt::Domain::NUMA_NODESET()}, '0', 'get_numa_parameters: the node of its memory');
    is($numa->{Sys::Virt::Domain::NUMA_MODE()}, Sys::Virt::Domain::NUMATUNE_MEM_PREFERRED, 'get_numa_parameters: and its mode');

    $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES() => 1 }, $config);
    my $perf = $dom->get_perf_events($config);
    is($perf->{Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES()}, 1, 'get_perf_events: a counter is on');
    is($perf->{Sys::Virt::Domain::PERF_PARAM_INSTRUCTIONS()}, 0, 'get_perf_events: another is off');

    my %rate = (
        Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE()  => 1000,
        Sys::Virt::Domain::BANDWIDTH_IN_PEAK()     => 2000,
        Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE() => 3_000_000_000,
    );
    $dom->set_interface_parameters($tap, \%rate, $config);
    my $rate = $dom->get_interface_parameters($tap, $config);
    is($rate->{$_}, $rate{$_}, $_) for sort keys %rate;
    my $now = $dom->get_interface_parameters($tap, $live);
    is($now->{Sys::Virt::Domain::BANDWIDTH_IN_PEAK()}, 0, 'set_interface_parameters: with AFFECT_CONFIG nothing of it holds now');

    $dom->set_vcpus(2, $config);
    is($dom->get_vcpus($config), 2, 'set_vcpus: the configuration has the new number');
    is($dom->get_vcpus($live), 1, 'set_vcpus: with AFFECT_CONFIG the running domain keeps its number');
    is($dom->get_vcpus($config | Sys::Virt::Domain::VCPU_MAXIMUM), 3, 'set_vcpus: with VCPU_MAXIMUM the configuration has the new maximum');
    $dom->set_memory(160 * 1024, $config);
    like($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE),
        qr{<currentMemory unit='KiB'>163840</currentMemory>}, 'set_memory: the configuration has the new size');
    $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES() => 0 }, $config);
};

limited 'the scheduler now' => $no_cgroup, sub {
    $dom->set_scheduler_parameters({ Sys::Virt::Domain::SCHEDULER_CPU_SHARES() => 2000,
        Sys::Virt::Domain::SCHEDULER_EMULATOR_QUOTA() => 50_000 });
    my $now = $dom->get_scheduler_parameters;
    is($now->{Sys::Virt::Domain::SCHEDULER_CPU_SHARES()}, 2000, 'get_scheduler_parameters: shares');
    is($now->{Sys::Virt::Domain::SCHEDULER_EMULATOR_QUOTA()}, 50_000, 'get_scheduler_parameters: quota of the emulator');
    $dom->set_scheduler_parameters({ Sys::Virt::Domain::SCHEDULER_EMULATOR_QUOTA() => -1 });
};

limited 'input and output now' => $no_cgroup, sub {
    $dom->set_blkio_parameters({ Sys::Virt::Domain::BLKIO_WEIGHT() => 500 });
    is($dom->get_blkio_parameters->{Sys::Virt::Domain::BLKIO_WEIGHT()}, 500, 'get_blkio_parameters: weight');
};

limited 'the network now' => qr/\btc\b|qdisc/, sub {
    $dom->set_interface_parameters($tap, { Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE() => 500 });
    is($dom->get_interface_parameters($tap)->{Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE()}, 500, 'get_interface_parameters: outbound');
};

limited 'counters now' => qr/perf event/, sub {
    $dom->set_perf_events({ Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES() => 1 });
    is($dom->get_perf_events->{Sys::Virt::Domain::PERF_PARAM_CPU_CYCLES()}, 1, 'get_perf_events: on');
};

limited 'use of the processors' => $no_cgroup, sub {
    my @total = $dom->get_cpu_stats(-1, 1);
    is(scalar @total, 1, 'get_cpu_stats: gives one record for all');
    cmp_ok($total[0]{Sys::Virt::Domain::CPU_STATS_CPUTIME()}, '>', 1_000_000, 'get_cpu_stats: cpu_time is in nanoseconds');
    cmp_ok($total[0]{Sys::Virt::Domain::CPU_STATS_USERTIME()}, '>', 1_000_000, 'get_cpu_stats: user_time is in nanoseconds');
    my $cpus = $conn->get_node_info->{cpus};
    my @each = eval { $dom->get_cpu_stats(0, $cpus) };
    die $@ if $@ && $@->code != Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED;
    is(scalar @each, $@ ? 0 : $cpus, 'get_cpu_stats: gives one record for each cpu, where the host can tell');
};

subtest 'pinning' => sub {
    my $all = pack 'b*', 1 x $conn->get_node_info->{cpus};
    my $info;
    $bed->wait_for(sub { ($info) = $dom->get_vcpu_info; $info->{cpuTime} });
    is($info->{number}, 0, 'get_vcpu_info: number is 0');
    is($info->{state}, Sys::Virt::Domain::VCPU_RUNNING, 'get_vcpu_info: state is VCPU_RUNNING');
    cmp_ok($info->{cpuTime}, '>', 0, 'get_vcpu_info: cpuTime is above 0');
    $dom->pin_vcpu(0, "\x01");
    ($info) = $dom->get_vcpu_info;
    is(unpack('b*', $info->{affinity}) =~ s/0+\z//r, '1', 'pin_vcpu: the affinity is the one processor');
    is($bed->wait_for(sub { !($dom->get_vcpu_info)[0]{cpu} }), 1, 'pin_vcpu: the vcpu runs on that processor');
    $dom->pin_vcpu(0, "\x02", $config);
    like($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr{<vcpupin vcpu='0' cpuset='1'/>}, 'pin_vcpu: the configuration has another one')
        if $conn->get_node_info->{cpus} > 1;
    $dom->pin_vcpu(0, $all);

    $dom->pin_emulator("\x01");
    is(unpack('b*', $dom->get_emulator_pin_info) =~ s/0+\z//r, '1', 'pin_emulator: get_emulator_pin_info is the one processor');
    $dom->pin_emulator($all);
};

subtest 'iothreads' => sub {
    is_deeply([$dom->get_iothread_info], [], 'get_iothread_info: is empty at first');
    $dom->add_iothread(3);
    $dom->pin_iothread(3, "\x01");
    my @threads = $dom->get_iothread_info;
    is(scalar @threads, 1, 'add_iothread: get_iothread_info has one');
    is($threads[0]{number}, 3, 'add_iothread: the thread has its number');
    is(unpack('b*', $threads[0]{affinity}) =~ s/0+\z//r, '1', 'pin_iothread: the affinity is the one processor');
    $dom->set_iothread(3, { Sys::Virt::Domain::IOTHREAD_PARAM_POLL_MAX_NS() => 2_000_000_000,
        Sys::Virt::Domain::IOTHREAD_PARAM_POLL_GROW() => 2 });
    my ($stats) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_IOTHREAD, [$dom]);
    is($stats->{data}{'iothread.3.poll-max-ns'}, 2_000_000_000, 'set_iothread: get_all_domain_stats has how long it polls');
    is($stats->{data}{'iothread.3.poll-grow'}, 2, 'set_iothread: get_all_domain_stats has how that grows');
    eval { $dom->add_iothread(3) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'add_iothread: refuses a second one of that number');
    $dom->del_iothread(3);
    is_deeply([$dom->get_iothread_info], [], 'del_iothread: get_iothread_info is empty');
};

subtest 'lifecycle actions, metadata and labels' => sub {
    $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_POWEROFF, Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY);
    $dom->set_lifecycle_action(Sys::Virt::Domain::LIFECYCLE_CRASH, Sys::Virt::Domain::LIFECYCLE_ACTION_PRESERVE, $live | $config);
    like(xml(), qr{<on_poweroff>destroy</on_poweroff>.*<on_crash>preserve</on_crash>}s, 'set_lifecycle_action: the XML has the new actions');
    $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, "a title \xc3\xa9");
    is($dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE), "a title \xc3\xa9", 'set_metadata: get_metadata gives the title in bytes');
    $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, "<owner>us</owner>", 'k', 'urn:k');
    is($dom->get_metadata(Sys::Virt::Domain::METADATA_ELEMENT, 'urn:k'), '<owner>us</owner>', 'set_metadata: get_metadata gives the element');
    $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, undef, 'k', 'urn:k');
    eval { $dom->get_metadata(Sys::Virt::Domain::METADATA_ELEMENT, 'urn:k') };
    is($@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, 'set_metadata: undef takes the title away');
    my ($dac) = grep { $_->{label} =~ /^\+\d+:\+\d+$/ } $dom->get_security_label_list;
    ok($dac, 'get_security_label_list: has a label of user and group');
    is_deeply([sort keys %{ $dom->get_security_label }], ['enforcing', 'label'], 'get_security_label: has enforcing and label');
    is(ref $dom->get_launch_security_info, 'HASH', 'get_launch_security_info: is a hash');
};

subtest 'what QEMU has not' => sub {
    for my $try (
        [send_process_signal => 1, Sys::Virt::Domain::PROCESS_SIGNAL_HUP],
        [create_with_files => [1]],
    ) {
        my ($method, @args) = @$try;
        eval { $dom->$method(@args) };
        is($@ && $@->code, Sys::Virt::Error::ERR_NO_SUPPORT, $method);
    }
    eval { $dom->set_launch_security_state({ Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET() => 'a',
        Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_HEADER() => 'b' }) };
    is($@ && $@->domain, Sys::Virt::Error::FROM_QEMU, 'set_launch_security_state gets as far as QEMU');
};

# With the guest booted.

ok(Test::SysVirt::Guest->ready($bed, $dom), 'create: the guest has booted') or die 'no guest';

# Runs a command in the guest until its output matches.
sub guest_shows {
    my ($command, $want, $what) = @_;
    my $got;
    ok($bed->wait_for(sub {
        $got = Test::SysVirt::Guest->sh($bed, $dom, $command);
        return defined $got && $got =~ $want }), $what) or diag $got;
}

subtest 'memory' => sub {
    $dom->set_memory_stats_period(1, $live);
    my $stats = $dom->memory_stats;
    is($stats->{actual_balloon}, 192 * 1024, 'memory_stats: actual_balloon is what the guest has');
    ok($bed->wait_for(sub { $dom->memory_stats->{last_update} }), 'memory_stats: the guest tells of itself');
    $stats = $dom->memory_stats;
    my $available = $stats->{available};
    cmp_ok($available, '<', 192 * 1024, 'memory_stats: available is less than the guest has');
    cmp_ok($stats->{unused}, '<', $available, 'memory_stats: unused is less than available');
    cmp_ok($stats->{rss}, '>', 64 * 1024, 'memory_stats: rss is what the guest costs the host');
    guest_shows("grep MemTotal /proc/meminfo", qr/MemTotal: +$available kB/, 'the guest says the same');

    # 64 MiB are for bounce buffers, as there may be memory above 4 GiB, and 40 are free.
    $dom->set_memory(172 * 1024);
    ok($bed->wait_for(sub { $dom->get_info->{memory} == 172 * 1024 }), 'set_memory: the guest gives some away');
    ok($bed->wait_for(sub {
        $dom->memory_stats->{available} == $available - 20 * 1024 }), 'memory_stats: available is less by what was taken');
    $dom->set_memory(192 * 1024);
    ok($bed->wait_for(sub { $dom->get_info->{memory} == 192 * 1024 }), 'set_memory: the guest gets it back');

    my $dimm = "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>";
    $dom->attach_device($dimm, $live);
    is($dom->get_info->{maxMem}, (192 + 128) * 1024, "attach_device: get_info has the module's memory");
    is($dom->get_max_memory, (192 + 128) * 1024, "attach_device: get_max_memory has the module's memory");
    guest_shows('ls -d /sys/devices/system/memory/memory32', qr/memory32$/, 'the guest sees it');
};

subtest 'vcpus' => sub {
    guest_shows('ls -d /sys/devices/system/cpu/cpu[0-9]', qr{\A\S+/cpu0\s*\z}, 'create: the guest has one vcpu');
    $dom->set_vcpus(2);
    is($dom->get_vcpus, 2, 'set_vcpus: get_vcpus is 2');
    is(scalar(my @info = $dom->get_vcpu_info), 2, 'set_vcpus: get_vcpu_info has two');
    guest_shows('ls -d /sys/devices/system/cpu/cpu[0-9]', qr{cpu1$}m, 'the guest sees the second');
    $dom->set_vcpu('2', 1);
    is($dom->get_vcpus, 3, 'set_vcpus: get_vcpus is 3');
    guest_shows('ls -d /sys/devices/system/cpu/cpu[0-9]', qr{cpu2$}m, 'set_vcpus: the guest has the third');
    eval { $dom->set_vcpus(4) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'set_vcpus: refuses a fourth');
};

subtest 'a disk' => sub {
    my $image = $bed->image('hot.qcow2', '8M');
    $dom->attach_device($bed->disk($image, 'vdc', more => "<alias name='ua-hot'/><serial>hot</serial>"));
    like(xml(), qr{<source file='\Q$image\E'.*<target dev='vdc'}s, 'attach_device: the XML has the disk');
    unlike($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/\Q$image/, 'attach_device: the configuration has it not');
    guest_shows('cat /sys/block/vda/size /sys/block/vda/serial', qr/\A16384\s+hot/, 'the guest sees it');
    my $before = $dom->block_stats('vdc');
    guest_shows('dd if=/dev/zero of=/dev/vda bs=64k count=16 conv=fsync 2>&1', qr/16\+0 records out/, 'writes to it');
    my $after = $dom->block_stats('vdc');
    is($after->{wr_bytes} - $before->{wr_bytes}, 1 << 20, 'block_stats: wr_bytes grows by what the guest wrote');
    cmp_ok($after->{flush_reqs}, '>', $before->{flush_reqs}, 'block_stats: flush_reqs grows') if exists $after->{flush_reqs};

    $dom->detach_device_alias('ua-hot');
    ok($bed->wait_for(sub { xml() !~ /vdc/ }), 'detach_device_alias: the disk goes');
    guest_shows('ls /sys/block', qr/\A\s*\z/, 'the guest sees none');

    my $xml = $bed->disk($image, 'vdd');
    $dom->attach_device($xml, $live | $config);
    like($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/\Q$image/, 'attach_device: with AFFECT_CONFIG the configuration has the disk');
    guest_shows('ls /sys/block', qr/vd[a-z]/, 'the guest sees it');
    $dom->detach_device($xml, $live | $config);
    ok($bed->wait_for(sub { xml() !~ /vdd/ }), 'detach_device: the disk goes');
    unlike($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/\Q$image/, 'detach_device: the configuration has it no more');
    eval { $dom->detach_device($xml) };
    is($@ && $@->code, Sys::Virt::Error::ERR_DEVICE_MISSING, 'detach_device: dies for a disk that is not there');
};

subtest 'updates' => sub {
    my $iso = $bed->image('disc.img', '4M');
    my $drive = sub { "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>$_[0]<target dev='sda' bus='scsi'/><readonly/></disk>" };
    $dom->update_device($drive->("<source file='$iso'/>"));
    like(xml(), qr{<source file='\Q$iso\E'}, 'update_device: a disc is put in');
    $dom->update_device($drive->(''), Sys::Virt::Domain::DEVICE_MODIFY_FORCE);
    unlike(xml(), qr{\Q$iso\E}, 'update_device: the disc is taken out');
    my $card = sub { "<interface type='user'><mac address='52:54:00:a1:b2:c3'/><model type='virtio'/>$_[0]</interface>" };
    guest_shows('cat /sys/class/net/*/address /sys/class/net/eth0/carrier', qr/^1$/m, 'update_device: the network is there before');
    $dom->update_device($card->("<link state='down'/>"));
    guest_shows('cat /sys/class/net/eth0/carrier', qr/\A0/, 'update_device: the cable is pulled');
    $dom->update_device($card->("<link state='up'/>"));
    guest_shows('cat /sys/class/net/eth0/carrier', qr/\A1/, 'update_device: the cable is put back');
};

subtest 'a network card' => sub {
    my $before = $dom->interface_stats($tap);
    guest_shows('ifconfig eth1 10.77.0.1 up; ping -c 3 -W 1 10.77.0.2 >/dev/null; cat /sys/class/net/eth1/statistics/tx_packets',
        qr/\A[1-9]/, 'interface_stats: the guest sends');
    my $after = $dom->interface_stats($tap);
    cmp_ok($after->{rx_packets}, '>', $before->{rx_packets}, 'interface_stats: rx_packets grows');
    cmp_ok($after->{rx_bytes}, '>=', $before->{rx_bytes} + 42, 'interface_stats: rx_bytes grows');
    is($after->{rx_errs}, 0, 'interface_stats: rx_errs is 0');
};

subtest 'a channel' => sub {
    my $stream = $conn->new_stream;
    $dom->open_channel($stream, 'org.example.0');
    # What comes while the guest has the channel closed is lost.
    guest_shows('for p in /sys/class/virtio-ports/*; do grep -q example $p/name && exec 3<>/dev/${p##*/}; done; '
        . 'echo from guest >&3 && echo written', qr/^written/, 'the guest writes');
    my $n = $stream->recv(my $data, 100);
    is(substr($data, 0, $n), "from guest\n", 'open_channel: the host reads what the guest wrote');
    is($stream->send("to guest\n", 9), 9, 'open_channel: the host writes nine bytes');
    guest_shows('head -n 1 <&3', qr/\Ato guest/, 'the guest reads');
    $stream->finish;
    eval { $dom->open_channel($conn->new_stream, 'org.example.9') };
    isa_ok($@, 'Sys::Virt::Error', 'open_channel: dies of an error for a channel that is not there');
};

subtest 'an interrupt that cannot be masked' => sub {
    $dom->inject_nmi;
    guest_shows('dmesg | grep -i "nmi"', qr/NMI/, 'comes to the guest');
};

done_testing;
