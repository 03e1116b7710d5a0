#!/bin/bash
# Runs t/76-*.t with the modular daemons of libvirt, as root on a Debian machine that has the packages of
# .ci/run, after make:
#
#   xt/modular.sh DIR RELEASE...                      RELEASE is bookworm or trixie
#
# Debian builds them and leaves them out of its packages: they are built here, of its source package of
# libvirt with its patches, and with few of its options. DIR/RELEASE has them, QEMU, and what both need; it
# is kept and used again, and built again when this script is newer: up to 2 GB each. On two processors that
# have other work, too, it is built in five to ten minutes, and the tests take two.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

build_daemons() {
    local json tarball
    sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/source.list
    apt-get update -q
    apt-get install -q -y --no-install-recommends qemu-system-x86 qemu-utils dnsmasq-base iptables iproute2 \
        dpkg-dev gcc libc6-dev meson pkg-config python3 libxml2-utils xsltproc patch \
        libglib2.0-dev libgnutls28-dev libjson-c-dev libnl-3-dev libnl-route-3-dev libpcap0.8-dev \
        libpciaccess-dev libsasl2-dev libtirpc-dev libudev-dev libxml2-dev libyajl-dev
    getent passwd libvirt-qemu > /dev/null || useradd --system --user-group libvirt-qemu
    rm -rf /root/libvirt
    mkdir -p /root/libvirt/tree
    cd /root/libvirt
    # One by one: not every mirror has what describes the two.
    for tarball in tar diff; do apt-get source -q --download-only "--$tarball-only" libvirt; done
    tar -xf libvirt_*.orig.tar.* -C tree --strip-components=1
    tar -xf libvirt_*.debian.tar.* -C tree
    cd tree
    dpkg-source --before-build .
    json=yajl
    ! grep -q "'json_c'" meson_options.txt || json=json_c
    meson setup build --prefix=/usr --sysconfdir=/etc --localstatedir=/var --libexecdir=/usr/lib/libvirt \
        --auto-features=disabled -Doptimization=0 -Ddebug=false -Dno_git=true -Drunstatedir=/run -Dinit_script=none \
        -Dqemu_user=libvirt-qemu -Dqemu_group=libvirt-qemu "-D$json=enabled" -Dlibnl=enabled -Dlibpcap=enabled \
        -Dpciaccess=enabled -Dsasl=enabled -Dudev=enabled -Ddriver_libvirtd=enabled -Ddriver_remote=enabled \
        -Ddriver_qemu=enabled -Ddriver_network=enabled -Ddriver_secrets=enabled -Ddriver_interface=enabled \
        -Dstorage_dir=enabled
    ninja -C build -j2 install
    ldconfig
    rm -rf /root/libvirt
}

test_release() {
    local root=$dir/$1 built
    bootstrap "$1" "$root" ''
    mount_all "$root"
    put_project "$root"
    built=$root/usr/sbin/virtproxyd
    if [ ! "$built" -nt "$0" ]; then
        inside "$root" env DEBIAN_FRONTEND=noninteractive bash -euxc "$(declare -f build_daemons); build_daemons"
        touch "$built"
        echo "== $1: built in $SECONDS s"
    fi
    inside "$root" virtqemud --version
    cd "$top"
    SYS_VIRT_TEST_QEMU=1 SYS_VIRT_TEST_REQUIRE=1 SYS_VIRT_TEST_MODULAR=$root prove -b t/76-*.t
    echo "== $1: passed in $SECONDS s"
}

if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    each_release "$0" "$dir" "$@"
else
    test_release "$SYS_VIRT_RELEASE"
fi
