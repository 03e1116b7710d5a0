use strict;
use warnings;
use lib 't/lib';
use Config;
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;
use Test::SysVirt::Methods;
use Sys::Virt;

# Other modules written in XS use our objects by the typemap at the top of the sources.

my $typemap = abs_path('typemap');
plan skip_all => 'no typemap here' unless defined $typemap && -e $typemap;
@Local::Domain::ISA = 'Sys::Virt::Domain';

subtest 'it has every class' => sub {
    open my $file, '<', $typemap or die "$typemap: $!";
    my %class = map { $_ => 1 } map { class_of($_) } map { /^(vir\w+Ptr)\s/ ? $1 : () } <$file>;
    my %expected = map { $_ => 1 } grep { $_->can('DESTROY') } map { $_->{package} } Test::SysVirt::Methods::all();
    is_deeply(\%class, \%expected, 'typemap: has the classes that have objects, and no other');
};

sub class_of {
    my ($type) = @_;
    my ($name) = $type =~ /^vir(\w+)Ptr$/;
    return $name eq 'Connect' ? 'Sys::Virt' : "Sys::Virt::$name";
}

subtest 'a module that uses it' => sub {
    eval { require ExtUtils::ParseXS; require ExtUtils::CBuilder; 1 } or plan skip_all => 'no ExtUtils::ParseXS and ExtUtils::CBuilder';
    my $builder = ExtUtils::CBuilder->new(quiet => 1);
    plan skip_all => 'no C compiler' unless $builder->have_compiler;
    plan skip_all => 'no headers of perl' unless -e "$Config{archlibexp}/CORE/perl.h";
    chomp(my $flags = `pkg-config --cflags libvirt 2>/dev/null`);
    chomp(my $libraries = `pkg-config --libs libvirt 2>/dev/null`);
    plan skip_all => 'no pkg-config file of libvirt' unless $libraries;

    my $dir = tempdir(CLEANUP => 1);
    open my $xs, '>', "$dir/Borrow.xs" or die "$dir/Borrow.xs: $!";
    print $xs join '', <DATA>;
    close $xs or die "$dir/Borrow.xs: $!";
    ExtUtils::ParseXS->new->process_file(
        filename => "$dir/Borrow.xs", output => "$dir/Borrow.c", typemap => $typemap, prototypes => 0);
    my $object = $builder->compile(source => "$dir/Borrow.c", extra_compiler_flags => $flags);
    my $library = $builder->link(
        objects => $object, module_name => 'Borrow', lib_file => "$dir/Borrow.$Config{dlext}", extra_linker_flags => $libraries);

    require DynaLoader;
    my $handle = DynaLoader::dl_load_file($library, 0) or die DynaLoader::dl_error();
    my $boot = DynaLoader::dl_find_symbol($handle, 'boot_Borrow') or die DynaLoader::dl_error();
    DynaLoader::dl_install_xsub('Borrow::bootstrap', $boot)->('Borrow');

    my $conn = Sys::Virt->new(uri => 'test:///default');
    my $dom = $conn->get_domain_by_name('test');
    is(Borrow::name($dom), 'test', 'typemap: libvirt is called with the pointer of a domain');
    is(Borrow::type($conn), $conn->get_type, 'typemap: libvirt is called with the pointer of a connection');
    is(Borrow::name(bless $dom, 'Local::Domain'), 'test', 'typemap: libvirt is called with the pointer of an object of a subclass');
    is($dom->get_name, 'test', "get_name: works after other code has used the object's pointer");

    my $refused = qr/^Borrow::name: argument 'dom' is not a live Sys::Virt::Domain object at/;
    for my $other ($conn, 'test', undef, \1, {}, bless([], 'Local::Other')) {
        is(eval { Borrow::name($other) }, undef, 'refuses ' . ($other // 'undef'));
        like($@, $refused, 'typemap: the refusal names function, argument and class');
    }
    $dom->DESTROY;
    is(eval { Borrow::name($dom) }, undef, 'typemap: a destroyed object is refused');
    like($@, $refused, 'typemap: the refusal of a destroyed object names function, argument and class');
};

done_testing;

__DATA__
#include <EXTERN.h>
#include <perl.h>
#include <XSUB.h>
#include <libvirt/libvirt.h>

MODULE = Borrow  PACKAGE = Borrow

const char *
name(dom)
    virDomainPtr dom
  CODE:
    RETVAL = virDomainGetName(dom);
  OUTPUT:
    RETVAL

const char *
type(conn)
    virConnectPtr conn
  CODE:
    RETVAL = virConnectGetType(conn);
  OUTPUT:
    RETVAL
