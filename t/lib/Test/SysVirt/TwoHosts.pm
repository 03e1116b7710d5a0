package Test::SysVirt::TwoHosts;

# Two hosts of the test's own, in an enclosure, and guests on their way from one to the other. Their
# daemons may be killed, and nobody else's migrations are there.
#
#   my $two = Test::SysVirt::TwoHosts->start($enclosure, seconds => 300, pki => $directory);
#
#   $two->bed, $two->host          a Test::SysVirt::Qemu and SecondHost with them
#   $two->full('web', %xml)        boots a guest that has filled its memory, so that there is something
#                                  to move
#   my $running = $two->begins($dom, $flags, %more);
#                                  its migration, slow, in another process
#   my $running = $two->leaves($dom, $flags, %more);
#                                  the same, once memory moves
#   my ($dom, $running) = $two->on_its_way('web', $flags, %more);    both
#   $two->arrived($dom, $running)  waits for its end, and gives the domain at the destination
#   $two->moved_ok($dom, $there, 'm3', 'by p2p')
#                                  it has left, runs there, and its guest answers so to an "m"
#   $two->stays_ok($dom, 'm3', 'aborted')
#                                  the same for one that is to be where it was, and not there
#   $two->kill_destination, $two->restart_destination
#                                  the libvirtd there, not its guests

use strict;
use warnings;
use File::Temp qw(tempdir);
use Sys::Virt::Domain;
use Test::More;
use Test::SysVirt::Qemu;
use Test::SysVirt::SecondHost;

my $live = Sys::Virt::Domain::MIGRATE_LIVE | Sys::Virt::Domain::MIGRATE_UNSAFE;

sub start {
    my ($class, $enclosure, %opt) = @_;
    # The second host has a /run of its own.
    my $folder = tempdir('svt-hosts-XXXXXX', DIR => '/var/tmp', CLEANUP => 1);
    my $conf = qq(cgroup_controllers = []\nstdio_handler = "file"\n);
    if ($opt{pki}) {
        system('cp', '-rL', $opt{pki}, "$folder/pki");
        $conf .= qq(migrate_tls_x509_cert_dir = "$folder/pki"\n);
    }
    system('chmod', '-R', 'a+rX', $folder);
    $enclosure->file('etc/libvirt/qemu.conf', $conf);
    delete $ENV{LIBVIRT_LOG_OUTPUTS};
    system('tools/testbed.sh', 'hosts', $folder) == 0 or die 'the hosts do not start';
    my $bed = Test::SysVirt::Qemu->new(seconds => $opt{seconds});
    return bless { folder => $folder, bed => $bed, host => Test::SysVirt::SecondHost->new($bed) }, $class;
}

sub bed  { $_[0]{bed} }
sub host { $_[0]{host} }

sub full {
    my ($self, $tag, %xml) = @_;
    my $dom = $self->bed->boot($tag, %xml);
    $self->bed->serial($dom)->ask('F', 30) or die "$tag does not fill its memory";
    return $dom;
}

sub begins {
    my ($self, $dom, $flags, %more) = @_;
    my %how = (Sys::Virt::Domain::MIGRATE_PARAM_BANDWIDTH() => 2, %more);
    $how{ Sys::Virt::Domain::MIGRATE_PARAM_URI() } = $self->host->data_uri if !($flags & Sys::Virt::Domain::MIGRATE_PEER2PEER);
    return $self->host->migration($dom->get_name, \%how, $live | $flags);
}

sub leaves {
    my ($self, $dom, @how) = @_;
    my $running = $self->begins($dom, @how);
    $self->bed->wait_for(sub { ($dom->get_job_stats)[1]{ Sys::Virt::Domain::JOB_MEMORY_PROCESSED() } })
        or die 'it does not get going: ' . $self->host->outcome($running);
    return $running;
}

sub on_its_way {
    my ($self, $tag, @how) = @_;
    my $dom = $self->full($tag);
    return ($dom, $self->leaves($dom, @how));
}

sub arrived {
    my ($self, $dom, $running) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($self->host->outcome($running), 'done', 'migrate: it comes to its end');
    return $self->there($dom);
}

sub there { my ($self, $dom) = @_; return $self->host->conn->get_domain_by_name($dom->get_name) }

sub moved_ok {
    my ($self, $dom, $there, $said, $how) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    is($dom->is_active, 0, "migrate: $how, the domain has left");
    is($there->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, "migrate: $how, the domain runs at the destination");
    is($self->bed->serial($there)->ask('m'), $said, "migrate: $how, the guest goes on counting");
    $there->destroy;
    return;
}

sub stays_ok {
    my ($self, $dom, $said, $how) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    ok($self->bed->wait_for(sub { !eval { $self->there($dom) } && $@->code == Sys::Virt::Error::ERR_NO_DOMAIN }, 60), "$how: nothing is at the destination");
    ok($self->bed->wait_for(sub { $dom->get_job_info->{type} == Sys::Virt::Domain::JOB_NONE }, 60), "$how: no job is at the source");
    is($dom->get_info->{state}, Sys::Virt::Domain::STATE_RUNNING, "$how: the domain runs at the source");
    is($self->bed->serial($dom)->ask('m'), $said, "$how: the guest goes on counting there");
    return;
}

sub pid_of { my ($self, $daemon) = @_; local (@ARGV, $/) = "$self->{folder}/second/$daemon.pid"; return <> + 0 }

sub kill_destination {
    my ($self) = @_;
    my $pid = $self->pid_of('libvirtd');
    kill KILL => $pid;
    $self->bed->wait_for(sub { !kill 0, $pid }) or die 'libvirtd does not end';
    return;
}

# In the namespaces of the daemon that has stayed there.
sub restart_destination {
    my ($self) = @_;
    system('nsenter', '--target', $self->pid_of('virtlogd'), qw(--mount --uts --net libvirtd -l -d -p), "$self->{folder}/second/libvirtd.pid") == 0
        or die 'libvirtd does not start';
    $self->bed->wait_for(sub { eval { $self->host->connect } }) or die "libvirtd does not answer: $@";
    return;
}

1;
