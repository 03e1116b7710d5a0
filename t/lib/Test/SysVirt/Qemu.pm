package Test::SysVirt::Qemu;

# A real hypervisor for a test: libvirtd with QEMU, emulating in software.
#
#   my $bed = Test::SysVirt::Qemu->new(seconds => 60);
#
# skips the whole test unless SYS_VIRT_TEST_QEMU=1 and qemu:///system answers; with
# SYS_VIRT_TEST_REQUIRE=1 a bed that is missing is a failure. A test that runs ten times as
# long as `seconds`, which are those of a machine at rest, is killed. Everything made under
# $bed->name or in $bed->dir is removed when the test ends; what a killed test left is removed by
# the next one.
#
#   $bed->conn                     a Sys::Virt connection to qemu:///system
#   $bed->dir                      a fresh directory that QEMU can read and write
#   $bed->name('web')              a name of our own, for a domain, pool, network, ...
#   $bed->image('a.qcow2', '64M', @qemu_img_create_options)
#                                  makes a disk image in dir, returns its path
#   $bed->boot_image('boot.img')   makes an image that boots in a second: see BootSector.pm
#   $bed->copy($path)              makes a copy of that file in dir, once; returns its path
#   $bed->small_dir                a directory with room for one MiB, undef where the machine
#                                  does not let us mount one
#   $bed->disk($path, 'vda', format => 'qcow2', bus => 'virtio', more => XML)
#                                  the XML of a disk device
#   $bed->xml('web', memory => MiB, vcpu => XML, os => XML, features => XML,
#             devices => XML, more => XML)
#                                  the XML of a domain; all but the tag may be left out
#   $bed->boot('web', %xml)        defines a domain that has a boot image as vda, starts it,
#                                  waits until it answers on its serial port, returns it
#   $bed->loaded_anew($dom)        waits until a guest that has answered before is in its memory as
#                                  it starts; what it is asked earlier may be lost
#   $bed->serial($dom)             the serial port of a running domain:
#       ->ask('a')                 sends a byte, returns the boot sector's answer
#       ->talk("id\n", qr/uid=/)   sends bytes, returns all that came up to a match, or undef
#   $bed->wait_for(sub { ... }, $seconds)
#                                  calls until true, returns that value, or false in the end

use strict;
use warnings;
use Fcntl qw(LOCK_EX LOCK_NB);
use File::Basename qw(basename);
use File::Copy ();
use File::Path ();
use File::Spec ();
use File::Temp ();
use Sys::Virt;
use Sys::Virt::Domain;
use Test::More ();
use Test::SysVirt::English;
use Test::SysVirt::BootSector;
use Test::SysVirt::Serial;
use Time::HiRes qw(sleep time);

my $uri = 'qemu:///system';
my $prefix = "svt-$$-";
my ($owner, $dir, $lock) = $$;

sub missing {
    my ($class, $why) = @_;
    if ($ENV{SYS_VIRT_TEST_REQUIRE}) {
        die "The test bed is required, but $why\n";
    }
    Test::More::plan(skip_all => $why);
}

sub new {
    my ($class, %opt) = @_;
    Test::More::plan(skip_all => 'set SYS_VIRT_TEST_QEMU=1 to use the system libvirtd')
        unless $ENV{SYS_VIRT_TEST_QEMU};
    my $conn = eval { Sys::Virt->new(uri => $uri) }
        or $class->missing("qemu:///system does not answer: $@");
    alarm(10 * ($opt{seconds} // 60));
    sweep_stale($uri);
    # Whose test lives cannot be told by its number: others on this machine may have numbers of their own.
    /svt-\d+-/ && locked($_) and remove_dir($_) for glob File::Spec->tmpdir . '/svt-*';
    # Under a name that no other test removes, until it is ours.
    my $made = File::Temp::tempdir(".${prefix}XXXXXX", TMPDIR => 1);
    $lock = locked($made) or die "$made: $!";
    # QEMU runs as a user of its own.
    chmod 0777, $made or die "$made: $!";
    $dir = $made =~ s{/\.(?=[^/]*\z)}{/}r;
    rename $made, $dir or die "$dir: $!";
    return bless { conn => $conn }, $class;
}

# The lock of a test's directory, as long as it lives; none if another one has it.
sub locked {
    my ($path) = @_;
    open my $handle, '<', $path or return;
    return flock($handle, LOCK_EX | LOCK_NB) && $handle;
}

sub conn { $_[0]{conn} }
sub dir  { $dir }
sub name { $prefix . $_[1] }

sub image {
    my ($self, $file, $size, @options) = @_;
    my $format = $file =~ /\.qcow2$/ ? 'qcow2' : 'raw';
    my $path = "$dir/$file";
    system('qemu-img', 'create', '-q', '-f', $format, @options, $path, $size) == 0
        or die "qemu-img create $path failed";
    return shared($path);
}

sub boot_image {
    my ($self, $file) = @_;
    my $path = "$dir/$file";
    open my $fh, '>:raw', $path or die "$path: $!";
    print $fh Test::SysVirt::BootSector::bytes();
    truncate $fh, 1 << 20;
    close $fh or die "$path: $!";
    return shared($path);
}

sub copy {
    my ($self, $from) = @_;
    my $path = "$dir/" . basename($from);
    return $path if -e $path;
    File::Copy::copy($from, $path) or die "$path: $!";
    return shared($path);
}

# After a migration, the host that had an image gives it back to its owner, while the QEMU of the
# other host may still have to open it.
sub shared {
    my ($path) = @_;
    chmod 0666, $path or die "$path: $!";
    return $path;
}

my $small;

sub small_dir {
    return $small //= do {
        my $path = "$dir/small";
        mkdir $path or die "$path: $!";
        system("mount -t tmpfs -o size=1m,mode=0777 tmpfs $path 2>/dev/null") == 0 ? $path : undef;
    };
}

sub disk {
    my ($self, $path, $target, %opt) = @_;
    my $format = $opt{format} // ($path =~ /\.qcow2$/ ? 'qcow2' : 'raw');
    my $bus    = $opt{bus} // 'virtio';
    my $more   = $opt{more} // '';
    # The order by which the firmware counts disks, and the boot sector with it.
    $more .= sprintf "<boot order='%d'/>", ord($1) - ord('a') + 1 if $target =~ /^vd([ab])$/;
    return "<disk type='file' device='disk'><driver name='qemu' type='$format'/>"
        . "<source file='$path'/><target dev='$target' bus='$bus'/>$more</disk>";
}

sub xml {
    my ($self, $tag, %opt) = @_;
    my $name   = $self->name($tag);
    my $memory = $opt{memory} // 64;
    my ($vcpu, $os, $features, $more, $devices) = map { $opt{$_} // '' } qw(vcpu os features more devices);
    $vcpu ||= '<vcpu>1</vcpu>';
    return <<XML;
<domain type='qemu'>
  <name>$name</name>
  <memory unit='MiB'>$memory</memory>
  $vcpu
  <os><type arch='x86_64' machine='pc'>hvm</type>$os</os>
  <features><acpi/>$features</features>
  $more
  <devices>
    <controller type='usb' model='none'/>
    <serial type='pty'/>
    <video><model type='vga'/></video>
    $devices
  </devices>
</domain>
XML
}

sub serial { Test::SysVirt::Serial->new($_[1]) }

sub boot {
    my ($self, $tag, %opt) = @_;
    my $disk = $self->disk($self->boot_image("$tag.img"), 'vda');
    my $dom = $self->conn->define_domain($self->xml($tag, %opt, devices => $disk . ($opt{devices} // '')));
    $dom->create;
    $self->serial($dom)->ask('!') or die "$tag does not boot";
    return $dom;
}

sub loaded_anew {
    my ($self, $dom) = @_;
    my $start = Test::SysVirt::BootSector::bytes();
    return $self->wait_for(sub { $dom->memory_peek(0x7c00, length $start, Sys::Virt::Domain::MEMORY_PHYSICAL) eq $start });
}

sub wait_for {
    my ($self, $code, $seconds) = @_;
    my $end = time + ($seconds // 60);
    while (1) {
        my $value = $code->();
        return $value if $value || time > $end;
        sleep 0.1;
    }
}

sub remove_dir {
    my ($path) = @_;
    system "umount $path/small 2>/dev/null";
    File::Path::remove_tree($path);
}

# Removes what tests have left that run no more.
sub sweep_stale {
    my ($uri) = @_;
    sweep($uri, qr/^svt-(\d+)-/, sub { !kill 0, $1 });
}

# Removes the objects of each kind whose name matches and whose check holds.
sub sweep {
    my ($uri, $ours, $check) = @_;
    my $conn = Sys::Virt->new(uri => $uri);
    my @kinds = (
        [list_all_domains => sub { $_[0]->get_name }, sub {
            $_[0]->undefine(Sys::Virt::Domain::UNDEFINE_MANAGED_SAVE
                | Sys::Virt::Domain::UNDEFINE_SNAPSHOTS_METADATA
                | Sys::Virt::Domain::UNDEFINE_CHECKPOINTS_METADATA) }],
        [list_all_networks      => sub { $_[0]->get_name }, sub { $_[0]->undefine }],
        [list_all_storage_pools => sub { $_[0]->get_name }, sub { $_[0]->undefine }],
        [list_all_nwfilters     => sub { $_[0]->get_name }, sub { $_[0]->undefine }],
        [list_all_secrets       => sub { $_[0]->get_usage_id }, sub { $_[0]->undefine }],
    );
    for (@kinds) {
        my ($list, $name, $undefine) = @$_;
        for my $object (eval { $conn->$list }) {
            next unless $name->($object) =~ $ours && $check->();
            eval { $object->destroy };
            eval { $undefine->($object) };
        }
    }
}

END {
    if (defined $dir && $owner == $$) {
        local ($?, $@);
        sweep($uri, qr/^\Q$prefix/, sub { 1 });
        remove_dir($dir);
    }
}

1;
