use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Block jobs on real images.

qemu();
my $package = 'Sys::Virt::Domain';

my $base = $bed->image('base.qcow2', '8M');
system('qemu-io', '-f', 'qcow2', '-c', 'write -q -P 5 0 1M', $base) == 0 or die 'qemu-io failed';
my $top = $bed->image('top.qcow2', '8M', '-b', $base, '-F', 'qcow2');
my $dom = $bed->boot('block', more => '<uuid>' . uuid(1) . '</uuid>',
    devices => $bed->disk($top, 'vdb'));

sub chain { return join ' ', $dom->get_xml_description =~ m{<source file='[^']*?(\w+\.\w+)'}g }

# Waits for the job to end, or to have nothing more to copy and QEMU to say so.
sub settled {
    return $bed->wait_for(sub {
        return 'ready' if $dom->get_xml_description =~ m{<mirror[^>]* ready='yes'};
        return $dom->get_block_job_info('vdb')->{type} ? 0 : 'ended';
    });
}

forms 'get_block_job_info', sub { $dom->get_block_job_info('vdb', @flags) }, $package, 'BLOCK_JOB_INFO';
case 'get_block_job_info of no disk', sub { $dom->get_block_job_info('none') };
forms 'abort_block_job', sub { $dom->abort_block_job('vdb', @flags) }, $package, 'BLOCK_JOB_ABORT';
forms 'set_block_job_speed', sub { $dom->set_block_job_speed('vdb', 10, @flags) }, $package, 'BLOCK_JOB_SPEED';

step 'block_pull, unused flag', sub { $dom->block_pull('vdb', 0, 1 << 30) };
step 'block_pull of no disk', sub { $dom->block_pull('none', 0) };
step 'block_pull', sub { attempt { $dom->block_pull('vdb', 0) }, settled(), chain() };
step 'block_rebase, unused flag', sub { $dom->block_rebase('vdb', undef, 0, 1 << 30) };
step 'block_rebase, no such base', sub { $dom->block_rebase('vdb', '/none', 0) };
step 'block_rebase, a copy', sub {
    $dom->block_rebase('vdb', $bed->dir . '/rebased.qcow2', 0, Sys::Virt::Domain::BLOCK_REBASE_COPY);
};

my $copy = sub { "<disk type='file'><source file='" . $bed->dir . "/$_[0]'/><driver type='qcow2'/></disk>" };
my $transient = Sys::Virt::Domain::BLOCK_COPY_TRANSIENT_JOB;
step 'block_copy, broken XML', sub { $dom->block_copy('vdb', '<disk', {}) };
step 'block_copy, unused flag', sub { $dom->block_copy('vdb', $copy->('copy.qcow2'), {}, 1 << 30) };
step 'block_copy, an unknown key', sub {
    attempt { $dom->block_copy('vdb', $copy->('copy0.qcow2'), { no_such_key => 1 }, $transient) },
        settled(), attempt { $dom->abort_block_job('vdb') };
};
step 'block_copy, the size of its buffer', sub {
    $dom->block_copy('vdb', $copy->('copy2.qcow2'), { Sys::Virt::Domain::BLOCK_COPY_BUF_SIZE => 1 << 20 }, $transient);
    settled(), attempt { $dom->abort_block_job('vdb') };
};
step 'block_copy', sub {
    attempt {
        $dom->block_copy('vdb', $copy->('copy1.qcow2'), {
            Sys::Virt::Domain::BLOCK_COPY_BANDWIDTH => 1 << 30,
            Sys::Virt::Domain::BLOCK_COPY_GRANULARITY => 65536,
        }, $transient);
    }, settled(), $dom->get_block_job_info('vdb');
};
step 'set_block_job_speed of a copy', sub {
    attempt { $dom->set_block_job_speed('vdb', 1 << 20, Sys::Virt::Domain::BLOCK_JOB_SPEED_BANDWIDTH_BYTES) },
        $dom->get_block_job_info('vdb', Sys::Virt::Domain::BLOCK_JOB_INFO_BANDWIDTH_BYTES);
};
step 'a second job', sub { $dom->block_pull('vdb', 0) };
step 'abort_block_job, to the copy', sub {
    attempt { $dom->abort_block_job('vdb', Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT) }, chain();
};
step 'block_commit, no names', sub { $dom->block_commit('vdb', undef, undef, 0) };
step 'block_commit, no such base', sub { $dom->block_commit('vdb', '/none', $top, 0) };
step 'block_commit, unused flag', sub { $dom->block_commit('vdb', undef, undef, 0, 1 << 30) };
my $snapshot = "<domainsnapshot><disks><disk name='vda' snapshot='no'/>"
    . "<disk name='vdb' snapshot='external'><source file='" . $bed->dir . "/over.qcow2'/></disk></disks></domainsnapshot>";
step 'block_commit of the active image', sub {
    $dom->create_snapshot($snapshot,
        Sys::Virt::DomainSnapshot::CREATE_DISK_ONLY | Sys::Virt::DomainSnapshot::CREATE_NO_METADATA);
    my $over = $bed->dir . '/over.qcow2';
    my ($under) = grep { $_ ne $over } $dom->get_xml_description =~ m{<source file='([^']+qcow2)'}g;
    chain(), attempt { $dom->block_commit('vdb', $under, $over, 0, Sys::Virt::Domain::BLOCK_COMMIT_ACTIVE) },
        settled(), attempt { $dom->abort_block_job('vdb', Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT) }, chain();
};

my $disk = $bed->disk($bed->image('plug.qcow2', '4M'), 'vdc', more => '<serial>plugged</serial><alias name="ua-plug"/>');
step 'attach_device', sub { attempt { $dom->attach_device($disk) }, chain() };
step 'attach_device that is there', sub { $dom->attach_device($disk) };
step 'update_device', sub { (my $changed = $disk) =~ s{<target}{<readonly/><target}; $dom->update_device($changed) };
step 'detach_device', sub { attempt { $dom->detach_device($disk) } };
step 'detach_device_alias', sub { $dom->detach_device_alias('ua-none') };
step 'detach_device that is not there', sub { (my $none = $disk) =~ s/vdc/vdz/; $dom->detach_device($none) };
