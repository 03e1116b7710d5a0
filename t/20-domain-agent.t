# What a guest's agent does, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);

subtest 'asking' => sub {
    is($dom->get_hostname, 'busyhost', 'get_hostname: busyhost');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->get_hostname }, 'get_hostname of a domain that does not run');
    unsupported($dom, 'get_guest_info', $_, 'virDomainGetGuestInfo') foreach [], [Sys::Virt::Domain::GUEST_INFO_USERS, 0];
    unsupported($dom, 'set_agent_response_timeout', [Sys::Virt::Domain::AGENT_RESPONSE_TIMEOUT_BLOCK], 'virDomainAgentSetResponseTimeout');
};

subtest 'time' => sub {
    is_deeply($dom->get_time, [627319920, 0], 'get_time is an array of seconds and nanoseconds');
    is_deeply([$dom->set_time(1000000000, 5)], [], 'set_time gives nothing');
    is_deeply([$dom->set_time('-5000000000', 5, Sys::Virt::Domain::TIME_SYNC)], [], 'set_time before 1970');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_time(0, 2**32) }, 'too many nanoseconds', qr/argument 'nsecs'/);
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->get_time }, 'get_time of a domain that does not run');
};

subtest 'users' => sub {
    is_deeply([$dom->set_user_password('root', 'secret', Sys::Virt::Domain::PASSWORD_ENCRYPTED)], [], 'set_user_password gives nothing');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->set_user_password('root', 'secret') },
        'set_user_password: dies for a domain that does not run');
    unsupported($dom, 'authorized_ssh_keys_get', ['root'], 'virDomainAuthorizedSSHKeysGet');
    unsupported($dom, 'authorized_ssh_keys_set', ['root', ['ssh-rsa AAAA']], 'virDomainAuthorizedSSHKeysSet');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->authorized_ssh_keys_set('root', [[]]) }, 'a key that is none',
        qr/argument 'keysSV', element 0: is an array, not a string/);
};

subtest 'file systems' => sub {
    is_deeply([$dom->get_fs_info], [
        { mountpoint => '/', name => 'vda1', fstype => 'ext4', devalias => ['vda'] },
        { mountpoint => '/boot', name => 'vda2', fstype => 'ext4', devalias => ['vda'] },
    ], 'get_fs_info: has both file systems');
    is(scalar($dom->get_fs_info)->{mountpoint}, '/boot', 'get_fs_info in scalar context is the last');
    is_deeply([$dom->fs_freeze(['/'])], [], 'fs_freeze gives nothing');
    is_deeply([$dom->fs_thaw(['/'], 0)], [], 'fs_thaw: gives nothing');
    is_deeply([$dom->fs_freeze([])], [], 'fs_freeze of all');
    is_deeply([$dom->fs_thaw([])], [], 'fs_thaw of all');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->fs_freeze(['/', '/none']) }, 'fs_freeze of none', qr{not found: /none});
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->fs_freeze(5) }, 'fs_freeze of what is no list', qr/not an array reference/);
    is_deeply([$dom->fs_trim('/', 4096)], [], 'fs_trim gives nothing');
    is_deeply([$dom->fs_trim(undef, '4294967296')], [], 'fs_trim of all');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->fs_trim('/none', 0) }, 'fs_trim of none', qr{not found: /none});
};

subtest 'addresses' => sub {
    my @interfaces = $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE);
    is_deeply([map { join ' ', sort keys %$_ } @interfaces], [('addrs hwaddr name') x 2], 'get_interface_addresses: the keys of a record');
    is_deeply([map { @$_{qw(name hwaddr)} } @interfaces], [qw(tap0 52:54:00:00:00:01 tap1 52:54:00:00:00:02)], 'get_interface_addresses: names and hardware addresses');
    is_deeply($interfaces[0]{addrs}, [{ type => Sys::Virt::IP_ADDR_TYPE_IPV4, addr => '192.0.2.11', prefix => 24 }], 'get_interface_addresses: type, address and prefix');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID,
        sub { $idle->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE) }, 'get_interface_addresses: refused for a domain that does not run');
};

done_testing;
