use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib qw(crc32 uncompress);
use File::Copy ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# What goes in and out of a running domain: console, keys, screen, graphics and memory; and what
# of its XML can be changed while it is saved.

my $bed  = Test::SysVirt::Qemu->new(seconds => 90);
my $conn = $bed->conn;
my $dir  = $bed->dir;
my $dom  = $bed->boot('console', devices => "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>");

sub slurp {
    my ($path) = @_;
    open my $fh, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$fh>;
}

# What comes by a stream, until there are so many bytes or there are no more.
sub receive {
    my ($stream, $want) = @_;
    my $got = '';
    while (length $got < $want) {
        my $n = $stream->recv(my $data, 65536);
        last if !$n;
        $got .= substr $data, 0, $n;
    }
    return $got;
}

subtest 'console' => sub {
    my $stream = $conn->new_stream;
    $dom->open_console($stream, undef);
    is($stream->send('a', 1), 1, 'send: a byte goes in');
    is(receive($stream, 2), 'a2', 'send: two come out');
    eval { $dom->open_console($conn->new_stream, 'serial0') };
    is($@ && $@->code, Sys::Virt::Error::ERR_OPERATION_FAILED, 'code: a second one is refused');
    my $second = $conn->new_stream;
    $dom->open_console($second, 'serial0', Sys::Virt::Domain::OPEN_CONSOLE_FORCE);
    $second->send('b', 1);
    is(receive($second, 2), 'b3', 'send: unless by force');
    $second->finish;
    eval { $dom->open_console($conn->new_stream, 'serial7') };
    is($@ && $@->code, Sys::Virt::Error::ERR_INTERNAL_ERROR, 'code: there is no such device') or diag $@;
};

subtest 'keys' => sub {
    my $serial = $bed->serial($dom);
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 20, [30]);
    is($serial->talk('', qr/^..\z/), 'a4', 'send_key: a Linux key code');
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 20, [42, 30]);
    is($serial->talk('', qr/^..\z/), 'A5', 'send_key: two at once');
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_USB, 20, [0x1b]);
    is($serial->talk('', qr/^..\z/), 'x6', 'send_key: a USB key code');
    eval { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 0, [(30) x (Sys::Virt::Domain::SEND_KEY_MAX_KEYS + 1)]) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'code: too many');
    eval { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 0, []) };
    isa_ok($@, 'Sys::Virt::Error', 'send_key: what no key at all throws');
};

# The size of a picture and its rows of three bytes a pixel, which in PNG come with a byte before
# each that says how the row is written down.
sub ppm {
    my ($header, $width, $height) = $_[0] =~ /\A(P6\n(\d+) (\d+)\n255\n)/ or return;
    return ($width, $height, substr($_[0], length $header), 3 * $width);
}

sub png {
    my ($png) = @_;
    my ($at, %chunk) = 8;
    while ($at < length $png) {
        my ($size, $kind) = unpack "x$at N a4", $png;
        my ($body, $sum)  = unpack "x$at x4 a@{[$size + 4]} N", $png;
        is($sum, crc32($body), "the sum of $kind");
        $chunk{$kind} .= substr $body, 4;
        $at += $size + 12;
    }
    my ($width, $height) = unpack 'N2', $chunk{IHDR};
    return ($width, $height, uncompress($chunk{IDAT}), 3 * $width + 1);
}

my %reader = ('image/x-portable-pixmap' => \&ppm, 'image/png' => \&png);

# How many bytes of the picture of the screen are not zero.
sub lit {
    my $stream = $conn->new_stream;
    my $type = $dom->screenshot($stream, 0);
    my $bytes = receive($stream, 1 << 26);
    $stream->finish;
    my $reader = $reader{$type} or return fail("a picture of the type $type");
    my ($width, $height, $rows, $row) = $reader->($bytes);
    is("$width x $height", '720 x 400', 'finish: the size of text mode');
    is(length $rows, $height * $row, 'finish: with all its pixels');
    return $rows =~ tr/\0//c;
}

subtest 'screenshot' => sub {
    my $before = lit();
    $bed->serial($dom)->ask('#') for 1 .. 40;
    cmp_ok(lit(), '>', $before + 1000, 'screenshot: what the guest writes is seen');
    eval { $dom->screenshot($conn->new_stream, 5) };
    isa_ok($@, 'Sys::Virt::Error', 'new_stream: what a screen that is not there throws');
};

subtest 'graphics' => sub {
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    $dom->open_graphics(0, fileno $theirs);
    close $theirs;
    sysread $ours, my $hello, 12;
    like($hello, qr/\ARFB 003\.\d{3}\n\z/, 'open_graphics: by a descriptor of ours');

    my $fd = $dom->open_graphics_fd(0, Sys::Virt::Domain::OPEN_GRAPHICS_SKIPAUTH);
    cmp_ok($fd, '>', 2, 'open_graphics_fd: a descriptor from libvirt');
    open my $graphics, '+<&=', $fd or die $!;
    sysread $graphics, $hello, 12;
    like($hello, qr/\ARFB 003\.\d{3}\n\z/, 'open_graphics_fd: that speaks as well');
    eval { $dom->open_graphics_fd(3) };
    isa_ok($@, 'Sys::Virt::Error', 'open_graphics_fd: what a graphics device that is not there throws');
};

subtest 'memory' => sub {
    my $code = $dom->memory_peek(0x7c00, 512, Sys::Virt::Domain::MEMORY_PHYSICAL);
    my $digit = Test::SysVirt::BootSector::digit($code);
    is($bed->serial($dom)->ask('m'), 'm' . ($digit + 1), 'memory_peek: the digit in memory is where the guest is');
    substr($code, 0x9e, 1) = '0';
    is($code, Test::SysVirt::BootSector::bytes(), 'memory_peek: and all the rest is its code, byte for byte');
    eval { $dom->memory_peek(0, 16) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'code: virtual or physical has to be said');

    $dom->start_dirty_rate_calc(1);
    my $rate = $bed->wait_for(sub {
        my ($stats) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_DIRTYRATE, [$dom]);
        $stats->{data}{'dirtyrate.calc_status'} == Sys::Virt::Domain::DIRTYRATE_MEASURED && $stats->{data} });
    is($rate->{'dirtyrate.calc_period'}, 1, 'get_all_domain_stats: the rate of writes to memory is measured over a second');
    ok(exists $rate->{'dirtyrate.megabytes_per_second'}, 'get_all_domain_stats: and there');
};

subtest 'core dump' => sub {
    my $core = "$dir/core";
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_MEMORY_ONLY);
    is(substr(slurp($core), 0, 4), "\x7fELF", 'core_dump: of the memory, as ELF');
    cmp_ok(-s $core, '>=', 64 << 20, 'core_dump: with all of it');
    unlink $core;
    $dom->core_dump_format($core, Sys::Virt::Domain::CORE_DUMP_FORMAT_KDUMP_ZLIB, Sys::Virt::Domain::DUMP_MEMORY_ONLY);
    is(substr(slurp($core), 0, 12), 'makedumpfile', 'core_dump_format: compressed');
    unlink $core;
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'get_info: the guest runs on');
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_RESET);
    is(substr(slurp($core), 0, 4), 'QEVM', "core_dump: QEMU's own format");
    ok($bed->wait_for(sub { ($bed->serial($dom)->ask('r', 2) // '') eq 'r1' }), 'core_dump: and a reset');
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_CRASH);
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_CRASHED],
        'and an end');
    $dom->create;
    is($bed->serial($dom)->ask('0'), '01', 'create: started anew');
};

# XML with the boot disk at another place, to which it has been copied.
my $moved = 0;
sub moved {
    my ($xml) = @_;
    my $new = "$dir/moved-" . ++$moved . '.img';
    $xml =~ s{<source file='([^']+)'}{<source file='$new'} or die 'no disk';
    File::Copy::copy($1, $new) or die $!;
    return ($xml, qr{<source file='\Q$new\E'});
}

subtest 'save and restore with other XML' => sub {
    my $image = "$dir/saved";
    my ($xml, $there) = moved($dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE));
    $dom->save($image, $xml);
    like($conn->get_save_image_xml_description($image), $there, 'save takes the XML');
    $conn->restore_domain($image);
    like($dom->get_xml_description, $there, 'get_xml_description: restore uses it');
    is($bed->serial($dom)->ask('s'), 's2', 'get_xml_description: the guest noticed nothing');

    $dom->save($image);
    ($xml, $there) = moved($conn->get_save_image_xml_description($image));
    $conn->restore_domain($image, $xml);
    like($dom->get_xml_description, $there, 'get_xml_description: restore takes XML, too');

    my %how = (
        Sys::Virt::Domain::SAVE_PARAM_FILE() => $image,
        Sys::Virt::Domain::SAVE_PARAM_DXML() => (moved($dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE)))[0],
    );
    $dom->save(undef, undef, \%how);
    like($conn->get_save_image_xml_description($image), qr{moved-3\.img}, 'get_save_image_xml_description: and so does the hash');
    ($xml, $there) = moved($conn->get_save_image_xml_description($image));
    $conn->define_save_image_xml($image, $xml, Sys::Virt::Domain::SAVE_PAUSED);
    like($conn->get_save_image_xml_description($image, Sys::Virt::Domain::SAVE_IMAGE_XML_SECURE), $there,
        'the image can be given other XML');
    $conn->restore_domain($image);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'get_info: and another state');
    $dom->resume;
    is($bed->serial($dom)->ask('t'), 't3', 'resume: the guest still noticed nothing');
};

subtest 'managed save' => sub {
    ok(!$dom->has_managed_save_image, 'has_managed_save_image: none yet');
    $dom->managed_save;
    ok($dom->has_managed_save_image, 'has_managed_save_image: there is one');
    ok((grep { $_->get_name eq $dom->get_name } $conn->list_all_domains(Sys::Virt::Domain::LIST_MANAGEDSAVE)),
        'the domain is listed as having one');
    my ($xml, $there) = moved($dom->managed_save_get_xml_description);
    $dom->managed_save_define_xml($xml);
    like($dom->managed_save_get_xml_description, $there, 'managed_save_get_xml_description: it has the XML that it was given');
    $dom->create;
    like($dom->get_xml_description, $there, 'get_xml_description: which is used');
    is($bed->serial($dom)->ask('u'), 'u4', 'get_xml_description: and its memory');
    ok(!$dom->has_managed_save_image, 'has_managed_save_image: it is used up');

    $dom->managed_save(Sys::Virt::Domain::SAVE_PAUSED);
    $dom->managed_save_remove;
    ok(!$dom->has_managed_save_image, 'has_managed_save_image: removed');
    $dom->create(Sys::Virt::Domain::START_PAUSED);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'get_info: a fresh start, paused');
    $dom->resume;
    is($bed->serial($dom)->ask('v'), 'v1', 'resume: with fresh memory');
    $dom->managed_save;
    $dom->create(Sys::Virt::Domain::START_FORCE_BOOT);
    is($bed->serial($dom)->ask('w'), 'w1', 'create: as is a start by force');
};

done_testing;
