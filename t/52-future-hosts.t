# Calls that do not block, to many hosts of which some are slow, stopped or gone.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::English;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Time::HiRes qw(sleep time);

BEGIN { needs('Future') }

my $places = 5;
my $hosts  = 20;
my $delay  = 0.05;
my $fleet  = Test::SysVirt::Fleet->start(hosts => $hosts, delay => $delay);
watchdog(240);

my @conns;

subtest 'many hosts at once' => sub {
    # To open a connection takes four round trips, and each of the others one.
    my $blocking = $hosts * $delay * (4 + 2);
    my @info;
    my $took = seconds(sub {
        @conns = Future->needs_all(map { Sys::Virt->async->new(uri => $_) } $fleet->uris)->get;
        @info = Future->needs_all(map {
            $_->async->list_all_domains->then(sub { $_[0]->async->get_info })
        } @conns)->get;
    });
    is_deeply([map { ref } @conns], [('Sys::Virt') x $hosts], 'new gives a connection to each');
    is_deeply([map { $_->{nrVirtCpu} } @info], [(2) x $hosts], 'and each answers');
    cmp_ok($took, '<', $blocking / 2, 'in less than half the time that one after the other takes');
};

# How many bytes a call of get_hostname sends.
my $bytes;

subtest 'five calls of a connection at a time' => sub {
    $fleet->stop_host(1);
    my $first = $conns[1]->async->get_hostname;
    ok($bytes = until_true(sub { $fleet->waiting(1) }), 'a call is sent at once');
    $fleet->resume_host(1);
    my $name = $first->get;

    my $beside = Sys::Virt->new(uri => $fleet->uri(1));
    $fleet->stop_host(1);
    # libvirt 9.0 sometimes does not hear of a call that comes while it begins to wait, and sends
    # it with the next one: so they come one by one.
    my @futures;
    for my $sent (1 .. 12) {
        push @futures, $conns[1]->async->get_hostname;
        until_true(sub { $fleet->waiting(1) >= $sent * $bytes }) if $sent <= $places;
        sleep 0.05;
    }
    sleep 0.5;
    is($fleet->waiting(1) / $bytes, $places, 'no more are sent');
    my $second = $beside->async->get_hostname;
    my $other = until_true(sub { $fleet->waiting(1) > $places * $bytes });
    ok($other, 'another connection to the same host is not kept waiting');
    ok(!(grep { $_->is_ready } @futures), 'none is ready while the host is stopped');
    $fleet->resume_host(1);
    is_deeply([map { $_->get } @futures], [($name) x 12], 'all are done when it goes on');
    is($second->get, $name, 'and so is the other connection');
};

subtest 'a host that hangs uses up its own places' => sub {
    my @hung = 0 .. 7;
    $fleet->stop_host($_) for @hung;
    my @waiting = map { my $conn = $conns[$_]; map { $conn->async->get_hostname } 1 .. 20 } @hung;
    my @opening = map { Sys::Virt->async->new(uri => $fleet->hung_uri) } 1 .. 20;
    my @well = @conns[8 .. $#conns];
    my @answers;
    my $took = seconds(sub { @answers = Future->needs_all(map { my $conn = $_; map { $conn->async->get_hostname } 1 .. 20 } @well)->get });
    is(scalar(grep { /\w/ } @answers), 20 * @well, 'all others answer');
    cmp_ok($took, '<', 20, 'soon');
    is(Sys::Virt->async->new(uri => $fleet->uri(9))->get->get_domain_by_name('test')->get_name, 'test', 'and can be connected to');
    ok(!(grep { $_->is_ready } @waiting, @opening), 'those that hang are not ready');
    $fleet->resume_host($_) for @hung;
    my %names = map { $_ => 1 } Future->needs_all(@waiting)->get;
    is(scalar keys %names, 1, 'until they go on');
    $_->cancel for @opening;
};

subtest 'deadlines' => sub {
    my $timed_out = sub {
        my ($future, $method, $name) = @_;
        my ($error, $category) = $future->await->failure;
        is(ref $error && $error->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, "$name: the deadline is its error") or diag($error // 'none');
        is($category, 'libvirt', 'of category libvirt');
        like($error && $error->message, $_, 'the message says so') for qr/\b$method\b/, qr/\b127\.0\.0\.1\b/, qr/\b1 s/;
    };
    is($conns[2]->async(timeout => 30)->get_hostname->get, $conns[3]->get_hostname, 'one that is not reached');

    $fleet->stop_host(2);
    my @futures;
    my $took = seconds(sub {
        @futures = map { $conns[2]->async(timeout => 1)->get_hostname } 1 .. $places + 3;
        Future->wait_all(@futures)->get;
    });
    $timed_out->($_, 'get_hostname', 'a call') for $futures[0];
    $timed_out->($_, 'get_hostname', 'a call that waits for others') for $futures[-1];
    cmp_ok($took, '>=', 0.99, 'not earlier');
    cmp_ok($took, '<', 5, 'nor later for those that wait');

    my $slow = $conns[2]->async->get_hostname;
    my $opening = Sys::Virt->async(timeout => 1)->new(uri => $fleet->hung_uri);
    my $quick = $conns[3]->async->get_hostname;
    like($quick->get, qr/\w/, 'a host that answers is none the worse');
    $timed_out->($opening, 'new', 'an opening');
    ok(!$slow->is_ready, 'a call without a deadline waits on');
    $fleet->resume_host(2);
    like($slow->get, qr/\w/, 'until there is an answer');
    like($conns[2]->async(timeout => 30)->get_hostname->get, qr/\w/, 'the connection is as before');

    my $conn = Sys::Virt->async->new(uri => $fleet->uri(4), timeout => 1)->get;
    my $dom = $conn->get_domain_by_name('test');
    $fleet->stop_host(4);
    $timed_out->($dom->async->get_info, 'get_info', "the connection's own");
    my $longer = $dom->async(timeout => 60)->get_info;
    sleep 1.2;
    Sys::Virt::Future->deliver;
    ok(!$longer->is_ready, 'a call may have another');
    $fleet->resume_host(4);
    is($longer->get->{nrVirtCpu}, 2, 'and keep it');
};

subtest 'a host that goes away' => sub {
    $fleet->stop_host(5);
    my @futures = map { $conns[5]->async->get_hostname } 1 .. 12;
    until_true(sub { $fleet->waiting(5) });
    $fleet->kill_host(5);
    Future->wait_all(@futures)->get;
    is_deeply([map { ref(($_->failure)[0]) } @futures], [('Sys::Virt::Error') x 12], 'fails all its calls, sent or not');
    my ($error) = $conns[5]->async->get_hostname->await->failure;
    is(ref $error, 'Sys::Virt::Error', 'and those that come later');
    like($conns[6]->async->get_hostname->get, qr/\w/, 'and no others');
};

subtest 'threads' => sub {
    plan skip_all => 'no /proc/self/task here' if !tasks();
    my $most = 0;
    my $all = Future->needs_all(map { my $conn = $_; map { $conn->async->get_hostname } 1 .. 5 } grep { $_ != $conns[5] } @conns);
    $most = tasks();
    $all->get;
    cmp_ok($most, '<=', 1 + $places * $hosts + 30, 'as many as there are calls to wait for');
    ok(until_true(sub { tasks() < $most / 2 }, 60), 'and fewer when there are none');
};

done_testing;
