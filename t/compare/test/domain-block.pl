use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

case 'block_stats', sub { $dom->block_stats('vda') };
case 'block_stats by path', sub { $dom->block_stats('/guest/busy.img') };
case 'block_stats of all disks', sub { $dom->block_stats('') };
case 'block_stats of no disk', sub { $dom->block_stats('none') };
case 'block_stats of an inactive domain', sub { $idle->block_stats('vda') };
forms 'get_block_info', sub { $dom->get_block_info('vda', @flags) };
case 'get_block_info of no disk', sub { $dom->get_block_info('none') };
forms 'block_peek', sub { $dom->block_peek('vda', 0, 16, @flags) };
forms 'block_resize', sub { $dom->block_resize('vda', 2048, @flags) }, $package, 'BLOCK_RESIZE';
forms 'get_disk_errors', sub { $dom->get_disk_errors(@flags) };
case 'get_disk_errors of an inactive domain', sub { $idle->get_disk_errors };

my %iotune = (
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC => 1000000,
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC_MAX => 2000000,
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC_MAX_LENGTH => 5,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_BYTES_SEC => 500000,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX => 600000,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_BYTES_SEC_MAX_LENGTH => 6,
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_IOPS_SEC => 100,
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_IOPS_SEC_MAX => 200,
    Sys::Virt::Domain::BLOCK_IOTUNE_READ_IOPS_SEC_MAX_LENGTH => 7,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_IOPS_SEC => 300,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX => 400,
    Sys::Virt::Domain::BLOCK_IOTUNE_WRITE_IOPS_SEC_MAX_LENGTH => 8,
    Sys::Virt::Domain::BLOCK_IOTUNE_SIZE_IOPS_SEC => 4096,
    Sys::Virt::Domain::BLOCK_IOTUNE_GROUP_NAME => 'slow',
);
forms 'get_block_iotune', sub { $dom->get_block_iotune('vda', @flags) }, $package, 'AFFECT';
case 'get_block_iotune of a disk without', sub { $dom->get_block_iotune('vdb') };
case 'get_block_iotune of no disk', sub { $dom->get_block_iotune('none') };
case 'get_block_iotune of an inactive domain', sub { $idle->get_block_iotune('vda') };
forms 'set_block_iotune', sub {
    attempt { $dom->set_block_iotune('vdb', \%iotune, @flags) }, attempt { $dom->get_block_iotune('vdb') };
}, $package, 'AFFECT';
case 'set_block_iotune, live and config', sub {
    $dom->set_block_iotune('vdb', \%iotune, Sys::Virt::Domain::AFFECT_LIVE | Sys::Virt::Domain::AFFECT_CONFIG);
};
for my $key (sort keys %iotune) {
    case "set_block_iotune, $key alone", sub {
        attempt { $dom->set_block_iotune('vdb', { $key => $iotune{$key} }) },
            attempt { $dom->get_block_iotune('vdb') };
    };
}
case 'set_block_iotune, totals', sub {
    attempt {
        $dom->set_block_iotune('vda', {
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => '2097152',
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX => 4194304,
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC_MAX_LENGTH => 3,
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC => 600,
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX => 700,
            Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC_MAX_LENGTH => 4,
        });
    }, $dom->get_block_iotune('vda');
};
case 'set_block_iotune, total and read', sub {
    $dom->set_block_iotune('vda', {
        Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_BYTES_SEC => 1,
        Sys::Virt::Domain::BLOCK_IOTUNE_READ_BYTES_SEC => 1,
    });
};
case 'set_block_iotune, no keys', sub { $dom->set_block_iotune('vda', {}) };
case 'set_block_iotune, an unknown key', sub { $dom->set_block_iotune('vda', { no_such_key => 1 }) };
case 'set_block_iotune of no disk', sub { $dom->set_block_iotune('none', \%iotune) };

forms 'get_block_job_info', sub { $dom->get_block_job_info('vda', @flags) }, $package, 'BLOCK_JOB_INFO';
forms 'abort_block_job', sub { $dom->abort_block_job('vda', @flags) }, $package, 'BLOCK_JOB_ABORT';
forms 'set_block_job_speed', sub { $dom->set_block_job_speed('vda', 10, @flags) },
    $package, 'BLOCK_JOB_SPEED';
forms 'block_pull', sub { $dom->block_pull('vda', 10, @flags) }, $package, 'BLOCK_PULL';
forms 'block_rebase', sub { $dom->block_rebase('vda', '/base', 10, @flags) }, $package, 'BLOCK_REBASE';
forms 'block_commit', sub { $dom->block_commit('vda', '/base', '/top', 10, @flags) }, $package, 'BLOCK_COMMIT';
my $copy = "<disk type='file'><source file='/copy.img'/></disk>";
forms 'block_copy', sub {
    $dom->block_copy('vda', $copy, { Sys::Virt::Domain::BLOCK_COPY_BANDWIDTH => 10 }, @flags);
}, $package, 'BLOCK_COPY';
forms 'set_block_threshold', sub { $dom->set_block_threshold('vda', 4096, @flags) };
case 'set_block_threshold, a number beyond 32 bits', sub {
    $dom->set_block_threshold('vda', '8589934592');
};

case 'interface_stats', sub {
    my $stats = $dom->interface_stats('tap0');
    return ref $stats ? join ' ', sort keys %$stats : $stats;
};
case 'interface_stats of no interface', sub { $dom->interface_stats('none') };
case 'interface_stats of an inactive domain', sub { $idle->interface_stats('tap0') };
