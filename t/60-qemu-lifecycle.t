use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# The life of a domain on a real hypervisor, from its definition to its end.

my $bed  = Test::SysVirt::Qemu->new(seconds => 60);
my $conn = $bed->conn;
my $name = $bed->name('life');
my $disk = $bed->boot_image('life.img');
my $data = $bed->image('data.qcow2', '32M');

sub state_is {
    my ($dom, $state, $reason, $what) = @_;
    is_deeply([$dom->get_state], [$state, $reason], $what);
    is($dom->get_info->{state}, $state, "$what: get_info agrees");
}

is($conn->get_type, 'QEMU', 'get_type: is QEMU');
ok($conn->get_version >= 1_000_000, 'get_version: is known');

my $dom = $conn->define_domain($bed->xml('life', memory => 96,
    vcpu    => "<vcpu current='1'>2</vcpu>",
    more    => "<currentMemory unit='MiB'>64</currentMemory>",
    devices => $bed->disk($disk, 'vda') . $bed->disk($data, 'vdb')));

subtest 'defined' => sub {
    is($dom->get_name, $name, 'get_name: is that of the XML');
    is($dom->get_id, -1, 'get_id: is -1 while the domain does not run');
    ok(!$dom->is_active, 'is_active: is false after define_domain');
    ok($dom->is_persistent, 'is_persistent: is true after define_domain');
    is($dom->get_os_type, 'hvm', 'get_os_type: is hvm');
    is(length $dom->get_uuid, 16, 'get_uuid: is 16 bytes');
    is(unpack('H*', $dom->get_uuid), $dom->get_uuid_string =~ tr/-//dr, 'get_uuid, get_uuid_string: agree');
    is($dom->get_max_memory, 96 * 1024, 'get_max_memory: is that of the XML');
    is($dom->get_max_vcpus, -1, 'get_max_vcpus: is -1 while the domain does not run');
    state_is($dom, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_UNKNOWN, 'shut off');
    for my $found ($conn->get_domain_by_name($name), $conn->get_domain_by_uuid($dom->get_uuid),
                   $conn->get_domain_by_uuid($dom->get_uuid_string)) {
        is($found->get_name, $name, 'get_domain_by_uuid: finds the domain');
    }
    my @inactive = $conn->list_all_domains(Sys::Virt::Domain::LIST_INACTIVE);
    is(scalar(grep { $_->get_name eq $name } @inactive), 1, 'list_defined_domains: has the domain once');
    eval { $dom->suspend };
    isa_ok($@, 'Sys::Virt::Error', 'suspend: dies of an error while the domain does not run');
    is($@->code, Sys::Virt::Error::ERR_OPERATION_INVALID, 'suspend: the error has ERR_OPERATION_INVALID');
};

my $id;
subtest 'started' => sub {
    $dom->create;
    ok($dom->is_active, 'create: the domain is active');
    $id = $dom->get_id;
    cmp_ok($id, '>', 0, 'create: the domain has an id above 0');
    is($conn->get_domain_by_id($id)->get_name, $name, 'get_domain_by_id: finds the domain');
    state_is($dom, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_BOOTED, 'running');
    is($bed->serial($dom)->ask('a'), 'a1', 'create: the guest has booted');
    my @active = $conn->list_all_domains(Sys::Virt::Domain::LIST_RUNNING);
    is(scalar(grep { $_->get_name eq $name } @active), 1, 'list_domains: has the domain once');
    ok((grep { $_ == $id } $conn->list_domain_ids($conn->num_of_domains + 8)), "list_domain_ids: has the domain's id");
    eval { $dom->create };
    is($@ && $@->code, Sys::Virt::Error::ERR_OPERATION_INVALID, 'create: refuses a domain that runs');
};

subtest 'looked at' => sub {
    my $info = $dom->get_info;
    is($info->{maxMem}, 96 * 1024, 'get_info: maxMem is that of the XML');
    cmp_ok($info->{memory}, '>=', 64 * 1024, 'get_info: memory is at least 64 MiB');
    is($info->{nrVirtCpu}, 1, 'get_info: nrVirtCpu is 1');
    is($dom->get_max_vcpus, 2, 'get_max_vcpus: is 2 while the domain runs');
    cmp_ok($info->{cpuTime}, '>', 1_000_000, 'get_info: cpuTime is in nanoseconds');
    ok($bed->wait_for(sub { $dom->get_info->{cpuTime} > $info->{cpuTime} }), 'get_info: cpuTime grows');

    my $live = $dom->get_xml_description;
    like($live, qr/<domain type='qemu' id='$id'>/, 'get_xml_description: the live XML has the id');
    like($live, qr{<source path='/dev/pts/\d+'/>}, 'get_xml_description: the live XML has the terminal');
    like($live, qr{<alias name='virtio-disk0'/>}, 'get_xml_description: the live XML has the aliases of devices');
    my $inactive = $dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE);
    like($inactive, qr/<domain type='qemu'>/, 'get_xml_description: the inactive XML has no id');
    unlike($inactive, qr/<alias/, 'get_xml_description: the inactive XML has no aliases');

    my $boot = $dom->block_stats('vda');
    cmp_ok($boot->{rd_bytes}, '>=', 512, 'block_stats: the boot sector was read');
    cmp_ok($boot->{rd_req}, '>=', 1, 'block_stats: it was read by a request');
    is($boot->{wr_bytes}, 0, 'block_stats: nothing was written');
    is($dom->block_stats($data)->{wr_req}, 0, 'block_stats: nothing was written to the other disk, named by its path');
    is($dom->get_block_info('vda')->{capacity}, 1 << 20, 'get_block_info: the capacity of the first disk');
    is($dom->get_block_info('vdb')->{capacity}, 32 << 20, 'get_block_info: the capacity of the second disk');

    my ($stats) = $conn->get_all_domain_stats(
        Sys::Virt::Domain::STATS_STATE | Sys::Virt::Domain::STATS_VCPU | Sys::Virt::Domain::STATS_BLOCK
            | Sys::Virt::Domain::STATS_BALLOON, [$dom]);
    is($stats->{dom}->get_name, $name, 'get_all_domain_stats: a record has its domain');
    my $data_stats = $stats->{data};
    is($data_stats->{'state.state'}, Sys::Virt::Domain::STATE_RUNNING, 'get_all_domain_stats: state.state is STATE_RUNNING');
    is($data_stats->{'vcpu.current'}, 1, 'get_all_domain_stats: vcpu.current is 1');
    is($data_stats->{'vcpu.maximum'}, 2, 'get_all_domain_stats: vcpu.maximum is 2');
    is($data_stats->{'balloon.maximum'}, 96 * 1024, 'get_all_domain_stats: balloon.maximum is that of the XML');
    is($data_stats->{'block.count'}, 2, 'get_all_domain_stats: block.count is 2');
    is($data_stats->{'block.0.path'}, $disk, 'get_all_domain_stats: the path of the first disk');
    is($data_stats->{'block.1.capacity'}, 32 << 20, 'get_all_domain_stats: the capacity of the second disk');

    my $control = $dom->get_control_info;
    is($control->{state}, Sys::Virt::Domain::CONTROL_OK, 'get_control_info: the state is CONTROL_OK');
    is($control->{details}, 0, 'get_control_info: there are no details');
    ok(exists $control->{stateTime}, 'get_control_info: there is a time');
    ok(!$dom->is_updated, 'is_updated: is false');
};

subtest 'suspended and resumed' => sub {
    $dom->suspend;
    state_is($dom, Sys::Virt::Domain::STATE_PAUSED, Sys::Virt::Domain::STATE_PAUSED_USER, 'paused');
    is($bed->serial($dom)->ask('b', 1), undef, 'suspend: the guest does not answer');
    $dom->resume;
    state_is($dom, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_UNPAUSED, 'running');
    is($bed->serial($dom)->talk('', qr/b2/), 'b2', 'resume: the guest answers what it was asked in its sleep');
};

subtest 'reset' => sub {
    $dom->reset;
    is($dom->get_id, $id, 'reset: the domain keeps its id');
    ok($bed->loaded_anew($dom), 'reset: the guest starts anew');
    is($bed->serial($dom)->ask('r'), 'r1', 'reset: the guest counts from the start');
};

my $image = $bed->dir . '/life.save';
subtest 'saved and restored' => sub {
    $bed->serial($dom)->ask('s');
    $dom->save($image);
    cmp_ok(-s $image, '>', 100_000, 'save: there is an image of its memory');
    state_is($dom, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SAVED, 'saved');
    like($conn->get_save_image_xml_description($image), qr{<name>\Q$name\E</name>}, "get_save_image_xml_description: has the domain's name");

    $conn->restore_domain($image);
    state_is($dom, Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_RESTORED, 'restored');
    cmp_ok($conn->get_domain_by_name($name)->get_id, '>', $id, 'restore_domain: the domain has a new id');
    is($bed->serial($dom)->ask('t'), 't3', "restore_domain: the guest's memory is what it was");
};

subtest 'saved as paused, and by a hash of parameters' => sub {
    $dom->save($image, undef, undef, Sys::Virt::Domain::SAVE_PAUSED);
    $conn->restore_domain($image);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'restore_domain: with SAVE_PAUSED the domain is paused');

    my %file = (Sys::Virt::Domain::SAVE_PARAM_FILE() => "$image-2");
    $dom->save(undef, undef, \%file, Sys::Virt::Domain::SAVE_RUNNING);
    is_deeply(\%file, { Sys::Virt::Domain::SAVE_PARAM_FILE() => "$image-2" }, "restore_domain: leaves the caller's hash as it was");
    $conn->restore_domain(undef, undef, \%file);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'restore_domain: from parameters the domain runs');
    is($bed->serial($dom)->ask('u'), 'u4', "restore_domain: from parameters the guest's memory is what it was");

    $dom->save($image, undef, Sys::Virt::Domain::SAVE_PAUSED);
    $conn->restore_domain($image, undef, Sys::Virt::Domain::SAVE_RUNNING);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'restore_domain: flags may stand where the hash does');
};

subtest 'destroyed and undefined' => sub {
    $dom->destroy;
    state_is($dom, Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_DESTROYED, 'destroyed');
    is($dom->get_id, -1, 'destroy: the domain has no id');
    my $other = $conn->get_domain_by_name($name);
    $dom->rename("$name-other");
    is($dom->get_name, "$name-other", 'rename: the object knows the new name');
    is($other->get_name, $name, 'rename: another object of the domain does not');
    $dom->rename($name);
    $dom->undefine;
    eval { $conn->get_domain_by_name($name) };
    isa_ok($@, 'Sys::Virt::Error', 'undefine: a lookup dies of an error');
    is($@->code, Sys::Virt::Error::ERR_NO_DOMAIN, "undefine: the lookup's error has ERR_NO_DOMAIN");
    is($@->domain, Sys::Virt::Error::FROM_QEMU, "undefine: the lookup's error is from QEMU");
    like($@->message, qr/\Q$name/, "undefine: the lookup's error names the domain");
};

done_testing;
