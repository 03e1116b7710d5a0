use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Browser;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Process;
use Test::SysVirt::Serial;
use Sys::Virt;
use Sys::Virt::Domain;
use List::Util qw(min);
use Time::HiRes qw(sleep time);

# What Chromium shows of examples/dashboard.pl: a host with QEMU, two of libvirt's test driver and one
# that hangs from the beginning. SYS_VIRT_TEST_PICTURE=FILE.png saves how it looks.

BEGIN { needs('Future') }
my $picture = $ENV{SYS_VIRT_TEST_PICTURE};
my $bed = Test::SysVirt::Enclosure->enter(seconds => 240, needs => ['/usr/bin/qemu-system-x86_64']);
needs('Mojolicious');
my $daemon = $bed->libvirtd;
my $fleet  = Test::SysVirt::Fleet->start(hosts => 2, delay => 0.02);
my $qemu   = Sys::Virt->new(uri => 'qemu:///system');
my $test   = Sys::Virt->new(uri => $fleet->uri(0));

# --- what there is to see ---------------------------------------------------------------------

sub image {
    my ($name, $bytes, $size) = @_;
    my $path = $bed->file("images/$name", $bytes, 0666);
    truncate $path, $size or die "$path: $!";
    return $path;
}

my $boot = Test::SysVirt::BootSector::bytes();
# Counts to a number that grows with each interrupt of the clock, and begins again: a processor's load.
my $load = pack 'H* @510 n', join('', qw(31db 83c310 81e3ff03 89da 42 b9ffff e2fe 4a 75f8 fb f4 ebea)), 0x55aa;
my %disk = (web => image('web.img', $boot, 1 << 20), db => image('db.img', $load, 1 << 20));
my $data = image('data.img', '', 1 << 20);
my $pool = $qemu->create_storage_pool("<pool type='dir'><name>images</name><target><path>@{[$bed->dir]}/images</path></target></pool>");
my $content = join '', map { pack 'N*', map { $_ * 2654435761 % 2**32 } $_ * 1024 .. $_ * 1024 + 1023 } 0 .. 8191;
my $volume = 'R&D "data" ü.img';
image($volume, $content, length $content);
$pool->refresh;

sub guest {
    my ($name, @disks) = @_;
    my ($unit, $disks) = ('a', '');
    for my $n (1 .. @disks) {
        $disks .= "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$disks[$n - 1]'/>"
            . "<target dev='vd@{[$unit++]}' bus='virtio'/><boot order='$n'/></disk>";
    }
    return $qemu->define_domain(<<"XML");
<domain type='qemu'>
  <name>$name</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/><serial type='pty'/><video><model type='vga'/></video>$disks</devices>
</domain>
XML
}
my $web = guest('web', $disk{web}, $data);
my $db  = guest('db', $disk{db});
$_->create for $web, $db;
my $serial = Test::SysVirt::Serial->new($web);
$serial->ask('!') or die 'the guest does not boot';

my $evil = '<img src=x onerror=alert(1)>&amp;';
my $xml  = "<domain type='test'><name>@{[$evil =~ s/&/&amp;/gr =~ s/</&lt;/gr]}</name><memory>1024</memory><os><type>hvm</type></os></domain>";
$test->define_domain($xml);

my @uris = ('qemu:///system', $fleet->uris, $fleet->hung_uri);
my $dashboard = Test::SysVirt::Process->start('examples/dashboard.pl', '--port', 0, '--interval', $picture ? 0.5 : 2, '--deadline', 1, map { ('-c', $_) } @uris);
my ($address) = ($dashboard->expect(qr/\n/) // '') =~ m{^(http:\S+)\n\z} or die 'the dashboard does not start';
my $browser = Test::SysVirt::Browser->start($bed->dir);
$browser->open($address);

# The guest writes to its disk for so many seconds.
sub works {
    my ($seconds) = @_;
    my $end = time + $seconds;
    while (time < $end) {
        $serial->ask('W') for 1 .. rand 4;
        sleep 0.2;
    }
}

# --- what is seen -----------------------------------------------------------------------------

# A script's expression for the row of a domain at a host.
sub row { my ($host, $name) = @_; return "[...document.querySelectorAll('.host:nth-of-type($host) tr[data-state]')].find(row => row.querySelector('.name').textContent === '$name')" }
sub state_is { my ($host, $name, $state, $seconds) = @_; return $browser->wait("return @{[row($host, $name)]}?.dataset.state === '$state'", $seconds // 30) }
sub button { my ($host, $name, $text) = @_; return $browser->click("(//*[\@class='host'])[$host]//tr[td[\@class='name']='$name']//button[text()='$text']") }

my $volumes = "(//*[\@class='host'])[1]//summary";
sub start_download {
    $browser->click($volumes);
    $browser->wait("return document.querySelectorAll('.host li button').length") or die 'no volumes';
    $browser->click("(//*[\@class='host'])[1]//li[contains(., 'R&D')]//button");
    return;
}

subtest 'hosts and domains' => sub {
    ok(state_is(1, 'web', 'running'), 'a domain of QEMU');
    ok(state_is(2, 'test', 'running'), "one of libvirt's test driver");
    ok(state_is(2, $evil, 'off'), 'a name with markup is shown as it is');
    is($browser->run("return document.querySelectorAll('img').length"), 0, 'and makes no element');
    ok($browser->wait("return document.querySelector('.host:nth-of-type(4)').dataset.state === 'down'"), 'a host that hangs is marked');
    like($browser->run("return document.querySelector('.host:nth-of-type(4) .badge').textContent"), qr/no answer from/, 'with the reason');
    is($browser->run('return location.href'), $address =~ s/#.*//r, 'the address shows the token no more');
};

subtest 'events' => sub {
    my $dom = $test->get_domain_by_name('test');
    # Right after a change was seen, the next look is a whole interval away.
    my @took;
    for my $change ([suspend => 'paused'], [resume => 'running'], [suspend => 'paused']) {
        my ($method, $state) = @$change;
        my $seen;
        push @took, seconds(sub { $dom->$method; $seen = state_is(2, 'test', $state) });
        ok($seen, "a state that changes: $state");
    }
    cmp_ok(min(@took[1, 2]), '<', 1.5, 'at once, and not at the next look');
    ok($browser->wait("return document.querySelector('#events li').textContent.includes('test suspended')"), 'the event is listed');
    $dom->resume;
    ok(state_is(2, 'test', 'running'), 'and changes back');
};

subtest 'plots' => sub {
    works(4);
    my $seen = sub { my ($name, $kind) = @_; return "const row = @{[row(1, $name)]}; return row.querySelector('.$kind polyline').getAttribute('points').split(' ').map(point => 23 - point.split(',')[1])" };
    my $positive = sub { my ($name, $kind) = @_; return $browser->wait($seen->($name, $kind) . '.filter(y => y > 0).length') };
    ok($positive->(db => 'cpu'), 'processor time');
    ok($positive->(web => 'disk'), 'disk traffic');
    like($browser->run("return @{[row(1, 'web')]}.textContent"), qr/\d %.*(?:KiB|B)\/s.*64 MiB/, 'and figures');
    ok(!$browser->run("return [...document.querySelectorAll('svg')].some(svg => svg.outerHTML.includes('NaN'))"), 'nothing else is in them');
};

subtest 'a screen' => sub {
    button(1, 'web', 'Screen');
    my $canvas = "document.querySelector('.host:nth-of-type(1) tr.screen:not([hidden]) canvas')";
    is($browser->wait("const c = $canvas; return c.dataset.drawn && c.width + ' x ' + c.height"), '720 x 400', 'a picture of its size');
    ok($browser->run("const c = $canvas; return c.getContext('2d').getImageData(0, 0, 720, 400).data.filter((v, i) => i % 4 < 3 && v > 100).length > 100"), 'with something on it');
    ok($browser->wait("return $canvas.dataset.drawn > 1"), 'that is taken again');
    button(2, 'test', 'Screen');
    ok($browser->wait("return [...document.querySelectorAll('.host:nth-of-type(2) canvas')].some(c => c.width > 0)"), 'a PNG, from the test driver');
    button(2, 'test', 'Screen');
};

subtest 'a download' => sub {
    start_download();
    ok($browser->wait("return document.querySelector('#downloads progress')?.dataset.state === 'done'"), 'comes to its end');
    is($browser->run("return document.querySelector('#downloads progress').value"), 1, 'with a full bar');
    is($browser->run("return document.querySelector('#downloads span').textContent"), '32 MiB of 32 MiB, done', 'and figures');
    my $saved = sub { my @got = grep { !/\.crdownload$/ } glob $bed->dir . '/Downloads/*'; return @got && -s $got[0] == length $content && $got[0] };
    ok(my $file = until_true($saved), 'the browser has saved it') or return;
    ok(do { local (@ARGV, $/) = $file; <> } eq $content, 'with its bytes');
};

if ($picture) {
    $test->get_domain_by_name($evil)->undefine;
    $browser->open($address =~ s/#.*//r);
    state_is(1, 'web', 'running');
    button(1, 'web', 'Screen');
    start_download();
    $browser->click($volumes);
    works(35);
    $fleet->stop_host(1);
    $browser->wait("return document.querySelector('.host:nth-of-type(3)').dataset.state === 'hangs'");
    $db->suspend;
    $db->resume;
    open my $out, '>:raw', $picture or die "$picture: $!";
    print $out $browser->screenshot(1180, 960);
    $fleet->resume_host(1);
}

subtest 'buttons' => sub {
    button(2, 'test', 'Shut down');
    ok(state_is(2, 'test', 'off'), 'Shut down') or diag($browser->run('return document.body.innerText'));
    button(2, 'test', 'Start');
    ok(state_is(2, 'test', 'running'), 'Start');
    $db->destroy;
    ok(state_is(1, 'db', 'off'), 'one that was ended by somebody else');
    button(1, 'db', 'Start');
    ok(state_is(1, 'db', 'running'), 'Start with QEMU');
    $db->undefine;
    $db->destroy;
    ok($browser->wait("return !(@{[row(1, 'db')]})"), 'one that is gone is gone');
};

subtest 'a host that hangs later' => sub {
    $fleet->stop_host(1);
    ok($browser->wait("return document.querySelector('.host:nth-of-type(3)').dataset.state === 'hangs'"), 'is marked');
    $web->suspend;
    ok(state_is(1, 'web', 'paused', 3), 'the others go on');
    $fleet->resume_host(1);
    ok($browser->wait("return document.querySelector('.host:nth-of-type(3)').dataset.state === 'up'"), 'and it comes back');
};

subtest 'who has no token' => sub {
    $browser->run('sessionStorage.clear()');
    $browser->open($address =~ s/#.*//r);
    ok($browser->wait("return document.getElementById('summary').textContent.includes('open the address')"), 'is told what to do');
    is($browser->run("return document.querySelectorAll('.host').length"), 0, 'and sees nothing');
};

is_deeply([grep { !/status of 401/ } $browser->complaints], [], 'the browser has nothing to complain of');
$browser->end;
$dashboard->signal('INT');
my ($output, $status) = $dashboard->end;
is($status, 0, 'Ctrl-C ends the dashboard');
is($output, "$address\n", 'which has said nothing but its address');
undef $daemon;

done_testing;
