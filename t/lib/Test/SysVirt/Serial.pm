package Test::SysVirt::Serial;

# The first serial port of a running domain, by the pseudo terminal on the host that its XML
# names: a way to talk to a guest that does not lean on the streams under test.

use strict;
use warnings;
use Fcntl qw(O_RDWR O_NOCTTY O_NONBLOCK);
use Time::HiRes qw(time);

my %open;

# One for each run of a domain: QEMU looks only once a second whether a terminal was opened.
sub new {
    my ($class, $dom) = @_;
    my ($id, $path) = $dom->get_xml_description =~ m{ id='(\d+)'.*?<serial type='pty'>\s*<source path='([^']+)'}s
        or die 'the domain has no serial port on a pseudo terminal';
    return $open{"$id $path"} //= do {
        sysopen my $fh, $path, O_RDWR | O_NOCTTY | O_NONBLOCK or die "$path: $!";
        bless { fh => $fh }, $class;
    };
}

# Sends bytes and returns what came back, up to a match of $want; undef when $seconds went by.
# What came before the bytes were sent is dropped.
sub talk {
    my ($self, $bytes, $want, $seconds) = @_;
    my ($got, $end) = ('', time + ($seconds // 60));
    if (length $bytes) {
        $self->_read(0);
        syswrite $self->{fh}, $bytes;
    }
    until ($got =~ $want) {
        return undef if time > $end;
        $got .= $self->_read(0.2);
    }
    return $got;
}

# What the boot sector answers to one byte.
sub ask {
    my ($self, $byte, $seconds) = @_;
    return $self->talk($byte, qr/^..\z/s, $seconds);
}

sub _read {
    my ($self, $wait) = @_;
    vec(my $ready = '', fileno $self->{fh}, 1) = 1;
    my $got = '';
    while (select my $r = $ready, undef, undef, $wait) {
        sysread($self->{fh}, $got, 4096, length $got) or last;
        $wait = 0;
    }
    return $got;
}

1;
