use strict;
use warnings;
use lib 't/lib';
use Sys::Virt;
use Sys::Virt::Domain;
use Test::More;
use Test::SysVirt::Cookbook qw(run_recipe);
use Test::SysVirt::Futures;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Test::SysVirt::SecondHost;

# The recipes of Sys::Virt::Cookbook that need a hypervisor. The others are in 56-cookbook.t.

BEGIN { needs('Future') }
my $bed  = Test::SysVirt::Qemu->new(seconds => 400);
my $conn = $bed->conn;
my $uri  = 'qemu:///system';

# Runs a recipe; what it printed on standard output.
sub recipe {
    my ($title, @arguments) = @_;
    my ($out, $err, $status) = run_recipe($title, @arguments);
    is($status, 0, "$title: ends well") or diag("$out$err");
    return $out;
}

# Booted while the others run.
my $linux = Test::SysVirt::Guest->start($bed, 'linux');

subtest 'Attach a disk' => sub {
    my $dom = $bed->boot('attach');
    my $image = $bed->image('more.qcow2', '8M');
    is(recipe('Attach a disk', $uri, $dom->get_name, $image, 'vdb'), "vdb: 8 MiB\n", 'says its size');
    like($dom->get_xml_description, qr/<source file='\Q$image\E'/, 'the guest has it');
    like($dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE), qr/<source file='\Q$image\E'/, 'and will have it');
    $dom->destroy;
};

subtest 'Change memory and virtual CPUs' => sub {
    my $dom = $conn->define_domain($bed->xml('change', vcpu => "<vcpu current='1'>2</vcpu>"));
    recipe('Change memory and virtual CPUs', $uri, $dom->get_name, 96, 4);
    is($dom->get_max_memory, 96 * 1024, 'memory');
    is($dom->get_vcpus(Sys::Virt::Domain::VCPU_CONFIG), 4, 'processors');
};

subtest 'Full and incremental backup' => sub {
    my $data = $bed->image('backup.qcow2', '4M');
    my $dom  = $bed->boot('backup', devices => $bed->disk($data, 'vdb'));
    my $dir  = $bed->dir;
    my $full = recipe('Full and incremental backup', $uri, $dom->get_name, 'vdb', "$dir/full.qcow2");
    my ($checkpoint) = $full =~ /^\Q$dir\E\/full\.qcow2 is complete; .* (backup-\d+) as last/ or diag($full);
    $bed->serial($dom)->ask('W') or die 'the guest does not write';
    sleep 1;
    like(recipe('Full and incremental backup', $uri, $dom->get_name, 'vdb', "$dir/next.qcow2", $checkpoint), qr/next\.qcow2 is complete/, 'and the next one');
    like(`qemu-img map -U --output=json $dir/next.qcow2`, qr/"start": 0,[^}]*"data": true/, 'has what was written');
    $dom->destroy;
};

subtest 'Shorten a backing chain' => sub {
    my $chain = sub {
        my ($tag) = @_;
        my $base = $bed->image("$tag-base.qcow2", '4M');
        my $top  = $bed->image("$tag-top.qcow2", '4M', '-b', $base, '-F', 'qcow2');
        return ($bed->boot($tag, devices => $bed->disk($top, 'vdb')), $base, $top);
    };
    my ($dom, $base, $top) = $chain->('pull');
    like(recipe('Shorten a backing chain', $uri, $dom->get_name, 'vdb'), qr/^done$/m, 'pull');
    unlike(`qemu-img info -U $top`, qr/^backing file/m, 'needs the image below no more');
    $dom->destroy;
    ($dom, $base, $top) = $chain->('commit');
    like(recipe('Shorten a backing chain', $uri, $dom->get_name, 'vdb', 'commit'), qr/^done$/m, 'commit');
    like($dom->get_xml_description, qr/<source file='\Q$base\E'/, 'the guest writes to the image below');
    $dom->destroy;
};

subtest 'Save a volume to a file' => sub {
    my $dir = $bed->dir . '/pool';
    mkdir $dir or die "$dir: $!";
    my $bytes = join '', map { pack 'N', $_ * 2654435761 % 2**32 } 1 .. 1 << 18;
    open my $out, '>:raw', "$dir/one.img" or die $!;
    print $out $bytes;
    close $out;
    my $pool = $conn->create_storage_pool("<pool type='dir'><name>@{[$bed->name('pool')]}</name><target><path>$dir</path></target></pool>");
    is(recipe('Save a volume to a file', $uri, $pool->get_name, 'one.img', "$dir/saved"), "$dir/saved: 1048576 bytes\n", 'says how much');
    ok(do { local (@ARGV, $/) = "$dir/saved"; <> } eq $bytes, 'the same bytes');
};

subtest 'Ask the guest agent' => sub {
    Test::SysVirt::Guest->ready($bed, $linux) or die 'it does not boot';
    like(recipe('Ask the guest agent', $uri, $linux->get_name), qr/\Ahost name: testguest\nclock: [+-]\d+ s\n(?:.*\n)*eth0: 10\.0\.2\.15\/24\n(?:.*\n)*frozen: now copy the disks\n\z/, 'it answers');
};

subtest 'Run a program in a guest' => sub {
    is(recipe('Run a program in a guest', $uri, $linux->get_name, '/bin/sh', '-c', 'echo "$((6 * 7))"'), "42\n", 'its output');
    my ($out, $err, $status) = run_recipe('Run a program in a guest', $uri, $linux->get_name, '/bin/sh', '-c', 'echo no >&2; exit 3');
    is_deeply([$out, $err, $status >> 8], ['', "no\n", 3], 'its errors and its status');
};

subtest 'Live migration with progress' => sub {
    my $host = Test::SysVirt::SecondHost->new($bed);
    my $name = $linux->get_name;
    # It has no disk, for there is no shared storage.
    my $out = recipe('Live migration with progress', $uri, $name, $host->uri, $host->data_uri);
    like($out, qr/\r *[\d.]+ %.*\n\Q$name\E arrived and runs\n\z/s, 'says so');
    ok(!(grep { $_->get_name eq $name } $conn->list_all_domains), 'it is not here any more');
    my $there = $host->conn->get_domain_by_name($name);
    like(Test::SysVirt::Guest->sh($bed, $there, 'hostname') // '', qr/^testguest/, 'it goes on there');
};

done_testing;
