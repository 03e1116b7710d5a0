package Sys::Virt::QEMU::Structure;

# Commands that are Perl structures, and their replies.

use strict;
use warnings;

use JSON::PP ();
use Sys::Virt::Options;

my $json = JSON::PP->new->utf8;

# The arguments of a method, with its command as text.
sub text {
    my ($name, $domain, $command, @more) = @_;
    my $text = eval { $json->encode($command) };
    return ($domain, $text, @more) if defined $text;
    Sys::Virt::Options::fail(Sys::Virt::Error::ERR_INVALID_ARG(),
        "Sys::Virt::Domain::$name: argument 'cmd' cannot be written as JSON: " . without_place($@));
}

# What a method gives, with the reply as a structure; none where the agent's was not waited for.
sub reply {
    my ($name, $text, @more) = @_;
    return wantarray ? (undef, @more) : undef if !defined $text;
    my $reply = eval { $json->decode($text) };
    Sys::Virt::Options::fail(Sys::Virt::Error::ERR_INTERNAL_ERROR(),
        "Sys::Virt::Domain::$name: the reply to a structure is not one: " . without_place($@)) if !ref $reply;
    if (ref $reply eq 'HASH' && ref $reply->{error} eq 'HASH') {
        my ($class, $why) = map { $_ // 'unknown' } @{ $reply->{error} }{qw(class desc)};
        utf8::encode($_) for $class, $why;
        Sys::Virt::Options::fail(Sys::Virt::Error::ERR_OPERATION_FAILED(),
            "Sys::Virt::Domain::$name: QEMU says $class: $why");
    }
    return wantarray ? ($reply, @more) : $reply;
}

sub without_place { my ($error) = @_; return "$error" =~ s/ at \S+ line \d+\.?\n.*//sr =~ s/\n\z//r }

1;
