use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

on_node();

my $package = 'Sys::Virt::Domain';

forms 'get_xml_description', sub { $dom->get_xml_description(@flags) }, $package, 'XML';
for my $name (qw(held idle dead kept brief)) {
    case "get_xml_description of $name", sub { $conn->get_domain_by_name($name)->get_xml_description };
}
case 'get_xml_description, flags as text', sub { $dom->get_xml_description('2') };
case 'get_xml_description, flags as a fraction', sub { $dom->get_xml_description(2.9) };
case 'get_xml_description, two flags', sub {
    $dom->get_xml_description(Sys::Virt::Domain::XML_SECURE | Sys::Virt::Domain::XML_INACTIVE);
};

my %metadata = (
    description => Sys::Virt::Domain::METADATA_DESCRIPTION,
    title => Sys::Virt::Domain::METADATA_TITLE,
    element => Sys::Virt::Domain::METADATA_ELEMENT,
);
my $uri = 'http://example.com/app';

for my $type (sort keys %metadata) {
    case "get_metadata($type)", sub { $dom->get_metadata($metadata{$type}) };
    case "get_metadata($type, undef)", sub { $dom->get_metadata($metadata{$type}, undef) };
    case "get_metadata($type, uri)", sub { $dom->get_metadata($metadata{$type}, $uri) };
    case "get_metadata($type, unknown uri)", sub { $dom->get_metadata($metadata{$type}, 'urn:none') };
}
forms 'get_metadata element', sub { $dom->get_metadata($metadata{element}, $uri, @flags) },
    $package, 'AFFECT';
forms 'get_metadata title', sub { $dom->get_metadata($metadata{title}, undef, @flags) },
    $package, 'AFFECT';
case 'get_metadata, unknown type', sub { $dom->get_metadata(99) };
case 'get_metadata of a domain without', sub {
    $conn->get_domain_by_name('idle')->get_metadata($metadata{title});
};

forms 'set_metadata title', sub {
    $dom->set_metadata($metadata{title}, 'New title', undef, undef, @flags);
}, $package, 'AFFECT';
case 'set_metadata title, read again', sub {
    attempt { $dom->set_metadata($metadata{title}, 'New title') },
        $dom->get_metadata($metadata{title}), $dom->get_xml_description;
};
case 'set_metadata title of two lines', sub { $dom->set_metadata($metadata{title}, "one\ntwo") };
case 'set_metadata title removed', sub {
    attempt { $dom->set_metadata($metadata{title}, undef) },
        attempt { $dom->get_metadata($metadata{title}) };
};
case 'set_metadata title empty', sub {
    attempt { $dom->set_metadata($metadata{title}, '') },
        attempt { $dom->get_metadata($metadata{title}) };
};
case 'set_metadata, the type alone', sub {
    attempt { $dom->set_metadata($metadata{description}) },
        attempt { $dom->get_metadata($metadata{description}) };
};
case 'set_metadata element', sub {
    attempt { $dom->set_metadata($metadata{element}, '<tag>red</tag>', 'app', $uri) },
        $dom->get_metadata($metadata{element}, $uri), $dom->get_xml_description;
};
case 'set_metadata element, another', sub {
    attempt { $dom->set_metadata($metadata{element}, '<n a="1"/>', 'k', 'urn:other') },
        $dom->get_metadata($metadata{element}, 'urn:other');
};
case 'set_metadata element removed', sub {
    attempt { $dom->set_metadata($metadata{element}, undef, undef, $uri) },
        attempt { $dom->get_metadata($metadata{element}, $uri) };
};
case 'set_metadata element without key', sub {
    $dom->set_metadata($metadata{element}, '<tag/>', undef, $uri);
};
case 'set_metadata element without uri', sub { $dom->set_metadata($metadata{element}, '<tag/>', 'app') };
case 'set_metadata element, broken XML', sub {
    $dom->set_metadata($metadata{element}, '<tag', 'app', $uri);
};
case 'set_metadata, unknown type', sub { $dom->set_metadata(99, 'x', 'k', 'urn:u') };
case 'set_metadata, bytes come back as bytes', sub {
    $dom->set_metadata($metadata{title}, "caf\xc3\xa9");
    $dom->get_metadata($metadata{title});
};
case 'set_metadata, characters come back as bytes', sub {
    $dom->set_metadata($metadata{title}, "\x{263a}");
    $dom->get_metadata($metadata{title});
};
case 'set_metadata, a number', sub {
    $dom->set_metadata($metadata{title}, 42);
    $dom->get_metadata($metadata{title});
};

my $xml = sub { "<domain type='test'><name>$_[0]</name><memory>8192</memory><os><type>hvm</type></os></domain>" };

case 'domain_xml_from_native', sub { $conn->domain_xml_from_native('qemu-argv', 'qemu -m 64') };
case 'domain_xml_from_native, with flags', sub { $conn->domain_xml_from_native('qemu-argv', 'x', 0) };
case 'domain_xml_to_native', sub { $conn->domain_xml_to_native('qemu-argv', $xml->('n')) };
case 'domain_xml_to_native, with flags', sub { $conn->domain_xml_to_native('qemu-argv', $xml->('n'), 0) };
