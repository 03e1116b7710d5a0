# An event loop written in Perl, of which libvirt wants things on other threads than the loop's own: what
# comes late there is what libvirt wants then.
use strict;
use warnings;
use Config;
use Test::More;
BEGIN { plan skip_all => 'this perl has no threads' if !$Config{useithreads} }
use threads;
use Sys::Virt;
use Sys::Virt::Event;
use Sys::Virt::EventImpl;

package Local::Loop {
    our @ISA = 'Sys::Virt::EventImpl';
    my $last = 0;
    my (%entries, @calls, @removed);
    sub add { my ($kind, $wanted, @callback) = @_; $entries{ ++$last } = [$kind, $wanted, @callback]; push @calls, "add $kind $wanted"; return $last }
    sub update { my ($kind, $id, $wanted) = @_; $entries{$id}[1] = $wanted; push @calls, "update $kind $wanted"; return }
    sub remove { my ($kind, $id) = @_; push @removed, delete $entries{$id} // return -1; push @calls, "remove $kind"; return 0 }
    sub add_handle     { my ($self, $fd, @rest) = @_; return add("handle of $fd", @rest) }
    sub update_handle  { my ($self, @rest) = @_; return update(handle => @rest) }
    sub remove_handle  { my ($self, @rest) = @_; return remove(handle => @rest) }
    sub add_timeout    { my ($self, @rest) = @_; return add(timeout => @rest) }
    sub update_timeout { my ($self, @rest) = @_; return update(timeout => @rest) }
    sub remove_timeout { my ($self, @rest) = @_; return remove(timeout => @rest) }
    sub callback { my ($self, $id) = @_; return @{ $entries{$id} }[2, 3] }
    # One turn: what is due runs, what is removed is freed. Returns the calls since the last one.
    sub turn {
        my ($self) = @_;
        for my $id (sort { $a <=> $b } keys %entries) {
            my ($kind, $wanted, @callback) = @{ $entries{$id} // next };
            if    ($kind =~ /of (\d+)/)  { $self->_run_handle_callback($id, $1, $wanted, @callback[0, 1]) if main::readable($1) }
            elsif ($wanted == 0)         { $self->_run_timeout_callback($id, @callback[0, 1]) }
        }
        $self->_free_callback_opaque(@$_[4, 3]) for splice @removed;
        return join ', ', splice @calls;
    }
}

sub readable { vec(my $set = '', $_[0], 1) = 1; return select($set, undef, undef, 0) > 0 }
sub in_thread { my ($code) = @_; return threads->create({ context => 'scalar' }, $code)->join }

my $loop = bless {}, "Local::Loop";
Sys::Virt::Event::register($loop);
# From then on the loop hears of other threads.
my $conn = Sys::Virt->new(uri => 'test:///default', timeout => 60);
my $calls = 0;
my $timer = Sys::Virt::Event::add_timeout(-1, sub { $calls++ });
$loop->turn;

in_thread(sub { Sys::Virt::Event::update_timeout($timer, 0) });
is($loop->turn, 'update timeout 0', 'update_timeout: in a thread, the loop hears of it at its next turn');
$loop->turn;
cmp_ok($calls, '>', 0, 'update_timeout: and it is due');

in_thread(sub { Sys::Virt::Event::update_timeout($timer, -1) });
Sys::Virt::Event::update_timeout($timer, 0);
$calls = 0;
is($loop->turn, 'update timeout 0', 'update_timeout: in a thread and then here, the loop hears of the last');
$loop->turn;
cmp_ok($calls, '>', 0, 'update_timeout: and it is due');

my $id = in_thread(sub { Sys::Virt::Event::add_timeout(1000, sub { }) });
Sys::Virt::Event::update_timeout($id, 2000);
is($loop->turn, 'add timeout 2000', 'add_timeout: in a thread, and updated here, it is added as it is wanted then');
Sys::Virt::Event::update_timeout($id, 3000);
Sys::Virt::Event::remove_timeout($id);
is($loop->turn, 'update timeout 3000, remove timeout', 'remove_timeout: by the number that the thread got');

$id = in_thread(sub { Sys::Virt::Event::add_timeout(0, sub { }) });
Sys::Virt::Event::remove_timeout($id);
is($loop->turn, '', 'remove_timeout: of what the loop has not heard of yet, it hears nothing');

$calls = 0;
in_thread(sub { Sys::Virt::Event::remove_timeout($timer) });
$loop->_run_timeout_callback($timer, $loop->callback($timer));
is($calls, 0, 'remove_timeout: in a thread, it is not due any more, though the loop does not know');
is($loop->turn, 'remove timeout', 'remove_timeout: the loop hears of it');
is($loop->turn, '', 'the loop goes on');

done_testing;
