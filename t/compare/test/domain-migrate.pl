use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $target;

on_node {
    $target = node();
};

my $package = 'Sys::Virt::Domain';
my $uri = 'tcp://192.0.2.7';

my %parameters = (
    Sys::Virt::Domain::MIGRATE_PARAM_DEST_NAME => 'moved',
    Sys::Virt::Domain::MIGRATE_PARAM_URI => $uri,
    Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH => 10,
    Sys::Virt::Domain::MIGRATE_PARAM_MIGRATE_DISKS => ['vda', 'vdb'],
);

forms 'migrate, parameters', sub { $dom->migrate($target, \%parameters, @flags) }, $package, 'MIGRATE';
case 'migrate, no parameters', sub { $dom->migrate($target, {}) };
for my $key (sort keys %parameters) {
    case "migrate, $key alone", sub { $dom->migrate($target, { $key => $parameters{$key} }) };
}
case 'migrate, positions', sub { $dom->migrate($target, 0, 'moved', $uri, 10) };
case 'migrate, fewer positions', sub { $dom->migrate($target, Sys::Virt::Domain::MIGRATE_LIVE) };
case 'migrate, undef positions', sub { $dom->migrate($target, 0, undef, undef, undef) };
case 'migrate2', sub { $dom->migrate2($target, $dom->get_xml_description, 0, 'moved', $uri, 10) };
case 'migrate2, undef positions', sub { $dom->migrate2($target, undef, 0, undef, undef, undef) };

my $peer = Sys::Virt::Domain::MIGRATE_PEER2PEER;
case 'migrate_to_uri, parameters', sub { $dom->migrate_to_uri($uri, \%parameters, $peer) };
case 'migrate_to_uri, parameters and no flags', sub { $dom->migrate_to_uri($uri, \%parameters) };
case 'migrate_to_uri, positions', sub { $dom->migrate_to_uri($uri, $peer, 'moved', undef, 10) };
case 'migrate_to_uri, fewer positions', sub { $dom->migrate_to_uri($uri, $peer) };
case 'migrate_to_uri, no flags', sub { $dom->migrate_to_uri($uri, 0) };
case 'migrate_to_uri2', sub {
    $dom->migrate_to_uri2('test:///default', $uri, $dom->get_xml_description, $peer, 'moved', 10);
};

forms 'migrate_get_max_downtime', sub { $dom->migrate_get_max_downtime(@flags) };
forms 'migrate_set_max_downtime', sub { $dom->migrate_set_max_downtime(500, @flags) };
forms 'migrate_get_max_speed', sub { $dom->migrate_get_max_speed(@flags) }, $package, 'MIGRATE_MAX_SPEED';
forms 'migrate_set_max_speed', sub { $dom->migrate_set_max_speed(100, @flags) },
    $package, 'MIGRATE_MAX_SPEED';
forms 'migrate_get_compression_cache', sub { $dom->migrate_get_compression_cache(@flags) };
forms 'migrate_set_compression_cache', sub { $dom->migrate_set_compression_cache(67108864, @flags) };
case 'migrate_set_compression_cache as text', sub { $dom->migrate_set_compression_cache('8589934592') };
forms 'migrate_start_post_copy', sub { $dom->migrate_start_post_copy(@flags) };
case 'get_job_info', sub { $dom->get_job_info };
forms 'get_job_stats', sub { $dom->get_job_stats(@flags) }, $package, 'JOB_STATS';
