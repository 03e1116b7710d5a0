use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Test::SysVirt::Events;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Test::SysVirt::Transport qw(until_true);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;

# Events of real domains: each is provoked, and caught by the default event loop.

Sys::Virt::Event::register_default();
my $bed  = Test::SysVirt::Qemu->new(seconds => 180);
my $conn = $bed->conn;

my $events = Test::SysVirt::Events->of($conn, domain => qw(LIFECYCLE REBOOT RTC_CHANGE IO_ERROR GRAPHICS IO_ERROR_REASON
    BLOCK_JOB BLOCK_JOB_2 TRAY_CHANGE PMWAKEUP PMSUSPEND BALLOON_CHANGE DEVICE_REMOVED TUNABLE AGENT_LIFECYCLE DEVICE_ADDED
    MIGRATION_ITERATION JOB_COMPLETED METADATA_CHANGE BLOCK_THRESHOLD));

sub lifecycle_is {
    my ($dom, $what, @types) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $events->next_is($dom, LIFECYCLE => $_, $what) for @types;
    return;
}

my $vnc = "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>";
my $drive = "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>%s<target dev='sdb' bus='scsi'/><readonly/></disk>";
my $data = $bed->image('events.qcow2', '8M');

my $dom = $conn->define_domain($bed->xml('events', devices => $bed->disk($bed->boot_image('events.img'), 'vda')
    . $bed->disk($data, 'vdb') . $vnc . sprintf($drive, '') . "<controller type='scsi' model='virtio-scsi'/>"));
lifecycle_is($dom, 'defined', [Sys::Virt::Domain::EVENT_DEFINED, Sys::Virt::Domain::EVENT_DEFINED_ADDED]);

my $linux = Test::SysVirt::Guest->start($bed, 'linux',
    more    => "<clock offset='utc'/><pm><suspend-to-mem enabled='yes'/></pm>",
    devices => $bed->disk($bed->image('hot.qcow2', '8M'), 'vdc', more => "<alias name='ua-hot'/>"));

subtest 'lifecycle' => sub {
    $dom->create;
    lifecycle_is($dom, 'started',
        [Sys::Virt::Domain::EVENT_RESUMED, Sys::Virt::Domain::EVENT_RESUMED_UNPAUSED],
        [Sys::Virt::Domain::EVENT_STARTED, Sys::Virt::Domain::EVENT_STARTED_BOOTED]);
    is($bed->serial($dom)->ask('!'), '!1', 'create: the guest has booted');
    $dom->suspend;
    lifecycle_is($dom, 'suspended', [Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_PAUSED]);
    $dom->resume;
    lifecycle_is($dom, 'resumed', [Sys::Virt::Domain::EVENT_RESUMED, Sys::Virt::Domain::EVENT_RESUMED_UNPAUSED]);
    $dom->reset;
    $events->next_is($dom, REBOOT => [], 'reset');
    ok($bed->loaded_anew($dom), 'reset: the guest starts anew');
    is($bed->serial($dom)->ask('!'), '!1', 'reset: the guest has booted again');
};

subtest 'a block job' => sub {
    my $source = $bed->dir . '/events.img';
    my $copy = "<disk type='file'><source file='$source.copy'/><driver type='raw'/></disk>";
    $dom->block_copy('vda', $copy, {}, Sys::Virt::Domain::BLOCK_COPY_TRANSIENT_JOB);
    $events->next_is($dom, BLOCK_JOB => [$source, Sys::Virt::Domain::BLOCK_JOB_TYPE_COPY, Sys::Virt::Domain::BLOCK_JOB_READY], 'ready');
    $events->next_is($dom, BLOCK_JOB_2 => ['vda', Sys::Virt::Domain::BLOCK_JOB_TYPE_COPY, Sys::Virt::Domain::BLOCK_JOB_READY], 'ready');
    $dom->abort_block_job('vda');
    $events->next_is($dom, BLOCK_JOB_2 => ['vda', Sys::Virt::Domain::BLOCK_JOB_TYPE_COPY, Sys::Virt::Domain::BLOCK_JOB_CANCELED], 'ended');
};

subtest 'devices' => sub {
    my $disk = $bed->disk($bed->image('scsi.qcow2', '8M'), 'sda', bus => 'scsi', more => "<alias name='ua-scsi'/>");
    $dom->attach_device($disk);
    $events->next_is($dom, DEVICE_ADDED => ['ua-scsi'], 'attached');
    $dom->detach_device($disk);
    $events->next_is($dom, DEVICE_REMOVED => ['ua-scsi'], 'detached');

    my ($drive_alias) = $dom->get_xml_description =~ m{<target dev='sdb'.*?<alias name='([^']+)'}s;
    $dom->update_device(sprintf $drive, "<source file='@{[$bed->image('disc.img', '1M')]}'/>");
    $events->next_is($dom, TRAY_CHANGE => [$drive_alias, Sys::Virt::Domain::EVENT_TRAY_CHANGE_OPEN], 'a disc is changed');
    $events->next_is($dom, TRAY_CHANGE => [$drive_alias, Sys::Virt::Domain::EVENT_TRAY_CHANGE_CLOSE], 'the tray is closed');
};

subtest 'metadata and limits' => sub {
    $dom->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'a title');
    $events->next_is($dom, METADATA_CHANGE => [Sys::Virt::Domain::METADATA_TITLE, undef], 'a title');
    $dom->set_metadata(Sys::Virt::Domain::METADATA_ELEMENT, '<owner>us</owner>', 'k', 'urn:k');
    $events->next_is($dom, METADATA_CHANGE => [Sys::Virt::Domain::METADATA_ELEMENT, 'urn:k'], 'an element, with its namespace');

    $dom->set_block_iotune('vdb', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC() => 5_000_000_000 });
    my ($tunable) = $events->next($dom, 'TUNABLE');
    is_deeply($tunable, {
        Sys::Virt::Domain::TUNABLE_BLKDEV_DISK()            => 'vdb',
        Sys::Virt::Domain::TUNABLE_BLKDEV_TOTAL_BYTES_SEC() => 5_000_000_000,
    }, 'TUNABLE: a limit above 32 bits') or diag explain $tunable;

    $dom->set_block_threshold('vdb', 4096);
    $bed->serial($dom)->ask('W');
    my ($disk, $path, $threshold, $excess) = $events->next($dom, 'BLOCK_THRESHOLD', 'vdb');
    is("$disk $path $threshold", "vdb $data 4096", 'BLOCK_THRESHOLD: disk, path and threshold of a write that goes beyond');
    cmp_ok($excess, '>', 0, 'BLOCK_THRESHOLD: by how much the write goes beyond');
};

subtest 'graphics' => sub {
    my ($port) = $dom->get_xml_description =~ /<graphics type='vnc' port='(\d+)'/;
    my $viewer = IO::Socket::INET->new("127.0.0.1:$port") or die $!;
    my $viewer_at = { family => Sys::Virt::Domain::EVENT_GRAPHICS_ADDRESS_IPV4, node => '127.0.0.1', service => $viewer->sockport };
    my $screen_at = { family => Sys::Virt::Domain::EVENT_GRAPHICS_ADDRESS_IPV4, node => '127.0.0.1', service => $port };
    $events->next_is($dom, GRAPHICS => [Sys::Virt::Domain::EVENT_GRAPHICS_CONNECT, $screen_at, $viewer_at, 'none', []], 'a viewer comes');
    close $viewer;
    $events->next_is($dom, GRAPHICS => [Sys::Virt::Domain::EVENT_GRAPHICS_DISCONNECT, $screen_at, $viewer_at, 'none', []], 'the viewer goes');
};

subtest 'jobs' => sub {
    my $target = $bed->dir . '/backup.qcow2';
    $dom->backup_begin(<<XML, undef);
<domainbackup mode='push'><disks><disk name='vda' backup='no'/>
  <disk name='vdb' type='file'><target file='$target'/><driver type='qcow2'/></disk></disks></domainbackup>
XML
    my ($backup) = $events->next($dom, 'JOB_COMPLETED');
    is($backup->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_BACKUP, 'JOB_COMPLETED: the operation was a backup');
    is($backup->{Sys::Virt::Domain::JOB_DISK_TOTAL()}, 8 << 20, "JOB_COMPLETED: the backup's bytes");
    is($backup->{Sys::Virt::Domain::JOB_SUCCESS()}, 1, 'JOB_COMPLETED: the backup was a success');

    my $image = $bed->dir . '/events.save';
    $dom->save($image);
    # QEMU 11 tells of the second pass first.
    like(($events->next($dom, 'MIGRATION_ITERATION'))[0], qr/^[12]$/, 'MIGRATION_ITERATION: the pass over the memory');
    my ($save) = $events->next($dom, 'JOB_COMPLETED');
    is($save->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_SAVE, 'JOB_COMPLETED: the operation was a save');
    cmp_ok($save->{Sys::Virt::Domain::JOB_MEMORY_TOTAL()}, '>=', 64 << 20, "JOB_COMPLETED: the save's memory");
    lifecycle_is($dom, 'saved', [Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_SAVED]);
    $conn->restore_domain($image);
    lifecycle_is($dom, 'restored',
        [Sys::Virt::Domain::EVENT_STARTED, Sys::Virt::Domain::EVENT_STARTED_RESTORED],
        [Sys::Virt::Domain::EVENT_RESUMED, Sys::Virt::Domain::EVENT_RESUMED_FROM_SNAPSHOT]);
};

subtest 'a full disk' => sub {
    my $small = $bed->small_dir or plan skip_all => 'no file system of one MiB can be mounted here';
    my $image = $bed->image('small/full.qcow2', '8M');
    my $full = $bed->boot('full', devices => $bed->disk($image, 'vdb', more => "<alias name='ua-full'/>"));
    system "dd if=/dev/zero of=$small/fill bs=4k 2>/dev/null";
    $bed->serial($full)->ask('W', 1);
    $events->next_is($full, IO_ERROR => [$image, 'ua-full', Sys::Virt::Domain::EVENT_IO_ERROR_PAUSE], 'it cannot be written to');
    $events->next_is($full, IO_ERROR_REASON => [$image, 'ua-full', Sys::Virt::Domain::EVENT_IO_ERROR_PAUSE, 'enospc'], 'for this reason');
    lifecycle_is($full, 'stopped by it', [Sys::Virt::Domain::EVENT_SUSPENDED, Sys::Virt::Domain::EVENT_SUSPENDED_IOERROR]);
    $full->destroy;
};

subtest 'the end' => sub {
    $dom->destroy;
    lifecycle_is($dom, 'destroyed', [Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_DESTROYED]);
    $dom->undefine;
    lifecycle_is($dom, 'undefined', [Sys::Virt::Domain::EVENT_UNDEFINED, Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED]);
};

subtest 'in a Linux guest' => sub {
    $events->next_is($linux, AGENT_LIFECYCLE =>
        [Sys::Virt::Domain::EVENT_AGENT_LIFECYCLE_STATE_CONNECTED, Sys::Virt::Domain::EVENT_AGENT_LIFECYCLE_REASON_CHANNEL],
        'the agent is there');
    ok(Test::SysVirt::Guest->ready($bed, $linux), 'agent: answers when the Linux guest has booted');
    $linux->set_memory(150 * 1024);
    $events->next_is($linux, BALLOON_CHANGE => [150 * 1024], 'memory is taken');
    $linux->detach_device_alias('ua-hot');
    $events->next_is($linux, DEVICE_REMOVED => ['ua-hot'], 'the guest lets a disk go');
    Test::SysVirt::Guest->sh($bed, $linux, "date -u -s '2030-01-01 00:00:00'; hwclock -u -w");
    my ($offset) = $events->next($linux, 'RTC_CHANGE');
    cmp_ok(abs($offset + time - 1_893_456_000), '<', 30, "RTC_CHANGE: the offset of the guest's clock to that of the host");
    $linux->pm_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0);
    $events->next_is($linux, PMSUSPEND => [0], 'asleep');
    $linux->pm_wakeup;
    $events->next_is($linux, PMWAKEUP => [0], 'awake');
    ok(Test::SysVirt::Guest->ready($bed, $linux), 'pm_wakeup: the agent answers');
    $linux->shutdown(Sys::Virt::Domain::SHUTDOWN_GUEST_AGENT);
    lifecycle_is($linux, 'shut down',
        [Sys::Virt::Domain::EVENT_SHUTDOWN, Sys::Virt::Domain::EVENT_SHUTDOWN_GUEST],
        [Sys::Virt::Domain::EVENT_STOPPED, Sys::Virt::Domain::EVENT_STOPPED_SHUTDOWN]);
};

subtest 'registrations' => sub {
    my (@one, @old, @ended);
    my $watch = $conn->domain_event_register_any($linux, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @one, $_[2]; return });
    # Whoever else uses this host has events, too.
    my %ours = map { $_ => 1 } $linux->get_name, $bed->name('other');
    $conn->domain_event_register(sub {
        push @old, [ref $_[0], $_[1]->get_name, $_[2], $_[3]] if $ours{ $_[1]->get_name };
        return;
    });
    my $other = $conn->define_domain($bed->xml('other'));
    my $ended = $conn->domain_event_register_any($other, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { push @ended, $_[2]; return });
    isnt($ended, $watch, 'domain_event_register_any: each registration has its own number');
    $conn->domain_event_deregister_any($ended);
    $linux->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'x');
    my $xml = $linux->get_xml_description;
    $linux->undefine;
    $events->next($linux, 'METADATA_CHANGE');
    # Each registration has a message of its own.
    until_true(sub { @old >= 2 && @one });
    Sys::Virt::Event::run_default();
    is_deeply(\@one, [Sys::Virt::Domain::EVENT_UNDEFINED], "domain_event_register_any: for one domain has that domain's event only");
    is_deeply(\@old, [
        ['Sys::Virt', $other->get_name, Sys::Virt::Domain::EVENT_DEFINED, Sys::Virt::Domain::EVENT_DEFINED_ADDED],
        ['Sys::Virt', $linux->get_name, Sys::Virt::Domain::EVENT_UNDEFINED, Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED],
    ], "domain_event_register: the callback gets all domains' events");
    $conn->domain_event_deregister;
    $conn->domain_event_deregister_any($watch);
    $other->undefine;
    lifecycle_is($other, 'undefined', [Sys::Virt::Domain::EVENT_UNDEFINED, Sys::Virt::Domain::EVENT_UNDEFINED_REMOVED]);
    Sys::Virt::Event::run_default() for 1 .. 5;
    is(@one + @old, 3, 'domain_event_deregister: no event comes afterwards');
    is_deeply(\@ended, [], 'domain_event_deregister_any: no event comes afterwards');
};

done_testing;
