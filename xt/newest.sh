#!/bin/bash
# Runs all test beds with the hypervisors and the libvirt of newer releases of Debian, each in a
# directory of its own, as root on a Debian machine that has the packages of .ci/run, and where
# tools/testbed.sh start has built a guest:
#
#   xt/newest.sh DIR RELEASE...             trixie, sid
#
# The perl and the build are those of this machine, after make: one build serves a newer libvirt,
# too. Then xt/coverage notes in xt/coverage.tsv what has succeeded there.
#
# DIR/RELEASE is kept and used again, as by xt/releases.sh: up to 4 GB each.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

# alone ROOT COMMAND...: the root is all that there is, and nobody else is on its network.
alone() {
    local root=$1
    shift
    # shellcheck disable=SC2016
    unshare --mount --net --uts --ipc --pid --fork --kill-child bash -euc '
        root=$1
        shift
        mount --rbind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        cd "$root"
        pivot_root . mnt
        umount -l /mnt
        ip link set lo up
        cd /root/sys-virt
        exec "$@"' bash "$root" env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# The perl of this machine in place of the root's, with its modules and the scripts for browsers that
# Mojolicious has links to.
machine_perl() {
    local path
    for path in $(perl -MConfig -e 'print "@Config{qw(perlpath privlibexp archlibexp vendorlibexp vendorarchexp)}"') \
        /usr/bin/prove /usr/lib/x86_64-linux-gnu/perl-base /usr/share/javascript /usr/share/nodejs; do
        [ -e "$path" ] || continue
        [ -e "$1$path" ] || if [ -d "$path" ]; then mkdir -p "$1$path"; else touch "$1$path"; fi
        mount --bind "$path" "$1$path"
    done
}

test_release() {
    local release=$1 root=$dir/$1 guest=var/tmp/sys-virt-testbed/guest failed=''
    bootstrap "$release" "$root" ''
    mount_all "$root"
    put_project "$root"
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    inside "$root" tools/testbed.sh packages
    inside "$root" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends libfuture-perl gcc libc6-dev libvirt-daemon-driver-interface \
        libvirt-daemon-driver-storage-disk libvirt-daemon-driver-storage-logical chromium chromium-driver
    # What it is called, as a host knows of itself.
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" > "$root/etc/hosts"
    # A copy is newer than the script that made it, so it is not made again.
    rm -rf "${root:?}/$guest"
    mkdir -p "$root/${guest%/guest}"
    cp -r "/$guest" "$root/$guest"

    cp -r "$top/blib" "$root/root/sys-virt/blib"
    cp "$top/xt/coverage.tsv" "$root/root/sys-virt/xt/coverage.tsv"
    machine_perl "$root"
    # shellcheck disable=SC2016
    local bed='tools/testbed.sh start; status=0; "$@" || status=$?; tools/testbed.sh stop; exit $status'
    alone "$root" env SYS_VIRT_TEST_QEMU=1 SYS_VIRT_TEST_REQUIRE=1 bash -c "$bed" bash prove -b t || failed='some tests'
    alone "$root" xt/coverage --update
    cp "$root/root/sys-virt/xt/coverage.tsv" "$top/xt/coverage.tsv"
    [ -z "$failed" ] || { echo "== $release: $failed failed" >&2; return 1; }
    echo "== $release: passed in $SECONDS s"
}

if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    each_release "$0" "$dir" "$@"
else
    test_release "$SYS_VIRT_RELEASE"
fi
