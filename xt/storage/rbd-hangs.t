# Ceph's block devices while Ceph hangs: libvirt waits half a minute for it, or for ever, and the script no
# longer than it wants to.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use Ceph;
use Test::More;
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Events;
use Test::SysVirt::Transport qw(until_true);
use Time::HiRes qw(time);
use Ways;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Secret;
use Sys::Virt::StoragePool;
use Sys::Virt::StorageVol;

use constant MiB => 1 << 20;
# As long as libvirt waits.
use constant HALF_A_MINUTE => 30;

my $bed  = Test::SysVirt::Enclosure->enter(seconds => 120, needs => ['/usr/bin/ceph-mon']);
my $ceph = Ceph->start($bed);
$bed->libvirtd;
Sys::Virt::Event::register_default();
my $conn   = Sys::Virt->new(uri => 'qemu:///system');
my $events = Test::SysVirt::Events->of($conn, storage_pool => qw(LIFECYCLE REFRESH));
$ceph->secret($conn);
my $pool  = $conn->define_storage_pool($ceph->pool);
$pool->create;
my $vol   = $pool->create_volume("<volume><name>one</name><capacity unit='MiB'>8</capacity></volume>");
mkdir $bed->dir . '/folder' or die $!;
my $other = $conn->create_storage_pool("<pool type='dir'><name>folder</name><target><path>@{[ $bed->dir ]}/folder</path></target></pool>");

# One of Ceph's is stopped meanwhile; after that all is as it was before.
sub while_stopped {
    my ($which, $code) = @_;
    $ceph->signal('STOP', $which);
    my $lived = eval { $code->(); 1 };
    my $error = $@;
    $conn->set_timeout(undef);
    $ceph->signal('CONT', $which);
    die $error if !$lived;
    # libvirt refuses it as long as it makes a volume.
    ok(until_true(sub { eval { $pool->refresh; $pool->is_active } }), 'refresh: it works when Ceph does again') or diag($@);
    return;
}

sub in_time {
    my ($what, $call) = @_;
    my $start = time;
    my $died = !eval { $call->(); 1 };
    my ($error, $took) = ($@, time - $start);
    cmp_ok($took, '<', HALF_A_MINUTE - 5, "$what, before libvirt does");
    return $died ? $error : 'it lived';
}

sub times_out {
    my ($what, $call) = @_;
    my $error = in_time("$what: ends with the deadline", $call);
    is(ref $error && $error->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, "$what: the error says so") or diag($error);
    return;
}

each_way 'a monitor that is stopped' => sub {
    my ($call) = @_;
    while_stopped(mon => sub {
        $conn->set_timeout(2);
        times_out(refresh => sub { $call->($pool, 'refresh') });
        # libvirt holds the pool's lock.
        times_out(get_info => sub { $call->($pool, 'get_info') });
        times_out(list_all_storage_pools => sub { $call->($conn, 'list_all_storage_pools') });
        is($call->($pool, 'get_name'), 'rbd', 'get_name: asks nobody');
        is($call->($other, 'get_info')->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: of another pool');
        is($call->($conn, get_storage_pool_by_name => 'folder')->get_uuid, $other->get_uuid, 'get_storage_pool_by_name: another pool');
    });
};

subtest 'a store that is stopped' => sub {
    while_stopped(osd => sub {
        $conn->set_timeout(2);
        times_out('create_volume' => sub { $pool->create_volume("<volume><name>late</name><capacity unit='MiB'>1</capacity></volume>") });
        is($pool->get_info->{state}, Sys::Virt::StoragePool::STATE_RUNNING, 'get_info: of the pool, which is not locked for that');
        times_out('resize, by async' => sub { $vol->async->resize(16 * MiB)->get });
    });
    ok(until_true(sub { $vol->get_info->{capacity} == 16 * MiB }), 'resize: what was abandoned is done all the same');
    ok(until_true(sub { $ceph->ask(qw(rbd ls disks)) =~ /^late$/m }), 'create_volume: that, too');
};

subtest 'alarm' => sub {
    while_stopped(mon => sub {
        local $SIG{ALRM} = sub { die "it rings\n" };
        # The test has one already.
        my $left = alarm 0;
        is(in_time('refresh: ends with the alarm', sub { alarm 2; $pool->refresh }), "it rings\n", 'refresh: dies of what the handler dies of');
        alarm $left;
    });
};

subtest 'a script that ends' => sub {
    while_stopped(mon => sub {
        my @script = ($^X, (map { "-I$_" } grep { !ref } @INC), '-MSys::Virt', '-e', <<'PERL');
            my $pool = Sys::Virt->new(uri => 'qemu:///system', timeout => 2)->get_storage_pool_by_name('rbd');
            eval { $pool->refresh };
            exit($@->code == Sys::Virt::Error::ERR_OPERATION_TIMEOUT ? 7 : 1);
PERL
        in_time('exit: while a call has been abandoned', sub { system @script });
        is($? >> 8, 7, 'exit: with its status');
    });
};

subtest 'a monitor that stays away' => sub {
    $ceph->signal('STOP', 'mon');
    my $start  = time;
    my $future = $pool->async->refresh;
    my $answers = 0;
    ok(until_true(sub { $answers++ if $conn->get_hostname ne ''; return $future->is_ready }, 10 * HALF_A_MINUTE), 'refresh: ends when libvirt gives up');
    cmp_ok(time - $start, '>', HALF_A_MINUTE - 5, 'refresh: not before');
    cmp_ok($answers, '>', 10, 'get_hostname: the connection answers meanwhile');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $future->get }, 'refresh: dies', qr/^failed to connect to the RADOS monitor on: 127\.0\.0\.1:6789/);
    $events->until([LIFECYCLE => 'rbd', Sys::Virt::StoragePool::EVENT_STOPPED, 0], 'event LIFECYCLE: stopped');
    is($pool->is_active, 0, 'is_active: the pool has stopped');
    $ceph->signal('CONT', 'mon');
    $pool->create;
    is(join(' ', sort map { $_->get_name } $pool->list_all_volumes), 'late one', 'create: all is there again');
};

done_testing;
