# Migration and jobs: what reaches libvirt, whose test driver can do neither.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my ($conn, $target) = map { Sys::Virt->new(uri => Test::SysVirt::Host->uri) } 1, 2;
my $dom = $conn->get_domain_by_name('busy');
my $uri = 'tcp://192.0.2.7';
my $p2p = Sys::Virt::Domain::MIGRATE_PEER2PEER;

# Migrating without parameters that only newer drivers take; with them; and to a URI, directly
# and from host to host.
my $plain  = qr/virDomainMigrate3/;
my $more   = qr/extended parameters were passed/;
my $direct = qr/direct migration is not supported/;
my $peers  = qr/p2p migration is not supported/;

sub migrates {
    my ($name, $message, $method, @arguments) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    fails(undef, sub { $dom->$method(@arguments) }, $name, $message);
    return;
}

# As many parameters as there are, with a value of each type.
my %all = (
    (map { $_ => 'text' } Sys::Virt::Domain::MIGRATE_PARAM_URI, Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME,
        Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML, Sys::Virt::Domain::MIGRATE_PARAM_PERSIST_XML,
        Sys::Virt::Domain::MIGRATE_PARAM_GRAPHICS_URI, Sys::Virt::Domain::MIGRATE_PARAM_LISTEN_ADDRESS,
        Sys::Virt::Domain::MIGRATE_PARAM_DISKS_URI, Sys::Virt::Domain::MIGRATE_PARAM_TLS_DESTINATION),
    (map { $_ => 2**40 } Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH, Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_POSTCOPY,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE),
    (map { $_ => '3' } Sys::Virt::Domain::MIGRATE_PARAM_DISK_PORT, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_LEVEL,
        Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_THREADS, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION_MT_DTHREADS,
        Sys::Virt::Domain::MIGRATE_PARAM_ZLIB_LEVEL, Sys::Virt::Domain::MIGRATE_PARAM_ZSTD_LEVEL,
        Sys::Virt::Domain::MIGRATE_PARAM_AUTO_CONVERGE_INITIAL, Sys::Virt::Domain::MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT,
        Sys::Virt::Domain::MIGRATE_PARAM_PARALLEL_CONNECTIONS),
    (map { $_ => ['one', 'two'] } Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS, Sys::Virt::Domain::MIGRATE_PARAM_COMPRESSION,
        Sys::Virt::Domain::MIGRATE_PARAM_DISKS_DETECT_ZEROES, Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS_TARGET_ZERO),
);

subtest 'parameters' => sub {
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    my $before = join ',', map { "$_=$all{$_}" } sort keys %all;
    migrates('all of them', $more, 'migrate', $target, \%all, Sys::Virt::Domain::MIGRATE_LIVE);
    is("@warnings", '', 'migrate: knows every key MIGRATE_PARAM_*');
    is(join(',', map { "$_=$all{$_}" } sort keys %all), $before, "migrate: leaves the caller's hash as it was");
    is(scalar keys %all, scalar(grep { /^MIGRATE_PARAM_/ } keys %Sys::Virt::Domain::), 'migrate: there are no other keys than those tried');
    migrates('disks as an array', $more, 'migrate', $target, { Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS => ['vda', 'vdb'] });
    migrates('one disk as a string', $more, 'migrate', $target, { Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS => 'vda' });
    migrates('no disks', $plain, 'migrate', $target, { Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS => [] });
    migrates('undef is none', $plain, 'migrate', $target, { Sys::Virt::Domain::MIGRATE_PARAM_PERSIST_XML => undef });
    migrates('none', $plain, 'migrate', $target, {}, undef);
    eval { $dom->migrate($target, { bandwith => 1 }) };
    like("@warnings", qr/^Sys::Virt::Domain::migrate: argument 'params': 'bandwith' is unknown here and ignored/, 'migrate: warns of an unknown key');
};

subtest 'wrong parameters' => sub {
    my %wrong = (
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH => ['fast', qr/key 'bandwidth': is 'fast', not an integer/],
        Sys::Virt::Domain::MIGRATE_PARAM_DISK_PORT => [2**31, qr/key 'disks_port': is 2147483648, not between -2147483648 and 2147483647/],
        Sys::Virt::Domain::MIGRATE_PARAM_URI => [[], qr/key 'migrate_uri': is an array, not a string/],
        Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS => [[{}], qr/key 'migrate_disks': is a .*, not a string/],
    );
    foreach my $key (sort keys %wrong) {
        my ($value, $message) = @{ $wrong{$key} };
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate($target, { $key => $value }) }, $key, $message);
    }
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate($target, []) }, 'an array', qr/argument 'params' is an array/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate($target, {}, 'live') }, 'flags that are none', qr/argument 'flags' is 'live'/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate($target, 0, 'moved', $uri, 'fast') }, 'bandwidth that is none',
        qr/argument 'bandwidth' is 'fast', not an integer/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate($dom, {}) }, 'a target that is none',
        qr/argument 'destcon' is a Sys::Virt::Domain object, not a Sys::Virt object/);
};

subtest 'to a connection' => sub {
    migrates('migrate, flags by position', qr/unsupported flags|virDomainMigrate3/, 'migrate', $target, Sys::Virt::Domain::MIGRATE_LIVE);
    migrates('migrate, all by position', $plain, 'migrate', $target, 0, 'moved', $uri, 10);
    migrates('migrate, undef', $plain, 'migrate', $target, undef, undef, undef, undef);
    migrates('migrate, the target alone', $plain, 'migrate', $target);
    migrates('migrate2', $plain, 'migrate2', $target, '<domain/>', 0, 'moved', $uri, 10);
    migrates('migrate2, undef', $plain, 'migrate2', $target, undef, undef, undef, undef, undef);
};

subtest 'to a URI' => sub {
    migrates('migrate_to_uri, parameters', $peers, 'migrate_to_uri', $uri, { Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH => 10 }, $p2p);
    migrates('migrate_to_uri, parameters and no flags', $direct, 'migrate_to_uri', $uri, {});
    migrates('migrate_to_uri, name and bandwidth', $peers, 'migrate_to_uri', $uri, $p2p, 'moved', 10);
    migrates('migrate_to_uri, name, URI and bandwidth', $peers, 'migrate_to_uri', $uri, $p2p, 'moved', $uri, 10);
    migrates('migrate_to_uri, flags alone', $direct, 'migrate_to_uri', $uri, 0);
    migrates('migrate_to_uri2', $peers, 'migrate_to_uri2', 'test:///default', $uri, '<domain/>', $p2p, 'moved', 10);
    migrates('migrate_to_uri2, undef', $direct, 'migrate_to_uri2', 'test:///default', undef, undef, 0, undef, undef);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->migrate_to_uri($uri, $p2p, 'moved', -10) }, 'bandwidth that is none',
        qr/argument 'bandwidth' is -10, not between/);
};

subtest 'tuning' => sub {
    unsupported($dom, 'migrate_get_max_downtime', [], 'virDomainMigrateGetMaxDowntime');
    unsupported($dom, 'migrate_set_max_downtime', [500], 'virDomainMigrateSetMaxDowntime');
    unsupported($dom, 'migrate_get_max_speed', [Sys::Virt::Domain::MIGRATE_MAX_SPEED_POSTCOPY], 'virDomainMigrateGetMaxSpeed');
    unsupported($dom, 'migrate_set_max_speed', [100], 'virDomainMigrateSetMaxSpeed');
    unsupported($dom, 'migrate_get_compression_cache', [], 'virDomainMigrateGetCompressionCache');
    unsupported($dom, 'migrate_set_compression_cache', ['8589934592'], 'virDomainMigrateSetCompressionCache');
    unsupported($dom, 'migrate_start_post_copy', [], 'virDomainMigrateStartPostCopy');
};

subtest 'jobs' => sub {
    unsupported($dom, 'get_job_info', [], 'virDomainGetJobInfo');
    unsupported($dom, 'get_job_stats', [Sys::Virt::Domain::JOB_STATS_COMPLETED], 'virDomainGetJobStats');
    unsupported($dom, 'abort_job', [], 'virDomainAbortJob');
    unsupported($dom, 'abort_job', [Sys::Virt::Domain::DOMAIN_ABORT_JOB_POSTCOPY], 'virDomainAbortJobFlags');
};

done_testing;
