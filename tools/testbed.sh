#!/bin/bash
# The hypervisors that the tests with SYS_VIRT_TEST_QEMU=1 need, on a Debian machine, as root.
# KVM is not needed: the guests are emulated in software.
#
#   tools/testbed.sh packages       installs the Debian packages below, where they are missing
#   tools/testbed.sh start [DIR]    starts libvirtd, unless it runs already; builds a small Linux
#                                   guest with a guest agent; starts a second libvirtd, in
#                                   namespaces of its own, at qemu+tcp://10.209.0.2/system
#   tools/testbed.sh hosts [DIR]    the same without the guest
#   tools/testbed.sh stop [DIR]     stops what start started
#
# DIR keeps the guest and the state of both hosts: /var/tmp/sys-virt-testbed by default. The
# tests look for it in SYS_VIRT_TEST_BED, or there.
set -eu

packages='libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base iproute2
    libvirt-daemon-driver-lxc busybox-static openssl openssh-client openssh-server netcat-openbsd sasl2-bin
    libsasl2-modules iptables e2fsprogs lvm2 parted scrub tgt libvirt-daemon-driver-storage-iscsi-direct udev mdevctl'

verb=${1:-}
dir=${2:-${SYS_VIRT_TEST_BED:-/var/tmp/sys-virt-testbed}}
guest=$dir/guest
second=$dir/second
second_uri=qemu+tcp://10.209.0.2/system
# In the order of their dependencies.
guest_modules='virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk
    virtio_console virtio_balloon virtio_mem failover net_failover virtio_net button evdev'
guest_modules=$(echo $guest_modules)

answers() { virsh -c "$1" version >/dev/null 2>&1; }

wait_for() {
    for _ in $(seq 600); do answers "$1" && return; sleep 0.1; done
    echo "$1 does not answer" >&2
    return 1
}

install_packages() {
    # shellcheck disable=SC2086
    dpkg-query -W -f='${db:Status-Status}\n' $packages 2>/dev/null | grep -c '^installed$' |
        grep -qx "$(wc -w <<<"$packages")" && return
    apt-get update -q
    # A newer qemu-utils, from backports say, would keep qemu-system-x86 out.
    local version
    version=$(apt-cache policy qemu-system-x86 | awk '/Candidate:/ { print $2 }')
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --allow-downgrades --no-install-recommends \
        ${packages/qemu-utils/qemu-utils=$version}
}

# The guest: Debian's kernel, busybox and guest agent, and an init of our own. Its users, login
# record and release are made up here, so that the tests know what the agent has to report.
build_guest() {
    [ "$guest/initrd.gz" -nt "$0" ] && return
    local work tree kernel libs
    mkdir -p "$guest"
    work=$(mktemp -d "$guest/build.XXXXXX")
    tree=$work/tree
    mkdir -p "$work/deb" "$work/root" "$tree"/{bin,dev,etc,home/tester,lib,lib64,mnt,proc,root,sys,tmp,usr,var/log,var/run}
    ln -s bin "$tree/sbin"
    ln -s ../bin "$tree/usr/sbin"
    kernel=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ { print $2 }')
    libs=$(apt-cache depends qemu-guest-agent | awk '/Depends: lib/ { print $2 }')
    # shellcheck disable=SC2086
    (cd "$work/deb" && apt-get download -qq -o APT::Sandbox::User=root "$kernel" busybox-static qemu-guest-agent $libs)
    for deb in "$work"/deb/*.deb; do dpkg -x "$deb" "$work/root"; done

    cp "$work/root/bin/busybox" "$work/root/usr/sbin/qemu-ga" "$tree/bin"
    libs=$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu
    LD_LIBRARY_PATH=$libs ldd "$tree/bin/qemu-ga" | grep -o '/[^ ]*\.so[^ ]*' | xargs cp -L -t "$tree/lib"
    cp -L /lib64/ld-linux-x86-64.so.2 "$tree/lib64"
    for module in $guest_modules; do
        find "$work/root/lib/modules" -name "$module.ko*" -exec cp {} "$tree/lib/$module.ko" \;
    done
    printf '%s\n' root:x:0:0::/root:/bin/sh tester:x:1000:1000::/home/tester:/bin/sh > "$tree/etc/passwd"
    printf '%s\n' root:x:0: tester:x:1000: > "$tree/etc/group"
    printf '%s\n' root:\*:19000:0:99999:7::: tester:\*:19000:0:99999:7::: > "$tree/etc/shadow"
    printf '%s\n' ID=testguest 'NAME="Test Guest"' VERSION_ID=7 'PRETTY_NAME="Test Guest 7"' > "$tree/etc/os-release"
    # A struct utmp: root logged in on ttyS0 at 1700000000 seconds after the epoch.
    perl -e 'print pack "s x2 l Z32 a4 Z32 Z256 x8 l x40", 7, 1, "ttyS0", "S0", "root", "", 1_700_000_000' \
        > "$tree/var/run/utmp"
    cat > "$tree/bin/shutdown" <<'SHUTDOWN'
#!/bin/sh
case " $* " in *' -r '*) exec reboot -f ;; *) exec poweroff -f ;; esac
SHUTDOWN
    # Busybox has no chpasswd of its own here; this one shows what the agent was told.
    cat > "$tree/bin/chpasswd" <<'CHPASSWD'
#!/bin/sh
while IFS=: read -r user password; do
    sed -i "s|^$user:[^:]*|$user:$password|" /etc/shadow
done
CHPASSWD
    mkdir -p "$tree/etc/acpi/PWRF"
    ln -s /bin/shutdown "$tree/etc/acpi/PWRF/00000080"
    cat > "$tree/init" <<INIT
#!/bin/busybox sh
export PATH=/bin LD_LIBRARY_PATH=/lib
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $guest_modules; do insmod /lib/\$module.ko; done
hostname testguest
ifconfig lo 127.0.0.1 up
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
# A disk with this serial number is the guest's to format.
if grep -qs scratch /sys/block/vda/serial; then
    mke2fs /dev/vda
    mount -t ext4 /dev/vda /mnt
fi
for port in /sys/class/virtio-ports/*; do
    [ "\$(cat \$port/name)" = org.qemu.guest_agent.0 ] && agent=/dev/\${port##*/}
done
acpid
(while :; do qemu-ga -m virtio-serial -p \$agent; sleep 1; done) &
# The shell breaks the lines that it writes back where it thinks that the terminal ends.
stty cols 1000
echo GUEST-READY
exec sh
INIT
    chmod 755 "$tree/init" "$tree/bin/shutdown" "$tree/bin/chpasswd"
    (cd "$tree" && find . | bin/busybox cpio -o -H newc 2>/dev/null | gzip -1) > "$work/initrd.gz"
    mv "$work"/root/boot/vmlinuz-* "$work/vmlinuz"
    chmod 644 "$work/vmlinuz" "$work/initrd.gz"
    mv "$work/vmlinuz" "$work/initrd.gz" "$guest"
    rm -rf "$work"
}

# The second host: a libvirtd with its own network, host name, configuration and state. Both
# see the same file systems, so a migration finds kernels and disks where they were.
start_second_host() {
    answers $second_uri && return
    stop_second_host
    mkdir -p "$second/etc" "$second/varlib"
    cp -r /etc/libvirt/. "$second/etc"
    rm -rf "$second/etc/qemu" "$second/etc/storage" "$second/etc/secrets"
    cat > "$second/etc/libvirtd.conf" <<CONF
listen_tls = 0
listen_tcp = 1
auth_tcp = "none"
listen_addr = "10.209.0.2"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
CONF
    # Both hosts would use the same control groups, and the same notes of who owned a file.
    cat > "$second/etc/qemu.conf" <<CONF
migration_host = "10.209.0.2"
migration_address = "10.209.0.2"
migrate_tls_x509_cert_dir = "$dir/pki"
cgroup_controllers = []
remember_owner = 0
CONF
    ip netns add svt-host2
    ip link add svt-host1 type veth peer name eth0 netns svt-host2
    ip addr add 10.209.0.1/24 dev svt-host1
    ip link set svt-host1 up
    ip -n svt-host2 addr add 10.209.0.2/24 dev eth0
    ip -n svt-host2 link set eth0 up
    ip -n svt-host2 link set lo up
    ip netns exec svt-host2 unshare --uts --mount bash -eu -c "
        hostname svt-host2
        mount --bind '$second/etc' /etc/libvirt
        mount --bind '$second/varlib' /var/lib/libvirt
        mkdir -p /var/lib/libvirt/qemu
        mount -t tmpfs tmpfs /run
        mkdir /run/lock
        virtlogd -d -p '$second/virtlogd.pid'
        libvirtd -l -d -p '$second/libvirtd.pid'"
    wait_for $second_uri
}

start_hosts() {
    mkdir -p "$dir/pki"
    chmod 755 "$dir"
    # As the sysctl.d of newer libvirt says: post-copy needs it.
    echo 1 > /proc/sys/vm/unprivileged_userfaultfd || true
    # Where QEMU's user cannot open what root can, libvirt asks QEMU anew what it can do, for a
    # minute, before it starts a guest. Its group is no way: in another system on this host, which
    # has the same device, it has another number.
    [ ! -e /dev/kvm ] || chmod a+rw /dev/kvm || true
    if ! answers qemu:///system; then
        # It lives on when libvirtd has died, and there can be one only.
        nc -z -U /run/libvirt/virtlogd-sock 2>/dev/null || virtlogd -d -p "$dir/virtlogd.pid"
        libvirtd -d -p "$dir/libvirtd.pid"
        wait_for qemu:///system
    fi
    start_second_host
}

start() {
    mkdir -p "$dir"
    build_guest
    start_hosts
}

stop_daemons() {
    local pid
    for pid in "$@"; do
        [ -e "$pid" ] || continue
        kill "$(cat "$pid")" 2>/dev/null || true
        rm -f "$pid"
    done
}

stop_second_host() {
    stop_daemons "$second/libvirtd.pid" "$second/virtlogd.pid"
    ip link del svt-host1 2>/dev/null || true
    ip netns del svt-host2 2>/dev/null || true
}

stop() {
    local uri name
    for uri in qemu:///system $second_uri; do
        for name in $(virsh -c $uri list --name 2>/dev/null | grep '^svt-'); do
            virsh -c $uri destroy "$name"
        done
    done
    stop_second_host
    stop_daemons "$dir/libvirtd.pid" "$dir/virtlogd.pid"
}

case $verb in
    packages) install_packages ;;
    start) start ;;
    hosts) start_hosts ;;
    stop) stop ;;
    *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
