# The rings of the Rust code, as ARCHITECTURE.md draws them: every `use` goes to a ring that the
# table allows, and nothing goes back up.
use strict;
use warnings;
use File::Find qw(find);
use Test::More;

chdir '..' if !-e 'Cargo.toml';

# "| `ring` | may use | holds |": the rows of the table whose first column is a ring of src/.
my (%may, @order);
open my $text, '<', 'ARCHITECTURE.md' or die "ARCHITECTURE.md: $!";
while (<$text>) {
    my ($ring, $uses) = /^\| `(\w+)` \|([^|]*)\|/ or next;
    push @order, $ring;
    $may{$ring} = { map { $_ => 1 } $uses =~ /`(\w+)`/g };
}
close $text;

my (%files, %wrong);
find({ no_chdir => 1, wanted => \&look }, 'src');

sub look {
    my ($ring) = m{^src/(\w+)(?:/.*)?\.rs$} or return;
    return if $ring eq 'lib';
    $files{$ring}++;
    open my $file, '<', $_ or die "$_: $!";
    local $/;
    my $code = <$file>;
    $code =~ s{//.*}{}g;
    # use crate::ring, use crate::{ring, ...}, crate::ring::name, $crate::ring in a macro.
    my @used = $code =~ /\bcrate::(\w+)/g;
    push @used, map { /\b(\w+)(?:::\w+|::\{[^}]*\})?\s*(?:,|$)/g } $code =~ /\buse crate::\{(.*?)\};/gs;
    for my $used (@used) {
        $wrong{"$_: $ring uses $used"} = 1 if $used ne $ring && (!$may{$ring} || !$may{$ring}{$used});
    }
}

is_deeply([sort keys %may], [sort keys %files], 'the table of ARCHITECTURE.md has every ring of src/, and no other');
is_deeply([sort keys %wrong], [], 'every use in src/ is one that the table allows');

# An allowed arrow goes to a ring further up in the table: there are no circles.
my %place = map { $order[$_] => $_ } 0 .. $#order;
my @back = map { my $ring = $_; map { "$ring may use $_" } grep { ($place{$_} // 1e9) > $place{$ring} } keys %{ $may{$ring} } } @order;
is_deeply([sort @back], [], 'the table allows no arrow that runs back');

done_testing;
