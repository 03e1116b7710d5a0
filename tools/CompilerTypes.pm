# Types that gcc has of its own, without a header, and that the system's headers use on arm64.
#
# libperl-macrogen, which reads perl's headers for libperl-sys, knows of the compiler what perl's
# configuration has: the macros that it defines. The Makefile has perl load this file where the
# crates are built, and perl names these types among them. What they stand for does not matter:
# nothing that perl declares has them.
package CompilerTypes;
use strict;
use warnings;
use Config;

my %type = (
    __uint128_t => 'unsigned __int128',
    # Vectors, in <math.h> since glibc 2.38.
    __Float32x4_t => 'float',
    __Float64x2_t => 'double',
    __SVFloat32_t => 'float',
    __SVFloat64_t => 'double',
    __SVBool_t    => '_Bool',
);

# The hash is read-only, but the object behind it keeps what has been looked up.
(tied %Config)->{cppsymbols} = join ' ', $Config{cppsymbols}, map { "$_=$type{$_}" =~ s/ /\\ /gr } sort keys %type;

1;
