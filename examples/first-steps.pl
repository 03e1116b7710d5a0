#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;

GetOptions('help|h' => \my $help) or pod2usage(2);
pod2usage(0) if $help;
@ARGV < 2 or pod2usage(2);

my $uri  = shift // 'test:///default';
my $conn = Sys::Virt->new(uri => $uri);
# libvirt's number has three digits for each part of the version.
my $version = join '.', map { $_ + 0 } $conn->get_library_version =~ /^(\d+)(\d{3})(\d{3})$/;
printf "%s, libvirt %s\n\n", $conn->get_uri, $version;

my %state = (
    Sys::Virt::Domain::STATE_RUNNING => 'running',
    Sys::Virt::Domain::STATE_PAUSED  => 'paused',
    Sys::Virt::Domain::STATE_SHUTOFF => 'off',
);

sub show {
    printf "%-12s %-8s %10s %10s %5s\n", qw(NAME STATE MEMORY MAXIMUM VCPUS);
    foreach my $dom (sort { $a->get_name cmp $b->get_name } $conn->list_all_domains) {
        my $info = $dom->get_info;
        printf "%-12s %-8s %6d MiB %6d MiB %5d\n", $dom->get_name, $state{ $info->{state} } // $info->{state},
            $info->{memory} / 1024, $info->{maxMem} / 1024, $info->{nrVirtCpu};
    }
}
show();

print "\nDefining a domain, starting it, and pausing it:\n";
my $dom = $conn->define_domain(<<'XML');
<domain type='test'>
  <name>web</name>
  <memory unit='MiB'>512</memory>
  <vcpu>2</vcpu>
  <os><type>hvm</type></os>
</domain>
XML
$dom->create;
$dom->set_memory(256 * 1024);
$dom->suspend;
show();

print "\nIts XML begins with:\n";
print map { "  $_\n" } (split /\n/, $dom->get_xml_description)[0 .. 4];

print "\nIts memory limits, before and after (KiB):\n";
foreach my $limit (undef, 400 * 1024) {
    $dom->set_memory_parameters({ Sys::Virt::Domain::MEMORY_HARD_LIMIT, $limit }) if defined $limit;
    my $params = $dom->get_memory_parameters;
    foreach my $name (sort keys %$params) {
        my $unlimited = $params->{$name} == Sys::Virt::Domain::MEMORY_PARAM_UNLIMITED;
        printf "  %s = %s\n", $name, $unlimited ? 'no limit' : $params->{$name};
    }
}

print "\nLooking for a domain that is not there:\n";
eval { $conn->get_domain_by_name('nobody') };
if (ref $@ && $@->code == Sys::Virt::Error::ERR_NO_DOMAIN) {
    printf "  code %d: %s\n", $@->code, $@->message;
}

$dom->destroy;
$dom->undefine;

__END__

=head1 NAME

first-steps.pl - the first things to do with Sys::Virt

=head1 SYNOPSIS

    first-steps.pl [URI]

=head1 DESCRIPTION

Lists the domains, defines one and starts it, looks at it, changes it, catches
an error, and takes the domain away again. That happens at the hypervisor that
libvirt simulates, C<test:///default>, unless another URI is given.

=head1 OPTIONS

=over

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 2 for wrong options. What libvirt fails with ends the script as it is.

=cut
