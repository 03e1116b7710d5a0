package Test::SysVirt::Driver;

# What libvirt's test driver answers.
#
#   fails $code, sub { ... }, $name;           dies of a Sys::Virt::Error with that code, whose
#   fails $code, sub { ... }, $name, qr/.../;  message is like that; undef for a code that
#                                              differs between releases
#   code_of sub { ... }                        the code of the error that it dies of, or 0
#   unsupported $object, 'block_pull', ['vda', 10], 'virDomainBlockPull';
#                                              the arguments pass libvirt's checks, and then its
#                                              driver refuses the function itself; skipped where
#                                              libvirt has none of that name
#   driver_since '7.8.0';                      skips the subtest where libvirt is older

use strict;
use warnings;
use Exporter 'import';
use Sys::Virt;
use Test::More;
use Test::SysVirt::English;
use Test::SysVirt::Methods;

our @EXPORT = qw(code_of driver_since fails unsupported);

my %newer = map { ("$_->{full} $_->{function}" => $_) } grep { $_->{function} } Test::SysVirt::Methods::all();

sub fails {
    my ($code, $call, $name, $message) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $lived = eval { $call->(); 1 };
    my $error = $@;
    my $ok = !$lived && ref $error eq 'Sys::Virt::Error' && (!defined $code || $error->code == $code)
        && (!$message || $error->message =~ $message);
    ok($ok, $name) or diag($lived ? 'it did not fail' : "it failed with $error");
    return;
}

sub code_of {
    my ($call) = @_;
    return 0 if eval { $call->(); 1 };
    return ref $@ ? $@->code : die $@;
}

sub unsupported {
    my ($object, $method, $arguments, $function) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my $newer = $newer{ ref($object) . "::$method $function" };
    SKIP: {
        skip("$method: $function came with libvirt $newer->{release}", 1) if $newer && !Test::SysVirt::Methods::has($newer);
        fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $object->$method(@$arguments) },
            "$method: the driver refuses $function", qr/^this function is not supported by the connection driver: $function\z/);
    }
    return;
}

sub driver_since {
    my ($release) = @_;
    my ($major, $minor, $micro) = split /\./, $release;
    return if Sys::Virt->get_library_version >= $major * 1_000_000 + $minor * 1_000 + $micro;
    plan(skip_all => "libvirt's test driver has this since $release");
    return;
}

1;
