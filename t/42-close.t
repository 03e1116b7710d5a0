use strict;
use warnings;
use lib 't/lib';
use Test::More;
# What is freed is overwritten, so that a use of it shows; libc and GLib read that when they start.
BEGIN {
    my %memory = (MALLOC_PERTURB_ => 165, G_SLICE => 'always-malloc');
    if (grep { !$ENV{$_} } keys %memory) {
        %ENV = (%ENV, %memory);
        exec $^X, map({ "-I$_" } grep { !ref } @INC), $0 or die "$^X: $!";
    }
}
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;

# The callback for the end of a connection, which scripts use to open another one. libvirt holds
# the connection's lock while it runs.

Sys::Virt::Event::register_default();

# Opens a connection, ends the daemon behind it, and runs the loop until $callback has run. Gives
# what came out of the loop.
my ($daemon, $conn);

sub closed {
    my ($callback) = @_;
    $daemon = Test::SysVirt::Daemon->new;
    $conn   = $daemon->connect;
    my $called = 0;
    $conn->register_close_callback(sub { $called++; &$callback });
    $daemon->kill;
    local $SIG{ALRM} = sub { die "still waiting\n" };
    alarm 30;
    my @died;
    while (!$called) {
        eval { Sys::Virt::Event::run_default(); 1 } or push @died, $@;
    }
    alarm 0;
    is($called, 1, 'register_close_callback: the callback is called once');
    return @died;
}

subtest 'a callback' => sub {
    my @given;
    is_deeply([closed(sub { @given = @_ })], [], 'register_close_callback: the loop returns');
    is($given[0], $conn, 'register_close_callback: the callback gets its connection');
    is($given[1], Sys::Virt::CLOSE_REASON_EOF, 'register_close_callback: the callback gets the reason');
    ok(!$conn->is_alive, 'is_alive: is 0 in the end');
    ok(eval { $conn->unregister_close_callback for 1 .. 2; 1 }, 'unregister_close_callback: works when the connection is closed, and twice') or diag($@);
};

subtest 'a callback that opens another connection' => sub {
    is_deeply([closed(sub { $conn = Sys::Virt->new(uri => 'test:///default') })], [], 'register_close_callback: the loop returns when the callback opens a connection');
    is($conn->get_type, 'TEST', 'get_type: works on that connection');
};

subtest 'a callback that drops the connection' => sub {
    is_deeply([closed(sub { undef $conn; @_ = () })], [], 'register_close_callback: the loop returns when the callback drops its connection');
};

subtest 'a callback that destroys the connection' => sub {
    is_deeply([closed(sub { $_[0]->DESTROY })], [], 'register_close_callback: the loop returns when the callback destroys its connection');
};

subtest 'a callback that ends itself' => sub {
    is_deeply([closed(sub { $_[0]->unregister_close_callback })], [], 'register_close_callback: the loop returns when the callback unregisters itself');
    ok(eval { $conn->unregister_close_callback; 1 }, 'unregister_close_callback: once more does no harm') or diag($@);
};

subtest 'a callback that registers another' => sub {
    my ($died) = closed(sub { $_[0]->register_close_callback(sub { }) });
    like($died, qr/code: 55, message: cannot register a close callback while one runs/, 'register_close_callback: says that it cannot register while one runs');
    is($died->code, Sys::Virt::Error::ERR_OPERATION_INVALID, 'register_close_callback: that error has ERR_OPERATION_INVALID');
};

subtest 'other registrations' => sub {
    my $id;
    closed(sub { $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { }) });
    ok(!defined $id, 'domain_event_register_any: gives none on a closed connection');
    closed(sub { });
    $daemon = Test::SysVirt::Daemon->new;
    $conn   = $daemon->connect;
    $id     = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { });
    ok(!eval { $conn->domain_event_deregister_any($id + 1); 1 }, 'domain_event_deregister_any: dies for an unknown id');
    $daemon->kill;
    ok(!eval { $conn->get_hostname; 1 }, 'get_hostname: dies when the daemon is gone');
    ok(eval { $conn->domain_event_deregister_any($id); 1 }, 'domain_event_deregister_any: works when the daemon is gone') or diag($@);
};

# The callback runs inside the call that finds the daemon gone.
subtest 'a callback that ends what a call works on' => sub {
    for my $method (qw(get_info get_xml_description)) {
        my $daemon = Test::SysVirt::Daemon->new;
        my $conn = $daemon->connect;
        my $domain = $conn->get_domain_by_name('test');
        my $name = $domain->get_name;
        my $called = 0;
        $conn->register_close_callback(sub { $called++; undef $domain; eval { $_[0]->get_domain_by_name("no $name") } });
        $daemon->kill;
        ok(!eval { $domain->$method; 1 }, "$method: dies when the daemon is gone");
        my $error = $@;
        Sys::Virt::Event::run_default() while !$called;
        isa_ok($error, 'Sys::Virt::Error', "$method: what it dies of");
        unlike($error->message, qr/cause is unknown/, "$method: the error is libvirt's own, whatever the callback calls");
        is($domain, undef, "$method: the callback has dropped its object");
    }
};

subtest 'a callback that dies' => sub {
    is_deeply([closed(sub { die "no more\n" })], ["no more\n"], "register_close_callback: a callback's exception comes out of the loop");
};
done_testing;
