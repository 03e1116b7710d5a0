package Test::SysVirt::BootSector;

# An operating system in one sector, for tests that want a guest but not the half minute that
# Linux takes to boot. It answers each byte that comes in from the keyboard or the serial port
# with that byte and a digit, on the serial port and on the screen. The digit counts from 1, and
# goes on at 0 after 9: so it shows whether the memory of the guest is what it was. On "F" the
# guest first fills the 48 MiB above 1 MiB with 0x5a, to give a migration something to move.

use strict;
use warnings;

my $code = <<'EOT';
7c00  31c0 8ed8 8ed0 bc007c          ax, ds, ss = 0; sp = 7c00
7c09  b401 cd16 7406                 has a key been hit? no: 7c15
7c0f  b400 cd16 eb0f                 read it, go to 7c24
7c15  bafd03 ec a801 7503            is there a byte at the serial port? yes: 7c20
7c1d  f4 ebe9                        sleep until an interrupt, go to 7c09
7c20  baf803 ec                      read it
7c24  50 3c46 7531                   keep it; is it "F"? no: 7c5a
7c29  fa 660f0116977c                interrupts off; load the segment table's place
7c30  0f20c0 0c01 0f22c0             enter protected mode
7c38  bb0800 8ec3                    es reaches all memory from now on
7c3d  24fe 0f22c0                    leave protected mode
7c42  66bf00001000 66b90000c000      edi = 1 MiB; ecx = 12 Mi
7c4e  66b85a5a5a5a fc 6766f3ab fb    store that many words of 5a5a5a5a; interrupts on
7c5a  58 e81200                      print the byte
7c5e  a0867c 40 3c39 7602            the next digit; is it above "9"? no: 7c68
7c66  b030                           it is "0"
7c68  a2867c e80200 eb99             keep it, print it, go to 7c09
7c70  50 bafd03 ec a820 74fb         print: wait until the serial port is free
7c7c  58 baf803 ee                   send
7c81  b40e bb0700 cd10 c3            show on the screen
7c86  30                             the digit
7c87  0000000000000000               segment table: nothing,
7c8f  ffff00000092cf00               and 4 GiB of data from 0
7c97  0f00 877c0000                  the segment table's size and place
EOT

# The 512 bytes of the sector; the last two mark it as one that boots.
sub bytes {
    my $hex = join '', map { (split /  +/)[1] } split /\n/, $code;
    $hex =~ tr/ //d;
    return pack 'H* @510 n', $hex, 0x55aa;
}

1;
