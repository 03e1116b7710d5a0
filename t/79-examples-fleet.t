# The examples that ask many hosts at once, of which one hangs.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use Encode qw(decode encode);
use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use Sys::Virt::Domain;
use Test::More;
use Test::SysVirt::Driver qw(driver_since);
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::URI qw(file_uri);

BEGIN { needs('Future') }
driver_since('7.8.0');
binmode $_, ':encoding(UTF-8)' for map { Test::More->builder->$_ } qw(output failure_output todo_output);

my $hosts    = 50;
my $delay    = 0.020;
my $deadline = 2;
my $fleet    = Test::SysVirt::Fleet->start(hosts => $hosts, delay => $delay);
my $dir      = tempdir(CLEANUP => 1);
my @uris     = ($fleet->uris, $fleet->hung_uri);
my ($hung)   = $fleet->hung_uri =~ m{//([^/]+)};
watchdog(240);

open my $list, '>', "$dir/hosts" or die $!;
print $list "# all of them\n", map({ "$_   # one\n" } @uris), "\n";
close $list or die $!;

sub fleet {
    my ($out, $err, $status) = run_perl('examples/fleet.pl', '--hosts', "$dir/hosts", '--timeout', $deadline, @_);
    return (decode('UTF-8', $out), $err, $status >> 8);
}

subtest 'fifty hosts, and one that hangs' => sub {
    my ($out, $err, $status);
    my $took = seconds(sub { ($out, $err, $status) = fleet() });
    note(sprintf '%.2f s', $took);
    cmp_ok($took, '>=', $deadline, 'the one that hangs has its time');
    # To open a connection takes four round trips, and to ask one.
    cmp_ok($took, '<', $deadline + $hosts * $delay * 5 / 2, 'and no more; the others take less than half of what one after the other would');
    is($status, 2, 'its exit status is that of something critical');
    is($err, '', 'without a terminal it shows no progress');
    my ($head, @lines) = split /\n/, $out;
    like($head, qr/\AHOST +DOMAIN  STATE +VCPUS  MEMORY  CPU TIME  READ  WRITTEN  RECEIVED  SENT\z/, 'the table has a head');
    is(scalar(grep { /^127\.0\.0\.1:\d+ +test +running( +-){7}\z/ } @lines), $hosts, 'a row for the domain of each host');
    is_deeply([grep { /!/ } @lines], ["$hung" . ' ' x (index($head, 'DOMAIN') - length $hung) . "! no answer within $deadline s"],
        'the one that hangs is marked');
    is($lines[-1], '51 hosts, 50 of 50 domains running; 1 not answering', 'and all is summed up');
    is(scalar @lines, $hosts + 3, 'nothing else is printed');
};

subtest progress => sub {
    my (undef, $err) = fleet('--progress');
    my @shown = split /\r\e\[K/, $err;
    is(shift @shown, '', 'it rewrites one line');
    like($shown[0], qr/\A\[ *\] 0 of 51 hosts, waiting for 127\.0\.0\.1:\d+ .*\.\.\.\z/, 'at first none has answered');
    like($shown[-1], qr/\A\[#{19} \] 50 of 51 hosts, waiting for \Q$hung\E\z/, 'in the end it names the one that hangs');
    like($err, qr/\r\e\[K\z/, 'and clears the line');
};

subtest json => sub {
    my ($out, $err, $status) = fleet('--format', 'json');
    my $all = decode_json(encode('UTF-8', $out));
    is_deeply([map { $_->{uri} } @$all], \@uris, 'the hosts in the order they were given');
    my ($silent) = grep { $_->{error} } @$all;
    is_deeply([@$silent{qw(uri error hangs)}], [$fleet->hung_uri, "no answer within $deadline s", JSON::PP::true], 'the one that hangs says so');
    is($all->[0]{domains}[0]{$_->[0]}, $_->[1], "a domain has its $_->[0]") for [name => 'test'], [state => 'running'];
    cmp_ok($silent->{seconds}, '>=', $deadline - 0.01, 'how long each took');
    is("$status$err", '2', 'its status is the same');
};

# What a hypervisor tells, which the test driver does not, and names that have to be escaped.
open my $xml, '>:utf8', "$dir/node.xml" or die $!;
print $xml '<node>', map({ "<domain type='test'><name>$_</name><memory>65536</memory><os><type>hvm</type></os></domain>" } 'b\"ä', 'a'), '</node>';
close $xml or die $!;
my $wrapped = <<'EOT_PERL';
use Future;
use Sys::Virt;
use Sys::Virt::Future;
my %data = (
    'state.state' => $ENV{STATE} // 1, 'vcpu.current' => 2, 'cpu.time' => 3_661_500_000_000,
    'balloon.current' => 1048576, 'balloon.maximum' => 2097152,
    'block.count' => 2, 'block.0.name' => 'vda', 'block.0.rd.bytes' => 1536, 'block.0.rd.reqs' => 3, 'block.0.wr.bytes' => 2**40,
    'block.1.name' => 'v"db', 'block.1.rd.bytes' => 512, 'block.1.capacity' => 18446744073709551615,
    'net.count' => 1, 'net.0.name' => "vnet\\0", 'net.0.rx.bytes' => 7, 'net.0.rx.errs' => 1, 'net.0.tx.pkts' => 9,
);
sub Sys::Virt::Async::get_all_domain_stats {
    my ($view, $groups) = @_;
    my $calls = $main::calls++ and die 'a second round trip';
    return Future->done(map { { dom => $_, data => \%data } } $view->[0]->list_all_domains);
}
do './examples/fleet.pl' // die $@;
EOT_PERL

sub wrapped {
    my ($out, $err, $status) = run_perl('-e', $wrapped, '--', '--connect', file_uri("$dir/node.xml"), @_);
    is("$status$err", '0', "@_: exits with 0 and says nothing on standard error");
    return decode('UTF-8', $out);
}

subtest 'figures in the table' => sub {
    my @lines = split /\n/, wrapped('--format', 'table');
    is($lines[$_->[0]] =~ s/^\S+ +//r =~ s/ +/ /gr, $_->[1], "row $_->[0]") for
        [1, 'a running 2 1.0G 1:01:01 2.0K 1.0T 7 -'], [2, 'b\"ä running 2 1.0G 1:01:01 2.0K 1.0T 7 -'];
    is($lines[-1], '1 hosts, 2 of 2 domains running; all answering', 'the sum');
    $ENV{STATE} = Sys::Virt::Domain::STATE_SHUTOFF;
    is((split /\n/, wrapped())[1] =~ s/^\S+ +//r =~ s/ +/ /gr, 'a off 2 1.0G - 2.0K 1.0T 7 -', 'a domain that is off uses no processor');
    delete $ENV{STATE};
};

subtest 'figures for Prometheus' => sub {
    my $text = wrapped('--format', 'prometheus');
    my ($family, %type, %help, %sample, %place);
    for my $line (split /\n/, $text) {
        if ($line =~ /^# (HELP|TYPE) (libvirt_[a-z_]+) (.+)\z/) {
            my $of = $1 eq 'HELP' ? \%help : \%type;
            ok(!$of->{$2}, "$2: one line of $1");
            $of->{ $family = $2 } = $3;
        }
        elsif ($line =~ /^(libvirt_[a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\}) ([0-9.e+]+)\z/) {
            is($1, $family, 'a sample stands with its kin');
            ok(!exists $sample{"$1$2"}, "$1$2: once");
            $sample{"$1$2"} = $3;
        }
        else { fail("a line that is none of these: $line") }
    }
    is_deeply([sort keys %type], [sort keys %help], 'every metric has its type and help');
    is(scalar(grep { $type{$_} ne (/_total\z/ ? 'counter' : 'gauge') } keys %type), 0, 'counters are those named so');
    my $host = q(host=") . file_uri("$dir/node.xml") . q(");
    my %named = map { my $key = $_; s/,uuid="[-0-9a-f]{36}"//r => $sample{$key} } keys %sample;
    my $dom = qq({$host,domain="b\\\\\\"ä");
    is($named{"libvirt_$_->[0]"}, $_->[1], $_->[0]) for
        ["up{$host}", 1],
        ["domain_state$dom}", 1],
        ["domain_vcpus$dom}", 2],
        ["domain_cpu_seconds_total$dom}", 3661.5],
        ["domain_memory_bytes$dom}", 2**30],
        ["domain_memory_maximum_bytes$dom}", 2**31],
        [qq(domain_disk_read_bytes_total$dom,disk="vda"}), 1536],
        [qq(domain_disk_written_bytes_total$dom,disk="vda"}), 2**40],
        [qq(domain_disk_written_bytes_total$dom,disk="v\\"db"}), undef],
        [qq(domain_disk_capacity_bytes$dom,disk="v\\"db"}), '18446744073709551615'],
        [qq(domain_network_received_bytes_total$dom,interface="vnet\\\\0"}), 7],
        [qq(domain_network_sent_packets_total$dom,interface="vnet\\\\0"}), 9],
        [qq(domain_network_received_errors_total$dom,interface="vnet\\\\0"}), 1];
};

my @three = map { ('--connect', $_) } $fleet->uri(0), $fleet->hung_uri, $fleet->uri(1);

subtest 'inventory of three hosts' => sub {
    my ($out, $err, $status) = run_perl('examples/inventory.pl', @three, '--timeout', 1, '--active');
    my $tables = sub { my ($uri) = @_; qr/\Q$uri\E\n\nDOMAIN +STATE .*\ntest +running .*\n\nNETWORK .*\ndefault +yes .*\n\nPOOL .*\ndefault-pool +yes .*\n\n/ };
    my ($first, $last) = map { $tables->($fleet->uri($_)) } 0, 1;
    like($out, qr/\A$first$last\z/, 'inventory: has the tables of those that answer');
    like($err, qr/^inventory: \Q@{[$fleet->hung_uri]}\E: .*no answer from \Q$hung\E within 1 s/, 'inventory: says which hangs');
    is($status >> 8, 1, 'inventory: exits with 1 then');
};

subtest 'top of three hosts' => sub {
    my ($out, $err, $status) = run_perl('examples/top.pl', @three, '--timeout', 1, '--delay', 0.1, '--count', 2);
    my $row = sub { my ($uri) = @_; qr/\Q$uri\E +test +0\.0( +0){5}\n/ };
    my ($first, $second) = sort map { $fleet->uri($_) } 0, 1;
    my @rows = map { $row->($_) } $first, $second;
    like($out, qr/\A(?:[0-9:]{8}  2 running\n\nHOST +DOMAIN .*\n(?:$rows[0]$rows[1]|$rows[1]$rows[0])! \Q@{[$fleet->hung_uri]}\E: .*no answer from \Q$hung\E within 1 s.*\n\n){2}\z/,
        'top: has the domains of those that answer, and names the one that hangs');
    is("$status$err", '0', 'top: exits with 0, and says nothing on standard error');
};

done_testing;
