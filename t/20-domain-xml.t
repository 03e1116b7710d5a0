# A domain's XML and its metadata, on libvirt's test driver.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Driver;
use Test::SysVirt::Host;

my $conn = Sys::Virt->new(uri => Test::SysVirt::Host->uri);
my $dom  = $conn->get_domain_by_name('busy');
my $idle = $conn->get_domain_by_name('idle');

subtest 'description' => sub {
    like($dom->get_xml_description, qr{^<domain type='test' id='\d+'[^>]*>\s*<name>busy</name>.*</domain>\s*\z}s, 'get_xml_description: a running domain has id and name');
    unlike($dom->get_xml_description, qr/passwd/, 'get_xml_description: is without the password');
    like($dom->get_xml_description(Sys::Virt::Domain::XML_SECURE), qr/passwd='secret'/, 'get_xml_description: has the password with XML_SECURE');
    unlike($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/<domain type='test' id=/, 'get_xml_description: has no id with XML_INACTIVE');
    unlike($dom->get_xml_description(undef), qr/passwd/, 'get_xml_description: undef for the flags is no flags');
};

my $uri = 'http://example.com/app';
my ($title, $description, $element) =
    (Sys::Virt::Domain::METADATA_TITLE, Sys::Virt::Domain::METADATA_DESCRIPTION, Sys::Virt::Domain::METADATA_ELEMENT);

subtest 'reading metadata' => sub {
    is($dom->get_metadata($title), 'A busy guest', 'get_metadata: gives the title');
    is($dom->get_metadata($description, undef, 0), 'runs from the start', 'get_metadata: gives the description');
    like($dom->get_metadata($element, $uri), qr{^<tag[^>]*>blue</tag>\s*\z}, 'get_metadata: gives an element');
    is($dom->get_metadata($title, undef, Sys::Virt::Domain::AFFECT_CONFIG), 'A busy guest', 'get_metadata: gives the title of the configuration');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($element, 'urn:none') }, 'get_metadata: dies for an element that is not there');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $idle->get_metadata($title) }, 'get_metadata: dies for a domain without a title');
};

subtest 'writing metadata' => sub {
    is_deeply([$dom->set_metadata($title, "caf\xc3\xa9")], [], 'set_metadata gives nothing');
    is($dom->get_metadata($title), "caf\xc3\xa9", 'set_metadata: bytes come back as they went');
    $dom->set_metadata($title, "\x{263a}");
    is($dom->get_metadata($title), "\xe2\x98\xba", 'set_metadata: characters come back as bytes');
    $dom->set_metadata($title, 42);
    is($dom->get_metadata($title), '42', 'set_metadata: a number is text');
    $dom->set_metadata($title, undef);
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($title) }, 'set_metadata: undef removes the title');
    $dom->set_metadata($description);
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($description) }, 'set_metadata: an argument left out removes the description');

    $dom->set_metadata($element, '<tag>red</tag>', 'app', $uri, Sys::Virt::Domain::AFFECT_LIVE);
    like($dom->get_metadata($element, $uri), qr{>red<}, 'set_metadata: replaces an element');
    like($dom->get_metadata($element, $uri, Sys::Virt::Domain::AFFECT_CONFIG), qr{>blue<}, 'set_metadata: the configuration keeps its element');
    fails(Sys::Virt::Error::ERR_XML_DETAIL, sub { $dom->set_metadata($element, '<tag', 'app', $uri) }, 'set_metadata: refuses an element that is no XML');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_metadata($title, "one\ntwo") }, 'set_metadata: refuses a title of two lines');
};

done_testing;
