# What libvirt would keep for ever: callbacks of streams that have ended, or end in odd ways. Each
# leaves a loop that has a rest, and no descriptor, in this process and with a daemon.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::Stream;
use Test::SysVirt::Daemon;
use Test::SysVirt::Driver;

my ($READABLE, $WRITABLE, $ERROR) = (Sys::Virt::Stream::EVENT_READABLE, Sys::Virt::Stream::EVENT_WRITABLE, Sys::Virt::Stream::EVENT_ERROR);
my $uri = 'test:///default';

sub stream_of {
    my ($conn, $flags) = @_;
    my $stream = $conn->new_stream($flags // 0);
    $conn->get_domain_by_name('test')->screenshot($stream, 0);
    return $stream;
}

sub descriptors { return scalar(() = glob "/proc/$$/fd/*") }

# How often the loop turns in a while.
sub turns {
    my ($turns, $due) = (0, 0);
    my $timer = Sys::Virt::Event::add_timeout(100, sub { $due = 1 });
    while (!$due) { Sys::Virt::Event::run_default(); $turns++ }
    Sys::Virt::Event::remove_timeout($timer);
    return $turns;
}

# Lets it turn until something has happened, or never will.
sub turns_until { my ($happened) = @_; for (1 .. 50) { turns(); last if $happened->() } return }

# In a process without a loop, libvirt would lose the stream.
fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { stream_of(Sys::Virt->new(uri => $uri))->add_callback($READABLE, sub { }) },
    'add_callback without an event loop', qr/no event loop is registered/);

my %cases = (
    'a stream destroyed' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        $stream->add_callback($WRITABLE, sub { });
        $stream->DESTROY;
    },
    'a stream destroyed by its callback' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        $stream->add_callback($READABLE, sub { $_[0]->DESTROY });
        turns();
    },
    'recv_all that does not begin' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn, Sys::Virt::Stream::NONBLOCK);
        $stream->add_callback($READABLE, sub { });
        fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $stream->recv_all(sub { }) }, 'recv_all of a stream that does not block', qr/does not block/);
        ok(eval { $stream->recv(my $data, 1); 1 }, 'recv_all: leaves a stream as it is that it refuses');
        $stream->abort;
    },
    'recv_all that fails' => sub {
        my ($conn) = @_;
        for my $events (0, $READABLE) {
            my $stream = stream_of($conn);
            my @told;
            $stream->add_callback($events, sub { push @told, $_[1] });
            ok(!eval { $stream->recv_all(sub { -1 }); 1 }, 'recv_all: dies of a handler that gives up');
            is_deeply(\@told, [$ERROR], 'recv_all: the callback is told that the stream was aborted');
        }
    },
    'sparse_recv_all that fails' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        $stream->add_callback(0, sub { });
        ok(!eval { $stream->sparse_recv_all(sub { -1 }, sub { -1 }); 1 }, 'sparse_recv_all: dies');
    },
    'recv_all that succeeds' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        my @told;
        $stream->add_callback(0, sub { push @told, $_[1]; $_[0]->remove_callback });
        $stream->recv_all(sub { $_[2] });
        turns();
        is_deeply(\@told, [], 'recv_all: leaves the callback what it was for');
        $stream->update_callback($READABLE);
        turns();
        is_deeply(\@told, [$READABLE], 'update_callback: works after recv_all');
        $stream->finish;
    },
    'a callback of a stream that was finished' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        $stream->finish;
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->add_callback($READABLE, sub { }) }, 'add_callback after finish', qr/the stream has ended/);
        $conn->get_domain_by_name('test')->screenshot($stream, 0);
    },
    'a callback removed and added by itself' => sub {
        my ($conn) = @_;
        my ($freed, @called) = 0;
        my $stream = stream_of($conn);
        {
            my $guard = Local::Guard->new(\$freed);
            $stream->add_callback($READABLE, sub {
                my $kept = $guard;
                push @called, 'first';
                $_[0]->remove_callback;
                for my $method (qw(remove_callback update_callback)) {
                    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $stream->$method((0) x ($method =~ /^up/)) }, "$method of a callback that has removed itself");
                }
                $_[0]->add_callback($WRITABLE, sub { push @called, $_[1]; $_[0]->remove_callback });
                fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $stream->add_callback($READABLE, sub { }) }, 'add_callback: refuses a third', qr/has a callback already/);
            });
        }
        turns_until(sub { @called > 1 });
        is_deeply(\@called, ['first', $WRITABLE], 'add_callback: a callback may add another in its place');
        is($freed, 1, 'remove_callback: the one that added another is freed');
    },
    'a callback that ends its stream and begins another' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        my $again;
        $stream->add_callback($READABLE, sub {
            my ($on) = @_;
            $on->abort;
            $conn->get_domain_by_name('test')->screenshot($on, 0);
            $on->add_callback($READABLE, sub { $again++; $_[0]->abort });
        });
        turns_until(sub { $again });
        is($again, 1, 'add_callback: a stream that was connected again has a callback again');
    },
    'a handler that ends its stream and begins another' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        my $dom = $conn->get_domain_by_name('test');
        ok(!eval { $stream->recv_all(sub { $stream->abort; $dom->screenshot($stream, 0); $_[2] }); 1 }, 'recv_all: dies of that');
        like($@, qr/a stream in use/, 'screenshot: refuses a stream that libvirt is not done with');
        $dom->screenshot($stream, 0);
        $stream->recv_all(sub { $_[2] });
        $stream->finish;
    },
    'a callback that removes itself when it is told' => sub {
        my ($conn) = @_;
        my $stream = stream_of($conn);
        my $removed;
        $stream->add_callback($READABLE, sub { $_[0]->remove_callback; $removed++ });
        $stream->abort;
        is($removed, 1, 'remove_callback: works when it is told of an abort');
    },
);

sub leaves_nothing {
    my ($uri) = @_;
    Sys::Virt->new(uri => $uri);
    turns();
    for my $name (sort keys %cases) {
        my $before = descriptors();
        eval { $cases{$name}->(Sys::Virt->new(uri => $uri)); 1 } or fail("$name: $@");
        turns();
        cmp_ok(turns(), '<', 50, "$name: the loop has nothing to do");
        is(descriptors(), $before, "$name: leaves no descriptor");
    }
}

Sys::Virt::Event::register_default();
turns();
subtest 'in this process' => sub { leaves_nothing($uri) };
subtest 'with a daemon' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    leaves_nothing($daemon->uri);
};
done_testing;

package Local::Guard;
sub new     { my ($class, $freed) = @_; return bless { freed => $freed }, $class }
sub DESTROY { ${ $_[0]{freed} }++ }
