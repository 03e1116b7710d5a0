use Test::SysVirt::Compare::Case; # t/compare/run.pl runs this file
# Streams of a domain: its console, a channel, its screen.

Sys::Virt::Event::register_default();

qemu();
my $package = 'Sys::Virt::Domain';
my $dom = $bed->boot('stream', more => '<uuid>' . uuid(1) . '</uuid>',
    devices => "<channel type='pty'><target type='virtio' name='org.example.0'/></channel>"
        . "<graphics type='vnc' socket='" . $bed->dir . "/vnc'/>");

forms 'open_console', sub {
    my $stream = $conn->new_stream;
    my $outcome = attempt { $dom->open_console($stream, undef, @flags) };
    $outcome, attempt { $stream->abort };
}, $package, 'OPEN_CONSOLE';
case 'open_console, no such device', sub { $dom->open_console($conn->new_stream, 'none') };
forms 'open_channel', sub {
    my $stream = $conn->new_stream;
    my $outcome = attempt { $dom->open_channel($stream, undef, @flags) };
    $outcome, attempt { $stream->abort };
}, $package, 'OPEN_CHANNEL';
case 'open_channel, no such device', sub { $dom->open_channel($conn->new_stream, 'none') };
step 'open_console twice', sub {
    my ($one, $two) = map { $conn->new_stream } 1, 2;
    attempt { $dom->open_console($one, undef) }, attempt { $dom->open_console($two, undef) },
        attempt { $one->abort };
};

# The boot sector answers a byte with that byte and a digit.
sub read_answer {
    my ($stream) = @_;
    my $answer = '';
    while (length $answer < 2) {
        my $got = $stream->recv(my $data, 2 - length $answer);
        die "the console gives $got" if $got < 0;
        $answer .= $data;
    }
    return $answer;
}

step 'send and recv on the console', sub {
    my $stream = $conn->new_stream;
    $dom->open_console($stream, undef, Sys::Virt::Domain::OPEN_CONSOLE_FORCE);
    my @sent = $stream->send('a', 1);
    my $answer = read_answer($stream);
    @sent, $answer =~ /^a\d\z/ ? 'the answer' : $answer, attempt { $stream->finish };
};
step 'send of more than there is', sub {
    my $stream = $conn->new_stream;
    $dom->open_console($stream, undef, Sys::Virt::Domain::OPEN_CONSOLE_FORCE);
    my @sent = $stream->send('b', 1);
    read_answer($stream);
    @sent, attempt { $stream->abort };
};
step 'callbacks on the console', sub {
    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $dom->open_console($stream, undef, Sys::Virt::Domain::OPEN_CONSOLE_FORCE);
    my ($answer, $given) = ('');
    my $nothing = $stream->recv(my $none, 2);
    my $add = attempt {
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub {
            my ($on, $events) = @_;
            $given //= [scalar @_, ref $on, $on == $stream, $events];
            my $got = $stream->recv(my $data, 10);
            $answer .= $data if $got > 0;
            return;
        });
    };
    my $sent = $stream->send('c', 1);
    run_loop(sub { length $answer >= 2 }, 20);
    my $update = attempt { $stream->update_callback(Sys::Virt::Stream::EVENT_READABLE | Sys::Virt::Stream::EVENT_WRITABLE) };
    my $remove = attempt { $stream->remove_callback };
    $nothing, $add, $sent, $answer =~ /^c\d\z/ ? 'the answer' : $answer, $given, $update, $remove,
        attempt { $stream->remove_callback }, attempt { $stream->abort };
};

# However it is received, the picture of a guest at rest is the same.
$dom->suspend;
my $first;

sub picture {
    my ($receive) = @_;
    my $stream = $conn->new_stream;
    my $type = $dom->screenshot($stream, 0);
    my $data = '';
    my $outcome = attempt { $receive->($stream, \$data) };
    my $end = attempt { $stream->finish };
    $first //= $data;
    return $type, substr($data, 0, 15), $data eq $first ? 'the same' : 'another', $outcome, $end;
}

step 'screenshot by recv_all', sub {
    picture(sub { my ($stream, $to) = @_; $stream->recv_all(sub { $$to .= $_[1]; return $_[2] }) });
};
step 'screenshot by sparse_recv_all', sub {
    picture(sub {
        my ($stream, $to) = @_;
        $stream->sparse_recv_all(sub { $$to .= $_[1]; return $_[2] }, sub { $$to .= "\0" x $_[1]; return 0 });
    });
};
step 'screenshot by recv', sub {
    picture(sub {
        my ($stream, $to) = @_;
        while ((my $got = $stream->recv(my $data, 65536)) > 0) { $$to .= $data }
        return;
    });
};
step 'screenshot, a handler that dies', sub {
    my $stream = $conn->new_stream;
    $dom->screenshot($stream, 0);
    attempt { $stream->recv_all(sub { die "enough\n" }) };
};
step 'screenshot, a handler that gives up', sub {
    my $stream = $conn->new_stream;
    $dom->screenshot($stream, 0);
    attempt { $stream->recv_all(sub { return -1 }) };
};
forms 'screenshot', sub {
    my $stream = $conn->new_stream;
    my $outcome = attempt { $dom->screenshot($stream, 0, @flags) };
    eval { $stream->abort };
    $outcome;
};
case 'screenshot, no such screen', sub { $dom->screenshot($conn->new_stream, 7) };
