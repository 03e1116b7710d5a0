use strict;
use warnings;
use utf8;
use lib 't/lib';
use Compress::Zlib qw(crc32 uncompress);
use Cwd qw(abs_path);
use Encode qw(decode encode);
use File::Basename qw(basename);
use File::Temp qw(tempdir);
use Pod::Checker;
use Test::More;
use Test::SysVirt::Driver qw(driver_since);
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::URI qw(file_uri);

# The examples, each run on a host of libvirt's test driver. What needs a hypervisor is in
# 71-qemu-examples.t.

our $host = file_uri(abs_path('t/data/examples.xml'));
# Nobody listens there, whether this machine has a libvirtd or not.
my $nobody = 'qemu+tcp://127.0.0.1:1/system';
my $dir  = tempdir(CLEANUP => 1);
my @all  = map { basename($_, '.pl') } grep { !/first-steps/ } glob 'examples/*.pl';
binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ } qw(output failure_output todo_output);
cmp_ok(scalar @all, '>=', 14, 'examples/: has all of them');

# Those that ask many hosts at once need a module that may not be here.
my %many = map { $_ => 1 } qw(fleet inventory top);
my $future = eval { require Future; 1 };
die $@ if !$future && $ENV{SYS_VIRT_TEST_REQUIRE};
@all = grep { !$many{$_} } @all if !$future;

sub many_hosts {
    my ($name, $tests) = @_;
    return subtest($name => sub { $future ? $tests->() : plan(skip_all => 'no Future here') });
}

# Runs an example on the host; returns what it printed, what it complained of, its exit status or
# what ended it.
sub example {
    my ($name, @arguments) = @_;
    my ($out, $err, $status) = run_perl("examples/$name.pl", map({ encode('UTF-8', $_) } @arguments), '--connect', $host);
    return (decode('UTF-8', $out), $err, $status & 127 ? 'signal ' . ($status & 127) : $status >> 8);
}

sub prints {
    my ($name, $arguments, $want, $what) = @_;
    my ($out, $err, $status) = example($name, @$arguments);
    ref $want ? like($out, $want, $what) : is($out, $want, $what);
    is("$status$err", '0', "$name @$arguments: exits with 0 and says nothing on standard error");
    return $out;
}

sub fails {
    my ($name, $arguments, $want, $what) = @_;
    my ($out, $err, $status) = example($name, @$arguments);
    like($err, $want, $what);
    is($status, 1, "$name @$arguments: exits with 1");
    return;
}

my %arguments = (
    backup => ['db', $dir], clone => ['web', 'new'], console => ['db'], download => ['web.qcow2', 'images', "$dir/got"], migrate => ['db', 'test:///default'],
    'rotate-snapshots' => ['db'], screenshot => ['db', "$dir/x.png"], upload => ['t/data/examples.xml', 'images'],
);
# They exit as monitoring wants it.
my %monitors = map { $_ => 1 } qw(check-libvirt fleet);
for my $name (@all) {
    subtest "what $name has like all" => sub {
        needs('Mojolicious', 'Future') if $name eq 'dashboard';
        my $checker = Pod::Checker->new(-warnings => 1);
        open my $report, '>', \my $complaints or die $!;
        $checker->parse_from_file("examples/$name.pl", $report);
        is($checker->num_errors + $checker->num_warnings, 0, "$name: its pod has no errors") or diag($complaints);
        ok(-x "examples/$name.pl", "$name: can be executed");

        my $unknown = $monitors{$name} ? 3 : 2;
        my ($out, $err, $status) = example($name, '--help');
        like($out, qr/^Usage:\n +\Q$name\E\.pl /, "$name --help: begins with the usage");
        like($out, qr/--connect URI/, "$name --help: has the options");
        is($status, $monitors{$name} ? 3 : 0, "$name --help: status");
        ($out, $err, $status) = example($name, '--bogus', @{ $arguments{$name} // [] });
        like($err, qr/^Unknown option: bogus\nUsage:/, "$name --bogus: is refused with the usage");
        is($status, $unknown, "$name --bogus: status");
        return if !$arguments{$name};
        ($out, $err, $status) = example($name);
        like($err, qr/^Usage:/, "$name without arguments: is refused with the usage");
        is($status, $unknown, "$name without arguments: status");
    };
    # The dashboard waits for one: see 55-dashboard.t.
    next if $monitors{$name} || $name eq 'dashboard';
    subtest "$name without a hypervisor" => sub {
        my ($out, $err, $status) = run_perl("examples/$name.pl", @{ $arguments{$name} // [] }, '--connect', $nobody);
        like($err, qr{^\Q$name\E: .*127\.0\.0\.1:1\b}, "$name without a hypervisor: says what it cannot open");
        is($status >> 8, 1, "$name without a hypervisor: exits with 1");
        is($out, '', "$name without a hypervisor: prints nothing");
    };
}

subtest 'first-steps' => sub {
    my ($out, $err, $status) = run_perl('examples/first-steps.pl');
    is("$status$err", '0', 'runs without an argument');
    like($out, qr{^test:///default, libvirt \d+\.\d+\.\d+\n}, 'the version as people write it');
    like($out, qr/^  hard_limit = no limit\n(?:  .*\n)*  hard_limit = 409600\n/m, 'a limit that is none, and one that is');
    like($out, qr/^  code 42: Domain not found/m, 'and an error');
    ($out, $err, $status) = run_perl('examples/first-steps.pl', '--help');
    like($out, qr/^Usage:\n +first-steps\.pl \[URI\]/, '--help');
    is("$status$err", '0', 'its status');
    ($out, $err, $status) = run_perl('examples/first-steps.pl', '--connect', 'test:///default');
    like($err, qr/^Unknown option: connect\nUsage:/, 'an option that it does not have');
    is($status >> 8, 2, 'its status');
};

many_hosts inventory => sub {
    prints(inventory => [], <<'EOT_TABLES', 'inventory: has all tables');
DOMAIN  STATE    VCPUS  MEMORY MiB  MAXIMUM MiB  AUTOSTART
db      running      4        1536         2048  no
naïve   paused       1          64           64  no
web     off          2         512          512  no

NETWORK  ACTIVE  PERSISTENT  AUTOSTART
lan      yes     yes         no

POOL    ACTIVE  AUTOSTART  CAPACITY MiB  USED MiB  FREE MiB
images  yes     no               102400     35840     66560

EOT_TABLES
    prints(inventory => ['--inactive'], <<'EOT_TABLES', 'inventory: has what does not run');
DOMAIN  STATE  VCPUS  MEMORY MiB  MAXIMUM MiB  AUTOSTART
web     off        2         512          512  no

EOT_TABLES
    my ($out) = example(inventory => '--active');
    like($out, qr/^db .*^naïve .*^lan .*^images /ms, 'inventory: has what runs');
    unlike($out, qr/^web /m, 'inventory: has nothing that is off');
};

many_hosts top => sub {
    driver_since('7.8.0');
    my $row = qr/ +0\.0 +0 +0 +0 +0 +0\n/;
    prints(top => ['--delay', '0.1', '--count', 2, '--sort', 'name'],
        qr/^(?:\d\d:\d\d:\d\d  2 running\n\nDOMAIN +CPU % .*\ndb${row}naïve${row}\n){2}\z/, 'two tables');
};

subtest events => sub {
    my ($out, $err, $status) = example(events => '--seconds', '0.2');
    is($out, '', 'events: prints nothing when nothing happens');
    is($err, "Waiting for events of $host, Ctrl-C to stop\n", 'events: says what it does');
    is($status, 0, 'events: exits with 0 after a while');
};

many_hosts fleet => sub {
    driver_since('7.8.0');
    prints(fleet => [], qr/^HOST\ +DOMAIN\ .*\n\Q$host\E\ +db\ +running(\ +-){7}\n\Q$host\E\ +naïve\ +paused\ .*\n\Q$host\E\ +web\ +off\ .*\n
        \n1\ hosts,\ 1\ of\ 3\ domains\ running;\ all\ answering\n\z/x, 'fleet: has the domains');
    my ($out, $err, $status) = run_perl('examples/fleet.pl', '--connect', $nobody, '--connect', 'test:///default');
    like($out, qr/^127\.0\.0\.1:1 +! .*127\.0\.0\.1:1.*\ntest:\/\/\/default +test +running/m, 'fleet: says why a host has not answered, and goes on');
    is($status >> 8, 2, 'fleet: exits with 2 then');
    ($out, $err, $status) = run_perl('examples/fleet.pl', '--hosts', "$dir/none");
    like($err, qr{^fleet: \Q$dir\E/none: }, 'fleet: says that it cannot read the list of hosts');
    is($status >> 8, 3, 'fleet: exits with 3 then');
};

subtest 'check-libvirt' => sub {
    my $figures = qr/running=1;;;0;3 'images'=35\.0%;/;
    for (
        [[], 1, qr/^LIBVIRT WARNING - naïve is paused, 1 of 3 domains running \| ${figures}80;90;0;100\n\z/],
        [[qw(--warning 35)], 1, qr/^LIBVIRT WARNING - naïve is paused, pool images is 35\.0 % full, 1 of 3/],
        [[qw(--critical 34.5)], 2, qr/^LIBVIRT CRITICAL - pool images is 35\.0 % full, naïve is paused, .* ${figures}80;34\.5;0/],
        [[qw(--ignore naïve)], 0, qr/^LIBVIRT OK - 1 of 2 domains running \| running=1;;;0;2 'images'/],
        [[qw(--critical 10 --ignore naïve --ignore images)], 0, qr/^LIBVIRT OK - 1 of 2 domains running \| running=1;;;0;2\n\z/],
    ) {
        my ($options, $want_status, $want) = @$_;
        my ($out, $err, $status) = example('check-libvirt', @$options);
        like($out, $want, join ' ', 'check-libvirt', @$options);
        is("$status$err", $want_status, "check-libvirt: exits with $want_status and says nothing on standard error");
    }
    my ($out, $err, $status) = run_perl('examples/check-libvirt.pl', '--connect', $nobody);
    like($out, qr{^LIBVIRT UNKNOWN - .*127\.0\.0\.1:1\b.*\n\z}, 'check-libvirt: says UNKNOWN of a hypervisor that cannot be asked');
    is($status >> 8, 3, 'check-libvirt: exits with 3 when a hypervisor cannot be asked');
};

# The parts of a PNG by their types.
sub png {
    my ($file) = @_;
    open my $fh, '<:raw', $file or die "$file: $!";
    my $png = do { local $/; <$fh> };
    is(substr($png, 0, 8), "\x89PNG\r\n\x1a\n", 'screenshot: the file is a PNG');
    my %chunk;
    for (my $at = 8; $at < length $png; ) {
        my ($length, $type) = unpack "x$at N a4", $png;
        my ($data, $crc) = unpack "x$at x8 a$length N", $png;
        is($crc, crc32($type . $data), "screenshot: the checksum of $type");
        $chunk{$type} .= $data;
        $at += 12 + $length;
    }
    return %chunk;
}

# What older releases of QEMU send: pixels in plain bytes, here in two pieces.
my $pixmap = <<'EOT_PERL';
use Sys::Virt;
no warnings 'redefine';
*Sys::Virt::Domain::screenshot = sub { 'image/x-portable-pixmap' };
*Sys::Virt::Stream::recv_all = sub {
    my ($stream, $handler) = @_;
    $handler->($stream, $_, length) for "P6\n# made up\n3", " 2\n255\n\n#\0" . join '', map { chr } 4 .. 18;
};
*Sys::Virt::Stream::finish = sub { };
do './examples/screenshot.pl' // die $@;
EOT_PERL

subtest screenshot => sub {
    prints(screenshot => ['db', "$dir/shot.png"], qr{^\Q$dir\E/shot\.png: (\d+) x (\d+)\n\z}, 'screenshot: says the size');
    my %png = png("$dir/shot.png");
    cmp_ok(length $png{IDAT}, '>', 1000, 'screenshot: the PNG has an image');

    my ($out, $err, $status) = run_perl('-e', $pixmap, 'db', "$dir/made.png", '--connect', $host);
    is("$status$err", '0', 'screenshot: exits with 0 for a pixmap');
    is($out, "$dir/made.png: 3 x 2\n", 'screenshot: says the size of a pixmap');
    %png = png("$dir/made.png");
    is(unpack('H*', $png{IHDR}), '0000000300000002' . '0802000000', 'screenshot: the header of a pixmap has 8 bits each of red, green and blue');
    is(unpack('H*', uncompress($png{IDAT})), '00' . '0a2300040506070809' . '00' . '0a0b0c0d0e0f101112', 'screenshot: the pixels of a pixmap are in rows');
    is($png{IEND}, '', 'screenshot: the PNG of a pixmap has an end');
    fails(screenshot => ['db', "$dir/none/shot.png"], qr{^screenshot: \Q$dir\E/none/shot\.png: }, 'screenshot: says which file cannot be made');
    fails(screenshot => ['none', "$dir/none.png"], qr/^screenshot: Domain not found/, 'screenshot: says that a domain is not there');
};

# The same host, with snapshots of the domain db.
sub host_with_snapshots {
    my @names = @_;
    open my $in, '<', 't/data/examples.xml' or die "t/data/examples.xml: $!";
    my $xml = do { local $/; <$in> };
    my ($domain, $uuid) = $xml =~ m{(<domain type="test">\s*<name>db</name>\s*<uuid>(.*?)</uuid>.*?</domain>)}s;
    my $time = 1_000_000_000;
    my $snapshots = join '', map {
        $time++;
        "<test:domainsnapshot><name>$_</name><creationTime>$time</creationTime><state>running</state>"
            . "<active>0</active>$domain</test:domainsnapshot>"
    } @names;
    $xml =~ s{(<uuid>$uuid</uuid>)}{$1$snapshots};
    open my $out, '>', "$dir/snapshots.xml" or die "$dir/snapshots.xml: $!";
    print $out $xml;
    close $out or die "$dir/snapshots.xml: $!";
    return file_uri("$dir/snapshots.xml");
}

subtest 'rotate-snapshots' => sub {
    local $host = host_with_snapshots('auto-20010102-000000', 'auto-20010103-000000', 'auto-by-hand', 'auto-20010101-000000');
    my $new = qr/db: created auto-20\d{6}-\d{6}\n/;
    prints('rotate-snapshots' => ['db'], qr/^$new\z/, 'rotate-snapshots: one more is few enough');
    prints('rotate-snapshots' => ['db', '--keep', 3], qr/^${new}db: deleted auto-20010101-000000\n\z/, 'rotate-snapshots: the oldest goes');
    prints('rotate-snapshots' => ['db', '--keep', 1], qr/^$new
        db:\ deleted\ auto-20010103-000000\ndb:\ deleted\ auto-20010102-000000\ndb:\ deleted\ auto-20010101-000000\n\z/x,
        'rotate-snapshots: all older ones go, but not one that is named otherwise');
    prints('rotate-snapshots' => ['db', '--prefix', 'daily-', '--keep', 1], qr/^db: created daily-\d{8}-\d{6}\n\z/,
        'rotate-snapshots: another prefix leaves them');
    my ($out, $err, $status) = example('rotate-snapshots', 'none', 'db');
    like($err, qr/^rotate-snapshots: none: Domain not found.*\n\z/, 'rotate-snapshots: says which domain is not there');
    like($out, qr/^$new/, 'rotate-snapshots: the next domain has its turn all the same');
    is($status, 1, 'rotate-snapshots: exits with 1 when a domain is not there');
};

subtest clone => sub {
    my $xml = prints(clone => ['web', 'shop', '--dry-run'], qr{<name>shop</name>}, 'clone: the XML has the new name');
    is_deeply([$xml =~ /<source file='([^']*)'/g],
        ['/images/shop.qcow2', '/images/shop-R&amp;D.img', '/elsewhere/common.img', '/elsewhere/install.iso'], 'clone: the XML has the new images');
    unlike($xml, qr/<uuid>|<mac address|web/, 'clone: the XML has no UUID, MAC address or name of the old one');
    like($xml, qr{<memory unit='KiB'>524288</memory>}, 'clone: the rest of the XML is as it was');
    prints(clone => ['web', 'shop'], <<'EOT_CLONED', 'clone: says what it has done');
/images/web.qcow2 is copied to /images/shop.qcow2
/images/R&D.img is copied to /images/shop-R&D.img
shop is defined
EOT_CLONED
    fails(clone => ['db', 'new'], qr/^clone: db is running: shut it down first$/, 'clone: refuses a domain that runs');
    fails(clone => ['web', 'db'], qr/^clone: db is there already$/, 'clone: refuses a name that is taken');
    fails(clone => ['none', 'new'], qr/^clone: Domain not found/, 'clone: says that a domain is not there');
};

subtest 'what the test driver cannot do' => sub {
    fails(backup => ['web', $dir], qr/^backup: web does not run$/, 'backup: refuses a domain that is off');
    fails(backup => ['db', 'here'], qr/^backup: here is not an absolute path$/, 'backup: refuses a folder that is not an absolute path');
    fails(backup => ['db', $dir], qr/^backup: db has no disk that is a qcow2 file$/, 'backup: refuses a domain without a disk to back up');
    fails(console => ['db'], qr/^console: .*not supported/, 'console: passes on that the driver has none');
    fails(console => ['none'], qr/^console: Domain not found/, 'console: says that a domain is not there');
    fails(download => ['none', 'images'], qr/^download: Storage volume not found/, 'download: says that a volume is not there');
    fails(download => ['web.qcow2', 'none'], qr/^download: Storage pool not found/, 'download: says that a pool is not there');
    fails(download => ['web.qcow2', 'images', 't/data/examples.xml'],
        qr{^download: t/data/examples\.xml is there already: --replace would overwrite it$}, 'download: refuses a file that is there');
    fails(download => ['web.qcow2', 'images', "$dir/none/x"], qr{^download: \Q$dir\E/none/x\.part: }, 'download: says which file cannot be made');
    fails(download => ['web.qcow2', 'images', "$dir/got"], qr/^download: .*not supported/, 'download: passes on that the driver has none');
    ok(!-e "$dir/got" && !-e "$dir/got.part", 'download: leaves no file behind when it fails');
    fails('dhcp-leases' => [], qr/^dhcp-leases: .*not supported/, 'dhcp-leases: passes on that the driver has none');
    fails('dhcp-leases' => ['none'], qr/^dhcp-leases: Network not found/, 'dhcp-leases: says that a network is not there');
    fails(migrate => ['none', $host], qr/^migrate: Domain not found/, 'migrate no domain');
    fails(upload => ["$dir/none.img", 'images'], qr{^upload: \Q$dir\E/none\.img: }, 'upload of no file');
    fails(upload => ['t/data/examples.xml', 'none'], qr/^upload: Storage pool not found/, 'upload to no pool');
    fails(upload => ['t/data/examples.xml', 'images', '--name', 'R&D.img'],
        qr/^upload: R&D\.img is in images already: --replace would overwrite it$/, 'upload: refuses a volume that is there');
    fails(upload => ['t/data/examples.xml', 'images'], qr/^upload: .*not supported/, 'upload: passes on that the driver has none');
};

done_testing();
