package Test::SysVirt::Methods;

# The methods of t/data/methods.tsv, with their parameters.
#
#   for my $method (Test::SysVirt::Methods::all()) { ... }
#
# Each is a hash: package, name, full (package::name), parameters (self among them), least and
# most (how many arguments a call takes), object (whether the first one is an object), listed
# (whether the table has the parameters' names as usage messages show them). A parameter is a
# hash: name, optional, and its kind:
#
#   int      an integer of 32 bits          long   an integer of 64 bits
#   str      a string for C                 bytes  a string of any bytes
#   hash array code                         a reference to one
#   output   a variable to write to
#   any      one thing or another
#   or a class: an object of that

use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);

my $table = abs_path(dirname(__FILE__)) . '/../../../data/methods.tsv';

# What the table does not say in a form that could be read.
my %written_out = (
    (map { ("Sys::Virt::get_${_}version" => 'con=') } '', qw(library_ major_ minor_ micro_)),
    'Sys::Virt::create_interface'            => 'con, xml, flags=',
    'Sys::Virt::create_storage_pool'         => 'con, xml, flags=',
    'Sys::Virt::list_node_devices'           => 'con, cap=',
    'Sys::Virt::Domain::announce_interface'  => 'dom, device=, params=, flags=',
    'Sys::Virt::Domain::backup_begin'        => 'dom, backupxmlsv, checkpointxmlsv=, flags=',
    'Sys::Virt::Domain::get_checkpoint_by_name' => 'dom, name, flags=',
    'Sys::Virt::Domain::get_snapshot_by_name' => 'dom, name, flags=',
    'Sys::Virt::Domain::list_snapshot_names' => 'dom, maxnames=, flags=',
    'Sys::Virt::Domain::open_channel'        => 'dom, st, devname=, flags=',
    'Sys::Virt::Domain::open_console'        => 'dom, st, devname=, flags=',
    'Sys::Virt::Domain::migrate'             => 'dom, destcon, params=, dname=, uri=, bandwidth=',
    'Sys::Virt::Domain::migrate2'            => 'dom, destcon, dxml=, flags=, dname=, uri=, bandwidth=',
    'Sys::Virt::Domain::migrate_to_uri'      => 'dom, desturi, params=, dname=, uri=, bandwidth=',
    'Sys::Virt::Domain::migrate_to_uri2'     => 'dom, dconnuri, miguri=, dxml=, flags=, dname=, bandwidth=',
    'Sys::Virt::Event::register'             => 'impl',
    'Sys::Virt::NodeDevice::dettach'         => 'dev, driversv=, flags=',
    'Sys::Virt::StoragePool::clone_volume'   => 'pool, xml, clonevol, flags=',
    'Sys::Virt::StoragePool::create_volume'  => 'pool, xml, flags=',
);

# Kinds by the names of parameters, where most methods agree, and then by method.
my %kind;
$kind{$_} = 'int' for qw(
    action algorithm autostart callbackID cellNum codeset command count cpuNum end eventID
    events fd flags format frequency holdtime id idx interval iothread_id maxids maxnames maxuuids ncpus nsecs num
    parentIndex screen secs section signum src start start_cpu state stats target timeout timer type types
    usageType vcpu watch);
$kind{$_} = 'long' for qw(
    bandwidth cacheSizeSv capacity downtime duration lengthSV lengthsv minimumsv nbytes offset offsetsv pidsv secssv size
    thresholdsv val);
$kind{$_} = 'str' for qw(
    alias arch archsv backupxmlsv base cap checkpointxmlsv configdata configtype cpumap dconnuri desturi destxml
    dev device devname disk dname driversv dxml dxmlsv emulatorsv file fromsv group intf key mac machinesv macsv
    metadata miguri mountPoint name newname password path port_dev srcspec to top tosv uri usageID user username
    uuid virttypesv wwnn wwpn xml xmldata);
$kind{$_} = 'bytes' for qw(mask uuid value);
$kind{$_} = 'hash'  for qw(newident newparams);
$kind{$_} = 'array' for qw(doms_sv fds fdssv keycodesSV keysSV mountPointsSV pages pagesizes);
$kind{$_} = 'code'  for qw(cb coderef handler hole_handler skip_handler);
$kind{$_} = 'Sys::Virt' for qw(destcon);
$kind{st} = 'Sys::Virt::Stream';
$kind{domref} = 'Sys::Virt::Domain';
$kind{netref} = 'Sys::Virt::Network';
$kind{poolref} = 'Sys::Virt::StoragePool';
$kind{devref} = 'Sys::Virt::NodeDevice';
$kind{secretref} = 'Sys::Virt::Secret';
$kind{$_} = 'Sys::Virt::StorageVol' for qw(clonevol vol);
$kind{$_} = 'any' for qw(impl params params_sv);
$kind{$_->[0]} = $_->[1] for (
    ['Sys::Virt::baseline_cpu xml', 'array'],
    ['Sys::Virt::baseline_hypervisor_cpu xml', 'array'],
    ['Sys::Virt::find_storage_pool_sources type', 'str'],
    ['Sys::Virt::get_max_vcpus type', 'str'],
    ['Sys::Virt::Domain::announce_interface params', 'hash'],
    ['Sys::Virt::Domain::set_memory_stats_period val', 'int'],
    ['Sys::Virt::Stream::recv data', 'output'],
    ['Sys::Virt::Stream::send data', 'bytes'],
);

# An argument may be undef where its name in the C module says so, or the row has a default.
my %may_be_undef = map { $_ => 1 } qw(
    archsv base checkpointxmlsv clonevol device devref domref driversv dxml emulatorsv key
    machinesv metadata mountPoint mountPointsSV netref poolref secretref srcspec top uri virttypesv);

sub all {
    open my $in, '<', $table or die "$table: $!";
    my (undef, @rows) = <$in>;
    return map { chomp; method(split /\t/, $_, -1) } @rows;
}

sub method {
    my ($package, $name, undef, $arguments, undef, $call) = @_;
    my $full = "${package}::$name";
    my $text = $written_out{$full} // ($arguments ne '' ? $arguments : documented($package, $call));
    my @parameters = map { parameter($full, $_) } grep { length } split /\s*,\s*/, $text;
    my $object = $package ne 'Sys::Virt::Event' && $full ne 'Sys::Virt::new';
    # An error is a hash, whoever made it.
    $parameters[0]{kind} = $package eq 'Sys::Virt::Error' ? 'hash' : $package if $object;
    return {
        package => $package, name => $name, full => $full,
        parameters => \@parameters,
        least => scalar(grep { !$_->{optional} } @parameters),
        most => scalar @parameters,
        object => $object,
        listed => $arguments ne '' && !$written_out{$full},
    };
}

# The parameters of a method that the table shows only a call of.
sub documented {
    my ($package, $call) = @_;
    return '' if $package eq 'Sys::Virt::Event';
    my ($inside) = $call =~ /->\w+\((.*)\)/;
    my ($required, $optional) = split /\[/, $inside // '';
    my @names = map { s/[\$\\@%\s]//gr } split /,/, $required // '';
    push @names, map { "$_=" } ($optional // '') =~ /(\w+)/g;
    # The C module takes these from the list of arguments, where there may be none.
    return join ', ', 'self', map { s/^flags$/flags=/r } @names;
}

sub parameter {
    my ($full, $text) = @_;
    my ($name, $preset) = $text =~ /^\s*(\w+)\s*(=?)/ or die "$full: $text";
    my $kind = $kind{"$full $name"} // $kind{$name} // 'any';
    return { name => $name, kind => $kind, optional => $preset ne '', undef => $preset ne '' || $may_be_undef{$name} };
}

1;
