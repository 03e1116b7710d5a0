# Snapshots and checkpoints of a domain, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my $dom  = $conn->get_domain_by_name('busy');

sub names { join ' ', sort map { $_->get_name } @_ }

subtest 'snapshots' => sub {
    my $make = sub { $dom->create_snapshot("<domainsnapshot><name>$_[0]</name><description>about $_[0]</description></domainsnapshot>") };
    # root - branch - leaf, and root - other
    my $root = $make->('root');
    my $branch = $make->('branch');
    my $leaf = $make->('leaf');
    is_deeply([$root->revert_to], [], 'revert_to gives nothing');
    my $other = $make->('other');

    is($leaf->get_name, 'leaf', 'get_name: leaf');
    like($leaf->get_xml_description, qr{<name>leaf</name>.*<description>about leaf</description>.*<parent>\s*<name>branch</name>}s,
        'get_xml_description: has name, description and parent');
    unlike($leaf->get_xml_description, qr/passwd/, 'get_xml_description: is without the password');
    like($leaf->get_xml_description(Sys::Virt::DomainSnapshot::XML_SECURE), qr/passwd='secret'/, 'get_xml_description: has the password with XML_SECURE');
    is($leaf->get_parent->get_name, 'branch', 'get_parent: branch');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $root->get_parent }, 'get_parent: dies for a root');
    is($other->is_current, 1, 'is_current of the current');
    is($leaf->is_current, 0, 'is_current of another');
    is($leaf->has_metadata, 1, 'has_metadata: 1');

    my $all = Sys::Virt::DomainSnapshot::LIST_DESCENDANTS;
    is($root->num_of_child_snapshots, 2, 'num_of_child_snapshots: 2');
    is($root->num_of_child_snapshots($all), 3, 'num_of_child_snapshots: with LIST_DESCENDANTS counts those further down');
    is(join(' ', sort $root->list_child_snapshot_names(9)), 'branch other', 'list_child_snapshot_names: branch other');
    is(join(' ', sort $root->list_child_snapshot_names(9, $all)), 'branch leaf other', 'list_child_snapshot_names: with LIST_DESCENDANTS has those further down');
    is(scalar(() = $root->list_child_snapshot_names(1)), 1, 'list_child_snapshot_names: gives at most one when asked for one');
    is_deeply([map { $root->list_child_snapshot_names($_) } 0, -1], [], 'list_child_snapshot_names: gives none when asked for none');
    is(names($root->list_child_snapshots), 'branch other', 'list_child_snapshots: branch other');
    is(scalar($root->list_child_snapshots), 2, 'list_child_snapshots in scalar context');
    is_deeply([$leaf->list_child_snapshots], [], 'list_child_snapshots of a leaf');
    is(names($root->list_all_children), 'branch other', 'list_all_children: branch other');
    is(names($root->list_all_children($all)), 'branch leaf other', 'list_all_children: with LIST_DESCENDANTS has those further down');
    isa_ok(scalar($root->list_all_children), 'Sys::Virt::DomainSnapshot', 'list_all_children in scalar context');

    $leaf->revert_to(Sys::Virt::DomainSnapshot::REVERT_PAUSED);
    is(($dom->get_state)[0], Sys::Virt::Domain::STATE_PAUSED, 'revert_to: passes on its flags');
    is($leaf->is_current, 1, 'revert_to: the snapshot is the current one');
    is_deeply([$branch->delete], [], 'delete gives nothing');
    is($leaf->get_parent->get_name, 'root', 'delete: the child moves up');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $branch->delete }, 'delete: a second one finds no snapshot');
    $root->delete(Sys::Virt::DomainSnapshot::DELETE_CHILDREN);
    is($dom->num_of_snapshots, 0, 'delete with all below');
    is($leaf->get_name, 'leaf', 'get_name: a snapshot outlives its connection');
};

subtest 'checkpoints' => sub {
    my $make = sub { $dom->create_checkpoint("<domaincheckpoint><name>$_[0]</name></domaincheckpoint>") };
    my ($first, $second) = map { $make->($_) } 'first', 'second';
    is($first->get_name, 'first', 'get_name: first');
    like($second->get_xml_description, qr{<name>second</name>.*<parent>\s*<name>first</name>.*<domain type='test'}s, 'get_xml_description: of a checkpoint has parent and domain');
    unlike($second->get_xml_description(Sys::Virt::DomainCheckpoint::XML_NO_DOMAIN), qr/<domain type/, 'get_xml_description: with XML_NO_DOMAIN is without the domain');
    is($second->get_parent->get_name, 'first', 'get_parent: first');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, sub { $first->get_parent }, 'get_parent: dies for a root');
    my $third = $make->('third');
    is(names($first->list_all_children), 'second', 'list_all_children: second');
    is(names($first->list_all_children(Sys::Virt::DomainCheckpoint::LIST_DESCENDANTS)), 'second third', 'list_all_children: with LIST_DESCENDANTS has those further down');
    is_deeply([$second->delete(Sys::Virt::DomainCheckpoint::DELETE_METADATA_ONLY)], [], 'delete gives nothing');
    is($third->get_parent->get_name, 'first', 'delete: the child moves up');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, sub { $second->delete }, 'delete: a second one finds no checkpoint');
    $first->delete(Sys::Virt::DomainCheckpoint::DELETE_CHILDREN);
    is_deeply([$dom->list_all_checkpoints], [], 'delete with all below');
};

done_testing;
