#!/bin/bash
# Builds what is committed and runs its tests on other releases of Debian, each in a directory of
# its own, as root on a Debian machine:
#
#   xt/releases.sh DIR RELEASE...
#
#   bullseye    perl 5.32, libvirt 7.0     trixie      perl 5.40, libvirt 11.3
#   bookworm    perl 5.36, libvirt 9.0     sid         the newest of both
#   unthreaded  sid, with its perl built again without threads and without a libperl.so
#   arm64       bookworm on another processor: char is unsigned there. Elsewhere qemu-user-static
#               emulates it, with binfmt-support, in half an hour or more
#
# Rust is the release's own where that will do, and the one of this machine where not. Crates
# come from this machine, packages from the mirror that its apt asks. DIR/RELEASE is kept and used
# again: up to 3 GB each.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

. "$top/xt/lib/root.sh"

# Perl as many build it for themselves: static, and without threads.
unthreaded_perl() {
    sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/source.list
    apt-get update -q
    apt-get install -q -y --no-install-recommends dpkg-dev gcc libc6-dev make
    mkdir -p /root/perl
    cd /root/perl
    apt-get source -q perl
    cd perl-*/
    ./Configure -des -Dprefix=/opt/perl -Uusethreads -Uuseshrplib -Dman1dir=none -Dman3dir=none
    make -s -j2
    make -s install.perl
    rm -rf /root/perl
}

# Has the kernel run the programs of another processor.
emulate() {
    mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    [ -e "/proc/sys/fs/binfmt_misc/qemu-$1" ] || update-binfmts --enable "qemu-$1"
}

test_release() {
    local name=$1 release=$1 perl=perl arch='' root
    case $name in
        unthreaded) release=sid perl=/opt/perl/bin/perl ;;
        arm64)
            release=bookworm arch=arm64
            [ "$(dpkg --print-architecture)" = arm64 ] || emulate aarch64
            ;;
    esac
    root=$dir/$release${arch:+-$arch}
    bootstrap "$release" "$root" "$arch"
    mount_all "$root"
    put_project "$root"
    if [ "$perl" != perl ] && [ ! -x "$root$perl" ]; then
        inside "$root" bash -euc "$(declare -f unthreaded_perl); unthreaded_perl"
    fi
    build_in "$root" "$perl"
    inside "$root" make test
    echo "== $name: passed in $SECONDS s"
}

if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    each_release "$0" "$dir" "$@"
else
    test_release "$SYS_VIRT_RELEASE"
fi
