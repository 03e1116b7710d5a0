package Test::SysVirt::BootSector;

# An operating system in one sector, for tests that want a guest but not the half minute that
# Linux takes to boot. It answers each byte that comes in from the keyboard or the serial port
# with that byte and a digit, on the serial port and on the screen. The digit counts from 1, and
# goes on at 0 after 9: so it shows whether the memory of the guest is what it was. On "F" the
# guest first fills the 48 MiB above 1 MiB with 0x5a, to give a migration something to move. On
# "W" it first writes itself, with the digit of its last answer, to the start of the second disk. On
# "S" it goes to sleep on disk, as ACPI has it; on "T" it starts the watchdog ib700, with no time left;
# on "M" it lets machine checks come. It takes their vector for a question to the firmware, which
# answers and returns, so it does not tell the processor that one was handled.

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
7c3b  eb56                           go to 7c93
7c3d  3c53 7507                      is it "S"? no: 7c48
7c41  ba0406 b80028 ef               write the kind of sleep, and that it begins, to PM1a_CNT
7c48  3c54 7506                      is it "T"? no: 7c52
7c4c  ba4304 b00f ee                 write the least of its times to the watchdog
7c52  3c4d 7508                      is it "M"? no: 7c5e
7c56  0f20e0 0c40 0f22e0             set the bit MCE of cr4
7c5e  3c46 7531                      is it "F"? no: 7c93
7c62  fa 660f0116d17c                interrupts off; load the segment table's place
7c69  0f20c0 0c01 0f22c0             enter protected mode
7c71  bb0800 8ec3                    es reaches all memory from now on
7c76  24fe 0f22c0                    leave protected mode
7c7b  66bf00001000 66b90000c000      edi = 1 MiB; ecx = 12 Mi
7c87  66b85a5a5a5a fc 6766f3ab fb    store that many words of 5a5a5a5a; interrupts on
7c93  58 e81300                      print the byte
7c97  a0c07c 40 3c39 7602            the next digit; is it above "9"? no: 7ca1
7c9f  b030                           it is "0"
7ca1  a2c07c e80300 e95fff           keep it, print it, go to 7c09
7caa  50 bafd03 ec a820 74fb         print: wait until the serial port is free
7cb3  58 baf803 ee                   send
7cb8  b40e bb0700 cd10 c3            show on the screen
7cc0  30                             the digit
7cc1  0000000000000000               segment table: nothing,
7cc9  ffff00000092cf00               and 4 GiB of data from 0
7cd1  0f00 c17c0000                  the segment table's size and place
EOT

# The 512 bytes of the sector; the last two mark it as one that boots.
sub bytes {
    my $hex = join '', map { (split /  +/)[1] } split /\n/, $code;
    $hex =~ tr/ //d;
    return pack 'H* @510 n', $hex, 0x55aa;
}

# The XML of a domain for it, with those disks.
sub xml {
    my ($disks) = @_;
    return <<XML;
<domain type='qemu'>
  <name>guest</name><memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <controller type='usb' model='none'/>
    $disks
    <serial type='pty'/>
    <video><model type='vga'/></video>
  </devices>
</domain>
XML
}

# The digit in a sector that the guest wrote, and its place there.
sub digit { substr $_[0], digit_at(), 1 }
sub digit_at { 0xc0 }

1;
