# Methods that ask no host need no place on another thread, and answer while their host hangs and all
# places of their connection are taken.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::AtOnce;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Futures;

plan skip_all => 'the source is not here' if !marked('Sys::Virt::Domain');
my $daemon = Test::SysVirt::Daemon->new;
watchdog(240);

# For set_keep_alive.
Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => $daemon->uri);

# Takes the places of a connection, whose host is stopped.
sub take_places {
    my ($conn) = @_;
    $conn->set_timeout(0.1);
    for (1 .. 5) {
        is(eval { $conn->get_hostname }, undef, 'a call that is abandoned');
        is($@->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'for it waited too long');
    }
}

# Stops the daemon, and resumes it after that.
sub while_stopped {
    my ($code) = @_;
    $daemon->stop;
    my $lived = eval { $code->(); 1 };
    my $error = $@;
    $daemon->resume;
    die $error if !$lived;
}

# Whether libvirt here has what gives such an object.
sub made {
    my ($name, $make) = @_;
    my $object = eval { $make->() } or note("no $name here: $@");
    return $object ? [$object, $name] : ();
}

subtest 'with a deadline' => sub {
    needs('Future');
    my $dom  = $conn->get_domain_by_name('test');
    my $xml  = $dom->get_xml_description =~ s{<uuid>.*?</uuid>}{}r;
    my $other = $conn->define_domain($xml =~ s{<name>test}{<name>other}r);
    my $pool = ($conn->list_all_storage_pools)[0];
    my @objects = (
        [$conn, 'a connection'],
        [$dom, 'a domain'],
        made('a checkpoint', sub { $dom->create_checkpoint('<domaincheckpoint/>') }),
        [$other->create_snapshot('<domainsnapshot/>'), 'a snapshot'],
        [($conn->list_all_networks)[0], 'a network'],
        [($conn->list_all_interfaces)[0], 'an interface'],
        [($conn->list_all_node_devices)[0], 'a node device'],
        [$pool, 'a storage pool'],
        [$pool->create_volume('<volume><name>v</name><capacity>1000000</capacity></volume>'), 'a storage volume'],
        [$conn->new_stream, 'a stream'],
    );
    while_stopped(sub {
        take_places($conn);
        answer_at_once(@$_) for @objects;
        is(eval { $conn->get_hostname; 'asked' }, undef, 'there is no place for one that asks its host');
        is($@->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'it has waited for one');
    });
    $conn->set_timeout(undef);
    ok($conn->get_hostname, 'all is well afterwards');
};

subtest 'secrets' => sub {
    needs('Future');
    my $secrets = eval { Sys::Virt->new(uri => 'secret+unix:///session?socket=' . $daemon->socket) }
        or plan skip_all => "no secret driver here: $@";
    my $secret = $secrets->define_secret('<secret><usage type="iscsi"><target>t</target></usage></secret>');
    while_stopped(sub {
        take_places($secrets);
        answer_at_once($secret, 'a secret');
    });
};

subtest 'the daemon itself' => sub {
    needs('Future');
    my $admin  = eval { $daemon->admin } or plan skip_all => "no libvirt-admin here: $@";
    my $server = $admin->lookup_server('libvirtd');
    my ($client) = $server->list_clients;
    my @objects = ([$admin, 'a connection to the daemon'], [$server, 'a server'], [$client, 'a client']);
    is(scalar(map { marked(ref $_->[0]) } @objects), 6, 'so many are marked');
    while_stopped(sub {
        for (1 .. 5) {
            ok(!eval { $admin->async(timeout => 0.1)->list_servers->get; 1 }, 'a call that is abandoned');
            is($@->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'for it waited too long');
        }
        answer_at_once(@$_) for @objects;
    });
    is(scalar(() = $admin->list_servers), 2, 'all is well afterwards');
};

subtest 'with a handler of SIGALRM' => sub {
    my $plain = Sys::Virt->new(uri => $daemon->uri);
    my $dom   = $plain->get_domain_by_name('test');
    local $SIG{ALRM} = sub { die "alarm\n" };
    while_stopped(sub {
        for (1 .. 5) {
            alarm 1;
            ok(!eval { $plain->get_hostname; 1 }, 'a call that is abandoned');
            is($@, "alarm\n", 'by the handler');
        }
        is(eval { $dom->get_name }, 'test', 'a name');
        is(eval { $plain->is_alive }, 1, 'is_alive');
        alarm 0;
    });
};

subtest 'the event loop' => sub {
    plan skip_all => 'no /proc/self here' if !tasks();
    local $SIG{ALRM} = sub { };
    my %arguments = (
        add_handle     => [fileno STDIN, 0, sub { }],
        add_timeout    => [-1, sub { }],
        remove_handle  => [12345],
        remove_timeout => [12345],
        update_handle  => [12345, 0],
        update_timeout => [12345, -1],
    );
    my $before = tasks();
    for my $name (marked('Sys::Virt::Event')) {
        my $function = Sys::Virt::Event->can($name);
        eval { $function->(@{ $arguments{$name} // [] }) };
        cmp_ok(tasks(), '<=', $before, "$name begins no thread");
    }
};

done_testing;
