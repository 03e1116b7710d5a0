use strict;
use warnings;
use lib 't/lib';
use Test::More;
use POSIX ();
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;

# libvirt writes to what may be gone, and has to hear of that by an error. SIGPIPE ends the process
# only where the script itself writes.

Sys::Virt::Event::register_default();
$SIG{PIPE} = 'DEFAULT';

# How a child that runs $code ends: '' if it lives, what it died with, or the signal.
sub ending {
    my ($code) = @_;
    pipe my $reader, my $writer or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        close $reader;
        my $lives = eval { $code->(); 1 };
        syswrite $writer, $@ if !$lives;
        POSIX::_exit(0);
    }
    close $writer;
    my $said = join '', <$reader>;
    waitpid $pid, 0;
    return $? & 127 ? 'signal ' . ($? & 127) : $said;
}

sub write_to_nobody {
    pipe my $reader, my $writer or die "pipe: $!";
    close $reader;
    syswrite $writer, 'x' or die "$!\n";
}

my $broken = do { local $! = POSIX::EPIPE; "$!\n" };
my $signal = 'signal ' . POSIX::SIGPIPE;

subtest 'a program that ends at once' => sub {
    my ($program) = grep { -x } '/bin/true', '/usr/bin/true';
    plan skip_all => 'no such program here' if !$program;
    # Now and then it ends before libvirt has written to it, most likely the first time.
    my @endings = map { ending(sub { Sys::Virt->new(uri => "qemu+ext:///system?command=$program") }) } 1 .. 30;
    is(scalar(grep { /^libvirt error code: \d+, message: ./ } @endings), 30, 'new: a program that ends at once is an error, each time') or diag(explain(\@endings));
};

subtest 'a daemon that is gone' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    my $conn   = $daemon->connect;
    my $domain = $conn->get_domain_by_name('test');
    is($domain->is_active, 1, 'is_active: works while the daemon runs');
    $daemon->kill;
    like(ending(sub { $domain->is_active }), qr/^libvirt error code: /, "is_active: dies of libvirt's error when the daemon is gone") for 1 .. 3;
    my %changes = (
        'local has ended' => sub { local $SIG{PIPE} = 'IGNORE'; return },
        'it was deleted'  => sub { delete $SIG{PIPE} },
        'it was set back' => sub { $SIG{PIPE} = 'IGNORE'; $SIG{PIPE} = 'DEFAULT' },
    );
    for my $how (sort keys %changes) {
        like(ending(sub { $changes{$how}->(); $domain->is_active }), qr/^libvirt error code: /, "SIGPIPE: does not end a call after $how");
        is(ending(sub { $changes{$how}->(); write_to_nobody() }), $signal, "SIGPIPE: ends the script's own write after $how");
    }
    is(ending(sub { undef $domain; undef $conn }), '', 'DESTROY: objects end in silence when the daemon is gone');
    like(ending(sub { $daemon->connect }), qr/^libvirt error code: 38, /, "new: dies of libvirt's error when the daemon is gone");
};

subtest 'the script itself' => sub {
    my $conn = Sys::Virt->new(uri => 'test:///default');
    is(ending(\&write_to_nobody), $signal, "SIGPIPE: the script's own write ends it");
    my $domain = $conn->get_domain_by_name('test');
    my $in_callback = sub {
        my ($code) = @_;
        my $called;
        $conn->domain_event_register_any($domain, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { $called = 1; &$code });
        $domain->suspend;
        Sys::Virt::Event::run_default() until $called;
    };
    is(ending(sub { $in_callback->(\&write_to_nobody) }), $signal, 'SIGPIPE: a write in a callback ends the script');
    is(ending(sub { $in_callback->(sub { $domain->is_active }); write_to_nobody() }), $signal, 'SIGPIPE: a write after a callback ends the script');
    is(ending(sub { eval { $conn->get_domain_by_name('none') }; write_to_nobody() }), $signal, 'SIGPIPE: a write after an error ends the script');
};

subtest 'a signal that the script handles' => sub {
    local $SIG{PIPE} = 'IGNORE';
    Sys::Virt->new(uri => 'test:///default');
    is(ending(\&write_to_nobody), $broken, 'SIGPIPE: a script that ignores it goes on');
    my $came = 0;
    $SIG{PIPE} = sub { $came++ };
    Sys::Virt->new(uri => 'test:///default');
    eval { write_to_nobody() };
    is($came, 1, "SIGPIPE: a script's own handler runs");
};
done_testing;
