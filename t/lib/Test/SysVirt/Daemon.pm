package Test::SysVirt::Daemon;

# A libvirtd of the test's own, that knows nothing of this machine's guests.
#
#   my $daemon = Test::SysVirt::Daemon->new;   skips the test or subtest without a libvirtd
#   Test::SysVirt::Daemon->new(max_workers => 100)    with this in its libvirtd.conf
#   $daemon->connect                           a connection to its test driver
#   $daemon->uri                               where that is
#   $daemon->socket                            the Unix socket that it listens on
#   $daemon->stop                              it answers no more
#   $daemon->resume                            it does again
#   $daemon->kill                              ends it at once

use strict;
use warnings;

use File::Temp ();
use POSIX ();
use Sys::Virt;
use Test::More;

sub new {
    my ($class, %config) = @_;
    my ($libvirtd) = grep { -x } '/usr/sbin/libvirtd', '/usr/bin/libvirtd';
    $class->missing('no libvirtd here') if !$libvirtd;
    my $dir = File::Temp->newdir;
    open my $file, '>', "$dir/libvirtd.conf" or die "$dir/libvirtd.conf: $!";
    print $file map { "$_ = $config{$_}\n" } sort keys %config;
    close $file or die "$dir/libvirtd.conf: $!";
    my $nobody = $> ? undef : getpwnam 'nobody';
    chown $nobody, -1, $dir if defined $nobody;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # As a user's own: root's would manage the machine.
        POSIX::setuid($nobody) if defined $nobody;
        @ENV{qw(HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME)} = ("$dir") x 4;
        open STDERR, '>', "$dir/log";
        my @command = ($libvirtd, '--config', "$dir/libvirtd.conf");
        # It ends with a test that is killed.
        exec 'setpriv', '--pdeathsig', 'KILL', @command if -x '/usr/bin/setpriv';
        exec @command or POSIX::_exit(1);
    }
    my $self = bless { dir => $dir, pid => $pid, owner => $$ }, $class;
    for (1 .. 100) {
        return $self if eval { $self->connect };
        select undef, undef, undef, 0.1;
    }
    die "libvirtd does not answer: $@";
}

# Skips what needs it, or dies where it has to be there.
sub missing {
    my ($class, $why) = @_;
    die "The test bed is required, but there is $why\n" if $ENV{SYS_VIRT_TEST_REQUIRE};
    plan(skip_all => $why);
}

sub socket { "$_[0]{dir}/libvirt/libvirt-sock" }

sub uri { 'test+unix:///default?socket=' . $_[0]->socket }

sub connect { Sys::Virt->new(uri => $_[0]->uri) }

sub stop { CORE::kill STOP => $_[0]{pid} }

sub resume { CORE::kill CONT => $_[0]{pid} }

sub kill {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return;
    CORE::kill KILL => $pid;
    waitpid $pid, 0;
}

# Another thread's copy would end it with the thread.
sub CLONE_SKIP { 1 }

sub DESTROY {
    my ($self) = @_;
    local ($?, $!);
    $self->kill if $self->{owner} == $$;
}

1;
