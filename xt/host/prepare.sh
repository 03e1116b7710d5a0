#!/bin/sh
# Makes a host with a hypervisor of the bare Debian 12 that it runs in: what xt/host.sh gives a virtual
# machine as its disk. Run by that, with a key for ssh in $KEY.
set -eu
export DEBIAN_FRONTEND=noninteractive

mount -t proc proc /proc
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

# What the kernel needs to find its disk, instead of all that any machine may need.
mkdir -p /etc/initramfs-tools/conf.d
echo 'MODULES=list' > /etc/initramfs-tools/conf.d/modules
printf '%s\n' virtio_pci virtio_blk ext4 > /etc/initramfs-tools/modules

apt-get update -q
apt-get install -q -y --no-install-recommends \
    linux-image-amd64 linux-headers-amd64 initramfs-tools zstd xz-utils make \
    systemd-sysv dbus udev kmod iproute2 openssh-server \
    libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils \
    pm-utils mdevctl lvm2 open-iscsi tgt nfs-kernel-server parted e2fsprogs busybox-static
kernel=$(ls /lib/modules)

# The kernel's example of a device that can be mediated: a serial port.
mkdir -p /usr/src/mtty
cd /usr/src/mtty
apt-get download -q linux-source-6.1
dpkg --fsys-tarfile linux-source-6.1_*.deb | tar -xO ./usr/src/linux-source-6.1.tar.xz |
    tar -xJ --strip-components=3 linux-source-6.1/samples/vfio-mdev/mtty.c
rm linux-source-6.1_*.deb
echo 'obj-m := mtty.o' > Makefile
make -C "/lib/modules/$kernel/build" M=/usr/src/mtty modules
install -D -m 644 mtty.ko "/lib/modules/$kernel/extra/mtty.ko"
depmod "$kernel"

echo emulated > /etc/hostname
printf '127.0.0.1 localhost emulated\n' > /etc/hosts
printf '/dev/vda / ext4 errors=remount-ro 0 1\n' > /etc/fstab
printf "[Match]\nMACAddress=52:54:00:00:00:02\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n" > /etc/systemd/network/outside.network
mkdir -p /root/.ssh
echo "$KEY" > /root/.ssh/authorized_keys
printf 'listen_addr = "0.0.0.0"\nauth_tcp = "none"\n' > /etc/libvirt/libvirtd.conf
systemctl -q enable systemd-networkd libvirtd-tcp.socket
# What the tests start when they need it, and what nobody waits for.
systemctl -q disable tgt nfs-server rpcbind.socket rpcbind open-iscsi libvirt-guests lvm2-monitor \
    systemd-networkd-wait-online e2scrub_reap apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer fstrim.timer
apt-get clean
