use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib qw(crc32 uncompress);
use File::Copy ();
use Socket qw(AF_UNIX SOCK_STREAM PF_UNSPEC);
use Test::More;
use Test::SysVirt::BootSector;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Qemu;
use Sys::Virt;
use Sys::Virt::Domain;

# What goes in and out of a running domain: console, keys, screen, graphics and memory; and what
# of its XML can be changed while it is saved.

my $bed  = Test::SysVirt::Qemu->new(seconds => 90);
my $conn = $bed->conn;
my $dir  = $bed->dir;
my $dom  = $bed->boot('console', devices => "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>");

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
    $dom->open_console($stream);
    is($stream->send('a', 1), 1, 'open_console: takes a byte');
    is(receive($stream, 2), 'a2', "open_console: gives the guest's answer");
    eval { $dom->open_console($conn->new_stream, 'serial0') };
    is($@ && $@->code, Sys::Virt::Error::ERR_OPERATION_FAILED, 'open_console: dies for a second one');
    my $second = $conn->new_stream;
    $dom->open_console($second, 'serial0', Sys::Virt::Domain::OPEN_CONSOLE_FORCE);
    $second->send('b', 1);
    is(receive($second, 2), 'b3', 'open_console: a second one has the console with OPEN_CONSOLE_FORCE');
    $second->finish;
    eval { $dom->open_console($conn->new_stream, 'serial7') };
    is($@ && $@->code, Sys::Virt::Error::ERR_INTERNAL_ERROR, 'open_console: dies for a device that is not there') or diag $@;
};

subtest 'keys' => sub {
    my $serial = $bed->serial($dom);
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 20, [30]);
    is($serial->talk('', qr/^..\z/), 'a4', 'send_key: a Linux key code arrives');
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 20, [42, 30]);
    is($serial->talk('', qr/^..\z/), 'A5', 'send_key: two keys at once arrive');
    $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_USB, 20, [0x1b]);
    is($serial->talk('', qr/^..\z/), 'x6', 'send_key: a USB key code arrives');
    eval { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 0, [(30) x (Sys::Virt::Domain::SEND_KEY_MAX_KEYS + 1)]) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'send_key: dies for too many keys');
    eval { $dom->send_key(Sys::Virt::Domain::KEYCODE_SET_LINUX, 0, []) };
    isa_ok($@, 'Sys::Virt::Error', 'send_key: dies of an error for no key at all');
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
        is($sum, crc32($body), "screenshot: the checksum of $kind");
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
    is("$width x $height", '720 x 400', 'screenshot: has the size of text mode');
    is(length $rows, $height * $row, 'screenshot: has all its pixels');
    return $rows =~ tr/\0//c;
}

subtest 'screenshot' => sub {
    my $before = lit();
    $bed->serial($dom)->ask('#') for 1 .. 40;
    cmp_ok(lit(), '>', $before + 1000, 'screenshot: shows what the guest writes');
    eval { $dom->screenshot($conn->new_stream, 5) };
    isa_ok($@, 'Sys::Virt::Error', 'screenshot: dies of an error for a screen that is not there');
};

subtest 'graphics' => sub {
    socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    $dom->open_graphics(0, fileno $theirs);
    close $theirs;
    sysread $ours, my $hello, 12;
    like($hello, qr/\ARFB 003\.\d{3}\n\z/, 'open_graphics: VNC speaks on a descriptor of ours');

    my $fd = $dom->open_graphics_fd(0, Sys::Virt::Domain::OPEN_GRAPHICS_SKIPAUTH);
    cmp_ok($fd, '>', 2, 'open_graphics_fd: gives a descriptor');
    open my $graphics, '+<&=', $fd or die $!;
    sysread $graphics, $hello, 12;
    like($hello, qr/\ARFB 003\.\d{3}\n\z/, 'open_graphics_fd: VNC speaks on that descriptor');
    eval { $dom->open_graphics_fd(3) };
    isa_ok($@, 'Sys::Virt::Error', 'open_graphics_fd: dies of an error for a device that is not there');
};

subtest 'memory' => sub {
    my $code = $dom->memory_peek(0x7c00, 512, Sys::Virt::Domain::MEMORY_PHYSICAL);
    my $digit = Test::SysVirt::BootSector::digit($code);
    is($bed->serial($dom)->ask('m'), 'm' . ($digit + 1), 'memory_peek: the digit in memory is where the guest is');
    substr($code, Test::SysVirt::BootSector::digit_at(), 1) = '0';
    is($code, Test::SysVirt::BootSector::bytes(), "memory_peek: all the rest is the guest's code, byte for byte");
    eval { $dom->memory_peek(0, 16) };
    is($@ && $@->code, Sys::Virt::Error::ERR_INVALID_ARG, 'memory_peek: dies without a kind of memory');

    $dom->start_dirty_rate_calc(1);
    my $rate = $bed->wait_for(sub {
        my ($stats) = $conn->get_all_domain_stats(Sys::Virt::Domain::STATS_DIRTYRATE, [$dom]);
        $stats->{data}{'dirtyrate.calc_status'} == Sys::Virt::Domain::DIRTYRATE_MEASURED && $stats->{data} });
    is($rate->{'dirtyrate.calc_period'}, 1, 'start_dirty_rate_calc: get_all_domain_stats has the period');
    ok(exists $rate->{'dirtyrate.megabytes_per_second'}, 'start_dirty_rate_calc: get_all_domain_stats has the rate');
};

subtest 'core dump' => sub {
    my $core = "$dir/core";
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_MEMORY_ONLY);
    is(substr(slurp($core), 0, 4), "\x7fELF", 'core_dump: with DUMP_MEMORY_ONLY is an ELF file');
    cmp_ok(-s $core, '>=', 64 << 20, 'core_dump: has all of the memory');
    unlink $core;
    $dom->core_dump_format($core, Sys::Virt::Domain::CORE_DUMP_FORMAT_KDUMP_ZLIB, Sys::Virt::Domain::DUMP_MEMORY_ONLY);
    is(substr(slurp($core), 0, 12), 'makedumpfile', 'core_dump_format: is compressed');
    unlink $core;
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, 'core_dump: the guest runs on');
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_RESET);
    is(substr(slurp($core), 0, 4), 'QEVM', "core_dump: is in QEMU's own format without flags");
    ok($bed->loaded_anew($dom), 'core_dump: with DUMP_RESET the guest starts anew');
    is($bed->serial($dom)->ask('r'), 'r1', 'core_dump: with DUMP_RESET the guest counts from the start');
    $dom->core_dump($core, Sys::Virt::Domain::DUMP_CRASH);
    is_deeply([$dom->get_state], [Sys::Virt::Domain::STATE_SHUTOFF, Sys::Virt::Domain::STATE_SHUTOFF_CRASHED],
        'core_dump: with DUMP_CRASH the domain is off, because it crashed');
    $dom->create;
    is($bed->serial($dom)->ask('0'), '01', 'create: the guest has started anew');
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
    like($dom->get_xml_description, $there, 'restore_domain: uses the XML that was defined for the image');
    is($bed->serial($dom)->ask('s'), 's2', 'restore_domain: the guest noticed nothing');

    $dom->save($image);
    ($xml, $there) = moved($conn->get_save_image_xml_description($image));
    $conn->restore_domain($image, $xml);
    like($dom->get_xml_description, $there, 'restore_domain: takes XML');

    my %how = (
        Sys::Virt::Domain::SAVE_PARAM_FILE() => $image,
        Sys::Virt::Domain::SAVE_PARAM_DXML() => (moved($dom->get_xml_description(Sys::Virt::Domain::XML_MIGRATABLE)))[0],
    );
    $dom->save(undef, undef, \%how);
    like($conn->get_save_image_xml_description($image), qr{moved-3\.img}, 'define_save_image_xml: the image has the new XML');
    ($xml, $there) = moved($conn->get_save_image_xml_description($image));
    $conn->define_save_image_xml($image, $xml, Sys::Virt::Domain::SAVE_PAUSED);
    like($conn->get_save_image_xml_description($image, Sys::Virt::Domain::SAVE_IMAGE_XML_SECURE), $there,
        'get_save_image_xml_description: has the XML that define_save_image_xml was given');
    $conn->restore_domain($image);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'define_save_image_xml: with SAVE_PAUSED the domain is paused');
    $dom->resume;
    is($bed->serial($dom)->ask('t'), 't3', 'restore_domain: the guest noticed nothing after resume');
};

subtest 'managed save' => sub {
    ok(!$dom->has_managed_save_image, 'has_managed_save_image: is false at first');
    $dom->managed_save;
    ok($dom->has_managed_save_image, 'managed_save: has_managed_save_image is true');
    ok((grep { $_->get_name eq $dom->get_name } $conn->list_all_domains(Sys::Virt::Domain::LIST_MANAGEDSAVE)),
        'list_all_domains: with LIST_MANAGEDSAVE has the domain');
    my ($xml, $there) = moved($dom->managed_save_get_xml_description);
    $dom->managed_save_define_xml($xml);
    like($dom->managed_save_get_xml_description, $there, 'managed_save_define_xml: managed_save_get_xml_description has the new XML');
    $dom->create;
    like($dom->get_xml_description, $there, 'create: uses the XML of the managed image');
    is($bed->serial($dom)->ask('u'), 'u4', 'create: the guest has the memory of the managed image');
    ok(!$dom->has_managed_save_image, 'create: the managed image is used up');

    $dom->managed_save(Sys::Virt::Domain::SAVE_PAUSED);
    $dom->managed_save_remove;
    ok(!$dom->has_managed_save_image, 'managed_save_remove: has_managed_save_image is false');
    $dom->create(Sys::Virt::Domain::START_PAUSED);
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_PAUSED, 'create: with START_PAUSED the domain is paused');
    $dom->resume;
    is($bed->serial($dom)->ask('v'), 'v1', 'create: the guest has fresh memory after managed_save_remove');
    $dom->managed_save;
    $dom->create(Sys::Virt::Domain::START_FORCE_BOOT);
    is($bed->serial($dom)->ask('w'), 'w1', 'create: with START_FORCE_BOOT the guest has fresh memory');
};

done_testing;
