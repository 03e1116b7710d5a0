package Sys::Virt;

our $VERSION = '12.7.0';

# XSLoader takes longer to be compiled than the module to be linked. Where it is not there yet, and the
# shared object stands beside this file, this is what it would do; in all other cases it does it, or tells
# what is wrong.
my $object = substr(__FILE__, 0, -11) . 'auto/Sys/Virt/Virt.so';
my $boot;
if (!$INC{'XSLoader.pm'} && !defined &bootstrap && -f $object) {
    package DynaLoader;
    boot_DynaLoader('DynaLoader') if defined &boot_DynaLoader && !defined &dl_error;
    my $library = defined &dl_load_file && dl_load_file($object, 0);
    if (my $symbol = $library && dl_find_symbol($library, 'boot_Sys__Virt')) {
        push @DynaLoader::dl_librefs, $library;
        push @DynaLoader::dl_modules, 'Sys::Virt';
        push @DynaLoader::dl_shared_objects, $object;
        $boot = dl_install_xsub('Sys::Virt::bootstrap', $symbol, $object);
    }
}
require XSLoader if !$boot;
$boot ? $boot->('Sys::Virt', $VERSION) : XSLoader::load('Sys::Virt', $VERSION);

# What `use overload fallback => 1` would set: an error compares as its text does.
${'Sys::Virt::Error::()'} = 1;

*{"Sys::Virt::${_}::async"} = \&async for qw(
    Domain DomainCheckpoint DomainSnapshot Interface Network NetworkPort NodeDevice NWFilter NWFilterBinding Secret
    StoragePool StorageVol Stream
);

# strict, which would refuse the names above, without reading its file.
use v5.32;

my @options = qw(address auth callback credlist flags readonly timeout uri);

sub new {
    my $proto = shift;
    my ($open, $timeout, @arguments) = _opening(@_);
    return _opened($proto, $timeout, defined $timeout ? _within($open, $timeout, @arguments) : $open->(@arguments));
}

# What opens a connection, for how many seconds it may take, and its arguments.
sub _opening {
    my %params = _named('Sys::Virt', \@options, @_);
    my $uri = exists $params{address} ? $params{address} : $params{uri};
    my $flags = $params{flags} || 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $timeout = defined $params{timeout} ? $params{timeout} : $ENV{SYS_VIRT_TIMEOUT};
    _check_seconds('new', defined $params{timeout} ? 'timeout' : 'SYS_VIRT_TIMEOUT', $timeout) if defined $timeout;
    _watch_signals();
    return (\&_open_auth, $timeout, $uri, $params{credlist}, $params{callback}, $flags) if $params{auth};
    return (\&_open, $timeout, $uri, $flags);
}

# The arguments of the `new` of a class, by their names.
sub _named {
    my ($class, $known, @given) = @{ \@_ }; # of which a tied one may free the others
    my %unknown = my %params = (@given, (undef) x (@given % 2));
    delete @unknown{@$known};
    if (%unknown || @given % 2) {
        require Sys::Virt::Options;
        Sys::Virt::Options::look_at($class, \@given, $known, sort keys %unknown);
    }
    return %params;
}

sub _check_seconds { require Sys::Virt::Options; goto &Sys::Virt::Options::check_seconds }

sub _opened {
    my ($proto, $timeout, $self) = @_;
    $self->set_timeout($timeout) if defined $timeout;
    return bless $self, ref $proto || $proto;
}

# A view of an object, or of the class, whose methods give futures.
sub async {
    require Sys::Virt::Future;
    goto &Sys::Virt::Async::_new;
}

# What an authentication callback has answered: a plain value, read where a die is caught.
sub _credential_result {
    my ($credential) = @_;
    return defined $credential->{result} ? "$credential->{result}" : undef;
}

# What Virt.so makes is named in Virt.ph.

1;
