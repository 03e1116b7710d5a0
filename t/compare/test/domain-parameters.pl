use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

# Each group: its getter and setter, what comes before the parameters, and values of every key.
my %groups = (
    scheduler => [[], {
        Sys::Virt::Domain::SCHEDULER_WEIGHT => 70,
    }],
    memory => [[], {
        Sys::Virt::Domain::MEMORY_HARD_LIMIT => 2097153,
        Sys::Virt::Domain::MEMORY_SOFT_LIMIT => 1048577,
        Sys::Virt::Domain::MEMORY_SWAP_HARD_LIMIT => 4194304,
    }],
    blkio => [[], {
        Sys::Virt::Domain::BLKIO_WEIGHT => 300,
        Sys::Virt::Domain::BLKIO_DEVICE_WEIGHT => '/dev/sda,400',
        Sys::Virt::Domain::BLKIO_DEVICE_READ_BPS => '/dev/sda,2000',
    }],
    numa => [[], {
        Sys::Virt::Domain::NUMA_MODE => Sys::Virt::Domain::NUMATUNE_MEM_STRICT,
        Sys::Virt::Domain::NUMA_NODESET => '0',
    }],
    interface => [['tap0'], {
        Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE => 2000,
        Sys::Virt::Domain::BANDWIDTH_IN_PEAK => 6000,
        Sys::Virt::Domain::BANDWIDTH_IN_BURST => 512,
        Sys::Virt::Domain::BANDWIDTH_IN_FLOOR => 100,
        Sys::Virt::Domain::BANDWIDTH_OUT_AVERAGE => 256,
        Sys::Virt::Domain::BANDWIDTH_OUT_PEAK => 512,
        Sys::Virt::Domain::BANDWIDTH_OUT_BURST => 64,
    }],
);

for my $group (sort keys %groups) {
    my ($before, $values) = @{ $groups{$group} };
    my ($get, $set) = ("get_${group}_parameters", "set_${group}_parameters");
    forms $get, sub { $dom->$get(@$before, @flags) }, $package, 'AFFECT';
    forms "$get of an inactive domain", sub { $idle->$get(@$before, @flags) }, $package, 'AFFECT';
    forms $set, sub {
        attempt { $dom->$set(@$before, $values, @flags) }, attempt { $dom->$get(@$before) };
    }, $package, 'AFFECT';
    for my $key (sort keys %$values) {
        my $one = { $key => $values->{$key} };
        case "$set, $key alone", sub {
            attempt { $dom->$set(@$before, $one) }, attempt { $dom->$get(@$before) };
        };
        case "$set, $key as text", sub {
            attempt { $dom->$set(@$before, { $key => "$values->{$key}" }) },
                attempt { $dom->$get(@$before) };
        };
    }
    case "$set, live and config", sub {
        my $both = Sys::Virt::Domain::AFFECT_LIVE | Sys::Virt::Domain::AFFECT_CONFIG;
        attempt { $dom->$set(@$before, $values, $both) },
            attempt { $dom->$get(@$before, Sys::Virt::Domain::AFFECT_CONFIG) };
    };
    case "$set, no keys", sub { $dom->$set(@$before, {}) };
    case "$set, an unknown key", sub { $dom->$set(@$before, { no_such_key => 1 }) };
    case "$set, an unknown key among known ones", sub {
        attempt { $dom->$set(@$before, { %$values, no_such_key => 1 }) },
            attempt { $dom->$get(@$before) };
    };
    case "$set, no hash", sub { $dom->$set(@$before, undef) };
    case "$set of an inactive domain", sub {
        attempt { $idle->$set(@$before, $values) }, attempt { $idle->$get(@$before) };
    };
    case "$set leaves the hash alone", sub {
        my %given = %$values;
        attempt { $dom->$set(@$before, \%given) };
        return \%given;
    };
    case "$set, what was read is written back", sub { $dom->$set(@$before, $dom->$get(@$before)) };
}

case 'get_interface_parameters by MAC', sub { $dom->get_interface_parameters('52:54:00:00:00:01') };
case 'get_interface_parameters of no interface', sub { $dom->get_interface_parameters('none') };
case 'set_interface_parameters of no interface', sub {
    $dom->set_interface_parameters('none', { Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE => 1 });
};
case 'set_interface_parameters, more than 2**31', sub {
    $dom->set_interface_parameters('tap0', { Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE => 3_000_000_000 });
    $dom->get_interface_parameters('tap0')->{ +Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE };
};
case 'set_interface_parameters, more than 2**32', sub {
    $dom->set_interface_parameters('tap0', { Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE => 2 ** 32 + 5 });
    $dom->get_interface_parameters('tap0')->{ +Sys::Virt::Domain::BANDWIDTH_IN_AVERAGE };
};
case 'set_memory_parameters, more than 2**53', sub {
    $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT => 9007199254740993 });
    $dom->get_memory_parameters->{ +Sys::Virt::Domain::MEMORY_HARD_LIMIT };
};
case 'set_memory_parameters, more than 2**63', sub {
    $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT => '18446744073709551615' });
    $dom->get_memory_parameters->{ +Sys::Virt::Domain::MEMORY_HARD_LIMIT };
};
