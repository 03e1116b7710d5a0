package Test::SysVirt::Driver;

# What libvirt's test driver answers.
#
#   fails $code, sub { ... }, $name;           dies of a Sys::Virt::Error with that code, whose
#   fails $code, sub { ... }, $name, qr/.../;  message is like that; undef for a code that
#                                              differs between releases
#   unsupported $object, 'block_pull', ['vda', 10], 'virDomainBlockPull';
#                                              the arguments pass libvirt's checks, and then its
#                                              driver has no such function
#   driver_since '7.8.0';                      skips the subtest where libvirt is older

use strict;
use warnings;
use Exporter 'import';
use Sys::Virt;
use Test::More;
use Test::SysVirt::English;

our @EXPORT = qw(driver_since fails unsupported);

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

sub unsupported {
    my ($object, $method, $arguments, $function) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    fails(Sys::Virt::Error::ERR_NO_SUPPORT, sub { $object->$method(@$arguments) },
        "$method reaches libvirt", qr/\b$function\b/);
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
