use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Driver qw(code_of);
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# What the agent in a real guest tells, compared with what is known of the guest, and what it
# does, looked for inside the guest.

my $bed  = Test::SysVirt::Qemu->new(seconds => 150);
my $conn = $bed->conn;
my $disk = $bed->disk($bed->image('scratch.img', '32M'), 'vda', more => '<serial>scratch</serial>');
my $dom  = Test::SysVirt::Guest->start($bed, 'agent',
    vcpu    => '<vcpu>2</vcpu>',
    more    => "<pm><suspend-to-mem enabled='yes'/></pm>",
    devices => $disk =~ s/type='raw'/type='raw' discard='unmap'/r);

sub guest { Test::SysVirt::Guest->sh($bed, $dom, @_) }

# Errors of the agent have codes of their own since libvirt 11.2.
my ($refused, $silent) = $conn->get_library_version >= 11_002_000
    ? (Sys::Virt::Error::ERR_AGENT_COMMAND_FAILED, Sys::Virt::Error::ERR_AGENT_COMMAND_TIMEOUT)
    : (Sys::Virt::Error::ERR_INTERNAL_ERROR, Sys::Virt::Error::ERR_AGENT_UNRESPONSIVE);

is(code_of(sub { $dom->get_time }), Sys::Virt::Error::ERR_AGENT_UNRESPONSIVE, 'get_time: dies before the guest has booted');
ok(Test::SysVirt::Guest->ready($bed, $dom), 'agent: answers when the guest has booted') or die 'no guest';

subtest 'host name' => sub {
    is($dom->get_hostname(Sys::Virt::Domain::GET_HOSTNAME_AGENT), 'testguest', "get_hostname: with GET_HOSTNAME_AGENT is the guest's");
    is($dom->get_hostname, 'testguest', "get_hostname: is the agent's by default");
    is(code_of(sub { $dom->get_hostname(Sys::Virt::Domain::GET_HOSTNAME_LEASE) }),
        Sys::Virt::Error::ERR_NO_HOSTNAME, 'get_hostname: dies where DHCP knows none');
    guest('hostname changed');
    is($dom->get_hostname, 'changed', 'get_hostname: is the new one when the guest changes it');
    guest('hostname testguest');
};

subtest 'time' => sub {
    my $time = $dom->get_time;
    is(scalar @$time, 2, 'get_time: gives seconds and nanoseconds');
    cmp_ok(abs($time->[0] - time), '<', 30, 'get_time: is that of the host');
    cmp_ok($time->[1], '<', 1_000_000_000, 'get_time: nanoseconds are less than a second');
    $dom->set_time(1_700_000_000, 900_000_000);
    $time = $dom->get_time;
    is($time->[0], $time->[1] >= 900_000_000 ? 1_700_000_000 : 1_700_000_001, 'set_time: get_time is the time set');
    like(guest('date -u +%Y-%m-%d'), qr/2023-11-14/, "set_time: the guest's date is the time set");
    # A time of 0 with the flag takes the guest's hardware clock, which set_time has set as well.
    guest('date -u -s 2030-01-01');
    $dom->set_time(0, 0, Sys::Virt::Domain::TIME_SYNC);
    like(guest('date -u +%Y-%m-%d'), qr/2023-11-14/, "set_time: with TIME_SYNC the guest takes the clock's");
};

subtest 'passwords' => sub {
    $dom->set_user_password('tester', "a secret");
    like(guest('cat /etc/shadow'), qr/^tester:a secret:/m, 'set_user_password: the password arrives');
    $dom->set_user_password('root', '$6$abc$def', Sys::Virt::Domain::PASSWORD_ENCRYPTED);
    like(guest('cat /etc/shadow'), qr/^root:\$6\$abc\$def:/m, 'set_user_password: an encrypted password arrives');
};

subtest 'file systems' => sub {
    is_deeply([$dom->get_fs_info],
        [{ name => 'vda', mountpoint => '/mnt', fstype => 'ext4', devalias => ['vda'] }], 'get_fs_info: has the file system with its disk');
    $dom->fs_freeze(['/mnt']);
    guest('(touch /mnt/during &)');
    like(guest('ls /mnt'), qr/\A\s*lost\+found\s*\z/, 'fs_freeze: nothing can be written');
    is(code_of(sub { $dom->fs_freeze([]) }), $refused, 'fs_freeze: a second one dies');
    is(code_of(sub { $dom->fs_thaw(['/mnt']) }), Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, 'fs_thaw: dies for some of the mount points, as QEMU thaws all or none');
    $dom->fs_thaw([]);
    ok($bed->wait_for(sub { guest('ls /mnt') =~ /during/ }), 'fs_thaw: what waited is written');
    $dom->fs_freeze([]);
    guest('(touch /mnt/later &)');
    unlike(guest('ls /mnt'), qr/later/, 'fs_freeze: of all, nothing can be written');
    $dom->fs_thaw([]);
    guest('dd if=/dev/urandom of=/mnt/big bs=1M count=8; sync; rm /mnt/big; sync');
    my $before = (stat $bed->dir . '/scratch.img')[12];
    $dom->fs_trim(undef, 0);
    ok($bed->wait_for(sub { (stat $bed->dir . '/scratch.img')[12] < $before - 8000 }),
        'fs_trim: the space is free on the host');
    is(code_of(sub { $dom->fs_trim('/mnt', 0) }), Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, 'fs_trim: dies for one mount point, as QEMU trims all or none');
};

my $mac = '52:54:00:a1:b2:c3';
subtest 'addresses' => sub {
    my %card = map { $_->{name} => $_ } $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_AGENT);
    is(join(' ', sort keys %card), 'eth0 lo', 'get_interface_addresses: has two interfaces');
    is($card{eth0}{hwaddr}, $mac, 'get_interface_addresses: hwaddr is that of the XML');
    my ($v4) = grep { $_->{type} == Sys::Virt::IP_ADDR_TYPE_IPV4 } @{ $card{eth0}{addrs} };
    is_deeply($v4, { addr => '10.0.2.15', prefix => 24, type => Sys::Virt::IP_ADDR_TYPE_IPV4 }, 'get_interface_addresses: has the IPv4 address');
    my ($v6) = grep { $_->{addr} =~ /^fe80:/ } @{ $card{eth0}{addrs} };
    is_deeply($v6, { addr => 'fe80::5054:ff:fea1:b2c3', prefix => 64, type => Sys::Virt::IP_ADDR_TYPE_IPV6 }, 'get_interface_addresses: has the IPv6 address');
    is($card{lo}{addrs}[0]{addr}, '127.0.0.1', 'get_interface_addresses: has the loop');
    is_deeply([$dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE)], [], 'get_interface_addresses: has none by DHCP');
};

subtest 'guest information' => sub {
    my $os = $dom->get_guest_info(Sys::Virt::Domain::GUEST_INFO_OS);
    my $release = guest('uname -r') =~ s/\s+\z//r;
    my $version = guest('uname -v') =~ s/\s+\z//r;
    is_deeply($os, {
        'os.id' => 'testguest', 'os.name' => 'Test Guest', 'os.pretty-name' => 'Test Guest 7', 'os.version-id' => '7',
        'os.machine' => 'x86_64', 'os.kernel-release' => $release, 'os.kernel-version' => $version,
    }, 'get_guest_info: the system');
    is_deeply($dom->get_guest_info(Sys::Virt::Domain::GUEST_INFO_USERS), {
        'user.count' => 1, 'user.0.name' => 'root', 'user.0.login-time' => 1_700_000_000_000,
    }, 'get_guest_info: who is logged in, since when in milliseconds');
    is_deeply($dom->get_guest_info(Sys::Virt::Domain::GUEST_INFO_TIMEZONE),
        { 'timezone.name' => 'UTC', 'timezone.offset' => 0 }, 'get_guest_info: the time zone');
    is_deeply($dom->get_guest_info(Sys::Virt::Domain::GUEST_INFO_HOSTNAME), { hostname => 'testguest' }, 'get_guest_info: the host name');

    my $all = $dom->get_guest_info;
    is($all->{'os.id'}, 'testguest', 'get_guest_info: all of it has the system');
    is($all->{'fs.0.mountpoint'}, '/mnt', 'get_guest_info: all of it has a file system');
    is($all->{'fs.0.disk.0.alias'}, 'vda', "get_guest_info: all of it has the file system's disk");
    cmp_ok($all->{'fs.0.total-bytes'}, '>', 24 << 20, "get_guest_info: all of it has the file system's size");
    is($all->{'disk.0.name'}, '/dev/vda', 'get_guest_info: all of it has a disk');
    my ($nr) = map { /^if\.(\d+)\.name$/ && $all->{$_} eq 'eth0' ? $1 : () } keys %$all;
    is($all->{"if.$nr.hwaddr"}, $mac, 'get_guest_info: all of it has an interface');
    is($all->{"if.$nr.addr.0.addr"}, '10.0.2.15', "get_guest_info: all of it has the interface's address");
};

subtest 'ssh keys' => sub {
    my @keys = map { "ssh-ed25519 AAAA$_ key-$_" } 'a' .. 'c';
    is(code_of(sub { $dom->authorized_ssh_keys_get('tester') }), $refused, 'authorized_ssh_keys_get: dies before there is a file');
    $dom->authorized_ssh_keys_set('tester', [@keys[0, 1]]);
    is_deeply([sort $dom->authorized_ssh_keys_get('tester')], [@keys[0, 1]], 'authorized_ssh_keys_set: authorized_ssh_keys_get has both keys');
    is_deeply([split /\n/, guest('cat /home/tester/.ssh/authorized_keys')], [@keys[0, 1]], 'authorized_ssh_keys_set: the guest has both keys');
    $dom->authorized_ssh_keys_set('tester', [$keys[2]], Sys::Virt::Domain::AUTHORIZED_SSH_KEYS_SET_APPEND);
    is_deeply([sort $dom->authorized_ssh_keys_get('tester')], \@keys, 'authorized_ssh_keys_set: with APPEND authorized_ssh_keys_get has one more');
    $dom->authorized_ssh_keys_set('tester', [@keys[0, 2]], Sys::Virt::Domain::AUTHORIZED_SSH_KEYS_SET_REMOVE);
    is_deeply([sort $dom->authorized_ssh_keys_get('tester')], [$keys[1]], 'authorized_ssh_keys_set: with REMOVE authorized_ssh_keys_get has two less');
    $dom->authorized_ssh_keys_set('tester', []);
    is_deeply([sort $dom->authorized_ssh_keys_get('tester')], [], 'authorized_ssh_keys_set: with none authorized_ssh_keys_get has none');
    is(code_of(sub { $dom->authorized_ssh_keys_get('nobody-here') }), $refused, 'authorized_ssh_keys_get: dies for a user that is not there');
};

subtest 'vcpus of the guest' => sub {
    is_deeply($dom->get_guest_vcpus, { vcpus => '0-1', online => '0-1', offlinable => '1' }, 'get_guest_vcpus: has two, of which one can go');
    $dom->set_guest_vcpus('1', 0);
    is($dom->get_guest_vcpus->{online}, '0', 'set_guest_vcpus: get_guest_vcpus has one less');
    like(guest('cat /sys/devices/system/cpu/online'), qr/\A0\s*\z/, 'set_guest_vcpus: the guest has one less');
    is($dom->get_vcpus(Sys::Virt::Domain::VCPU_GUEST), 1, 'get_vcpus: with VCPU_GUEST the agent counts');
    $dom->set_guest_vcpus('1', 1);
    is($dom->get_guest_vcpus->{online}, '0-1', 'set_guest_vcpus: get_guest_vcpus has both again');
    $dom->set_vcpus(1, Sys::Virt::Domain::VCPU_GUEST);
    is($dom->get_guest_vcpus->{online}, '0', 'set_vcpus: with VCPU_GUEST get_guest_vcpus has one less');
    $dom->set_vcpus(2, Sys::Virt::Domain::VCPU_GUEST);
};

subtest 'sleep' => sub {
    $dom->pm_suspend_for_duration(Sys::Virt::NODE_SUSPEND_TARGET_MEM, 0);
    ok($bed->wait_for(sub { $dom->get_info->{state} == Sys::Virt::Domain::STATE_PMSUSPENDED }), 'pm_suspend_for_duration: the guest sleeps');
    $dom->pm_wakeup;
    ok($bed->wait_for(sub { $dom->get_info->{state} == Sys::Virt::Domain::STATE_RUNNING }), 'pm_wakeup: the guest runs');
    ok(Test::SysVirt::Guest->ready($bed, $dom), 'pm_wakeup: the agent answers');
    like(guest('dmesg'), qr/PM: suspend exit/, 'pm_suspend_for_duration: the guest has slept');
};

subtest 'how long the agent may take' => sub {
    $dom->set_agent_response_timeout(2);
    # One process of the agent answers; the shell that would start another is stopped, too.
    guest('killall -STOP init qemu-ga');
    my $start = time;
    is(code_of(sub { $dom->get_time }), $silent, 'set_agent_response_timeout: a call dies after that time');
    cmp_ok(time - $start, '<', 8, 'set_agent_response_timeout: a call waits no longer');
    guest('killall -CONT init qemu-ga');
    $dom->set_agent_response_timeout(Sys::Virt::Domain::AGENT_RESPONSE_TIMEOUT_BLOCK);
    ok(Test::SysVirt::Guest->ready($bed, $dom), 'set_agent_response_timeout: the agent answers again');
    $dom->set_agent_response_timeout(Sys::Virt::Domain::AGENT_RESPONSE_TIMEOUT_DEFAULT);
};

subtest 'reboot and shutdown' => sub {
    guest('touch /tmp/mark');
    my $id = $dom->get_id;
    $dom->reboot(Sys::Virt::Domain::REBOOT_GUEST_AGENT);
    ok($bed->wait_for(sub { !eval { $dom->get_hostname } }), 'reboot: the agent is gone');
    ok(Test::SysVirt::Guest->ready($bed, $dom), 'reboot: the agent is back');
    is($dom->get_id, $id, 'reboot: the domain keeps its id');
    unlike(guest('ls /tmp'), qr/mark/, 'reboot: the guest is a fresh one');
    # On a busy host QEMU may have ended before libvirt reads of the shutdown that it waits for.
    eval { $dom->shutdown(Sys::Virt::Domain::SHUTDOWN_GUEST_AGENT); 1 }
        or like($@->message, qr/^internal error: End of file from agent socket$/, 'shutdown: gives nothing, or tells of the agent\'s end');
    ok($bed->wait_for(sub { !$dom->is_active }), 'shutdown: the domain ends');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SHUTDOWN],
        'shutdown: the domain is off, because the guest ended');
};

done_testing;
