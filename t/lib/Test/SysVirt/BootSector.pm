package Test::SysVirt::BootSector;

# An operating system in one sector, for tests that want a guest but not the half minute that
# Linux takes to boot. It answers each byte that comes in from the keyboard or the serial port
# with that byte and a digit, on the serial port and on the screen. The digit counts from 1, and
# goes on at 0 after 9: so it shows whether the memory of the guest is what it was. On "F" the
# guest first fills the 48 MiB above 1 MiB with 0x5a, to give a migration something to move. On
# "W" it first writes itself, with the digit of its last answer, to the start of the second disk.

use strict;
use warnings;

my $code = <<'EOT';
7c00  31c0 8ed8 8ed0 bc007c          ax, ds, ss = 0; sp = 7c00
7c09  b401 cd16 7406                 has a key been hit? no: 7c15
7c0f  b400 cd16 eb0f                 read it, go to 7c24
7c15  bafd03 ec a801 7503            is there a byte at the serial port? yes: 7c20
7c1d  f4 ebe9                        sleep until an interrupt, go to 7c09
7c20  baf803 ec                      read it
7c24  50 3c57 7514                   keep it; is it "W"? no: 7c3d
7c29  31db 8ec3 bb007c               take the bytes from 7c00,
7c30  b80103 b90100 ba8100 cd13      write one sector, the first, of the second disk
7c3b  eb35                           go to 7c72
7c3d  3c46 7531                      is it "F"? no: 7c72
7c41  fa 660f0116af7c                interrupts off; load the segment table's place
7c48  0f20c0 0c01 0f22c0             enter protected mode
7c50  bb0800 8ec3                    es reaches all memory from now on
7c55  24fe 0f22c0                    leave protected mode
7c5a  66bf00001000 66b90000c000      edi = 1 MiB; ecx = 12 Mi
7c66  66b85a5a5a5a fc 6766f3ab fb    store that many words of 5a5a5a5a; interrupts on
7c72  58 e81200                      print the byte
7c76  a09e7c 40 3c39 7602            the next digit; is it above "9"? no: 7c80
7c7e  b030                           it is "0"
7c80  a29e7c e80200 eb81             keep it, print it, go to 7c09
7c88  50 bafd03 ec a820 74fb         print: wait until the serial port is free
7c94  58 baf803 ee                   send
7c99  b40e bb0700 cd10 c3            show on the screen
7c9e  30                             the digit
7c9f  0000000000000000               segment table: nothing,
7ca7  ffff00000092cf00               and 4 GiB of data from 0
7caf  0f00 9f7c0000                  the segment table's size and place
EOT

# The 512 bytes of the sector; the last two mark it as one that boots.
sub bytes {
    my $hex = join '', map { (split /  +/)[1] } split /\n/, $code;
    $hex =~ tr/ //d;
    return pack 'H* @510 n', $hex, 0x55aa;
}

# The digit in a sector that the guest wrote.
sub digit { substr $_[0], 0x9e, 1 }

1;
