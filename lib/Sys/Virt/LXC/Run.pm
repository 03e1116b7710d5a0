package Sys::Virt::LXC::Run;

# A program inside a container, in a child process of the script.

use strict;
use warnings;

use POSIX ();
use Sys::Virt::Options;

my %known = map { $_ => 1 } qw(env input);

sub run {
    my ($dom, $command, @options) = @{ \@_ }; # of which a tied one may free the others
    my @command = Sys::Virt::Options::command(\&_invalid, $command);
    my %option = Sys::Virt::Options::options(\&_invalid, \%known, @options);
    # All that needs the connection, which is none of the child's.
    my @label = eval { Sys::Virt::Domain::_lxc_label($dom) } or _passed_on($@);
    my @namespaces = eval { Sys::Virt::Domain::lxc_open_namespace($dom) } or _passed_on($@);

    my %pipe = map { pipe my $read, my $write or _fail("pipe: $!"); $_ => [$read, $write] } qw(in out err problem);
    my $pid = fork // _fail("fork: $!");
    _child($dom, \@label, \@namespaces, \%pipe, $option{env}, @command) if !$pid;
    close $_ for $pipe{in}[0], map { $pipe{$_}[1] } qw(out err problem);
    my %got = _exchange($option{input}, $pipe{in}[1], map { $_ => $pipe{$_}[0] } qw(out err problem));
    waitpid $pid, 0;
    my $ended = $?;
    _fail($got{problem}) if length $got{problem};
    return {
        status => $ended & 127 ? undef : $ended >> 8,
        signal => $ended & 127 ? $ended & 127 : undef,
        output => $got{out},
        errors => $got{err},
    };
}

# Goes into the container, and becomes the program there. Only a child of the process that has entered
# them is in the namespace of processes.
sub _child {
    my ($dom, $label, $namespaces, $pipe, $env, @command) = @_;
    my $problem = $pipe->{problem}[1];
    my $pid = eval {
        open STDIN,  '<&', $pipe->{in}[0]  or die "standard input: $!\n";
        open STDOUT, '>&', $pipe->{out}[1] or die "standard output: $!\n";
        open STDERR, '>&', $pipe->{err}[1] or die "standard error: $!\n";
        close $_ for $pipe->{in}[1], map { $pipe->{$_}[0] } qw(out err problem);
        my ($model, $of) = @$label;
        $dom->lxc_enter_cgroup;
        $dom->lxc_enter_security_label($model, $of) if $model->{model} !~ /^(?:none)?\z/;
        $dom->lxc_enter_namespace([map { fileno($_) } @$namespaces]);
        fork // die "fork: $!\n";
    };
    if (!defined $pid) {
        syswrite $problem, ref $@ ? $@->message : $@;
        POSIX::_exit(255);
    }
    if (!$pid) {
        %ENV = %$env if $env;
        { no warnings 'exec'; exec { $command[0] } @command; }
        syswrite $problem, "$command[0]: $!";
        POSIX::_exit(255);
    }
    close $problem;
    close $_ for *STDIN, *STDOUT, *STDERR;
    waitpid $pid, 0;
    my $ended = $?;
    if (my $signal = $ended & 127) {
        $SIG{$_} = 'DEFAULT' for grep { !/^(?:KILL|STOP|NUM|CLD|CLS|RT|ZERO)/ } keys %SIG;
        kill $signal, $$;
    }
    POSIX::_exit($ended & 127 ? 255 : $ended >> 8);
}

# Writes the input and reads what comes, whichever is possible.
sub _exchange {
    my ($input, $to, %from) = @_;
    local $SIG{PIPE} = 'IGNORE';
    $input //= '';
    $to->blocking(0);
    my %got = map { $_ => '' } keys %from;
    while (1) {
        if (defined $to && !length $input) {
            close $to;
            undef $to;
        }
        last if !%from;
        my ($readable, $writable) = ('', '');
        vec($readable, fileno $_, 1) = 1 for values %from;
        vec($writable, fileno $to, 1) = 1 if defined $to;
        select $readable, $writable, undef, undef;
        for my $name (grep { vec $readable, fileno $from{$_}, 1 } keys %from) {
            my $read = sysread $from{$name}, $got{$name}, 65_536, length $got{$name};
            delete $from{$name} if !$read && !(!defined $read && $!{EINTR});
        }
        if (defined $to && vec $writable, fileno $to, 1) {
            my $written = syswrite $to, $input;
            if    (defined $written)               { substr $input, 0, $written, '' }
            elsif (!$!{EINTR} && !$!{EAGAIN})      { $input = '' }
        }
    }
    return %got;
}

sub _passed_on {
    my ($error) = @_;
    die $error if ref $error ne 'Sys::Virt::Error';
    my $message = $error->message =~ s/ at \S+ line \d+\.\n\z//r =~ s/^Sys::Virt::Domain::\w+: //r;
    return Sys::Virt::Options::fail($error->code, "Sys::Virt::LXC::run: $message", $error->domain);
}

sub _fail    { my ($problem) = @_; Sys::Virt::Options::fail(Sys::Virt::Error::ERR_OPERATION_FAILED(), "Sys::Virt::LXC::run: $problem") }
sub _invalid { my ($problem) = @_; Sys::Virt::Options::fail(Sys::Virt::Error::ERR_INVALID_ARG(), "Sys::Virt::LXC::run: $problem") }

1;
