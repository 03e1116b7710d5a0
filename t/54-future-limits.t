# Calls on other threads where the process has as many descriptors, or threads, as it may.
use strict;
use warnings;
use lib 't/lib';
use POSIX ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::English;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);

BEGIN { needs('Future') }

my $fleet = Test::SysVirt::Fleet->start(hosts => 1, delay => 0.05);
my $slow  = $fleet->uri(0);
watchdog(300);

subtest 'no descriptor left' => sub {
    $fleet->delay(0.3);
    my $script = <<'PERL';
        use strict;
        use warnings;
        use Sys::Virt;
        use Sys::Virt::Future;
        my $conn = Sys::Virt->new(uri => shift);
        Sys::Virt::Event::register_default();
        my $dom = $conn->get_domain_by_name('test');
        { my @open; 1 while open $open[@open], '<', '/dev/null' and @open < 100; print "$!\n"; @ARGV = \@open }
        $conn->set_timeout(0.1);
        print eval { $dom->get_xml_description } ? "in time\n" : $@->code . "\n";
        $conn->set_timeout(30);
        print $dom->get_max_vcpus, "\n", $conn->async->get_domain_by_name('test')->get->get_name, "\n";
        print eval { Sys::Virt::Future->fileno } // $@ =~ s/ at -e.*//sr, "\n";
        @{ shift @ARGV } = ();
        print Sys::Virt::Future->fileno > 2 ? "there\n" : "none\n";
        my $future = $conn->async->get_domain_by_name('test');
        Sys::Virt::Event::run_default() until $future->is_ready;
        print $future->get->get_name, "\n";
PERL
    my ($out, $err, $status) = run_perl('-e', 'exec "/bin/sh", "-c", "ulimit -n 64; exec \"\$@\"", "sh", $^X, "-e", @ARGV', $script, $slow);
    my $many = do { local $! = POSIX::EMFILE; "$!" };
    is_deeply([split /\n/, $out], [$many, Sys::Virt::Error::ERR_OPERATION_TIMEOUT, 2, 'test',
        "Sys::Virt::Future::fileno: cannot make a descriptor: $many", 'there', 'test'],
        'a deadline comes, calls are done, and the event loop delivers once there is one') or diag($err);
    is($status, 0, 'the process ends well');
};

subtest 'no thread left for deadlines' => sub {
    plan skip_all => 'no prlimit here' if !grep { -x "$_/prlimit" } split /:/, $ENV{PATH};
    my ($out, $err, $status) = run_perl('-e', <<'PERL', $slow);
        use strict;
        use warnings;
        use Sys::Virt;
        use Sys::Virt::Future;
        my $conn = Sys::Virt->new(uri => shift);
        # From here on a thread waits for calls. Another one has no room for its stack.
        $conn->async->get_hostname->get;
        open my $in, '<', '/proc/self/status' or die $!;
        my ($size) = map { /^VmSize:\s*(\d+)/ } <$in>;
        system 'prlimit', "--pid=$$", '--as=' . ($size + 300 << 10) and die 'prlimit';
        print eval { $conn->async(timeout => 30)->get_hostname; 1 } ? "begun\n" : $@->message . "\n";
        $conn->set_timeout(30);
        print eval { $conn->get_hostname; 1 } ? "begun\n" : $@->message . "\n";
        $conn->set_timeout(undef);
        print $conn->async->get_domain_by_name('test')->get->get_name, "\n";
PERL
    my $refused = 'cannot begin a thread for the call';
    is_deeply([split /\n/, $out], [$refused, $refused, 'test'], 'a call that would have none is refused, others are made') or diag($err);
    is($status, 0, 'the process ends well');
};

done_testing;
