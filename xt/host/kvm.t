# A guest that KVM runs, by the virtualization of a processor that is emulated itself.
use strict;
use warnings;
use lib qw(t/lib xt/lib);
use EmulatedHost;
use JSON::PP qw(decode_json);
use Test::More;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::QEMU;

my $host = EmulatedHost->new;
my $conn = $host->connect;

like($conn->get_capabilities, qr{<domain type='kvm'/>}, 'get_capabilities: this host has KVM');
my $guest = $conn->create_domain(<<'XML');
<domain type='kvm'>
  <name>fast</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><controller type='usb' model='none'/></devices>
</domain>
XML
my $says = decode_json($guest->qemu_monitor_command('{"execute": "query-kvm"}'));
is_deeply({ map { $_ => !!$says->{return}{$_} } qw(enabled present) }, { enabled => !!1, present => !!1 }, "create_domain: QEMU's monitor says that KVM runs it");
my ($stats) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_VCPU, [$guest]);
ok(defined $stats->{data}{'vcpu.0.exits.sum'}, "get_all_domain_stats: with the kernel's own of a processor") or diag explain $stats->{data};
is($guest->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'get_info: it runs');
$guest->destroy;

done_testing;
