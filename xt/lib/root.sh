# Directories with other releases of Debian in them. Sourced by releases.sh and newest.sh after
# arguments.sh, which says in $top where the project is; all but each_release runs in the mount namespace of one release.

mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

bootstrap() {
    local release=$1 root=$2 arch=$3
    [ -e "$root/etc/sys-virt-release" ] && return
    rm -rf "$root"
    debootstrap --variant=minbase ${arch:+--arch="$arch"} "$release" "$root" "$(mirror)"
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
