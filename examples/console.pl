#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use POSIX qw(:termios_h);
use Sys::Virt;
use Sys::Virt::Domain;
use Sys::Virt::Event;
use Sys::Virt::Stream;

GetOptions(
    'connect|c=s' => \my $uri,
    'device|d=s'  => \my $device,
    'force|f'     => \my $force,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 1 or pod2usage(2);

my $escape = "\x1d";    # Ctrl-]
my ($typed, $quit, $failure) = ('');

binmode $_ for *STDIN, *STDOUT;
$| = 1;
my $terminal = -t STDIN && raw_terminal();
my $done = eval { console(@ARGV); 1 };
my $error = $@;
$terminal->setattr(0, TCSANOW) if $terminal;
if (!$done) {
    warn 'console: ', ref $error ? $error->message . "\n" : $error;
    exit 1;
}

sub console {
    my ($name) = @_;
    Sys::Virt::Event::register_default();
    my $conn   = Sys::Virt->new(uri => $uri);
    my $dom    = $conn->get_domain_by_name($name);
    my $stream = $conn->new_stream(Sys::Virt::Stream::NONBLOCK);
    $dom->open_console($stream, $device, $force ? Sys::Virt::Domain::OPEN_CONSOLE_FORCE : 0);
    print STDERR "Connected to $name, Ctrl-] to leave\r\n";

    my $always = Sys::Virt::Stream::EVENT_READABLE | Sys::Virt::Stream::EVENT_ERROR
        | Sys::Virt::Stream::EVENT_HANGUP;
    $stream->add_callback($always, sub {
        my ($stream, $events) = @_;
        send_typed($stream)    if $events & Sys::Virt::Stream::EVENT_WRITABLE;
        print_received($stream) if $events & ~Sys::Virt::Stream::EVENT_WRITABLE;
        $stream->update_callback($always | (length $typed ? Sys::Virt::Stream::EVENT_WRITABLE : 0)) unless $quit;
    });
    my $keyboard = Sys::Virt::Event::add_handle(fileno STDIN, Sys::Virt::Event::HANDLE_READABLE, sub {
        my ($watch) = @_;
        if (!sysread STDIN, my $keys, 4096) {
            # Nobody types any more; what the guest says is still of interest.
            Sys::Virt::Event::update_handle($watch, 0);
        }
        else {
            $quit = 1 if $keys =~ s/\Q$escape\E.*//s;
            $typed .= $keys;
            $stream->update_callback($always | Sys::Virt::Stream::EVENT_WRITABLE) if length $typed;
        }
    });
    local @SIG{qw(INT TERM HUP)} = (sub { $quit = 1 }) x 3;
    Sys::Virt::Event::run_default() until $quit;

    Sys::Virt::Event::remove_handle($keyboard);
    $stream->remove_callback;
    die $failure if $failure;
    $stream->abort;
    return;
}

sub send_typed {
    my ($stream) = @_;
    my $sent = length $typed ? $stream->send($typed, length $typed) : 0;
    substr $typed, 0, $sent, '' if $sent > 0;
    return;
}

sub print_received {
    my ($stream) = @_;
    my ($got, $data);
    my $alive = eval {
        print $data while ($got = $stream->recv($data, 65536)) > 0;
        1;
    };
    return if $alive && $got == -2;
    $failure = $alive ? "the console was closed\n" : $@;
    $quit = 1;
    return;
}

# Every key goes to the guest, and nothing is echoed here. Returns what the terminal was.
sub raw_terminal {
    my ($before, $raw) = map { POSIX::Termios->new } 1, 2;
    $_->getattr(0) for $before, $raw;
    $raw->setlflag($raw->getlflag & ~(ECHO | ICANON | ISIG | IEXTEN));
    $raw->setiflag($raw->getiflag & ~(ICRNL | IXON | BRKINT));
    $raw->setoflag($raw->getoflag & ~OPOST);
    $raw->setattr(0, TCSANOW);
    return $before;
}

__END__

=head1 NAME

console.pl - talk to a domain's serial console

=head1 SYNOPSIS

    console.pl [--connect URI] [--device ALIAS] [--force] DOMAIN

=head1 DESCRIPTION

Connects the terminal to the console of a running domain until Ctrl-] is typed.
Input and output may be pipes, too.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --device ALIAS

A console or serial port by its alias in the domain's XML, such as C<serial0>;
the first one if left out.

=item --force

Throw out whoever is connected.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the console was closed from the other side,
or 2 for wrong options.

=cut
