use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Certificates;
use Test::SysVirt::Driver qw(code_of);
use Test::SysVirt::Enclosure;
use Test::SysVirt::TwoHosts;
use Sys::Virt;
use Sys::Virt::Domain;

# The ways that a migration may take, between two hosts of this test: over TLS, over several
# connections, compressed, tunnelled, post-copy, without a guest that runs; and ended on each of them.

my $enclosure = Test::SysVirt::Enclosure->enter(seconds => 300, needs => ['/usr/bin/qemu-system-x86_64']);
my $issued = Test::SysVirt::Certificates->new($enclosure, 'ours')->issue('host2', names => ['DNS:host2', 'IP:10.209.0.2']);
my $two  = Test::SysVirt::TwoHosts->start($enclosure, seconds => 300, pki => $issued);
my ($bed, $host) = ($two->bed, $two->host);
my ($conn, $dest) = ($bed->conn, $host->conn);
my $live = Sys::Virt::Domain::MIGRATE_LIVE | Sys::Virt::Domain::MIGRATE_UNSAFE;
my %to = (Sys::Virt::Domain::MIGRATE_PARAM_URI() => $host->data_uri);

subtest 'over TLS' => sub {
    my $dom = $bed->boot('tls');
    my $tls = $live | Sys::Virt::Domain::MIGRATE_TLS;
    ok(code_of(sub { $dom->migrate($dest, { %to, Sys::Virt::Domain::MIGRATE_PARAM_TLS_DESTINATION() => 'stranger' }, $tls) }),
        'migrate: with MIGRATE_PARAM_TLS_DESTINATION dies for a host whose certificate has another name');
    like($@->message, qr/[Cc]ertificate does not match the hostname stranger/, "with QEMU's reason");
    is($bed->serial($dom)->ask('a'), 'a2', 'the guest stays');
    $two->moved_ok($dom, $dom->migrate($dest, { %to, Sys::Virt::Domain::MIGRATE_PARAM_TLS_DESTINATION() => 'host2' }, $tls), 'm3', 'over TLS');
};

subtest 'over several connections' => sub {
    my $parallel = Sys::Virt::Domain::MIGRATE_PARALLEL;
    my ($dom, $running) = $two->on_its_way('parallel', $parallel, Sys::Virt::Domain::MIGRATE_PARAM_PARALLEL_CONNECTIONS() => 3);
    # One is for what the others do not carry.
    my @lines = `ss -Htn dst 10.209.0.2`;
    my $data = grep { /:49\d\d\d\s*$/ } @lines;
    is($data, 4, 'migrate: with MIGRATE_PARAM_PARALLEL_CONNECTIONS as many') or diag @lines;
    $dom->migrate_set_max_speed(1000);
    $two->moved_ok($dom, $two->arrived($dom, $running), 'm3', 'over several connections');
};

subtest 'compressed' => sub {
    my $dom = $bed->boot('compressed');
    my $there = $dom->migrate($dest, { %to, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION() => 'xbzrle',
        Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE() => 32 << 20 }, $live | Sys::Virt::Domain::MIGRATE_COMPRESSED);
    my ($type, $stats) = $dom->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED);
    is($stats->{Sys::Virt::Domain::JOB_COMPRESSION_CACHE()}, 32 << 20, 'get_job_stats: the cache of MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE');
    $two->moved_ok($dom, $there, 'm2', 'compressed');
    return if $conn->get_library_version < 9_004_000;
    for my $how ([zlib => Sys::Virt::Domain::MIGRATE_PARAM_ZLIB_LEVEL], [zstd => Sys::Virt::Domain::MIGRATE_PARAM_ZSTD_LEVEL]) {
        my $dom = $bed->boot($how->[0]);
        my $there = $dom->migrate($dest, { %to, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION() => $how->[0], $how->[1] => 5 },
            $live | Sys::Virt::Domain::MIGRATE_COMPRESSED | Sys::Virt::Domain::MIGRATE_PARALLEL);
        $two->moved_ok($dom, $there, 'm2', $how->[0]);
    }
};

subtest 'slowed down' => sub {
    my ($dom, $running) = $two->on_its_way('slow', Sys::Virt::Domain::MIGRATE_AUTO_CONVERGE,
        Sys::Virt::Domain::MIGRATE_PARAM_AUTO_CONVERGE_INITIAL() => 30, Sys::Virt::Domain::MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT() => 20);
    $dom->migrate_set_max_speed(1000);
    $two->moved_ok($dom, $two->arrived($dom, $running), 'm3', 'with MIGRATE_AUTO_CONVERGE');
};

subtest 'tunnelled' => sub {
    my $dom = $bed->boot('tunnel');
    $dom->migrate_to_uri($host->uri, {}, $live | Sys::Virt::Domain::MIGRATE_PEER2PEER | Sys::Virt::Domain::MIGRATE_TUNNELLED);
    $two->moved_ok($dom, $dest->get_domain_by_name($dom->get_name), 'm2', 'tunnelled');
};

subtest 'a guest that does not run' => sub {
    my $dom = $conn->define_domain($bed->xml('offline'));
    my $uuid = $dom->get_uuid_string;
    my $flags = Sys::Virt::Domain::MIGRATE_OFFLINE | Sys::Virt::Domain::MIGRATE_PERSIST_DEST;
    my $there = $dom->migrate($dest, {}, $flags | Sys::Virt::Domain::MIGRATE_UNDEFINE_SOURCE);
    is($there->get_uuid_string, $uuid, 'migrate: with MIGRATE_OFFLINE it is defined at the destination');
    is_deeply([$there->is_active, $there->is_persistent], [0, 1], 'migrate: and does not run there');
    is(code_of(sub { $conn->get_domain_by_name($bed->name('offline')) }), Sys::Virt::Error::ERR_NO_DOMAIN, 'migrate: the source has forgotten it');
    $there->undefine;
};

subtest 'post-copy' => sub {
    my ($dom, $running) = $two->on_its_way('post', Sys::Virt::Domain::MIGRATE_POSTCOPY, Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_POSTCOPY() => 100);
    is_deeply([$dom->migrate_start_post_copy], [], 'migrate_start_post_copy gives nothing');
    my $there = $two->arrived($dom, $running);
    $two->moved_ok($dom, $there, 'm3', 'post-copy');
};

subtest 'ended on its way' => sub {
    for my $way ([tls => Sys::Virt::Domain::MIGRATE_TLS, Sys::Virt::Domain::MIGRATE_PARAM_TLS_DESTINATION() => 'host2'],
        [parallel => Sys::Virt::Domain::MIGRATE_PARALLEL])
    {
        my ($name, @how) = @$way;
        my ($dom, $running) = $two->on_its_way("end-$name", @how);
        $dom->abort_job;
        is($host->outcome($running), Sys::Virt::Error::ERR_OPERATION_ABORTED, "abort_job: $name, migrate dies");
        $two->stays_ok($dom, 'm3', "abort_job: $name");
        $dom->destroy;
    }
};

done_testing;
