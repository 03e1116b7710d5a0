# Security labels and encrypted memory, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);

subtest 'labels' => sub {
    driver_since '7.5.0';
    is_deeply($dom->get_security_label, { label => 'libvirt-test', enforcing => 1 }, 'get_security_label: label and enforcing');
    is_deeply($idle->get_security_label, { label => '', enforcing => 0 }, 'get_security_label of a domain that does not run');
    unsupported($dom, 'get_security_label_list', [], 'virDomainGetSecurityLabelList');
};

subtest 'memory that the host cannot read' => sub {
    fails(undef, sub { $dom->get_launch_security_info(1 << 30) }, 'get_launch_security_info reaches libvirt', qr/LaunchSecurityInfo/);
    my $params = {
        Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET => 'c2VjcmV0',
        Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_HEADER => 'aGVhZGVy',
        Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS => '18446744073709551615',
    };
    unsupported($dom, 'set_launch_security_state', [$params], 'virDomainSetLaunchSecurityState');
    fails(Sys::Virt::Error::ERR_INVALID_ARG,
        sub { $dom->set_launch_security_state({ Sys::Virt::Domain::LAUNCH_SECURITY_SEV_SECRET_SET_ADDRESS => -1 }) },
        'an address that is none', qr/key 'sev-secret-set-address': is -1/) if Sys::Virt->get_library_version >= 8_000_000;
};

done_testing;
