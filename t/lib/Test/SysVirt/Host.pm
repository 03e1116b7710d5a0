package Test::SysVirt::Host;

# A host of libvirt's test driver with an object of nearly every class.
#
#   my $host = Test::SysVirt::Host->new;
#   $host->conn                            its connection
#   $host->object('Sys::Virt::Domain')     a new object, or undef for a class the driver lacks;
#                                          a connection is one of its own, to test:///default
#   Test::SysVirt::Host->with_daemon       from now on hosts have objects of Sys::Virt::Admin, of a
#                                          daemon that all share; not where no libvirtd is installed
#   $host->argument($kind)                 something that suits a parameter: see Methods.pm
#
# Each host is independent of all others: what is changed there is gone with the connection.

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Sys::Virt;
use Test::SysVirt::URI qw(file_uri);

my $file = abs_path(dirname(__FILE__) . '/../../../compare/test/node.xml');

my %make = (
    'Sys::Virt'                   => sub { Sys::Virt->new(uri => 'test:///default') },
    'Sys::Virt::Domain'           => sub { $_[0]->get_domain_by_name('busy') },
    'Sys::Virt::DomainSnapshot'   => sub { moment($_[0]->get_domain_by_name('held'), 'snapshot') },
    'Sys::Virt::DomainCheckpoint' => sub { moment($_[0]->get_domain_by_name('busy'), 'checkpoint') },
    'Sys::Virt::Interface'        => sub { $_[0]->get_interface_by_name('eth1') },
    'Sys::Virt::Network'          => sub { $_[0]->get_network_by_name('lan') },
    'Sys::Virt::NodeDevice'       => sub { $_[0]->get_node_device_by_name('scsi_host5') },
    'Sys::Virt::StoragePool'      => sub { $_[0]->get_storage_pool_by_name('images') },
    'Sys::Virt::StorageVol'       => sub { $_[0]->get_storage_pool_by_name('images')->get_volume_by_name('one.img') },
    'Sys::Virt::Stream'           => sub { $_[0]->new_stream },
);

my $daemon;

# A method may end it, or its connection.
sub daemon {
    $daemon = Test::SysVirt::Daemon->new if !$daemon || !eval { $daemon->admin };
    return $daemon;
}

sub server { daemon()->admin->lookup_server('libvirtd') }

sub client {
    my $conn = daemon()->connect;
    my ($last) = reverse server()->list_clients;
    return $last;
}

my %made_of_daemon = (
    'Sys::Virt::Admin'         => sub { daemon()->admin },
    'Sys::Virt::Admin::Server' => \&server,
    'Sys::Virt::Admin::Client' => \&client,
);

sub with_daemon {
    return if !grep { -x } '/usr/sbin/libvirtd', '/usr/bin/libvirtd';
    require Test::SysVirt::Daemon;
    @make{ keys %made_of_daemon } = values %made_of_daemon;
    return;
}

sub moment {
    my ($dom, $kind) = @_;
    my ($find, $create) = ("get_${kind}_by_name", "create_$kind");
    return eval { $dom->$find('moment') } || $dom->$create("<domain$kind><name>moment</name></domain$kind>");
}

my %plain = (
    int   => sub { 0 },
    long  => sub { 0 },
    str   => sub { 'a' },
    bytes => sub { 'a' },
    json  => sub { '{}' },
    hash  => sub { {} },
    array => sub { [] },
    code  => sub { sub { } },
    any   => sub { undef },
    output => sub { my $data = '' },
    handle => sub { open my $handle, '+<', '/dev/null' or die $!; $handle },
);

sub file { $file }

sub uri { file_uri($file) }

sub classes { return sort keys %make }

sub new {
    my ($class) = @_;
    # While the second connection is there, others to the same host open in no time.
    return bless { conn => Sys::Virt->new(uri => uri()), default => Sys::Virt->new(uri => 'test:///default') }, $class;
}

sub conn { $_[0]{conn} }

sub object {
    my ($self, $class) = @_;
    my $make = $make{$class} or return undef;
    return $make->($self->{conn});
}

sub argument {
    my ($self, $kind) = @_;
    return $plain{$kind}->() if $plain{$kind};
    return $self->object($kind);
}

1;
