package Test::SysVirt::Daemon;

# A libvirtd of the test's own, that knows nothing of this machine's guests.
#
#   my $daemon = Test::SysVirt::Daemon->new;   skips the test or subtest without a libvirtd
#   Test::SysVirt::Daemon->new(max_workers => 100)    with this in its libvirtd.conf
#   Test::SysVirt::Daemon->new(sasl => 'plain')    one that asks for a name and a password, and
#                                              lets nobody in
#   $daemon->connect                           a connection to its test driver
#   $daemon->uri                               where that is
#   $daemon->uri($file)                        a host of that file's: each connection has its own
#   $daemon->storage                           a connection to its storage driver; skips without one
#   $daemon->storage_uri                       where that is
#   $daemon->pool($conn)                       a new storage pool, on such a connection
#   $daemon->share($file)                      a copy of the file that it can read
#   $daemon->socket                            the Unix socket that it listens on
#   $daemon->admin                             a connection to the daemon itself
#   $daemon->admin_uri                         where that is
#   $daemon->as_owner(sub { ... })             with the identity of its user, which it asks for there
#   $daemon->stop                              it answers no more
#   $daemon->resume                            it does again
#   $daemon->kill                              ends it at once
#   $daemon->restart                           another one in its place, once it answers

use strict;
use warnings;

use File::Basename ();
use File::Copy ();
use File::Temp ();
use POSIX ();
use Sys::Virt;
use Test::More;

sub new {
    my ($class, %config) = @_;
    my ($libvirtd) = grep { -x } '/usr/sbin/libvirtd', '/usr/bin/libvirtd';
    $class->missing('no libvirtd here') if !$libvirtd;
    my $dir = File::Temp->newdir;
    my $nobody = $> ? undef : getpwnam 'nobody';
    chown $nobody, -1, $dir if defined $nobody;
    my $self = bless { libvirtd => $libvirtd, dir => $dir, nobody => $nobody, owner => $$ }, $class;
    if (my $mechanism = delete $config{sasl}) {
        $config{auth_unix_rw} = '"sasl"';
        write_file("$dir/libvirt.conf", "mech_list: $mechanism\n");
    }
    write_file("$dir/libvirtd.conf", join '', map { "$_ = $config{$_}\n" } sort keys %config);
    $self->restart;
    return $self;
}

# Skips what needs it, or dies where it has to be there.
sub missing {
    my ($class, $why) = @_;
    die "The test bed is required, but there is $why\n" if $ENV{SYS_VIRT_TEST_REQUIRE};
    plan(skip_all => $why);
}

sub write_file {
    my ($path, $text) = @_;
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
}

sub restart {
    my ($self) = @_;
    $self->kill;
    my $dir = $self->{dir};
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        # As a user's own: root's would manage the machine.
        POSIX::setuid($self->{nobody}) if defined $self->{nobody};
        @ENV{qw(HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME SASL_CONF_PATH)} = ("$dir") x 5;
        # A sanitizer, say, or a log is for the script alone.
        delete @ENV{qw(LD_PRELOAD LIBVIRT_LOG_FILTERS LIBVIRT_LOG_OUTPUTS)};
        open STDERR, '>', "$dir/log";
        my @command = ($self->{libvirtd}, '--config', "$dir/libvirtd.conf");
        # It ends with a test that is killed.
        exec 'setpriv', '--pdeathsig', 'KILL', @command if -x '/usr/bin/setpriv';
        exec @command or POSIX::_exit(1);
    }
    $self->{pid} = $pid;
    for (1 .. 600) {
        return if eval { $self->connect } || ref $@ && $@->code == Sys::Virt::Error::ERR_AUTH_FAILED;
        select undef, undef, undef, 0.1;
    }
    die "libvirtd does not answer: $@";
}

sub uri {
    my ($self, $file) = @_;
    return 'test+unix://' . ($file // '/default') . '?socket=' . $self->socket;
}

sub storage_uri { 'storage+unix:///session?socket=' . $_[0]->socket }

sub storage {
    my ($self) = @_;
    return eval { Sys::Virt->new(uri => $self->storage_uri) } || $self->missing("no storage driver here: $@");
}

sub pool {
    my ($self, $conn) = @_;
    my $name = 'pool' . ++$self->{pools};
    my $path = "$self->{dir}/$name";
    mkdir $path or die "$path: $!";
    chmod 0777, $path;
    return $conn->create_storage_pool("<pool type='dir'><name>$name</name><target><path>$path</path></target></pool>");
}

sub socket { "$_[0]{dir}/libvirt/libvirt-sock" }

sub share {
    my ($self, $file) = @_;
    my $copy = "$self->{dir}/" . File::Basename::basename($file);
    File::Copy::copy($file, $copy) or die "$copy: $!";
    return $copy;
}

sub connect { Sys::Virt->new(uri => $_[0]->uri) }

sub admin_uri { "libvirtd:///session?socket=$_[0]{dir}/libvirt/libvirt-admin-sock" }

sub as_owner {
    my ($self, $code) = @_;
    local $> = $self->{nobody} if defined $self->{nobody};
    return $code->();
}

sub admin {
    my ($self) = @_;
    require Sys::Virt::Admin;
    return $self->as_owner(sub { Sys::Virt::Admin->new(uri => $self->admin_uri) });
}

sub kill {
    my ($self) = @_;
    my $pid = delete $self->{pid} // return;
    CORE::kill KILL => $pid;
    waitpid $pid, 0;
}

sub stop   { CORE::kill STOP => $_[0]{pid} }
sub resume { CORE::kill CONT => $_[0]{pid} }

# Another thread's copy would end it with the thread.
sub CLONE_SKIP { 1 }

sub DESTROY {
    my ($self) = @_;
    local ($?, $!);
    $self->kill if $self->{owner} == $$;
}

1;
