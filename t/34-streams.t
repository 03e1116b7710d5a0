# Streams, with the picture that libvirt's test driver has for a screenshot: bytes of all values.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Daemon;
use Test::SysVirt::Driver;
use Test::SysVirt::Futures qw(until_true);

Sys::Virt::Event::register_default;
my $conn = Sys::Virt->new(uri => 'test:///default');
my $dom  = $conn->get_domain_by_name('test');

sub screenshot {
    my ($flags) = @_;
    my $stream = $conn->new_stream($flags // 0);
    $dom->screenshot($stream, 0);
    return $stream;
}

my $picture = '';

subtest 'recv' => sub {
    my $stream = screenshot();
    while ((my $got = $stream->recv(my $data, 4096)) > 0) {
        is(length $data, $got, 'recv: gives as many bytes as it says') or last;
        $picture .= $data;
    }
    is_deeply([$stream->finish], [], 'finish gives nothing');
    is(substr($picture, 0, 8), "\x89PNG\r\n\x1a\n", 'recv: a screenshot begins as a PNG image');
    like($picture, qr/IEND\xaeB`\x82\z/, 'recv: a screenshot ends as a PNG image');
    cmp_ok(scalar(() = $picture =~ /\0/g), '>', 10, 'recv: a screenshot has its NULs');

    $stream = screenshot();
    my $data = 'before';
    is($stream->recv($data, 0), 0, 'recv: gives 0 when nothing is asked for');
    is($data, 'before', 'recv: leaves the variable as it is when nothing is asked for');
    is($stream->recv($data, 4), 4, 'recv: gives 4 for four bytes');
    is($data, "\x89PNG", 'recv: the bytes replace what was there');
    my $wide = "\x{263a}";
    is($stream->recv($wide, 2), 2, 'recv: gives 2 where characters were');
    is($wide, "\r\n", 'recv: leaves bytes where characters were');
    my %hash;
    is($stream->recv($hash{element}, '2'), 2, 'recv: gives 2 for an element that was not there');
    is($hash{element}, "\x1a\n", 'recv: makes the element');
    tie my $tied, 'Local::Tied';
    $stream->recv($tied, 2);
    is($Local::Tied::stored, "\0\0", 'recv: stores into a tied variable');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->recv('constant', 1) }, 'into a constant', qr/argument 'data' is read-only/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->recv(*STDOUT, 1) }, 'into a glob', qr/argument 'data' is a glob/);
    my $rest = $stream->recv($data, '18446744073709551615');
    is($rest, length($picture) - 10, 'recv: gives what there is when asked for more than there is memory');
    ok($data eq substr($picture, 10), 'recv: gives all of the rest');
    unsupported($stream, 'recv', [my $into, 1, Sys::Virt::Stream::RECV_STOP_AT_HOLE], 'virStreamRecvFlags');
    is_deeply([$stream->abort], [], 'abort gives nothing');
};

subtest 'recv_all' => sub {
    my $stream = screenshot();
    my ($all, @first) = '';
    my @result = $stream->recv_all(sub {
        my ($on, $data, $length) = @_;
        @first = (scalar @_, $on == $stream, length $data == $length) if !@first;
        $all .= $data;
        return $length;
    });
    $stream->finish;
    is_deeply(\@result, [], 'recv_all gives nothing');
    is_deeply(\@first, [3, 1, 1], 'recv_all: the handler gets the stream, data and its length');
    ok($all eq $picture, 'recv_all: the handler gets everything');

    $stream = screenshot();
    $all = '';
    $stream->recv_all(sub { $all .= substr $_[1], 0, 1000; return $_[2] < 1000 ? $_[2] : 1000 });
    ok($all eq $picture, 'recv_all: the handler may take it piece by piece');

    $stream = screenshot();
    my $handed = $stream;
    my $length = 0;
    $handed->recv_all(sub { $length += $_[2]; my $taken = $_[2]; undef $_ for @_; $taken });
    is($length, length $picture, 'recv_all: the handler may change its arguments');
    is($handed, $stream, "recv_all: the handler's arguments are not the caller's variables");

    my $named = 0;
    no warnings 'once';
    local *Local::handler = sub { $named += $_[2]; $_[2] };
    screenshot()->recv_all('Local::handler');
    is($named, length $picture, 'recv_all: takes a handler by its name');
    $stream = screenshot();
    my $inner = screenshot();
    my $nested = '';
    $stream->recv_all(sub {
        $inner->recv_all(sub { $nested .= $_[1]; $_[2] }) if $nested eq '';
        return $_[2];
    });
    ok($nested eq $picture, 'recv_all of another stream in a handler');
};

# What a handler may do wrong. The stream is aborted then, and cannot be finished.
subtest 'handlers that fail' => sub {
    my %ends = (
        'dies'              => [sub { die "no room\n" }, qr/\Ano room\n\z/],
        'dies of an object' => [sub { die { reason => 'no room' } }, qr/\AHASH/],
        'gives up'          => [sub { -1 }, qr/recv handler failed/],
        'says nothing'      => [sub { return }, qr/recv_all: the handler's answer is undef, not how many bytes it took/],
        'says no number'    => [sub { 'all' }, qr/recv_all: the handler's answer is 'all', not an integer/],
        'says too much'     => [sub { 1 << 40 }, qr/recv_all: the handler's answer is 1099511627776, not between/],
        'takes more than there is' => [sub { $_[2] + 1 }, qr/recv_all: the handler's answer is \d+, more than the \d+ bytes it was given/],
        'gives a reference' => [sub { [] }, qr/recv_all: the handler's answer is a reference to ARRAY, not an integer/],
        'is not there'      => ['Local::nothing', qr/^Undefined subroutine &Local::nothing called/],
    );
    for my $how (sort keys %ends) {
        my ($handler, $error) = @{ $ends{$how} };
        my $stream = screenshot();
        my $calls = 0;
        my $lived = eval { $stream->recv_all(ref $handler ? sub { $calls++; &$handler } : $handler); 1 };
        ok(!$lived, "recv_all: dies of a handler that $how");
        like($@, $error, "recv_all: says what is wrong with a handler that $how");
        cmp_ok($calls, '<=', 1, "recv_all: does not call a handler again that $how");
        ok(!eval { $stream->recv(my $data, 1) > 0 }, "recv: gives no more data after a handler that $how");
    }
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { screenshot()->recv_all([]) }, 'no handler', qr/argument 'handler' is a reference to ARRAY/);

    my $freed = 0;
    {
        my $guard = Local::Guard->new(\$freed);
        eval { screenshot()->recv_all(sub { my $kept = $guard; die 'in between' }) };
    }
    is($freed, 1, 'recv_all: a handler that died is freed');
    eval { die "earlier\n" };
    screenshot()->recv_all(sub { eval { die "inner\n" }; $_[2] });
    is($@, "earlier\n", "recv_all: leaves the caller's \\$@ alone");
};

subtest 'sending' => sub {
    # One that leads nowhere: libvirt asks the handlers before it looks.
    my $stream = $conn->new_stream;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->send("\x{263a}", 3) }, 'characters are no bytes', qr/argument 'data' has a character above 255/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->send('a', -1) }, 'fewer than none', qr/argument 'nbytes' is -1/);
    my @given;
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $stream->send_all(sub { @given = @_; $_[1] = 'abc'; 3 }) }, 'send_all: succeeds with a handler that writes');
    is_deeply([scalar @given, $given[0] == $stream, $given[1], $given[2] > 1000], [3, 1, '', 1],
        'send_all: the handler gets the stream, an empty buffer and what it may put there');

    my %ends = (
        'dies'                         => [sub { die "gone\n" }, qr/\Agone\n\z/],
        'gives up'                     => [sub { -1 }, qr/send handler failed/],
        'promises more than it writes' => [sub { $_[1] = 'ab'; 3 }, qr/the handler's answer is 3; it has written 2 bytes, at most \d+ were asked for/],
        'writes too much'              => [sub { $_[1] = 'x' x ($_[2] + 1); $_[2] + 1 }, qr/the handler's answer is \d+; it has written \d+ bytes/],
        'writes characters'            => [sub { $_[1] = "\x{263a}"; 1 }, qr/the handler's data has a character above 255/],
    );
    for my $how (sort keys %ends) {
        my ($handler, $error) = @{ $ends{$how} };
        ok(!eval { $conn->new_stream->send_all($handler); 1 }, "send_all: dies of a handler that $how");
        like($@, $error, "send_all: says what is wrong with a handler that $how");
    }
    is_deeply([$conn->new_stream->send_all(sub { $_[1] = 'text'; 0 })], [], 'send_all: ends when the handler gives 0');
    is_deeply([$conn->new_stream->send_all(sub { return })], [], 'send_all: ends when the handler gives nothing');
};

subtest 'holes' => sub {
    my $stream = $conn->new_stream;
    unsupported($stream, 'send_hole', ['8589934592', 0], 'virStreamSendHole');
    unsupported($stream, 'recv_hole', [0], 'virStreamRecvHole');
    unsupported($stream, 'sparse_recv_all', [sub { $_[2] }, sub { 0 }], 'virStreamRecvFlags');

    my @calls;
    my $data = sub { push @calls, 'data'; $_[1] = ''; 0 };
    my $skip = sub { push @calls, "skip $_[1]"; 0 };
    my $holes = sub { my @answer = @_; sub { push @calls, 'hole'; @answer } };
    $conn->new_stream->sparse_send_all($data, $holes->(0, 0), $skip);
    is_deeply(\@calls, ['hole', 'data'], 'sparse_send_all: ends where no data, no hole and no bytes are');
    my %ends = (
        'dies'              => [sub { die "lost\n" }, qr/\Alost\n\z/],
        'gives nothing'     => [sub { return }, qr/the handler's answer is not a flag and a length/],
        'gives only a flag' => [sub { 1 }, qr/the handler's answer is not a flag and a length/],
        'gives less than nothing' => [sub { (0, -1) }, qr/the handler's answer is -1, not between 0 and/],
        'gives no length'   => [sub { (1, 'long') }, qr/the handler's answer is 'long', not an integer/],
    );
    for my $how (sort keys %ends) {
        my ($handler, $error) = @{ $ends{$how} };
        ok(!eval { $conn->new_stream->sparse_send_all($data, $handler, $skip); 1 }, "sparse_send_all: dies of a handler that $how");
        like($@, $error, "sparse_send_all: says what is wrong with a handler that $how");
    }
    @calls = ();
    ok(!eval { $conn->new_stream->sparse_send_all($data, $holes->(0, 4096), $skip); 1 }, 'sparse_send_all: dies of a hole that cannot be sent');
    is_deeply(\@calls, ['hole'], 'sparse_send_all: does not skip a hole that cannot be sent') or diag(@calls);

    for my $end (qw(finish abort)) {
        my $over = screenshot();
        $over->$end;
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $over->send_hole(4096) }, "send_hole after $end", qr/send_hole: the stream has ended/);
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $over->sparse_send_all($data, $holes->(0, 4096), $skip) }, "sparse_send_all after $end",
            qr/the stream has ended/);
    }
    my $over = $conn->new_stream;
    eval { $over->send_all(sub { -1 }) };
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $over->send_hole(4096) }, 'send_hole after a handler gave up', qr/the stream has ended/);
    $over = $conn->new_stream;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $over->sparse_send_all($data, sub { $over->abort; (0, 4096) }, $skip) },
        'a hole handler that aborts', qr/the stream has ended/);
    undef $_ for $stream, $over;
    unsupported($conn->new_stream, 'send_hole', [4096], 'virStreamSendHole');
};

# libvirt checks none of that, and crashes, waits for ever or loses descriptors.
subtest 'a stream in use' => sub {
    for my $flags (0, Sys::Virt::Stream::NONBLOCK) {
        my $stream = screenshot($flags);
        for my $method (qw(screenshot open_console open_channel)) {
            fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->$method($stream, $method eq 'screenshot' ? 0 : undef) },
                "$method: refuses a stream in use", qr/$method: argument 'st' is a stream in use: finish or abort it first/);
        }
        my %send = (
            send            => ['st', 'data', 4],
            send_hole       => ['st', 4096],
            send_all        => ['stref', sub { 0 }],
            sparse_send_all => ['stref', sub { 0 }, sub { (0, 4096) }, sub { 0 }],
        );
        for my $method (sort keys %send) {
            my ($name, @arguments) = @{ $send{$method} };
            fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->$method(@arguments) },
                "$method: refuses a stream for reading", qr/$method: argument '$name' is a stream for reading/);
        }
        my $got;
        do { $got = $stream->recv(my $data, 8) } while $got == -2;
        is($got, 8, 'recv: reads on from a stream that was refused');
        $stream->abort;
        $dom->screenshot($stream, 0);
        do { $got = $stream->recv(my $data, 8) } while $got == -2;
        is($got, 8, 'screenshot: takes a stream again that was aborted');
    }
};

sub descriptors { return scalar(() = glob "/proc/$$/fd/*") }

subtest 'dropped streams' => sub {
    my $before = descriptors();
    screenshot($_ % 2 && Sys::Virt::Stream::NONBLOCK) for 1 .. 100;
    # With a deadline, that of a call is closed by the thread that has made it.
    ok(until_true(sub { descriptors() <= $before }, 5), 'screenshot: no descriptor is left of 100 streams that were dropped');
};

subtest 'a forked child' => sub {
    my $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
    my $pid = open my $child, '-|';
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        alarm 20;
        for my $method (qw(recv finish abort)) {
            print eval { $stream->$method($method eq 'recv' ? (my $data, 1) : ()); 1 } ? "done\n" : $@->message;
        }
        undef $stream;
        exit 0;
    }
    my @said = <$child>;
    close $child;
    is($?, 0, 'fork: a child with a stream ends');
    like($said[$_], qr/argument 'st' is a stream that does not block, and belongs to the parent process/, "$_: refused in a child")
        for 0 .. 2;
    $stream->abort;
};

subtest 'events' => sub {
    my $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
    my ($all, @first, $done) = '';
    my @result = $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub {
        my ($on, $events) = @_;
        @first = (scalar @_, $on == $stream, $events) if !@first;
        my $got = $on->recv(my $data, 8192);
        return if $got == -2;
        if ($got) { $all .= $data; return }
        $on->remove_callback;
        $on->finish;
        $done = 1;
    });
    is_deeply(\@result, [], 'add_callback gives nothing');
    run_until(sub { $done });
    is_deeply(\@first, [2, 1, Sys::Virt::Stream::EVENT_READABLE], 'add_callback: the callback gets the stream and the event');
    ok($all eq $picture, 'add_callback: the callback reads everything');

    $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
    fails(undef, sub { $stream->update_callback(Sys::Virt::Stream::EVENT_WRITABLE) }, 'update_callback without one');
    fails(undef, sub { $stream->remove_callback }, 'remove_callback without one');
    my ($calls, $freed) = (0, 0);
    {
        my $guard = Local::Guard->new(\$freed);
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { my $kept = $guard; $calls++; $_[0]->remove_callback; die "in a callback\n" });
    }
    fails(undef, sub { $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { }) }, 'add_callback: refuses a second callback');
    is($freed, 0, 'add_callback: keeps the callback');
    ok(!eval { run_until(sub { $calls }); 1 }, 'add_callback: a callback that dies ends the turn of the loop');
    is($@, "in a callback\n", 'add_callback: its exception comes out of the loop');
    run_until(sub { $freed });
    is("$calls $freed", '1 1', 'remove_callback: a callback that removes itself is freed');
    $stream->abort;

    $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
    $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { $calls++ });
    is_deeply([$stream->update_callback(Sys::Virt::Stream::EVENT_HANGUP)], [], 'update_callback gives nothing');
    $calls = 0;
    run_until(sub { 0 });
    is($calls, 0, 'update_callback: the callback is not called for what it waits no more for');
    is_deeply([$stream->remove_callback], [], 'remove_callback gives nothing');
    $stream->abort;

    my @told;
    $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
    $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { push @told, $_[1]; die "told\n" });
    ok(!eval { $stream->abort; 1 }, 'abort: dies when the callback dies that is told of it');
    is($@, "told\n", "abort: dies of the callback's exception");
    is_deeply(\@told, [Sys::Virt::Stream::EVENT_ERROR], 'abort: the callback is told of an error');

    for my $end (qw(finish abort)) {
        $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { });
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { }) },
            'add_callback: refuses a second callback', qr/argument 'stref' is a stream that has a callback already/);
        $stream->$end;
        my ($turns, $due) = (0, 0);
        my $timer = Sys::Virt::Event::add_timeout(200, sub { $due = 1 });
        while (!$due) { Sys::Virt::Event::run_default; $turns++ }
        Sys::Virt::Event::remove_timeout($timer);
        cmp_ok($turns, '<', 1000, "$end: the loop does not spin on the callback of a stream that has ended");
    }
};

# Runs the event loop, at most for a while.
sub run_until {
    my ($done) = @_;
    my $turns = 0;
    my $timer = Sys::Virt::Event::add_timeout(5, sub { $turns++ });
    Sys::Virt::Event::run_default while !$done->() && $turns < 40;
    Sys::Virt::Event::remove_timeout($timer);
    return;
}

subtest 'a stream that leads nowhere' => sub {
    my $stream = $conn->new_stream;
    unsupported($stream, 'send', ['x', 1], 'virStreamSend');
    unsupported($stream, 'recv', [my $data, 1], 'virStreamRecv');
    unsupported($stream, 'finish', [], 'virStreamFinish');
    unsupported($stream, 'add_callback', [Sys::Virt::Stream::EVENT_READABLE, sub { }], 'virStreamEventAddCallback');
    unsupported($stream, 'update_callback', [Sys::Virt::Stream::EVENT_READABLE], 'virStreamEventUpdateCallback');
    unsupported($stream, 'remove_callback', [], 'virStreamEventRemoveCallback');
    is_deeply([$stream->abort], [], 'abort: works on a stream that is tied to nothing');
};

# libvirt itself never frees the callback of a remote stream.
my %ends = (
    'removed'              => sub { $_[0]->remove_callback },
    'removed by itself'    => sub { },
    'of an aborted stream' => sub { $_[0]->abort },
    'of a finished stream' => sub { my $data; 1 while $_[0]->recv($data, 65536) > 0; $_[0]->finish },
);

sub lets_go {
    for my $name (sort keys %ends) {
        my ($called, $freed) = (0, 0);
        {
            my $stream = screenshot(Sys::Virt::Stream::NONBLOCK);
            $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, do {
                my $guard = Local::Guard->new(\$freed);
                sub { my $kept = $guard; $called++; $_[0]->remove_callback if $name eq 'removed by itself' };
            });
            is($freed, 0, "add_callback: a callback $name is kept");
            run_until(sub { $called });
            ok($called, 'add_callback: the callback is called');
            $ends{$name}->($stream);
        }
        run_until(sub { $freed });
        is($freed, 1, 'remove_callback: the callback is freed');
    }
}

subtest 'the end of callbacks' => \&lets_go;
subtest 'the end of callbacks, with a daemon' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    $conn = $daemon->connect;
    $dom  = $conn->get_domain_by_name('test');
    lets_go();
};
done_testing;

package Local::Tied;
our $stored;
sub TIESCALAR { return bless [] }
sub FETCH     { return $stored }
sub STORE     { $stored = $_[1] }

package Local::Guard;
sub new     { my ($class, $freed) = @_; return bless [$freed], $class }
sub DESTROY { ${ $_[0][0] }++ }
