use strict;
use warnings;
use lib 't/lib';
use Test::More;
use POSIX ();
use Test::SysVirt::Daemon;
use Test::SysVirt::Driver;
use Test::SysVirt::Futures;
use Test::SysVirt::Memory;
use Time::HiRes qw(time);
use Sys::Virt;
use Sys::Virt::Admin;
use Sys::Virt::Event;

# Sys::Virt::Admin on a daemon of the test's own.

my $daemon = Test::SysVirt::Daemon->new;
my $admin  = eval { $daemon->admin } or plan skip_all => "no libvirt-admin here: $@";
my $conn   = $daemon->connect;
my $server = $admin->lookup_server('libvirtd');

subtest 'a connection' => sub {
    isa_ok($admin, 'Sys::Virt::Admin');
    is($admin->is_alive, 1, 'is_alive');
    is($admin->get_uri, $daemon->admin_uri, 'get_uri');
    is($admin->get_library_version, $conn->get_library_version, "get_library_version: the daemon's");
    is_deeply([sort map { $_->get_name } $admin->list_servers], [qw(admin libvirtd)], 'list_servers');
    is($server->get_name, 'libvirtd', 'lookup_server');
    fails(Sys::Virt::Error::ERR_NO_SERVER, sub { $admin->lookup_server('none') }, 'lookup_server: one that is not there');
    fails(undef, sub { Sys::Virt::Admin->new(uri => 'libvirtd:///session?socket=/no/such') }, 'new: nobody answers');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { Sys::Virt::Admin->new(uri => "a\0b") }, 'new: no URI', qr/^Sys::Virt::Admin::new: argument 'uri' .* at \Q$0\E line/);
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    eval { Sys::Virt::Admin->new(uri => 'nobody:///', readonly => 1) };
    like("@warnings", qr/^Sys::Virt::Admin::new: 'readonly' is unknown here and ignored, known are flags, uri at \Q$0\E line/, 'new: an unknown option');
    eval { Sys::Virt::Admin->new('libvirtd:///system') };
    like($@, qr{^Usage: Sys::Virt::Admin->new\(uri => 'libvirtd:///system'\), not without its name, at \Q$0\E line}, 'new: a URI without its name');
    my $more = $daemon->as_owner(sub { Local::Admin->new(uri => $daemon->admin_uri) });
    is(ref $more, 'Local::Admin', 'new: of a subclass');
};

# Ours, among those of a server: by the process.
sub mine { return grep { ($_->get_info->{unix_process_id} // 0) == $$ } $server->list_clients }

subtest 'clients' => sub {
    my $before = time;
    my $other = $daemon->connect;
    my @mine = sort { $a->get_id <=> $b->get_id } mine();
    is(scalar @mine, 2, 'list_clients: both connections of this process');
    my ($client) = $mine[-1];
    isa_ok($client, 'Sys::Virt::Admin::Client');
    is($client->get_transport, Sys::Virt::Admin::CLIENT_TRANS_UNIX, 'get_transport');
    cmp_ok(abs($client->get_timestamp - $before), '<', 60, 'get_timestamp');
    my $info = $client->get_info;
    is_deeply([@$info{ map { Sys::Virt::Admin->can("CLIENT_INFO_$_")->() } qw(READONLY UNIX_USER_ID UNIX_USER_NAME UNIX_GROUP_ID UNIX_PROCESS_ID) }],
        [0, $>, scalar getpwuid $>, $) + 0, $$], 'get_info: who it is');
    is($server->lookup_client($client->get_id)->get_timestamp, $client->get_timestamp, 'lookup_client');
    fails(Sys::Virt::Error::ERR_NO_CLIENT, sub { $server->lookup_client(2**40) }, 'lookup_client: one that is not there');
    undef $other;
    is(scalar mine(), 1, 'list_clients: without one that has closed');
    fails(Sys::Virt::Error::ERR_NO_CLIENT, sub { $client->close }, 'close: of that one');
};

subtest 'limits' => sub {
    my $pool = $server->get_threadpool_parameters;
    is_deeply([sort keys %$pool], [sort map { Sys::Virt::Admin->can("THREADPOOL_$_")->() } qw(JOB_QUEUE_DEPTH WORKERS_CURRENT WORKERS_FREE WORKERS_MAX WORKERS_MIN WORKERS_PRIORITY)],
        'get_threadpool_parameters: the keys');
    is($server->set_threadpool_parameters({ Sys::Virt::Admin::THREADPOOL_WORKERS_MAX() => 33, Sys::Virt::Admin::THREADPOOL_WORKERS_PRIORITY() => 7 }), undef, 'set_threadpool_parameters');
    my $changed = $server->get_threadpool_parameters;
    is_deeply([@$changed{qw(maxWorkers prioWorkers minWorkers)}], [33, 7, $pool->{minWorkers}], 'read back, the others as before');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $server->set_threadpool_parameters({ minWorkers => 34 }) }, 'more at least than at most');

    my $limits = $server->get_client_limits;
    is_deeply([sort keys %$limits], [qw(nclients nclients_max nclients_unauth nclients_unauth_max)], 'get_client_limits: the keys');
    is($limits->{+Sys::Virt::Admin::SERVER_CLIENTS_CURRENT}, 1, 'get_client_limits: who is there');
    $server->set_client_limits({ Sys::Virt::Admin::SERVER_CLIENTS_MAX() => 44, Sys::Virt::Admin::SERVER_CLIENTS_UNAUTH_MAX() => 11 });
    is_deeply([@{ $server->get_client_limits }{qw(nclients_max nclients_unauth_max)}], [44, 11], 'set_client_limits: read back');
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    $server->set_client_limits({ nclients => 3 });
    like("@warnings", qr/'nclients' is unknown here and ignored/, 'set_client_limits: what cannot be set is warned of');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $server->set_client_limits({ nclients_max => 'many' }) }, 'set_client_limits: no number', qr/nclients_max/);
};

subtest 'logging' => sub {
    my $outputs = $admin->get_logging_outputs;
    like($outputs, qr/^\d:\w+/, 'get_logging_outputs');
    is($admin->get_logging_filters, undef, 'get_logging_filters: none');
    is($admin->set_logging_filters('1:rpc 3:util'), undef, 'set_logging_filters');
    like($admin->get_logging_filters, qr/^1:\*?rpc\*? 3:\*?util\*? ?\z/, 'get_logging_filters: read back');
    $admin->set_logging_outputs("1:file:$daemon->{dir}/more.log 4:stderr");
    is($admin->get_logging_outputs, "1:file:$daemon->{dir}/more.log 4:stderr", 'set_logging_outputs: read back');
    $conn->get_hostname;
    ok(-s "$daemon->{dir}/more.log", 'and it is where the log goes');
    $admin->set_logging_outputs($outputs);
    is($admin->get_logging_outputs, $outputs, 'set_logging_outputs: as before');
    $admin->set_logging_filters(undef);
    is($admin->get_logging_filters, undef, 'set_logging_filters: none again');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $admin->set_logging_filters('loud') }, 'set_logging_filters: what is none');
};

subtest 'TLS, timeouts' => sub {
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $server->update_tls_files }, 'update_tls_files: of a daemon without TLS', qr/tls/i);
    SKIP: {
        skip 'since libvirt 8.6', 1 if Sys::Virt->get_library_version < 8_006_000;
        is($admin->set_daemon_timeout(0), undef, 'set_daemon_timeout: for ever');
    }
};

subtest 'many at once' => sub {
    needs('Future');
    my @calls = map { $server->async->get_client_limits } 1 .. 20;
    is(scalar(grep { $_->get->{nclients_max} == 44 } @calls), 20, 'async: of a server');
    is_deeply([sort map { $_->get_name } $admin->async(timeout => 20)->list_servers->get], [qw(admin libvirtd)], 'async: of a connection');
    my $opening = $daemon->as_owner(sub { Sys::Virt::Admin->async->new(uri => $daemon->admin_uri)->get });
    is($opening->is_alive, 1, 'async: new');
};

subtest 'a fork' => sub {
    defined(my $pid = fork) or die "fork: $!";
    if (!$pid) {
        undef $_ for $admin, $server;
        POSIX::_exit(0);
    }
    waitpid $pid, 0;
    is($?, 0, 'a child ends');
    is($admin->is_alive, 1, "and leaves the parent's connection open");
    is($server->get_name, 'libvirtd', 'and its objects');
};

SKIP: {
    skip 'this perl has no threads', 1 if !eval { require threads; 1 };
    subtest 'a thread' => sub {
        is(threads->create(sub { $server->get_name . ' ' . (mine())[0]->get_transport })->join, 'libvirtd 0', 'objects are those of the thread, too');
        is($server->get_name, 'libvirtd', 'and stay when it has ended');
    };
}

subtest 'leaks' => sub {
    plan skip_all => 'no /proc/self/status here' if !defined memory();
    no_leak('list_servers: objects', sub { my @servers = $admin->list_servers }, 2_000);
    no_leak('list_clients: objects and their information', sub { my @info = map { $_->get_info } $server->list_clients }, 2_000);
    no_leak('get_threadpool_parameters: typed parameters', sub { my $parameters = $server->get_threadpool_parameters }, 2_000);
    no_leak('get_logging_outputs: a string', sub { my $outputs = $admin->get_logging_outputs }, 2_000);
    no_leak('lookup_server: an error', sub { eval { $admin->lookup_server('none') } }, 2_000);
    no_leak('register_close_callback: a callback', sub { $admin->register_close_callback(sub { }); $admin->unregister_close_callback }, 3_000);
};

# Both connections know the loop.
Sys::Virt::Event::register_default();
my %seen;

sub until_seen {
    my ($name) = @_;
    my $end = time + 20;
    my $timer = Sys::Virt::Event::add_timeout(50, sub { });
    Sys::Virt::Event::run_default() until $seen{$name} || time > $end;
    Sys::Virt::Event::remove_timeout($timer);
    return $seen{$name};
}

subtest 'a client is closed' => sub {
    my $known = { map { $_->get_id => 1 } mine() };
    my $victim = $daemon->connect;
    $victim->register_close_callback(sub { $seen{victim} = $_[1]; return });
    my ($client) = grep { !$known->{ $_->get_id } } mine();
    is($client->close, undef, 'close');
    is(until_seen('victim'), Sys::Virt::CLOSE_REASON_EOF, 'it sees its close callback');
    is($victim->is_alive, 0, 'it is closed');
    is($conn->is_alive, 1, 'another one is not');
};

subtest 'the daemon ends' => sub {
    my $watched = $daemon->admin;
    $watched->register_close_callback(sub {
        my ($from, $reason) = @_;
        $seen{admin} = [$from == $watched, $reason];
        $from->unregister_close_callback;
        return;
    });
    fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $watched->register_close_callback(sub { }) }, 'register_close_callback: one at a time');
    my $left = Local::Counted->new;
    my $dropped = $daemon->admin;
    $dropped->register_close_callback(sub { $left });
    undef $left;
    undef $dropped;
    is(Local::Counted->alive, 0, 'register_close_callback: goes with its connection');
    SKIP: {
        skip 'daemon_shutdown: since libvirt 11.2', 1 if Sys::Virt->get_library_version < 11_002_000;
        my $answer = eval { $watched->daemon_shutdown; 'it says so' } // $@;
        like($answer, qr/it says so|End of file while reading data/, 'daemon_shutdown: the daemon ends, maybe before it says so');
    }
    $daemon->kill if Sys::Virt->get_library_version < 11_002_000;
    is_deeply(until_seen('admin'), [1, Sys::Virt::CLOSE_REASON_EOF], 'the close callback gets the connection and the reason');
    is($watched->is_alive, 0, 'is_alive: no more');
    is(eval { $watched->unregister_close_callback; 1 }, 1, 'unregister_close_callback: has ended');
    fails(undef, sub { $watched->list_servers }, 'list_servers: of a closed connection');
};

done_testing;

package Local::Admin;
our @ISA; BEGIN { @ISA = 'Sys::Virt::Admin' }

package Local::Counted;
my $alive; BEGIN { $alive = 0 }
sub new { $alive++; return bless [], shift }
sub alive { $alive }
sub DESTROY { $alive-- }
