#!/bin/bash
# Runs xt/storage/*.t: storage pools, and disks of guests, whose server is more than a test bed is to have.
# A Ceph or a GlusterFS runs beside libvirt and QEMU, in namespaces of each test. As root on a Debian machine
# that has debootstrap and libfuture-perl, after make:
#
#   xt/storage.sh DIR [TEST...] RELEASE...             RELEASE is bookworm or trixie
#
# Not sid: libvirt 12.8 sets an option that Ceph 20.2 has no more, auth_supported, so that no pool starts,
# and QEMU there knows no GlusterFS. The perl and the build are those of this machine. DIR/RELEASE is kept and
# used again: 1.3 GB each. To make it takes three minutes, a run four, most of which is waiting.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

words=()
while [[ ${1-} == *.t ]]; do
    words+=("$1")
    shift
done

test_release() {
    local root=$dir/$1
    bootstrap "$1" "$root" ''
    mount_all "$root"
    put_project "$root"
    inside "$root" apt-get update -q
    inside "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        libvirt-daemon-system qemu-system-x86 qemu-utils qemu-block-extra iproute2 \
        libvirt-daemon-driver-storage-rbd ceph-mon ceph-mgr ceph-osd ceph-common \
        libvirt-daemon-driver-storage-gluster glusterfs-server
    cp -r "$top/blib" "$root/root/sys-virt/blib"
    alone machine_perl prove -b "${words[@]:-xt/storage}"
    echo "== $1: passed in $SECONDS s"
}

if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    each_release "$0" "$dir" "$@"
else
    test_release "$SYS_VIRT_RELEASE"
fi
