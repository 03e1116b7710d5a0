package Test::SysVirt::Fleet;

# Many hosts, each as far away as one likes: one libvirtd of the test's own behind relays that
# hold back what they pass on (relay.c). None of them knows of this machine's guests.
#
#   my $fleet = Test::SysVirt::Fleet->start(hosts => 50, delay => 0.020);
#                             skips the test or subtest without a libvirtd or a C compiler;
#                             delay is that of a round trip, in seconds
#   $fleet->uris              the test driver of each host
#   $fleet->uri($i)           that of one
#   $fleet->hung_uri          a host that takes connections and says nothing
#   $fleet->storage_uri($i)   the storage driver of one host, which all share
#   $fleet->daemon            their libvirtd
#   $fleet->delay($seconds)   of a round trip, from now on
#   $fleet->stop_host($i)     it takes what is sent and says nothing, as if stopped by a signal
#   $fleet->resume_host($i)   it goes on
#   $fleet->kill_host($i)     its connections end, and there are no new ones
#   $fleet->waiting($i)       how many bytes were sent to a stopped host since it was stopped

use strict;
use warnings;

use Config;
use File::Basename qw(dirname);
use File::Temp ();
use IO::Handle;
use Test::More;
use Test::SysVirt::Daemon;

my $source = dirname(__FILE__) . '/relay.c';

sub start {
    my ($class, %opt) = @_;
    my $dir = File::Temp->newdir;
    system("$Config{cc} -O2 -o $dir/relay '$source' 2>$dir/errors") == 0
        or Test::SysVirt::Daemon->missing("no C compiler that compiles $source here");
    my $daemon = Test::SysVirt::Daemon->new(
        max_clients           => 1000,
        max_anonymous_clients => 1000,
        max_workers           => 100,
    );
    pipe my $from_us, my $to_relay or die "pipe: $!";
    pipe my $from_relay, my $to_us or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<&', $from_us or die $!;
        open STDOUT, '>&', $to_us or die $!;
        exec "$dir/relay", $daemon->socket, $opt{hosts} + 1, $opt{delay} or die "$dir/relay: $!";
    }
    $to_relay->autoflush;
    my $self = bless {
        dir => $dir, daemon => $daemon, pid => $pid, owner => $$,
        to => $to_relay, from => $from_relay, hosts => $opt{hosts},
    }, $class;
    close $_ for $from_us, $to_us;
    my $ports = <$from_relay> // die 'the relay does not run';
    $self->{uris} = [map { "test+tcp://127.0.0.1:$_/default" } split ' ', $ports];
    $self->stop_host($opt{hosts});
    return $self;
}

sub uris { @{ $_[0]{uris} }[0 .. $_[0]{hosts} - 1] }

sub uri { $_[0]{uris}[$_[1]] }

sub storage_uri { $_[0]->uri($_[1]) =~ s{^test(.*)/default\z}{storage$1/session}r }

sub daemon { $_[0]{daemon} }

sub hung_uri { $_[0]{uris}[$_[0]{hosts}] }

sub delay       { $_[0]->_order(delay => $_[1]) }
sub stop_host   { $_[0]->_order(stop => $_[1]) }
sub resume_host { $_[0]->_order(resume => $_[1]) }
sub kill_host   { $_[0]->_order(kill => $_[1]) }
sub waiting     { $_[0]->_order(waiting => $_[1]) }

sub _order {
    my ($self, @words) = @_;
    print { $self->{to} } "@words\n";
    return 0 + (readline($self->{from}) // die 'the relay has ended');
}

# Another thread's copy would end it with the thread.
sub CLONE_SKIP { 1 }

sub DESTROY {
    my ($self) = @_;
    return if $self->{owner} != $$;
    local ($?, $!);
    kill KILL => $self->{pid};
    waitpid $self->{pid}, 0;
    # Before the directory that its socket is in.
    delete $self->{daemon};
}

1;
