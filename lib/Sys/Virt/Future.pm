package Sys::Virt::Future;

use strict;
use warnings;

use Sys::Virt;

if (!eval { require Future; 1 }) {
    require Carp;
    Carp::croak("async needs the Perl module Future (Debian: libfuture-perl): $@");
}
our @ISA = 'Future';

# The views' methods that are written in Perl, as those of the objects are, by their names.
our %through;

# await, cancel, deliver, done, fail, fileno and get: see src/bridge/future.c.
_install();

# Futures whose job was that of another process or thread, of which this one is a copy.
sub _lose {
    for my $future (grep { !$_->is_ready } @_) {
        my $error = bless {
            code    => Sys::Virt::Error::ERR_OPERATION_ABORTED(),
            domain  => Sys::Virt::Error::FROM_NONE(),
            level   => Sys::Virt::Error::LEVEL_ERROR(),
            message => 'the call was made by the process or thread that this one is a copy of',
        }, 'Sys::Virt::Error';
        $future->fail($error, 'libvirt');
    }
    return;
}

# The future of what `make` makes of this one's result.
sub _made_by {
    my ($self, $make) = @_;
    return $self->then(sub {
        my @made;
        return eval { @made = $make->(@_); 1 } ? Future->done(@made) : Future->fail($@, 'libvirt');
    })->retain;
}

# Of a future without a job: made of others by Future, or ready.
sub _await {
    my ($self) = @_;
    until ($self->is_ready) {
        next if _await_any();
        return $self->is_ready ? $self : $self->SUPER::await;
    }
    return $self;
}

sub _get { return result($_[0]->await) }

# The error itself, where the base class would wrap it.
sub result {
    my ($self) = @_;
    my ($error) = $self->is_failed ? $self->failure : ();
    die $error if ref $error eq 'Sys::Virt::Error';
    return $self->SUPER::result;
}

# What async and await call.
*AWAIT_GET  = \&result;
*AWAIT_WAIT = \&get;

# What an object's method async gives: methods of the same names, each of which gives a future.
package Sys::Virt::Async;

our $AUTOLOAD;

sub DESTROY { }

sub AUTOLOAD {
    my $name = $AUTOLOAD;
    my $written = $Sys::Virt::Future::through{ $name =~ s/.*:://r };
    no strict 'refs';
    $written ? *$name = $written : _define($name);
    goto &$name;
}

sub _view {
    my ($object, %params) = @{ \@_ }; # of which a tied one may free the others
    Sys::Virt::_check_seconds('async', 'timeout', $params{timeout}) if defined $params{timeout};
    return bless [$object, $params{timeout}];
}

sub new {
    my ($class, $timeout) = @{ +shift };
    my ($open, $limit, @arguments) = $class->can('_opening')->(@_);
    my $future = Sys::Virt::Future::_begin($open, $timeout // $limit, @arguments);
    return $future->_made_by(sub { Sys::Virt::_opened($class, $limit, @_) });
}

# Nothing is to be loaded any more: in the place of what has loaded this, wherever a class has it.
{
    no strict 'refs';
    no warnings 'redefine';
    my $loads = \&Sys::Virt::async;
    for my $name (map { "Sys::Virt::${_}async" } '', grep { /::\z/ } keys %Sys::Virt::) {
        *$name = \&_new if defined &$name && \&$name == $loads;
    }
}

1;
