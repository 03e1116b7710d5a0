use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Futures qw(needs);
use Test::SysVirt::TwoHosts;
use Sys::Virt;
use Sys::Virt::Domain;
use Time::HiRes qw(alarm);

# Migrations that end before they arrive: aborted in each phase, given up by a script that has waited
# long enough or is interrupted, and with a destination whose daemon dies. Each time the guest stays, or
# arrives all the same, and counts on; and the next migration finds nothing in its way.

my $enclosure = Test::SysVirt::Enclosure->enter(seconds => 600, needs => ['/usr/bin/qemu-system-x86_64']);
my $two = Test::SysVirt::TwoHosts->start($enclosure, seconds => 600);
my ($bed, $host) = ($two->bed, $two->host);
my $live = Sys::Virt::Domain::MIGRATE_LIVE | Sys::Virt::Domain::MIGRATE_UNSAFE;
my $p2p  = Sys::Virt::Domain::MIGRATE_PEER2PEER;
my $speed = Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH;
my %slowly = (Sys::Virt::Domain::MIGRATE_PARAM_URI() => $host->data_uri, $speed => 2);
my ($aborted, $timeout) = (Sys::Virt::Error::ERR_OPERATION_ABORTED, Sys::Virt::Error::ERR_OPERATION_TIMEOUT);

# What a script does while its own call waits, it does here on another connection, or once: in libvirt 9.0
# a call that comes right after another one is sent only with the next, if a third is under way.
sub is_moving { my ($dom) = @_; return $dom->get_job_info->{type} == Sys::Virt::Domain::JOB_UNBOUNDED }

# It has been left alone: made faster, it arrives by itself.
sub arrives_ok {
    my ($dom, $said, $how) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok(is_moving($dom), "$how: the migration goes on");
    my $there = $bed->wait_for(sub { eval { $two->there($dom) } });
    $dom->migrate_set_max_speed(1000);
    ok($bed->wait_for(sub { !$dom->is_active }, 60), "$how: and comes to its end");
    $two->moved_ok($dom, $there, $said, $how);
    return;
}

for my $way (['the script' => 0], ['the hosts' => $p2p]) {
    my ($who, $flags) = @$way;
    subtest "aborted in each phase, led by $who" => sub {
        my ($from, $copy) = map { $bed->image("$_-$flags.img", '64M') } qw(from copy);
        # It copies no zeros.
        system('qemu-io', '-f', 'raw', '-c', 'write -q -P 0x5a 1M 32M', $from);
        my $dom = $two->full("phases-$flags", devices => $bed->disk($from, 'vdb'));

        my $running = $two->begins($dom, $flags);
        ok($bed->wait_for(sub { is_moving($dom) }), 'get_job_info: it begins');
        is_deeply([$dom->abort_job], [], 'abort_job: while the hosts prepare, gives nothing');
        is($host->outcome($running), $aborted, 'preparations: migrate dies');
        $two->stays_ok($dom, 'm3', 'abort_job, preparations');

        $running = $two->leaves($dom, $flags);
        is($two->there($dom)->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'memory: the destination waits');
        $dom->abort_job;
        is($host->outcome($running), $aborted, 'memory: migrate dies');
        $two->stays_ok($dom, 'm4', 'abort_job, memory');

        my $xml = $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE) =~ s{\Q$from\E}{$copy}r;
        my @disks = ($flags | Sys::Virt::Domain::MIGRATE_NON_SHARED_DISK,
            Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML() => $xml, Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS() => 'vdb');
        $running = $two->begins($dom, @disks, $speed => 1);
        ok($bed->wait_for(sub { $dom->get_block_job_info('vdb')->{end} }), 'get_block_job_info: the disk is copied first');
        is(($dom->get_job_stats)[1]{ Sys::Virt::Domain::JOB_MEMORY_PROCESSED() } // 0, 0, 'get_job_stats: no memory yet');
        $dom->abort_job;
        is($host->outcome($running), $aborted, 'storage: migrate dies');
        is($dom->get_block_job_info('vdb')->{type}, Sys::Virt::Domain::BLOCK_JOB_TYPE_UNKNOWN, 'get_block_job_info: the disk is copied no more');
        $two->stays_ok($dom, 'm5', 'abort_job, storage');

        my $there = $two->arrived($dom, $two->begins($dom, @disks, $speed => 1000));
        is($bed->serial($there)->ask('W'), 'W6', 'the next one arrives, with its disk');
        $two->moved_ok($dom, $there, 'm7', 'after those that were aborted');
    };
}

# One connection does one call at a time here, and has one to do.
subtest 'called off before it begins' => sub {
    needs('Future');
    my ($busy, $waits) = map { $two->full($_) } qw(busy waits);
    my $here = Sys::Virt->new(uri => 'qemu:///system');
    $here->set_max_requests(1);
    my ($first, $second) = map { $here->get_domain_by_name($_->get_name) } $busy, $waits;
    my $running = $first->async->migrate($host->conn, \%slowly, $live);
    ok($bed->wait_for(sub { is_moving($busy) }), 'async: the first migration runs');

    my $future = $second->async->migrate($host->conn, \%slowly, $live);
    $future->cancel;
    fails($timeout, sub { $second->async(timeout => 0.5)->migrate($host->conn, \%slowly, $live)->get }, 'async: a migration whose deadline is over', qr/\bmigrate\b/);
    $busy->abort_job;
    fails($aborted, sub { $running->get }, 'abort_job: the first one dies');
    is($here->get_hostname, $bed->conn->get_hostname, 'its connection does the next call');
    $two->stays_ok($waits, 'm3', 'async: a migration that was cancelled or late is not made');
    $_->destroy for $busy, $waits;
};

subtest 'a deadline' => sub {
    my $dom = $two->full('deadline');
    local $ENV{SYS_VIRT_TIMEOUT} = 4;
    my $here = Sys::Virt->new(uri => 'qemu:///system');
    my $mine = $here->get_domain_by_name($dom->get_name);
    fails($timeout, sub { $mine->migrate($host->conn, \%slowly, $live) }, 'migrate: dies when SYS_VIRT_TIMEOUT is over', qr/Domain::migrate: no answer .* 4 s/);
    ok(is_moving($dom), 'migrate: goes on all the same');
    is_deeply([$mine->abort_job], [], 'abort_job: ends it, on the same connection');
    $two->stays_ok($dom, 'm3', 'abort_job, after a deadline');
    fails($timeout, sub { $mine->migrate_to_uri($host->uri, { $speed => 2 }, $live | $p2p) }, 'migrate_to_uri: dies, too', qr/Domain::migrate_to_uri: /);
    arrives_ok($dom, 'm4', 'migrate_to_uri, after a deadline');
};

# While $code migrates a domain, another process waits until its memory moves, and then interrupts this one.
sub interrupted {
    my ($dom, $code) = @_;
    my ($me, $name) = ($$, $dom->get_name);
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        my $watched = Sys::Virt->new(uri => 'qemu:///system')->get_domain_by_name($name);
        kill INT => $me if $bed->wait_for(sub { ($watched->get_job_stats)[1]{ Sys::Virt::Domain::JOB_MEMORY_PROCESSED() } });
        POSIX::_exit(0);
    }
    $code->();
    waitpid $pid, 0;
    return;
}

subtest 'signals that have a handler' => sub {
    my $dom = $two->full('signals');
    my $here = Sys::Virt->new(uri => 'qemu:///system');
    my $mine = $here->get_domain_by_name($dom->get_name);
    # The alarm of this test goes on afterwards.
    my $left = alarm 0;
    my $died = do {
        local $SIG{ALRM} = sub { die "slow\n" };
        alarm 4;
        eval { $mine->migrate($host->conn, \%slowly, $live) };
        alarm 0;
        $@;
    };
    alarm $left;
    is($died, "slow\n", 'alarm: its handler ends the call of migrate');
    ok(is_moving($dom), 'alarm: but not the migration');
    $mine->abort_job;
    $two->stays_ok($dom, 'm3', 'abort_job, after an alarm');

    $here->set_timeout(60);
    local $SIG{INT} = sub { $mine->abort_job };
    interrupted($dom, sub { fails($aborted, sub { $mine->migrate($host->conn, \%slowly, $live) }, 'Ctrl-C: a handler that calls abort_job ends the migration') });
    $two->stays_ok($dom, 'm4', 'abort_job, in a handler');
    $dom->destroy;
};

subtest 'a script that is interrupted' => sub {
    my $dom = $two->full('interrupt');
    my $running = $two->leaves($dom, 0);
    $host->interrupt($running);
    is($host->outcome($running), '', 'Ctrl-C: ends the script');
    $two->stays_ok($dom, 'm3', 'Ctrl-C: a migration that the script led ends with it');
    $running = $two->leaves($dom, $p2p);
    $host->interrupt($running);
    is($host->outcome($running), '', 'Ctrl-C: ends the script');
    arrives_ok($dom, 'm4', 'Ctrl-C, led by the hosts');
};

subtest 'the daemon of the destination is killed' => sub {
    my $lost = qr/End of file while reading data|client socket is closed|Lost connection to destination host/;
    my $dom = $two->full('killed');
    my $running = $two->leaves($dom, 0);
    $two->kill_destination;
    $dom->migrate_set_max_speed(1000);
    like($host->outcome($running), qr/^\d+$/, 'migrate: dies');
    like($host->said, $lost, 'migrate: as its error says');
    $two->restart_destination;
    # QEMU there may have had the disk when libvirt wanted the guest to go on here: then it waits for its
    # administrator, and can go on once that QEMU has ended.
    ok($bed->wait_for(sub { !eval { $two->there($dom) } }), 'migrate: the destination gives up what has arrived');
    $dom->resume if $dom->get_info->{state} == Sys::Virt::Domain::STATE_PAUSED;
    $two->stays_ok($dom, 'm3', 'migrate without a destination');

    $running = $two->leaves($dom, $p2p);
    $two->kill_destination;
    like($host->outcome($running), qr/^\d+$/, 'migrate_to_uri: dies');
    like($host->said, $lost, 'migrate_to_uri: as its error says');
    $two->restart_destination;
    $two->stays_ok($dom, 'm4', 'migrate_to_uri without a destination');
    $two->moved_ok($dom, $two->arrived($dom, $two->begins($dom, 0, $speed => 1000)), 'm5', 'once it is there again');
};

done_testing;
