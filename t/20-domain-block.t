# Disks, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);

subtest 'statistics' => sub {
    foreach my $disk ('vda', '/guest/busy.img') {
        my $stats = $dom->block_stats($disk);
        is_deeply([sort keys %$stats], [qw(errs rd_bytes rd_req wr_bytes wr_req)], "block_stats: the keys for '$disk'");
        is(scalar(grep { $_ > 0 } values %$stats), 5, 'block_stats: the values are positive');
    }
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->block_stats('none') }, 'block_stats of no disk', qr/none/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->block_stats('vda') }, 'block_stats of a domain that does not run');
    unsupported($dom, 'block_stats', ['vda', Sys::Virt::Domain::AFFECT_LIVE], 'virDomainBlockStatsFlags');
    my $info = $dom->get_block_info('vda');
    is_deeply([sort keys %$info], [qw(allocation capacity physical)], 'get_block_info: the keys');
    is($info->{allocation}, 1099511627776, 'get_block_info: a number of more than 32 bits is exact');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->get_block_info('none') }, 'get_block_info of no disk', qr/none/);
};

subtest 'errors' => sub {
    is_deeply([$dom->get_disk_errors], [
        { path => 'vda', error => Sys::Virt::Domain::DISK_ERROR_UNSPEC },
        { path => 'vdb', error => Sys::Virt::Domain::DISK_ERROR_NO_SPACE },
    ], 'get_disk_errors: has both disks');
    is_deeply([$conn->get_domain_by_name('held')->get_disk_errors(0)], [], 'get_disk_errors without disks');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->get_disk_errors }, 'get_disk_errors of a domain that does not run');
};

subtest 'contents and size' => sub {
    unsupported($dom, 'block_peek', ['vda', 0, 512], 'virDomainBlockPeek');
    fails(Sys::Virt::Error::ERR_NO_MEMORY, sub { $dom->block_peek('vda', 0, 1 << 62) }, 'block_peek of more than there is room for');
    unsupported($dom, 'block_resize', ['vda', 1 << 40, Sys::Virt::Domain::BLOCK_RESIZE_BYTES], 'virDomainBlockResize');
    unsupported($dom, 'set_block_threshold', ['vda', '8589934592'], 'virDomainSetBlockThreshold');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_block_threshold('vda', 2**65) }, 'a number of more than 64 bits',
        qr/argument 'thresholdsv'/);
};

subtest 'jobs' => sub {
    unsupported($dom, 'block_pull', ['vda', 10, Sys::Virt::Domain::BLOCK_PULL_BANDWIDTH_BYTES], 'virDomainBlockPull');
    unsupported($dom, 'block_rebase', ['vda', $_, 10], 'virDomainBlockRebase') foreach '/base.img', undef;
    unsupported($dom, 'block_commit', ['vda', @$_, 10, Sys::Virt::Domain::BLOCK_COMMIT_ACTIVE], 'virDomainBlockCommit')
        foreach ['/base.img', '/top.img'], [undef, undef];
    unsupported($dom, 'get_block_job_info', ['vda', Sys::Virt::Domain::BLOCK_JOB_INFO_BANDWIDTH_BYTES], 'virDomainGetBlockJobInfo');
    unsupported($dom, 'set_block_job_speed', ['vda', 10], 'virDomainBlockJobSetSpeed');
    unsupported($dom, 'abort_block_job', ['vda', Sys::Virt::Domain::BLOCK_JOB_ABORT_PIVOT], 'virDomainBlockJobAbort');
};

subtest 'copying' => sub {
    my $xml = "<disk type='file'><source file='/copy.img'/></disk>";
    my $params = {
        Sys::Virt::Domain::BLOCK_COPY_BANDWIDTH => 1 << 40,
        Sys::Virt::Domain::BLOCK_COPY_GRANULARITY => '65536',
        Sys::Virt::Domain::BLOCK_COPY_BUF_SIZE => 1 << 33,
    };
    unsupported($dom, 'block_copy', ['vda', $xml, $params, Sys::Virt::Domain::BLOCK_COPY_SHALLOW], 'virDomainBlockCopy');
    unsupported($dom, 'block_copy', ['vda', $xml, {}], 'virDomainBlockCopy');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->block_copy('vda', $xml, { Sys::Virt::Domain::BLOCK_COPY_GRANULARITY => 1 << 33 }) },
        'a value that is out of range', qr/key 'granularity': is 8589934592/);
};

done_testing;
