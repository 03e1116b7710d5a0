use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

qemu();
my $package = 'Sys::Virt::Secret';
my $uuid = uuid(1);
my $usage = $bed->name('usage');
my $xml = "<secret ephemeral='no' private='no'><uuid>$uuid</uuid><usage type='ceph'><name>$usage</name></usage></secret>";

forms 'define_secret', sub { $conn->define_secret($xml, @flags) }, $package, 'DEFINE';
step 'define_secret, broken XML', sub { $conn->define_secret('<secret') };
my $secret = $conn->define_secret($xml);

case $_, getter($_) for qw(get_uuid get_uuid_string get_usage_id get_usage_type);

sub getter {
    my ($method) = @_;
    return sub { $secret->$method };
}

forms 'get_xml_description', sub { $secret->get_xml_description(@flags) };
forms 'get_value of nothing', sub { $secret->get_value(@flags) };
my %values = (
    text => 'secret', bytes => join('', map { chr } 0 .. 255), 'with a NUL' => "a\0b", empty => '', number => 42,
    'latin 1' => "caf\xe9",
);
for my $kind (sort keys %values) {
    step "set_value, $kind", sub { attempt { $secret->set_value($values{$kind}) }, attempt { $secret->get_value } };
}
step 'set_value, decoded latin 1', sub {
    utf8::upgrade(my $text = "caf\xe9");
    attempt { $secret->set_value($text) }, attempt { $secret->get_value };
};
forms 'set_value', sub { $secret->set_value('more', @flags) };
forms 'get_value', sub { $secret->get_value(@flags) };
case 'get_secret_by_uuid', sub { $conn->get_secret_by_uuid($uuid) };
case 'get_secret_by_uuid, 16 bytes', sub { $conn->get_secret_by_uuid($secret->get_uuid) };
case 'get_secret_by_uuid that is not there', sub { $conn->get_secret_by_uuid('01234567-89ab-4cde-8f01-23456789abcd') };
case 'get_secret_by_usage', sub { $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_CEPH, $usage) };
case 'get_secret_by_usage that is not there', sub { $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_CEPH, 'none') };
case 'get_secret_by_usage, another type', sub { $conn->get_secret_by_usage(Sys::Virt::Secret::USAGE_TYPE_VOLUME, $usage) };

sub ours { return grep { $_->get_usage_id eq $usage } @_ }

case 'num_of_secrets', sub { $conn->num_of_secrets > 0 ? 'some' : 'none' };
case 'list_secret_uuids', sub { grep { $_ eq $uuid } $conn->list_secret_uuids(1000) };
case 'list_secrets', sub { ours($conn->list_secrets) };
forms 'list_all_secrets', sub { ours($conn->list_all_secrets(@flags)) }, $package, 'LIST';

my $private = "<secret ephemeral='yes' private='yes'><uuid>" . uuid(2) . '</uuid>'
    . "<usage type='volume'><volume>" . $bed->name('volume') . '</volume></usage></secret>';
step 'get_value of a private secret', sub {
    my $hidden = $conn->define_secret($private);
    $hidden->get_usage_type, attempt { $hidden->set_value('x') }, attempt { $hidden->get_value }, attempt { $hidden->undefine };
};
step 'on a read-only connection', sub {
    my $reader = Sys::Virt->new(uri => 'qemu:///system', readonly => 1);
    my $same = $reader->get_secret_by_uuid($uuid);
    $same->get_usage_id, attempt { $same->get_value }, attempt { $same->set_value('x') };
};
step 'undefine', sub { attempt { $secret->undefine }, attempt { $secret->undefine } };
