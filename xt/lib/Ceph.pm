package Ceph;

# A Ceph at 127.0.0.1 that knows who asks: one monitor, one manager, and one store, which is in memory.
#
#   my $ceph = Ceph->start($bed);      in a bed of Test::SysVirt::Enclosure, with a pool called disks
#   $ceph->ask(@command)               what a command of Ceph's says, without the last newline; dies if it fails
#   $ceph->size($image), $ceph->bytes($image)
#                                      of an image in that pool: its size, all that is in it
#   $ceph->fill($image, $bytes)        makes an image with those bytes
#   $ceph->key($client, $profile)      the bytes of the key of one that may use the pool by that profile; rbd, if none is named
#   $ceph->secret($conn)               libvirt's secret called ceph, with the key of the client libvirt
#   $ceph->pool(%opt)                  the XML of a storage pool called rbd, for the client libvirt with that secret,
#                                      unless others are named: user => $client, usage => $secret, undef for
#                                      none; name => $pool, another one of Ceph's
#   $ceph->disk($image, 'vda', $more)  the XML of a disk
#   $ceph->signal('STOP', 'mon')       sends a signal to one of the three: mon, mgr, osd

use strict;
use warnings;
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64);
use Time::HiRes qw(sleep time);

use constant SIZE => 512 << 20;

my $address = "<host name='127.0.0.1' port='6789'/>";

sub start {
    my ($class, $bed) = @_;
    my $dir  = $bed->dir . '/ceph';
    my $self = bless { log => $bed->dir . '/log' }, $class;
    my ($fsid, $store) = map { uuid() } 1 .. 2;
    my $listen = '[v2:127.0.0.1:3300,v1:127.0.0.1:6789]';
    local $ENV{CEPH_CONF} = $self->{conf} = $bed->file('ceph/ceph.conf', <<CONF);
[global]
fsid = $fsid
mon host = $listen
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $dir/keyring
run dir = $dir
admin socket =
log file =
err to stderr = true
mon cluster log file =
mon allow pool size one = true
osd pool default size = 1
osd crush chooseleaf type = 0
[mon]
mon data = $dir/mon
[mgr]
mgr data = $dir/mgr
mgr stats period = 1
[osd]
osd data = $dir/osd
# Debian 13's has a path that begins nowhere.
osd class dir = /usr/lib/x86_64-linux-gnu/rados-classes
osd objectstore = memstore
memstore device bytes = @{[SIZE]}
CONF
    mkdir "$dir/$_" or die "$dir/$_: $!" for qw(mon mgr osd);
    my @key = ("$dir/keyring", '--gen-key', '-n');
    $bed->run('ceph-authtool', '--create-keyring', @key, 'mon.', qw(--cap mon), 'allow *');
    $bed->run('ceph-authtool', @key, 'client.admin', map { ('--cap', $_, 'allow *') } qw(mon mgr osd));
    $bed->run('ceph-authtool', @key, 'mgr.x', qw(--cap mon), 'allow profile mgr', qw(--cap osd), 'allow *');
    $bed->run('ceph-authtool', @key, 'osd.0', (map { ('--cap', $_, 'allow profile osd') } qw(mon mgr)), qw(--cap osd), 'allow *');
    $bed->run(qw(monmaptool --create --addv a), $listen, '--fsid', $fsid, "$dir/monmap");
    $bed->run(qw(ceph-mon --mkfs -i a --monmap), "$dir/monmap", '--keyring', "$dir/keyring");
    $self->{mon} = $bed->service(qw(ceph-mon -f -i a));
    $self->ask(qw(ceph osd new), $store);
    $bed->run(qw(ceph-osd --mkfs -i 0 --osd-uuid), $store);
    $self->{osd} = $bed->service(qw(ceph-osd -f -i 0));
    $self->{mgr} = $bed->service(qw(ceph-mgr -f -i x));
    $self->ask(qw(ceph osd pool create disks 8 8));
    $self->ask(qw(rbd pool init disks));
    # The manager counts, and begins late.
    my $end = time + 120;
    until ($self->json(qw(ceph df))->{stats}{total_bytes} == SIZE) {
        die "Ceph does not know its size\n" if time > $end;
        sleep 0.5;
    }
    return $self;
}

sub uuid { local @ARGV = '/proc/sys/kernel/random/uuid'; return <> =~ s/\n//r }

sub ask {
    my ($self, @command) = @_;
    local $ENV{CEPH_CONF} = $self->{conf};
    # What it says besides is for the log.
    open my $out, '-|', qw(timeout 120 sh -c), 'exec "$@" 2>> "$0"', $self->{log}, @command or die "$command[0]: $!";
    my $said = do { local $/; <$out> } // '';
    close $out or die "@command fails\n";
    return $said =~ s/\n\z//r;
}

sub json { my ($self, @command) = @_; return decode_json($self->ask(@command, qw(--format json))) }

sub size { my ($self, $image) = @_; return $self->json(qw(rbd info), "disks/$image")->{size} }

sub bytes { my ($self, $image) = @_; return $self->ask(qw(rbd export --no-progress), "disks/$image", '-') }

sub fill {
    my ($self, $image, $bytes) = @_;
    local $ENV{CEPH_CONF} = $self->{conf};
    open my $in, '|-', qw(rbd import --no-progress -), "disks/$image" or die "rbd: $!";
    binmode $in;
    print $in $bytes;
    close $in or die "rbd import fails\n";
    return;
}

sub key {
    my ($self, $client, $profile) = @_;
    $profile //= 'rbd';
    return decode_base64($self->ask(qw(ceph auth get-or-create-key), "client.$client", 'mon', 'profile rbd', 'osd', "profile $profile pool=disks"));
}

sub secret {
    my ($self, $conn) = @_;
    my $secret = $conn->define_secret("<secret ephemeral='no' private='yes'><usage type='ceph'><name>ceph</name></usage></secret>");
    $secret->set_value($self->key('libvirt'));
    return $secret;
}

sub pool {
    my ($self, %opt) = @_;
    my ($user, $usage, $name) = ($opt{user} // 'libvirt', exists $opt{usage} ? $opt{usage} : 'ceph', $opt{name} // 'disks');
    my $auth = defined $usage ? "<auth type='ceph' username='$user'><secret usage='$usage'/></auth>" : '';
    return "<pool type='rbd'><name>rbd</name><source>$address<name>$name</name>$auth</source></pool>";
}

sub disk {
    my ($self, $image, $target, $more) = @_;
    my $bus = $target =~ /^s/ ? 'scsi' : 'virtio';
    return "<disk type='network' device='disk'><driver name='qemu' type='raw'/><auth username='libvirt'><secret type='ceph' usage='ceph'/></auth>"
        . "<source protocol='rbd' name='disks/$image'>$address</source><target dev='$target' bus='$bus'/>@{[ $more // '' ]}</disk>";
}

sub signal { my ($self, $name, $which) = @_; $self->{$which}->signal($name); return }

1;
