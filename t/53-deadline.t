# Calls that block, but not for ever: deadlines, and signals while a call waits for its host.
use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::Daemon;
use Test::SysVirt::English;
use Test::SysVirt::Futures;
use Test::SysVirt::Memory;
use Test::SysVirt::Perl qw(run_perl);
use Time::HiRes qw(sleep time);

my $daemon = Test::SysVirt::Daemon->new;
my $uri = $daemon->uri;
watchdog(240);

# What a call dies of while the daemon is stopped, and after how many seconds.
sub while_stopped {
    my ($call) = @_;
    $daemon->stop;
    my $error;
    my $took = seconds(sub { eval { $call->(); 1 } and $error = 'it lived' or $error = $@ });
    $daemon->resume;
    return ($error, $took);
}

sub times_out {
    my ($method, $seconds, $name, $call) = @_;
    my ($error, $took) = while_stopped($call);
    is(ref $error && $error->code, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, "$name: the deadline is the error") or diag($error);
    like("$error", $_, 'the message says so') for qr/\b$method\b/, qr/\b$seconds s/;
    cmp_ok($took, '>=', $seconds - 0.01, 'not earlier');
    cmp_ok($took, '<', $seconds + 5, 'nor much later');
    return $error;
}

subtest 'new with a timeout' => sub {
    times_out(new => 1, 'an opening', sub { Sys::Virt->new(uri => $uri, timeout => 1) });
    times_out(new => 0.5, 'part of a second', sub { Sys::Virt->new(uri => $uri, timeout => 0.5) });
    my $conn = Sys::Virt->new(uri => $uri, timeout => 1);
    my $dom  = $conn->get_domain_by_name('test');
    is($dom->get_name, 'test', 'a call that is in time');
    my $plain = Sys::Virt->new(uri => $uri)->get_domain_by_name('test');
    is_deeply([$dom->get_state], [$plain->get_state], 'a list');
    is(scalar($dom->get_state), scalar($plain->get_state), 'the same in scalar context');
    eval { $conn->get_domain_by_name('none') };
    is(ref $@ && $@->code, Sys::Virt::Error::ERR_NO_DOMAIN, "libvirt's error");
    times_out(get_hostname => 1, 'a call', sub { $conn->get_hostname });
    times_out(get_info => 1, 'one of an object', sub { $dom->get_info });
    times_out(list_all_domains => 1, 'one that gives objects', sub { $conn->list_all_domains });
    is(ref(($conn->list_all_domains)[0]), 'Sys::Virt::Domain', 'the connection works when the host does again');
    is($dom->get_info->{nrVirtCpu}, 2, 'and so do objects');
    my $other = Sys::Virt->new(uri => $uri);
    is($other->get_domain_by_name('test')->get_name, 'test', 'a connection without a deadline');
    my $alone = Sys::Virt->new(uri => $uri, timeout => 1)->get_domain_by_name('test');
    times_out(get_info => 1, 'an object whose connection the script has dropped', sub { $alone->get_info });
    like(eval { Sys::Virt::_within($_, 1); 1 } ? 'it lived' : $@, qr/^Usage: /, 'what new calls takes no ' . ref)
        for [], {}, \1, qr/./, sub { };
    is($alone->get_info->{nrVirtCpu}, 2, 'and it works when the host does again');
};

subtest 'a connection at the address of one that has ended' => sub {
    my @conns = map { Sys::Virt->new(uri => $uri) } 1 .. 20;
    $_->set_timeout(0.5) for @conns;
    my %ended = map { $$_ => 1 } @conns;
    undef @conns;
    my ($same) = grep { $ended{$$_} } @conns = map { Sys::Virt->new(uri => $uri) } 1 .. 40;
    plan skip_all => 'none has it' if !$same;
    local $SIG{ALRM} = sub { $daemon->resume };
    $daemon->stop;
    alarm 1;
    is(eval { $same->get_hostname; 1 }, 1, 'has no deadline') or diag $@;
    alarm 0;
};

subtest 'the host is named' => sub {
    require Test::SysVirt::Fleet;
    my $fleet = Test::SysVirt::Fleet->start(hosts => 1, delay => 0);
    eval { Sys::Virt->new(uri => $fleet->hung_uri, timeout => 0.3) };
    like("$@", qr/127\.0\.0\.1/, 'by the error of an opening');
    my $conn = Sys::Virt->new(uri => $fleet->uri(0), timeout => 0.3);
    $fleet->stop_host(0);
    eval { $conn->get_hostname };
    like("$@", qr/127\.0\.0\.1/, 'by the error of a call');
    is(join(' ', $@->method, $@->line), 'Sys::Virt::get_hostname ' . (__LINE__ - 2), 'method, line: are those of the call that had the deadline');
    SKIP: {
        skip 'needs the Perl module Future', 1 if !eval { require Future };
        my $future = $conn->async->get_hostname;
        eval { $future->get };
        is(join(' ', $@->method, $@->line), 'Sys::Virt::get_hostname ' . (__LINE__ - 2), 'method, line: are those of the async call that had the deadline');
    }
    $fleet->resume_host(0);
};

subtest 'set_max_requests' => sub {
    my $conn = Sys::Virt->new(uri => 'test:///default');
    is_deeply([$conn->set_max_requests(1)], [], 'set_max_requests gives nothing');
    ok(!eval { $conn->set_max_requests(0); 1 }, 'set_max_requests: none at all dies');
    like($@, qr/set_max_requests: argument 'requests' is 0/, 'and says so');
};

subtest 'set_timeout' => sub {
    my $conn = Sys::Virt->new(uri => $uri);
    $conn->set_timeout(1);
    my $dom = $conn->get_domain_by_name('test');
    times_out(get_info => 1, 'a call', sub { $dom->get_info });
    $conn->set_timeout(60);
    my $went_on = 0;
    my ($error) = while_stopped(sub {
        local $SIG{ALRM} = sub { $went_on++; $daemon->resume };
        alarm 2;
        $dom->get_info;
    });
    is($error, 'it lived', 'a longer one');
    is($went_on, 1, 'is waited for');
    $conn->set_timeout(undef);
    is($dom->get_info->{nrVirtCpu}, 2, 'none');
    $conn->set_timeout(1.8e19);
    is($dom->get_info->{nrVirtCpu}, 2, 'set_timeout: takes more seconds than the clock has');
    for my $timeout (-1, 'soon', []) {
        ok(!eval { $conn->set_timeout($timeout); 1 }, "$timeout is none");
        like("$@", qr/\bset_timeout\b.*\btimeout\b/, 'the error names method and argument');
        ok(!eval { Sys::Virt->new(uri => $uri, timeout => $timeout); 1 }, 'nor for new');
        like("$@", qr/\bnew\b.*\btimeout\b/, 'the error names method and argument');
    }
};

subtest 'SYS_VIRT_TIMEOUT' => sub {
    local $ENV{SYS_VIRT_TIMEOUT} = 1;
    my $script = 'eval { Sys::Virt->new(uri => shift, @ARGV) }; print ref $@ && $@->code != Sys::Virt::Error::ERR_INVALID_ARG ? $@->code : $@';
    my $run = sub { my @arguments = @_; my ($out, $err); while_stopped(sub { ($out, $err) = run_perl('-MSys::Virt', '-e', $script, $uri, @arguments) }); "$out$err" };
    is($run->(), Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'is the deadline of scripts that say nothing of it');
    $ENV{SYS_VIRT_TIMEOUT} = 3600;
    is($run->(timeout => 0.5), Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 'what a script says comes first');
    $ENV{SYS_VIRT_TIMEOUT} = 'soon';
    like($run->(), qr/SYS_VIRT_TIMEOUT/, 'an error names it');
};

subtest 'handlers of signals' => sub {
    my $conn = Sys::Virt->new(uri => $uri);
    my $dom  = $conn->get_domain_by_name('test');
    my $patient = Sys::Virt->new(uri => $uri, timeout => 60);

    for (['a call' => sub { $dom->get_info }], ['an opening' => sub { Sys::Virt->new(uri => $uri) }]) {
        my ($name, $call) = @$_;
        my ($error, $took) = while_stopped(sub {
            local $SIG{ALRM} = sub { die "alarm\n" };
            alarm 1;
            $call->();
        });
        is($error, "alarm\n", "$name without a deadline ends when the handler of alarm dies");
        cmp_ok($took, '<', 6, 'at once');
        is($dom->get_info->{nrVirtCpu}, 2, 'the connection works afterwards');
    }

    for my $signal (qw(INT TERM USR1)) {
        my ($error, $took) = while_stopped(sub {
            local $SIG{$signal} = sub { die "$signal\n" };
            my $parent = $$;
            my $pid = fork // die "fork: $!";
            if (!$pid) { sleep 0.5; kill $signal => $parent; POSIX::_exit(0) }
            my $ok = eval { $patient->get_hostname; 1 };
            my $error = $@;
            waitpid $pid, 0;
            die $error if !$ok;
        });
        is($error, "$signal\n", "$signal: a call with a deadline ends when the handler dies");
        cmp_ok($took, '<', 6, 'at once');
    }

    my ($rang, $info) = (0);
    {
        local $SIG{ALRM} = sub { $rang++; $daemon->resume if $rang == 3; alarm 1 if $rang < 3 };
        $daemon->stop;
        alarm 1;
        $info = eval { $dom->get_info };
        $daemon->resume;
    }
    is($rang, 3, 'a handler that returns may run more than once');
    is($info && $info->{nrVirtCpu}, 2, 'the call goes on, and has its result');

    my $inner;
    my ($error) = while_stopped(sub {
        local $SIG{ALRM} = sub { $daemon->resume; $inner = $conn->get_domain_by_name('test')->get_name };
        alarm 1;
        $dom->get_info;
    });
    is($error, 'it lived', 'a handler may call the connection that waits');
    is($inner, 'test', 'and has its result');

    my ($out, $err, $status) = run_perl('-MSys::Virt', '-e', <<'PERL', $uri);
        my $dom = Sys::Virt->new(uri => shift)->get_domain_by_name('test');
        $SIG{ALRM} = sub { exit 7 };
        alarm 1;
        $dom->get_info while 1;
PERL
    is($status >> 8, 7, 'a handler may exit') or diag($err);
};

subtest 'objects that end while the host hangs' => sub {
    my $conn = Sys::Virt->new(uri => $uri, timeout => 1);
    my $dom  = $conn->get_domain_by_name('test');
    my ($error, $took) = while_stopped(sub { eval { $dom->get_info }; undef $dom; undef $conn; die "gone\n" });
    is($error, "gone\n", 'end');
    cmp_ok($took, '<', 6, 'without waiting');
    $daemon->stop;
    my ($out, $err, $status);
    $took = seconds(sub {
        ($out, $err, $status) = run_perl('-MSys::Virt', '-e', 'eval { Sys::Virt->new(uri => shift, timeout => 1) }; print $@->code', $uri);
    });
    $daemon->resume;
    is("$out $status$err", Sys::Virt::Error::ERR_OPERATION_TIMEOUT . ' 0', 'a script that gave up ends well');
    cmp_ok($took, '<', 10, 'without waiting');
};

subtest 'the end of a connection whose host hangs' => sub {
    my $conn = Sys::Virt->new(uri => $uri, timeout => 1);
    my ($error, $took) = while_stopped(sub { undef $conn; die "gone\n" });
    is($error, "gone\n", 'a connection that is dropped');
    cmp_ok($took, '<', 6, 'keeps the script waiting no longer than a call');

    $conn = Sys::Virt->new(uri => $uri, timeout => 1);
    my $dom = $conn->get_domain_by_name('test');
    undef $conn;
    ($error, $took) = while_stopped(sub { undef $dom; die "gone\n" });
    cmp_ok($took, '<', 6, 'nor does the last object of one that was dropped before');

    my $other = Sys::Virt->new(uri => 'test:///default');
    $conn = Sys::Virt->new(uri => $uri, timeout => 60);
    my $ended = 0;
    $conn->register_close_callback(do { my $guard = bless [\$ended], 'Local::Guard'; sub { $guard } });
    undef $conn;
    is($ended, 1, 'its callbacks end with it');
    ok(eval { undef $other; 1 }, 'one without a deadline is closed at once');

    my $script = <<'PERL';
        my ($uri, $daemon) = @ARGV;
        our $conn = Sys::Virt->new(uri => $uri, timeout => 1);
        our $dom  = $conn->get_domain_by_name('test');
        kill STOP => $daemon;
        print "over\n";
PERL
    my ($out, $err, $status);
    $took = seconds(sub { ($out, $err, $status) = run_perl('-MSys::Virt', '-e', $script, $uri, $daemon->{pid}) });
    $daemon->resume;
    is("$out$status$err", "over\n0", 'a script ends that has objects of such a host');
    cmp_ok($took, '<', 10, 'without waiting for long');
};

sub Local::Guard::DESTROY { ${ $_[0][0] }++ }

subtest 'streams' => sub {
    my $pool = eval {
        my $storage = Sys::Virt->new(uri => 'storage+unix:///session?socket=' . $daemon->socket, timeout => 1);
        my $dir = $daemon->socket =~ s{/[^/]+$}{/pool}r;
        mkdir $dir and chmod 0777, $dir or die "$dir: $!";
        $storage->create_storage_pool("<pool type='dir'><name>pool</name><target><path>$dir</path></target></pool>");
    } or plan skip_all => "no storage in this libvirtd: $@";
    my $volume = $pool->create_volume("<volume><name>big</name><capacity unit='MiB'>64</capacity><allocation>0</allocation></volume>");
    my $storage = Sys::Virt->new(uri => 'storage+unix:///session?socket=' . $daemon->socket, timeout => 1);
    $volume = $storage->get_storage_volume_by_path($volume->get_path);
    my $data = '';
    my %call = (
        recv   => sub { 1 while $_[0]->recv($data, 1 << 16) > 0 },
        finish => sub { $_[0]->finish },
        abort  => sub { $_[0]->abort },
        send   => sub { $_[0]->send('x' x (1 << 16), 1 << 16) for 1 .. 1024 },
    );
    for my $method (sort keys %call) {
        my $stream = $storage->new_stream;
        $method eq 'send' ? $volume->upload($stream, 0, 0) : $volume->download($stream, 0, 0);
        times_out($method => 1, $method, sub { $call{$method}->($stream) });
    }
    my $stream = $storage->new_stream;
    $volume->download($stream, 63 << 20, 0);
    is($stream->recv($data, 10), 10, 'recv: gives the number of bytes');
    is($data, "\0" x 10, 'recv: and the bytes');
    {
        my ($deleted, $count, %of);
        my $in = $storage->new_stream;
        $volume->download($in, 0, 0);
        $storage->set_timeout(30);
        local $SIG{ALRM} = sub { delete $of{data}; $deleted = 1; $daemon->resume };
        $daemon->stop;
        Time::HiRes::alarm(0.3);
        # What has been sent already comes without a wait.
        do { $of{data} = ''; $count = $in->recv($of{data}, 1 << 16) } until $deleted;
        cmp_ok($count, '>', 0, 'recv: goes on when a handler of a signal deletes its variable meanwhile');
        is_deeply([keys %of], [], 'recv: which stays deleted');
        $in->abort;
        $storage->set_timeout(1);
    }
    my ($error, $took) = while_stopped(sub { undef $stream; die "gone\n" });
    cmp_ok($took, '<', 6, 'one that is dropped before its end keeps nobody waiting');
    is(eval { $storage->new_stream->async; 1 }, 1, 'the connection works afterwards');
    like(eval { $storage->new_stream->async->recv($data, 10); 1 } ? 'it lived' : $@, qr/\brecv\b.*cannot be called so/, 'recv: not by async');
};

subtest 'objects whose connection libvirt does not tell' => sub {
    my $conn = Sys::Virt->new(uri => $uri, timeout => 1);
    my ($device) = $conn->list_all_node_devices;
    times_out(get_xml_description => 1, 'a node device', sub { $device->get_xml_description });
    like($device->get_xml_description, qr/<device>/, 'works when the host does again');
    my $found = $conn->async->get_node_device_by_name($device->get_name)->get;
    times_out(get_xml_description => 1, 'one that came by async', sub { $found->get_xml_description });
    my $port = $conn->get_network_by_name('default');
    times_out(get_xml_description => 1, 'a network', sub { $port->get_xml_description });
    my ($stats) = $conn->get_all_domain_stats(0);
    times_out(get_info => 1, 'a domain out of its statistics', sub { $stats->{dom}->get_info });
};

subtest 'a host that hangs and is asked again and again' => sub {
    plan skip_all => 'no /proc/self here' if !tasks() || !defined memory();
    my $conn = Sys::Virt->new(uri => $uri);
    my $dom  = $conn->get_domain_by_name('test');
    my %ask = (
        get_info           => sub { eval { $dom->get_info } },
        get_domain_by_name => sub { eval { $conn->get_domain_by_name('test') } },
        new                => sub { eval { Sys::Virt->new(uri => $uri, timeout => 0.005) } },
        screenshot         => sub { my $stream = $conn->new_stream; eval { $dom->screenshot($stream, 0) } },
    );
    if (eval { require Future }) {
        $ask{'get_info by async'} = sub { eval { $dom->async->get_info->get } };
        $ask{'get_info by async, canceled'} = sub { $dom->async->get_info->cancel };
        $ask{'get_info by async, and nobody looks'} = sub { $dom->async->get_info; sleep 0.006; Sys::Virt::Future->deliver };
    }
    $daemon->stop;
    $conn->set_timeout(0.005);
    for my $name (sort keys %ask) {
        $ask{$name}->() for 1 .. 100;
        my $threads = tasks();
        no_leak("$name, over and over", $ask{$name}, 500);
        cmp_ok(tasks(), '<=', $threads, 'with the same threads');
    }
    $daemon->resume;
    $conn->set_timeout(60);
    is($dom->get_info->{nrVirtCpu}, 2, 'it answers when it goes on');
    is(Sys::Virt->new(uri => $uri, timeout => 60)->get_type, 'TEST', 'and is opened again');
    is($conn->get_domain_by_name('test')->get_name, 'test', 'and goes on doing so');
};

subtest 'cost' => sub {
    plan skip_all => 'no /proc/self here' if !tasks() || !defined memory();
    my ($out) = run_perl('-It/lib', '-MSys::Virt', '-MTest::SysVirt::Futures', '-e', <<'PERL');
        my $dom = Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test');
        $dom->get_info for 1 .. 10;
        print tasks();
PERL
    is($out, 1, 'without a deadline there is no thread');
    my $conn = Sys::Virt->new(uri => 'test:///default', timeout => 60);
    my $dom  = $conn->get_domain_by_name('test');
    no_leak('a call with a deadline', sub { my $info = $dom->get_info }, 10_000);
    no_leak('an error of one', sub { eval { $conn->get_domain_by_name('none') } }, 10_000);
    local $SIG{ALRM} = sub { };
    my $plain = Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test');
    no_leak('a call that a signal may interrupt', sub { my $info = $plain->get_info }, 10_000);
};

done_testing;
