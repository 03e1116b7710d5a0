# examples/upload.pl and examples/download.pl on a libvirtd of the test's own.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use Test::More;
use Test::SysVirt::Daemon;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::Process;

my $daemon = Test::SysVirt::Daemon->new;
my $pool   = $daemon->pool($daemon->storage);
my @uri    = ('--connect', $daemon->storage_uri);
my $dir    = tempdir(CLEANUP => 1);
my $full   = qr/\r\[#{40}\] 100 %  [\d.]+ MiB\/s \n/;

sub file {
    my ($name, $size, @parts) = @_;
    open my $out, '>:raw', "$dir/$name" or die $!;
    while (my ($place, $bytes) = splice @parts, 0, 2) {
        sysseek $out, $place, 0;
        syswrite $out, $bytes;
    }
    truncate $out, $size or die $!;
    return "$dir/$name";
}

sub prints {
    my ($want, $name, @arguments) = @_;
    my ($out, $err, $status) = run_perl("examples/$name.pl", @uri, @arguments);
    like($out, $want, "$name: says how far it is, and what it has done");
    is("$status$err", '0', "$name: exits with 0, and says nothing on standard error");
    return;
}

my $raw  = join '', map { chr(($_ * $_ >> 3) % 256) } 1 .. 1 << 20;
my $size = 40 << 20;
my $image = file('disk.img', $size, 0 => $raw, 20 << 20 => $raw);

subtest 'there and back' => sub {
    prints(qr/$full\Q$image\E is \S+\/disk\.img\n\z/, upload => $image, $pool->get_name);
    my $path = $pool->get_volume_by_name('disk.img')->get_path;
    ok(slurp($path) eq slurp($image), 'upload: the volume has the bytes of the file');
    prints(qr/$full\Q$path\E is \Q$dir\E\/back\n\z/, download => 'disk.img', $pool->get_name, "$dir/back");
    ok(slurp("$dir/back") eq slurp($image), 'download: the file has the bytes of the volume');
    ok(!-e "$dir/back.part", 'download: nothing else is left');
    my ($out, $err, $status) = run_perl('examples/download.pl', @uri, 'disk.img', $pool->get_name, '-');
    ok($out eq slurp($image), 'download: to standard output');
    like($err, qr/$full\z/, 'download: shows how far it is on standard error then');
    ($out, $err, $status) = run_perl('examples/download.pl', @uri, 'disk.img', $pool->get_name, "$dir/back");
    is($err, "download: $dir/back is there already: --replace would overwrite it\n", 'download: overwrites nothing unasked');
    is($status >> 8, 1, 'download: exits with 1 then');
    file(back => 5);
    prints(qr/$full/, download => '--replace', 'disk.img', $pool->get_name, "$dir/back");
    ok(slurp("$dir/back") eq slurp($image), 'download: overwrites a file with --replace');
};

subtest 'holes' => sub {
    my $allocated = sub { (stat $_[0])[12] * 512 };
    plan(skip_all => 'this file system has no holes') if $allocated->($image) > $size / 2;
    prints(qr/$full/, upload => '--sparse', '--name', 'thin.img', $image, $pool->get_name);
    my $path = $pool->get_volume_by_name('thin.img')->get_path;
    cmp_ok($allocated->($path), '<', $size / 2, 'upload: the volume has holes with --sparse');
    prints(qr/$full/, download => '--sparse', 'thin.img', $pool->get_name, "$dir/thin");
    cmp_ok($allocated->("$dir/thin"), '<', $size / 2, 'download: the file has holes with --sparse');
    ok(slurp($_) eq slurp($image), 'all bytes are in place') for $path, "$dir/thin";
    file('white.img', $size, 0 => 'x' x (30 << 20));
    prints(qr/$full/, upload => '--name', 'white.img', "$dir/white.img", $pool->get_name);
    prints(qr/$full/, upload => '--sparse', '--replace', '--name', 'white.img', $image, $pool->get_name);
    ok(slurp($pool->get_volume_by_name('white.img')->get_path) eq slurp($image), 'upload: nothing of an overwritten volume shows in a hole');
};

subtest interrupted => sub {
    my $large = file('large.img', 8 << 30);
    my $upload = Test::SysVirt::Process->start('examples/upload.pl', @uri, $large, $pool->get_name);
    ok($upload->expect(qr/\r\[#* *\] +\d+ %  [\d.]+ MiB\/s /), 'upload: shows how far a large file has got');
    $upload->signal('INT');
    my ($out, $status) = $upload->end;
    is($status >> 8, 1, 'upload: Ctrl-C makes it exit with 1');
    like($out, qr/^upload: interrupted$/m, 'upload: says that it was interrupted');
    $pool->refresh;
    is_deeply([grep { /large/ } map { $_->get_name } $pool->list_all_volumes], [], 'upload: leaves no volume behind');

    $pool->create_volume('<volume><name>huge.img</name><capacity>' . (8 << 30) . '</capacity><allocation>0</allocation></volume>');
    my $download = Test::SysVirt::Process->start('examples/download.pl', @uri, 'huge.img', $pool->get_name, "$dir/huge");
    ok($download->expect(qr/\r\[#* *\] +\d+ %  [\d.]+ MiB\/s /), 'download: shows how far a large volume has got');
    ok(-e "$dir/huge.part" && !-e "$dir/huge", 'download: the file has its name only when it is complete');
    $download->signal('TERM');
    ($out, $status) = $download->end;
    is($status >> 8, 1, 'download: a signal makes it exit with 1');
    like($out, qr/^download: interrupted$/m, 'download: says that it was interrupted');
    is_deeply([glob "$dir/huge*"], [], 'download: leaves no file behind');
};

done_testing;
