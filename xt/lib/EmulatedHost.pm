package EmulatedHost;

# The host of xt/host.sh, which the whole test may use and change: it is gone after the run.
#
#   my $host = EmulatedHost->new;      skips the test when SYS_VIRT_TEST_HOST does not name its directory
#   $host->connect                     a connection to its QEMU driver
#   $host->run('cat /proc/cmdline')    what its shell says to that, without the last newline; dies when
#                                      the last command fails
#   $host->until('test -e /x', $what)  a test: that it succeeds, within a minute
#   $host->machine_events              from now on those that QEMU below it sends
#   $host->next_machine_event($name)   waits for the next of that name, for three minutes; its time, or undef

use strict;
use warnings;
use IO::Socket::UNIX;
use JSON::PP qw(decode_json);
use Sys::Virt;
use Test::More;
use Time::HiRes qw(sleep time);

sub new {
    my ($class) = @_;
    my $dir = $ENV{SYS_VIRT_TEST_HOST} // plan(skip_all => 'xt/host.sh runs this on a host of its own');
    return bless { dir => $dir }, $class;
}

sub connect { return Sys::Virt->new(uri => 'qemu+tcp://127.0.0.1:16509/system') }

sub ask {
    my ($self, $command) = @_;
    open my $out, '-|', qw(timeout 120 ssh -n -F), "$self->{dir}/ssh", 'emulated', "exec 2>&1; $command" or die "ssh: $!";
    chomp(my $text = do { local $/; <$out> } // '');
    return (close $out, $text);
}

sub run {
    my ($self, $command) = @_;
    my ($ok, $text) = $self->ask($command);
    die "$command: $text\n" if !$ok;
    return $text;
}

sub until {
    my ($self, $command, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $end = time + 60;
    my ($ok, $text) = $self->ask($command);
    while (!$ok && time < $end) {
        sleep 0.5;
        ($ok, $text) = $self->ask($command);
    }
    ok($ok, $what) or diag($text);
    return;
}

sub machine_events {
    my ($self) = @_;
    my $monitor = $self->{monitor} = IO::Socket::UNIX->new("$self->{dir}/monitor") or die "$self->{dir}/monitor: $!";
    print $monitor qq({"execute": "qmp_capabilities"}\n);
    return;
}

sub next_machine_event {
    my ($self, $name) = @_;
    my $time;
    eval {
        local $SIG{ALRM} = sub { die "three minutes\n" };
        alarm 180;
        while (!defined $time && defined(my $line = readline $self->{monitor})) {
            my $message = decode_json($line);
            my $at = $message->{timestamp};
            $time = $at->{seconds} + $at->{microseconds} / 1e6 if ($message->{event} // '') eq $name;
        }
    };
    alarm 0;
    return $time;
}

1;
