package Sys::Virt;

our $VERSION = '12.7.0';

require XSLoader;
XSLoader::load('Sys::Virt', $VERSION);

# What `use overload fallback => 1` would set: an error compares as its text does.
${'Sys::Virt::Error::()'} = 1;

sub new {
    my ($proto, %params) = @_;
    my $uri = exists $params{address} ? $params{address} : $params{uri};
    my $flags = $params{flags} || 0;
    $flags |= CONNECT_RO() if $params{readonly};
    my $self = $params{auth}
        ? Sys::Virt::_open_auth($uri, $params{credlist}, $params{callback}, $flags)
        : Sys::Virt::_open($uri, $flags);
    return bless $self, ref $proto || $proto;
}

# What an authentication callback has answered: a plain value, read where a die is caught.
sub _credential_result {
    my ($credential) = @_;
    return defined $credential->{result} ? "$credential->{result}" : undef;
}

1;
