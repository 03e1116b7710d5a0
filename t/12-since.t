# Functions newer than libvirt 7.0, the oldest that the module is for, and those of libvirt's other
# libraries: those that the installed libvirt has are called, the others fail with an error that names
# the release they came with.

use strict;
use warnings;
use File::Find qw(find);
use File::Temp;
use FindBin;
use lib "$FindBin::RealBin/lib";

# libvirt notes each call of its functions there.
my $log;
BEGIN {
    $log = File::Temp->new;
    chmod 0666, $log; # libvirt-admin opens it once more, as the daemon's user
    @ENV{qw(LIBVIRT_LOG_FILTERS LIBVIRT_LOG_OUTPUTS)} = ('1:libvirt', "1:file:$log");
}

use Sys::Virt;
use Test::More;
use Test::SysVirt::Host;
use Test::SysVirt::Methods;

Test::SysVirt::Host->with_daemon;
my $installed = Sys::Virt->get_library_version;
my $host = Test::SysVirt::Host->new;
my @since = grep { $_->{function} } Test::SysVirt::Methods::loaded();

# libvirt would take the id of any domain for that of a process.
my $no_container = qr/^this domain is not a container/;

my %there = map { $_ => 1 } Test::SysVirt::Host->classes;
for my $method (@since) {
    my ($function, $release) = @$method{qw(function release)};
    SKIP: {
        skip 'no libvirtd here, which has them', 1 if $method->{package} =~ /^Sys::Virt::Admin\b/ && !$there{ $method->{package} };
        calls($method, $function, $release);
    }
}

# What a method calls, or says that it cannot.
sub calls {
    my ($method, $function, $release) = @_;
    # All arguments are given: where an older function does without one, it is the older that is called.
    my @arguments = map { argument($_) } @{ $method->{parameters} };
    noted();
    no strict 'refs';
    no warnings 'misc'; # of keys that libvirt only tells
    my $error = eval { &{ $method->{full} }(@arguments); 1 } ? '' : $@;
    if ($method->{name} eq 'lxc_enter_cgroup') {
        like(ref $error ? $error->message : $error, $no_container, "$method->{full}: is refused before libvirt hears of it");
    }
    elsif (Test::SysVirt::Methods::has($method)) {
        ok(scalar(grep { /^\S+ \S+ \d+: debug : $function:/ } noted()), "$method->{full}: calls $function of libvirt $release")
            or diag($error || 'it succeeded');
    }
    else {
        is_deeply({ %{ ref $error ? $error : { dies => $error } } }, {
            code => Sys::Virt::Error::ERR_NO_SUPPORT, domain => Sys::Virt::Error::FROM_NONE, level => Sys::Virt::Error::LEVEL_ERROR,
            message => "this function is not supported by this libvirt: $function came with libvirt $release",
        }, "$method->{full}: says that $function came with libvirt $release");
    }
}

SKIP: {
    my $source = "$FindBin::RealBin/../src";
    -d $source or skip 'the source is not there', 1;
    my @known;
    find({ no_chdir => 1, wanted => sub { push @known, looked_up($_) if /\.rs\z/ } }, $source);
    # Of no method, but of the objects and their types.
    my %of_objects = map { $_ => 1 } qw(virAdmClientFree virAdmConnectClose virAdmConnectOpen virAdmConnectRef virAdmServerFree virClassNew);
    @known = grep { !$of_objects{ (split)[1] } } @known;
    is_deeply([sort @known], [sort map { "$_->{release} $_->{function}" } @since],
        'since!: the functions that the source looks up are those that the tables in t/data have a release for');
}

done_testing;

# Something for each parameter, but nothing that stands for nothing.
sub argument {
    my ($parameter) = @_;
    my ($kind, $keys) = @$parameter{qw(kind keys)};
    return { map { $_ => 1 } @$keys } if @$keys;
    return 1 if $kind =~ /^(?:int|long)$/;
    return $host->argument($kind);
}

# What was noted since the last time.
sub noted {
    seek $log, 0, 1;
    return <$log>;
}

# The functions in the rows of since! { ... }, with their releases.
sub looked_up {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!";
    local $/;
    my ($table) = <$in> =~ /^since! \{\n(.*?)^\}/ms or return;
    my @rows = $table =~ /^ *"([\d.]+ *" *\w+)\(/mg;
    return map { s/" */ /r } @rows;
}
