use strict;
use warnings;
use lib 't/lib';
use Test::More;
use POSIX ();
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Host;

# Scripts fork workers while a connection is open: what a child does with its copies of the
# objects, and how it ends, is nothing to the parent.

# Each in a child that has copies of all objects.
my %child = (
    'does nothing'               => sub { },
    'lets go of its copies'      => sub { undef $_ for @_ },
    'ends its copies by hand'    => sub { $_->DESTROY for @_, @_ },
    'dies'                       => sub { open STDERR, '>', '/dev/null'; die "in a child\n" },
    'ends by POSIX::_exit'       => sub { POSIX::_exit(0) },
    'is killed'                  => sub { kill KILL => $$ },
    'runs a program'             => sub { exec $^X, '-e', '1' },
    'runs a program by system'   => sub { system $^X, '-e', '1' },
    'has a child'                => sub { my $pid = fork // die $!; exit 0 if !$pid; waitpid $pid, 0 },
    'connects itself'            => sub { Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test')->get_info },
    'makes an error'             => sub { eval { Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('none') }; $@->code == 42 or die },
);

sub children_are_harmless {
    my ($conn, $object, $find) = @_;
    my $name = $object->get_name;
    for my $does (sort keys %child) {
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            $child{$does}->($object, $conn);
            exit 0;
        }
        waitpid $pid, 0;
        my $status = $?;
        is($status, $does eq 'dies' ? 255 << 8 : $does eq 'is killed' ? 9 : 0, "fork: a child that $does ends as it should");
        is(eval { $object->get_name . ' ' . $conn->$find($name)->get_name } // $@, "$name $name", "fork: the object and its connection work here after a child that $does");
        ok($conn->is_alive, "fork: is_alive is true here after a child that $does");
    }
    is(`$^X -e 'print 7'`, 7, 'fork: backticks work');
    is(eval { $conn->$find($name)->get_name } // $@, $name, 'fork: the connection works here after backticks');
    return;
}

my $host = Test::SysVirt::Host->new;
subtest 'the test driver' => sub { children_are_harmless($host->conn, $host->conn->get_domain_by_name('busy'), 'get_domain_by_name') };

sub from_child {
    my ($code) = @_;
    my $pid = open my $child, '-|';
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        print $code->();
        exit 0;
    }
    my $said = join '', <$child>;
    close $child;
    return $? ? "status $?" : $said;
}

subtest 'a child works' => sub {
    my $conn = $host->conn;
    my $dom = $conn->get_domain_by_name('busy');
    is(from_child(sub { $dom->get_name }), 'busy', 'fork: get_name works in a child with its copy of an object');
    is(from_child(sub { my @made = map { $conn->get_domain_by_name($_)->get_name } 'busy', 'held'; "@made" }), 'busy held', 'fork: get_domain_by_name works in a child');
    is(from_child(sub { $dom->DESTROY; eval { $dom->get_name }; $@->code }), Sys::Virt::Error::ERR_INVALID_DOMAIN, "fork: a child's copy that it has destroyed is refused there");
    is(from_child(sub { from_child(sub { $dom->get_name }) }), 'busy', 'fork: get_name works in the child of a child');
    is(from_child(sub { my $own = Sys::Virt->new(uri => Test::SysVirt::Host::uri()); undef $conn; $own->get_domain_by_name('held')->get_name }), 'held', 'fork: a child opens a connection of its own');
    is(from_child(sub { my $error = eval { $conn->get_domain_by_name('none') } || $@; "$error" }), "libvirt error code: 42, message: Domain not found\n", 'fork: get_domain_by_name dies in a child as here');
    is($dom->get_name, 'busy', 'fork: get_name works here after all children');
};

subtest 'workers' => sub {
    my @names = sort map { $_->get_name } $host->conn->list_all_domains;
    my %worker;
    for my $name (@names) {
        pipe my $from, my $to or die $!;
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            my $conn = Sys::Virt->new(uri => Test::SysVirt::Host::uri());
            print $to $conn->get_domain_by_name($name)->get_uuid_string;
            close $to;
            exit 0;
        }
        close $to;
        $worker{$name} = { from => $from, pid => $pid };
    }
    for my $name (@names) {
        my $from = $worker{$name}{from};
        is(<$from>, $host->conn->get_domain_by_name($name)->get_uuid_string, "fork: the child finds $name");
        waitpid $worker{$name}{pid}, 0;
        is($?, 0, 'fork: the child exits with 0');
    }
};

subtest 'a child while callbacks are registered' => sub {
    Sys::Virt::Event::register_default();
    my $conn = Sys::Virt->new(uri => Test::SysVirt::Host::uri());
    my $dom = $conn->get_domain_by_name('busy');
    my $events = 0;
    my $id = $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { $events++; return });
    $conn->register_close_callback(sub { });
    for my $does (sort keys %child) {
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            $child{$does}->($dom, $conn);
            exit 0;
        }
        waitpid $pid, 0;
    }
    my $timer = Sys::Virt::Event::add_timeout(50, sub { });
    $dom->suspend;
    for (1 .. 100) {
        Sys::Virt::Event::run_default();
        last if $events;
    }
    is($events, 1, 'fork: run_default delivers an event here after a child');
    $conn->domain_event_deregister_any($id);
    $conn->unregister_close_callback;
    Sys::Virt::Event::remove_timeout($timer);
};

subtest 'a child of a callback' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    my $conn = $daemon->connect;
    my $dom = $conn->get_domain_by_name('test');
    my $events = 0;
    $conn->domain_event_register_any($dom, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub {
        my $pid = fork // die "fork: $!";
        exit 0 if !$pid;
        waitpid $pid, 0;
        $events++;
    });
    my $timer = Sys::Virt::Event::add_timeout(50, sub { });
    my $expected = 0;
    for my $pairs (1, 1, 5) {
        # All are on their way before the first child exits.
        for (1 .. $pairs) { $dom->suspend; $dom->resume }
        $expected += 2 * $pairs;
        for (1 .. 100) {
            last if $events == $expected;
            Sys::Virt::Event::run_default();
        }
        is($events, $expected, "fork: event $expected comes although children exit in the callback");
    }
    Sys::Virt::Event::remove_timeout($timer);
    ok($conn->is_alive, 'is_alive: is true after children that exited in a callback');
};

subtest 'a child of a handler' => sub {
    my $daemon = Test::SysVirt::Daemon->new;
    is(from_child(sub {
        # If its child went on with this call, it would wait for ever.
        alarm 30;
        my $conn = $daemon->connect;
        my $stream = $conn->new_stream;
        $conn->get_domain_by_name('test')->screenshot($stream, 0);
        my ($all, $children) = (0, 0);
        $stream->recv_all(sub {
            if ($children++ < 3) {
                my $pid = fork // die "fork: $!";
                exit 0 if !$pid;
                waitpid $pid, 0;
            }
            $all += $_[2];
            return $_[2];
        });
        $stream->finish;
        return $all;
    }), 33443, 'recv_all: gets everything although children exit in the handler');
};

# Here a child shares the socket with its parent, and could close it.
my %remote = (
    'test+unix:///default' => [qw(list_all_domains get_domain_by_name)],
    'qemu:///system'       => [qw(list_all_nwfilters get_nwfilter_by_name)],
);
for my $uri (sort keys %remote) {
    subtest "a remote connection, $uri" => sub {
        plan skip_all => 'set SYS_VIRT_TEST_QEMU=1 to use the system libvirtd' if !$ENV{SYS_VIRT_TEST_QEMU};
        my ($list, $find) = @{ $remote{$uri} };
        my $conn = eval { Sys::Virt->new(uri => $uri) };
        my ($object) = $conn ? $conn->$list : ();
        if (!$object) {
            my $missing = $@ || "nothing by $list";
            die "The test bed is required, but: $missing" if $ENV{SYS_VIRT_TEST_REQUIRE};
            plan skip_all => $missing;
        }
        children_are_harmless($conn, $object, $find);
        my $name = $object->get_name;
        is(from_child(sub { Sys::Virt->new(uri => $uri)->$find($name)->get_name }), $name, 'fork: a child opens a connection to the daemon');
    };
}
done_testing;
