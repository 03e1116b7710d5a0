use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib qw(crc32);
use POSIX qw(:termios_h);
use Sys::Virt;
use Sys::Virt::Domain;
use Test::More;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::Process;
use Test::SysVirt::Qemu;
use Test::SysVirt::SecondHost;
use Time::HiRes qw(sleep);

# The examples at work on a real hypervisor.

my $bed  = Test::SysVirt::Qemu->new(seconds => 300);
my $conn = $bed->conn;
my $dir  = $bed->dir;
my @uri  = ('--connect', 'qemu:///system');

# Runs an example to its end; returns what it printed.
sub example {
    my ($name, @arguments) = @_;
    my ($out, $err, $status) = run_perl("examples/$name.pl", @uri, @arguments);
    is("$status$err", '0', "$name: exits with 0 and says nothing on standard error");
    return $out;
}

sub fails {
    my ($name, @arguments) = @_;
    my ($out, $err, $status) = run_perl("examples/$name.pl", @uri, @arguments);
    is($status >> 8, 1, "$name: exits with 1");
    return $err;
}

sub start {
    my ($name, @arguments) = @_;
    return Test::SysVirt::Process->start("examples/$name.pl", @uri, @arguments);
}

sub bytes {
    my ($file, $length) = @_;
    open my $fh, '<:raw', $file or die "$file: $!";
    read $fh, my $bytes, $length // -s $fh;
    return $bytes;
}

# The start of the disk that an image holds.
sub first_sector {
    my ($image) = @_;
    system('qemu-img', 'convert', '-O', 'raw', $image, "$dir/raw") == 0 or die "qemu-img convert $image failed";
    return bytes("$dir/raw", 512);
}

my $name = $bed->name('vm');
my $data = $bed->image('data.qcow2', '8M');

my $dom = $bed->boot('vm', devices => $bed->disk($data, 'vdb'));

subtest events => sub {
    my $events = start(events => '--domain', $name, '--count', 6);
    ok($events->expect(qr/^Waiting for events of qemu:/m), 'events: says that it waits');
    $dom->suspend;
    $dom->resume;
    $dom->destroy;
    $dom->create;
    my ($out, $status) = $events->end;
    is($status, 0, 'events: ends with 0 after so many events');
    my @events = map { /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d domain \Q$name\E (.*)$/m ? $1 : () } split /^/, $out;
    is_deeply(\@events,
        ['suspended paused', 'resumed unpaused', 'shutdown host', 'stopped destroyed', 'resumed unpaused', 'started booted'],
        'events: prints what has happened') or diag($out);

    $events = start(events => '--domain', $name);
    $events->expect(qr/^Waiting/m);
    $events->signal('INT');
    is(($events->end)[1], 0, 'events: ends with 0 when interrupted');
    $bed->serial($dom)->ask('!') or die 'the domain does not boot';
};

subtest inventory => sub {
    like(example(inventory => '--active'), qr/^\Q$name\E +running +1 +64 +64  no$/m, 'inventory: has the domain that runs');
};

subtest top => sub {
    my $top = start(top => '--delay', 1, '--count', 1, '--sort', 'disk');
    # Some of these are before the second in which it measures, some after.
    for (1 .. 10) {
        $bed->serial($dom)->ask('W');
        sleep 0.2;
    }
    my ($out, $status) = $top->end;
    is($status, 0, 'top: ends with 0');
    my ($cpu, $written, $kilo) = $out =~ /^\Q$name\E +([\d.]+) +64\.0M +0 +([\d.]+)(K?) +\S+ +\S+$/m or diag($out);
    cmp_ok($cpu, '>', 0, 'top: the domain has used a processor');
    cmp_ok($written, '>', 0, 'top: the domain has written');
    cmp_ok($written * ($kilo ? 1024 : 1), '<=', 10 * 512, 'top: the domain has written no more than it was asked for');
};

subtest 'check-libvirt' => sub {
    $dom->suspend;
    my ($out) = run_perl('examples/check-libvirt.pl', @uri);
    like($out, qr/^LIBVIRT (?:WARNING|CRITICAL) - .*\b\Q$name\E is paused, .* \| running=\d+;;;0;\d+/, 'check-libvirt: warns of a paused domain');
    $dom->resume;
    ($out) = run_perl('examples/check-libvirt.pl', @uri);
    like($out, qr/^LIBVIRT /, 'check-libvirt: is asked again');
    unlike($out, qr/\Q$name\E/, 'check-libvirt: finds nothing wrong with a domain that runs');
};

subtest screenshot => sub {
    my $out = example(screenshot => $name, "$dir/shot.png");
    is($out, "$dir/shot.png: 720 x 400\n", 'screenshot: says the size of a text screen');
    my $png = bytes("$dir/shot.png");
    is(substr($png, 0, 8), "\x89PNG\r\n\x1a\n", 'screenshot: begins as a PNG');
    is(substr($png, -12), pack('N a4 N', 0, 'IEND', crc32('IEND')), 'screenshot: ends as a PNG');
};

subtest console => sub {
    my $console = start(console => $name);
    ok($console->expect(qr/Connected to \Q$name\E/), 'console: says that it is connected');
    like(fails(console => $name), qr/^console: .*[Cc]onsole/m, 'console: a second one is refused');
    $console->type('a');
    my ($digit) = ($console->expect(qr/a\d/) // '') =~ /a(\d)/;
    ok(defined $digit, 'console: the guest answers');
    $console->type("b\x{1d}c");
    my ($out, $status) = $console->end;
    is($status, 0, 'console: ends with 0 at Ctrl-]');
    unlike($out, qr/c\d/, 'console: sends nothing after Ctrl-]');

    my $first  = start(console => $name);
    $first->expect(qr/Connected/);
    my $second = start(console => '--force', $name);
    $second->expect(qr/Connected/);
    ($out, $status) = $first->end;
    is($status >> 8, 1, 'console: one that is thrown out exits with 1');
    like($out, qr/^console: /m, 'console: one that is thrown out says so on standard output');
    $second->type('d');
    ok($second->expect(qr/d\d/), 'console: who has thrown it out has the console');
    $second->signal('TERM');
    is(($second->end)[1], 0, 'console: ends with 0 when told to');
};

# A pseudo terminal: what its user sees, and what a program has.
sub terminal {
    my ($TIOCSPTLCK, $TIOCGPTN) = (0x40045431, 0x80045430);
    sysopen my $user, '/dev/ptmx', POSIX::O_RDWR | POSIX::O_NOCTTY or die "/dev/ptmx: $!";
    my $number = pack 'i', 0;
    ioctl $user, $TIOCSPTLCK, $number or die "unlock a terminal: $!";
    ioctl $user, $TIOCGPTN, $number or die "number of a terminal: $!";
    my $path = '/dev/pts/' . unpack 'i', $number;
    sysopen my $program, $path, POSIX::O_RDWR | POSIX::O_NOCTTY or die "$path: $!";
    return ($user, $program);
}

sub modes {
    my ($terminal) = @_;
    my $modes = POSIX::Termios->new;
    $modes->getattr(fileno $terminal);
    return join ' ', $modes->getiflag, $modes->getoflag, $modes->getlflag;
}

subtest 'console on a terminal' => sub {
    my ($user, $program) = terminal();
    my $before  = modes($program);
    my $console = Test::SysVirt::Process->start(stdin => $program, 'examples/console.pl', @uri, $name);
    ok($console->expect(qr/Connected/), 'console on a terminal: says that it is connected');
    isnt(modes($program), $before, 'console on a terminal: the terminal is in another mode');
    syswrite $user, "\cC";
    ok($console->expect(qr/\cC\d/), 'console on a terminal: Ctrl-C goes to the guest');
    syswrite $user, "\x{1d}";
    is(($console->end)[1], 0, 'console on a terminal: ends with 0 at Ctrl-]');
    is(modes($program), $before, 'console on a terminal: the terminal is as it was');
};

subtest 'rotate-snapshots' => sub {
    my $image = $bed->image('rotate.qcow2', '4M');
    my $dom = $conn->define_domain($bed->xml('rotate', devices => $bed->disk($image, 'vda')));
    $dom->create_snapshot('<domainsnapshot><name>mine</name></domainsnapshot>');
    my @created;
    for my $round (1 .. 3) {
        my $out = example('rotate-snapshots', '--keep', 2, $dom->get_name);
        push @created, $out =~ /: created (auto-\d{8}-\d{6})$/m;
        is(($out =~ /: deleted (\S+)$/m)[0], $round < 3 ? undef : $created[0], "rotate-snapshots: what round $round deletes");
        sleep 1.1;
    }
    is_deeply([sort map { $_->get_name } $dom->list_all_snapshots], [@created[1, 2], 'mine'], 'rotate-snapshots: the snapshots that stay');
    is(() = `qemu-img snapshot -l $image` =~ /\bauto-/g, 2, 'rotate-snapshots: as many stay in the image');
};

subtest backup => sub {
    mkdir "$dir/backup" or die $!;
    chmod 0777, "$dir/backup";
    my $write = sub {
        my $answer = $bed->serial($dom)->ask('W');
        ok($answer, 'backup: the guest writes');
        # It writes the digit of the answer before this one.
        return (substr($answer, 1) + 9) % 10;
    };
    my $digit = sub { Test::SysVirt::BootSector::digit(first_sector($_[0])) };
    my $run = sub {
        my ($kind, @options) = @_;
        my $out = example(backup => @options, $name, "$dir/backup");
        my ($file) = $out =~ m{\r\[#{40}\] 100 %  [\d.]+ MiB/s \n$kind backup: (\Q$dir/backup/$name\E-\d{8}-\d{6}-vdb\.$kind\.qcow2)\n\z} or diag($out);
        is(scalar(my @checkpoints = $dom->list_all_checkpoints), 1, 'backup: there is one checkpoint');
        sleep 1.1;
        return $file;
    };
    my $first  = $write->();
    my $full   = $run->('full');
    my $second = $write->();
    my $next   = $run->('incremental');
    my $none   = $run->('incremental');
    isnt($first, $second, 'backup: the guest has written something else');
    for my $pair ([$full, $next], [$next, $none]) {
        my ($earlier, $later) = @$pair;
        system(qw(qemu-img rebase -u -f qcow2 -F qcow2 -b), $earlier, $later) == 0 or die 'qemu-img rebase failed';
    }
    is($digit->($full), $first, 'backup: the full backup has the first write');
    is($digit->($next), $second, 'backup: the incremental backup on top of it has the second write');
    is($digit->($none), $second, 'backup: the next one on top of that has the second write, too');
    my $depth = sub { (`qemu-img map --output=json $_[0]` =~ /"start": 0,.*?"depth": (\d+)/)[0] };
    is($depth->($next), 0, 'backup: the write is in the incremental backup that follows it');
    is($depth->($none), 1, 'backup: the write is not in the one after that');
    $run->('full', '--full');

    my ($before) = map { $_->get_name } $dom->list_all_checkpoints;
    like(fails(backup => $name, "$dir/nowhere"), qr/^backup: /, 'backup: refuses a folder that is not there');
    is_deeply([map { $_->get_name } $dom->list_all_checkpoints], [$before], 'backup: leaves the checkpoint as it was when it fails');

    # The guest has a disk that takes 16 seconds to copy: what is below the image comes at 4 MiB/s.
    my ($below, $socket) = ("$dir/below.img", "$dir/below.sock");
    open my $fill, '>:raw', $below or die $!;
    print $fill "\7" x (1 << 20) for 1 .. 64;
    close $fill or die $!;
    # It ends with the guest, its only client.
    system('qemu-nbd', '--fork', "--socket=$socket", '--object=throttle-group,id=slow,x-bps-read=' . (4 << 20),
        '--image-opts', "driver=throttle,throttle-group=slow,file.driver=file,file.filename=$below") == 0 or die 'qemu-nbd failed';
    chmod 0666, $socket or die $!;
    my $image = $bed->image('slow.qcow2', '64M', '-u', '-b', "nbd+unix:///?socket=$socket", '-F', 'raw');
    my $slow = $bed->boot('slow', devices => $bed->disk($image, 'vdb'));
    my $process = start(backup => $slow->get_name, "$dir/backup");
    my $shows = $process->expect(qr/\r\[#* *\] +\d+ %  [\d.]+ MiB\/s /);
    $process->signal('INT');
    my ($out, $status) = $process->end;
    ok($shows, 'backup: shows how far it has got, and how fast');
    is($status >> 8, 130, 'backup: Ctrl-C makes it exit with 130');
    like($out, qr/^backup: interrupted$/m, 'backup: says that it was interrupted');
    is(($slow->get_job_info)->{type}, Sys::Virt::Domain::JOB_NONE, 'backup: no job is left');
    is_deeply([$slow->list_all_checkpoints], [], 'backup: no checkpoint is left');
    is($bed->serial($slow)->ask('a'), 'a2', 'backup: the guest goes on');
    $slow->destroy;
};

my $pool_name = $bed->name('pool');
mkdir "$dir/pool" or die $!;
my $pool = $conn->define_storage_pool(
    "<pool type='dir'><name>$pool_name</name><target><path>$dir/pool</path></target></pool>");
$pool->create;

subtest upload => sub {
    my $raw = join '', map { chr(($_ * $_ >> 3) % 256) } 1 .. 1 << 20;
    open my $out, '>:raw', "$dir/raw.img" or die $!;
    print $out $raw, "\0" x (2 << 20), $raw or die $!;
    close $out or die $!;
    my $shown = example(upload => "$dir/raw.img", $pool_name);
    like($shown, qr/\r\[#{40}\] 100 %  [\d.]+ MiB\/s \n/, 'upload: ends with a full bar');
    like($shown, qr/^\Q$dir\E\/raw\.img is \Q$dir\E\/pool\/raw\.img$/m, 'upload: says where the volume is');
    my $info = $pool->get_volume_by_name('raw.img')->get_info;
    is($info->{capacity}, 4 << 20, 'upload: the volume has the size of the file');
    ok(bytes("$dir/pool/raw.img") eq bytes("$dir/raw.img"), 'upload: the volume has the bytes of the file');

    like(fails(upload => "$dir/raw.img", $pool_name), qr/^upload: raw\.img is in /, 'upload: does not overwrite a volume');
    open $out, '>:raw', "$dir/raw.img" or die $!;
    print $out scalar reverse($raw) x 4 or die $!;
    close $out or die $!;
    example(upload => '--replace', "$dir/raw.img", $pool_name);
    ok(bytes("$dir/pool/raw.img") eq bytes("$dir/raw.img"), 'upload: overwrites a volume with --replace');

    open my $large, '>', "$dir/large.img" or die $!;
    truncate $large, 4 << 30 or die $!;
    my $process = start(upload => "$dir/large.img", $pool_name);
    ok($process->expect(qr/\r\[#* *\] +\d+ %  [\d.]+ MiB/), 'upload: shows how far a large file has got');
    $process->signal('INT');
    my ($printed, $status) = $process->end;
    is($status >> 8, 1, 'upload: Ctrl-C makes it exit with 1');
    like($printed, qr/^upload: interrupted$/m, 'upload: says that it was interrupted');
    ok(!-e "$dir/pool/large.img", 'upload: leaves no volume behind when interrupted');

    example(upload => '--name', 'R&D.qcow2', $data, $pool_name);
    my $volume = $pool->get_volume_by_name('R&D.qcow2');
    is($volume->get_info->{capacity}, 8 << 20, 'upload: a qcow2 image is as large as its disk');
    like($volume->get_xml_description, qr/<format type='qcow2'\/>/, 'upload: a qcow2 image becomes a qcow2 volume');
};

subtest clone => sub {
    my $boot = $bed->boot_image('pool/' . $bed->name('origin') . '.img');
    $pool->refresh;
    my ($old, $new) = map { $bed->name($_) } qw(origin copy);
    $conn->define_domain($bed->xml('origin', devices => $bed->disk($boot, 'vda')
        . "<interface type='user'><mac address='52:54:00:00:00:09'/></interface>"));
    is(example(clone => $old, $new), "$boot is copied to $dir/pool/$new.img\n$new is defined\n", 'clone: says what it has done');
    ok(bytes("$dir/pool/$new.img") eq bytes($boot), 'clone: the image has the same bytes');
    my ($first, $second) = map { $conn->get_domain_by_name($_) } $old, $new;
    isnt($second->get_uuid_string, $first->get_uuid_string, 'clone: the UUID is another one');
    my ($mac) = $second->get_xml_description =~ /<mac address='([^']*)'/;
    like($mac, qr/^52:54:00:(?!00:00:09)/, 'clone: the MAC address is another one');
    $second->create;
    is(($bed->serial($second)->ask('c') // ''), 'c1', 'clone: the copy runs');
    like(fails(clone => $new, $bed->name('third')), qr/is running/, 'clone: refuses a domain that runs');
    $second->destroy;

    # A volume of that name is there: what was copied before that goes again.
    my $disks = join '', map { $bed->disk("$dir/pool/$_", $_ eq 'raw.img' ? 'vda' : 'vdb') } 'raw.img', "$new.img";
    my $both = $conn->define_domain($bed->xml('both', devices => $disks));
    open my $taken, '>', "$dir/pool/third-$new.img" or die $!;
    $pool->refresh;
    like(fails(clone => $both->get_name, 'third'), qr/^clone: .*third-\Q$new\E/m, 'clone: says which copy cannot be made');
    is_deeply([grep { $_ eq 'third-raw.img' } map { $_->get_name } $pool->list_all_volumes], [], 'clone: leaves no volume behind when it fails');
};

subtest 'dhcp-leases' => sub {
    my $network = $bed->name('net');
    my $net = $conn->create_network(<<"XML");
<network>
  <name>$network</name>
  <bridge name='svt-br7'/>
  <ip address='10.209.7.1' netmask='255.255.255.0'><dhcp><range start='10.209.7.10' end='10.209.7.19'/></dhcp></ip>
</network>
XML
    like(example('dhcp-leases', $network), qr/^NETWORK +MAC +ADDRESS +HOSTNAME +EXPIRES\n\z/, 'dhcp-leases: has no lease at first');
    # The firmware asks for an address to boot from the network.
    my $client = $conn->create_domain($bed->xml('pxe', os => "<boot dev='network'/>", devices =>
        "<interface type='network'><mac address='52:54:00:00:00:08'/><source network='$network'/><model type='virtio'/></interface>"));
    ok($bed->wait_for(sub { $net->get_dhcp_leases }, 40), 'get_dhcp_leases: a guest gets an address');
    my $row = qr/^\Q$network\E +52:54:00:00:00:08 10\.209\.7\.1\d\/24 +- +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/m;
    like(example('dhcp-leases', $network), $row, "dhcp-leases: has the guest's lease");
    like(example('dhcp-leases'), $row, 'dhcp-leases: has it among those of all networks');
    like(example('dhcp-leases', '--mac', '52:54:00:00:00:08', $network), $row, 'dhcp-leases: has it by its MAC address');
    unlike(example('dhcp-leases', '--mac', '52:54:00:00:00:09', $network), qr/$network/, 'dhcp-leases: has none of another card');
    $client->destroy;
    $net->destroy;
};

subtest migrate => sub {
    my $host = Test::SysVirt::SecondHost->new($bed);
    my $guest = $bed->boot('moving');
    my $moving = $guest->get_name;
    my @to = ('--unsafe', '--data-uri', $host->data_uri, $moving, $host->uri);

    my $answer = $bed->serial($guest)->ask('F');
    my $process = start(migrate => '--bandwidth', 1, @to);
    ok($process->expect(qr/\r\[#* *\] +[1-9]\d? %  +[\d.]+ MiB\/s /, 40), 'migrate: shows how far it has got, and how fast');
    $process->signal('INT');
    my ($out, $status) = $process->end;
    is($status >> 8, 130, 'migrate: Ctrl-C makes it exit with 130');
    like($out, qr/^interrupted: \Q$moving\E stays where it is$/m, 'migrate: says that it was interrupted');
    is($guest->get_job_info->{type}, Sys::Virt::Domain::JOB_NONE, 'migrate: no job is left');
    ok($guest->is_active, 'migrate: the domain is still here when cancelled');
    is($bed->serial($guest)->ask('s'), 's3', 'migrate: the guest is alive when cancelled');
    is_deeply([grep { $_->get_name eq $moving } $host->conn->list_all_domains], [], 'migrate: the domain is not there when cancelled');

    $out = example(migrate => @to);
    like($out, qr/\r\[#{40}\] 100 % +\n\Q$moving\E is at \Q@{[$host->uri]}\E\n\z/, 'migrate: ends with a full bar and says where the domain is');
    is_deeply([grep { $_->get_name eq $moving } $conn->list_all_domains], [], 'migrate: the domain is not here any more');
    my $there = $host->conn->get_domain_by_name($moving);
    ok($there->is_persistent, 'migrate: the domain is persistent there');
    is($bed->serial($there)->ask('t'), 't4', 'migrate: the guest goes on there');
};

done_testing();
