# The recipes of Sys::Virt::Cookbook that need no hypervisor, each run. The others are run by
# 71-qemu-cookbook.t and 88-lxc-functions.t.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP qw(decode_json);
use Sys::Virt;
use Test::More;
use Test::SysVirt::Cookbook qw(run_recipe start_recipe titles);
use Test::SysVirt::Daemon;
use Test::SysVirt::Driver qw(driver_since);
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Futures;
use Test::SysVirt::URI qw(file_uri);
use Time::HiRes qw(sleep time);

my $file = file_uri(abs_path('t/data/examples.xml'));
my $host = 'test:///default';
my $gone = 'qemu+tcp://127.0.0.1:1/system';

# Runs a recipe; what it printed on both.
sub recipe {
    my ($title, @arguments) = @_;
    my ($out, $err, $status) = run_recipe($title, @arguments);
    is($status >> 8, $title =~ /same change/ ? 1 : 0, "$title: its status") or diag($err);
    return $out . $err;
}

is(recipe('List domains with their state', $file), <<'EOT_LIST', 'List domains with their state');
db                   running          4 CPUs     1536 MiB
naïve               paused           1 CPUs       64 MiB
web                  off              2 CPUs      512 MiB
EOT_LIST
is(recipe('Start and stop with a time limit', $file, 'web'), "web started\n", 'Start and stop: starts');
is(recipe('Start and stop with a time limit', $file, 'db', 5), "db is off\n", 'Start and stop: stops');

my $daemon;
subtest 'snapshots' => sub {
    $daemon = Test::SysVirt::Daemon->new;
    my $dom = $daemon->connect->get_domain_by_name('test');
    my $keeps = $daemon->connect;
    $dom->create_snapshot("<domainsnapshot><name>auto-$_</name></domainsnapshot>") for 1 .. 3;
    like(recipe('Take snapshots and keep the last three', $daemon->uri, 'test'), qr/\Atook auto-\d{10}\ndeleting auto-1\n\z/, 'says what it does');
    is(join(' ', map { $_->get_name =~ s/\d{10}/now/r } sort { $a->get_name cmp $b->get_name } $dom->list_all_snapshots), 'auto-now auto-2 auto-3', 'and does it');
    $_->delete for $dom->list_all_snapshots;
};

subtest 'Watch CPU, disk and network' => sub {
    driver_since('7.8.0');
    like(recipe('Watch CPU, disk and network', $file, 1), qr/\Adb  +CPU +\d+\.\d %  disk +0\.0 KiB\/s  net +0\.0 KiB\/s\n/, 'has a line');
};

subtest 'many hosts' => sub {
    needs('Future');
    my $no = qr/\S.*127\.0\.0\.1.*\n/;
    like(recipe('All domains of many hosts', $host, $gone, $file), qr/\Atest:\/\/\/default: test\n\Q$gone\E: $no\Q$file\E: db na\S+ve web\n\z/, 'All domains of many hosts');
    like(recipe('The host with the most free memory', $gone, $host), qr/^test:\/\/\/default has \d+ MiB free\n/m, 'The host with the most free memory');
    like(recipe('Find a domain, wherever it is', 'web', $gone, $host, $file), qr/\Ad0000000-0000-4000-8000-000000000003 is at \Q$file\E\n\z/, 'Find a domain');
    my ($out, $err, $status) = run_recipe('Find a domain, wherever it is', 'nobody', $host, $file);
    is($status >> 8 ? $err : '', "no host that answers has nobody\n", 'Find a domain: one that is nowhere');
    my $xml = tempdir(CLEANUP => 1) . '/net.xml';
    open my $to, '>', $xml or die $!;
    print $to "<network><name>new</name><bridge name='virbr8'/></network>";
    close $to;
    like(recipe('The same change on all hosts, and what came of it', $xml, $host, $gone), qr/\A\Q$host\E: done\n\Q$gone\E: $no\z/, 'The same change');
    subtest 'some at a time' => sub {
        needs('Future::Utils');
        my @lines = sort split /^/, recipe('Hundreds of hosts, some at a time', $gone, ($host) x 12);
        like($lines[0], qr/\A\Q$gone\E: $no/, 'one that does not answer');
        is(scalar(grep { /\A\Q$host\E: \S+, TEST with libvirt \d+\.\d+\.\d+\n\z/ } @lines), 12, 'the others');
    };
};

subtest 'an event loop' => sub {
    needs('Future');
    my $shown = recipe('Shut down everything, and wait for it', $file, 10);
    like($shown, qr/^db is off$/m, 'Shut down everything: waits for the end');
    subtest 'Follow the events of many hosts' => sub {
        needs('Mojolicious');
        plan(skip_all => 'no libvirtd here that could end') if !$daemon;
        my $conn = $daemon->connect;
        my $process = start_recipe('Follow the events of many hosts', $gone, $daemon->uri);
        ok($process->expect(qr/^test\S+: watching\n/m), 'Follow the events: watches');
        $conn->get_domain_by_name('test')->suspend;
        ok($process->expect(qr/: test: event \d+, detail 0\n/), 'Follow the events: prints one');
        $daemon->restart;
        ok($process->expect(qr/: the connection has ended\n/), 'Follow the events: a connection that ends');
        ok($process->expect(qr/^test\S+: watching\n/m), 'Follow the events: is opened again');
        $process->signal('TERM');
        unlike(($process->end)[0], qr/ at .* line \d/, 'Follow the events: nothing else');
    };
    subtest 'A web service' => sub {
        needs('Mojolicious');
        driver_since('7.8.0');
        my $port = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)->sockport;
        my $process = start_recipe('A web service', $file, $port);
        my $answer = until_true(sub { my $got = HTTP::Tiny->new->get("http://127.0.0.1:$port/domains"); $got->{success} && $got->{content} });
        is_deeply([sort keys %{ decode_json($answer || '{}') }], ['db', "na\xc3\xafve", 'web'], 'A web service: gives the domains') or diag($answer);
        $process->signal('INT');
        is(($process->end)[1], 0, 'A web service: ends with Ctrl-C');
    };
};

my $tests = join '', map { slurp("t/$_.t") } qw(56-cookbook 71-qemu-cookbook 88-lxc-functions);
is_deeply([grep { $tests !~ /recipe\('\Q$_\E',/ } titles()], [], 'every recipe is run by a test');
done_testing;
