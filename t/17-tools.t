# Tools of others that look into modules or put something in their place, where they are installed.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use File::Temp qw(tempdir);
use Sys::Virt;
use Test::SysVirt::Futures qw(needs);
use Test::SysVirt::Methods;
use Test::SysVirt::Perl qw(run_perl);

my $dom = Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test');
my $script = <<'PERL';
use Sys::Virt;
print Sys::Virt->new(uri => 'test:///default')->get_domain_by_name('test')->get_name, ' ', Sys::Virt::Domain::STATE_RUNNING, "\n";
eval { Sys::Virt->new(uri => 'nosuch:///') };
print ref $@, ' ', $@->line, "\n";
PERL
my $said = "test 1\nSys::Virt::Error 3\n";

subtest 'Test::MockModule' => sub {
    needs('Test::MockModule');
    my $mock = Test::MockModule->new('Sys::Virt::Domain');
    $mock->redefine(get_name => sub { return 'not ' . $mock->original('get_name')->(@_) });
    is($dom->get_name, 'not test', 'redefine: takes the place of a method, and original calls it');
    my $new = Test::MockModule->new('Sys::Virt');
    $new->redefine(new => sub { die bless { code => Sys::Virt::Error::ERR_SYSTEM_ERROR, message => 'mocked' }, 'Sys::Virt::Error' });
    eval { Sys::Virt->new };
    is("$@", "libvirt error code: 38, message: mocked\n", 'redefine: makes new die of an error made by a test');
    undef $_ for $mock, $new;
    is($dom->get_name, 'test', 'redefine: the method is back at the end');
};

subtest 'Class::Inspector' => sub {
    needs('Class::Inspector');
    for my $package (qw(Sys::Virt Sys::Virt::Domain Sys::Virt::Error)) {
        ok(Class::Inspector->loaded($package), "loaded: knows $package");
        ok(Class::Inspector->installed($package), "installed: finds $package");
        my %found = map { $_ => 1 } @{ Class::Inspector->methods($package, 'public') };
        my @missing = grep { !$found{$_} } map { $_->{name} } grep { $_->{package} eq $package } Test::SysVirt::Methods::all();
        is("@missing", '', "methods: has all of $package");
    }
};

subtest 'Devel::Cover' => sub {
    needs('Devel::Cover');
    my ($out, $err, $status) = run_perl('-MDevel::Cover=-silent,1,-db,' . tempdir(CLEANUP => 1), '-e', $script);
    is($out, $said, 'Devel::Cover: a script runs as ever');
    is($status, 0, 'Devel::Cover: and ends well') or diag($err);
};

subtest 'PAR' => sub {
    needs('PAR::Packer');
    my ($pp) = grep { -x } map { "$_/pp" } split /:/, $ENV{PATH};
    plan skip_all => 'needs pp, which comes with PAR::Packer' if !$pp;
    my $dir = tempdir(CLEANUP => 1);
    local $ENV{PAR_GLOBAL_TEMP} = "$dir/unpacked";
    my (undef, $err, $status) = run_perl($pp, map({ (-I => $_) } grep { !ref } @INC), -M => 'Sys::Virt', -o => "$dir/packed", -e => $script);
    is($status, 0, 'pp: packs a script with the module') or return diag($err);
    is(scalar(`cd / && env -u PERL5LIB $dir/packed`), $said, 'pp: what it has made runs without the module');
};
done_testing;
