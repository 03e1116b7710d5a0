#!/bin/bash
# Runs tests as on a machine that got the libvirt and QEMU of a newer release of Debian after the
# module had been built, as root on a Debian machine, after make and tools/testbed.sh start:
#
#   xt/upgraded.sh DIR RELEASE TEST...
#
# Their packages, with all that those need, lie over /usr for these tests only; nothing is
# installed. DIR is kept and used again, by one release: 500 MB.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

packages='libvirt-clients libvirt-daemon libvirt-daemon-driver-interface libvirt-daemon-driver-lxc
    libvirt-daemon-driver-network libvirt-daemon-driver-nodedev libvirt-daemon-driver-nwfilter libvirt-daemon-driver-qemu
    libvirt-daemon-driver-secret libvirt-daemon-driver-storage qemu-system-x86 qemu-utils'
release=$1
shift

# As on a machine that has no packages yet.
apt() {
    apt-get -q -o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State="$dir/state" \
        -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::Check-Valid-Until=false "$@"
}

fetch() {
    mkdir -p "$dir/state" "$dir/cache/archives"
    : > "$dir/status"
    echo "deb $(mirror) $release main" > "$dir/sources.list"
    apt update
    apt autoclean
    # shellcheck disable=SC2086
    apt install -y --download-only --no-install-recommends $packages
    rm -rf "$dir/tree"
    mkdir -p "$dir/tree"
    local deb
    for deb in "$dir"/cache/archives/*.deb; do dpkg -x "$deb" "$dir/tree"; done
}

fetch
cd "$top"
# What those of this machine load is of their own release.
# shellcheck disable=SC2016
exec unshare --mount bash -euc '
    tree=$1
    shift
    mount -t overlay -o "lowerdir=$tree/usr:/usr" overlay /usr
    for modules in /usr/lib/*-linux-gnu/{libvirt,qemu}; do
        mount --bind "$tree$modules" "$modules"
    done
    libvirtd --version
    SYS_VIRT_TEST_QEMU=1 SYS_VIRT_TEST_REQUIRE=1 exec prove -b "$@"' bash "$dir/tree" "$@"
