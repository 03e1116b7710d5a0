use strict;
use warnings;
use lib 't/lib';
use Test::More;
use List::Util ();
use Scalar::Util qw(dualvar);
use Sys::Virt;
use Test::SysVirt::Host;

# Who calls a method is not always a plain call, and what it is called with not always a plain value.

my $host = Test::SysVirt::Host->new;
my $conn = $host->conn;
my $dom  = $conn->get_domain_by_name('busy');

subtest 'sort' => sub {
    no warnings 'numeric';
    my $compare = \&Sys::Virt::Domain::get_xml_description;
    is(scalar(my @up = sort $compare $dom, 0), 2, 'sort: a method can compare');
    is(scalar(my @down = reverse sort $compare $dom, 0), 2, 'sort: a method can compare the other way round');
    my $number = \&Sys::Virt::Domain::get_max_memory;
    ok(!eval { my @none = reverse sort $number $dom, 0; 1 }, 'sort: a method that takes less dies');
    like($@, qr/^Usage: Sys::Virt::Domain::get_max_memory/, 'sort: the usage message of a method that takes less');
};

subtest 'goto' => sub {
    my $goto = sub { goto &Sys::Virt::Domain::get_name };
    is($goto->($dom), 'busy', 'goto: get_name gives its string');
    my $count = sub { goto &Sys::Virt::list_all_domains };
    is(scalar(my @domains = $count->($conn)), 6, 'goto: list_all_domains gives its list');
    ok(!eval { $goto->(); 1 }, 'goto: get_name without an argument dies');
    like($@, qr/^Usage: Sys::Virt::Domain::get_name\(dom\)/, 'goto: the usage message of get_name');
};

# One op that calls one sub after the other, which all may keep their result in the op.
subtest 'the call of another sub' => sub {
    my @results = map { my ($code, @arguments) = @$_; my $result = $code->(@arguments); $result }
        [\&dualvar, 5, "\x{263a}"], [\&Sys::Virt::Domain::get_name, $dom],
        [\&List::Util::sum, Local::Number->new, Local::Number->new], [\&Sys::Virt::Domain::get_max_memory, $dom];
    ok(!utf8::is_utf8($results[1]), 'get_name: is bytes where characters were in the op before');
    is($results[1], 'busy', 'get_name: is right where characters were in the op before');
    is($results[3], $dom->get_max_memory, 'get_max_memory: is right where an object was in the op before');
};

subtest 'truth as a number' => sub {
    my $before = $dom->get_scheduler_parameters->{weight};
    ok(eval { $dom->set_scheduler_parameters({ weight => 1 == 2 }); 1 }, 'set_scheduler_parameters: takes false as a number') or diag($@);
    ok(eval { $dom->set_scheduler_parameters({ weight => $before }); 1 }, 'set_scheduler_parameters: takes a number') or diag($@);
    ok(!eval { $dom->set_scheduler_parameters({ weight => '' }); 1 }, 'set_scheduler_parameters: refuses an empty string');
    like($@, qr/key 'weight': is '', not an integer/, "set_scheduler_parameters: says that '' is not an integer");
};

subtest 'a tied element' => sub {
    my @domains = $dom;
    tie $domains[0], 'Local::Other';
    ok(!eval { $conn->get_all_domain_stats(0, \@domains); 1 }, 'get_all_domain_stats: takes what a tied element gives, not what was there');
    like($@, qr/argument 'doms', element 0/, 'get_all_domain_stats: says which element is no domain');
};

done_testing;

package Local::Number;
use overload '+' => sub { $_[0] }, '0+' => sub { 7 }, fallback => 1;
sub new { return bless [], shift }

package Local::Other;
sub TIESCALAR { return bless [], shift }
sub FETCH { return 'other' }
