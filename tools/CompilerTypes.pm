# Types that gcc has without a header, and in which the system's headers are written on arm64.
#
# libperl-macrogen, which reads perl's headers for libperl-sys, knows of the compiler what it has told
# perl's Configure: the macros that it defines. The Makefile has perl load this file where crates
# are built, and perl tells of types as of macros. No function of perl has one in its signature.
package CompilerTypes;
use strict;
use warnings;
use Config;

my %type = ('__uint128_t' => 'unsigned __int128');

# The hash is read-only, but what is behind it keeps values that have been asked for.
(tied %Config)->{cppsymbols} = join ' ', $Config{cppsymbols}, map { "$_=$type{$_}" =~ s/ /\\ /gr } sort keys %type;

1;
