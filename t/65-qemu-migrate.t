use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Driver qw(code_of);
use Test::SysVirt::Qemu;
use Test::SysVirt::SecondHost;
use Sys::Virt;
use Sys::Virt::Domain;

# Real migrations to a second libvirtd. The guest counts, so it can be told that the one at the
# destination is the one that ran at the source.

my $bed  = Test::SysVirt::Qemu->new(seconds => 180);
my $host = Test::SysVirt::SecondHost->new($bed);
my $conn = $bed->conn;
my $dest = $host->conn;

# Both hosts see the same file system, which libvirt cannot know.
my $live = Sys::Virt::Domain::MIGRATE_LIVE | Sys::Virt::Domain::MIGRATE_UNSAFE;
my $p2p  = $live | Sys::Virt::Domain::MIGRATE_PEER2PEER;

isnt($dest->get_hostname, $conn->get_hostname, 'get_hostname: two hosts have two names');

# The guest has gone from one host to the other under a name.
sub moved_ok {
    my ($dom, $name, $said) = @_;
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_MIGRATED],
        'migrate: the domain has left the source');
    my $there = $dest->get_domain_by_name($name);
    is_deeply([$there->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_MIGRATED],
        'migrate: the domain runs at the destination');
    is($bed->serial($there)->ask('m'), $said, 'migrate: the guest goes on counting there');
    return $there;
}

subtest 'a hash of parameters, and back' => sub {
    my $dom = $bed->boot('hash');
    my %how = (
        Sys::Virt::Domain::MIGRATE_PARAM_URI()       => $host->data_uri,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 500,
    );
    my %given = %how;
    my $there = $dom->migrate($dest, \%given, $live);
    is_deeply(\%given, \%how, "migrate: leaves the caller's hash as it was");
    isa_ok($there, 'Sys::Virt::Domain', 'migrate: gives the domain on the other host');
    is($there->get_name, $dom->get_name, 'migrate: the domain there has the same name');
    is($there->get_uuid_string, $dom->get_uuid_string, 'migrate: the domain there has the same UUID');
    ok(!$there->is_persistent, 'migrate: the domain there is transient');
    moved_ok($dom, $dom->get_name, 'm2');
    my $back = $there->migrate($conn, { Sys::Virt::Domain::MIGRATE_PARAM_URI() => 'tcp://10.209.0.1' }, $live);
    is($bed->serial($back)->ask('b'), 'b3', 'migrate: the guest counts on when it is back again');
    is(code_of(sub { $dest->get_domain_by_name($dom->get_name) }), Sys::Virt::Error::ERR_NO_DOMAIN, 'migrate: the domain is gone there when it is back again');
    $back->destroy;
};

subtest 'another name and other XML' => sub {
    my $dom  = $bed->boot('old');
    my $name = $bed->name('new');
    my $xml  = $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE);
    my $copy = $bed->boot_image('elsewhere.img');
    $xml =~ s{<source file='[^']+'}{<source file='$copy'};
    my $persist = $xml =~ s{</name>}{</name><title>kept</title>}r;
    my $there = $dom->migrate($dest, {
        Sys::Virt::Domain::MIGRATE_PARAM_URI()         => $host->data_uri,
        Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME()   => $name,
        Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML()    => $xml,
        Sys::Virt::Domain::MIGRATE_PARAM_PERSIST_XML() => $persist,
    }, $live | Sys::Virt::Domain::MIGRATE_PERSIST_DEST);
    is($there->get_name, $name, 'migrate: the domain there has the new name');
    moved_ok($dom, $name, 'm2');
    like($there->get_xml_description, qr{<source file='\Q$copy\E'}, 'migrate: the domain there has the new disk');
    like($there->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr{<title>kept</title>}, 'migrate: the domain there has the persistent XML');
    ok($there->is_persistent, 'migrate: the domain there is persistent');
    $there->destroy;
};

subtest 'positional arguments' => sub {
    my $dom = $bed->boot('positional');
    my $there = $dom->migrate($dest, $live | Sys::Virt::Domain::MIGRATE_UNDEFINE_SOURCE, $bed->name('named'), $host->data_uri, 100);
    is($there->get_name, $bed->name('named'), 'migrate: the name given by position is taken');
    is($bed->serial($there)->ask('p'), 'p2', 'migrate: with a name by position the guest runs there');
    is(code_of(sub { $conn->get_domain_by_name($dom->get_name) }), Sys::Virt::Error::ERR_NO_DOMAIN, 'migrate: the source has forgotten the domain');
    $there->destroy;
};

subtest 'migrate2, positional with XML' => sub {
    my $dom = $bed->boot('second');
    my $copy = $bed->boot_image('second-copy.img');
    my $xml = $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE) =~ s{<source file='[^']+'}{<source file='$copy'}r;
    my $there = $dom->migrate2($dest, $xml, $live, undef, $host->data_uri, 0);
    like($there->get_xml_description, qr{\Q$copy\E}, 'migrate2: the XML given is taken');
    moved_ok($dom, $dom->get_name, 'm2');
    $there->destroy;
};

subtest 'peer to peer' => sub {
    my $one = $bed->boot('peer1');
    $one->migrate_to_uri($host->uri, { Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME() => $bed->name('peer1-there') }, $p2p);
    moved_ok($one, $bed->name('peer1-there'), 'm2')->destroy;

    my $two = $bed->boot('peer2');
    $two->migrate_to_uri($host->uri, $p2p, $bed->name('peer2-there'), $host->data_uri, 200);
    moved_ok($two, $bed->name('peer2-there'), 'm2')->destroy;

    my $short = $bed->boot('peer4');
    $short->migrate_to_uri($host->uri, $p2p, $bed->name('peer4-there'), 200);
    moved_ok($short, $bed->name('peer4-there'), 'm2')->destroy;

    my $three = $bed->boot('peer3');
    my $copy = $bed->boot_image('peer3-copy.img');
    my $xml = $three->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE) =~ s{<source file='[^']+'}{<source file='$copy'}r;
    $three->migrate_to_uri2($host->uri, $host->data_uri, $xml, $p2p, undef, 0);
    my $there = moved_ok($three, $three->get_name, 'm2');
    like($there->get_xml_description, qr{\Q$copy\E}, 'migrate_to_uri2: the XML given is taken');
    $there->destroy;
};

subtest 'paused, and with a disk that is copied' => sub {
    my $data = $bed->image('data.qcow2', '16M');
    my $dom = $bed->boot('storage', devices => $bed->disk($data, 'vdb'));
    $bed->serial($dom)->ask('W');
    my $copy = $bed->image('data-copy.qcow2', '16M');
    my $xml = $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE) =~ s{\Q$data\E}{$copy}r;
    my $there = $dom->migrate($dest, {
        Sys::Virt::Domain::MIGRATE_PARAM_URI()           => $host->data_uri,
        Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML()      => $xml,
        Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS() => ['vdb'],
        Sys::Virt::Domain::MIGRATE_PARAM_DISK_PORT()    => 49300 + $$ % 500,
    }, $live | Sys::Virt::Domain::MIGRATE_NON_SHARED_DISK | Sys::Virt::Domain::MIGRATE_PAUSED);
    is($there->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'migrate: with MIGRATE_PAUSED the domain is paused there');
    $there->resume;
    is($bed->serial($there)->ask('W'), 'W3', 'resume: the guest goes on there');
    $there->destroy;
    my $at = Test::SysVirt::BootSector::digit_at();
    my @bytes = map { qx(qemu-io -r -f qcow2 -c 'read -v $at 1' $_) =~ /^[0-9a-f]+:\s+(\w\w)/m } $data, $copy;
    is("@bytes", '31 32', 'migrate: the disk there has been written to, the other no more');
};

subtest 'watched, aborted and repeated' => sub {
    my $dom = $bed->boot('watched');
    is($bed->serial($dom)->ask('F'), 'F2', 'migrate: the guest fills its memory');
    is($dom->get_job_info->{type}, Sys::Virt::Domain::JOB_NONE, 'get_job_info: the type is JOB_NONE before');
    is(($dom->get_job_stats)[0], Sys::Virt::Domain::JOB_NONE, 'get_job_stats: the type is JOB_NONE before');
    is(code_of(sub { $dom->abort_job }), Sys::Virt::Error::ERR_OPERATION_INVALID, 'abort_job: dies without a job');
    is(code_of(sub { $dom->migrate_start_post_copy }), Sys::Virt::Error::ERR_OPERATION_INVALID, 'migrate_start_post_copy: dies without a job');

    $dom->migrate_set_max_speed(3);
    is($dom->migrate_get_max_speed, 3, 'migrate_set_max_speed: migrate_get_max_speed is the new one');
    $dom->migrate_set_max_downtime(700);
    is($dom->migrate_get_max_downtime, 700, 'migrate_set_max_downtime: migrate_get_max_downtime is the new one');
    $dom->migrate_set_compression_cache(128 << 20);
    is($dom->migrate_get_compression_cache, 128 << 20, 'migrate_set_compression_cache: migrate_get_compression_cache is the new one, in bytes');

    my %how = (Sys::Virt::Domain::MIGRATE_PARAM_URI() => $host->data_uri);
    my $running = $host->migration($dom->get_name, \%how, $live);
    my ($type, $stats);
    ok($bed->wait_for(sub {
        ($type, $stats) = $dom->get_job_stats;
        return $type == Sys::Virt::Domain::JOB_UNBOUNDED && $stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()} }),
        'get_job_stats: the job runs') or diag explain $type, $stats;
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_MIGRATION_OUT, 'get_job_stats: the operation is MIGRATION_OUT');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_TOTAL()}, '>=', 64 << 20, 'get_job_stats: memory_total is all the memory');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_REMAINING()}, '>', 0, 'get_job_stats: memory_remaining is above 0');
    is($stats->{Sys::Virt::Domain::JOB_DOWNTIME()}, 700, 'get_job_stats: downtime is what was set') if exists $stats->{downtime};
    cmp_ok($stats->{Sys::Virt::Domain::JOB_TIME_ELAPSED()}, '>', 0, 'get_job_stats: time_elapsed is above 0');
    my $before = $stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()};
    ok($bed->wait_for(sub { ($dom->get_job_stats)[1]{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()} > $before }), 'get_job_stats: memory_processed grows');
    my $info = $dom->get_job_info;
    is($info->{type}, Sys::Virt::Domain::JOB_UNBOUNDED, 'get_job_info says so, too');
    cmp_ok($info->{memProcessed}, '>', $before, 'get_job_info: memProcessed has grown');
    is($info->{memTotal}, $stats->{Sys::Virt::Domain::JOB_MEMORY_TOTAL()}, 'get_job_info: memTotal is that of get_job_stats');
    is($dest->get_domain_by_name($dom->get_name)->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'migrate: the domain waits at the destination while the job runs');
    is($bed->serial($dom)->ask('w'), 'w3', 'migrate: the guest still runs at the source while the job runs');

    $dom->abort_job;
    is($host->outcome($running), Sys::Virt::Error::ERR_OPERATION_ABORTED, 'abort_job: migrate dies of ERR_OPERATION_ABORTED');
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'abort_job: the domain runs at the source');
    is($bed->serial($dom)->ask('a'), 'a4', 'abort_job: the guest is well');
    ok($bed->wait_for(sub { code_of(sub { $dest->get_domain_by_name($dom->get_name) }) }), 'abort_job: the domain is gone from the destination');

    $running = $host->migration($dom->get_name, { %how, Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 3 }, $live);
    ok($bed->wait_for(sub { $dom->get_job_info->{memProcessed} }), 'migrate: a second one gets going');
    $dom->migrate_set_max_speed(1000);
    is($host->outcome($running), 'done', 'migrate_set_max_speed: made fast, the migration comes to its end');
    my $there = moved_ok($dom, $dom->get_name, 'm5');
    ($type, $stats) = $there->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED | Sys::Virt::Domain::JOB_STATS_KEEP_COMPLETED);
    is($type, Sys::Virt::Domain::JOB_COMPLETED, 'get_job_stats: the destination keeps its statistics');
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_MIGRATION_IN, 'get_job_stats: the operation is MIGRATION_IN at the destination');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()}, '>', 48 << 20, 'get_job_stats: the destination has processed the whole memory');
    $there->destroy;
};

subtest 'post-copy' => sub {
    my $dom = $bed->boot('post');
    $bed->serial($dom)->ask('F');
    my $running = $host->migration($dom->get_name, {
        Sys::Virt::Domain::MIGRATE_PARAM_URI()       => $host->data_uri,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 3,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_POSTCOPY() => 100,
    }, $live | Sys::Virt::Domain::MIGRATE_POSTCOPY);
    $bed->wait_for(sub { $host->ended($running) || $dom->get_job_info->{memProcessed} });
    if (my $error = code_of(sub { $dom->migrate_start_post_copy })) {
        like($host->outcome($running), qr/^\d+$/, "migrate: post-copy is refused by the kernel, as libvirt's error says");
        is($error, Sys::Virt::Error::ERR_OPERATION_INVALID, 'migrate_start_post_copy: dies where there is nothing to switch');
    } else {
        is($host->outcome($running), 'done', 'migrate_start_post_copy: switched, the migration comes to its end');
        moved_ok($dom, $dom->get_name, 'm3')->destroy;
    }
};

subtest 'what fails' => sub {
    my $dom = $bed->boot('stays');
    is(code_of(sub { $dom->migrate($conn, { Sys::Virt::Domain::MIGRATE_PARAM_URI() => 'tcp://127.0.0.1' }, $live) }),
        Sys::Virt::Error::ERR_INTERNAL_ERROR, 'migrate: dies for the host where the domain is');
    is(code_of(sub { $dom->migrate_to_uri('qemu+tcp://10.209.0.2:1/system', {}, $p2p) }),
        Sys::Virt::Error::ERR_SYSTEM_ERROR, 'migrate_to_uri: dies for a host that is not there');
    is(code_of(sub { $dom->migrate_to_uri($host->uri, {}, $live) }),
        Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, 'migrate_to_uri: dies for a URI without MIGRATE_PEER2PEER');
    is(code_of(sub { $dom->migrate($dest, {}, 1 << 30) }), Sys::Virt::Error::ERR_INVALID_ARG, 'migrate: dies for a flag that is none');
    is($bed->serial($dom)->ask('s'), 's2', 'migrate: the guest stays after what failed');
};

done_testing;
