package Test::SysVirt::Guest;

# A small Linux with a guest agent, as tools/testbed.sh builds it. It boots in some 6 to 25
# seconds, if nothing else runs, to a root shell on the serial port. What it reports of itself:
# host name testguest, network card eth0 with 10.0.2.15/24, system "Test Guest 7", users root
# (logged in) and tester.
#
#   my $dom = Test::SysVirt::Guest->boot($bed, 'web', %xml);
#
# defines and starts it, and waits for its agent; %xml is as for $bed->xml. A disk vda whose
# serial number is "scratch" gets a file system, mounted on /mnt.
#
#   my $output = Test::SysVirt::Guest->sh($bed, $dom, 'uname -m');
#
# runs a command in its shell; undef when the shell does not answer.

use strict;
use warnings;
use Sys::Virt;
use Sys::Virt::Domain;

sub boot {
    my ($class, $bed, $tag, %opt) = @_;
    my $dom = $class->start($bed, $tag, %opt);
    $class->ready($bed, $dom) or die "$tag does not boot";
    return $dom;
}

# The same in two steps, for a test that has something to do in the meantime.
sub start {
    my ($class, $bed, $tag, %opt) = @_;
    my $dir = ($ENV{SYS_VIRT_TEST_BED} // '/var/tmp/sys-virt-testbed') . '/guest';
    -e "$dir/initrd.gz" or $bed->missing("$dir has no guest: run tools/testbed.sh start");
    # libvirt notes in a file whom it belonged to; where a daemon was killed, the note stays and
    # the file with its next guest is refused. So each test has files of its own.
    my ($kernel, $initrd) = map { $bed->copy("$dir/$_") } qw(vmlinuz initrd.gz);
    my $devices = $opt{devices} // '';
    # On a busy machine the kernel may think while it starts that its timer does not work, and be
    # lost with another one.
    my $dom = $bed->conn->define_domain($bed->xml($tag, memory => 192, %opt,
        os => "<kernel>$kernel</kernel><initrd>$initrd</initrd>"
            . '<cmdline>console=ttyS0 quiet no_timer_check</cmdline>',
        devices => <<XML));
    <interface type='user'><mac address='52:54:00:a1:b2:c3'/><model type='virtio'/></interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    $devices
XML
    $dom->create;
    return $dom;
}

sub ready {
    my ($class, $bed, $dom) = @_;
    return $bed->wait_for(sub { eval { $dom->get_hostname(Sys::Virt::Domain::GET_HOSTNAME_AGENT) } }, 900);
}

sub sh {
    my ($class, $bed, $dom, $command) = @_;
    # Shell and terminal both write back what they read, so the mark of the end is written such
    # that only its output matches.
    my $got = $bed->serial($dom)->talk("$command; printf '\\nE%s\\n' ND\n", qr/^END/m) // return undef;
    $got =~ tr/\r//d;
    return $got =~ s/\A.* ND\n//sr =~ s/\n?^END.*//smr;
}

1;
