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
    is(scalar(my @up = sort $compare $dom, 0), 2, 'a method compares');
    is(scalar(my @down = reverse sort $compare $dom, 0), 2, 'the other way round');
    my $number = \&Sys::Virt::Domain::get_max_memory;
    ok(!eval { my @none = reverse sort $number $dom, 0; 1 }, 'one that takes less');
    like($@, qr/^Usage: Sys::Virt::Domain::get_max_memory/, 'says so');
};

subtest 'goto' => sub {
    my $goto = sub { goto &Sys::Virt::Domain::get_name };
    is($goto->($dom), 'busy', 'a string');
    my $count = sub { goto &Sys::Virt::list_all_domains };
    is(scalar(my @domains = $count->($conn)), 6, 'a list');
    ok(!eval { $goto->(); 1 }, 'nothing');
    like($@, qr/^Usage: Sys::Virt::Domain::get_name\(dom\)/, 'is not enough');
};

# One op that calls one sub after the other, which all may keep their result in the op.
subtest 'the call of another sub' => sub {
    my @results = map { my ($code, @arguments) = @$_; my $result = $code->(@arguments); $result }
        [\&dualvar, 5, "\x{263a}"], [\&Sys::Virt::Domain::get_name, $dom],
        [\&List::Util::sum, Local::Number->new, Local::Number->new], [\&Sys::Virt::Domain::get_max_memory, $dom];
    ok(!utf8::is_utf8($results[1]), 'characters behind it: a name is bytes');
    is($results[1], 'busy', 'and right');
    is($results[3], $dom->get_max_memory, 'an object behind it: a number is right');
};

subtest 'truth as a number' => sub {
    my $before = $dom->get_scheduler_parameters->{weight};
    ok(eval { $dom->set_scheduler_parameters({ weight => 1 == 2 }); 1 }, 'false as a parameter') or diag($@);
    ok(eval { $dom->set_scheduler_parameters({ weight => $before }); 1 }, 'and a number') or diag($@);
    ok(!eval { $dom->set_scheduler_parameters({ weight => '' }); 1 }, 'but no empty string');
    like($@, qr/key 'weight': is '', not an integer/, 'which is no number');
};

subtest 'a tied element' => sub {
    my @domains = $dom;
    tie $domains[0], 'Local::Other';
    ok(!eval { $conn->get_all_domain_stats(0, \@domains); 1 }, 'what it gives counts, not what was there');
    like($@, qr/argument 'doms', element 0/, 'and that is no domain');
};

done_testing;

package Local::Number;
use overload '+' => sub { $_[0] }, '0+' => sub { 7 }, fallback => 1;
sub new { return bless [], shift }

package Local::Other;
sub TIESCALAR { return bless [], shift }
sub FETCH { return 'other' }
