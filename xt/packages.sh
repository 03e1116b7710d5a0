#!/bin/bash
# Installs as packagers and administrators do, in bare Debian systems, as root on a Debian machine:
#
#   xt/packages.sh DIR RELEASE...
#
# From the tarball of make fulldist, without a network, it builds and tests the module and the
# package. Then it upgrades Debian's package to that one, and back, below a package that uses it.
# RELEASE is bookworm or newer; DIR/packages-RELEASE is kept and used again.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)

# inside ROOT SCRIPT: with /proc and /dev, in namespaces that end with it.
inside() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child sh -euc '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        exec chroot "$1" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -euxc "$2"' sh "$1" "$2"
}

test_packages() {
    local release=$1 root=$dir/packages-$1
    if [ ! -e "$root/clean" ]; then
        rm -rf "$root"
        mkdir -p "$root"
        debootstrap --variant=minbase "$release" "$root/new" "$mirror"
        mv "$root/new" "$root/clean"
        cp -a "$root/clean" "$root/build"
    fi
    rm -rf "$root/build/root/sys-virt" "$root/use"
    mkdir "$root/build/root/sys-virt"
    tar -xJf "$dir/full.tar.xz" --strip-components=1 -C "$root/build/root/sys-virt"
    inside "$root/build" '
        cd /root/sys-virt
        (. tools/build.sh; install_missing debhelper dpkg-dev lintian)
        unshare --net sh -euxc "perl Makefile.PL; make; make test"
        sh tools/deb.sh
        lintian --fail-on error,warning --allow-root target/deb/*.deb'

    cp -a "$root/clean" "$root/use"
    cp "$root"/build/root/sys-virt/target/deb/*.deb "$root/use/root/"
    inside "$root/use" '
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
    echo "== $release: passed in $SECONDS s"
}

(cd "$top" && perl Makefile.PL && make fulldist && mv Sys-Virt-*-full.tar.xz "$dir/full.tar.xz")
for release in "$@"; do
    test_packages "$release"
done
