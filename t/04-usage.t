use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Sys::Virt;
use Test::SysVirt::Host;
use Test::SysVirt::Methods;
use Test::SysVirt::Survive qw(survivors);

# Every method with too few and too many arguments, and on everything that is not an object of
# its class: an error each time, that says what is wrong. Only arguments that were ignored ever
# since, because Perl code took them, still are, with a warning.

# Written in Perl, for classes and objects of others.
my %open = map { $_ => 1 } qw(Sys::Virt::new), map { $_->{full} } grep { $_->{package} =~ /::(?:Error|EventImpl)$/ } Test::SysVirt::Methods::all();

# Callable without an object: they tell the version of the library.
my %classless = map { ("Sys::Virt::get_${_}version" => 1) } '', qw(library_ major_ minor_ micro_);

my %ignores = map { $_ => 1 } map({ "Sys::Virt::$_" } qw(
    create_domain create_domain_with_files create_interface create_network create_node_device
    create_nwfilter_binding create_storage_pool define_domain define_interface define_network
    define_node_device define_nwfilter define_secret define_storage_pool get_domain_by_id
    get_domain_by_name get_domain_by_uuid get_interface_by_mac get_interface_by_name
    get_library_version get_major_version get_micro_version get_minor_version get_network_by_name
    get_network_by_uuid get_node_device_by_name get_node_device_scsihost_by_wwn
    get_nwfilter_binding_by_port_dev get_nwfilter_by_name get_nwfilter_by_uuid
    get_secret_by_usage get_secret_by_uuid get_storage_pool_by_name
    get_storage_pool_by_target_path get_storage_pool_by_uuid get_storage_pool_by_volume
    get_storage_volume_by_key get_storage_volume_by_path get_version list_defined_domains
    list_defined_interfaces list_defined_networks list_defined_storage_pools list_domains
    list_interfaces list_networks list_node_devices list_nwfilters list_secrets
    list_storage_pools new_stream
)), map({ "Sys::Virt::Domain::$_" } qw(
    create_checkpoint create_snapshot get_checkpoint_by_name get_snapshot_by_name list_snapshots
    migrate migrate2 migrate_to_uri migrate_to_uri2
)), map({ "Sys::Virt::$_" } qw(
    Network::create_port Network::get_port_by_uuid StoragePool::clone_volume
    StoragePool::create_volume StoragePool::get_volume_by_name StoragePool::list_volumes
    DomainSnapshot::list_child_snapshots
));

my %invalid = (
    'Sys::Virt'                   => Sys::Virt::Error::ERR_INVALID_CONN,
    'Sys::Virt::Domain'           => Sys::Virt::Error::ERR_INVALID_DOMAIN,
    'Sys::Virt::DomainCheckpoint' => Sys::Virt::Error::ERR_INVALID_DOMAIN_CHECKPOINT,
    'Sys::Virt::DomainSnapshot'   => Sys::Virt::Error::ERR_INVALID_DOMAIN_SNAPSHOT,
    'Sys::Virt::Interface'        => Sys::Virt::Error::ERR_INVALID_INTERFACE,
    'Sys::Virt::Network'          => Sys::Virt::Error::ERR_INVALID_NETWORK,
    'Sys::Virt::NodeDevice'       => Sys::Virt::Error::ERR_INVALID_NODE_DEVICE,
    'Sys::Virt::StoragePool'      => Sys::Virt::Error::ERR_INVALID_STORAGE_POOL,
    'Sys::Virt::StorageVol'       => Sys::Virt::Error::ERR_INVALID_STORAGE_VOL,
    'Sys::Virt::Stream'           => Sys::Virt::Error::ERR_INVALID_STREAM,
);

my %methods;
push @{ $methods{ $_->{package} } }, $_ for grep { !$open{ $_->{full} } } Test::SysVirt::Methods::all();
for my $package (sort keys %methods) {
    subtest $package => sub {
        my @methods = @{ $methods{$package} };
        my @problems = survivors(\&attempt, map { counts($_), selves($_) } @methods);
        for my $method (@methods) {
            is(join('', map { /^\Q$method->{full}\E (.*)/s ? "$1\n" : () } @problems), '', $method->{full});
        }
        is_deeply([grep { !/^$package/ } @problems], [], 'nothing else');
    };
}
done_testing;

sub counts {
    my ($method) = @_;
    my ($few, $many) = (\&usage, $ignores{ $method->{full} } ? \&ignored : \&usage);
    my @counts = ((map { [$few, $_] } 0 .. $method->{least} - 1), map { [$many, $method->{most} + $_] } 1, 7);
    return map { ["$method->{full} with $_->[1] arguments", $method, @$_] } @counts;
}

my $host;

sub attempt {
    my (undef, $method, $check, @how) = @_;
    $host ||= Test::SysVirt::Host->new;
    return $check->($method, @how);
}

# So many arguments, right ones first.
sub arguments {
    my ($method, $count) = @_;
    my @kinds = map { $_->{kind} } @{ $method->{parameters} };
    return map { $_ < @kinds ? $host->argument($kinds[$_]) : 0 } 0 .. $count - 1;
}

sub usage {
    my ($method, $count) = @_;
    my $error = error($method, arguments($method, $count));
    my ($names) = $error =~ /^Usage: \Q$method->{full}\E\((.*)\) at \Q$0\E line \d+\.\n$/ or return 'gives ' . shown($error);
    return if !$method->{listed};
    my $wanted = join ', ', map { bare($_->{name}) } @{ $method->{parameters} };
    return "shows $names" if join(', ', map { bare($_) } split /,\s*/, $names) ne $wanted;
    return;
}

sub ignored {
    my ($method, $count) = @_;
    my @warnings;
    local $SIG{__WARN__} = sub { push @warnings, @_ };
    my $error = error($method, arguments($method, $count));
    return 'gives ' . shown($error) if $error =~ /^Usage/;
    my $warning = qr/^\Q$method->{full}\E: arguments behind the first $method->{most} are ignored at \Q$0\E line/;
    return 'warns ' . join ' and ', map { "'$_'" } @warnings if @warnings != 1 || $warnings[0] !~ $warning;
    return;
}

# A name without its default, and without what it says of types in the C module.
sub bare { $_[0] =~ s/\s*=.*//r =~ s/(?:_?sv|_rv|ref)$//ir }

sub error {
    my ($method, @arguments) = @_;
    no strict 'refs';
    return eval { &{ $method->{full} }(@arguments); 1 } ? 'no error' : $@;
}

sub shown { my ($error) = @_; return ref $error eq 'Sys::Virt::Error' ? "$error->{code}, $error->{message}" : "'$error'" }

# What an object is not.
my %not_self = (
    'undef'                       => sub { undef },
    'a number'                    => sub { 42 },
    'a string'                    => sub { 'text' },
    'an empty string'             => sub { '' },
    'a wide string'               => sub { "\x{263a}" },
    'a reference to a number'     => sub { \(my $number = 42) },
    'an array'                    => sub { [] },
    'a hash'                      => sub { {} },
    'code'                        => sub { sub { } },
    'a glob'                      => sub { \*STDOUT },
    'a pattern'                   => sub { qr/text/ },
    'a foreign object'            => sub { bless {}, 'Elsewhere' },
    'a foreign number'            => sub { bless \(my $number = 42), 'Elsewhere' },
    'a number blessed into the class'   => sub { bless \(my $number = 42), $_[0] },
    'a hash blessed into the class'     => sub { bless {}, $_[0] },
    'a string blessed into the class'   => sub { bless \(my $string = 'text'), $_[0] },
    'a number blessed into a subclass'  => sub { no strict 'refs'; @{"$_[0]::Sub::ISA"} = $_[0]; bless \(my $number = 42), "$_[0]::Sub" },
    'an object of another class'  => sub { $host->object($_[0] eq 'Sys::Virt::Domain' ? 'Sys::Virt::Network' : 'Sys::Virt::Domain') },
    'that blessed into the class' => sub { bless $host->object($_[0] eq 'Sys::Virt::Domain' ? 'Sys::Virt::Network' : 'Sys::Virt::Domain'), $_[0] },
    'the name of the class'       => sub { $_[0] },
);

sub selves {
    my ($method) = @_;
    return if !$method->{object};
    my $class = $method->{package};
    my @not = sort keys %not_self;
    @not = grep { !/undef|name of the class/ } @not if $classless{ $method->{full} };
    my $on = sub { my ($what, $make, $code) = @_; ["$method->{full} on $what", $method, \&refused, $make, $code] };
    return
        (map { $on->($_, $not_self{$_}, Sys::Virt::Error::ERR_INVALID_ARG) } @not),
        (!$invalid{$class} ? () : (
            $on->('a destroyed object', sub { my $self = $host->object($class); $self->DESTROY; $self }, $invalid{$class}),
            $on->('a copy of a destroyed object', sub {
                my $self = $host->object($class);
                my $copy = $$self;
                $self->DESTROY;
                bless \$copy, $class;
            }, Sys::Virt::Error::ERR_INVALID_ARG),
        ));
}

sub refused {
    my ($method, $make, $code) = @_;
    my ($self, @others) = @{ $method->{parameters} }[0 .. ($method->{least} || 1) - 1];
    my $error = error($method, $make->($method->{package}), map { $host->argument($_->{kind}) } @others);
    return 'gives ' . shown($error) if ref $error ne 'Sys::Virt::Error' || $error->{code} != $code;
    my $name = $method->{listed} ? bare($self->{name}) . '(?:ref|_rv)?' : '\w+';
    return "says $error->{message}" if $error->{message} !~ /^\Q$method->{full}\E: argument '$name' is .* at \Q$0\E line \d+\.\n\z/;
    return "has level $error->{level}, domain $error->{domain}"
        if $error->{level} != Sys::Virt::Error::LEVEL_ERROR || $error->{domain} != Sys::Virt::Error::FROM_NONE;
    return;
}
