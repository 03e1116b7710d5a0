use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Saving and restoring; suspending and resuming.

qemu();
my $package = 'Sys::Virt::Domain';
my $dom = $bed->boot('saved', more => '<uuid>' . uuid(1) . '</uuid>');
my $image = $bed->dir . '/image';
my ($file, $with) = (Sys::Virt::Domain::SAVE_PARAM_FILE, Sys::Virt::Domain::SAVE_PARAM_DXML);

sub titled { (my $xml = $_[0]) =~ s{<memory }{<title>$_[1]</title><memory }; return $xml }

step 'suspend', sub { attempt { $dom->suspend }, [$dom->get_state], attempt { $dom->suspend } };
step 'resume', sub { attempt { $dom->resume }, [$dom->get_state], attempt { $dom->resume } };
step 'reset', sub { attempt { $dom->reset }, [$dom->get_state] };

step 'save, no directory', sub { $dom->save('/none/image') };
step 'save, unused flag', sub { $dom->save($image, undef, undef, 1 << 30) };
step 'save', sub { attempt { $dom->save($image) }, [$dom->get_state] };
step 'save while it is off', sub { $dom->save($image) };
forms 'get_save_image_xml_description', sub { $conn->get_save_image_xml_description($image, @flags) },
    $package, 'SAVE_IMAGE_XML';
step 'define_save_image_xml', sub {
    my $xml = titled($conn->get_save_image_xml_description($image), 'changed');
    attempt { $conn->define_save_image_xml($image, $xml) }, $conn->get_save_image_xml_description($image);
};
step 'define_save_image_xml, another domain', sub {
    (my $xml = $conn->get_save_image_xml_description($image)) =~ s/saved/other/;
    $conn->define_save_image_xml($image, $xml);
};
step 'restore_domain', sub {
    attempt { $conn->restore_domain($image) }, [$dom->get_state],
        attempt { $dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE) };
};
step 'restore_domain while it runs', sub { $conn->restore_domain($image) };
step 'save with XML and flags', sub {
    my $xml = titled($dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE), 'in the image');
    attempt { $dom->save($image, $xml, undef, Sys::Virt::Domain::SAVE_PAUSED) },
        [$dom->get_state];
};
step 'restore_domain with XML', sub {
    attempt { $conn->restore_domain($image, titled($conn->get_save_image_xml_description($image), 'restored')) },
        [$dom->get_state], attempt { $dom->get_metadata(Sys::Virt::Domain::METADATA_TITLE) };
};
step 'save again', sub { attempt { $dom->save($image) } };
step 'restore_domain with parameters and flags', sub {
    attempt { $conn->restore_domain(undef, undef, { $file => $image }, Sys::Virt::Domain::SAVE_PAUSED) },
        [$dom->get_state];
};
step 'managed_save', sub {
    attempt { $dom->managed_save(Sys::Virt::Domain::SAVE_RUNNING) }, [$dom->get_state], $dom->has_managed_save_image;
};
forms 'managed_save_get_xml_description', sub { $dom->managed_save_get_xml_description(@flags) },
    $package, 'SAVE_IMAGE_XML';
forms 'managed_save_define_xml', sub {
    $dom->managed_save_define_xml(titled($dom->managed_save_get_xml_description, 'kept'), @flags);
}, $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
step 'undefine with a managed save image', sub { $dom->undefine };
step 'create from it', sub { attempt { $dom->create }, [$dom->get_state], $dom->has_managed_save_image };
step 'managed_save again', sub { attempt { $dom->managed_save } };
forms 'has_managed_save_image', sub { $dom->has_managed_save_image(@flags) };
step 'managed_save_remove', sub { attempt { $dom->managed_save_remove }, $dom->has_managed_save_image };
step 'managed_save_remove again', sub { $dom->managed_save_remove };
step 'managed_save_get_xml_description of nothing', sub { $dom->managed_save_get_xml_description };

step 'core_dump', sub {
    $dom->create;
    my $core = $bed->dir . '/core';
    attempt { $dom->core_dump($core, Sys::Virt::Domain::DUMP_MEMORY_ONLY | Sys::Virt::Domain::DUMP_LIVE) },
        -s $core ? 'some bytes' : 'none', [$dom->get_state];
};
step 'core_dump_format', sub {
    my $core = $bed->dir . '/core.kdump';
    attempt {
        $dom->core_dump_format($core, Sys::Virt::Domain::CORE_DUMP_FORMAT_KDUMP_ZLIB, Sys::Virt::Domain::DUMP_MEMORY_ONLY);
    }, -s $core ? 'some bytes' : 'none';
};
step 'core_dump, unused flag', sub { $dom->core_dump($bed->dir . '/core', 1 << 30) };
forms 'shutdown', sub { $dom->shutdown(@flags) }, $package, 'SHUTDOWN';
forms 'reboot', sub { $dom->reboot(@flags) }, $package, 'REBOOT';
step 'destroy gracefully', sub { attempt { $dom->destroy(Sys::Virt::Domain::DESTROY_GRACEFUL) }, [$dom->get_state] };
forms 'undefine', sub {
    my $outcome = attempt { $dom->undefine(@flags) };
    my $there = attempt { $conn->get_domain_by_name($bed->name('saved')) };
    $conn->define_domain($bed->xml('saved', more => '<uuid>' . uuid(1) . '</uuid>'));
    $outcome, $there;
}, $package, 'UNDEFINE';
