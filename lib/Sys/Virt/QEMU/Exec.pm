package Sys::Virt::QEMU::Exec;

# A program in a guest, run by its agent.

use strict;
use warnings;

use JSON::PP ();
use MIME::Base64 ();
use Sys::Virt::Options;
use Time::HiRes ();

my %known = map { $_ => 1 } qw(capture env input timeout);

sub guest_exec {
    my ($dom, $command, @options) = @{ \@_ }; # of which a tied one may free the others
    my ($path, @arguments) = map { _characters($_) } Sys::Virt::Options::command(\&_invalid, $command);
    my %option = Sys::Virt::Options::options(\&_invalid, \%known, @options);
    Sys::Virt::Options::check_seconds('QEMU::guest_exec', 'timeout', $option{timeout}) if defined $option{timeout};
    my $end = defined $option{timeout} ? Time::HiRes::time() + $option{timeout} : undef;

    my %exec = (path => $path, 'capture-output' => JSON::PP::true);
    $exec{'capture-output'} = JSON::PP::false      if exists $option{capture} && !$option{capture};
    $exec{arg}              = \@arguments          if @arguments;
    $exec{env}              = _env($option{env})   if defined $option{env};
    $exec{'input-data'}     = MIME::Base64::encode_base64($option{input}, '') if defined $option{input};

    my $pid = _ask($dom, $end, 'guest-exec', \%exec)->{pid};
    my $pause = 0.01;
    while (1) {
        my $status = _ask($dom, $end, 'guest-exec-status', { pid => $pid });
        return _result($status) if $status->{exited};
        _fail(Sys::Virt::Error::ERR_OPERATION_TIMEOUT(), "$path, process $pid in the guest, has not ended within $option{timeout} s")
            if defined $end && Time::HiRes::time() + $pause > $end;
        Time::HiRes::sleep($pause);
        $pause *= 1.5 if $pause < 0.5;
    }
}

# What the agent answers to a command, within the seconds that are left.
sub _ask {
    my ($dom, $end, $execute, $arguments) = @_;
    my $seconds = Sys::Virt::QEMU::AGENT_COMMAND_DEFAULT();
    if (defined $end) {
        $seconds = int($end - Time::HiRes::time() + 0.999);
        $seconds = 1 if $seconds < 1;
    }
    my $reply = eval { Sys::Virt::Domain::qemu_agent_command($dom, { execute => $execute, arguments => $arguments }, $seconds) };
    return $reply->{return} if $reply;
    my $error = $@;
    die $error if ref $error ne 'Sys::Virt::Error';
    my $message = $error->message;
    _fail(Sys::Virt::Error::ERR_OPERATION_UNSUPPORTED(),
        "the guest's agent does not allow $execute, by its options or the file qemu-ga.conf in the guest: $message")
        if $message =~ /\Q$execute\E has(?: been disabled| not been found)/;
    Sys::Virt::Options::fail($error->code, "Sys::Virt::QEMU::guest_exec: $message", $error->domain);
}

sub _result {
    my ($status) = @_;
    return {
        status        => $status->{exitcode},
        signal        => $status->{signal},
        output        => MIME::Base64::decode_base64($status->{'out-data'} // ''),
        errors        => MIME::Base64::decode_base64($status->{'err-data'} // ''),
        is_cut        => $status->{'out-truncated'} || $status->{'err-truncated'} ? 1 : 0,
    };
}

sub _env {
    my ($env) = @_;
    return [map { _characters($_ . '=' . ($env->{$_} // '')) } sort keys %$env];
}

# Strings are bytes in this module, and characters in JSON.
sub _characters { my ($text) = @_; utf8::decode($text); return $text }

sub _fail    { my ($code, $problem) = @_; Sys::Virt::Options::fail($code, "Sys::Virt::QEMU::guest_exec: $problem") }
sub _invalid { _fail(Sys::Virt::Error::ERR_INVALID_ARG(), @_) }

1;
