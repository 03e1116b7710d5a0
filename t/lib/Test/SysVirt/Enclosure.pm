package Test::SysVirt::Enclosure;

# A machine within the machine: the test runs on in namespaces of its own, where it is root, alone
# with the daemons it starts, and can use the addresses, sockets and folders that libvirt has by
# default. All of it ends with the test, however that ends.
#
#   my $bed = Test::SysVirt::Enclosure->enter(seconds => 60, needs => ['/usr/sbin/sshd']);
#
# skips the whole test unless SYS_VIRT_TEST_QEMU=1 and what it needs is there; with
# SYS_VIRT_TEST_REQUIRE=1 what is missing is a failure. A test that runs ten times as long as `seconds`,
# which are those of a machine at rest, is killed.
#
#   $bed->dir                      /run/bed: everybody may look in, gone afterwards
#   $bed->name('web')              a name that nobody else on the machine has
#   $bed->file('a/b', $text)       a file there, with its folders; its path
#   $bed->run(@command)            a command that has to succeed, and say nothing
#   $bed->listens($port)           waits until somebody answers on 127.0.0.1
#   $bed->libvirtd($lines)         a libvirtd with those lines of configuration: see Service.pm
#   $bed->service(@command)        any other program, kept running
#
# In there root lives in /run/bed/root, for ssh, which does not ask the environment.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Socket::INET;
use Test::More ();
use Test::SysVirt::English;
use Test::SysVirt::Service;
use Time::HiRes qw(sleep time);

my $dir = '/run/bed';
my $log = "$dir/log";
my ($owner, $outside);

sub enter {
    my ($class, %opt) = @_;
    Test::More::plan(skip_all => 'set SYS_VIRT_TEST_QEMU=1 to run daemons in namespaces')
        unless $ENV{SYS_VIRT_TEST_QEMU};
    missing('only root may make namespaces') if $>;
    (grep { -e } glob) or missing("there is no $_ here") for '/usr/sbin/libvirtd', @{ $opt{needs} // [] };
    unless ($outside = delete $ENV{SYS_VIRT_TEST_ENCLOSED}) {
        # The one thing that stays, of containers that did not come to their end.
        /-svt-(\d+)-/ && !kill(0, $1) and rmdir for glob '/sys/fs/cgroup/*/machine/lxc-*-svt-*';
        local $ENV{SYS_VIRT_TEST_ENCLOSED} = $$;
        local $ENV{PERL5LIB} = join ':', map { abs_path($_) // () } grep { !ref } @INC;
        # Nothing but a signal that it waits for would end the first process of its namespace.
        exec qw(unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc sh -c), '"$@"; exit $?', 'sh', $^X, $0, @ARGV
            or die "unshare: $!";
    }
    alarm(10 * ($opt{seconds} // 60));
    $owner = $$;
    my $self = bless {}, $class;
    $self->furnish;
    return $self;
}

sub missing {
    my ($why) = @_;
    die "The test bed is required, but $why\n" if $ENV{SYS_VIRT_TEST_REQUIRE};
    Test::More::plan(skip_all => $why);
}

sub dir  { $dir }
sub name { "svt-$outside-$_[1]" }

sub furnish {
    my ($self) = @_;
    $self->run(qw(ip link set lo up));
    $self->run(qw(mount -t tmpfs -o mode=0755 tmpfs /run));
    make_path('/run/lock', "$dir/root");
    for my $folder (qw(/etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt)) {
        make_path("$dir$folder");
        # It takes libvirt ten seconds to find out what QEMU can do.
        $self->run('cp', '-r', "$folder/qemu", "$dir$folder") if $folder =~ /cache/ && -e "$folder/qemu";
        $self->run('mount', '--bind', "$dir$folder", $folder);
    }
    # With both versions of control groups there, libvirt's LXC driver would fail in the second.
    $self->run(qw(umount /sys/fs/cgroup/unified)) if mounted("/sys/fs/cgroup/unified");
    # Other daemons on this machine use the same control groups, and there is no virtlogd in here.
    $self->file('etc/libvirt/qemu.conf', qq(cgroup_controllers = []\nstdio_handler = "file"\n));
    # nftables would have the kernel correct checksums, for which many lack a module.
    $self->file('etc/libvirt/network.conf', qq(firewall_backend = "iptables"\n));
    my %account = (passwd => 'root:x:0:0::HOME:/bin/sh', shadow => 'root:*:19000:0:99999:7:::');
    for my $file (sort keys %account) {
        my $text = do { local (@ARGV, $/) = "/etc/$file"; <> };
        my $root = $account{$file} =~ s{HOME}{$dir/root}r;
        $self->file($file, $text =~ s/^root:.*/$root/mr);
        $self->run('mount', '--bind', "$dir/$file", "/etc/$file");
    }
    delete @ENV{ grep { /^(?:XDG|LIBVIRT|SSH)_/ } keys %ENV };
    $ENV{HOME} = "$dir/root";
    # What libvirt warns of, here and in the daemons.
    $ENV{LIBVIRT_LOG_OUTPUTS} = "3:file:$log";
    return;
}

sub mounted { my ($path) = @_; local @ARGV = "/proc/self/mounts"; return scalar grep { (split)[1] eq $path } <> }

sub file {
    my ($self, $name, $text, $mode) = @_;
    my $path = "$dir/$name";
    make_path(dirname($path));
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    chmod $mode, $path or die "$path: $!" if defined $mode;
    return $path;
}

sub run {
    my ($self, @command) = @_;
    pipe my $from, my $to or die "pipe: $!";
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDOUT, '>&', $to or die $!;
        open STDERR, '>&', $to or die $!;
        exec @command or die "$command[0]: $!";
    }
    close $to;
    my $said = do { local $/; <$from> } // '';
    waitpid $pid, 0;
    die "@command: $said" if $?;
    return;
}

sub listens {
    my ($self, $port) = @_;
    my $end = time + 60;
    until (IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port")) {
        die "nobody listens on port $port" if time > $end;
        sleep 0.05;
    }
    return;
}

sub service { my ($self, @command) = @_; return Test::SysVirt::Service->start(@command) }

sub libvirtd {
    my ($self, $lines) = @_;
    my $conf = $self->file('libvirtd.conf', $lines // '');
    my @listen = ($lines // '') =~ /^listen_/m ? '--listen' : ();
    my $daemon = $self->service('libvirtd', '--config', $conf, @listen);
    $daemon->answers('test+unix:///default');
    return $daemon;
}

# Nobody can read it afterwards.
END {
    if (defined $owner && $owner == $$ && !Test::More->builder->is_passing && -e $log) {
        local @ARGV = $log;
        # It asks the machine's network cards, which are not in here.
        my @said = grep { !/ethtool/ } <>;
        splice @said, 0, -60;
        Test::More::diag("What the daemons said last:\n", @said);
    }
}

1;
