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
    like($dom->get_xml_description, qr{^<domain type='test' id='\d+'[^>]*>\s*<name>busy</name>.*</domain>\s*\z}s, 'get_xml_description');
    unlike($dom->get_xml_description, qr/passwd/, 'without the password');
    like($dom->get_xml_description(Sys::Virt::Domain::XML_SECURE), qr/passwd='secret'/, 'with it');
    unlike($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/<domain type='test' id=/, 'of the next start');
    unlike($dom->get_xml_description(undef), qr/passwd/, 'undef for the flags');
};

my $uri = 'http://example.com/app';
my ($title, $description, $element) =
    (Sys::Virt::Domain::METADATA_TITLE, Sys::Virt::Domain::METADATA_DESCRIPTION, Sys::Virt::Domain::METADATA_ELEMENT);

subtest 'reading metadata' => sub {
    is($dom->get_metadata($title), 'A busy guest', 'the title');
    is($dom->get_metadata($description, undef, 0), 'runs from the start', 'the description');
    like($dom->get_metadata($element, $uri), qr{^<tag[^>]*>blue</tag>\s*\z}, 'an element');
    is($dom->get_metadata($title, undef, Sys::Virt::Domain::AFFECT_CONFIG), 'A busy guest', 'the title for the next start');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($element, 'urn:none') }, 'an element that is not there');
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $idle->get_metadata($title) }, 'no title');
};

subtest 'writing metadata' => sub {
    is_deeply([$dom->set_metadata($title, "caf\xc3\xa9")], [], 'set_metadata gives nothing');
    is($dom->get_metadata($title), "caf\xc3\xa9", 'bytes come back as they went');
    $dom->set_metadata($title, "\x{263a}");
    is($dom->get_metadata($title), "\xe2\x98\xba", 'characters come back as bytes');
    $dom->set_metadata($title, 42);
    is($dom->get_metadata($title), '42', 'a number is text');
    $dom->set_metadata($title, undef);
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($title) }, 'undef removes it');
    $dom->set_metadata($description);
    fails(Sys::Virt::Error::ERR_NO_DOMAIN_METADATA, sub { $dom->get_metadata($description) }, 'so does nothing');

    $dom->set_metadata($element, '<tag>red</tag>', 'app', $uri, Sys::Virt::Domain::AFFECT_LIVE);
    like($dom->get_metadata($element, $uri), qr{>red<}, 'an element replaced');
    like($dom->get_metadata($element, $uri, Sys::Virt::Domain::AFFECT_CONFIG), qr{>blue<}, 'not for the next start');
    fails(Sys::Virt::Error::ERR_XML_DETAIL, sub { $dom->set_metadata($element, '<tag', 'app', $uri) }, 'an element that is no XML');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->set_metadata($title, "one\ntwo") }, 'a title of two lines');
};

done_testing;
