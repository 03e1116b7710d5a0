# What is released is what is tracked: MANIFEST, which make dist packs, lists it all, and names
# nothing that is not there.

use strict;
use warnings;
use ExtUtils::Manifest qw(maniread);
use FindBin;
use Test::More;

chdir "$FindBin::Bin/.." or die "chdir: $!";
plan skip_all => 'there is no MANIFEST here' if !-e 'MANIFEST';
my @listed = sort keys %{ maniread() };

is_deeply [grep { !-f } @listed], [], 'MANIFEST: every file that it names is there';
ok((grep { $_ eq 'Cargo.lock' } @listed), 'MANIFEST: has Cargo.lock, and with it the versions of all crates');

my @twice = do { my %seen; grep { $seen{$_}++ } map { /^(\S+)/ } do { local @ARGV = 'MANIFEST'; <> } };
is_deeply \@twice, [], 'MANIFEST: names no file twice';

SKIP: {
    skip 'not a checkout', 1 if !-e '.git';
    # Not the user of this process may own the checkout: as when root runs the tests.
    my @tracked = split /\0/, qx(git -c safe.directory='*' ls-files -z 2>/dev/null);
    skip 'git does not run here', 1 if !@tracked;
    is_deeply \@listed, [sort grep { !m{^\.ci/|^\.gitignore$} } @tracked], 'MANIFEST: lists what git tracks';
}

done_testing;
