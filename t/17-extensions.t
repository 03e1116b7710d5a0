use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Config;
use File::Temp ();
use Test::SysVirt::Constants;
use Test::SysVirt::Methods;
use Test::SysVirt::Perl qw(run_perl);

# The packages of libvirt's other libraries: nothing of them is there until a script loads one, and
# then what the tables say and no more; the libraries are opened when they are needed, and say so
# where they are not there.

my @methods   = Test::SysVirt::Methods::extended();
my @constants = Test::SysVirt::Constants::extended();
my %extension = map { $_->{manual} =~ /^(Sys::Virt::\w+)/ ? ($1 => 1) : () } @methods;
my @libraries = qw(libvirt-admin libvirt-lxc libvirt-qemu);

# What stands behind Perl code: the public subs and the libraries that are open.
my $look = <<'PERL';
sub names {
    my ($package) = @_;
    my %own = map { $_ => 1 } qw(DESTROY VERSION async bootstrap);
    return map { /^(\w+)::$/ ? names("${package}::$1") : /^[a-z]/i && !$own{$_} && $package->can($_) && !UNIVERSAL->can($_) ? "${package}::$_" : () } sort keys %{"${package}::"};
}
open my $maps, '<', '/proc/self/maps';
my %open = map { m{/(libvirt-\w+)\.so} ? ($1 => 1) : () } <$maps>;
my @names = names('Sys::Virt');
print "@names|@{[sort keys %open]}";
PERL

sub seen {
    my ($code) = @_;
    my ($out, $err, $status) = run_perl('-we', "$code; $look");
    is("$status$err", '0', "$code: says nothing");
    my ($names, $open) = split /\|/, $out, -1;
    return ({ map { $_ => 1 } split / /, $names }, $open);
}

my ($before, $open) = seen('use Sys::Virt');
is_deeply([grep { $before->{ $_->{full} } } @methods], [], 'Sys::Virt: has no method of an extension');
is_deeply([grep { $before->{"$_->{package}::$_->{name}"} } @constants], [], 'Sys::Virt: has no constant of one');
is($open, '', 'Sys::Virt: opens no other library');

for my $package (sort keys %extension) {
    (my $after, $open) = seen("use $package");
    my @new = sort grep { !$before->{$_} } keys %$after;
    my @expected = sort map { "$_->{package}::" . ($_->{name}) } (grep { $_->{manual} =~ /^\Q$package\E\b/ } @methods), grep { $_->{package} eq $package } @constants;
    is_deeply(\@new, \@expected, "$package: adds the methods and constants of the tables, and no other");
    is($open, '', "$package: opens no library before a method is called");
    my (undef, $err, $status) = run_perl('-we', "use $package; delete \$INC{'Sys/Virt.pm'}; require $package; Sys::Virt::_extend('$package') for 1 .. 2");
    is($status, 0, "$package: is loaded again without harm") or diag($err);
}

# It is led to other functions, to be used beside libvirt: what the loader has sealed of it stays so.
SKIP: {
    my ($out, $err, $status) = run_perl('-we', <<'PERL');
use DynaLoader;
use Sys::Virt::Admin;
sub open_to_writing { open my $maps, '<', '/proc/self/maps' or die "maps: $!\n"; return join ' ', map { /^(\S+) .w.*\/libvirt-admin/ } <$maps> }
print DynaLoader::dl_load_file('libvirt-admin.so.0') ? 'there|' : 'missing|';
my $at_first = open_to_writing();
# Their types are registered before there is a socket.
eval { Sys::Virt->new(uri => 'test+unix:///default?socket=/no/such') };
print $@->code == Sys::Virt::Error::ERR_SYSTEM_ERROR ? 'both ' : $@;
eval { Sys::Virt::Admin->new(uri => 'libvirtd:///session?socket=/no/such') };
print $@->code == Sys::Virt::Error::ERR_SYSTEM_ERROR ? 'used|' : $@, $at_first, '|', open_to_writing();
PERL
    my ($there, $both, $at_first, $then) = split /\|/, $out, -1;
    skip "no libvirt-admin, or no maps, here: $err", 3 if $there eq 'missing' || $err =~ /^maps/;
    is("$status$err", '0', 'libvirt-admin: beside libvirt');
    is($both, 'both used', 'libvirt-admin: both are used');
    is($then, $at_first, 'libvirt-admin: no page of it can be written to that could not be before');
}

# Methods that are written in Perl: its stack owns no argument.
for my $case (
    ['Sys::Virt::new', 8, qw(Sys::Virt uri test:///default flags 99999999999)],
    ['Sys::Virt::Domain::_new', 'no error', qw(Sys::Virt::Domain name test connection conn)],
    ['Sys::Virt::Admin::new', 8, qw(Sys::Virt::Admin uri nosuch:/// flags 99999999999)],
    eval { require Future } ? ['Sys::Virt::Domain::async', 'no error', qw(domain timeout 1)] : (),
    ['Sys::Virt::Domain::qemu_agent_command', 3, qw(domain {} 0)],
    ['Sys::Virt::Domain::qemu_monitor_command', 3, qw(domain {} 0)],
    ['Sys::Virt::Domain::qemu_monitor_command_with_files', 3, qw(domain {} files 0)],
    ['Sys::Virt::LXC::run', 8, qw(domain word env domain)],
    ['Sys::Virt::QEMU::guest_exec', 8, qw(domain word env domain)],
) {
    my ($method, $code) = @$case;
    my ($out, $err, $status) = run_perl('-we', <<'PERL', @$case);
use Sys::Virt::Admin;
use Sys::Virt::LXC;
use Sys::Virt::QEMU;
my ($method, undef, @given) = @ARGV;
my $conn = Sys::Virt->new(uri => 'test:///default');
my %make = (conn => sub { $conn }, domain => sub { $conn->get_domain_by_name('test') }, files => sub { [] });
my @arguments;
sub Local::Tied::TIESCALAR { return bless [$_[1]], $_[0] }
sub Local::Tied::FETCH { @arguments = (); return $_[0][0] }
for (1 .. 3) {
    @arguments = map { $make{$_} ? $make{$_}->() : "$_" } @given;
    my $place = $given[0] eq 'domain' ? 1 : 2;
    tie $arguments[$place], 'Local::Tied', $given[$place];
    eval { &$method(@arguments) };
    print ref $@ ? $@->code : $@ || 'no error', ' ';
}
PERL
    is("$out$err$status", "$code $code $code 0", "$method: a tied argument may free all others");
}

subtest 'a library that is not there' => sub {
    my %call = (
        'libvirt-admin' => 'use Sys::Virt::Admin; Sys::Virt::Admin->new',
        'libvirt-lxc'   => "use Sys::Virt::LXC; Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test')->lxc_open_namespace",
        'libvirt-qemu'  => "use Sys::Virt::QEMU; Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test')->qemu_monitor_command('{}')",
    );
    # The loader looks here first, and gives up on what is no library.
    my $dir = File::Temp->newdir;
    local $ENV{LD_LIBRARY_PATH} = "$dir";
    for my $library (@libraries) {
        open my $file, '>', "$dir/$library.so.0" or die "$dir: $!";
        close $file;
        my ($out) = run_perl('-e', "eval { $call{$library}; 1 }; print ref \$\@, ' ', \$\@->code == Sys::Virt::Error::ERR_NO_SUPPORT() ? 1 : 0, ' ', \$\@->message");
        like($out, qr/^Sys::Virt::Error 1 this function needs \Q$library.so.0\E, which is in the package libvirt0 on Debian, libvirt-libs on Fedora, and cannot be opened here: /,
            "$library: named, with its packages");
    }
    (my $out) = run_perl('-e', "use Sys::Virt; print Sys::Virt->new(uri => 'test:///default')->get_type");
    is($out, 'TEST', 'Sys::Virt itself works');

    SKIP: {
        my $cc = $Config{cc};
        skip 'no C compiler', 1 if !grep { -x "$_/$cc" } split /:/, $ENV{PATH} // '';
        open my $file, '>', "$dir/empty.c" or die "$dir: $!";
        close $file;
        system($cc, '-shared', '-fPIC', '-o', "$dir/libvirt-qemu.so.0", "$dir/empty.c") == 0 or skip 'it does not link', 1;
        ($out) = run_perl('-e', "eval { $call{'libvirt-qemu'} }; print \$\@->message");
        is($out, 'this function is not supported by this libvirt: virDomainQemuMonitorCommand came with libvirt 0.8.3', 'an older library: the function is named, and its release');
    }
};

done_testing;
