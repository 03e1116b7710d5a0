package Attack::Scenarios;

# What a script does while its libvirtd ends.
#
#   Attack::Scenarios::names()
#   Attack::Scenarios::asks($name)     whether that needs a daemon that asks for a password
#   Attack::Scenarios::run($name, $daemon, $to, $dies)
#
# Writes a byte to $to when it has begun, one more when it wants the daemon back, and says what
# is wrong. $dies is whether the daemon does; else it only stops for a while.

use strict;
use warnings;
use Attack;
use POSIX ();
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Stream;
use Time::HiRes qw(time);

# Each is called over and over, with a connection and a domain, until an error ends it, or a
# second. An error of libvirt is what is expected.
my %calls = (
    'is_active'  => sub { my ($conn, $dom) = @_; $dom->is_active },
    # Of their object, these have nothing but what the caller has.
    'get_info'   => sub { $_[1]->get_info },
    'set_metadata' => sub { $_[1]->set_metadata(Sys::Virt::Domain::METADATA_TITLE, 'title' x 20, undef, undef, 0) },
    # Here libvirt does not see the end before it writes.
    'is_active after a while' => sub { select undef, undef, undef, 0.3; $_[1]->is_active },
    'list_all_domains' => sub { my ($conn) = @_; $conn->list_all_domains },
    'events'     => sub { my ($conn, $dom) = @_; $dom->suspend; $dom->resume; Attack::until(0.02, sub { 0 }) },
    'opening'    => sub { my (undef, undef, $daemon) = @_; $daemon->connect },
    'registering' => sub { my ($conn) = @_;
        $conn->domain_event_deregister_any($conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_REBOOT, sub { })) },
    'recv'       => sub { my ($conn, $dom) = @_; my $stream = picture(@_); 1 while $stream->recv(my $data, 1000) > 0; $stream->finish },
    'recv_all'   => sub { my ($conn, $dom) = @_; picture(@_)->recv_all(sub { $_[2] }) },
    'recv in events' => sub { my ($conn, $dom) = @_;
        my $stream = picture(@_, Sys::Virt::Stream::NONBLOCK);
        my $done;
        $stream->add_callback(Sys::Virt::Stream::EVENT_READABLE, sub {
            my $got = eval { $_[0]->recv(my $data, 10_000) };
            $done = 1 if !$got;
        });
        Attack::until(2, sub { $done });
        $stream->remove_callback;
        $stream->finish;
    },
    'dropped streams' => sub { my ($conn, $dom) = @_; picture(@_) for 1 .. 3; 1 },
    'dropped objects' => sub { my ($conn, $dom) = @_; undef $dom; $conn->get_domain_by_name('test') },
    'waiting'    => sub { Attack::until(0.2, sub { 0 }) },
);

# What the callback for the connection's end does besides counting.
my %closes = (
    'counts'     => sub { },
    'drops all'  => sub { my ($held) = @_; %$held = (); my @reuse = map { 'reuse' x 20 } 1 .. 200 },
    'drops the domain' => sub { my ($held) = @_; delete $held->{dom}; my @reuse = map { 'reuse' x 20 } 1 .. 200 },
    'ends itself' => sub { $_[1]->unregister_close_callback },
    'dies'       => sub { die "wanted\n" },
    'forks'      => sub { my $pid = fork // die "fork: $!"; exit 0 if !$pid; waitpid $pid, 0; die "child: $?\n" if $? },
);

# What the script says about SIGPIPE.
my %pipes = (
    'localised'  => sub { local $SIG{PIPE} = 'IGNORE' },
    'deleted'    => sub { local $SIG{PIPE} = sub { }; delete $SIG{PIPE} },
    'DEFAULT'    => sub { $SIG{PIPE} = 'DEFAULT' },
);

my %scenario = (
    (map { my $call = $_; ("during $_" => sub { during($call, 'counts', sub { }, @_) }) } keys %calls),
    (map { my $closes = $_; map { my $call = $_; ("callback $closes during $call" => sub { during($call, $closes, sub { }, @_) }) }
        'get_info', 'set_metadata', 'waiting' } keys %closes),
    (map { my $pipe = $_; ("SIGPIPE $_" => sub { during('is_active after a while', 'counts', $pipes{$pipe}, @_) }) } keys %pipes),
);

# This one's daemon asks for a name and a password.
my $asked = 'while it is asked for a password';

sub names { return sort $asked, keys %scenario }
sub asks  { return $_[0] eq $asked }

sub run {
    my ($name, @arguments) = @_;
    return asked(@arguments) if asks($name);
    $scenario{$name}->(@arguments);
}

# Whatever becomes of the daemon, nobody gets in.
sub asked {
    my ($daemon, $to, $dies) = @_;
    my $asked = 0;
    my $answer = sub {
        $asked++;
        syswrite $to, '.';
        select undef, undef, undef, 0.1;
        $_->{result} = 'a' for @{ $_[0] };
        return 0;
    };
    my @open = (uri => $daemon->uri, auth => 1, credlist => [Sys::Virt::CRED_AUTHNAME, Sys::Virt::CRED_PASSPHRASE], callback => $answer);
    my $conn = eval { Sys::Virt->new(@open) };
    wrong("it is asked $asked times") if $asked != 1;
    wrong('it gets in, or no error of libvirt comes: ' . ($@ || 'none')) if $conn || ref $@ ne 'Sys::Virt::Error';
    syswrite $to, '.';
}

sub picture {
    my ($conn, $dom, undef, $flags) = @_;
    my $stream = $conn->new_stream($flags // 0);
    $dom->screenshot($stream, 0);
    return $stream;
}

sub wrong { Attack::note(@_) }

sub during {
    my ($call, $closes, $prepare, $daemon, $to, $dies) = @_;
    Sys::Virt::Event::register_default();
    $daemon->connect;
    Attack::turns(0.02);
    my $descriptors = Attack::descriptors();
    my ($closed, %held) = (0);
    $held{conn} = $daemon->connect;
    $held{dom}  = $held{conn}->get_domain_by_name('test');
    $held{conn}->register_close_callback(sub { $closed++; $closes{$closes}->(\%held, $_[0]) });
    $held{conn}->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { });
    $prepare->();
    syswrite $to, '.';
    my ($end, @errors) = (time + 1);
    while (time < $end && !@errors && $held{conn}) {
        eval { $calls{$call}->($held{conn}, $held{dom}, $daemon) if $held{dom}; 1 } or push @errors, $@;
        last if $closed;
    }
    # What the daemon's end has made ready.
    push @errors, Attack::until($dies ? 5 : 0.05, sub { $closed }), Attack::until(0.02, sub { 0 });
    if ($dies) {
        # Each write to a dead socket would raise the signal.
        for (1 .. 3) {
            eval { $held{dom}->is_active if $held{dom}; 1 } or push @errors, $@;
        }
        wrong("the callback has run $closed times") if $closed != 1;
    } else {
        wrong("the callback has run") if $closed;
        wrong("there is an error: $_") for @errors;
    }
    for (grep { ref $_ ne 'Sys::Virt::Error' && $_ ne "wanted\n" } @errors) {
        wrong("an error that is not libvirt's: $_");
    }
    wrong("libvirt's error is lost") if grep { /cause is unknown/ } @errors;
    %held = ();
    syswrite $to, '.';
    my $conn;
    for (1 .. 100) {
        last if $conn = eval { $daemon->connect };
        wrong("no error of libvirt: $@") if ref $@ ne 'Sys::Virt::Error';
        select undef, undef, undef, 0.1;
    }
    $conn ? $conn->get_domain_by_name('test')->get_info : wrong("cannot connect again: $@");
    undef $conn;
    Attack::turns(0.02);
    my $turns = Attack::turns(0.05);
    wrong("the loop turns $turns times with nothing to do") if $turns > 50;
    my $left = Attack::descriptors() - $descriptors;
    wrong("$left descriptors are left") if $left > 0;
}

1;
