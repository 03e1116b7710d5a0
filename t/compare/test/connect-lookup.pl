use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my %uuid = (
    domain => '11111111-1111-4111-8111-111111111111',
    network => 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
    storage_pool => 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb',
    secret => 'cccccccc-cccc-4ccc-8ccc-cccccccccccc',
    nwfilter => 'dddddddd-dddd-4ddd-8ddd-dddddddddddd',
);
for my $kind (sort keys %uuid) {
    my $method = "get_${kind}_by_uuid";
    (my $compact = $uuid{$kind}) =~ tr/-//d;
    my $raw = pack 'H*', $compact;
    case "$method, text", sub { $conn->$method($uuid{$kind}) };
    case "$method, capitals", sub { $conn->$method(uc $uuid{$kind}) };
    case "$method, text without dashes", sub { $conn->$method($compact) };
    case "$method, 16 bytes", sub { $conn->$method($raw) };
    case "$method, 16 bytes decoded", sub { my $text = $raw; utf8::upgrade($text); $conn->$method($text) };
    case "$method that is not there", sub { $conn->$method('01234567-89ab-4cde-8f01-23456789abcd') };
    case "$method, 16 bytes that are not there", sub { $conn->$method("\x01" x 16) };
    case "$method, 36 other characters", sub { $conn->$method('x' x 36) };
    case "$method, too short", sub { $conn->$method('1111') };
    case "$method, too long", sub { $conn->$method($uuid{$kind} . '1') };
    case "$method, empty", sub { $conn->$method('') };
}

my %name = (
    get_domain_by_name => 'busy',
    get_network_by_name => 'lan',
    get_storage_pool_by_name => 'images',
    get_interface_by_name => 'eth1',
    get_node_device_by_name => 'computer',
    get_nwfilter_by_name => 'clean-traffic',
    get_nwfilter_binding_by_port_dev => 'tap0',
    get_interface_by_mac => '52:54:00:00:01:01',
    get_storage_volume_by_key => '/pool/images/one.img',
    get_storage_volume_by_path => '/pool/images/one.img',
    get_storage_pool_by_target_path => '/pool/images',
);
for my $method (sort keys %name) {
    case $method, sub { $conn->$method($name{$method}) };
    case "$method that is not there", sub { $conn->$method('none') };
    case "$method, empty", sub { $conn->$method('') };
    case "$method, bytes that are not there", sub { $conn->$method("caf\xc3\xa9") };
    case "$method, characters that are not there", sub { $conn->$method("\x{263a}") };
}

case 'get_domain_by_id', sub { $conn->get_domain_by_id(1) };
case 'get_domain_by_id, text', sub { $conn->get_domain_by_id('1') };
case 'get_domain_by_id that is not there', sub { $conn->get_domain_by_id(99) };
case 'get_domain_by_id 0', sub { $conn->get_domain_by_id(0) };
case 'get_domain_by_id -1', sub { $conn->get_domain_by_id(-1) };
case 'get_domain_by_id of an object', sub {
    $conn->get_domain_by_id($conn->get_domain_by_name('held')->get_id);
};
case 'get_domain_by_id beyond 32 bits', sub { $conn->get_domain_by_id(2 ** 32 + 1) };
case 'get_storage_pool_by_volume', sub {
    $conn->get_storage_pool_by_volume($conn->get_storage_volume_by_key('/pool/images/one.img'));
};
case 'get_node_device_scsihost_by_wwn', sub {
    $conn->get_node_device_scsihost_by_wwn('2000000000000005', '1000000000000005');
};
case 'get_node_device_scsihost_by_wwn, with flags', sub {
    $conn->get_node_device_scsihost_by_wwn('2000000000000005', '1000000000000005', 0);
};
case 'get_node_device_scsihost_by_wwn that is not there', sub {
    $conn->get_node_device_scsihost_by_wwn('2000000000000009', '1000000000000009');
};
case 'get_secret_by_usage', sub {
    $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, '/pool/images/one.img');
};
case 'a lookup on a read-only connection', sub { node(readonly => 1)->get_domain_by_name('busy') };
case 'what a failed lookup leaves', sub {
    eval { $conn->get_domain_by_name('none') };
    my $error = $@;
    ref $error, "$error", $error->code == Sys::Virt::Error::ERR_NO_DOMAIN;
};
case 'a name with a NUL', sub { $conn->get_domain_by_name("busy\0more") };
