use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file

my $stream;

on_node {
    $stream = $conn->new_stream;
};

my $package = 'Sys::Virt::Stream';

case 'new_stream', sub { ref $conn->new_stream };
case 'new_stream(undef)', sub { ref $conn->new_stream(undef) };
case 'new_stream(0)', sub { ref $conn->new_stream(0) };
case 'new_stream, not blocking', sub { ref $conn->new_stream(Sys::Virt::Stream::NONBLOCK) };
case 'new_stream, unused flag', sub { ref $conn->new_stream(1 << 30) };

# A stream that was never tied to anything.
case 'send', sub { $stream->send('text', 4) };
case 'recv', sub { my $data = ''; attempt { $stream->recv($data, 10) }, $data };
case 'recv with flags', sub { my $data = ''; attempt { $stream->recv($data, 10, Sys::Virt::Stream::RECV_STOP_AT_HOLE) } };
case 'send_hole', sub { $stream->send_hole(4096) };
case 'send_hole as text', sub { $stream->send_hole('8589934592', 0) };
forms 'recv_hole', sub { $stream->recv_hole(@flags) };
case 'finish', sub { $stream->finish };
case 'abort', sub { $stream->abort };
case 'add_callback', sub { $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub { }) };
case 'update_callback', sub { $stream->update_callback(Sys::Virt::Stream::EVENT_WRITABLE) };
case 'remove_callback', sub { $stream->remove_callback };
case 'send_all', sub { $stream->send_all(sub { observe(scalar @_); 0 }) };
case 'recv_all', sub { $stream->recv_all(sub { observe(scalar @_); 0 }) };
case 'sparse_recv_all', sub { $stream->sparse_recv_all(sub { 0 }, sub { 0 }) };
case 'sparse_send_all', sub { $stream->sparse_send_all(sub { 0 }, sub { (0, 0) }, sub { 0 }) };

# The test driver's screenshot is a picture that it carries.
sub picture {
    my ($shot) = @_;
    my $data = '';
    $shot->recv_all(sub {
        my ($on, $piece, $length) = @_;
        $data .= substr $piece, 0, $length;
        return $length;
    });
    $shot->finish;
    return $data;
}

case 'screenshot', sub { $dom->screenshot($stream, 0) };
case 'screenshot, its bytes by recv_all', sub {
    my $type = $dom->screenshot($stream, 0);
    my $data = picture($stream);
    require Digest::MD5;
    $type, length $data, substr($data, 0, 8), Digest::MD5::md5_hex($data);
};
case 'screenshot, its bytes by recv', sub {
    $dom->screenshot($stream, 0);
    my ($total, $last) = (0, undef);
    while (1) {
        $last = $stream->recv(my $data, 8192);
        last if $last <= 0;
        $total += $last;
        die 'the length is not that of the data' if length $data != $last;
    }
    $stream->finish;
    $total, $last;
};
case 'screenshot, what the handler is given', sub {
    $dom->screenshot($stream, 0);
    my $calls = 0;
    $stream->recv_all(sub {
        observe(scalar @_, ref $_[0], $_[0] == $stream, length $_[1], $_[2]) if !$calls++;
        return $_[2];
    });
    $stream->finish;
};
case 'screenshot, a handler that takes less', sub {
    $dom->screenshot($stream, 0);
    my $total = 0;
    $stream->recv_all(sub { my $taken = $_[2] > 100 ? 100 : $_[2]; $total += $taken; return $taken });
    $stream->finish;
    $total;
};
case 'screenshot, a handler that gives up', sub {
    $dom->screenshot($stream, 0);
    $stream->recv_all(sub { -1 });
};
case 'screenshot, recv of nothing', sub { $dom->screenshot($stream, 0); my $data; $stream->recv($data, 0) };
case 'screenshot, aborted', sub { $dom->screenshot($stream, 0); $stream->abort; attempt { $stream->recv(my $data, 1) } };
case 'screenshot, written to', sub { $dom->screenshot($stream, 0); $stream->send('x', 1) };
case 'screenshot, another screen', sub { $dom->screenshot($stream, 7) };
case 'screenshot of an inactive domain', sub { $conn->get_domain_by_name('idle')->screenshot($stream, 0) };
case 'screenshot, a hole', sub { $dom->screenshot($stream, 0); $stream->recv_hole };
