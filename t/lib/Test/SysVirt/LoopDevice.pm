package Test::SysVirt::LoopDevice;

# A block device of the kernel, whose contents are a file of a bed.
#
#   my $loop = Test::SysVirt::LoopDevice->new($bed, 'disk.img', 64);     of so many MiB; skips the
#                                          subtest where the kernel has none
#   $loop->path                            such as /dev/loop0
#
# It ends with the object, or with the process, however that ends: who gives it back while it is
# open leaves it to the kernel to do so at the last close.

use strict;
use warnings;
use Test::More;

sub new {
    my ($class, $bed, $name, $size) = @_;
    my $file = $bed->file($name, '');
    truncate $file, $size << 20 or die "$file: $!";
    my $path = qx(losetup --find --show --partscan $file 2>&1);
    chomp $path;
    plan skip_all => "this kernel has no loop devices: $path" if $?;
    open my $held, '<', $path or die "$path: $!";
    $bed->run(qw(losetup --detach), $path);
    return bless { path => $path, held => $held }, $class;
}

sub path { $_[0]{path} }

1;
