use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';
my $disk = <<'XML';
<disk type='file' device='disk'><source file='/guest/more.img'/><target dev='vdc' bus='virtio'/></disk>
XML
my $there = <<'XML';
<disk type='file' device='disk'><source file='/guest/data.img'/><target dev='vdb' bus='virtio'/></disk>
XML
my $network = <<'XML';
<interface type='network'><mac address='52:54:00:00:00:09'/><source network='lan'/></interface>
XML

forms 'attach_device', sub {
    attempt { $dom->attach_device($disk, @flags) }, $dom->get_xml_description;
}, $package, 'DEVICE_MODIFY';
forms 'attach_device to an inactive domain', sub {
    attempt { $idle->attach_device($disk, @flags) }, $idle->get_xml_description;
}, $package, 'DEVICE_MODIFY';
case 'attach_device, an interface', sub { attempt { $dom->attach_device($network) }, $dom->get_xml_description };
case 'attach_device that is there', sub { $dom->attach_device($there) };
case 'attach_device, broken XML', sub { $dom->attach_device('<disk') };
case 'attach_device, an unknown device', sub { $dom->attach_device('<gadget/>') };
case 'attach_device, nothing', sub { $dom->attach_device('') };
forms 'detach_device', sub {
    attempt { $dom->detach_device($there, @flags) }, $dom->get_xml_description;
}, $package, 'DEVICE_MODIFY';
case 'detach_device that is not there', sub { $dom->detach_device($disk) };
forms 'detach_device_alias', sub { $dom->detach_device_alias('ua-none', @flags) },
    $package, 'DEVICE_MODIFY';
forms 'update_device', sub { $dom->update_device($there, @flags) }, $package, 'DEVICE_MODIFY';

forms 'open_graphics', sub {
    open my $null, '+<', '/dev/null' or die $!;
    $dom->open_graphics(0, fileno $null, @flags);
}, $package, 'OPEN_GRAPHICS';
forms 'open_graphics_fd', sub { $dom->open_graphics_fd(0, @flags) }, $package, 'OPEN_GRAPHICS';
forms 'open_console', sub { $dom->open_console($conn->new_stream, 'serial0', @flags) },
    $package, 'OPEN_CONSOLE';
case 'open_console, no device named', sub { $dom->open_console($conn->new_stream, undef) };
forms 'open_channel', sub { $dom->open_channel($conn->new_stream, 'channel0', @flags) },
    $package, 'OPEN_CHANNEL';
case 'open_channel, no device named', sub { $dom->open_channel($conn->new_stream, undef) };
forms 'screenshot', sub { $dom->screenshot($conn->new_stream, 0, @flags) };
forms 'fd_associate', sub {
    open my $null, '+<', '/dev/null' or die $!;
    $dom->fd_associate('disk', [fileno $null], @flags);
}, $package, 'FD_ASSOCIATE';
case 'fd_associate, no descriptors', sub { $dom->fd_associate('disk', []) };

my $xml = <<'XML';
<domain type='test'>
  <name>fresh</name>
  <uuid>77777777-7777-4777-8777-777777777777</uuid>
  <memory unit='KiB'>65536</memory>
  <os><type>hvm</type></os>
</domain>
XML

forms 'define_domain', sub { $conn->define_domain($xml, @flags) }, $package, 'DEFINE';
forms 'create_domain', sub { $conn->create_domain($xml, @flags) }, $package, 'START';
forms 'create_domain_with_files', sub {
    open my $null, '+<', '/dev/null' or die $!;
    $conn->create_domain_with_files($xml, [fileno $null], @flags);
}, $package, 'START';
case 'create_domain_with_files, none', sub { $conn->create_domain_with_files($xml, []) };
case 'define_domain, its state', sub {
    my $fresh = $conn->define_domain($xml);
    [$fresh->get_state], $fresh->is_active, $fresh->is_persistent, $fresh->get_id, $fresh->get_xml_description;
};
case 'create_domain, its state', sub {
    my $fresh = $conn->create_domain($xml);
    [$fresh->get_state], $fresh->is_active, $fresh->is_persistent, $fresh->get_id, $fresh->get_xml_description;
};
case 'define_domain again', sub {
    $conn->define_domain($xml);
    (my $more = $xml) =~ s/65536/131072/;
    $conn->define_domain($more)->get_info;
};
case 'define_domain, a name that is taken', sub { (my $same = $xml) =~ s/fresh/idle/; $conn->define_domain($same) };
case 'define_domain, a uuid that is taken', sub {
    (my $same = $xml) =~ s/77777777-7777-4777-8777-777777777777/33333333-3333-4333-8333-333333333333/;
    $conn->define_domain($same);
};
case 'create_domain that is running', sub { (my $same = $xml) =~ s/fresh/busy/; $conn->create_domain($same) };
for my $action (qw(define_domain create_domain)) {
    case "$action, broken XML", sub { $conn->$action('<domain') };
    case "$action, other XML", sub { $conn->$action('<network/>') };
    case "$action, nothing", sub { $conn->$action('') };
    case "$action, no name", sub { $conn->$action("<domain type='test'/>") };
    case "$action, another hypervisor", sub { (my $other = $xml) =~ s/'test'/'kvm'/; $conn->$action($other) };
    case "$action, letters as bytes", sub { (my $letters = $xml) =~ s/fresh/caf\xc3\xa9/; $conn->$action($letters)->get_name };
    case "$action, letters as characters", sub {
        (my $letters = $xml) =~ s/fresh/\x{263a}/;
        $conn->$action($letters)->get_name;
    };
    case "$action on a read-only connection", sub { node(readonly => 1)->$action($xml) };
}
