#!/bin/bash
# Installs as packagers and administrators do, in bare Debian systems, as root on a Debian machine:
#
#   xt/packages.sh DIR [STEP...] RELEASE...         RELEASE is bookworm or newer
#
#   tarballs   make disttest, and make fulldist for the other steps
#   offline    the module is built and tested from that tarball, without a network
#   deb        so is the package; lintian looks at it
#   upgrade    Debian's package becomes that one, and back, below a package that uses it
#   rpm        the spec file, as far as Debian's rpmbuild and rpmlint can tell
#
# All of them, unless some are named; each needs what those above have left in DIR, which is kept and
# used again: up to 3 GB for each release.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

# bare ROOT SCRIPT: with /proc and /dev, in namespaces that end with it.
bare() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child sh -euc '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$1" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -euxc "$2"' sh "$1" "$2"
}

# What disttest builds stays in DIR, for its next time.
tarballs() {
    (
        cd "$top"
        perl Makefile.PL
        make dist
        make fulldist
        ls -l Sys-Virt-*.tar.*
        mv Sys-Virt-*-full.tar.xz "$dir/full.tar.xz"
        CARGO_TARGET_DIR=$dir/disttest make disttest
        rm -r Sys-Virt-*
    )
}

# The tarball, unpacked in ROOT.
unpack() {
    rm -rf "$1/root/sys-virt"
    mkdir "$1/root/sys-virt"
    tar -xJf "$dir/full.tar.xz" --strip-components=1 -C "$1/root/sys-virt"
}

offline() {
    [ -e "$root/build" ] || cp -a "$root/clean" "$root/build"
    unpack "$root/build"
    bare "$root/build" '
        cd /root/sys-virt
        (. tools/build.sh; install_missing debhelper dpkg-dev lintian rpm rpmlint)
        unshare --net sh -euxc "perl Makefile.PL; make; make test"'
}

deb() {
    unpack "$root/build"
    bare "$root/build" '
        cd /root/sys-virt
        unshare --net sh tools/deb.sh
        ls -l target/deb/*.deb
        lintian --fail-on error,warning --allow-root target/deb/*.deb'
    rm -f "$root"/*.deb
    cp "$root"/build/root/sys-virt/target/deb/*.deb "$root"
}

upgrade() {
    rm -rf "$root/use"
    cp -a "$root/clean" "$root/use"
    cp "$root"/*.deb "$root/use/root/"
    bare "$root/use" '
        works() {
            [ "$(/usr/lib/nagios/plugins/check_libvirt -H test:///default -l list)" = \
                "CHECK_LIBVIRT OK - 1/1 VMs up: test(running) | vmcount=1;;" ]
            apt-get check
            dpkg --verify libsys-virt-perl
        }
        apt-get update -q
        apt-get install -q -y --no-install-recommends monitoring-plugins-contrib libsys-virt-perl \
            libxml-simple-perl libmonitoring-plugin-perl
        old=$(dpkg-query -W -f "\${Version}" libsys-virt-perl)
        works
        apt-get install -q -y /root/*.deb
        perl -MSys::Virt -e "exit !exists &Sys::Virt::_credential_result"
        works
        apt-get install -q -y --allow-downgrades "libsys-virt-perl=$old"
        works
        apt-get install -q -y /root/*.deb
        apt-get remove -q -y libsys-virt-perl
        ! perl -MSys::Virt -e 1
        apt-get install -q -y "libsys-virt-perl=$old"
        works'
}

# Debian's rpm knows no packages that the build could require, and no directories of perl's.
rpm() {
    unpack "$root/build"
    cp "$dir/full.tar.xz" "$root/build/root/"
    bare "$root/build" '
        cd /root/sys-virt
        spec=packaging/rpm/perl-Sys-Virt.spec
        version=$(sed -n "s/^Version: *//p" $spec)
        mv /root/full.tar.xz "/root/Sys-Virt-$version-full.tar.xz"
        rm -rf /root/rpmbuild
        unshare --net rpmbuild -ba --nodeps --define "_sourcedir /root" \
            --define "perl_vendorarch $(perl -MConfig -e "print \$Config{vendorarch}")" $spec
        ls -l /root/rpmbuild/RPMS/*/*.rpm
        requires=$(rpm -qp --requires /root/rpmbuild/RPMS/*/*.rpm)
        ! echo "$requires" | grep -E "AnyEvent|IO::Async|Mojo|Future"
        # What a maintainer of packages adds, and not the spec file.
        echo "Filters = [\"no-signature\", \"no-packager-tag\", \"no-group-tag\"]" > /root/rpmlint.toml
        rpmlint --config /root/rpmlint.toml $spec /root/rpmbuild/SRPMS/*.rpm /root/rpmbuild/RPMS/*/*.rpm'
}

steps=''
while case ${1-} in tarballs | offline | deb | upgrade | rpm) ;; *) false ;; esac; do
    steps="$steps $1"
    shift
done
steps=${steps:-tarballs offline deb upgrade rpm}

# step NAME: says how long it takes.
step() {
    local began=$SECONDS
    echo "== $release: $1"
    "$1"
    echo "== $release: $1 passed in $((SECONDS - began)) s"
}

case $steps in *tarballs*) release=all step tarballs ;; esac
for release in "$@"; do
    root=$dir/packages-$release
    mkdir -p "$root"
    bootstrap "$release" "$root/clean" ''
    for name in ${steps#*tarballs}; do
        step "$name"
    done
done
