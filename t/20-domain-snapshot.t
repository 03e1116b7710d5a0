# Snapshots and checkpoints of a domain, and backups, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle) = map { $conn->get_domain_by_name($_) } qw(busy idle);

sub names { return [sort map { $_->get_name } @_] }

subtest 'snapshots' => sub {
    my $xml = sub { "<domainsnapshot><name>$_[0]</name></domainsnapshot>" };
    is_deeply([$dom->has_current_snapshot, $dom->num_of_snapshots], [0, 0], 'has_current_snapshot, num_of_snapshots: none at first');
    is_deeply([map { [$dom->$_] } qw(list_snapshots list_all_snapshots list_snapshot_names)], [[], [], []], 'list_snapshots and its kin: all lists are empty at first');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $dom->current_snapshot }, 'current_snapshot without any');

    my $first = $dom->create_snapshot($xml->('first'));
    isa_ok($first, 'Sys::Virt::DomainSnapshot', 'create_snapshot: gives a snapshot');
    is($first->get_name, 'first', 'create_snapshot: the snapshot has the name of its XML');
    $dom->create_snapshot($xml->('second'), Sys::Virt::DomainSnapshot::CREATE_HALT);
    is($dom->is_active, 0, 'create_snapshot with flags');

    is_deeply([$dom->has_current_snapshot, $dom->num_of_snapshots], [1, 2], 'has_current_snapshot, num_of_snapshots');
    is($dom->num_of_snapshots(Sys::Virt::DomainSnapshot::LIST_ROOTS), 1, 'num_of_snapshots with flags');
    is($dom->current_snapshot->get_name, 'second', 'current_snapshot: second');
    is($dom->get_snapshot_by_name('first')->get_name, 'first', 'get_snapshot_by_name: first');
    {
        my @warnings;
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        is($dom->get_snapshot_by_name('first', 1 << 30)->get_name, 'first', 'get_snapshot_by_name: ignores a second argument');
        like("@warnings", qr/get_snapshot_by_name: arguments behind the first 2 are ignored/, 'get_snapshot_by_name: warns of a second argument');
    }
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_SNAPSHOT, sub { $dom->get_snapshot_by_name('third') }, 'get_snapshot_by_name of none');

    is_deeply([sort $dom->list_snapshot_names], ['first', 'second'], 'list_snapshot_names: has both');
    is_deeply([sort $dom->list_snapshot_names(10)], ['first', 'second'], 'list_snapshot_names, at most ten');
    is(scalar(() = $dom->list_snapshot_names(1)), 1, 'list_snapshot_names, at most one');
    is_deeply([$dom->list_snapshot_names(0)], [], 'list_snapshot_names, none');
    is_deeply([$dom->list_snapshot_names(10, Sys::Virt::DomainSnapshot::LIST_ROOTS)], ['first'], 'list_snapshot_names with flags');
    is_deeply(names($dom->list_snapshots), ['first', 'second'], 'list_snapshots: has both');
    is(scalar $dom->list_snapshots, 2, 'list_snapshots in scalar context');
    is_deeply(names($dom->list_all_snapshots), ['first', 'second'], 'list_all_snapshots: has both');
    is_deeply(names($dom->list_all_snapshots(Sys::Virt::DomainSnapshot::LIST_LEAVES)), ['second'], 'list_all_snapshots with flags');
    fails(Sys::Virt::Error::ERR_XML_ERROR, sub { $dom->create_snapshot('<domain/>') }, 'create_snapshot from something else');
};

subtest 'checkpoints' => sub {
    my $xml = sub { "<domaincheckpoint><name>$_[0]</name><disks><disk name='vda' checkpoint='bitmap'/></disks></domaincheckpoint>" };
    $dom->create if !$dom->is_active;
    $_->delete foreach $dom->list_all_snapshots;
    is_deeply([$dom->list_all_checkpoints], [], 'list_all_checkpoints without any');
    my $first = $dom->create_checkpoint($xml->('first'));
    isa_ok($first, 'Sys::Virt::DomainCheckpoint', 'create_checkpoint: gives a checkpoint');
    is($first->get_name, 'first', 'create_checkpoint: the checkpoint has the name of its XML');
    $dom->create_checkpoint($xml->('second'), 0);
    is($dom->get_checkpoint_by_name('second')->get_name, 'second', 'get_checkpoint_by_name: second');
    {
        my @warnings;
        local $SIG{__WARN__} = sub { push @warnings, @_ };
        is($dom->get_checkpoint_by_name('first', 1 << 30)->get_name, 'first', 'get_checkpoint_by_name: ignores a second argument');
        like("@warnings", qr/get_checkpoint_by_name: arguments behind the first 2 are ignored/, 'get_checkpoint_by_name: warns of a second argument');
    }
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_CHECKPOINT, sub { $dom->get_checkpoint_by_name('third') }, 'get_checkpoint_by_name of none');
    is_deeply(names($dom->list_all_checkpoints), ['first', 'second'], 'list_all_checkpoints: has both');
    is_deeply(names($dom->list_all_checkpoints(Sys::Virt::DomainCheckpoint::LIST_ROOTS)), ['first'], 'list_all_checkpoints with flags');
    fails(undef, sub { $idle->create_checkpoint($xml->('third')) }, 'create_checkpoint of a domain that does not run', qr/inactive/);
};

subtest 'backups' => sub {
    unsupported($dom, 'backup_begin', $_, 'virDomainBackupBegin')
        foreach ['<domainbackup/>'], ['<domainbackup/>', undef], ['<domainbackup/>', '<domaincheckpoint/>', 0];
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->backup_begin(undef) }, 'backup_begin without XML', qr/backupXML.*must not be NULL/);
    unsupported($dom, 'backup_get_xml_description', [], 'virDomainBackupGetXMLDesc');
};

done_testing;
