use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

forms 'get_time', sub { ref $dom->get_time(@flags) };
case 'get_time of an inactive domain', sub { $idle->get_time };
forms 'set_time', sub { $dom->set_time(1000000000, 5, @flags) }, $package, 'TIME';
case 'set_time as text', sub { $dom->set_time('1000000000', '5') };
forms 'set_user_password', sub { $dom->set_user_password('root', 'secret', @flags) }, $package, 'PASSWORD';
forms 'authorized_ssh_keys_get', sub { $dom->authorized_ssh_keys_get('root', @flags) };
forms 'authorized_ssh_keys_set', sub { $dom->authorized_ssh_keys_set('root', ['ssh-rsa AAAA'], @flags) },
    $package, 'AUTHORIZED_SSH_KEYS_SET';
case 'authorized_ssh_keys_set, none', sub { $dom->authorized_ssh_keys_set('root', []) };
forms 'get_fs_info', sub { $dom->get_fs_info(@flags) };
case 'get_fs_info of an inactive domain', sub { $idle->get_fs_info };
forms 'fs_freeze', sub { $dom->fs_freeze(['/'], @flags) };
case 'fs_freeze of all', sub { $dom->fs_freeze([]) };
case 'fs_freeze of more', sub { $dom->fs_freeze(['/', '/boot', '/none']) };
case 'fs_freeze twice', sub { attempt { $dom->fs_freeze([]) }, attempt { $dom->fs_freeze([]) } };
case 'fs_freeze of an inactive domain', sub { $idle->fs_freeze([]) };
forms 'fs_thaw', sub { $dom->fs_freeze(['/', '/boot']); $dom->fs_thaw(['/'], @flags) };
case 'fs_thaw of all', sub { $dom->fs_thaw([]) };
forms 'fs_trim', sub { $dom->fs_trim('/', 4096, @flags) };
case 'fs_trim of all', sub { $dom->fs_trim(undef, 0) };
case 'fs_trim of no file system', sub { $dom->fs_trim('/none', '4294967296') };
forms 'get_interface_addresses', sub {
    $dom->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE, @flags);
};
for my $source (constants($package, 'INTERFACE_ADDRESSES_SRC')) {
    case "get_interface_addresses $source", sub { $dom->get_interface_addresses($package->$source) };
}
case 'get_interface_addresses, unknown source', sub { $dom->get_interface_addresses(99) };
case 'get_interface_addresses of an inactive domain', sub {
    $idle->get_interface_addresses(Sys::Virt::Domain::INTERFACE_ADDRESSES_SRC_LEASE);
};
case 'get_guest_info', sub { $dom->get_guest_info };
forms 'get_guest_info of all', sub { $dom->get_guest_info(0, @flags) };
for my $type (constants($package, 'GUEST_INFO')) {
    case "get_guest_info $type", sub { $dom->get_guest_info($package->$type) };
}
forms 'set_agent_response_timeout', sub {
    $dom->set_agent_response_timeout(Sys::Virt::Domain::AGENT_RESPONSE_TIMEOUT_DEFAULT, @flags);
};
case 'set_agent_response_timeout, block', sub {
    $dom->set_agent_response_timeout(Sys::Virt::Domain::AGENT_RESPONSE_TIMEOUT_BLOCK);
};
