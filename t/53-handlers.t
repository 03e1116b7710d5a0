# Streams whose data goes through handlers: deadlines and signals while their host hangs, and whatever
# the handlers do meanwhile.
use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Scalar::Util ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Futures;
use Test::SysVirt::Memory;
use Test::SysVirt::Perl qw(run_perl);
use Time::HiRes qw(sleep time);

use constant MIB => 1 << 20;

my $daemon = Test::SysVirt::Daemon->new;
my $volume = $daemon->pool($daemon->storage)->create_volume(
    '<volume><name>v</name><capacity unit="MiB">16</capacity><allocation>0</allocation></volume>');
my $path = $volume->get_path;
watchdog(300);

# The volume on a connection of its own, with a deadline or without.
sub volume {
    my (%options) = @_;
    my $conn = Sys::Virt->new(uri => $daemon->storage_uri, %options);
    return ($conn->get_storage_volume_by_path($path), $conn);
}

# A stream of a volume, by the method that moves its data.
sub stream {
    my ($method, $volume, $conn) = @_;
    my $stream = $conn->new_stream;
    my ($way, $sparse) = ($method =~ /recv/ ? 'download' : 'upload', $method =~ /sparse/);
    my $flags = !$sparse ? 0 : $way eq 'upload'
        ? Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM : Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM;
    $volume->$way($stream, 0, 0, $flags);
    return $stream;
}

my @methods = qw(recv_all send_all sparse_recv_all sparse_send_all);

# Handlers for that method, which move much in pieces, and call $then before each with its number.
sub handlers {
    my ($method, $then) = @_;
    my $calls = 0;
    my $send = sub { $then->(++$calls, $_[0]); $_[1] = 'x' x $_[2]; return $calls > 200 ? 0 : $_[2] };
    my $recv = sub { $then->(++$calls, $_[0]); return $_[2] };
    my $hole = sub { $then->(++$calls, $_[0]); return 0 };
    my %of = (
        recv_all        => [$recv],
        send_all        => [$send],
        sparse_recv_all => [$recv, $hole],
        sparse_send_all => [$send, sub { return (1, MIB) }, sub { return 0 }],
    );
    return @{ $of{$method} };
}

# Something to be received that is more than sockets hold, with a hole at its end.
{
    my ($full, $conn) = volume();
    my $stream = stream(send_all => $full, $conn);
    my $left = 12 * MIB;
    $stream->send_all(sub { my $n = $left < $_[2] ? $left : $_[2]; $left -= $n; $_[1] = 'd' x $n; return $n });
    $stream->finish;
}

sub received {
    my ($volume, $conn) = @_;
    my $got = 0;
    my $stream = stream(recv_all => $volume, $conn);
    $stream->recv_all(sub { $got += $_[2]; return $_[2] });
    $stream->finish;
    return $got;
}

for my $method (@methods) {
    subtest "$method: a deadline" => sub {
        my ($volume, $conn) = volume();
        my $stream = stream($method, $volume, $conn);
        $conn->set_timeout(0.5);
        my $calls = 0;
        my $took = seconds(sub {
            eval { $stream->$method(handlers($method, sub { $calls = $_[0]; $daemon->stop if $_[0] == 1 })); 1 } and $@ = 'it lived';
        });
        my ($error, $before) = ($@, $calls);
        ok($calls, 'the handler was called');
        is(ref $error && $error->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'it ends with the deadline') or diag($error);
        like("$error", qr/Stream::\Q$method\E: no answer from \S+ within 0\.5 s/, 'the message names method, host and seconds');
        cmp_ok($took, '>=', 0.49, 'not earlier');
        cmp_ok($took, '<', 10, 'nor much later');
        $daemon->resume;
        undef $stream;
        sleep 0.3;
        $conn->set_timeout(60);
        is($volume->get_path, $path, 'the connection works when the host does again');
        is($calls, $before, 'the handler was called no more');
    };

    subtest "$method: a handler of SIGALRM" => sub {
        my ($volume, $conn) = volume();
        my $stream = stream($method, $volume, $conn);
        my $calls = 0;
        my $took = seconds(sub {
            local $SIG{ALRM} = sub { die "alarm\n" };
            eval { $stream->$method(handlers($method, sub { $calls = $_[0]; $daemon->stop, alarm 1 if $_[0] == 1 })); 1 } and $@ = 'it lived';
        });
        my ($error, $before) = ($@, $calls);
        is($error, "alarm\n", 'ends it where there is no deadline');
        cmp_ok($took, '<', 10, 'at once');
        $daemon->resume;
        is($volume->get_path, $path, 'the connection works when the host does again');
        sleep 0.3;
        is($calls, $before, 'the handler was called no more');
    };

    subtest "$method: handlers that take their time, and end it" => sub {
        my ($volume, $conn) = volume(timeout => 1.5);
        my $stream = stream($method, $volume, $conn);
        my $slept = 0;
        eval { $stream->$method(handlers($method, sub { die "enough\n" if $_[0] == 2; sleep 2; $slept++ })); 1 } and $@ = 'it lived';
        is($@, "enough\n", 'what a handler dies of is the error');
        is($slept, 1, 'the time that handlers take is their own');
        $conn->set_timeout(60);
        $stream = stream($method, $volume, $conn);
        eval { $stream->$method(handlers($method, sub { die { a => 'hash' } })); 1 } and $@ = 'it lived';
        is_deeply($@, { a => 'hash' }, 'whatever that is');
        $stream = stream($method, $volume, $conn);
        eval { $stream->$method(handlers($method, sub { local $SIG{USR1} = sub { die "signal\n" }; kill USR1 => $$; sleep 1 })); 1 } and $@ = 'it lived';
        is($@, "signal\n", 'or a handler of a signal in it');
        $stream = stream($method, $volume, $conn);
        eval { $stream->$method(handlers($method, sub { $_[1]->abort })); 1 } and $@ = 'it lived';
        isnt($@, 'it lived', 'a handler may abort the stream');
        my $weak = $stream = stream($method, $volume, $conn);
        Scalar::Util::weaken($weak);
        eval { $stream->$method(handlers($method, sub { undef $stream; $conn->list_all_storage_pools; die "dropped\n" if $_[0] == 2 })) };
        is($@, "dropped\n", 'or drop it, and ask the connection');
        is($weak, undef, 'which is gone afterwards');
        is(scalar($volume->get_info->{capacity}), 16 * MIB, 'all is well afterwards');
    };
}

subtest 'what arrives' => sub {
    my $call = received(volume());
    cmp_ok($call, '>=', 12 * MIB, 'is all there is');
    is($call, received(volume(timeout => 60)), 'is the same with a deadline');
    local $SIG{ALRM} = sub { };
    is($call, received(volume()), 'and with a handler of SIGALRM');
    my ($volume, $conn) = volume(timeout => 60);
    my ($stream, $inner) = map { stream(recv_all => $volume, $conn) } 1, 2;
    my ($nested, $outer) = (0, 0);
    $stream->recv_all(sub { $inner->recv_all(sub { $nested += $_[2]; $_[2] }) if !$outer; $outer += $_[2]; $_[2] });
    is("$outer $nested", "$call $call", 'a handler may receive another stream');
};

subtest 'handlers that leave' => sub {
    my $begin = <<'PERL';
        my ($uri, $path) = @ARGV;
        our $conn = Sys::Virt->new(uri => $uri, timeout => 5);
        our $stream = $conn->new_stream;
        $conn->get_storage_volume_by_path($path)->download($stream, 0, 0);
PERL
    my @ends = (
        ['exit', 'exit 7', 7 << 8, ''],
        ['a child that exits', 'my $pid = fork; exit 0 if !$pid; waitpid $pid, 0; print $?; exit 3', 3 << 8, '0'],
        ['a child that goes on', 'my $pid = fork; return $_[2] if !$pid; waitpid $pid, 0; print "parent"; exit 4', 4 << 8, qr/^(?:child )?parent\z/],
    );
    for (@ends) {
        my ($name, $code, $status, $output) = @$_;
        my ($out, $err, $ended);
        my $took = seconds(sub {
            ($out, $err, $ended) = run_perl('-MSys::Virt', '-e', "$begin; \$| = 1; eval { \$stream->recv_all(sub { $code }) }; print 'child '; require POSIX; POSIX::_exit(0)", $daemon->storage_uri, $path);
        });
        is($ended, $status, "$name: ends well") or diag($err);
        like($out, ref $output ? $output : qr/^\Q$output\E\z/, 'and says what it should');
        cmp_ok($took, '<', 20, 'soon');
    }
    $daemon->stop;
    $daemon->resume;
};

# What handlers drop, of which the script has nothing else.
my %drops = (
    'the stream'      => sub { my ($of) = @_; delete $of->{stream} },
    'the connection'  => sub { my ($of) = @_; delete @$of{qw(conn volume)} },
    'both'            => sub { my ($of) = @_; %$of = () },
    'both by DESTROY' => sub { my ($of) = @_; $_->DESTROY for @$of{qw(conn stream volume)}; %$of = () },
);
# How the call is made, with or without a deadline, and the error that it ends with if its host hangs.
my $call = sub { my ($of, $method, @handlers) = @_; $of->{stream}->$method(@handlers) };
my %ways = (
    'as usual'                => [0, $call],
    'with a deadline'         => [1, $call, qr/within 0\.5 s, the call is abandoned/],
    'with a handler of alarm' => [0, sub { local $SIG{ALRM} = sub { die "alarm\n" }; $call->(@_) }, qr/\Aalarm\n\z/],
);
# What the handler does then, and how the call ends.
my %ends = (
    'goes on'           => [sub { }, qr/\A\z/],
    'dies'              => [sub { die "enough\n" }, qr/\Aenough\n\z/],
    'has its host hang' => [sub { $daemon->stop; Time::HiRes::ualarm(200_000) if ref $SIG{ALRM} }],
);

for my $way (sort keys %ways) {
    subtest "handlers that drop what a call needs, $way" => sub {
        my ($deadline, $make, $hangs) = @{ $ways{$way} };
        # What another thread gives up ends here when a call waits.
        my $waits  = Sys::Virt->new(uri => $daemon->uri, timeout => 60);
        my $server = $daemon->admin->lookup_server('libvirtd');
        my $clients = sub { scalar(() = $server->list_clients) };
        my $others  = $clients->();
        for my $end (grep { $hangs || !/hang/ } sort keys %ends) {
            my ($then, $error) = @{ $ends{$end} };
            for my $drop (sort keys %drops) {
                for my $method ($end =~ /hang/ ? qw(recv_all send_all) : @methods) {
                    my %of;
                    @of{qw(volume conn)} = volume($deadline ? (timeout => $end =~ /hang/ ? 0.5 : 60) : ());
                    $of{stream} = stream($method, @of{qw(volume conn)});
                    my @dropped = values %of;
                    Scalar::Util::weaken($_) for @dropped;
                    my $handler = sub { $drops{$drop}->(\%of), $then->() if $_[0] == 1 };
                    $@ = eval { $make->(\%of, $method, handlers($method, $handler)); 1 } ? '' : "$@";
                    my $name = "$method, and a handler drops $drop and $end";
                    like($@, $error // $hangs, "$name: how it ends");
                    $daemon->resume;
                    %of = ();
                    my $left = sub { $waits->get_hostname; (grep { defined } @dropped) + $clients->() - $others };
                    ok(until_true(sub { !$left->() }), "$name: nothing is left, here or at the host") or diag($left->());
                }
            }
        }
    };
}

subtest 'nothing is left' => sub {
    plan skip_all => 'no /proc/self here' if !tasks() || !defined memory();
    my ($volume, $conn) = volume(timeout => 60);
    no_leak('receiving with a deadline', sub { my $stream = stream(recv_all => $volume, $conn); eval { $stream->recv_all(sub { die "enough\n" }) } }, 300);
};

for my $test (qw(34-streams 35-stream-callbacks)) {
    local $ENV{SYS_VIRT_TIMEOUT} = 60;
    my ($out, $err, $status) = run_perl('-It/lib', "t/$test.t");
    is($status, 0, "$test.t passes with a deadline, too") or diag($out, $err);
}

done_testing;
