#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use POSIX qw(strftime);
use Sys::Virt;

my ($keep, $prefix) = (7, 'auto-');
GetOptions(
    'connect|c=s' => \my $uri,
    'keep|k=i'    => \$keep,
    'prefix|p=s'  => \$prefix,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV && $keep > 0 && $prefix =~ /^[\w.-]+$/ or pod2usage(2);

my $failed = 0;
eval {
    my $conn = Sys::Virt->new(uri => $uri);
    for my $name (@ARGV) {
        eval { rotate($conn->get_domain_by_name($name)); 1 } or $failed += complain("$name: ", $@);
    }
    1;
} or $failed += complain('', $@);
exit($failed ? 1 : 0);

sub complain {
    my ($where, $error) = @_;
    warn "rotate-snapshots: $where", ref $error ? $error->message . "\n" : $error;
    return 1;
}

# The oldest go only when the new one is there.
sub rotate {
    my ($dom) = @_;
    my $name = $dom->get_name;
    my $new  = $prefix . strftime('%Y%m%d-%H%M%S', gmtime);
    $dom->create_snapshot("<domainsnapshot><name>$new</name></domainsnapshot>");
    print "$name: created $new\n";

    my @ours = sort { $b->get_name cmp $a->get_name }
        grep { $_->get_name =~ /^\Q$prefix\E\d{8}-\d{6}$/ } $dom->list_all_snapshots;
    for my $old (@ours[$keep .. $#ours]) {
        my $old_name = $old->get_name;
        $old->delete;
        print "$name: deleted $old_name\n";
    }
    return;
}

__END__

=head1 NAME

rotate-snapshots.pl - take a snapshot and delete the oldest ones

=head1 SYNOPSIS

    rotate-snapshots.pl [--connect URI] [--keep NUMBER] [--prefix TEXT] DOMAIN ...

=head1 DESCRIPTION

Takes a snapshot of each domain, named by a prefix and the time in UTC, and then
deletes the oldest of its snapshots that are so named. Others are left alone.
Good for cron: a domain that fails does not keep the next from its turn.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --keep NUMBER

How many snapshots of a domain stay: 7 if left out.

=item --prefix TEXT

What their names begin with: C<auto-> if left out. Several rotations of one
domain, say daily and weekly, need different ones.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed for a domain, or 2 for wrong options.

=cut
