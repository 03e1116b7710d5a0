package Test::SysVirt::Events;

# What comes of a connection's events, in the order in which it comes.
#
#   my $events = Test::SysVirt::Events->of($conn, network => 'LIFECYCLE');
#                                       one kind of object, and the names of its events
#   $events->are([[LIFECYCLE => 'lan', 0, 0]], 'defined');
#                                       waits for as many, compares them, and forgets them: the name
#                                       of the event, that of its object, its other arguments
#   $events->until([LIFECYCLE => 'lan', 0, 0], 'defined');
#                                       waits for that one, whatever else comes, and forgets all
#   my @arguments = $events->next($lan, 'LIFECYCLE', 0)
#                                       waits for the next such event of that object, with such a first
#                                       argument if any is given; forgets it and what the object had before
#   $events->next_is($lan, LIFECYCLE => [0, 0], 'defined');
#                                       compares the arguments of that
#   $events->forget                     forgets all that has come
#   $events->end                        ends the registrations
#
# libvirt's loop is registered before the connection is opened.

use strict;
use warnings;
use Test::More;
use Test::SysVirt::Transport qw(until_true);

my %package = (domain => 'Domain', network => 'Network', storage_pool => 'StoragePool', node_device => 'NodeDevice', secret => 'Secret');

sub of {
    my ($class, $conn, $kind, @events) = @_;
    my $self = bless { conn => $conn, deregister => "${kind}_event_deregister_any", seen => [] }, $class;
    my $seen     = $self->{seen};
    my $register = "${kind}_event_register_any";
    my $name     = $self->{name} = $kind eq 'secret' ? 'get_usage_id' : 'get_name';
    for my $event (@events) {
        my $id = "Sys::Virt::$package{$kind}"->can("EVENT_ID_$event")->();
        push @{ $self->{ids} }, $conn->$register(undef, $id, sub {
            my ($from, $object, @arguments) = @_;
            push @$seen, [$event, $object->$name, @arguments, $from == $conn ? () : 'of another connection'];
            return;
        });
    }
    return $self;
}

sub are {
    my ($self, $wanted, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    until_true(sub { @{ $self->{seen} } >= @$wanted });
    is_deeply([splice @{ $self->{seen} }], $wanted, $what);
    return;
}

sub until {
    my ($self, $wanted, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $found = sub { grep { "@$_" eq "@$wanted" } @{ $self->{seen} } };
    ok(until_true($found), $what) or diag explain $self->{seen};
    $self->forget;
    return;
}

sub next {
    my ($self, $object, $event, @first) = @_;
    my ($seen, $name) = ($self->{seen}, $self->{name});
    my ($of, $at) = $object->$name;
    my $wanted = sub { my ($is, $whose, $argument) = @{ $_[0] }; return "$is $whose" eq "$event $of" && (!@first || $argument eq $first[0]) };
    my $found  = sub { ($at) = grep { $wanted->($seen->[$_]) } 0 .. $#$seen; return defined $at };
    if (!until_true($found)) {
        diag explain [grep { $_->[1] eq $of } @$seen];
        return 'no such event';
    }
    my (undef, undef, @arguments) = @{ $seen->[$at] };
    @$seen = ((grep { $_->[1] ne $of } @$seen[0 .. $at]), @$seen[$at + 1 .. $#$seen]);
    return @arguments;
}

sub next_is {
    my ($self, $object, $event, $arguments, $what) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is_deeply([$self->next($object, $event, @$arguments ? $arguments->[0] : ())], $arguments, "$event: $what");
    return;
}

sub forget { my ($self) = @_; splice @{ $self->{seen} }; return }

sub end {
    my ($self) = @_;
    my $deregister = $self->{deregister};
    $self->{conn}->$deregister($_) for splice @{ $self->{ids} };
    return;
}

1;
