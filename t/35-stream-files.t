# Streams that libvirt moves from and to files, with no Perl in between.
use strict;
use warnings;
use lib 't/lib';
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK SEEK_CUR SEEK_SET);
use File::Temp qw(tempdir);
use Socket qw(AF_UNIX PF_UNSPEC SOCK_STREAM);
use Symbol qw(gensym);
use Sys::Virt;
use Test::More;
use Test::SysVirt::Daemon;
use Test::SysVirt::Driver;
use Test::SysVirt::File qw(slurp);
use Test::SysVirt::Futures;
use Time::HiRes qw(alarm sleep time);

my $daemon = Test::SysVirt::Daemon->new;
my $conn   = $daemon->storage;
my $pool   = $daemon->pool($conn);
my $dir    = tempdir(CLEANUP => 1);
watchdog(300);

my $content = join '', map { pack 'N', $_ * 2654435761 % 2**32 } 1 .. 1 << 18;
my $size    = length $content;
my ($upload_sparse, $download_sparse)
    = (Sys::Virt::StorageVol::VOL_UPLOAD_SPARSE_STREAM, Sys::Virt::StorageVol::VOL_DOWNLOAD_SPARSE_STREAM);

sub volume {
    my ($name, $bytes) = @_;
    return $pool->create_volume(
        "<volume><name>$name</name><capacity>$bytes</capacity><allocation>0</allocation></volume>");
}

# A stream to or from a volume.
sub stream {
    my ($direction, $volume, $flags, $on) = @_;
    my $stream = ($on // $conn)->new_stream;
    $volume->$direction($stream, 0, 0, $flags // 0);
    return $stream;
}

sub file {
    my ($name, @parts) = @_;
    open my $out, '>:raw', "$dir/$name" or die $!;
    print $out @parts;
    close $out or die $!;
    return "$dir/$name";
}

sub opened {
    my ($mode, $name) = @_;
    open my $handle, $mode, "$dir/$name" or die "$dir/$name: $!";
    return $handle;
}

# How many bytes of the file are on the disk.
sub allocated { (stat $_[0])[12] * 512 }

my $volume = volume(full => $size);
file(content => $content);

subtest 'a file goes up and down' => sub {
    my $up = stream(upload => $volume);
    is($up->bytes_transferred, 0, 'bytes_transferred: 0 before anything has moved');
    is_deeply([$up->send_file(opened('<', 'content'))], [$size], 'send_file: gives the number of bytes');
    is($up->bytes_transferred, $size, 'bytes_transferred: the same');
    $up->finish;
    is($up->bytes_transferred, $size, 'bytes_transferred: when the stream has ended, too');
    ok(slurp($volume->get_path) eq $content, 'send_file: all bytes are in the volume');

    my $down = stream(download => $volume);
    my $out = opened('>', 'down');
    is_deeply([$down->recv_file($out)], [$size], 'recv_file: gives the number of bytes');
    is($down->bytes_transferred, $size, 'bytes_transferred: the same');
    $down->finish;
    ok(slurp("$dir/down") eq $content, 'recv_file: all bytes are in the file');
};

subtest 'the place of the handle' => sub {
    file(marked => "first line\n", $content);
    my $in = opened('<', 'marked');
    is(scalar <$in>, "first line\n", 'a line is read');
    my $up = stream(upload => $volume);
    is($up->send_file($in), $size, 'send_file: what follows is sent, whatever perl has read ahead');
    $up->finish;
    ok(slurp($volume->get_path) eq $content, 'send_file: it arrives');
    is(sysseek($in, 0, SEEK_CUR), 11 + $size, 'send_file: the descriptor is behind it');

    my $out = opened('>', 'placed');
    print $out 'before';
    my $down = stream(download => $volume);
    is($down->recv_file($out), $size, 'recv_file: writes to a handle that has something to write');
    $down->finish;
    print $out 'after';
    close $out or die $!;
    ok(slurp("$dir/placed") eq "before${content}after", 'recv_file: everything is in its place');

    open my $middle, '+<', "$dir/placed" or die $!;
    seek $middle, 3, SEEK_SET;
    $down = stream(download => $volume);
    $down->recv_file($middle);
    $down->finish;
    ok(slurp("$dir/placed") eq "bef${content}oreafter" =~ s/oreafter\z/substr("before${content}after", 3 + $size)/er,
        'recv_file: neither begins at the start of the file nor cuts it off');

    open my $layered, '>:utf8', "$dir/layered" or die $!;
    $down = stream(download => $volume);
    $down->recv_file($layered);
    $down->finish;
    ok(slurp("$dir/layered") eq $content, 'recv_file: layers of the handle do not see the bytes');
};

subtest 'what can be a handle' => sub {
    my $down = sub {
        my ($handle, $what) = @_;
        my $stream = stream(download => $volume);
        is($stream->recv_file($handle), $size, "recv_file: $what");
        $stream->finish;
        ok(slurp("$dir/out") eq $content, "recv_file: $what gets all bytes");
    };
    my $out = opened('>', 'out');
    $down->(fileno $out, 'the number of a descriptor');
    open OUT, '>', "$dir/out" or die $!;
    $down->(*OUT, 'a glob');
    open OUT, '>', "$dir/out" or die $!;
    $down->(*OUT{IO}, 'what is in a glob');
    close OUT;
    require IO::File;
    $down->(IO::File->new("$dir/out", 'w'), 'an IO::File');
    my $temporary = File::Temp->new;
    my $stream = stream(download => $volume);
    is($stream->recv_file($temporary), $size, 'recv_file: a File::Temp');
    $stream->finish;
    $down->(Local::Handled->new(opened('>', 'out')), 'an object that is used as a handle');
};

subtest 'pipes and sockets' => sub {
    my $ends = sub {
        my ($what, $reader, $writer) = @_;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            close $writer;
            my $all = '';
            while (sysread $reader, $all, 65536, length $all) { sleep 0.001 }
            exec $^X, '-e', 'exit 0' if $all eq $content;
            exec $^X, '-e', 'exit 1';
        }
        close $reader;
        my $stream = stream(download => $volume);
        is($stream->recv_file($writer), $size, "recv_file: $what");
        $stream->finish;
        close $writer;
        waitpid $pid, 0;
        is($?, 0, "recv_file: all comes out of $what");
    };
    pipe my $reader, my $writer or die $!;
    $ends->('a pipe', $reader, $writer);
    socketpair my $here, my $there, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
    fcntl $there, F_SETFL, O_NONBLOCK | fcntl $there, F_GETFL, 0 or die $!;
    $ends->('a socket that does not block', $here, $there);

    open my $cat, '-|', 'cat', "$dir/content" or die $!;
    my $up = stream(upload => $volume);
    is($up->send_file($cat), $size, 'send_file: from a pipe');
    $up->finish;
    ok(slurp($volume->get_path) eq $content, 'send_file: all that came through the pipe is in the volume');

    pipe $reader, $writer or die $!;
    syswrite $writer, "one\ntwo\n";
    readline $reader;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { stream(upload => $volume)->send_file($reader) }, 'send_file: refuses what perl has read ahead of a pipe',
        qr/send_file: argument 'handle' is a file handle with data in its buffer that its descriptor cannot take/);
    close $reader;
    local $SIG{PIPE} = 'DEFAULT';
    fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { stream(download => $volume)->recv_file($writer) }, 'recv_file: a pipe that nobody reads is an error, no signal',
        qr/recv_file: cannot write: Broken pipe/);
};

subtest 'holes' => sub {
    my ($hole, $large) = (32 << 20, 3 * (32 << 20) + 2 * $size);
    my $path = file('sparse');
    my $out  = opened('+<', 'sparse');
    truncate $out, $large or die $!;
    for my $place ($hole, 2 * $hole + $size) {
        sysseek $out, $place, SEEK_SET;
        syswrite $out, $content;
    }
    plan(skip_all => 'this file system has no holes') if allocated($path) > $large / 2;
    sysseek $out, 0, SEEK_SET;
    my $thin = volume(thin => $large);
    my $up = stream(upload => $thin, $upload_sparse);
    is($up->sparse_send_file($out), $large, 'sparse_send_file: counts holes, too');
    is($up->bytes_transferred, $large, 'bytes_transferred: as well');
    $up->finish;
    is(sysseek($out, 0, SEEK_CUR), $large, 'sparse_send_file: the descriptor is behind the last hole');
    cmp_ok(allocated($thin->get_path), '<', 3 * $size, 'sparse_send_file: the volume has holes');
    ok(slurp($thin->get_path) eq slurp($path), 'sparse_send_file: its data is in place');

    my $down = stream(download => $thin, $download_sparse);
    my $copy = opened('>', 'copy');
    is($down->sparse_recv_file($copy), $large, 'sparse_recv_file: counts holes, too');
    $down->finish;
    is(-s "$dir/copy", $large, 'sparse_recv_file: the file ends with its last hole');
    is(sysseek($copy, 0, SEEK_CUR), $large, 'sparse_recv_file: the descriptor is behind it');
    cmp_ok(allocated("$dir/copy"), '<', 3 * $size, 'sparse_recv_file: the file has holes');
    ok(slurp("$dir/copy") eq slurp($path), 'sparse_recv_file: its data is in place');

    file(old => 'x' x ($hole + 1000));
    $down = stream(download => $thin, $download_sparse);
    $down->sparse_recv_file(opened('+<', 'old'));
    $down->finish;
    ok(slurp("$dir/old") eq slurp($path), 'sparse_recv_file: nothing of what the file had shows in a hole');

    file(log => 'begin');
    $down = stream(download => $thin, $download_sparse);
    $down->sparse_recv_file(opened('>>', 'log'));
    $down->finish;
    ok(slurp("$dir/log") eq 'begin' . slurp($path), 'sparse_recv_file: a hole can be appended');

    open my $cat, '|-', "cat > $dir/piped" or die $!;
    $down = stream(download => $thin, $download_sparse);
    is($down->sparse_recv_file($cat), $large, 'sparse_recv_file: to a pipe');
    $down->finish;
    close $cat;
    ok(slurp("$dir/piped") eq slurp($path), 'sparse_recv_file: zeros go through a pipe');

    $down = stream(download => $thin);
    is($down->recv_file(opened('>', 'copy')), $large, 'recv_file: holes are zeros');
    $down->finish;
    ok(slurp("$dir/copy") eq slurp($path), 'recv_file: as many as they are long');

    open $cat, '-|', 'cat', "$dir/content" or die $!;
    $up = stream(upload => volume(fed => $size), $upload_sparse);
    is($up->sparse_send_file($cat), $size, 'sparse_send_file: from a pipe, where nobody knows of holes');
    $up->finish;
};

subtest 'what cannot be a handle' => sub {
    open my $memory, '+<', \my $text or die $!;
    my $closed = opened('<', 'content');
    close $closed;
    opendir my $folder, $dir or die $!;
    tie *Local::TIED, 'Local::Tied';
    my %wrong = (
        'undef'                   => [undef, qr/is undef, not a file handle or a descriptor/],
        'text'                    => ['STDOUT', qr/is 'STDOUT', not a file handle or a descriptor/],
        'a negative number'       => [-1, qr/is '-1', not a file handle or a descriptor/],
        'a number too large'      => [2**32, qr/is descriptor 4294967296, which is not open/],
        'no descriptor'           => [999, qr/is descriptor 999, which is not open/],
        'a reference'             => [\'text', qr/is a reference to SCALAR, not a file handle/],
        'a handle in memory'      => [$memory, qr/is a file handle without a descriptor/],
        'a handle that is closed' => [$closed, qr/is a file handle that is not open/],
        'a folder'                => [$folder, qr/is a file handle that is not open/],
        'a handle never opened'   => [gensym(), qr/is a file handle that is not open/],
        'a tied handle'           => [\*Local::TIED, qr/is a file handle that is tied/],
    );
    for my $method (qw(recv_file send_file sparse_recv_file sparse_send_file)) {
        my $stream = stream($method =~ /recv/ ? 'download' : 'upload', $volume);
        for my $what (sort keys %wrong) {
            my ($handle, $why) = @{ $wrong{$what} };
            fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->$method($handle) }, "$method: refuses $what", qr/^Sys::Virt::Stream::$method: argument 'handle' $why/);
        }
        my ($handle, $only) = $method =~ /recv/ ? (opened('<', 'content'), 'reading') : (opened('>', 'out'), 'writing');
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->$method($handle) }, "$method: refuses one for $only", qr/$method: argument 'handle' is open for $only only/);
        my $other = stream($method =~ /recv/ ? 'upload' : 'download', $volume);
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $other->$method(opened('+<', 'content')) }, "$method: refuses a stream of the other direction",
            qr/$method: argument 'st' is a stream for (?:reading|writing)/);
        my $restless = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
        fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $restless->$method(opened('+<', 'content')) }, "$method: refuses a stream that does not block",
            qr/the stream does not block: send or receive in pieces/);
        my %function = (recv_file => 'virStreamRecv', sparse_recv_file => 'virStreamRecvFlags');
        unsupported($conn->new_stream, $method, [opened('+<', 'content')], $function{$method} // 'virStreamSend');
        is($stream->$method(opened('+<', 'content')), $size, "$method: a stream that was refused works");
        $stream->finish;
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->$method(opened('+<', 'content')) }, "$method: refuses one that has ended", qr/the stream has ended/);
    }
};

subtest 'errors of the file' => sub {
    SKIP: {
        open my $full, '+<', '/dev/full' or skip('no /dev/full here', 4);
        for my $method (qw(recv_file sparse_recv_file)) {
            my $stream = stream(download => $volume);
            fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $stream->$method($full) }, "$method: dies of a full disk", qr/^Sys::Virt::Stream::$method: cannot write: No space left on device\z/);
            fails(undef, sub { $stream->recv(my $data, 1) }, "$method: the stream is aborted then");
        }
    }
    open my $folder, '<', $dir or die $!;
    for my $method (qw(send_file sparse_send_file)) {
        my $stream = stream(upload => $volume);
        fails(Sys::Virt::Error::ERR_SYSTEM_ERROR, sub { $stream->$method($folder) }, "$method: dies of what cannot be read", qr/^Sys::Virt::Stream::$method: cannot read: Is a directory\z/);
        fails(undef, sub { $stream->send('x', 1) }, "$method: the stream is aborted then");
    }
};

subtest 'signals' => sub {
    my $large = volume(large => 256 << 20);
    open my $null, '>', '/dev/null' or die $!;
    my @seen;
    {
        my $stream = stream(download => $large);
        local $SIG{ALRM} = sub { push @seen, $stream->bytes_transferred };
        alarm 0.01, 0.01;
        is($stream->recv_file($null), 256 << 20, 'recv_file: goes on when handlers run');
        alarm 0;
        $stream->finish;
    }
    ok(@seen > 0, 'handlers run meanwhile') or return;
    is_deeply([sort { $a <=> $b } @seen], \@seen, 'bytes_transferred: grows');
    cmp_ok((grep { $_ > 0 && $_ < 256 << 20 } @seen), '>', 0, 'bytes_transferred: tells how far it is');
    my $stream = stream(download => $large);
    local $SIG{USR1} = sub { die "enough\n" };
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        sleep 0.05;
        kill USR1 => getppid;
        require POSIX;
        POSIX::_exit(0);
    }
    ok(!eval { $stream->recv_file($null); 1 }, 'recv_file: a handler that dies ends it, whether there is a deadline or not');
    is($@, "enough\n", 'with its exception');
    waitpid $pid, 0;
    ok(until_true(sub { my $before = $stream->bytes_transferred; sleep 0.2; $stream->bytes_transferred == $before }), 'and nothing moves any more');
    is($pool->get_name, $conn->list_all_storage_pools->get_name, 'the connection works');
};

subtest 'by async' => sub {
    needs('Future');
    my $large = volume(sent => 64 << 20);
    my @streams = map { stream(download => $volume) } 1 .. 8;
    my @names = map { "$dir/async$_" } 1 .. 8;
    my @futures = map { open my $out, '>', $names[$_] or die $!; $streams[$_]->async->recv_file($out) } 0 .. 7;
    is_deeply([map { $_->get } @futures], [($size) x 8], 'recv_file: eight at a time, whose handles are gone at once');
    $_->finish for @streams;
    ok(!(grep { slurp($_) ne $content } @names), 'recv_file: each file has all bytes');

    # Six that wait for the other end of a pipe, one more than a connection has places for calls.
    my @pipes = map { pipe my $reader, my $writer or die $!; [$reader, $writer] } 1 .. 6;
    my @stuck = map { stream(download => $large) } @pipes;
    @futures = map { $stuck[$_]->async->recv_file($pipes[$_][1]) } 0 .. 5;
    ok(until_true(sub { !grep { !$_->bytes_transferred } @stuck }), 'recv_file: all have begun');
    is($conn->async->list_all_storage_pools->get->get_name, $pool->get_name, 'other calls of the connection have their turn');
    ok(!(grep { $_->is_ready } @futures), 'while they wait');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stuck[0]->recv_file(opened('>', 'out')) }, 'recv_file: one at a time', qr/recv_file: another call moves the data of the stream/);
    my @before = map { $_->bytes_transferred } @stuck;
    $_->cancel for @futures;
    my $threads = tasks();
    ok(until_true(sub { tasks() < $threads || tasks() == 1 }), 'cancel: their threads end');
    is_deeply([map { $_->bytes_transferred } @stuck], \@before, 'cancel: nothing more is moved');
    fails(undef, sub { $_->recv(my $data, 1) }, 'cancel: the stream is aborted') for $stuck[0];

    my $stream = stream(download => $volume);
    ok(!eval { $stream->async->bytes_transferred; 1 }, 'bytes_transferred: not by async');
    like($@, qr/bytes_transferred/, 'it says so');
    eval { $stream->async->recv_file('none') };
    like($@, qr/recv_file: argument 'handle' is 'none', not a file handle or a descriptor at \Q$0\E line /, 'recv_file: bad arguments are an exception of the call');

    open my $full, '>', '/dev/full' or return;
    my ($error, $category) = $stream->async->recv_file($full)->await->failure;
    is($category, 'libvirt', 'recv_file: errors of the file are those of the future');
    like($error->message, qr/recv_file: cannot write: No space left on device/, 'with the text of the system');
};

subtest 'a host that is slow, or hangs' => sub {
    require Test::SysVirt::Fleet;
    my $fleet = Test::SysVirt::Fleet->start(hosts => 1, delay => 0.02);
    my $far = Sys::Virt->new(uri => $fleet->storage_uri(0));
    my $slow = $fleet->daemon->pool($far)->create_volume('<volume><name>slow</name><capacity>' . (96 << 20) . '</capacity></volume>');
    open my $null, '>', '/dev/null' or die $!;
    $far->set_timeout(1);
    my $stream = stream(download => $slow, 0, $far);
    # Stopped again and again, but never for as long as the deadline.
    my $stops = 0;
    local $SIG{ALRM} = sub {
        $fleet->stop_host(0);
        sleep 0.5;
        $fleet->resume_host(0);
        alarm 0.1 if ++$stops < 4;
    };
    my $start = time;
    alarm 0.05;
    is(eval { $stream->recv_file($null) }, 96 << 20, 'set_timeout: the deadline is for the time without any data') or diag($@);
    alarm 0;
    cmp_ok(time - $start, '>', 1, 'the whole takes longer') if $stops >= 3;
    $stream->finish;

    $stream = stream(download => $slow, 0, $far);
    local $SIG{ALRM} = sub { $fleet->stop_host(0) };
    alarm 0.05;
    $start = time;
    fails(Sys::Virt::Error::ERR_OPERATION_TIMEOUT, sub { $stream->recv_file($null) }, 'set_timeout: dies when nothing comes any more',
        qr/recv_file: no answer from 127\.0\.0\.1:\d+ within 1 s, the call is abandoned/);
    my $took = time - $start;
    ok($took >= 1 && $took < 10, 'after the deadline') or diag($took);
    my $moved = $stream->bytes_transferred;
    $fleet->resume_host(0);
    is($slow->get_info->{capacity}, 96 << 20, 'the connection works when the host goes on');
    sleep 0.2;
    cmp_ok($stream->bytes_transferred - $moved, '<', 1 << 20, 'and what was abandoned does not');
};

subtest 'fork' => sub {
    needs('Future');
    my $large = volume(forked => 64 << 20);
    my $path = $volume->get_path;
    my $stream = stream(download => $large);
    my $future = $stream->async->recv_file(opened('>', 'forked'));
    my $pid = open(my $child, '-|') // die "fork: $!";
    if (!$pid) {
        my ($error) = $future->await->failure;
        print $error->code, "\n";
        my $own = Sys::Virt->new(uri => $daemon->storage_uri);
        my $mine = $own->new_stream;
        $own->get_storage_volume_by_path($path)->download($mine, 0, 0);
        print $mine->recv_file(opened('>', 'child')), "\n";
        $mine->finish;
        undef $_ for $mine, $own, $future;
        exit 0;
    }
    chomp(my @said = <$child>);
    close $child;
    is($?, 0, 'fork: the child ends well');
    is_deeply(\@said, [Sys::Virt::Error::ERR_OPERATION_ABORTED, $size], "fork: the parent's future fails in the child, whose own stream works");
    ok(slurp("$dir/child") eq $content, 'fork: the child has its file');
    is($future->get, 64 << 20, 'fork: the parent has its own');
    $stream->finish;
};

subtest 'nothing is left' => sub {
    my $descriptors = sub { scalar(() = glob "/proc/$$/fd/*") };
    my $out = opened('>', 'out');
    my $round = sub {
        my $stream = stream(download => $volume);
        seek $out, 0, SEEK_SET;
        $stream->recv_file($out);
        $stream->finish;
        eval { stream(download => $volume)->recv_file(opened('<', 'content')) };
        eval { stream(upload => $volume)->send_file($out) };
    };
    $round->();
    my $before = $descriptors->();
    $round->() for 1 .. 20;
    ok(until_true(sub { $descriptors->() <= $before }), 'recv_file: no descriptor is left, whatever becomes of the call');
};

done_testing;

package Local::Tied;
sub TIEHANDLE { return bless [] }

package Local::Handled;
use overload '*{}' => sub { ${ $_[0] } };
sub new { my ($class, $handle) = @_; return bless \$handle, $class }
