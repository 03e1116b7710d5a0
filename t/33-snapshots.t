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

    is($leaf->get_name, 'leaf', 'get_name');
    like($leaf->get_xml_description, qr{<name>leaf</name>.*<description>about leaf</description>.*<parent>\s*<name>branch</name>}s,
        'get_xml_description');
    unlike($leaf->get_xml_description, qr/passwd/, 'without the password');
    like($leaf->get_xml_description(Sys::Virt::DomainSnapshot::XML_SECURE), qr/passwd='secret'/, 'with it');
    is($leaf->get_parent->get_name, 'branch', 'get_parent');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $root->get_parent }, 'a root has none');
    is($other->is_current, 1, 'is_current of the current');
    is($leaf->is_current, 0, 'is_current of another');
    is($leaf->has_metadata, 1, 'has_metadata');

    my $all = Sys::Virt::DomainSnapshot::LIST_DESCENDANTS;
    is($root->num_of_child_snapshots, 2, 'num_of_child_snapshots');
    is($root->num_of_child_snapshots($all), 3, 'with those further down');
    is(join(' ', sort $root->list_child_snapshot_names(9)), 'branch other', 'list_child_snapshot_names');
    is(join(' ', sort $root->list_child_snapshot_names(9, $all)), 'branch leaf other', 'with those further down');
    is(scalar(() = $root->list_child_snapshot_names(1)), 1, 'at most one');
    is_deeply([map { $root->list_child_snapshot_names($_) } 0, -1], [], 'at most none');
    is(names($root->list_child_snapshots), 'branch other', 'list_child_snapshots');
    is(scalar($root->list_child_snapshots), 2, 'list_child_snapshots in scalar context');
    is_deeply([$leaf->list_child_snapshots], [], 'list_child_snapshots of a leaf');
    is(names($root->list_all_children), 'branch other', 'list_all_children');
    is(names($root->list_all_children($all)), 'branch leaf other', 'with those further down');
    isa_ok(scalar($root->list_all_children), 'Sys::Virt::DomainSnapshot', 'list_all_children in scalar context');

    $leaf->revert_to(Sys::Virt::DomainSnapshot::REVERT_PAUSED);
    is(($dom->get_state)[0], Sys::Virt::Domain::STATE_PAUSED, 'the flags of revert_to count');
    is($leaf->is_current, 1, 'it is the current one now');
    is_deeply([$branch->delete], [], 'delete gives nothing');
    is($leaf->get_parent->get_name, 'root', 'its child moves up');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $branch->delete }, 'it is gone');
    $root->delete(Sys::Virt::DomainSnapshot::DELETE_CHILDREN);
    is($dom->num_of_snapshots, 0, 'delete with all below');
    is($leaf->get_name, 'leaf', 'an object still has its name');
};

subtest 'checkpoints' => sub {
    my $make = sub { $dom->create_checkpoint("<domaincheckpoint><name>$_[0]</name></domaincheckpoint>") };
    my ($first, $second) = map { $make->($_) } 'first', 'second';
    is($first->get_name, 'first', 'get_name');
    like($second->get_xml_description, qr{<name>second</name>.*<parent>\s*<name>first</name>.*<domain type='test'}s, 'get_xml_description');
    unlike($second->get_xml_description(Sys::Virt::DomainCheckpoint::XML_NO_DOMAIN), qr/<domain type/, 'without the domain');
    is($second->get_parent->get_name, 'first', 'get_parent');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, sub { $first->get_parent }, 'a root has none');
    my $third = $make->('third');
    is(names($first->list_all_children), 'second', 'list_all_children');
    is(names($first->list_all_children(Sys::Virt::DomainCheckpoint::LIST_DESCENDANTS)), 'second third', 'with those further down');
    is_deeply([$second->delete(Sys::Virt::DomainCheckpoint::DELETE_METADATA_ONLY)], [], 'delete gives nothing');
    is($third->get_parent->get_name, 'first', 'its child moves up');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, sub { $second->delete }, 'it is gone');
    $first->delete(Sys::Virt::DomainCheckpoint::DELETE_CHILDREN);
    is_deeply([$dom->list_all_checkpoints], [], 'delete with all below');
};

done_testing;
