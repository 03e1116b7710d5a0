#!/bin/sh
# Installs what is missing to build Sys::Virt on Debian or Ubuntu, and builds it. Sourced by
# demo.sh and test.sh, which run from the top of the project.
set -eu

say() { printf '\n== %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "Run this as root, or install sudo: it needs '$*'" >&2
        return 1
    fi
}

# at_least 1.85 1.96.0: is the second version as new as the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

least_rust=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)

rust_on_path() {
    command -v cargo >/dev/null && command -v rustc >/dev/null &&
        at_least "$least_rust" "$(rustc --version | cut -d' ' -f2)"
}

# The newest of Debian's Rust packages that will do: Debian 12 has a newer one for its browser.
rust_packages() {
    for suffix in '' -web; do
        version=$(apt-cache policy "rustc$suffix" | sed -n 's/^ *Candidate: *\([0-9.]*\).*/\1/p')
        if [ -n "$version" ] && at_least "$least_rust" "$version"; then
            echo "rustc$suffix cargo$suffix"
            return
        fi
    done
    echo "Sys::Virt needs Rust $least_rust, and this system has no package of it: see https://rustup.rs" >&2
    return 1
}

install_missing() {
    packages=
    for package in ca-certificates gcc libc6-dev make perl libperl-dev pkg-config libvirt-dev libclang-dev "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
            packages="$packages $package"
    done
    if [ -n "$packages" ] || ! rust_on_path; then
        command -v apt-get >/dev/null || {
            echo "Not a Debian system: 'perl Makefile.PL' tells what is missing here" >&2
            return 0
        }
        say "Installing what is missing"
        as_root apt-get update -q
        rust_on_path || packages="$packages $(rust_packages)"
        # shellcheck disable=SC2086
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
    fi
}

build() {
    say "Building"
    perl Makefile.PL
    make
}
