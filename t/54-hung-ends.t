# The end of a script whose host hangs, on a connection without a deadline: it does not wait for a call
# that libvirt has not returned from.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);

my $daemon = Test::SysVirt::Daemon->new;
watchdog(400);

my $begin = <<'PERL';
    use strict;
    use warnings;
    use POSIX ();
    use Sys::Virt;
    my ($uri, $storage, $path, $daemon) = @ARGV;
    $| = 1;
    # A connection, and what is on it.
    sub host {
        my $conn = Sys::Virt->new(uri => $uri);
        my $dom  = $conn->get_domain_by_name('test');
        return ($conn, $dom);
    }
    my $hangs;
    sub hangs { $hangs = kill STOP => $daemon }
    # Whether the host has been sent something that it does not read.
    sub asked {
        for my $fd (map { m{(\d+)\z} } glob '/proc/self/fd/*') {
            open my $copy, '<&', $fd or next;
            my $unread = pack 'i', 0;
            return 1 if -S $copy && ioctl($copy, 0x5411, $unread) && unpack 'i', $unread; # TIOCOUTQ
        }
        return 0;
    }
    sub in_flight { select undef, undef, undef, 0.01 until asked() }
    # An alarm that comes once the call waits for its host.
    sub with_alarm {
        my ($call, $first, $waits) = @_;
        $waits //= \&asked;
        local $SIG{ALRM} = sub {
            return Time::HiRes::ualarm(50_000) unless $waits->();
            $first->() if $first;
            die "alarm\n";
        };
        Time::HiRes::ualarm(200_000);
        eval { $call->(); 1 } and print 'it lived';
        print $@ if $@ ne "alarm\n";
    }
PERL

# What a script was doing.
my %doing = (
    'a call abandoned by an alarm' => 'my ($conn, $dom) = host(); hangs(); with_alarm(sub { $dom->get_info });',
    'all places taken by such calls' => 'my ($conn, $dom) = host(); hangs(); with_alarm(sub { $dom->get_info }) for 1 .. 7;',
    'an opening abandoned by an alarm' => 'hangs(); with_alarm(sub { Sys::Virt->new(uri => $uri) });',
    'a call abandoned, its objects global' => 'our ($conn, $dom) = host(); hangs(); with_alarm(sub { $dom->get_info });',
    'a call abandoned, its objects dropped' => '{ my ($conn, $dom) = host(); hangs(); with_alarm(sub { $dom->get_info }); } print "";',
    'a call abandoned, another connection idle' => 'my ($conn, $dom) = host(); my ($other, $more) = host(); hangs(); with_alarm(sub { $dom->get_info });',
    'a connection dropped by the handler of an alarm' => 'my ($conn, $dom) = host(); my ($other) = host(); hangs(); with_alarm(sub { $dom->get_info }, sub { undef $other });',
    'a stream abandoned by an alarm' => <<'PERL',
        my $conn = Sys::Virt->new(uri => $storage);
        my $stream = $conn->new_stream;
        $conn->get_storage_volume_by_path($path)->download($stream, 0, 0);
        with_alarm(sub { $stream->recv_all(sub { hangs(); return $_[2] }) }, undef, sub { $hangs });
PERL
);
my %by_async = (
    'a future in flight' => 'my ($conn, $dom) = host(); hangs(); my $future = $dom->async->get_info; in_flight();',
    'futures in flight, and more behind them' => 'my ($conn, $dom) = host(); hangs(); my @futures = map { $dom->async->get_info } 1 .. 12; in_flight();',
    'a future that was canceled' => 'my ($conn, $dom) = host(); hangs(); my $future = $dom->async->get_info; in_flight(); $future->cancel;',
    'a future that nobody keeps' => 'my ($conn, $dom) = host(); hangs(); $dom->async->get_info; in_flight();',
    'a future whose time is over' => 'my ($conn, $dom) = host(); hangs(); eval { $dom->async(timeout => 0.2)->get_info->get };',
    'an opening in flight' => 'hangs(); my $future = Sys::Virt->async->new(uri => $uri); in_flight();',
    'a future in flight, its objects dropped' => 'my $future; { my ($conn, $dom) = host(); hangs(); $future = $dom->async->get_info; in_flight() }',
);
%doing = (%doing, %by_async) if eval { require Future };

# How it ends, and with which status.
my %ends = (
    'the end of the script' => ['', 0],
    exit                    => ['exit 3;', 3 << 8],
    die                     => ['open STDERR, ">", "/dev/null"; $! = 0; die "over\n";', 255 << 8],
    'a signal whose handler by POSIX dies' =>
        ['open STDERR, ">", "/dev/null"; $! = 0; POSIX::sigaction(POSIX::SIGUSR1(), POSIX::SigAction->new(sub { die "signal\n" })); kill USR1 => $$; select undef, undef, undef, 5;', 255 << 8],
);

my $volume = eval {
    my $volume = $daemon->pool(Sys::Virt->new(uri => $daemon->storage_uri))->create_volume(
        '<volume><name>v</name><capacity unit="MiB">16</capacity><allocation unit="MiB">16</allocation></volume>');
    $volume->get_path;
} or delete $doing{'a stream abandoned by an alarm'};

for my $doing (sort keys %doing) {
    subtest $doing => sub {
        for my $end (sort keys %ends) {
            my ($code, $status) = @{ $ends{$end} };
            for my $scope ("sub main { $doing{$doing} $code } main();", "$doing{$doing} $code") {
                my ($out, $err, $ended);
                my $took = seconds(sub {
                    ($out, $err, $ended) = run_perl('-MTime::HiRes', '-e', "$begin $scope", $daemon->uri, $daemon->storage_uri, $volume // '', $daemon->{pid});
                });
                $daemon->resume;
                my $where = $scope =~ /main/ ? ' in a sub' : '';
                is("$ended $out$err", "$status ", "$end$where: ends, and says nothing more");
                cmp_ok($took, '<', 10, 'without waiting');
            }
        }
    };
}

is($daemon->connect->get_domain_by_name('test')->get_name, 'test', 'the daemon is as before');
done_testing;
