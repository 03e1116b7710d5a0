# Calls that do not block, and the ends of things: of the process, of threads, of objects.
use strict;
use warnings;
use lib 't/lib';
use Config;
use POSIX ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::English;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);
use Time::HiRes qw(sleep time);

BEGIN { needs('Future') }

# The first host answers after a while, the second one is stopped now and then.
my $fleet = Test::SysVirt::Fleet->start(hosts => 2, delay => 0);
my $slow  = $fleet->uri(0);
watchdog(300);

# A script that has calls in flight, to a host that answers later and to one that never does, and
# then ends somehow; $hung and $conn are the connections, $dom a domain, @futures the calls.
my $begin = <<'PERL';
    use strict;
    use warnings;
    use Sys::Virt;
    my ($slow, $stopped, $hung_uri) = @ARGV;
    our ($conn, $hung) = map { Sys::Virt->new(uri => $_) } $slow, $stopped;
    our $dom = $conn->get_domain_by_name('test');
    print "begun\n";
    <STDIN>;
    our @futures = ((map { $dom->async->get_info } 1 .. 10), (map { $hung->async->get_hostname } 1 .. 10),
        Sys::Virt->async->new(uri => $hung_uri));
    select undef, undef, undef, 0.1;
    $| = 1;
PERL

# Its output without the first line, and how it ended, after how many seconds.
sub ends {
    my ($end) = @_;
    $fleet->resume_host(1);
    $fleet->delay(0);
    pipe my $from_us, my $to_it or die "pipe: $!";
    pipe my $from_it, my $to_us or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<&', $from_us or die $!;
        open $_, '>&', $to_us or die $! for *STDOUT, *STDERR;
        close $_ for $to_it, $from_it;
        alarm 60;
        local $ENV{PERL5LIB} = join ':', grep { !ref } @INC;
        exec $^X, '-e', "BEGIN { \$| = 1 } $begin\n$end", $slow, $fleet->uri(1), $fleet->hung_uri or die $!;
    }
    close $_ for $from_us, $to_us;
    my $begun = readline $from_it;
    $fleet->stop_host(1);
    $fleet->delay(0.2);
    my $start = time;
    close $to_it;
    my $output = join '', readline $from_it;
    waitpid $pid, 0;
    return (($begun // '') eq "begun\n" ? $output : "$begun$output", $?, time - $start);
}

subtest 'the process ends with calls in flight' => sub {
    my @ends = (
        ['at the end of the script', '', 0],
        ['by exit', 'exit 3', 3 << 8],
        ['by die', 'open STDERR, ">", "/dev/null"; $! = 0; die "over\n"', 255 << 8],
        ['by POSIX::_exit', 'require POSIX; POSIX::_exit(4)', 4 << 8],
        ['by a signal', 'kill TERM => $$; sleep 5', 15],
        ['by exec', 'exec $^X, "-e", "print 7"', 0, '7'],
        ['by exec of what runs long', 'exec $^X, "-e", "select undef, undef, undef, 0.5; print 8"', 0, '8'],
        ['by exit in on_ready', '$futures[0]->on_ready(sub { exit 5 }); $futures[0]->await; sleep 5', 5 << 8],
        ['by exit in END', 'END { $? = 6 }', 6 << 8],
        ['after a program by system', 'print "s"; system $^X, "-e", "print 9"; print $futures[0]->get->{nrVirtCpu}', 0, 's92'],
        ['after its objects', 'undef $_ for $dom, $conn, $hung; print "u"', 0, 'u'],
        ['after its futures', '@futures = (); print "f"', 0, 'f'],
        ['with futures in a cycle', '$_->on_ready(my $kept = do { my $f = $_; sub { $f } }) for @futures; print "c"', 0, 'c'],
        ['with a global that destroys late', 'package Late; sub DESTROY { eval { $main::dom && $main::dom->async->get_name } } our $late = bless []; package main; print "l"', 0, 'l'],
    );
    for (@ends) {
        my ($name, $code, $status, $want) = @$_;
        my ($output, $ended, $took) = ends($code);
        is($ended, $status, "$name: with its status");
        is($output, $want // '', 'and says what it should');
        cmp_ok($took, '<', 10, 'without waiting for the host that hangs');
    }
    my @wrong;
    for (1 .. 20) {
        my ($output, $ended) = ends('exit 0');
        push @wrong, "$ended $output" if $ended || length $output;
    }
    is_deeply(\@wrong, [], 'many times');
};

$fleet->resume_host(1);
$fleet->delay(0.05);
my $conn = Sys::Virt->new(uri => $slow);
my $name = $conn->get_hostname;

subtest 'objects end with calls in flight' => sub {
    my $dom = $conn->get_domain_by_name('test');
    my $call = $dom->async->get_name;
    my $info = $dom->async->get_info;
    undef $dom;
    is($info->get->{nrVirtCpu}, 2, 'a call on a domain that was dropped');
    is($call->get, 'test', 'and another');
    my $second = Sys::Virt->new(uri => $slow);
    my @futures = map { $second->async->get_hostname } 1 .. 7;
    undef $second;
    is_deeply([map { $_->get } @futures], [($name) x 7], 'calls on a connection that was dropped, and those behind them');
    my $destroyed = Sys::Virt->new(uri => $slow);
    my $future = $destroyed->async->get_hostname;
    $destroyed->DESTROY;
    is($future->get, $name, 'on one that was destroyed by hand');
    my $found = $conn->async->get_domain_by_name('test');
    undef $found;
    sleep 0.5;
    Sys::Virt::Future->deliver;
    is($conn->get_hostname, $name, 'an object that nobody waits for is let go');
    my ($first, $last);
    $first = $conn->async->get_hostname->on_ready(sub { undef $first; $last = 1 });
    until_true(sub { Sys::Virt::Future->deliver; $last }, 10);
    ok($last, 'a callback may drop its future');
};

subtest 'callbacks that die' => sub {
    my @futures = map { $conn->async->get_hostname } 1 .. 3;
    my $ran = 0;
    $_->on_ready(sub { $ran++; die "died $ran\n" }) for @futures;
    my @died;
    until_true(sub { eval { Sys::Virt::Future->deliver; 1 } or push @died, $@; @died == 3 }, 10);
    is_deeply([sort @died], ["died 1\n", "died 2\n", "died 3\n"], 'each exception comes out');
    is_deeply([map { $_->get } @futures], [($name) x 3], 'every future is ready');
};

subtest 'threads of Perl' => sub {
    plan skip_all => 'this perl has no threads' if !$Config{useithreads};
    my ($out, $err, $status) = run_perl('-Mthreads', '-e', <<'PERL', $slow);
        use strict;
        use warnings;
        use Sys::Virt;
        my $uri  = shift;
        my $conn = Sys::Virt->new(uri => $uri);
        my $mine = $conn->async->get_hostname;
        my $dom = threads->create(sub {
            my $own = Sys::Virt->async->new(uri => $uri)->get;
            print $own->async->get_domain_by_name('test')->get->get_name, "\n";
            print $conn->async->get_domain_by_name('test')->get->get_name, "\n";
            print eval { $mine->get; 1 } ? 'has it' : ref $@, "\n";
            our @left = map { $own->async->get_hostname } 1 .. 10;
            return;
        })->join;
        print $mine->get eq $conn->get_hostname ? "same\n" : "other\n";
        $_->join for map { threads->create(sub { our @left = map { $conn->async->get_hostname } 1 .. 10; return }) } 1 .. 5;
        print $conn->async->get_hostname->get eq $conn->get_hostname ? "same\n" : "other\n";
        threads->create(sub { our @left = map { $conn->async->get_hostname } 1 .. 10; sleep 5 })->detach;
        select undef, undef, undef, 0.1;
PERL
    is_deeply([split /\n/, $out], ['test', 'test', 'Sys::Virt::Error', 'same', 'same'],
        'a thread has calls of its own; a future is of no use in a clone; what a thread leaves is nothing to others')
        or diag($err);
    is($status, 0, 'the process ends well');
    unlike($err, qr/panic|Attempt to free|segmentation/i, 'quietly');
};

subtest 'a callback that dies before a future behind it is ready' => sub {
    plan skip_all => 'this perl has no threads' if !$Config{useithreads};
    my ($out, $err, $status) = run_perl('-Mthreads', '-Mthreads::shared', '-e', <<'PERL');
        use strict;
        use warnings;
        use Sys::Virt;
        use Sys::Virt::Event;
        Sys::Virt::Event::register_default();
        my $over :shared = 0;
        my $loop = threads->create(sub {
            Sys::Virt::Event::add_timeout(20, sub { });
            Sys::Virt::Event::run_default() until $over;
        });
        my $conn = Sys::Virt->new(uri => 'test:///default');
        my $dom = $conn->get_domain_by_name('test');
        $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { die "in the event\n" });
        my ($died, $lost) = (0, 0);
        for my $method (('suspend', 'resume') x 10) {
            my $future = $dom->async->$method;
            select undef, undef, undef, 0.005; # the loop's thread has the event
            my $behind = $dom->async->get_info;
            for (1 .. 200) {
                eval { Sys::Virt::Future->deliver; 1 } or $died++;
                last if $future->is_ready && $behind->is_ready;
                select undef, undef, undef, 0.005;
            }
            $lost++ if !$future->is_ready || !$behind->is_ready;
        }
        $over = 1;
        $loop->join;
        print "$died died, $lost lost\n";
PERL
    is($out, "20 died, 0 lost\n", 'deliver: dies of each, and every future becomes ready') or diag($err);
    is($status, 0, 'the process ends well');
};

done_testing;
