# A panic in a function that libvirt calls is a bug of this module. It ends neither the process nor
# libvirt's work, and says what it was and where. Only a debug build can be made to have one.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

chdir '..' if !-e 'Cargo.toml';
my $target = $ENV{CARGO_TARGET_DIR} || 'target';
local $ENV{PERL} = $^X;
is(system('cargo build --locked --quiet'), 0, 'cargo makes a debug build') or BAIL_OUT('no debug build');
my $dir = tempdir(CLEANUP => 1);
make_path("$dir/auto/Sys/Virt");
symlink abs_path("$target/debug/libsys_virt.so"), "$dir/auto/Sys/Virt/Virt.so" or die "symlink: $!";

my $panic = qr/^libvirt error code: 1, message: (?:Sys::Virt::\w+::\w+: )?provoked by SYS_VIRT_TEST_PANIC at src\/\S+:\d+$/;

# Runs a script with the debug build; gives what it printed, and how it ended.
sub script {
    my ($code) = @_;
    my $pid = open my $pipe, '-|' // die "fork: $!";
    if (!$pid) {
        open STDERR, '>&', \*STDOUT or die $!;
        exec $^X, "-I$dir", '-Ilib', '-e', "use Sys::Virt; use Sys::Virt::Event; use Sys::Virt::Domain; $code";
    }
    local $/;
    my $said = <$pipe>;
    close $pipe;
    return ($said, $?);
}

my %cases = (
    'an event callback' => q{
        Sys::Virt::Event::register_default();
        my $conn = Sys::Virt->new(uri => 'test:///default');
        $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { print "called\n" });
        $conn->get_domain_by_name('test')->suspend;
        $ENV{SYS_VIRT_TEST_PANIC} = 1;
        eval { Sys::Virt::Event::run_default() for 1 .. 3 };
    },
    'the callback of a timer' => q{
        Sys::Virt::Event::register_default();
        Sys::Virt::Event::add_timeout(0, sub { print "called\n" });
        $ENV{SYS_VIRT_TEST_PANIC} = 1;
        eval { Sys::Virt::Event::run_default() };
    },
    'a handler of recv_all' => q{
        my $conn   = Sys::Virt->new(uri => 'test:///default');
        my $stream = $conn->new_stream;
        $conn->get_domain_by_name('test')->screenshot($stream, 0);
        $ENV{SYS_VIRT_TEST_PANIC} = 1;
        eval { $stream->recv_all(sub { print "called\n" }) };
    },
    'an event loop written in Perl' => q{
        package Local::Loop; our @ISA = 'Sys::Virt::EventImpl';
        sub add_handle { 1 } sub update_handle { } sub remove_handle { 0 }
        sub add_timeout { 1 } sub update_timeout { } sub remove_timeout { 0 }
        package main;
        Sys::Virt::Event::register(bless {}, 'Local::Loop');
        $ENV{SYS_VIRT_TEST_PANIC} = 1;
        eval { Sys::Virt::Event::add_timeout(10, sub { }) };
        my $first = $@;
        delete $ENV{SYS_VIRT_TEST_PANIC};
        eval { Sys::Virt::Event::_run_timeout_callback(undef, 1, 1, 1) };
        eval { Sys::Virt::Event::run_default() };
    },
);
for my $where (sort keys %cases) {
    my ($said, $status) = script("$cases{$where} print ref \$@, '|', \$@; print 'alive';");
    is($status, 0, "a panic in $where does not end the process");
    like($said, qr/\ASys::Virt::Error\|(.*)\nalive\z/, "a panic in $where comes out as one exception, and is not printed");
    my ($error) = $said =~ /\|(.*)\n/;
    like($error, $panic, "a panic in $where says what it was, and where");
}

done_testing;
