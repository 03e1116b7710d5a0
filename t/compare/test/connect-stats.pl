use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

case 'get_all_domain_stats', sub { any_order { $conn->get_all_domain_stats(0) } };
case 'get_all_domain_stats of some', sub {
    any_order { $conn->get_all_domain_stats(0, [$dom, $conn->get_domain_by_name('idle')]) };
};
case 'get_all_domain_stats of one', sub { $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_STATE, [$dom]) };
case 'get_all_domain_stats of undef', sub { any_order { $conn->get_all_domain_stats(0, undef) } };
case 'get_all_domain_stats of undef with flags', sub { any_order { $conn->get_all_domain_stats(0, undef, 0) } };
case 'get_all_domain_stats of no domains', sub { any_order { $conn->get_all_domain_stats(0, []) } };
for my $kind (grep { /^STATS_[A-Z]+$/ } constants($package, 'STATS')) {
    case "get_all_domain_stats($kind)", sub { any_order { $conn->get_all_domain_stats($package->$kind, [$dom]) } };
}
for my $flag (constants($package, 'GET_ALL_STATS')) {
    case "get_all_domain_stats($flag)", sub { any_order { $conn->get_all_domain_stats(0, undef, $package->$flag) } };
}
case 'get_all_domain_stats, unknown kind', sub { any_order { $conn->get_all_domain_stats(1 << 30) } };
case 'get_all_domain_stats, unknown flag', sub { $conn->get_all_domain_stats(0, undef, 1 << 10) };
case 'a record of stats', sub {
    my ($record) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_STATE, [$dom]);
    [sort keys %$record], [sort keys %{ $record->{data} }], $record->{dom};
};
