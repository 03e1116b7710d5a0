package Sys::Virt;

our $VERSION = '12.7.0';

require XSLoader;
XSLoader::load('Sys::Virt', $VERSION);

# What `use overload fallback => 1` would set: an error compares as its text does.
${'Sys::Virt::Error::()'} = 1;

my @options = qw(address auth callback credlist flags readonly uri);

sub new {
    my ($proto, @given) = @_;
    my %unknown = my %params = (@given, (undef) x (@given % 2));
    delete @unknown{@options};
    _look_at(\@given, sort keys %unknown) if %unknown || @given % 2;
    my $uri = exists $params{address} ? $params{address} : $params{uri};
    my $flags = $params{flags} || 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $self = $params{auth}
        ? Sys::Virt::_open_auth($uri, $params{credlist}, $params{callback}, $flags)
        : Sys::Virt::_open($uri, $flags);
    return bless $self, ref $proto || $proto;
}

# A slip that opens another connection than was meant is said where `new` was called. It is no
# more than a warning where a script may have lived with it.
sub _look_at {
    my ($given, @unknown) = @_;
    if (@$given == 1 && @unknown && $unknown[0] =~ m{^[a-z][a-z0-9+.-]*:/}i) {
        my (undef, $file, $line) = caller 1;
        die "Usage: Sys::Virt->new(uri => '$unknown[0]'), not without its name, at $file line $line.\n";
    }
    my @warnings = @$given % 2
        ? 'odd number of arguments, where each value has a name before it'
        : map { "'$_' is unknown here and ignored, known are " . join ', ', @options } @unknown;
    require warnings;
    warnings::warnif_at_level('misc', 1, "Sys::Virt::new: $_") foreach @warnings;
    return;
}

# What an authentication callback has answered: a plain value, read where a die is caught.
sub _credential_result {
    my ($credential) = @_;
    return defined $credential->{result} ? "$credential->{result}" : undef;
}

1;
