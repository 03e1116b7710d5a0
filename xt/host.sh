#!/bin/bash
# Runs xt/host/*.t on a host of our own: Debian 12 with its kernel, libvirt and QEMU in a virtual machine
# that software emulates, with devices and a kernel that the machine below need not have. As root on a
# Debian machine that has qemu-system-x86, debootstrap, e2fsprogs and ssh, after make:
#
#   xt/host.sh DIR [TEST...]
#
# What has succeeded there goes into xt/coverage.tsv. DIR is kept and used again, up to 4 GB: the host's
# files, a disk made of them (again when xt/host/prepare.sh is newer), which no run changes, and of the
# last run console.log and record. To make them takes six minutes, a run ten, on two processors that have
# other work, too.
set -eu

least=1
# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"
cd "$top"
[ $# -gt 0 ] || set -- xt/host/*.t

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

build() {
    rm -rf "$dir/root"
    bootstrap bookworm "$dir/root" ''
    rm -f "$dir"/key*
    ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
    unshare --mount --pid --fork --kill-child chroot "$dir/root" env -i HOME=/root LANG=C.UTF-8 \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin KEY="$(cat "$dir/key.pub")" sh -c "$(cat xt/host/prepare.sh)" < /dev/null
    mke2fs -q -F -t ext4 -d "$dir/root" "$dir/disk.new" 6G
    mv "$dir/disk.new" "$dir/disk.img"
}

# A card to reach it, a card for Fibre Channel, one that nobody misses, behind an IOMMU, and one that only a
# reset of its bus resets. The kernel's test of its timer fails on a busy machine, so there is none.
start() {
    rm -f "$dir"/{connection,console.log,monitor,record}
    # One connection carries all commands: to make one takes seconds there.
    cat > "$dir/ssh" <<SSH
Host emulated
    HostName 127.0.0.1
    Port 16522
    User root
    IdentityFile $dir/key
    ControlPath $dir/connection
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    LogLevel ERROR
SSH
    qemu-system-x86_64 -machine q35,kernel-irqchip=split -accel tcg -cpu max -smp 2 -m 2560 \
        -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$dir"/root/boot/vmlinuz-* -initrd "$dir"/root/boot/initrd.img-* \
        -append 'root=/dev/vda rw console=ttyS0 mitigations=off intel_iommu=on no_timer_check panic=-1' \
        -drive "file=$dir/disk.img,if=none,id=disk,format=raw,snapshot=on,cache=unsafe" -device virtio-blk-pci,drive=disk \
        -device intel-iommu \
        -netdev "user,id=outside,restrict=on,hostfwd=tcp:127.0.0.1:16522-:22,hostfwd=tcp:127.0.0.1:16509-:16509" \
        -device virtio-net-pci,netdev=outside,mac=52:54:00:00:00:02 \
        -netdev hubport,id=fibre,hubid=1 -device virtio-net-pci,netdev=fibre,mac=52:54:00:00:00:03 \
        -netdev hubport,id=spare,hubid=2 -device e1000e,netdev=spare,mac=52:54:00:00:00:04,addr=0x10 \
        -netdev hubport,id=old,hubid=3 -device pci-bridge,id=bridge,chassis_nr=1,addr=0x11 \
        -device virtio-net-pci,netdev=old,mac=52:54:00:00:00:05,bus=bridge,addr=1 \
        -serial "file:$dir/console.log" -qmp "unix:$dir/monitor,server=on,wait=off" 2> "$dir/qemu.log" &
    qemu=$!
    trap 'kill $qemu; wait $qemu || true' EXIT
    until timeout 20 ssh -F "$dir/ssh" -M -N -f emulated < /dev/null > /dev/null 2>&1 &&
        ssh -F "$dir/ssh" emulated systemctl is-active --quiet libvirtd < /dev/null
    do
        if ! kill -0 $qemu 2>/dev/null || [ $SECONDS -gt $limit ]; then
            tail -n 20 "$dir/console.log" "$dir/qemu.log" >&2
            echo "The host does not answer" >&2
            exit 1
        fi
        sleep 2
    done
    echo "== up after $((SECONDS - begin)) s"
}

[ "$dir/disk.img" -nt xt/host/prepare.sh ] || build
begin=$SECONDS limit=$((SECONDS + 600))
start
status=0
PERL5OPT="-I$top/xt -MRecorder" PERL5LIB=$top/blib/lib:$top/blib/arch SYS_VIRT_RECORD=$dir/record \
    SYS_VIRT_TEST_HOST=$dir prove "$@" || status=$?
xt/coverage --add host "$dir/record" || status=$?
echo "== done after $((SECONDS - begin)) s"
exit $status
