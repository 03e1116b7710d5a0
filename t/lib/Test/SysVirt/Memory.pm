package Test::SysVirt::Memory;

# What is taken is given back.
#
#   plan skip_all => '...' if !defined memory();
#   no_leak 'a name', sub { $dom->get_name };           20,000 calls
#   no_leak 'a name', sub { $dom->get_name }, 5_000;
#
# The smallest thing to leak is a scalar, 24 bytes for its head: so a kind of call may add no more
# than 16 bytes a call to the memory of the process, which leaves the heap itself some room to
# wander in. What wanders settles, and is measured again, the more often the busier the machine is;
# what leaks, leaks each time.

use strict;
use warnings;
use Exporter 'import';
use Test::More;

our @EXPORT = qw(memory no_leak);

my $bytes_a_call = 16;

sub no_leak {
    my ($name, $code, $calls) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    $calls ||= 20_000;
    my $growth;
    for (1 .. 12) {
        run($code, $calls / 10);
        my $before = memory();
        run($code, $calls);
        $growth = (memory() - $before) * 1024;
        last if $growth <= $calls * $bytes_a_call;
    }
    cmp_ok($growth / $calls, '<=', $bytes_a_call, "$name: memory does not grow");
    return;
}

sub run { my ($code, $calls) = @_; $code->() for 1 .. $calls }

# In KiB; memory that belongs to no file.
sub memory {
    open my $in, '<', '/proc/self/status' or return;
    return (map { /^RssAnon:\s*(\d+)/ ? $1 : () } <$in>)[0];
}

1;
