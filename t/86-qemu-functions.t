use strict;
use warnings;
use lib 't/lib';
use Test::More;
use JSON::PP ();
use Test::SysVirt::Driver;
use Test::SysVirt::Guest;
use Test::SysVirt::Qemu;
use Time::HiRes qw(time);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::QEMU;

# Sys::Virt::QEMU on a real one: its monitor, and the agent of a guest.

my $bed  = Test::SysVirt::Qemu->new(seconds => 240);
my $conn = $bed->conn;
my $dom  = Test::SysVirt::Guest->start($bed, 'monitor');

sub guest { Test::SysVirt::Guest->sh($bed, $dom, @_) }

subtest 'qemu_monitor_command' => sub {
    my $text = $dom->qemu_monitor_command('{"execute":"query-status"}');
    like($text, qr/^\{"return":\s*\{.*"status":\s*"running"/, 'text gives text');
    my $reply = $dom->qemu_monitor_command({ execute => 'query-status' });
    is($reply->{return}{status}, 'running', 'a structure gives a structure');
    isa_ok($reply->{return}{running}, 'JSON::PP::Boolean', 'with a truth');
    ok($reply->{return}{running}, 'that is true');
    ok(!$reply->{return}{singlestep}, 'and one that is not');
    is_deeply([map { $_ + 0 } @{ $dom->qemu_monitor_command({ execute => 'query-memory-size-summary' })->{return} }{'base-memory'}],
        [192 << 20], 'a number is the number of bytes');
    like($dom->qemu_monitor_command('info status', Sys::Virt::QEMU::MONITOR_COMMAND_HMP), qr/^VM status: running\r?\n/, 'a command for people');

    my %peek = (execute => 'human-monitor-command', arguments => { 'command-line' => 'info status', 'cpu-index' => 0 });
    like($dom->qemu_monitor_command(\%peek)->{return}, qr/^VM status/, 'a number arrives as one');
    my %unknown = (execute => 'human-monitor-command', arguments => { 'command-line' => "caf\x{e9}\x{20ac}" });
    like($dom->qemu_monitor_command(\%unknown)->{return}, qr/: 'caf\x{e9}\x{20ac}'/, 'characters arrive, and come back');
    my %log = (execute => 'qom-set', arguments => { path => '/machine', property => 'graphics', value => JSON::PP::false });
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $dom->qemu_monitor_command({ %log, arguments => { %{ $log{arguments} }, value => 'no' } }) },
        'a string is no truth to QEMU', qr/QEMU says GenericError: Invalid parameter type/);
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $dom->qemu_monitor_command({ execute => 'no-such-command' }) },
        'what QEMU refuses', qr/^Sys::Virt::Domain::qemu_monitor_command: QEMU says CommandNotFound: .*no-such-command.* at \Q$0\E line \d+\.$/);
    like($dom->qemu_monitor_command('{"execute":"no-such-command"}'), qr/"error".*CommandNotFound/, 'as text, too');
    fails(Sys::Virt::Error::ERR_INTERNAL_ERROR, sub { $dom->qemu_monitor_command('no JSON') }, 'text that is none');
};

subtest 'qemu_monitor_command, asynchronous' => sub {
    eval { require Future; 1 } or plan skip_all => 'no Future here';
    is($dom->async->qemu_monitor_command({ execute => 'query-status' })->get->{return}{status}, 'running', 'a structure');
    like($dom->async->qemu_monitor_command('info status', Sys::Virt::QEMU::MONITOR_COMMAND_HMP)->get, qr/running/, 'text');
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { $dom->async->qemu_monitor_command({ execute => 'no-such-command' })->get },
        'what QEMU refuses', qr/CommandNotFound/);
};

subtest 'qemu_monitor_command_with_files' => sub {
    pipe my $read, my $write or die "pipe: $!";
    my %add = (execute => 'add-fd', arguments => { 'fdset-id' => 77, opaque => 'rdonly:mine' });
    my ($reply, @files) = $dom->qemu_monitor_command_with_files(\%add, [fileno $read]);
    is($reply->{return}{'fdset-id'}, 77, 'QEMU has the descriptor');
    is_deeply(\@files, [], 'none came back');
    my ($set) = grep { $_->{'fdset-id'} == 77 } @{ $dom->qemu_monitor_command({ execute => 'query-fdsets' })->{return} };
    is_deeply([map { [@$_{qw(fd opaque)}] } @{ $set->{fds} }], [[$reply->{return}{fd}, 'rdonly:mine']], 'and says so');
    my ($text) = $dom->qemu_monitor_command_with_files(JSON::PP->new->encode({ execute => 'remove-fd', arguments => { 'fdset-id' => 77 } }), []);
    like($text, qr/^\{"return":/, 'text, without a descriptor');
    fails(undef, sub { $dom->qemu_monitor_command_with_files(\%add, [99_999]) }, 'one that is not open');
};

subtest 'events of the monitor' => sub {
    # Of its own: one that knows of the loop is closed by the daemon where the loop does not run.
    Sys::Virt::Event::register_default();
    my $conn = Sys::Virt->new(uri => 'qemu:///system');
    my $dom = $conn->get_domain_by_name($dom->get_name);
    my %seen;
    my $on = sub {
        my ($which, $domain, $event, $flags) = @_;
        return $conn->qemu_monitor_event_register($domain, $event, sub { push @{ $seen{$which} }, [@_]; return }, $flags // 0);
    };
    my %id = (
        name    => $on->('name', $dom, 'STOP'),
        pattern => $on->('pattern', $dom, '^(stop|resume)$', Sys::Virt::QEMU::MONITOR_EVENT_REGISTER_REGEX | Sys::Virt::QEMU::MONITOR_EVENT_REGISTER_NOCASE),
        all     => $on->('all', undef, undef),
    );
    my $start = time;
    $dom->suspend;
    $dom->resume;
    my $end = time + 30;
    Sys::Virt::Event::add_timeout(100, sub { });
    Sys::Virt::Event::run_default() until time > $end || 2 == grep { $_->[2] =~ /^(?:STOP|RESUME)$/ && $_->[1]->get_name eq $dom->get_name } @{ $seen{all} };
    is_deeply([map { $_->[2] } @{ $seen{name} }], ['STOP'], 'by name');
    is_deeply([map { $_->[2] } @{ $seen{pattern} }], [qw(STOP RESUME)], 'by a pattern');
    my ($stop) = @{ $seen{name} };
    is($stop->[0], $conn, 'the callback gets the connection');
    is($stop->[1]->get_name, $dom->get_name, 'the domain');
    cmp_ok(abs($stop->[3] + $stop->[4] / 1e6 - $start), '<', 60, 'the time');
    is($stop->[5], undef, 'and no details, where there are none');
    is($conn->qemu_monitor_event_deregister($id{$_}), undef, "qemu_monitor_event_deregister: $_") for sort keys %id;
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $conn->qemu_monitor_event_deregister($id{name}) }, 'a second time');
};

subtest 'qemu_attach' => sub {
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $conn->qemu_attach($$) }, 'libvirt has it no more', qr/virDomainQemuAttach/);
};

ok(Test::SysVirt::Guest->ready($bed, $dom), 'agent: answers when the guest has booted') or die 'no guest';

subtest 'qemu_agent_command' => sub {
    my $info = $dom->qemu_agent_command({ execute => 'guest-info' });
    my %command = map { $_->{name} => $_ } @{ $info->{return}{supported_commands} };
    ok($command{'guest-exec'}{enabled}, 'a structure gives a structure, with truths');
    like($dom->qemu_agent_command('{"execute":"guest-info"}', Sys::Virt::QEMU::AGENT_COMMAND_BLOCK), qr/^\{"return":/, 'text gives text');
    is($dom->qemu_agent_command({ execute => 'guest-sync', arguments => { id => 7 } })->{return}, 7, 'a number arrives, and comes back');
    fails(undef, sub { $dom->qemu_agent_command({ execute => 'guest-file-close', arguments => { handle => 99 } }) }, 'what the agent refuses');
};

subtest 'guest_exec' => sub {
    my $done = Sys::Virt::QEMU::guest_exec($dom, ['/bin/tr', 'a-z', 'A-Z'], input => "some input\n", timeout => 30);
    is_deeply($done, { status => 0, signal => undef, output => "SOME INPUT\n", errors => '', is_cut => 0 }, 'input and output');
    $done = Sys::Virt::QEMU::guest_exec($dom, ['/bin/sh', '-c', 'echo "$NOTE" >&2; exit 3'], env => { NOTE => "caf\xc3\xa9", PATH => '/bin' });
    is_deeply($done, { status => 3, signal => undef, output => '', errors => "caf\xc3\xa9\n", is_cut => 0 }, 'exit status, errors, and bytes as they were');
    $done = Sys::Virt::QEMU::guest_exec($dom, ['/bin/sh', '-c', 'kill -TERM $$']);
    is_deeply([@$done{qw(status signal)}], [undef, 15], 'a signal');
    my $bytes = join '', map { chr } 0 .. 255;
    is(Sys::Virt::QEMU::guest_exec($dom, ['/bin/cat'], input => $bytes)->{output}, $bytes, 'all bytes');
    is(Sys::Virt::QEMU::guest_exec($dom, ['/bin/echo', 'unseen'], capture => 0)->{output}, '', 'output that nobody wants');
    fails(undef, sub { Sys::Virt::QEMU::guest_exec($dom, ['/no/such']) }, 'a program that is not there', qr{^Sys::Virt::QEMU::guest_exec: .*/no/such.* at \Q$0\E line});
    my $start = time;
    fails(Sys::Virt::Error::ERR_OPERATION_TIMEOUT, sub { Sys::Virt::QEMU::guest_exec($dom, ['/bin/sleep', 60], timeout => 1.5) },
        'a program that takes longer', qr{^Sys::Virt::QEMU::guest_exec: /bin/sleep, process \d+ in the guest, has not ended within 1\.5 s at });
    cmp_ok(time - $start, '<', 20, 'and is not waited for');
    for my $bad ([timeout => 'soon'], [colour => 1], ['input'], [input => "\x{100}"], [env => [1]]) {
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { Sys::Virt::QEMU::guest_exec($dom, ['/bin/true'], @$bad) }, "the option $bad->[0], wrong");
    }
};

subtest 'an agent that allows less' => sub {
    guest('mkdir -p /etc/qemu; printf "[general]\nblock-rpcs=guest-exec\nblacklist=guest-exec\n" > /etc/qemu/qemu-ga.conf; killall qemu-ga');
    ok($bed->wait_for(sub {
        my $info = eval { $dom->qemu_agent_command({ execute => 'guest-info' }, 2) } or return;
        return !{ map { $_->{name} => $_->{enabled} } @{ $info->{return}{supported_commands} } }->{'guest-exec'};
    }, 60), 'it says so');
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { Sys::Virt::QEMU::guest_exec($dom, ['/bin/true'], timeout => 5) },
        'guest_exec says that it is forbidden, and where', qr{does not allow guest-exec, .*qemu-ga\.conf});
};

subtest 'an agent that does not answer' => sub {
    guest('killall -STOP init qemu-ga');
    my $start = time;
    fails(undef, sub { $dom->qemu_agent_command({ execute => 'guest-info' }, 2) }, 'qemu_agent_command: fails after its time', qr/agent/);
    fails(undef, sub { Sys::Virt::QEMU::guest_exec($dom, ['/bin/true'], timeout => 2) }, 'guest_exec: fails after its time', qr/agent/);
    cmp_ok(time - $start, '<', 30, 'not later');
    guest('killall -CONT init qemu-ga');
};

$dom->destroy;
done_testing;
