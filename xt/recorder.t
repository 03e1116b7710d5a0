# Recorder.pm: a program that runs with it cannot tell, and what it notes.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/..');
my $dir = tempdir(CLEANUP => 1);
local $ENV{PERL5LIB} = "$top/blib/lib:$top/blib/arch";
open my $out, '>', "$dir/program" or die $!;
print $out do { local $/; <DATA> };
close $out or die $!;

my @without = qx($^X $dir/program 2>&1);
is($?, 0, 'the program runs');
local @ENV{qw(PERL5OPT SYS_VIRT_RECORD)} = ("-I$top/xt -MRecorder", "$dir/record");
my @with = qx($^X $dir/program 2>&1);
is($?, 0, 'the program runs with the recorder');
is_deeply(\@with, \@without, 'and says the same');
cmp_ok(scalar @with, '>', 40, 'which is much');

open my $in, '<', "$dir/record" or die $!;
my %noted = map { chomp; s/\d+\.\d+\.\d+/RELEASE/r => 1 } <$in>;
ok($noted{ join "\t", @$_ }, "noted: @$_") for
    ['call', 'Sys::Virt::new', 'TEST RELEASE', 'used'],
    ['call', 'Sys::Virt::new', '-', 'error 27'],
    ['call', 'Sys::Virt::get_domain_by_name', 'TEST RELEASE', 'used'],
    ['call', 'Sys::Virt::get_domain_by_name', 'TEST RELEASE', 'error 42'],
    ['call', 'Sys::Virt::get_domain_by_name', 'TEST RELEASE', 'error ?'],
    ['call', 'Sys::Virt::Domain::get_name', 'TEST RELEASE', 'used'],
    ['call', 'Sys::Virt::Domain::suspend', 'TEST RELEASE', 'ok'],
    ['call', 'Sys::Virt::domain_event_register_any', 'TEST RELEASE', 'used'],
    ['call', 'Sys::Virt::Event::run_default', '-', 'ok'],
    ['call', 'Sys::Virt::Error::code', '-', 'used'],
    ['event', 'Sys::Virt::Domain::EVENT_ID_LIFECYCLE', 'TEST RELEASE', 2];
SKIP: {
    skip 'needs the Perl module Future', 1 if !eval { require Future };
    ok($noted{"call\tSys::Virt::Domain::get_info\tTEST RELEASE\tused"}, 'noted: what async has called');
}
ok(!(grep { /\tSys::Virt::Domain::(?:create|resume)\t/ } keys %noted), 'noted: nothing that was not called');

done_testing;

__DATA__
use strict;
use warnings;
use Sys::Virt;

sub place {
    my ($what) = @_;
    my $level = 0;
    print "$what, \$^S $^S\n";
    while (my @caller = caller $level++) { print join(' ', '   ', map { $_ // 'undef' } @caller[0 .. 5]), "\n" }
}
sub failed { my ($what) = @_; print "$what: $@" =~ s/\n*\z/\n/r; print '    ', join(' ', map { $@->$_ } qw(method file line)), "\n" if ref $@ }
{ package Local::Name; use overload '""' => sub { main::place('an argument'); "test" } }
{ package Local::Ending; sub new { bless [] } sub DESTROY { print "an argument ends\n" } }
{ package Local::Tied; sub TIESCALAR { my ($class, @values) = @_; bless \@values } sub FETCH { print "FETCH\n"; $_[0][0] } }
{ package Local::Connection; our @ISA = 'Sys::Virt'; sub new { my ($class, @more) = @_; $class->SUPER::new(@more) } }

Sys::Virt::Event::register_default();
my $conn = Sys::Virt->new(uri => 'test:///default');
my $dom = $conn->get_domain_by_name(bless [], 'Local::Name');
print prototype(\&Sys::Virt::Domain::get_name) // 'no prototype', "\n";
my @all = $conn->list_all_domains;
my $one = $conn->list_all_domains;
print scalar(@all), ' ', ref $one || $one, "\n";
print join(',', map { $_->get_name } @all), "\n";

tie my $name, 'Local::Tied', 'test';
print $conn->get_domain_by_name($name)->get_name, "\n";
tie my $tied, 'Local::Tied', $conn;
print Sys::Virt::get_domain_by_name($tied, 'test')->get_name, "\n";

my $id = $conn->domain_event_register_any(undef, Sys::Virt::Domain::EVENT_ID_LIFECYCLE, sub { place('a callback, of ' . @_ . ' arguments') });
sub turn {
    if (@_) {

        Sys::Virt::Event::run_default();
    }
}
$dom->suspend;
turn(1);
$conn->domain_event_deregister_any($id);

eval {
    if ($conn) {

        $conn->get_domain_by_name('none');
    }
};
failed('refused');
print "    code ", $@->code, "\n";
eval { $conn->get_domain_by_name };
failed('no argument');
eval { $conn->get_domain_by_name("a\0b") };
failed('a wrong argument');
eval { Local::Connection->new(uri => 'test:///no/such') };
failed('a method in Perl');
eval { Sys::Virt->new(uri => "test:///default\0") };
failed('a method in Perl, with a wrong argument');
eval { Sys::Virt->new('test:///default') };
failed('a method in Perl, with no name');
{
    local $SIG{__DIE__} = sub { place("__DIE__ of $_[0]") };
    eval { $conn->get_domain_by_name('none') };
    local $@ = 'before';
    print $conn->get_type, " $@\n";
}
{
    local $SIG{__WARN__} = sub { place("a warning, $_[0]") };
    $conn->get_domain_by_id(1, 2) if eval { Sys::Virt->new(uri => 'test:///default', more => 1); 1 };
    $dom->set_memory_parameters({ hard_limit => 4_000_000, none => 1 }) if !eval { $conn->get_domain_by_name(undef); 1 };
    $conn->get_domain_by_id('1x');
    no warnings;
    Sys::Virt->new(uri => 'test:///default', more => 1);
    $conn->get_domain_by_id('1x');
}
sub { eval { $conn->get_domain_by_name(@_, 'none', 'more') } }->(Local::Ending->new);
failed('an object among the arguments');
if (eval { require Future }) {
    print join(',', sort keys %{ $dom->async->get_info->get }), "\n";
    eval { $dom->async->get_info(1) };
    failed('async, too many arguments');
    eval { $dom->async->no_such_method };
    failed('async, no such method');
    my $future = $conn->async->get_domain_by_name('none');
    eval { $future->get };
    failed('async, refused');
    $conn->async->get_type;
    print ref $conn->async->get_domain_by_name('test')->get, "\n";
}
