# Directories with other releases of Debian in them. Sourced by releases.sh, newest.sh and others after
# arguments.sh, which says in $top where the project is; all but each_release runs in the mount namespace of one release.

mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

bootstrap() {
    local release=$1 root=$2 arch=$3
    [ -e "$root/etc/sys-virt-release" ] && return
    rm -rf "$root"
    debootstrap --variant=minbase ${arch:+--arch="$arch"} "$release" "$root" "$(mirror)"
    # No package starts a daemon there.
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
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
    # What it is called, as a host knows of itself.
    printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$(hostname)" > "$root/etc/hosts"
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

# Not with the time of the commit: what is newer than the last build is built.
put_project() {
    local root=$1
    rm -rf "$root/root/sys-virt"
    mkdir "$root/root/sys-virt"
    git -C "$top" archive HEAD | tar -xm -C "$root/root/sys-virt"
}

# build_in ROOT PERL: builds the project there, with that perl and the release's own Rust if it will do.
build_in() {
    # shellcheck disable=SC2016
    inside "$1" sh -euc '
        apt-get update -q
        . tools/build.sh
        (rust_packages) >/dev/null 2>&1 || PATH=/opt/machine/rust/bin:$PATH
        install_missing
        set -x
        $1 -V:version -V:archname -V:usethreads
        pkg-config --modversion libvirt
        rustc --version
        # Crates stay from one run to the next.
        export CARGO_TARGET_DIR=/root/target-$($1 -MConfig -e "print \$Config{version}, \$Config{archname}")
        $1 Makefile.PL
        make' sh "$2"
}

# The perl of this machine in place of the root's, with its modules and the scripts for browsers that
# Mojolicious has links to.
machine_perl() {
    local path
    for path in $(perl -MConfig -e 'print "@Config{qw(perlpath privlibexp archlibexp vendorlibexp vendorarchexp)}"') \
        /usr/bin/prove /usr/lib/x86_64-linux-gnu/perl-base /usr/share/javascript /usr/share/nodejs; do
        [ -e "$path" ] || continue
        [ -e "$root$path" ] || if [ -d "$path" ]; then mkdir -p "$root$path"; else touch "$root$path"; fi
        mount --bind "$path" "$root$path"
    done
}

# alone PERL COMMAND...: the root is all that there is, with that perl, and nobody else is on its network.
alone() {
    local perl=$1
    shift
    # shellcheck disable=SC2016
    unshare --mount --net --uts --ipc --pid --fork --kill-child bash -euc "$(declare -f "$perl")"'
        root=$1
        "$2"
        shift 2
        mount --rbind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        cd "$root"
        pivot_root . mnt
        umount -l /mnt
        ip link set lo up
        cd /root/sys-virt
        exec "$@"' bash "$root" "$perl" env -i HOME=/root LANG=C.UTF-8 SYS_VIRT_TEST_QEMU=1 SYS_VIRT_TEST_REQUIRE=1 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# each_release SCRIPT DIR RELEASE...: runs the script again for each, with $words between the two, in a
# namespace of its own: what it mounted and started ends with it, however it ends.
each_release() {
    local script=$1 dir=$2 failed='' name
    shift 2
    cargo fetch --quiet --locked --manifest-path "$top/Cargo.toml"
    for name in "$@"; do
        echo "== $name"
        SYS_VIRT_RELEASE=$name unshare --mount --pid --fork --kill-child "$script" "$dir" "${words[@]}" "$name" || failed="$failed $name"
    done
    [ -z "$failed" ] || { echo "Failed:$failed" >&2; return 1; }
}
