use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Container;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::LoopDevice;
use Test::SysVirt::Transport;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Stream;

# Containers: what of libvirt is for them only, and tuning that the kernel shows to have arrived.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 120, needs => [qw(/usr/lib/libvirt/libvirt_lxc /bin/busybox
    /usr/lib/*/libvirt/connection-driver/libvirt_driver_lxc.so /sys/fs/cgroup/memory/tasks)]);
$bed->run(qw(ip link add br0 type bridge));
my $daemon = $bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'lxc:///system');
is($conn->get_type, 'LXC', 'the driver');

my $events = Test::SysVirt::Events->of($conn, domain => qw(LIFECYCLE REBOOT METADATA_CHANGE));

my $box = Test::SysVirt::Container->new($bed, 'box');
my $dom = $conn->define_domain($box->xml);
$events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_DEFINED, Sys::Virt::Domain::EVENT_DEFINED_ADDED], 'defined');

# A descriptor that has that text in it.
sub descriptor {
    my ($text) = @_;
    pipe my $read, my $write or die "pipe: $!";
    syswrite $write, $text;
    return $read;
}

my $stream;

# What comes on the console up to a match, after that was typed; undef if it does not.
sub console {
    my ($type, $want) = @_;
    $stream->send($type, length $type) if length $type;
    my $got = '';
    return until_true(sub {
        my $read = $stream->recv(my $bytes, 4096);
        $got .= $bytes if $read > 0;
        return $got =~ $want;
    }) ? $got : undef;
}

sub attach {
    $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $dom->open_console($stream, undef);
    return;
}

# Starts the container, and waits for its init. Now and then libvirtd misses which process that is;
# it has nobody, or the last one, to send signals to then, and the container is started once more.
sub starts {
    my ($start) = @_;
    for (1 .. 10) {
        $events->forget;
        $box->forget;
        $start->();
        attach();
        defined console('', qr/READY/) or die 'it does not start';
        return if until_true(sub { eval { $dom->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_NOP); 1 } }, 3);
        $dom->destroy;
    }
    die 'libvirtd does not know its init';
}

# What a command says in there.
sub sh {
    my ($command) = @_;
    return console("$command; echo E''ND\n", qr/^END/m) =~ s/\A.*?ND\r?\n//sr =~ s/\r?\n?END.*//sr =~ s/\r//gr;
}

subtest 'create_with_files' => sub {
    my @gave;
    starts(sub {
        my $file = descriptor("read me\n");
        @gave = $dom->create_with_files([fileno $file]);
    });
    is_deeply(\@gave, [], 'gives nothing');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_STARTED, Sys::Virt::Domain::EVENT_STARTED_BOOTED], 'started');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_BOOTED], 'it runs');
    is($box->says('fd'), 'read me', 'the container has read from the descriptor');
    cmp_ok($conn->get_domain_by_name($dom->get_name)->get_id, '>', 0, 'get_id');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->create_with_files([0]) }, 'not while it runs');
};

subtest 'open_console' => sub {
    is(sh('echo $((6 * 7))'), 42, 'a command goes in, what it says comes out');
    is(sh('hostname'), $dom->get_name, 'and is that of the container');
    is(sh('read a b < /proc/1/status; echo $b'), 'init', 'whose first process is its init');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $dom->open_console($conn->new_stream, 'console9') }, 'one that is not there', qr/console9/);
};

subtest 'send_process_signal' => sub {
    is_deeply([$dom->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_USR1)], [], 'gives nothing');
    ok(until_true(sub { $box->says('signals') }), 'init gets it');
    is($box->says('signals'), 'USR1', 'by its name');
    fails(Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, sub { $dom->send_process_signal(2, 1) }, 'another process', qr/init process/);
    fails(undef, sub { $dom->send_process_signal(1, 999) }, 'a signal that is none');
};

subtest 'memory' => sub {
    is($dom->get_max_memory, 65_536, 'get_max_memory');
    $dom->set_memory_parameters({ hard_limit => 70_000, soft_limit => 60_000 });
    my $limits = $dom->get_memory_parameters;
    is_deeply([@$limits{qw(hard_limit soft_limit)}], [70_000, 60_000], 'set_memory_parameters: read back');
    is($box->cgroup($dom, 'memory', 'memory.limit_in_bytes'), 70_000 << 10, 'hard_limit: in the kernel');
    is($box->cgroup($dom, 'memory', 'memory.soft_limit_in_bytes'), 60_000 << 10, 'soft_limit: in the kernel');
    $dom->set_memory(50 << 10);
    is($box->cgroup($dom, 'memory', 'memory.limit_in_bytes'), 50 << 20, 'set_memory: in the kernel');
    my $stats = $dom->memory_stats;
    is($stats->{actual_balloon}, 50 << 10, 'memory_stats: what it may have');
    cmp_ok($stats->{rss}, '>', 0, 'memory_stats: what it has');
    cmp_ok($dom->get_info->{memory}, '>', 0, 'get_info');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->set_max_memory(80 << 10) }, 'set_max_memory: not while it runs');
};

subtest 'blkio' => sub {
    $dom->set_blkio_parameters({ Sys::Virt::Domain::BLKIO_WEIGHT() => 300 });
    is($dom->get_blkio_parameters->{weight}, 300, 'set_blkio_parameters: read back');
    like($box->cgroup($dom, 'blkio', 'blkio*.weight'), qr/\b300\b/, 'weight: in the kernel');
    is_deeply($dom->block_stats(''), { rd_req => 0, rd_bytes => 0, wr_req => 0, wr_bytes => 0 }, 'block_stats: of all together');
};

subtest 'blkio of a device' => sub {
    my $loop = Test::SysVirt::LoopDevice->new($bed, 'device.img', 1);
    my %limit = (Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS() => 1 << 20, Sys::Virt::Domain::BLKIO_DEVICE_WRITE_IOPS() => 300);
    my %given = map { $_ => $loop->path . ",$limit{$_}" } keys %limit;
    $dom->set_blkio_parameters({ %given });
    my $read_back = $dom->get_blkio_parameters;
    is_deeply({ map { $_ => $read_back->{$_} } keys %given }, \%given, 'set_blkio_parameters: read back');
    like($box->cgroup($dom, 'blkio', 'blkio.throttle.read_bps_device'), qr/^\d+:\d+ @{[ 1 << 20 ]}$/, 'device_read_bytes_sec: in the kernel');
    like($box->cgroup($dom, 'blkio', 'blkio.throttle.write_iops_device'), qr/^\d+:\d+ 300$/, 'device_write_iops_sec: in the kernel');
};

subtest 'CPU' => sub {
    $dom->set_scheduler_parameters({ cpu_shares => 2048, vcpu_period => 50_000, vcpu_quota => 20_000 });
    is_deeply({ $dom->get_scheduler_parameters->%* }, { cpu_shares => 2048, vcpu_period => 50_000, vcpu_quota => 20_000 },
        'set_scheduler_parameters: read back');
    is($dom->get_scheduler_type, 'posix', 'get_scheduler_type');
    my %kernel = map { $_ => $box->cgroup($dom, 'cpu', "cpu.$_") } qw(shares cfs_period_us cfs_quota_us);
    is_deeply(\%kernel, { shares => 2048, cfs_period_us => 50_000, cfs_quota_us => 20_000 }, 'in the kernel');
    is_deeply([$dom->set_scheduler_parameters({ vcpu_quota => -1 })], [], 'without a quota again');

    my ($total) = $dom->get_cpu_stats(-1, 1);
    is_deeply([sort keys %$total], [qw(cpu_time system_time user_time)], 'get_cpu_stats: of all together');
    my $used   = sub { split ' ', $box->cgroup($dom, 'cpuacct', 'cpuacct.usage_percpu') };
    my @online = $used->();
    my @each   = $dom->get_cpu_stats(0, scalar @online);
    my @later  = $used->();
    is(scalar @each, scalar @online, 'get_cpu_stats: of each CPU');
    is(scalar(grep { $online[$_] <= $each[$_]{cpu_time} && $each[$_]{cpu_time} <= $later[$_] } 0 .. $#online), scalar @online,
        'get_cpu_stats: of each CPU what the kernel says') or diag explain \@online, \@each, \@later;
    my $sum = 0;
    $sum += $_->{cpu_time} for @each;
    cmp_ok($sum, '>=', $total->{cpu_time}, 'get_cpu_stats: which come to no less');
    is(scalar(() = $dom->get_cpu_stats(@online - 1, 1)), 1, 'get_cpu_stats: of the last one');
};

subtest 'devices' => sub {
    my $tun = "<hostdev mode='capabilities' type='misc'><source><char>/dev/net/tun</char></source></hostdev>";
    is(sh('ls /dev/net 2>&1 | grep -c tun'), 0, 'attach_device: not there before');
    $dom->attach_device($tun);
    is(sh('ls /dev/net'), 'tun', 'attach_device: a character device, there it is');
    like($dom->get_xml_description, qr{<char>/dev/net/tun</char>}, 'attach_device: in the XML, too');
    $dom->detach_device($tun);
    is(sh('ls /dev/net 2>&1 | grep -c tun'), 0, 'detach_device: gone');
    unlike($dom->get_xml_description, qr{<hostdev}, 'detach_device: from the XML, too');

    my $card = "<interface type='bridge'><mac address='52:54:00:12:34:56'/><source bridge='br0'/></interface>";
    $dom->attach_device($card);
    my ($here) = $dom->get_xml_description =~ /<target dev='(vnet\d+)'/;
    ok(-e "/proc/sys/net/ipv4/conf/$here", 'attach_device: a network card, this end of it');
    like(sh('ifconfig -a'), qr/52:54:00:12:34:56/, 'attach_device: and the other');
    is($dom->interface_stats($here)->{rx_errs}, 0, 'interface_stats');
    $dom->detach_device($card);
    unlike(sh('ifconfig -a'), qr/52:54/, 'detach_device: gone');
    fails(Sys::Virt::Error::ERR_DEVICE_MISSING, sub { $dom->detach_device($card) }, 'detach_device: once');
};

subtest 'suspend and resume' => sub {
    $dom->suspend;
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_USER], 'suspended');
    is($box->cgroup($dom, 'freezer', 'freezer.state'), 'FROZEN', 'in the kernel');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED], 'suspended');
    $dom->resume;
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_UNPAUSED], 'resumed');
    is($box->cgroup($dom, 'freezer', 'freezer.state'), 'THAWED', 'in the kernel');
    $events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_RESUMED, Sys::Virt::Domain::EVENT_RESUMED_UNPAUSED], 'resumed');
    is(sh('echo awake'), 'awake', 'it goes on');
};

subtest 'metadata' => sub {
    my $uri = 'http://bed.invalid/notes';
    $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'a box');
    is($dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE), 'a box', 'a title');
    $events->next_is($dom, METADATA_CHANGE => [Sys::Virt::Domain::METADATA_TITLE, undef], 'the title');
    $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, '<note>mine</note>', 'n', $uri);
    is($dom->get_metadata(Sys::Virt::Domain::METADATA_ELEMENT, $uri), '<note>mine</note>', 'an element');
    $events->next_is($dom, METADATA_CHANGE => [Sys::Virt::Domain::METADATA_ELEMENT, $uri], 'the element');
};

subtest 'what a host of containers says' => sub {
    like($conn->domain_xml_from_native('lxc-tools', "lxc.utsname = old\nlxc.rootfs = /srv/old\n"), qr{<name>old</name>.*<source dir='/srv/old'/>}s,
        'domain_xml_from_native');
    like($conn->get_capabilities, qr{<os_type>exe</os_type>}, 'get_capabilities');
    $dom->set_autostart(1);
    is($dom->get_autostart, 1, 'set_autostart');
    $dom->set_autostart(0);
    is($dom->get_autostart, 0, 'set_autostart: off');
};

subtest 'reboot from inside' => sub {
    is($stream->send("reboot -f\n", 10), 10, 'send: all of the bytes');
    $events->next_is($dom, REBOOT => [], 'rebooted');
    attach();
    console('', qr/READY/);
    is(sh('echo again'), 'again', 'it runs again');
    is($dom->is_active, 1, 'is_active');
};

# Down it goes, and up again for the next.
sub down {
    my ($detail) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    # After the stops of those starts that were in vain.
    $events->until([LIFECYCLE => $dom->get_name, Sys::Virt::Domain::EVENT_STOPPED, $detail], 'LIFECYCLE: stopped');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SHUTDOWN], 'it is down');
    return;
}

sub up { starts(sub { $dom->create }); return }

my $shut_down = Sys::Virt::Domain::EVENT_STOPPED_SHUTDOWN;
subtest 'shutdown and reboot by init' => sub {
    $dom->shutdown(Sys::Virt::Domain::SHUTDOWN_INITCTL);
    down($shut_down);
    is($box->says('runlevel'), '0', 'shutdown: init was asked for runlevel 0');
    up();
    $dom->reboot(Sys::Virt::Domain::REBOOT_INITCTL);
    down($shut_down);
    is($box->says('runlevel'), '6', 'reboot: init was asked for runlevel 6');
    up();
    $dom->shutdown(Sys::Virt::Domain::SHUTDOWN_SIGNAL);
    down($shut_down);
    is($box->says('signals'), 'TERM', 'shutdown: init got a signal');
    is($box->says('runlevel'), '', 'and nothing else');
};

subtest 'a transient container' => sub {
    my $other = Test::SysVirt::Container->new($bed, 'other');
    my $file  = descriptor("read me, too\n");
    my $guest = $conn->create_domain_with_files($other->xml, [fileno $file], Sys::Virt::Domain::START_AUTODESTROY);
    is($guest->is_persistent, 0, 'create_domain_with_files');
    close $file;
    ok(until_true(sub { $other->says('fd') }), 'it has a descriptor');
    is($other->says('fd'), 'read me, too', 'which it has read');
    $events->next_is($guest, LIFECYCLE => [Sys::Virt::Domain::EVENT_STARTED, Sys::Virt::Domain::EVENT_STARTED_BOOTED], 'started');
    $guest->destroy;
    my ($event, $detail) = $events->next($guest, LIFECYCLE => Sys::Virt::Domain::EVENT_STOPPED);
    is($event, Sys::Virt::Domain::EVENT_STOPPED, 'LIFECYCLE: stopped');
    # Now and then libvirtd hears that its init died before it has told who killed it.
    ok((grep { $detail == $_ } Sys::Virt::Domain::EVENT_STOPPED_DESTROYED, Sys::Virt::Domain::EVENT_STOPPED_FAILED), 'LIFECYCLE: destroyed')
        or diag $detail;
    fails(Sys::Virt::Error::ERR_NO_DOMAIN, sub { $guest->get_info }, 'and gone');
};

$dom->undefine;
$events->next_is($dom, LIFECYCLE => [Sys::Virt::Domain::EVENT_UNDEFINED, Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED], 'undefined');

done_testing;
