#!/usr/bin/perl
use strict;
use warnings;
use Getopt::Long;
use Pod::Usage;
use Sys::Virt;
use Sys::Virt::Domain;

GetOptions(
    'connect|c=s' => \my $uri,
    'dry-run|n'   => \my $dry_run,
    'help|h'      => \my $help,
) or pod2usage(2);
pod2usage(0) if $help;
@ARGV == 2 or pod2usage(2);

$| = 1;
eval { clone(@ARGV); 1 } or do {
    warn 'clone: ', ref $@ ? $@->message . "\n" : $@;
    exit 1;
};

sub clone {
    my ($old, $new) = @_;
    my $conn = Sys::Virt->new(uri => $uri);
    my $dom  = $conn->get_domain_by_name($old);
    die "$old is running: shut it down first\n" if $dom->is_active;
    die "$new is there already\n" if grep { $_->get_name eq $new } $conn->list_all_domains;

    my $xml   = $dom->get_xml_description(Sys::Virt::Domain::XML_INACTIVE | Sys::Virt::Domain::XML_SECURE);
    my @disks = map { plan($conn, $_, $old, $new) } paths($xml);
    my $copy  = rewrite($xml, $new, @disks);
    if ($dry_run) {
        print $copy;
        return;
    }
    my @copied;
    eval {
        for my $disk (@disks) {
            push @copied, $disk->{pool}->clone_volume($disk->{xml}, $disk->{volume});
            print "$disk->{from} is copied to $disk->{to}\n";
        }
        $conn->define_domain($copy);
        1;
    } or do {
        my $error = $@;
        $_->delete for @copied;
        die $error;
    };
    print "$new is defined\n";
    return;
}

# The images that a domain writes to, as its XML names them: still escaped.
sub paths {
    my ($xml) = @_;
    my @paths;
    while ($xml =~ m{<disk (.*?)</disk>}gs) {
        my $disk = $1;
        next if $disk =~ /device='(?:cdrom|floppy)'/ || $disk =~ m{<(?:readonly|shareable)/>};
        my ($path) = $disk =~ /<source (?:file|dev)='([^']*)'/
            or die "a disk is neither a file nor a block device\n";
        push @paths, $path;
    }
    return @paths;
}

# Where the copy of an image will be: in the same pool, with the name of the new domain.
sub plan {
    my ($conn, $path, $old, $new) = @_;
    my $plain  = unescape($path);
    my $volume = eval { $conn->get_storage_volume_by_path($plain) } or die "$plain is in no active pool\n";
    my $pool   = $conn->get_storage_pool_by_volume($volume);
    my $name   = $volume->get_name;
    $name = "$new-$name" unless $name =~ s/\Q$old\E/$new/;
    my ($capacity) = $volume->get_info->{capacity};
    my ($format)   = $volume->get_xml_description =~ /<format type='([^']*)'/;
    $format = $format ? "<target><format type='$format'/></target>" : '';
    (my $to = $volume->get_path) =~ s{[^/]*$}{$name};
    return {
        pool => $pool, volume => $volume, path => $path, from => $plain, to => $to,
        xml  => '<volume><name>' . escape($name) . "</name><capacity>$capacity</capacity>$format</volume>",
    };
}

# libvirt makes up what has to be unique: UUID, MAC addresses and the file of UEFI variables.
sub rewrite {
    my ($xml, $new, @disks) = @_;
    my $name = escape($new);
    $xml =~ s{<name>.*?</name>}{<name>$name</name>}s;
    $xml =~ s{\s*<uuid>.*?</uuid>}{}s;
    $xml =~ s{\s*<mac address='[^']*'/>}{}g;
    $xml =~ s{\s*<nvram\b(?:[^>]*/>|.*?</nvram>)}{}s;
    for my $disk (@disks) {
        my $to = escape($disk->{to});
        $xml =~ s{<source (file|dev)='\Q$disk->{path}\E'}{<source $1='$to'};
    }
    return $xml;
}

sub escape {
    my ($text) = @_;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', "'" => '&apos;');
    return $text =~ s/([&<>'])/$entity{$1}/gr;
}

sub unescape {
    my ($text) = @_;
    my %character = (amp => '&', lt => '<', gt => '>', apos => "'", quot => '"');
    return $text =~ s/&(\w+);/$character{$1}/gr;
}

__END__

=head1 NAME

clone.pl - make a copy of a domain and its disks

=head1 SYNOPSIS

    clone.pl [--connect URI] [--dry-run] DOMAIN NEW-NAME

=head1 DESCRIPTION

Copies the disks of a domain that is shut off, each within its storage pool, and
defines a domain with these copies. The new one has a UUID and MAC addresses of
its own. CD-ROMs, read-only and shareable disks are not copied but used by both.
If something fails, the copies are removed.

What is within the guest stays the same, its host name for instance.

=head1 OPTIONS

=over

=item --connect URI

The hypervisor; what libvirt takes by default if left out.

=item --dry-run

Change nothing, print the XML that the new domain would have.

=item --help

Show this text.

=back

=head1 EXIT STATUS

0, or 1 when libvirt has failed or the domain cannot be copied, or 2 for wrong
options.

=cut
