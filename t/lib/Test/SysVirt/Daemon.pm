package Test::SysVirt::Daemon;

# A libvirtd of the test's own, that knows nothing of this machine's guests.
#
#   my $daemon = Test::SysVirt::Daemon->new;   skips the test or subtest without a libvirtd
#   $daemon->connect                           a connection to its test driver
#   $daemon->uri                               where that is
#   $daemon->stop                              makes it hang
#   $daemon->continue                          until this
#   $daemon->kill                              ends it at once

use strict;
use warnings;

use File::Temp ();
use POSIX ();
use Sys::Virt;
use Test::More;

sub new {
    my ($class) = @_;
    my ($libvirtd) = grep { -x } '/usr/sbin/libvirtd', '/usr/bin/libvirtd';
    plan skip_all => 'no libvirtd here' if !$libvirtd;
    my $dir = File::Temp->newdir;
    my $nobody = $> ? undef : getpwnam 'nobody';
    chown $nobody, -1, $dir if defined $nobody;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # As a user's own: root's would manage the machine.
        POSIX::setuid($nobody) if defined $nobody;
        @ENV{qw(HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME)} = ("$dir") x 4;
        open STDERR, '>', "$dir/log";
        exec $libvirtd or POSIX::_exit(1);
    }
    my $self = bless { dir => $dir, pid => $pid, owner => $$ }, $class;
    for (1 .. 100) {
        return $self if eval { $self->connect };
        select undef, undef, undef, 0.1;
    }
    die "libvirtd does not answer: $@";
}

sub uri { "test+unix:///default?socket=$_[0]{dir}/libvirt/libvirt-sock" }

sub connect { Sys::Virt->new(uri => $_[0]->uri) }

sub stop     { CORE::kill STOP => $_[0]{pid} }
sub continue { CORE::kill CONT => $_[0]{pid} }

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
