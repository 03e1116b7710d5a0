use strict;
use warnings;
use lib 't/lib';
use Test::More;
use POSIX ();
use Test::SysVirt::Container;
use Test::SysVirt::Cookbook qw(run_recipe);
use Test::SysVirt::Driver;
use Test::SysVirt::Enclosure;
use Test::SysVirt::Futures;
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::LXC;

# Sys::Virt::LXC on a real container.

my $bed = Test::SysVirt::Enclosure->enter(seconds => 120, needs => [qw(/usr/lib/libvirt/libvirt_lxc /bin/busybox
    /usr/lib/*/libvirt/connection-driver/libvirt_driver_lxc.so /sys/fs/cgroup/memory/tasks)]);
my $daemon = $bed->libvirtd;
my $conn = Sys::Virt->new(uri => 'lxc:///system');
my $box = Test::SysVirt::Container->new($bed, 'box');
my $dom = $conn->define_domain($box->xml);

# Now and then libvirtd misses which process init is, and the container is started once more.
for (1 .. 10) {
    $dom->create;
    last if until_true(sub { eval { $dom->send_process_signal(1, Sys::Virt::Domain::PROCESS_SIGNAL_NOP); 1 } && -e $box->path('bin/hostname') }, 5);
    $dom->destroy;
}
is($dom->is_active, 1, 'the container runs') or die;

sub descriptors { opendir my $dir, '/proc/self/fd' or die $!; return scalar(() = readdir $dir) }

subtest 'lxc_open_namespace' => sub {
    my $before = descriptors();
    {
        my @namespaces = $dom->lxc_open_namespace;
        cmp_ok(scalar @namespaces, '>=', 5, 'a list of handles');
        is(scalar(grep { ref eq 'GLOB' && defined fileno($_) } @namespaces), scalar @namespaces, 'open ones');
        my %kind = map { readlink('/proc/self/fd/' . fileno($_)) =~ /^(\w+):\[/ ? ($1 => 1) : () } @namespaces;
        is_deeply([grep { !$kind{$_} } qw(ipc mnt net pid uts)], [], 'one for each kind of namespace');
        is(scalar(grep { system('sh', '-c', '[ ! -e /proc/$$/fd/' . fileno($_) . ' ]') } @namespaces), 0, 'no other program gets them');
    }
    is(descriptors(), $before, 'they close when they are dropped');
    $dom->lxc_open_namespace;
    is(descriptors(), $before, 'and where nobody takes them');
    SKIP: {
        skip 'no Future here', 2 if !eval { require Future; 1 };
        is(scalar(my @later = $dom->async->lxc_open_namespace->get), scalar(my @now = $dom->lxc_open_namespace), 'async');
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->async->lxc_enter_namespace([]) }, 'to enter is for the process itself', qr/lxc_enter_namespace/);
    }
};

# What that code says, in a child.
sub in_child {
    my ($code) = @_;
    my $pid = open my $child, '-|';
    die "fork: $!" if !defined $pid;
    if (!$pid) {
        print eval { $code->() } // "died: $@";
        close STDOUT;
        POSIX::_exit(0);
    }
    local $/;
    return scalar <$child>;
}

subtest 'lxc_enter_namespace' => sub {
    my @namespaces = map { fileno($_) } my @held = $dom->lxc_open_namespace;
    my $here = (POSIX::uname())[1];
    my $said = in_child(sub {
        my @old = $dom->lxc_enter_namespace(\@namespaces);
        my $there = (POSIX::uname())[1];
        my $init = -e '/init' ? 'its files' : 'other files';
        my $pid = open my $inside, '-|';
        die "fork: $!" if !defined $pid;
        if (!$pid) { print $$; close STDOUT; POSIX::_exit(0) }
        my $number = <$inside>;
        close $inside;
        return join ' ', scalar @old, $there, $init, $number < 1000 ? 'its processes' : "process $number";
    });
    my $old = @namespaces;
    is($said, "$old " . $dom->get_name . ' its files its processes', 'the process is in the container, and gets its old namespaces');
    is((POSIX::uname())[1], $here, 'its parent is not');
    like(in_child(sub {
        my @old = $dom->lxc_enter_namespace(\@namespaces);
        return join " ", map { (stat $_)[1] ? "open" : "closed" } @old;
    }), qr/^open(?: open)*\z/, "the old ones are open handles");
    fails(undef, sub { $dom->lxc_enter_namespace([99_999]) }, 'a descriptor that is not open');
};

subtest 'lxc_enter_cgroup' => sub {
    my $mine = sub { open my $in, '<', '/proc/self/cgroup' or die $!; join '', grep { /:memory:/ } <$in> };
    like(in_child(sub { $dom->lxc_enter_cgroup; $mine->() }), qr/lxc-\d+-[^\n]*box/, 'the process is in the group of the container');
    unlike($mine->(), qr/box/, 'its parent is not');
    my $test = Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test');
    fails(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED, sub { $test->lxc_enter_cgroup }, 'no container', qr/not a container/);
};

subtest 'lxc_enter_security_label' => sub {
    my $label = { label => '', enforcing => 0 };
    is_deeply($dom->lxc_enter_security_label({ model => 'none', doi => '0' }, $label), $label, 'a host without a model: nothing to do');
    fails(undef, sub { $dom->lxc_enter_security_label({ model => 'other' }, $label) }, 'a model that is not here');
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->lxc_enter_security_label({ model => 'x' x 300 }, $label) }, 'a name that is too long', qr/key 'model': is longer than 256 bytes/);
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { $dom->lxc_enter_security_label({}, { label => [] }) }, 'a label that is none', qr/key 'label'/);
};

subtest 'run' => sub {
    is_deeply(Sys::Virt::LXC::run($dom, ['/bin/hostname']), { status => 0, signal => undef, output => $dom->get_name . "\n", errors => '' }, 'a program, in the container');
    is_deeply(Sys::Virt::LXC::run($dom, ['/bin/sh', '-c', 'echo "$NOTE" >&2; exit 3'], env => { NOTE => 'mine', PATH => '/bin' }),
        { status => 3, signal => undef, output => '', errors => "mine\n" }, 'its exit status and errors');
    is_deeply([@{ Sys::Virt::LXC::run($dom, ['/bin/sh', '-c', 'kill -TERM $$']) }{qw(status signal)}], [undef, 15], 'a signal');
    my $much = 'x' x 1_000_000;
    is(Sys::Virt::LXC::run($dom, ['/bin/cat'], input => $much)->{output}, $much, 'more input and output than fits into a pipe');
    is(Sys::Virt::LXC::run($dom, ['/bin/true'], input => $much)->{status}, 0, 'input that nobody reads');
    like(Sys::Virt::LXC::run($dom, ['/bin/cat', '/proc/self/status'])->{output}, qr/^NSpid:\s+\d{1,3}$/m, 'among its processes');
    fails(Sys::Virt::Error::ERR_OPERATION_FAILED, sub { Sys::Virt::LXC::run($dom, ['/no/such']) }, 'a program that is not there',
        qr{^Sys::Virt::LXC::run: /no/such: No such file or directory at \Q$0\E line});
    my $before = descriptors();
    Sys::Virt::LXC::run($dom, ['/bin/true']) for 1 .. 3;
    is(descriptors(), $before, 'no descriptor is left');
    for my $bad ([colour => 1], ['input'], [input => "\x{100}"], [env => [1]]) {
        fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { Sys::Virt::LXC::run($dom, ['/bin/true'], @$bad) }, "the option $bad->[0], wrong");
    }
    fails(Sys::Virt::Error::ERR_INVALID_ARG, sub { Sys::Virt::LXC::run($dom, 'true') }, 'no list');
};

# Here, for they need the system's own libvirtd, and this test has one.
subtest 'recipes of Sys::Virt::Cookbook' => sub {
    is_deeply([run_recipe('Run a program in a container', 'lxc:///system', $dom->get_name, '/bin/hostname')], [$dom->get_name . "\n", '', 0], 'Run a program in a container: its output');
    is_deeply([run_recipe('Run a program in a container', 'lxc:///system', $dom->get_name, '/bin/sh', '-c', 'echo no >&2; exit 3')], ['', "no\n", 3 << 8], 'and its errors and status');
    my ($out, $err, $status) = run_recipe('Who is connected to a daemon', 'libvirtd:///system', 'libvirtd');
    like($out, qr/^\d+ since \w.*: process @{[$$]}$/m, 'Who is connected to a daemon: this process');
    is($status, 0, 'and ends well') or diag($err);
};

$dom->destroy;
fails(Sys::Virt::Error::ERR_OPERATION_INVALID, sub { $dom->lxc_open_namespace }, 'a container that does not run');
fails(undef, sub { Sys::Virt::LXC::run($dom, ['/bin/true']) }, 'run: of one that does not run', qr/^Sys::Virt::LXC::run: /);
$dom->undefine;
done_testing;
