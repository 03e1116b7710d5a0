use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Migration to a second libvirtd.

use Test::SysVirt::SecondHost;

qemu(180);
my $host = Test::SysVirt::SecondHost->new($bed);
my $target = $host->conn;
my $package = 'Sys::Virt::Domain';
my $dom = $bed->boot('moves', more => '<uuid>' . uuid(1) . '</uuid>');

forms 'migrate_get_max_downtime', sub { $dom->migrate_get_max_downtime(@flags) };
forms 'migrate_set_max_downtime', sub { attempt { $dom->migrate_set_max_downtime(500, @flags) }, $dom->migrate_get_max_downtime };
forms 'migrate_get_max_speed', sub { $dom->migrate_get_max_speed(@flags) }, $package, 'MIGRATE_MAX_SPEED';
forms 'migrate_set_max_speed', sub {
    attempt { $dom->migrate_set_max_speed(100, @flags) }, $dom->migrate_get_max_speed;
}, $package, 'MIGRATE_MAX_SPEED';
forms 'migrate_get_compression_cache', sub { $dom->migrate_get_compression_cache(@flags) };
forms 'migrate_set_compression_cache', sub { $dom->migrate_set_compression_cache(67108864, @flags) };
case 'migrate_set_compression_cache as text', sub { $dom->migrate_set_compression_cache('33554432') };
forms 'migrate_start_post_copy', sub { $dom->migrate_start_post_copy(@flags) };

my $live = Sys::Virt::Domain::MIGRATE_LIVE | Sys::Virt::Domain::MIGRATE_UNSAFE;
my $peer = $live | Sys::Virt::Domain::MIGRATE_PEER2PEER;

case 'migrate, no such place', sub {
    $dom->migrate($target, { Sys::Virt::Domain::MIGRATE_PARAM_URI => 'nothing:none' }, $live);
};
case 'migrate, unused flag', sub { $dom->migrate($target, {}, 1 << 30) };
case 'migrate, an unknown key', sub { $dom->migrate($target, { no_such_key => 1 }, 1 << 30) };
case 'migrate2, no such place', sub { $dom->migrate2($target, undef, $live, undef, 'nothing:none', 0) };
case 'migrate_to_uri, no such host', sub { $dom->migrate_to_uri('qemu+unix:///system?socket=/none', $peer, undef, 0) };
case 'migrate_to_uri, parameters and no such host', sub {
    $dom->migrate_to_uri('qemu+unix:///system?socket=/none', { Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH => 10 }, $peer);
};
case 'migrate_to_uri, not peer to peer', sub { $dom->migrate_to_uri($host->uri, {}, $live) };
case 'migrate to itself', sub { $dom->migrate($conn, {}, $live) };

# Goes there, tells how it was, and is started here again.
sub moved {
    my ($name, $migrate) = @_;
    my $outcome = attempt { $migrate->() };
    my $there = eval { $target->get_domain_by_name($name) };
    my $state = $there ? [$there->get_name, $there->get_state] : 'not there';
    $there->destroy if $there;
    my @left = $dom->get_state;
    $dom->create if $left[0] == Sys::Virt::Domain::STATE_SHUTOFF;
    return $outcome, $state, \@left;
}

my $name = $bed->name('moves');
step 'migrate, parameters', sub {
    moved("$name-there", sub {
        $dom->migrate($target, {
            Sys::Virt::Domain::MIGRATE_PARAM_URI => $host->data_uri,
            Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME => "$name-there",
            Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH => 1000,
        }, $live);
    });
};
step 'migrate, positions', sub {
    moved("$name-there", sub { $dom->migrate($target, $live | Sys::Virt::Domain::MIGRATE_PAUSED, "$name-there", $host->data_uri, 1000) });
};
step 'migrate2', sub { moved($name, sub { $dom->migrate2($target, undef, $live, undef, $host->data_uri, 1000) }) };
step 'migrate_to_uri', sub { moved($name, sub { $dom->migrate_to_uri($host->uri, $peer, undef, undef, 1000) }) };
step 'migrate_to_uri, parameters', sub {
    moved($name, sub {
        $dom->migrate_to_uri($host->uri, {
            Sys::Virt::Domain::MIGRATE_PARAM_URI => $host->data_uri,
            Sys::Virt::Domain::MIGRATE_PARAM_DEST_XML => $dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE),
        }, $peer);
    });
};
