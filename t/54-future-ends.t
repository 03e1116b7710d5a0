# Calls that do not block, and the ends of things: of the process, of threads, of objects, of
# copies in a child.
use strict;
use warnings;
use lib 't/lib';
use Config;
use File::Temp ();
use POSIX ();
use Test::More;
use Sys::Virt;
use Test::SysVirt::English;
use Test::SysVirt::Fleet;
use Test::SysVirt::Futures;
use Test::SysVirt::Perl qw(run_perl);
use Test::SysVirt::URI qw(file_uri);
use Time::HiRes qw(sleep time);

BEGIN { needs('Future') }

# The first host answers after a while, the second one is stopped now and then.
my $fleet = Test::SysVirt::Fleet->start(hosts => 2, delay => 0);
my $slow  = $fleet->uri(0);
watchdog(300);

# A script that has calls in flight, to a host that answers later and to one that never does, and
# then ends somehow; $hung and $conn are the connections, $dom a domain, @futures the calls.
my $begin = <<'PERL';
    use strict;
    use warnings;
    use Sys::Virt;
    my ($slow, $stopped, $hung_uri) = @ARGV;
    our ($conn, $hung) = map { Sys::Virt->new(uri => $_) } $slow, $stopped;
    our $dom = $conn->get_domain_by_name('test');
    print "begun\n";
    <STDIN>;
    our @futures = ((map { $dom->async->get_info } 1 .. 10), (map { $hung->async->get_hostname } 1 .. 10),
        Sys::Virt->async->new(uri => $hung_uri));
    select undef, undef, undef, 0.1;
    $| = 1;
PERL

# Its output without the first line, and how it ended, after how many seconds.
sub ends {
    my ($end) = @_;
    $fleet->resume_host(1);
    $fleet->delay(0);
    pipe my $from_us, my $to_it or die "pipe: $!";
    pipe my $from_it, my $to_us or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN, '<&', $from_us or die $!;
        open $_, '>&', $to_us or die $! for *STDOUT, *STDERR;
        close $_ for $to_it, $from_it;
        alarm 60;
        local $ENV{PERL5LIB} = join ':', grep { !ref } @INC;
        exec $^X, '-e', "BEGIN { \$| = 1 } $begin\n$end", $slow, $fleet->uri(1), $fleet->hung_uri or die $!;
    }
    close $_ for $from_us, $to_us;
    my $begun = readline $from_it;
    $fleet->stop_host(1);
    $fleet->delay(0.2);
    my $start = time;
    close $to_it;
    my $output = join '', readline $from_it;
    waitpid $pid, 0;
    return (($begun // '') eq "begun\n" ? $output : "$begun$output", $?, time - $start);
}

subtest 'the process ends with calls in flight' => sub {
    my @ends = (
        ['at the end of the script', '', 0],
        ['by exit', 'exit 3', 3 << 8],
        ['by die', 'open STDERR, ">", "/dev/null"; $! = 0; die "over\n"', 255 << 8],
        ['by POSIX::_exit', 'require POSIX; POSIX::_exit(4)', 4 << 8],
        ['by a signal', 'kill TERM => $$; sleep 5', 15],
        ['by exec', 'exec $^X, "-e", "print 7"', 0, '7'],
        ['by exec of what runs long', 'exec $^X, "-e", "select undef, undef, undef, 0.5; print 8"', 0, '8'],
        ['by exit in on_ready', '$futures[0]->on_ready(sub { exit 5 }); $futures[0]->await; sleep 5', 5 << 8],
        ['by exit in END', 'END { $? = 6 }', 6 << 8],
        ['after a program by system', 'print "s"; system $^X, "-e", "print 9"; print $futures[0]->get->{nrVirtCpu}', 0, 's92'],
        ['after its objects', 'undef $_ for $dom, $conn, $hung; print "u"', 0, 'u'],
        ['after its futures', '@futures = (); print "f"', 0, 'f'],
        ['with futures in a cycle', '$_->on_ready(my $kept = do { my $f = $_; sub { $f } }) for @futures; print "c"', 0, 'c'],
        ['with a global that destroys late', 'package Late; sub DESTROY { eval { $main::dom && $main::dom->async->get_name } } our $late = bless []; package main; print "l"', 0, 'l'],
    );
    for (@ends) {
        my ($name, $code, $status, $want) = @$_;
        my ($output, $ended, $took) = ends($code);
        is($ended, $status, "$name: with its status");
        is($output, $want // '', 'and says what it should');
        cmp_ok($took, '<', 10, 'without waiting for the host that hangs');
    }
    my @wrong;
    for (1 .. 20) {
        my ($output, $ended) = ends('exit 0');
        push @wrong, "$ended $output" if $ended || length $output;
    }
    is_deeply(\@wrong, [], 'many times');
};

$fleet->resume_host(1);
$fleet->delay(0.05);
my $conn = Sys::Virt->new(uri => $slow);
my $name = $conn->get_hostname;

subtest 'objects end with calls in flight' => sub {
    my $dom = $conn->get_domain_by_name('test');
    my $call = $dom->async->get_name;
    my $info = $dom->async->get_info;
    undef $dom;
    is($info->get->{nrVirtCpu}, 2, 'a call on a domain that was dropped');
    is($call->get, 'test', 'and another');
    my $second = Sys::Virt->new(uri => $slow);
    my @futures = map { $second->async->get_hostname } 1 .. 7;
    undef $second;
    is_deeply([map { $_->get } @futures], [($name) x 7], 'calls on a connection that was dropped, and those behind them');
    my $destroyed = Sys::Virt->new(uri => $slow);
    my $future = $destroyed->async->get_hostname;
    $destroyed->DESTROY;
    is($future->get, $name, 'on one that was destroyed by hand');
    my $found = $conn->async->get_domain_by_name('test');
    undef $found;
    sleep 0.5;
    Sys::Virt::Future->deliver;
    is($conn->get_hostname, $name, 'an object that nobody waits for is let go');
    my ($first, $last);
    $first = $conn->async->get_hostname->on_ready(sub { undef $first; $last = 1 });
    until_true(sub { Sys::Virt::Future->deliver; $last }, 10);
    ok($last, 'a callback may drop its future');
};

subtest 'callbacks that die' => sub {
    my @futures = map { $conn->async->get_hostname } 1 .. 3;
    my $ran = 0;
    $_->on_ready(sub { $ran++; die "died $ran\n" }) for @futures;
    my @died;
    until_true(sub { eval { Sys::Virt::Future->deliver; 1 } or push @died, $@; @died == 3 }, 10);
    is_deeply([sort @died], ["died 1\n", "died 2\n", "died 3\n"], 'each exception comes out');
    is_deeply([map { $_->get } @futures], [($name) x 3], 'every future is ready');
};

subtest 'fork with calls in flight' => sub {
    for my $round (1 .. 20) {
        my @futures = map { $conn->async->get_hostname } 1 .. 8;
        pipe my $reader, my $writer or die "pipe: $!";
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            alarm 30;
            close $reader;
            my @errors = map { ($_->await->failure)[0] } @futures;
            my $found = join ' ', 0 + @errors, scalar(grep { ref eq 'Sys::Virt::Error' && $_->message =~ /fork|process/ } @errors);
            my $own = Sys::Virt->async->new(uri => $slow)->get;
            $found .= ' ' . $own->async->get_domain_by_name('test')->get->get_name;
            syswrite $writer, $found;
            POSIX::_exit(0) if $round % 2;
            exit 0;
        }
        close $writer;
        my $found = join '', readline $reader;
        waitpid $pid, 0;
        is($?, 0, 'a child ends well');
        is($found, '8 8 test', 'its copies of the futures fail and say why; a connection of its own works');
        is_deeply([map { $_->get } @futures], [($name) x 8], 'the calls of the parent are done');
    }
    my @futures = map { $conn->async->get_hostname } 1 .. 8;
    my $child;
    $futures[0]->on_done(sub { $child = fork // die "fork: $!" });
    my $got = eval { $futures[7]->get };
    my $error = $@;
    POSIX::_exit(ref $error eq 'Sys::Virt::Error' ? 0 : 1) if !$child;
    is($got, $name, 'get goes on when a callback forks');
    waitpid $child, 0;
    is($?, 0, 'and fails in the child');
    my $pid = fork // die "fork: $!";
    if (!$pid) { exit 0 }
    waitpid $pid, 0;
    is($conn->async->get_hostname->get, $name, 'a child that does nothing is nothing to the parent');
};

subtest 'fork in a question, while a future is waited for' => sub {
    my $file = File::Temp->new;
    print $file '<node><auth><user password="deck">spade</user></auth></node>';
    close $file or die "$file: $!";
    my $child;
    my $opens = sub {
        undef $child;
        return Sys::Virt->async->new(uri => file_uri($file), auth => 1, callback => sub {
            $child //= fork // die "fork: $!";
            alarm 30 if !$child;
            $_->{result} = $_->{type} == Sys::Virt::CRED_AUTHNAME ? 'spade' : 'deck' for @{ $_[0] };
            return 0;
        });
    };
    my $judge = sub {
        my ($what, @futures) = @_;
        my @got = map { scalar eval { $_->get } // $@ } @futures;
        my @failed = grep { ref eq 'Sys::Virt::Error' && $_->code == Sys::Virt::Error::ERR_OPERATION_ABORTED } @got;
        POSIX::_exit(@failed == @futures ? 0 : 1) if defined $child && !$child;
        is(scalar(grep { ref ? $_->isa('Sys::Virt::Error') : $_ ne $name } @got), 0, "$what: get goes on") or diag(@got);
        waitpid $child, 0;
        is($?, 0, 'and fails in the child, whose calls nobody makes');
    };
    # Its end comes while the child is done, too.
    $judge->("round $_ of one that asks", $opens->()) for 1 .. 20;
    $fleet->delay(1);
    $judge->('one that lasts longer', $conn->async->get_hostname, $opens->());
    $fleet->delay(0.05);
};

# A handler of SIGALRM that forks while somebody waits for a stopped host.
my %waits = (
    'get'              => sub { $_[0]->async->get_hostname->get },
    'await'            => sub { my $future = $_[0]->async->get_hostname; $future->await; $future->get },
    'get of one by it' => sub { $_[0]->async->get_hostname->then(sub { Future->done(@_) })->get },
    'a call'           => sub { $_[0]->get_hostname },
);
for my $waits (sort keys %waits) {
    subtest "fork in a handler of a signal, in $waits" => sub {
        my $conn = Sys::Virt->new(uri => $fleet->uri(1));
        my ($child, $status);
        local $SIG{ALRM} = sub {
            $child = fork // die "fork: $!";
            if (!$child) {
                $SIG{ALRM} = 'DEFAULT';
                alarm 30;
                return;
            }
            waitpid $child, 0;
            $status = $?;
            $fleet->resume_host(1);
        };
        $fleet->stop_host(1);
        Time::HiRes::alarm(0.2);
        my $got = eval { $waits{$waits}->($conn) } // $@;
        POSIX::_exit(ref $got && $got->code == Sys::Virt::Error::ERR_OPERATION_ABORTED ? 0 : 1) if !$child;
        is($status, 0, 'the child hears at once that nobody makes its call, while the host is stopped');
        is($got, $name, 'the parent goes on');
    };
}

subtest 'a handler of a signal that delivers what is waited for' => sub {
    my $conn = Sys::Virt->new(uri => $fleet->uri(1));
    for my $waits (grep { $_ ne 'a call' } sort keys %waits) {
        my $delivered;
        local $SIG{ALRM} = sub {
            $fleet->resume_host(1);
            $delivered = until_true(sub { Sys::Virt::Future->deliver });
        };
        $fleet->stop_host(1);
        Time::HiRes::alarm(0.2);
        is($waits{$waits}->($conn), $name, "$waits goes on");
        is($delivered, 1, 'though another one has made it ready');
    }
};

subtest 'a child of a handler, where the call was done' => sub {
    $fleet->stop_host(1);
    local $SIG{ALRM} = sub {
        $fleet->resume_host(1);
        sleep 1; # the connection is open by now, though nobody has looked yet
        my $child = fork // die "fork: $!";
        exit 0 if !$child;
        waitpid $child, 0;
    };
    Time::HiRes::alarm(0.2);
    my $conn = Sys::Virt->new(uri => $fleet->uri(1));
    is(eval { $conn->get_hostname } // $@, $name, 'the end of the child is not that of the connection');
};

subtest 'fork while other threads add to a loop written in Perl, and remove' => sub {
    my ($out, $err, $status) = run_perl('-e', <<'PERL');
        use strict;
        use warnings;
        use POSIX ();
        use Sys::Virt;
        use Sys::Virt::EventImpl;
        use Sys::Virt::Future;
        use Test::SysVirt::Host;
        package My::Loop { our @ISA = 'Sys::Virt::EventImpl' }
        my $last = 0;
        my $does = sub { ++$last };
        { no strict 'refs'; *{"My::Loop::$_"} = $does for map { ("${_}_handle", "${_}_timeout") } qw(add update remove) }
        Sys::Virt::Event::register(bless {}, 'My::Loop');
        # Each has a timeout of its own, as long as there is a callback.
        my @host = map { { conn => Sys::Virt->new(uri => Test::SysVirt::Host::uri()), deregister => 1 } } 1 .. 24;
        for (1 .. 1000) {
            for my $host (grep { !$_->{call} || $_->{call}->is_ready } @host) {
                my $id = $host->{call} && $host->{call}->get;
                my $view = $host->{conn}->async;
                $host->{deregister} = !$host->{deregister};
                $host->{call} = $host->{deregister} ? $view->domain_event_deregister_any($id) : $view->domain_event_register_any(undef, 0, sub { });
            }
            my $child = fork // die "fork: $!";
            POSIX::_exit(0) if !$child;
            waitpid $child, 0;
            Sys::Virt::Future->deliver;
        }
        syswrite STDOUT, $last > 100 ? 'done' : "only $last";
        POSIX::_exit(0);
PERL
    is($out, 'done', 'neither waits for the other') or diag($err);
    is($status, 0, 'the process ends well');
};

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
    $fleet->delay(0.05);
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

subtest 'threads of Perl' => sub {
    plan skip_all => 'this perl has no threads' if !$Config{useithreads};
    my ($out, $err, $status) = run_perl('-Mthreads', '-e', <<'PERL', $slow);
        use strict;
        use warnings;
        use Sys::Virt;
        my $uri  = shift;
        my $conn = Sys::Virt->new(uri => $uri);
        my $mine = $conn->async->get_hostname;
        my $dom = threads->create(sub {
            my $own = Sys::Virt->async->new(uri => $uri)->get;
            print $own->async->get_domain_by_name('test')->get->get_name, "\n";
            print $conn->async->get_domain_by_name('test')->get->get_name, "\n";
            print eval { $mine->get; 1 } ? 'has it' : ref $@, "\n";
            our @left = map { $own->async->get_hostname } 1 .. 10;
            return;
        })->join;
        print $mine->get eq $conn->get_hostname ? "same\n" : "other\n";
        $_->join for map { threads->create(sub { our @left = map { $conn->async->get_hostname } 1 .. 10; return }) } 1 .. 5;
        print $conn->async->get_hostname->get eq $conn->get_hostname ? "same\n" : "other\n";
        threads->create(sub { our @left = map { $conn->async->get_hostname } 1 .. 10; sleep 5 })->detach;
        select undef, undef, undef, 0.1;
PERL
    is_deeply([split /\n/, $out], ['test', 'test', 'Sys::Virt::Error', 'same', 'same'],
        'a thread has calls of its own; a future is of no use in a clone; what a thread leaves is nothing to others')
        or diag($err);
    is($status, 0, 'the process ends well');
    unlike($err, qr/panic|Attempt to free|segmentation/i, 'quietly');
};

subtest 'a callback that dies before a future behind it is ready' => sub {
    plan skip_all => 'this perl has no threads' if !$Config{useithreads};
    my ($out, $err, $status) = run_perl('-Mthreads', '-Mthreads::shared', '-e', <<'PERL');
        use strict;
        use warnings;
        use Sys::Virt;
        use Sys::Virt::Event;
        Sys::Virt::Event::register_default();
        my $over :shared = 0;
        my $loop = threads->create(sub {
            Sys::Virt::Event::add_timeout(20, sub { });
            Sys::Virt::Event::run_default() until $over;
        });
        my $conn = Sys::Virt->new(uri => 'test:///default');
        my $dom = $conn->get_domain_by_name('test');
        $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { die "in the event\n" });
        my ($died, $lost) = (0, 0);
        for my $method (('suspend', 'resume') x 10) {
            my $future = $dom->async->$method;
            select undef, undef, undef, 0.005; # the loop's thread has the event
            my $behind = $dom->async->get_info;
            for (1 .. 200) {
                eval { Sys::Virt::Future->deliver; 1 } or $died++;
                last if $future->is_ready && $behind->is_ready;
                select undef, undef, undef, 0.005;
            }
            $lost++ if !$future->is_ready || !$behind->is_ready;
        }
        $over = 1;
        $loop->join;
        print "$died died, $lost lost\n";
PERL
    is($out, "20 died, 0 lost\n", 'deliver: dies of each, and every future becomes ready') or diag($err);
    is($status, 0, 'the process ends well');
};

done_testing;
