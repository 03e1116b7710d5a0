#!/bin/bash
# Builds what is committed and runs its tests on other releases of Debian, each in a directory of
# its own, as root on a Debian machine:
#
#   xt/releases.sh DIR RELEASE...
#
#   bullseye    perl 5.32, libvirt 7.0     trixie      perl 5.40, libvirt 11.3
#   bookworm    perl 5.36, libvirt 9.0     sid         the newest of both
#   unthreaded  sid, with its perl built again without threads and without a libperl.so
#   arm64       bookworm on another processor: char is unsigned there. qemu-user-static and
#               binfmt-support emulate it, which takes hours
#
# Rust is the release's own where that will do, and the one of this machine where not. Crates
# come from this machine, packages from the mirror that its apt asks. DIR/RELEASE is kept and used
# again: up to 3 GB each.
set -eu

if [ $# -lt 2 ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift

mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

bootstrap() {
    local release=$1 root=$2 arch=$3
    [ -e "$root/etc/sys-virt-release" ] && return
    rm -rf "$root"
    debootstrap --variant=minbase ${arch:+--arch="$arch"} "$release" "$root" "$(mirror)"
    echo "$release" > "$root/etc/sys-virt-release"
}

mount_all() {
    local root=$1
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root/opt/machine/cargo/registry" "$root/opt/machine/rust"
    mount --bind "${CARGO_HOME:-$HOME/.cargo}/registry" "$root/opt/machine/cargo/registry"
    # A mirror may lag behind.
    echo 'Acquire::Check-Valid-Until "false";' > "$root/etc/apt/apt.conf.d/90sys-virt"
    mount --bind -o ro "$(rustc --print sysroot)" "$root/opt/machine/rust"
}

# inside ROOT COMMAND...: runs it there, at the top of the project.
inside() {
    local root=$1
    shift
    chroot "$root" env -i HOME=/root LANG=C.UTF-8 CARGO_HOME=/opt/machine/cargo CARGO_NET_OFFLINE=true \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        sh -euc 'cd /root/sys-virt && "$@"' sh "$@"
}

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

test_release() {
    local name=$1 release=$1 perl=perl arch='' root
    case $name in
        unthreaded) release=sid perl=/opt/perl/bin/perl ;;
        arm64) release=bookworm arch=arm64 ;;
    esac
    root=$dir/$release${arch:+-$arch}
    bootstrap "$release" "$root" "$arch"
    mount_all "$root"
    rm -rf "$root/root/sys-virt"
    mkdir "$root/root/sys-virt"
    # Not with the time of the commit: what is newer than the last build is built.
    git -C "$top" archive HEAD | tar -xm -C "$root/root/sys-virt"
    if [ "$perl" != perl ] && [ ! -x "$root$perl" ]; then
        inside "$root" bash -euc "$(declare -f unthreaded_perl); unthreaded_perl"
    fi
    # shellcheck disable=SC2016
    inside "$root" sh -euc '
        apt-get update -q
        . tools/build.sh
        rust_packages >/dev/null 2>&1 || PATH=/opt/machine/rust/bin:$PATH
        install_missing
        set -x
        $1 -V:version -V:archname -V:usethreads
        pkg-config --modversion libvirt
        rustc --version
        # Crates stay from one run to the next.
        export CARGO_TARGET_DIR=/root/target-$($1 -MConfig -e "print \$Config{version}, \$Config{archname}")
        $1 Makefile.PL
        make
        make test' sh "$perl"
    echo "== $name: passed in $SECONDS s"
}

# Each in a namespace of its own: what it mounted and started ends with it, however it ends.
if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    cargo fetch --quiet --locked --manifest-path "$top/Cargo.toml"
    failed=
    for name in "$@"; do
        echo "== $name"
        SYS_VIRT_RELEASE=$name unshare --mount --pid --fork --kill-child "$0" "$dir" "$name" || failed="$failed $name"
    done
    [ -z "$failed" ] || { echo "Failed:$failed" >&2; exit 1; }
else
    test_release "$SYS_VIRT_RELEASE"
fi
