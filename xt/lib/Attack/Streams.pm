package Attack::Streams;

# Streams, in every state.
#
#   Attack::Streams::step($self)     a step of Attack::Walk

use strict;
use warnings;
use Attack;
use Scalar::Util qw(weaken);
use Sys::Virt::Stream;

my $length = 33443;    # of the picture that the test driver shows

# What a handler of recv_all does with what it is given.
my %takes = (
    all     => sub { $_[2] },
    half    => sub { $_[2] > 1 ? $_[2] >> 1 : $_[2] },
    none    => sub { undef },
    dies    => sub { die "wanted\n" },
    'gives up' => sub { -1 },
    aborts  => sub { $_[0]->abort; $_[2] },
    forks   => sub { Attack::Walk::child(sub { exit 0 }); $_[2] },
    forgets => sub { my $taken = $_[2]; undef $_ for @_; $taken },
);

# What one of send_all does; the stream is to be read from.
my %gives = (
    nothing => sub { 0 },
    data    => sub { $_[1] = 'x' x 100; 100 },
    dies    => sub { die "wanted\n" },
    forks   => sub { Attack::Walk::child(sub { exit 0 }); 0 },
);

# What a callback does when its stream is ready.
my %ready = (
    reads   => sub { my ($stream) = @_; my $got = $stream->recv(my $data, 4096); $stream->finish if $got == 0 },
    removes => sub { $_[0]->remove_callback },
    aborts  => sub { $_[0]->abort },
    dies    => sub { $_[0]->remove_callback; die "wanted\n" },
    forks   => sub { $_[0]->remove_callback; Attack::Walk::child(sub { exit 0 }) },
    turns   => sub { $_[0]->update_callback(Sys::Virt::Stream::EVENT_HANGUP) },
    destroys => sub { $_[0]->DESTROY },
    'adds again'   => sub { my ($stream) = @_; $stream->remove_callback; $stream->add_callback(some_event(), sub { $_[0]->remove_callback }) },
    'reads all'    => sub { $_[0]->recv_all(Attack::Walk::one_of(@takes{qw(all dies)})) },
    'reads holes'  => sub { $_[0]->sparse_recv_all($takes{all}, sub { 0 }) },
    'begins again' => sub { my ($stream, undef, $self) = @_; $stream->abort; screenshot($self, $stream); $stream->add_callback(some_event(), sub { $_[0]->remove_callback }) },
);

sub step {
    my ($self) = @_;
    return whole($self) if rand() < 0.2;
    my $stream = Attack::Walk::pick($self, 'Sys::Virt::Stream');
    return fresh($self) if !$stream || rand() < 0.15;
    return turn($self) if rand() < 0.1;
    my ($name, @arguments) = @{ Attack::Walk::one_of(
        [recv => my $none = '', 0], [recv => my $one = '', 1], [recv => my $much = '', 1 << 20],
        [recv => my $flagged = '', 100, Sys::Virt::Stream::RECV_STOP_AT_HOLE],
        [send => 'a', 1], [send => 'a' x 5000, 5000], [send => '', 0],
        [send_hole => 1], [send_hole => 1 << 40], ['recv_hole'],
        (map { [recv_all => $_] } map { $takes{$_} } sort keys %takes),
        (map { [send_all => $_] } map { $gives{$_} } sort keys %gives),
        [sparse_recv_all => $takes{all}, sub { 0 }],
        [sparse_send_all => sub { 0 }, sub { (0, 10) }, sub { 0 }],
        [sparse_send_all => sub { 0 }, sub { (0, 0) }, sub { 0 }],
        (map { my $method = $_; map { [$method => $_] } handles() } qw(recv_file send_file sparse_recv_file sparse_send_file)),
        (['bytes_transferred']) x 2,
        (map { my $event = $_; map { [add_callback => $event, guarded($self, $_)] } map { $ready{$_} } sort keys %ready } 1, 2, 15),
        [update_callback => 1], [update_callback => 2], [update_callback => 0], ['remove_callback'],
        (['finish']) x 4, (['abort']) x 4, (['screenshot']) x 3,
    ) };
    return screenshot($self, $stream) if $name eq 'screenshot';
    weaken($self->{watched}[@{ $self->{watched} }] = $stream) if $name eq 'add_callback';
    Attack::Walk::attempt($self, $stream, $name, @arguments);
}

# Some that can be read, written, both or neither; of none is there more to read than from an empty file.
sub handles {
    open my $both, '+>', undef or die $!;
    open my $full, '>', '/dev/full' or die $!;
    open my $closed, '<', '/dev/null' or die $!;
    my $number = fileno $closed;
    close $closed;
    return ($both, $full, $closed, $number, \*DATA, undef);
}

# A callback keeps its stream, and is called for what nobody reads, until it is removed: that is all
# that is done here, to those that are there although nothing else has them.
sub end_callbacks {
    my ($self) = @_;
    eval { $_->remove_callback } for grep { defined } splice @{ $self->{watched} };
}

sub some_event { Attack::Walk::one_of(0, Sys::Virt::Stream::EVENT_READABLE, Sys::Virt::Stream::EVENT_WRITABLE) }

# What a callback's calls die of is expected, unless it is no error of libvirt's.
sub guarded {
    my ($self, $code) = @_;
    weaken($self);
    return sub { eval { $code->(@_, $self); 1 } or ref $@ || $@ eq "wanted\n" or die $@ };
}

sub domain {
    my ($self) = @_;
    my $conn = Attack::Walk::pick($self, 'Sys::Virt') or return;
    return (scalar(eval { $conn->get_domain_by_name('busy') }), $conn);
}

# A screenshot, which may be on a stream that is in use.
sub screenshot {
    my ($self, $stream) = @_;
    my ($dom) = domain($self);
    Attack::Walk::attempt($self, $dom, screenshot => $stream, 0) if $dom;
}

sub fresh {
    my ($self) = @_;
    my ($dom, $conn) = domain($self);
    return if !$dom;
    my ($stream) = Attack::Walk::attempt($self, $conn, new_stream => int rand 2);
    Attack::Walk::attempt($self, $dom, screenshot => $stream, 0) if $stream;
}

# Lets the loop turn: callbacks that run for ever would keep it from its timer.
sub turn {
    my ($self) = @_;
    Attack::note('step turn the loop');
    my @died = grep { $_ ne "wanted\n" } Attack::until(0.02, sub { 0 });
    die "out of the loop comes @died" if @died;
}

# A whole picture: no byte of it is lost, whatever happens on the way.
sub whole {
    my ($self) = @_;
    my $how = Attack::Walk::one_of('recv', 'recv_all', 'recv_file', 'forking', 'events');
    Attack::note("step a whole picture by $how");
    my $conn = Sys::Virt->new(uri => $self->{uri});
    my $stream = $conn->new_stream($how eq 'events' ? Sys::Virt::Stream::NONBLOCK : 0);
    $conn->get_domain_by_name('busy')->screenshot($stream, 0);
    my ($all, $forked, $done) = ('', 0, 0);
    my $take = sub { my ($on) = @_; my $got = $on->recv(my $data, 1000); $all .= $data if $got > 0; $got };
    if ($how eq 'recv') {
        1 while $take->($stream);
    } elsif ($how eq 'recv_all') {
        $stream->recv_all(sub { $all .= $_[1]; $_[2] });
    } elsif ($how eq 'recv_file') {
        open my $file, '+>', undef or die $!;
        $stream->recv_file($file);
        sysseek $file, 0, 0;
        sysread $file, $all, $length + 1;
    } elsif ($how eq 'forking') {
        $stream->recv_all(sub { Attack::Walk::child(sub { exit 0 }) if !$forked++; $all .= $_[1]; $_[2] });
    } else {
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub {
            return if $take->($_[0]);
            $_[0]->remove_callback;
            $done = 1;
        });
        Attack::until(10, sub { $done });
    }
    $stream->finish;
    die length($all), " bytes of $length\n" if length $all != $length;
}

1;
