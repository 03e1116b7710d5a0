# Finding, listing and making domains, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use File::Temp;

my $conn = Sys::Virt->new(uri => 'test:///default');
my $xml  = sub { "<domain type='test'><name>$_[0]</name><memory>65536</memory><os><type>hvm</type></os></domain>" };
my $names = sub { join ' ', sort map { $_->get_name } @_ };

subtest 'finding' => sub {
    my $dom = $conn->get_domain_by_name('test');
    my ($id, $raw, $text) = ($dom->get_id, $dom->get_uuid, $dom->get_uuid_string);
    (my $hex = $text) =~ tr/-//d;
    is(length $raw, 16, 'get_uuid: is 16 bytes');
    is(unpack('H*', $raw), $hex, 'get_uuid: is get_uuid_string in bytes');
    is($conn->get_domain_by_id($id)->get_name, 'test', 'get_domain_by_id: test');
    is($conn->get_domain_by_uuid($_)->get_name, 'test', 'get_domain_by_uuid, length ' . length) foreach $raw, $hex, $text;
    foreach my $case (['get_domain_by_name', 'nobody'], ['get_domain_by_id', 4711], ['get_domain_by_uuid', "\0" x 15 . 'x']) {
        my ($method, $what) = @$case;
        eval { $conn->$method($what) };
        is(ref $@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN, "$method: dies of ERR_NO_DOMAIN for no domain");
    }
    foreach my $uuid ('', 'abc', '0' x 37) {
        eval { $conn->get_domain_by_uuid($uuid) };
        like($@, qr/get_domain_by_uuid: argument 'uuid' is not a UUID/, "a UUID of length " . length $uuid);
    }
};

subtest 'listing and making' => sub {
    is($conn->num_of_domains, 1, 'num_of_domains: 1');
    is($conn->num_of_defined_domains, 0, 'num_of_defined_domains: 0');
    my $made = $conn->create_domain($xml->('made'));
    my $defined = $conn->define_domain($xml->('defined'), 0);
    is($made->is_active, 1, 'create_domain: the domain is active');
    is($defined->is_active, 0, 'define_domain: the domain is not active');
    is($conn->num_of_domains, 2, 'num_of_domains then');
    is_deeply([sort { $a <=> $b } $conn->list_domain_ids(10)], [sort { $a <=> $b } 1, $made->get_id], 'list_domain_ids: the ids of the running domains');
    is(scalar(() = $conn->list_domain_ids(1)), 1, 'list_domain_ids, at most one');
    is_deeply([map { [$conn->list_domain_ids($_)] } 0, -1], [[], []], 'list_domain_ids, at most none');
    is($names->($conn->list_domains), 'made test', 'list_domains: made test');
    is(scalar($conn->list_domains), 2, 'list_domains in scalar context');
    is_deeply([$conn->list_defined_domain_names(10)], ['defined'], 'list_defined_domain_names: has what does not run');
    is($names->($conn->list_defined_domains), 'defined', 'list_defined_domains: defined');
    is($names->($conn->list_all_domains), 'defined made test', 'list_all_domains: defined made test');
    is($names->($conn->list_all_domains(Sys::Virt::Domain::LIST_INACTIVE)), 'defined', 'list_all_domains with a flag');
    isa_ok(scalar($conn->list_all_domains(Sys::Virt::Domain::LIST_ACTIVE)), 'Sys::Virt::Domain', 'list_all_domains in scalar context');
    eval { $conn->create_domain('<nonsense/>') };
    is($@->code, Sys::Virt::Error::ERR_XML_ERROR, 'create_domain from nonsense');
    eval { $conn->define_domain($xml->('checked'), Sys::Virt::Domain::DEFINE_VALIDATE) };
    ok(!$@ || ref $@ eq 'Sys::Virt::Error', 'define_domain with a flag');
    my $files = eval { $conn->create_domain_with_files($xml->('files'), [0]) };
    ok($files ? $files->is_active : $@->code == Sys::Virt::Error::ERR_NO_SUPPORT, 'create_domain_with_files reaches libvirt');
    $files->destroy if $files;
    eval { $conn->create_domain_with_files($xml->('files'), ['stdin']) };
    like($@, qr/create_domain_with_files: argument 'fds', element 0: is 'stdin', not an integer/, 'create_domain_with_files: refuses a file that is none');
};

subtest 'statistics' => sub {
    driver_since('7.8.0');
    my @stats = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_STATE);
    my ($test) = grep { $_->{dom}->get_name eq 'test' } @stats;
    is_deeply($test->{data}, { 'state.state' => Sys::Virt::Domain::STATE_RUNNING, 'state.reason' => 0 }, 'get_all_domain_stats: state and reason of a domain');
    my ($dom) = $conn->get_domain_by_name('test');
    is($names->(map { $_->{dom} } $conn->get_all_domain_stats(0, [$dom], 0)), 'test', 'get_all_domain_stats of one domain');
    is(scalar @{[$conn->get_all_domain_stats(0, [])]}, scalar @stats, 'get_all_domain_stats of an empty list is of all');
    foreach my $doms ([5], [undef], [$conn], [[]]) {
        eval { $conn->get_all_domain_stats(0, $doms) };
        like($@, qr/argument 'doms', element 0: not a live Sys::Virt::Domain object/, 'get_all_domain_stats: refuses what is no domain');
    }
    eval { $conn->get_all_domain_stats(0, 5) };
    like($@, qr/argument 'doms' is 5, not an array reference/, 'get_all_domain_stats: refuses what is no list');
};

subtest 'saved domains' => sub {
    my $file = File::Temp->new->filename;
    my $dom = $conn->create_domain($xml->('saved'));
    $dom->save($file);
    is(scalar(grep { $_->get_name eq 'saved' } $conn->list_domains), 0, 'save: the domain is gone');
    $conn->restore_domain($file);
    is($conn->get_domain_by_name('saved')->is_active, 1, 'restore_domain: the domain is active');
    foreach my $args (['/nonexistent'], ['/nonexistent', undef, undef, 0], ['/nonexistent', undef, 0]) {
        eval { $conn->restore_domain(@$args) };
        is(ref $@ && $@->code, Sys::Virt::Error::ERR_SYSTEM_ERROR, 'restore_domain of a file that is not there');
    }
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    eval { $conn->restore_domain('/nonexistent', undef, { nonsense => 1 }) };
    is(ref $@, 'Sys::Virt::Error', 'restore_domain with parameters');
    like("@warnings", qr/restore_domain: argument 'params': 'nonsense' is unknown here/, 'restore_domain: warns of a key that it does not know');
    eval { $conn->restore_domain($file, undef, []) };
    like($@, qr/argument 'params' is an array, not a hash reference or an integer/, 'restore_domain with a list');
    $conn->get_domain_by_name('saved')->save($file);
    like($conn->get_save_image_xml_description($file), qr/<name>saved</, "get_save_image_xml_description: has the domain's name");
    (my $changed = $conn->get_save_image_xml_description($file)) =~ s/<name>saved/<description>changed<\/description>$&/;
    ok(eval { $conn->define_save_image_xml($file, $changed, 0); 1 }, 'define_save_image_xml: succeeds') or diag $@;
    eval { $conn->define_save_image_xml($file, '<domain/>') };
    isa_ok($@, 'Sys::Virt::Error', 'define_save_image_xml with nonsense');
    unlink $file;
};

done_testing;
