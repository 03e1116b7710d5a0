use strict;
use warnings;
use Test::More;
use DynaLoader ();
use Sys::Virt;

# The module brings no second perl into the process: it is linked with libvirt and the C library.

my ($library) = grep { m{/Sys/Virt/Virt\.\w+$} } @DynaLoader::dl_shared_objects;
ok($library, 'Virt.so: is loaded') or BAIL_OUT('not loaded as a shared object');
my @needed = needed($library) or plan skip_all => 'no ELF here';

# musl's C library is one file that has the architecture in its name.
my @allowed = (qr/^libvirt\.so/, qr/^lib(?:c|m|dl|pthread|gcc_s)\.so/, qr/^libc\.musl-/, qr/^ld-linux/, qr/^ld64\.so/);
for my $name (@needed) {
    ok((grep { $name =~ $_ } @allowed), "Virt.so: needs $name, which is libvirt or the C library");
}
is(scalar(grep { /^libvirt\.so\.0$/ } @needed), 1, 'Virt.so: needs libvirt');
is(scalar(grep { /perl/ } @needed), 0, 'Virt.so: needs no perl');
done_testing;

# The NEEDED entries of the dynamic section.
sub needed {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!";
    my $elf = do { local $/; <$in> };
    return if $elf !~ /^\x7fELF([\1\2])([\1\2])/;
    my ($wide, $end) = ($1 eq "\2", $2 eq "\2" ? '>' : '<');
    my $word = $wide ? "Q$end" : "L$end";
    my $size = $wide ? 8 : 4;
    my ($at) = unpack "x" . ($wide ? 40 : 32) . $word, $elf;
    my ($entry, $count) = unpack "x" . ($wide ? 58 : 46) . "S${end}S$end", $elf;
    # A section's name and type are 32 bits each, then flags, address, offset and size.
    my @sections = map {
        my ($type, $offset, $length, $link) = unpack "x4L$end x$size x$size $word ${word}L$end", substr $elf, $at + $_ * $entry, $entry;
        { type => $type, offset => $offset, length => $length, link => $link };
    } 0 .. $count - 1;
    my ($dynamic, $DYNAMIC, $NEEDED) = (undef, 6, 1);
    ($dynamic) = grep { $_->{type} == $DYNAMIC } @sections;
    my $strings = $sections[ $dynamic->{link} ]{offset};
    my @entries = unpack "($word)*", substr $elf, $dynamic->{offset}, $dynamic->{length};
    return map { $entries[$_ * 2] == $NEEDED ? unpack "Z*", substr $elf, $strings + $entries[$_ * 2 + 1], 256 : () } 0 .. @entries / 2 - 1;
}
