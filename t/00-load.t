use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Config;
use Cwd qw(abs_path);
use File::Basename qw(basename);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::SysVirt::Perl qw(run_perl);

# Each module loads by itself, brings everything along that a script needs, says nothing, and
# makes perl read no file that is not needed.

my @modules = ('Sys::Virt', map { 'Sys::Virt::' . basename($_, '.pm') } sort glob 'lib/Sys/Virt/*.pm');
cmp_ok(scalar @modules, '>=', 17, 'lib: has all modules');

# As installed: the library beside the modules. While it is being built they are apart, which is
# left to XSLoader.
my $installed = tempdir(CLEANUP => 1);
for my $file ('Sys/Virt.pm', "auto/Sys/Virt/Virt.$Config{dlext}") {
    my ($there) = map { abs_path("$_/$file") } grep { !ref && -e "$_/$file" } @INC;
    my ($top) = split m{/}, $file;
    symlink $there =~ s{\Q/$file\E$}{/$top}r, "$installed/$top" or die "$installed/$top: $!";
}

# A line a fact.
my $facts = <<'PERL';
print join ' ', 'files', sort keys %INC;
print "\nversion $Sys::Virt::VERSION";
print "\ntype ", Sys::Virt->new(uri => 'test:///default')->get_type;
print "\nname ", Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test')->get_name;
print "\nconstants ", Sys::Virt::Domain->STATE_RUNNING, ' ', Sys::Virt::Error->ERR_NO_DOMAIN;
eval { Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('none') };
print "\nerror ", $@->code, "\n";
PERL

# Not for scripts to load: the module loads these when it needs them.
for my $module (grep { !/::(?:Future|Internal|Options)$/ } @modules) {
    subtest $module => sub {
        for my $nonlazy (0, 1) {
            local $ENV{PERL_DL_NONLAZY} = $nonlazy;
            my ($out, $err, $status) = run_perl("-I$installed", '-e', "use $module; $facts");
            is($status, 0, "use $module: exits with 0 under PERL_DL_NONLAZY=$nonlazy");
            is($err, '', "use $module: prints nothing on standard error");
            my %fact = map { split / /, $_, 2 } split /\n/, $out;
            is($fact{version}, '12.7.0', "use $module: has the version of the distribution");
            is($fact{type}, 'TEST', "use $module: a method of the connection works");
            is($fact{name}, 'test', "use $module: a method of another class works");
            is($fact{constants}, '1 42', "use $module: constants work");
            is($fact{error}, 42, "use $module: an error has its code");
            is($fact{files}, join(' ', sort(files('Sys::Virt', $module))), "use $module: perl reads no file but the module's own and Sys/Virt.pm");
        }
        my (undef, $err, $status) = run_perl('-w', '-e', "use strict; use warnings FATAL => 'all'; use $module; use $module;");
        is("$status$err", '0', "use $module: loads with fatal warnings, and a second time");
    };
}

# Installed, the module is linked without XSLoader, which others may need before or after it.
subtest 'XSLoader' => sub {
    my $lists = 'print join " ", map { scalar grep { /Virt/ } @$_ } \@DynaLoader::dl_modules, \@DynaLoader::dl_shared_objects, \@DynaLoader::dl_librefs';
    for my $other (qw(XSLoader DynaLoader POSIX)) {
        for my $modules ("use $other; use Sys::Virt;", "use Sys::Virt; use $other;") {
            my ($out, $err, $status) = run_perl('-w', "-I$installed", '-e', "$modules print Sys::Virt->new(uri => 'test:///default')->get_type; $lists");
            is("$status$err", '0', "$modules exits with 0 and prints nothing on standard error");
            is($out, 'TEST1 1 0', "$modules works, and DynaLoader knows the module");
        }
    }
    my ($out) = run_perl("-I$installed", '-e', 'BEGIN { *Sys::Virt::bootstrap = sub { print "@_" } } use Sys::Virt');
    is($out, 'Sys::Virt 12.7.0', 'use Sys::Virt: a perl that has the module in it has its own way to it');
    my $broken = tempdir(CLEANUP => 1);
    symlink readlink("$installed/Sys"), "$broken/Sys" or die "$broken/Sys: $!";
    make_path("$broken/auto/Sys/Virt");
    open my $file, '>', "$broken/auto/Sys/Virt/Virt.$Config{dlext}" or die $!;
    my (undef, $err, $status) = run_perl("-I$broken", '-e', 'use Sys::Virt');
    isnt($status, 0, 'use Sys::Virt: perl fails where the shared object is none');
    like($err, qr/^Can't load '\Q$broken\E.*' for module Sys::Virt: /, 'use Sys::Virt: perl says so');
};

sub files {
    my %files = map { (s{::}{/}gr . '.pm') => 1 } @_;
    return keys %files;
}

subtest 'versions' => sub {
    is((run_perl('-e', "use Sys::Virt $_; print 'loaded'"))[0], 'loaded', "use Sys::Virt $_: loads") for '', '9.0.0', '12.7.0', '0.2.1';
    my (undef, $err, $status) = run_perl('-e', 'use Sys::Virt 99.0.0');
    isnt($status, 0, 'use Sys::Virt 99.0.0: perl fails');
    like($err, qr/Sys::Virt version v?99\.0\.0 required--this is only version v?12\.7\.0/, 'use Sys::Virt 99.0.0: perl says which version this is');
};

subtest 'loaded again' => sub {
    my ($out, $err, $status) = run_perl('-e', <<'PERL');
use Sys::Virt;
my $conn = Sys::Virt->new(uri => 'test:///default');
delete $INC{'Sys/Virt.pm'};
require Sys::Virt;
print $conn->get_type, ' ', Sys::Virt->new(uri => 'test:///default')->get_type, ' ', Sys::Virt->CRED_REALM;
PERL
    is($out, 'TEST TEST 8', 'require Sys::Virt, a second time: old and new connections work');
    is("$status$err", '0', 'require Sys::Virt, a second time: exits with 0 and prints nothing');
};

subtest 'objects when perl ends' => sub {
    my ($out, $err, $status) = run_perl('-w', '-e', <<'PERL');
use Sys::Virt;
our $conn = Sys::Virt->new(uri => 'test:///default');
our $domain = $conn->get_domain_by_name('test');
our %loop = (conn => $conn, domain => $domain);
$loop{self} = \%loop;
sub Elsewhere::DESTROY { $conn->get_type if $conn; print 'destroyed' } # perl may have emptied $conn
our $late = bless [$domain], 'Elsewhere';
PERL
    is("$status$err", '0', 'global destruction: exits with 0 and prints nothing while objects are left');
    is($out, 'destroyed', 'global destruction: a destructor may use them after the program');
};
done_testing;
