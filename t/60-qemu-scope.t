use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# What a change without flags is about, while the guest is off and while it runs, as the manual of
# Sys::Virt::Domain has it under "SCOPE OF A CHANGE".

my $bed  = Test::SysVirt::Qemu->new(seconds => 90);
my $conn = $bed->conn;
my $more = $bed->disk($bed->image('more.img', '1M'), 'sdb', bus => 'scsi');
my $dom  = $conn->define_domain($bed->xml('scope', vcpu => "<vcpu current='1'>2</vcpu>", more => '<iothreads>1</iothreads>',
    devices => $bed->disk($bed->boot_image('scope.img'), 'vda') . "<controller type='scsi' model='virtio-scsi'/><memballoon model='virtio'/>"));
my $config = Sys::Virt::Domain::AFFECT_CONFIG;

# What a call changes: 'running', 'stored', both, or nothing but libvirt's error code.
sub changes {
    my ($method, @arguments) = @_;
    my @views  = ([running => 0], [stored => Sys::Virt::Domain::XML_INACTIVE]);
    my @before = map { $dom->get_xml_description($_->[1]) } @views;
    eval { $dom->$method(@arguments); 1 } or return ref $@ ? $@->code : $@;
    my @after = map { $dom->get_xml_description($_->[1]) } @views;
    return join ' and ', map { $views[$_][0] } grep { $before[$_] ne $after[$_] } 0, 1;
}

# Where no flags are not AFFECT_CURRENT, but leave it to a function that knows of nothing else.
my @running_only = (
    [set_memory    => 60 * 1024],
    [set_vcpus     => 2],
    [pin_vcpu      => 0, "\1"],
    [attach_device => $more],
    [detach_device => $more],
);

# The title, threads and so on that they set while the domain is off, and then while it runs.
my %either = (
    set_metadata            => [map { [Sys::Virt::Domain::METADATA_TITLE, $_, undef, undef] } qw(one two)],
    set_lifecycle_action    => [map { [Sys::Virt::Domain::LIFECYCLE_REBOOT, $_] }
        Sys::Virt::Domain::LIFECYCLE_ACTION_DESTROY, Sys::Virt::Domain::LIFECYCLE_ACTION_RESTART],
    set_memory_stats_period => [[7], [8]],
    set_vcpu                => [['1', 1]],
    pin_emulator            => [["\1"], ["\2"]],
    pin_iothread            => [[1, "\1"], [1, "\2"]],
    add_iothread            => [[5], [6]],
    set_block_iotune        => [map { ['vda', { Sys::Virt::Domain::BLOCK_IOTUNE_TOTAL_IOPS_SEC() => $_ }] } 1000, 2000],
    # Of a running guest these take control groups or counters, which not every host has.
    set_scheduler_parameters => [[{ Sys::Virt::Domain::SCHEDULER_CPU_SHARES() => 999 }]],
    set_memory_parameters    => [[{ Sys::Virt::Domain::MEMORY_SOFT_LIMIT() => 99_999 }]],
    set_blkio_parameters     => [[{ Sys::Virt::Domain::BLKIO_WEIGHT() => 501 }]],
    set_numa_parameters      => [[{ Sys::Virt::Domain::NUMA_NODESET() => '0' }]],
    set_perf_events          => [[{ Sys::Virt::Domain::PERF_PARAM_PAGE_FAULTS() => 0 }]],
);

subtest 'while the guest is off' => sub {
    for (@running_only) {
        my ($method, @arguments) = @$_;
        is(changes($method, @arguments), Sys::Virt::Error::ERR_OPERATION_INVALID, "$method without flags is refused");
        isnt(changes($method, @arguments, $config), Sys::Virt::Error::ERR_OPERATION_INVALID, "$method with AFFECT_CONFIG is not");
    }
    # It has as much memory and as many processors as it can have, and they are pinned.
    for my $method (sort keys %either) {
        is(changes($method, @{ $either{$method}[0] }), 'running and stored', "$method without flags changes what is stored");
    }
};

subtest 'while the guest runs' => sub {
    $dom->create;
    ok($bed->serial($dom)->ask('a'), 'it does');
    is(changes(attach_device => $more), 'running', 'attach_device without flags changes what runs');
    is(changes(detach_device => $more), 'running', 'detach_device, too');
    is(changes(pin_vcpu => 0, "\2"), 'running', 'pin_vcpu, too');
    for my $method (sort keys %either) {
        my (undef, $arguments) = @{ $either{$method} };
        is(changes($method, @$arguments), 'running', "$method without flags changes what runs") if $arguments;
    }
    my $both = Sys::Virt::Domain::AFFECT_LIVE | $config;
    is(changes(add_iothread => 7, $both), 'running and stored', 'add_iothread with both flags changes both');
};

done_testing;
