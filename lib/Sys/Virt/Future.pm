package Sys::Virt::Future;

use strict;
use warnings;

use Scalar::Util qw(refaddr);
use Sys::Virt;

if (!eval { require Future; 1 }) {
    require Carp;
    Carp::croak("async needs the Perl module Future (Debian: libfuture-perl): $@");
}
our @ISA = 'Future';

# For a method that is written in Perl around one of libvirt's, by its name: what gives that one, the
# function that makes the result, and the arguments.
our %through;

# Futures of calls by their jobs, held until they are ready; what makes the result of some of what
# the method returns; the jobs of futures; and the process that all are of.
my (%pending, %finish, %job);
my $process = 0;

# The future of a job.
sub _of {
    my ($job) = @_;
    _forget() if $process != $$;
    my $self = __PACKAGE__->new;
    $job{ refaddr($self) } = $job;
    return $pending{$job} = $self;
}

# That of one whose result `finish` makes of what the method returns.
sub _finished_by {
    my ($job, $finish) = @_;
    my $self = _of($job);
    $finish{$job} = $finish;
    return $self;
}

# In a process or thread that has copies of another one's futures.
sub _forget {
    my @lost = values %pending;
    (%pending, %finish, %job) = ();
    $process = $$;
    $_->_lost for grep { !$_->is_ready } @lost;
    return;
}

sub _lost {
    my ($self) = @_;
    my $error = bless {
        code    => Sys::Virt::Error::ERR_OPERATION_ABORTED(),
        domain  => Sys::Virt::Error::FROM_NONE(),
        level   => Sys::Virt::Error::LEVEL_ERROR(),
        message => 'the call was made by the process or thread that this one is a copy of',
    }, 'Sys::Virt::Error';
    return $self->fail($error, 'libvirt');
}

sub CLONE { $process = 0 }

sub fileno { return _fileno() }

sub deliver {
    _forget() if $process != $$;
    my $delivered = 0;
    while (defined(my $job = _next())) {
        my $self = delete $pending{$job};
        my $finish = %finish && delete $finish{$job};
        my @result;
        my $error = eval { @result = $finish ? $finish->(_outcome($job)) : _outcome($job); 1 } ? undef : $@;
        next if !$self;
        delete $job{ refaddr($self) };
        next if $self->is_ready;
        $delivered++;
        defined $error ? $self->fail($error, 'libvirt') : $self->done(@result);
    }
    return $delivered;
}

sub await {
    my ($self) = @_;
    my $address = refaddr($self);
    # One that has a job is not ready: to ask it would cost more than to look.
    until (!exists $job{$address} && $self->is_ready) {
        if (!%pending || $process != $$) {
            _forget();
            return $self->is_ready ? $self : $self->SUPER::await;
        }
        _wait(_fileno(), undef);
        deliver();
    }
    return $self;
}

sub get { return result(&await) }

# The error itself, where the base class would wrap it.
sub result {
    my ($self) = @_;
    my @result;
    return wantarray ? @result : $result[0] if eval { @result = $self->SUPER::result; 1 };
    my $wrapped = $@;
    my ($error) = $self->is_failed ? $self->failure : ();
    die ref $error eq 'Sys::Virt::Error' ? $error : $wrapped;
}

# What async and await call.
sub AWAIT_GET  { goto &result }
sub AWAIT_WAIT { goto &get }

sub cancel {
    my ($self) = @_;
    my $job = delete $job{ refaddr($self) };
    if (defined $job && $process == $$) {
        delete $_->{$job} for \%pending, \%finish;
        _abandon($job);
    }
    return $self->SUPER::cancel;
}

# What an object's method async gives: methods of the same names, each of which gives a future.
package Sys::Virt::Async;

our $AUTOLOAD;

sub _view {
    return bless [@_] if @_ == 1;
    my ($object, %params) = @_;
    Sys::Virt::_check_seconds('async', 'timeout', $params{timeout}) if defined $params{timeout};
    return bless [$object, $params{timeout}];
}

sub DESTROY { }

sub AUTOLOAD {
    my $method = $AUTOLOAD;
    my $name = $method =~ s/.*:://r;
    no strict 'refs';
    *$method = sub {
        my ($object, $timeout) = @{ +shift };
        my $code = $object->can($name) || _no_method($object, $name);
        if (my $through = $Sys::Virt::Future::through{$name}) {
            my ($call, $finish, @arguments) = $through->($object, @_);
            return Sys::Virt::Future::_finished_by(Sys::Virt::Future::_begin($call, $timeout, @arguments), $finish);
        }
        return Sys::Virt::Future::_of(Sys::Virt::Future::_begin($code, $timeout, $object, @_));
    };
    goto &$method;
}

sub new {
    my ($class, $timeout) = @{ +shift };
    my ($open, $limit, @arguments) = $class->can('_opening')->(@_);
    my $job = Sys::Virt::Future::_begin($open, $timeout // $limit, @arguments);
    return Sys::Virt::Future::_finished_by($job, sub { Sys::Virt::_opened($class, $limit, @_) });
}

sub _no_method {
    my ($object, $name) = @_;
    require Carp;
    my $class = ref $object || $object;
    Carp::croak(qq{Can't locate object method "$name" via package "$class"});
}

1;
