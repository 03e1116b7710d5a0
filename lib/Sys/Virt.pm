package Sys::Virt;

our $VERSION = '12.7.0';

require XSLoader;
XSLoader::load('Sys::Virt', $VERSION);

# What `use overload fallback => 1` would set: an error compares as its text does.
${'Sys::Virt::Error::()'} = 1;

sub new {
    my $proto = shift;
    my ($open, $timeout, @arguments) = _opening(@_);
    return _opened($proto, $timeout, defined $timeout ? _within($open, $timeout, @arguments) : $open->(@arguments));
}

# What opens a connection, for how many seconds it may take, and its arguments.
sub _opening {
    my (%params) = @_;
    my $uri = exists $params{address} ? $params{address} : $params{uri};
    my $flags = $params{flags} || 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $timeout = defined $params{timeout} ? _seconds('new', 'timeout', $params{timeout})
        : _seconds('new', 'SYS_VIRT_TIMEOUT', $ENV{SYS_VIRT_TIMEOUT});
    _watch_signals();
    return (\&_open_auth, $timeout, $uri, $params{credlist}, $params{callback}, $flags) if $params{auth};
    return (\&_open, $timeout, $uri, $flags);
}

# A number of seconds, or undef.
sub _seconds {
    my ($method, $name, $seconds) = @_;
    return $seconds if !defined $seconds || !ref $seconds && $seconds =~ /^[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/;
    require Carp;
    my $message = Carp::shortmess("Sys::Virt::$method: argument '$name' is '$seconds', not a number of seconds");
    die bless { code => Sys::Virt::Error::ERR_INVALID_ARG(), domain => 0, level => 2, message => $message }, 'Sys::Virt::Error';
}

sub _opened {
    my ($proto, $timeout, $self) = @_;
    $self->set_timeout($timeout) if defined $timeout;
    return bless $self, ref $proto || $proto;
}

# A view of an object, or of the class, whose methods give futures.
sub async {
    my ($object, %params) = @_;
    require Sys::Virt::Future;
    return bless [$object, _seconds('async', 'timeout', $params{timeout})], 'Sys::Virt::Async';
}
*{"Sys::Virt::${_}::async"} = \&async for qw(
    Domain DomainCheckpoint DomainSnapshot Interface Network NetworkPort NodeDevice NWFilter NWFilterBinding Secret
    StoragePool StorageVol Stream
);

# What an authentication callback has answered: a plain value, read where a die is caught.
sub _credential_result {
    my ($credential) = @_;
    return defined $credential->{result} ? "$credential->{result}" : undef;
}

1;
