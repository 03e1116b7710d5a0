use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $kept;

on_node {
    $kept = $conn->get_domain_by_name('kept');
    unlink 'image';
};

my $package = 'Sys::Virt::Domain';
my $file = Sys::Virt::Domain::SAVE_PARAM_FILE;
my $xml = Sys::Virt::Domain::SAVE_PARAM_DXML;

sub saved {
    my (@arguments) = @_;
    my $outcome = attempt { $dom->save(@arguments) };
    return $outcome, attempt { $dom->get_state }, -e 'image' ? 'an image' : 'no image';
}

sub restored {
    my (@arguments) = @_;
    $dom->save('image');
    my $outcome = attempt { $conn->restore_domain(@arguments) };
    return $outcome, attempt { $dom->get_state };
}

forms 'save', sub { saved('image', undef, undef, @flags) }, $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
case 'save, the file alone', sub { saved('image') };
case 'save, file and no XML', sub { saved('image', undef) };
case 'save, file and XML', sub { saved('image', $dom->get_xml_description) };
case 'save, no file at all', sub { saved() };
case 'save to no directory', sub { saved('none/image') };
case 'save an inactive domain', sub { $conn->get_domain_by_name('idle')->save('image') };
case 'save over an image', sub {
    saved('image'), attempt { $conn->restore_domain('image') }, saved('image');
};

forms 'restore_domain', sub { restored('image', undef, undef, @flags) }, $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
case 'restore_domain, the file alone', sub { restored('image') };
case 'restore_domain, file and no XML', sub { restored('image', undef) };
case 'restore_domain, file and XML', sub { restored('image', $dom->get_xml_description) };
case 'restore_domain, parameters', sub { restored(undef, undef, { $file => 'image' }) };
case 'restore_domain, parameters with XML', sub {
    restored(undef, undef, { $file => 'image', $xml => $dom->get_xml_description });
};
case 'restore_domain of nothing', sub { $conn->restore_domain() };
case 'restore_domain of a file that is not there', sub { $conn->restore_domain('none') };
case 'restore_domain of a file that is no image', sub {
    open my $out, '>', 'image' or die $!;
    print {$out} "text\n" x 10;
    close $out or die $!;
    $conn->restore_domain('image');
};
case 'restore_domain while it runs', sub {
    restored('image'), attempt { $conn->restore_domain('image') };
};

forms 'managed_save', sub {
    attempt { $dom->managed_save(@flags) }, $dom->has_managed_save_image, $dom->get_state;
}, $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
case 'managed_save of an inactive domain', sub { $conn->get_domain_by_name('idle')->managed_save };
case 'managed_save of a transient domain', sub { $conn->get_domain_by_name('brief')->managed_save };
case 'managed_save, created again', sub {
    $dom->managed_save;
    $dom->create;
    $dom->has_managed_save_image, $dom->get_state;
};
forms 'has_managed_save_image', sub { $kept->has_managed_save_image(@flags) };
forms 'managed_save_remove', sub {
    attempt { $kept->managed_save_remove(@flags) }, $kept->has_managed_save_image;
};
case 'managed_save_remove without one', sub { $dom->managed_save_remove };
forms 'managed_save_get_xml_description', sub { $kept->managed_save_get_xml_description(@flags) },
    $package, 'SAVE_IMAGE_XML';
forms 'managed_save_define_xml', sub { $kept->managed_save_define_xml($kept->get_xml_description, @flags) },
    $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
forms 'get_save_image_xml_description', sub {
    $dom->save('image');
    $conn->get_save_image_xml_description('image', @flags);
}, $package, 'SAVE_IMAGE_XML';
case 'get_save_image_xml_description of no file', sub { $conn->get_save_image_xml_description('none') };
forms 'define_save_image_xml', sub {
    my $changed = $dom->get_xml_description;
    $dom->save('image');
    $conn->define_save_image_xml('image', $changed, @flags);
}, $package, qw(SAVE_BYPASS_CACHE SAVE_RUNNING SAVE_PAUSED SAVE_RESET_NVRAM);
