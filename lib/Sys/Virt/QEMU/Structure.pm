package Sys::Virt::QEMU::Structure;

# Commands that are Perl structures, and their replies.

use strict;
use warnings;

use JSON::PP ();
use Sys::Virt::Options;

# libvirt 11.3 with json-c 0.18 takes other bytes than those of ASCII for no UTF-8.
my $json = JSON::PP->new->utf8->ascii;

# The arguments of a method, with its command as text.
sub text {
    my ($name, $domain, $command, @more) = @_;
    my $text = eval { limit($command); $json->encode($command) };
    return ($domain, $text, @more) if defined $text;
    Sys::Virt::Options::fail(Sys::Virt::Error::ERR_INVALID_ARG(),
        "Sys::Virt::Domain::$name: argument 'cmd' cannot be written as JSON: " . without_place($@));
}

my $most = 1_000_000;

# JSON::PP has no end of its own to what it writes.
sub limit {
    no warnings; # of tied arrays whose size is no number
    my @todo = @_;
    my $elements = 0;
    while (@todo) {
        my $next = pop @todo;
        my $kind = ref $next;
        $elements += $kind eq 'ARRAY' ? @$next : $kind eq 'HASH' ? keys %$next : 0;
        die "it has more than $most elements, or contains itself\n" if $elements > $most;
        push @todo, grep { ref } $kind eq 'ARRAY' ? @$next : $kind eq 'HASH' ? values %$next : ();
    }
    return;
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
