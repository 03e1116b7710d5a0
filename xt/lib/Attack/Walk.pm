package Attack::Walk;

# A random walk through the API, the same for the same seed.
#
#   Attack::Walk::walk($seed, $uri, $steps)
#   Attack::Walk::early($function, @arguments)
#                           a function of Sys::Virt::Event, where there was no connection yet
#
# Says each step before it takes it, and dies of what is wrong.

use strict;
use warnings;
use Attack;
use Attack::Callbacks;
use Attack::Streams;
use Scalar::Util qw(blessed);
use Sys::Virt;
use Sys::Virt::Event;
use Test::SysVirt::Methods;

# Not made at random: what blocks, what registers a loop, what leaves calls behind on other threads,
# and what the other steps are about.
my %apart = map { $_ => 1 } qw(
    Sys::Virt::new Sys::Virt::Event::register Sys::Virt::Event::register_default Sys::Virt::Event::run_default
    Sys::Virt::Domain::screenshot Sys::Virt::Stream::add_callback Sys::Virt::set_timeout);
my @known = grep { !$apart{ $_->{full} } && $_->{package} !~ /^Sys::Virt::(?:Error|Event|EventImpl)$/ && $_->{name} !~ /^(?:un|re)?_?register/ }
    sort { $a->{full} cmp $b->{full} } Test::SysVirt::Methods::loaded();
# lxc_enter_cgroup and its kin would change this process.
my @methods = grep { $_->{package} ne 'Sys::Virt::Stream' && $_->{name} !~ /event_|^lxc_enter_/ } @known;
my %of;
push @{ $of{ $_->{package} } }, $_ for @methods;
my @on_objects = grep { @{ $_->{parameters} } && $_->{parameters}[0]{kind} =~ /^Sys::Virt\b/ } @known;

my %values = (
    int   => [0, 0, 0, 1, 2, 3, 16, -1, 2**31 - 1],
    long  => [0, 1, 4096, 2**40, -1],
    str   => ['busy', 'held', 'moment', 'vda', 'a', '', '<domain/>', '<domainsnapshot/>', '1', 'eth1'],
    bytes => ["\0" x 16, 'abc', "\x{1}"],
    hash  => [{}, { weight => 500 }, { nosuch => 1 }],
    array => [[], [1, 2], ['a']],
    any   => [undef, 0, 'a', {}, []],
    code  => [sub { }],
    json  => ['{}', {}, { execute => 'stop' }, { execute => sub { } }],
);

sub walk {
    my ($seed, $uri, $steps) = @_;
    srand $seed;
    if ($seed % 50 == 7) {
        Attack::note('step run_default without a loop');
        die "no error\n" if eval { Sys::Virt::Event::run_default(); 1 };
    }
    Sys::Virt::Event::register_default();
    # What the first connection makes for ever, such as the loop's own descriptor, and the first call on
    # another thread.
    {
        my $conn = Sys::Virt->new(uri => $uri);
        local $SIG{ALRM} = sub { }; # has it run there, and wait for the handler
        $conn->get_domain_by_name('busy')->screenshot(my $stream = $conn->new_stream, 0);
        $stream->recv_all(sub { return $_[2] });
        $stream->finish;
    }
    Attack::turns(0.02);
    my ($descriptors, $threads) = (Attack::descriptors(), Attack::threads());
    {
        my $self = { uri => $uri, seed => $seed, pool => {}, watched => [] };
        keep($self, Sys::Virt->new(uri => $uri));
        step($self) for 1 .. $steps;
        Attack::note('step drop everything');
        Attack::Streams::end_callbacks($self);
    }
    Attack::turns(0.02);
    my $turns = Attack::turns(0.05);
    my $left = Attack::descriptors() - $descriptors;
    # Threads that were called by others stay for five seconds without work.
    my ($running, $patience) = (0, 70);
    while (($running = Attack::threads() - $threads) > 0 && $patience--) { select undef, undef, undef, 0.1 }
    print "$left descriptors are left\n" if $left > 0;
    print "$running threads are left\n" if $running > 0;
    print "the loop turns $turns times with nothing to do\n" if $turns > 50;
}

sub early {
    my ($function, @arguments) = @_;
    Attack::note("step $function(@arguments) before all else");
    my $lives = eval { Sys::Virt::Event->can($function)->(@arguments); 1 };
    die "a strange error: $@" if !$lives && (ref $@ ne 'Sys::Virt::Error' || $@->code < 0 || $@->message =~ /[^ -~]/);
}

my @steps = (
    (\&method) x 40, (\&misuse) x 8, (\&find) x 10, (\&drop) x 8, (\&fork_child) x 2, (\&reconnect) x 2,
    (\&Attack::Streams::step) x 30, (\&Attack::Callbacks::step) x 8,
);

sub step { my ($self) = @_; $steps[rand @steps]->($self) }

# Keeps an object, for as long as it is not replaced by another.
sub keep {
    my ($self, $object) = @_;
    my $pool = $self->{pool}{ ref $object } //= [];
    @$pool < 4 ? push @$pool, $object : ($pool->[rand @$pool] = $object);
    return $object;
}

sub pick {
    my ($self, $class) = @_;
    my $pool = $self->{pool}{$class};
    return $pool && @$pool ? $pool->[rand @$pool] : undef;
}

sub one_of { return $_[rand @_] }

sub attempt {
    my ($self, $object, $name, @arguments) = @_;
    no warnings;
    return call($self, "$object->$name", sub { $object->$name(@_) }, @arguments);
}

# Calls a method: its error has to be one of ours.
sub call {
    my ($self, $what, $code, @arguments) = @_;
    Attack::note("step $what(" . join(', ', map { $_ // 'undef' } @arguments) . ')' =~ s/\n/ /gr);
    no warnings;
    my @results = eval { $code->(@arguments) };
    if (my $error = $@) {
        die "$what dies with $error\n" if ref $error ne 'Sys::Virt::Error' && $error !~ /^(?:Usage: |wanted\n)/;
    }
    keep($self, $_) for grep { blessed $_ && $_->isa('UNIVERSAL') && ref($_) =~ /^Sys::Virt/ && ref($_) ne 'Sys::Virt::Error' } @results;
    return @results;
}

sub method {
    my ($self) = @_;
    my @classes = grep { $of{$_} && @{ $self->{pool}{$_} } } sort keys %{ $self->{pool} };
    my $class = one_of(@classes) or return reconnect($self);
    my $method = one_of(@{ $of{$class} });
    my @parameters = @{ $method->{parameters} };
    shift @parameters;
    pop @parameters while @parameters && $parameters[-1]{optional} && rand() < 0.6;
    attempt($self, pick($self, $class), $method->{name}, map { argument($self, $_) } @parameters);
}

# A method of any class, with what it was not made for.
sub misuse {
    my ($self) = @_;
    my $method = one_of(@on_objects);
    my ($on, @arguments) = map { anything($self) } 0 .. rand 5;
    $on = undef if ref $on eq $method->{parameters}[0]{kind};
    call($self, $method->{full}, \&{ $method->{full} }, $on, @arguments);
}

sub anything {
    my ($self) = @_;
    my $kind = one_of(sort(keys %values), sort keys %{ $self->{pool} });
    return argument($self, { kind => $kind, undef => 1 });
}

sub argument {
    my ($self, $parameter) = @_;
    my $kind = $parameter->{kind};
    return undef if $parameter->{undef} && rand() < 0.3;
    return one_of(@{ $values{$kind} }) if $values{$kind};
    return pick($self, $kind);
}

# Objects to go on with: what a random name would seldom find.
sub find {
    my ($self) = @_;
    my $conn = pick($self, 'Sys::Virt') or return reconnect($self);
    attempt($self, $conn, @{ one_of(
        [get_domain_by_name => 'busy'], [get_domain_by_name => 'held'], [get_network_by_name => 'lan'],
        [get_storage_pool_by_name => 'images'], [get_interface_by_name => 'eth1'],
        [get_node_device_by_name => 'scsi_host5'], [new_stream => int rand 2], ['list_all_domains'],
    ) });
}

sub reconnect {
    my ($self) = @_;
    Attack::note("step new $self->{uri}");
    keep($self, Sys::Virt->new(uri => $self->{uri}));
}

# An object ends, by hand or because nothing holds it any more; some drop all of their class.
sub drop {
    my ($self) = @_;
    my $class = one_of(sort keys %{ $self->{pool} }) or return;
    my $pool = $self->{pool}{$class};
    my $how = one_of('DESTROY', 'undef', 'undef', 'all');
    Attack::note("step drop $class $how");
    return @$pool = () if $how eq 'all';
    my $object = splice @$pool, rand @$pool, 1;
    $object->DESTROY if $object && $how eq 'DESTROY';
}

# What a child does with its copies, and how it ends, is nothing to the parent.
sub fork_child {
    my ($self) = @_;
    my $does = one_of('exit', '_exit', 'drop', 'walk');
    Attack::note("step fork $does");
    child(sub {
        my $conn = delete $self->{pool}{'Sys::Virt'} if $does ne 'exit';
        $self->{pool} = {} if $does ne 'exit';
        if ($does eq 'walk') {
            keep($self, Sys::Virt->new(uri => $self->{uri}));
            method($self) for 1 .. 5;
        }
        POSIX::_exit(0) if $does eq '_exit';
    });
}

sub child {
    my ($code) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $code->();
        exit 0;
    }
    waitpid $pid, 0;
    die "a child ends with $?\n" if $?;
}

1;
