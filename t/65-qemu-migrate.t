use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
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

isnt($dest->get_hostname, $conn->get_hostname, 'get_hostname: two hosts');

sub code_of {
    my ($code) = @_;
    return 0 if eval { $code->(); 1 };
    return ref $@ ? $@->code : die $@;
}

# The guest has gone from one host to the other under a name.
sub moved_ok {
    my ($dom, $name, $said) = @_;
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_MIGRATED],
        'it has left the source');
    my $there = $dest->get_domain_by_name($name);
    is_deeply([$there->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_MIGRATED],
        'it runs at the destination');
    is($bed->serial($there)->ask('m'), $said, 'get_state: it goes on counting there');
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
    is_deeply(\%given, \%how, 'migrate: the hash is what it was');
    isa_ok($there, 'Sys::Virt::Domain', 'migrate: gives the domain on the other host');
    is($there->get_name, $dom->get_name, 'get_name: of the same name');
    is($there->get_uuid_string, $dom->get_uuid_string, 'get_uuid_string: and UUID');
    ok(!$there->is_persistent, 'is_persistent: transient there');
    moved_ok($dom, $dom->get_name, 'm2');
    my $back = $there->migrate($conn, { Sys::Virt::Domain::MIGRATE_PARAM_URI() => 'tcp://10.209.0.1' }, $live);
    is($bed->serial($back)->ask('b'), 'b3', 'migrate: back again');
    is(code_of(sub { $dest->get_domain_by_name($dom->get_name) }), Sys::Virt::Error::ERR_NO_DOMAIN, 'get_domain_by_name: and gone there');
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
    is($there->get_name, $name, 'get_name: it has the name');
    moved_ok($dom, $name, 'm2');
    like($there->get_xml_description, qr{<source file='\Q$copy\E'}, 'get_xml_description: and the disk');
    like($there->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr{<title>kept</title>}, 'get_xml_description: and what is kept');
    ok($there->is_persistent, 'is_persistent: to stay');
    $there->destroy;
};

subtest 'positional arguments' => sub {
    my $dom = $bed->boot('positional');
    my $there = $dom->migrate($dest, $live | Sys::Virt::Domain::MIGRATE_UNDEFINE_SOURCE, $bed->name('named'), $host->data_uri, 100);
    is($there->get_name, $bed->name('named'), 'get_name: the name is taken');
    is($bed->serial($there)->ask('p'), 'p2', 'get_name: it runs there');
    is(code_of(sub { $conn->get_domain_by_name($dom->get_name) }), Sys::Virt::Error::ERR_NO_DOMAIN, 'get_domain_by_name: the source has forgotten it');
    $there->destroy;
};

subtest 'migrate2, positional with XML' => sub {
    my $dom = $bed->boot('second');
    my $copy = $bed->boot_image('second-copy.img');
    my $xml = $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE) =~ s{<source file='[^']+'}{<source file='$copy'}r;
    my $there = $dom->migrate2($dest, $xml, $live, undef, $host->data_uri, 0);
    like($there->get_xml_description, qr{\Q$copy\E}, 'get_xml_description: the XML is taken');
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
    like($there->get_xml_description, qr{\Q$copy\E}, 'get_xml_description: with the XML given');
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
    is($there->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'get_info: paused there');
    $there->resume;
    is($bed->serial($there)->ask('W'), 'W3', 'resume: and resumed');
    $there->destroy;
    my @bytes = map { qx(qemu-io -r -f qcow2 -c 'read -v 0x9e 1' $_) =~ /^0000009e:\s+(\w\w)/m } $data, $copy;
    is("@bytes", '31 32', 'destroy: the disk there has been written to, the other not any more');
};

# A migration in another process, slow enough to be watched. Returns where its outcome comes from.
sub migration {
    my ($name, @arguments) = @_;
    pipe my $read, my $write or die $!;
    my $pid = fork // die $!;
    if (!$pid) {
        eval {
            my $here  = Sys::Virt->new(uri => 'qemu:///system');
            my $there = Sys::Virt->new(uri => $host->uri);
            $here->get_domain_by_name($name)->migrate($there, @arguments);
        };
        syswrite $write, ref $@ ? $@->code : $@ || 'done';
        POSIX::_exit(0);
    }
    return $read;
}

sub outcome { my ($read) = @_; local $/; return scalar <$read> }

subtest 'watched, aborted and repeated' => sub {
    my $dom = $bed->boot('watched');
    is($bed->serial($dom)->ask('F', 30), 'F2', 'watched, aborted and repeated: the guest fills its memory');
    is($dom->get_job_info->{type}, Sys::Virt::Domain::JOB_NONE, 'get_job_info: no job');
    is(($dom->get_job_stats)[0], Sys::Virt::Domain::JOB_NONE, 'get_job_stats: nor its statistics');
    is(code_of(sub { $dom->abort_job }), Sys::Virt::Error::ERR_OPERATION_INVALID, 'abort_job: nothing to abort');
    is(code_of(sub { $dom->migrate_start_post_copy }), Sys::Virt::Error::ERR_OPERATION_INVALID, 'migrate_start_post_copy: nor to make post-copy');

    $dom->migrate_set_max_speed(3);
    is($dom->migrate_get_max_speed, 3, 'migrate_get_max_speed: a slow one, by its speed');
    $dom->migrate_set_max_downtime(700);
    is($dom->migrate_get_max_downtime, 700, 'migrate_get_max_downtime: how long the guest may stand still');
    $dom->migrate_set_compression_cache(128 << 20);
    is($dom->migrate_get_compression_cache, 128 << 20, 'migrate_get_compression_cache: the compression cache, in bytes');

    my %how = (Sys::Virt::Domain::MIGRATE_PARAM_URI() => $host->data_uri);
    my $running = migration($dom->get_name, \%how, $live);
    my ($type, $stats);
    ok($bed->wait_for(sub {
        ($type, $stats) = $dom->get_job_stats;
        return $type == Sys::Virt::Domain::JOB_UNBOUNDED && $stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()} }),
        'it runs') or diag explain $type, $stats;
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_MIGRATION_OUT, 'get_job_stats: as a migration out');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_TOTAL()}, '>=', 64 << 20, 'get_job_stats: all the memory');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_REMAINING()}, '>', 0, 'get_job_stats: what remains of it');
    is($stats->{Sys::Virt::Domain::JOB_DOWNTIME()}, 700, 'get_job_stats: the time that it may stand still') if exists $stats->{downtime};
    cmp_ok($stats->{Sys::Virt::Domain::JOB_TIME_ELAPSED()}, '>', 0, 'get_job_stats: the time that has gone by');
    my $before = $stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()};
    ok($bed->wait_for(sub { ($dom->get_job_stats)[1]{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()} > $before }), 'get_job_stats: more is done');
    my $info = $dom->get_job_info;
    is($info->{type}, Sys::Virt::Domain::JOB_UNBOUNDED, 'get_job_info says so, too');
    cmp_ok($info->{memProcessed}, '>', $before, 'get_job_info: how much');
    is($info->{memTotal}, $stats->{Sys::Virt::Domain::JOB_MEMORY_TOTAL()}, 'get_job_info: of how much');
    is($dest->get_domain_by_name($dom->get_name)->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'get_info: it waits at the destination');
    is($bed->serial($dom)->ask('w'), 'w3', 'get_info: and still runs at the source');

    $dom->abort_job;
    is(outcome($running), Sys::Virt::Error::ERR_OPERATION_ABORTED, 'abort_job: aborted');
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'get_info: it runs at the source');
    is($bed->serial($dom)->ask('a'), 'a4', 'get_info: and is well');
    ok($bed->wait_for(sub { code_of(sub { $dest->get_domain_by_name($dom->get_name) }) }), 'get_domain_by_name: gone from the destination');

    $running = migration($dom->get_name, { %how, Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 3 }, $live);
    ok($bed->wait_for(sub { $dom->get_job_info->{memProcessed} }), 'get_job_info: once more');
    $dom->migrate_set_max_speed(1000);
    is(outcome($running), 'done', 'migrate_set_max_speed: made fast, it comes to its end');
    my $there = moved_ok($dom, $dom->get_name, 'm5');
    ($type, $stats) = $there->get_job_stats(Sys::Virt::Domain::JOB_STATS_COMPLETED | Sys::Virt::Domain::JOB_STATS_KEEP_COMPLETED);
    is($type, Sys::Virt::Domain::JOB_COMPLETED, 'get_job_stats: the destination keeps its statistics');
    is($stats->{Sys::Virt::Domain::JOB_OPERATION()}, Sys::Virt::Domain::JOB_OPERATION_MIGRATION_IN, 'get_job_stats: as a migration in');
    cmp_ok($stats->{Sys::Virt::Domain::JOB_MEMORY_PROCESSED()}, '>', 48 << 20, 'get_job_stats: the whole memory came');
    $there->destroy;
};

subtest 'post-copy' => sub {
    my $dom = $bed->boot('post');
    $bed->serial($dom)->ask('F', 30);
    my $running = migration($dom->get_name, {
        Sys::Virt::Domain::MIGRATE_PARAM_URI()       => $host->data_uri,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 3,
        Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH_POSTCOPY() => 100,
    }, $live | Sys::Virt::Domain::MIGRATE_POSTCOPY);
    $bed->wait_for(sub { $dom->get_job_info->{memProcessed} }, 5);
    if (my $error = code_of(sub { $dom->migrate_start_post_copy })) {
        like(outcome($running), qr/^\d+$/, "migrate_start_post_copy: refused by the kernel, as libvirt's error says");
        is($error, Sys::Virt::Error::ERR_OPERATION_INVALID, 'migrate_start_post_copy: there is nothing to switch');
    } else {
        is(outcome($running), 'done', 'migrate_start_post_copy: switched, it comes to its end');
        moved_ok($dom, $dom->get_name, 'm3')->destroy;
    }
};

subtest 'what fails' => sub {
    my $dom = $bed->boot('stays');
    is(code_of(sub { $dom->migrate($conn, { Sys::Virt::Domain::MIGRATE_PARAM_URI() => 'tcp://127.0.0.1' }, $live) }),
        Sys::Virt::Error::ERR_INTERNAL_ERROR, 'migrate: to where it is');
    is(code_of(sub { $dom->migrate_to_uri('qemu+tcp://10.209.0.2:1/system', {}, $p2p) }),
        Sys::Virt::Error::ERR_SYSTEM_ERROR, 'migrate_to_uri: to no one');
    is(code_of(sub { $dom->migrate_to_uri($host->uri, {}, $live) }),
        Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, 'migrate_to_uri: by URI but not from peer to peer');
    is(code_of(sub { $dom->migrate($dest, {}, 1 << 30) }), Sys::Virt::Error::ERR_INVALID_ARG, 'migrate: with a flag that is none');
    is($bed->serial($dom)->ask('s'), 's2', 'migrate: it stays');
};

done_testing;
