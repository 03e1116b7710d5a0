# Saving, managed save and core dumps, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use File::Temp qw(tempdir);
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my ($dom, $idle, $kept, $brief) = map { $conn->get_domain_by_name($_) } qw(busy idle kept brief);
my $file = tempdir(CLEANUP => 1) . '/image';

subtest 'in a file' => sub {
    foreach my $form ([], [undef], [undef, undef], [undef, undef, 0], [undef, 0]) {
        my $how = join ', ', map { $_ // 'undef' } 'file', @$form;
        is_deeply([$dom->save($file, @$form)], [], "save($how): gives nothing");
        is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SAVED], 'save: the domain is off, because it was saved');
        cmp_ok(-s $file, '>', 1000, 'save: there is an image');
        $conn->restore_domain($file);
        is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_RUNNING, Sys::Virt::Domain::STATE_RUNNING_RESTORED], 'restore_domain: the domain runs, because it was restored');
    }
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $idle->save($file) }, 'save of one that does not run');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $dom->save('/nonexistent/image') }, 'save to where nothing can be written');
};

subtest 'with XML and flags' => sub {
    my $xml = $dom->get_xml_description;
    fails(Sys::Virt::Error::ERR_ARGUMENT_UNSUPPORTED, sub { $dom->save($file, $xml) }, 'XML reaches libvirt', qr/xml modification/);
    my $bad = qr/unsupported flags \(0x40000000\) in function testDomainSaveFlags/;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->save($file, undef, undef, 1 << 30) }, 'flags reach libvirt', $bad);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->save($file, undef, 1 << 30) }, 'in the third place too', $bad);
};

subtest 'with parameters' => sub {
    my %params = (Sys::Virt::Domain::SAVE_PARAM_FILE => $file);
    my $before = join ',', %params;
    unsupported($dom, 'save', [undef, undef, \%params], 'virDomainSaveParams');
    unsupported($dom, 'save', [$file, '<domain/>', {}, Sys::Virt::Domain::SAVE_PAUSED], 'virDomainSaveParams');
    is(join(',', %params), $before, "save: leaves the caller's hash as it was");
    foreach my $form ([], [undef, undef, undef], [undef, undef, 0]) {
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->save(@$form) }, 'no file at all', qr/argument 'tosv' is undef/);
    }
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->save($file, undef, []) }, 'an array', qr/argument 'params_sv' is an array/);
};

subtest 'where libvirt keeps it' => sub {
    is_deeply([$dom->has_managed_save_image, $kept->has_managed_save_image(0)], [0, 1], 'has_managed_save_image: 0 without and 1 with an image');
    is_deeply([$dom->managed_save(Sys::Virt::Domain::SAVE_RUNNING)], [], 'managed_save gives nothing');
    is($dom->has_managed_save_image, 1, 'has_managed_save_image then');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_SAVED], 'managed_save: the domain is off, because it was saved');
    $dom->create;
    is($dom->has_managed_save_image, 0, 'create uses it up');
    is_deeply([$kept->managed_save_remove], [], 'managed_save_remove gives nothing');
    is($kept->has_managed_save_image, 0, 'managed_save_remove: the image is gone');
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $brief->managed_save }, 'managed_save of a transient domain', qr/transient/);
    unsupported($kept, 'managed_save_get_xml_description', [], 'virDomainManagedSaveGetXMLDesc');
    unsupported($kept, 'managed_save_define_xml', ['<domain/>'], 'virDomainManagedSaveDefineXML');
};

subtest 'dumped' => sub {
    is_deeply([$dom->core_dump($file)], [], 'core_dump gives nothing');
    ok(-s $file, 'core_dump: there is a dump');
    is($dom->is_active, 1, 'core_dump: the domain goes on');
    unlink $file;
    $dom->core_dump_format($file, Sys::Virt::Domain::CORE_DUMP_FORMAT_RAW, Sys::Virt::Domain::DUMP_CRASH);
    ok(-s $file, 'core_dump_format: there is a dump');
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_CRASHED], 'core_dump: with CRASH the domain is off, because it crashed');
    $dom->create;
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $dom->core_dump_format($file, Sys::Virt::Domain::CORE_DUMP_FORMAT_KDUMP_ZLIB) },
        'core_dump_format: dies for a format that the driver lacks');
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $dom->core_dump('/nonexistent/core') }, 'core_dump to where nothing can be written');
};

done_testing;
