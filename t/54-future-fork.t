# Calls that do not block, where the process forks: in callbacks and in handlers of signals, too, which do
# other things to who waits.
use strict;
use warnings;
use lib 't/lib';
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
my $fleet = Test::SysVirt::Fleet->start(hosts => 2, delay => 0.05);
my $slow  = $fleet->uri(0);
watchdog(300);
my $conn = Sys::Virt->new(uri => $slow);
my $name = $conn->get_hostname;

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

done_testing;
