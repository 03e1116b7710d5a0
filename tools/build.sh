#!/bin/sh
# Installs what is missing to build Sys::Virt on Debian or Ubuntu, and builds it. Sourced by
# demo.sh, test.sh and deb.sh, which run from the top of the project.
set -eu

log=target/build.log
mkdir -p target
: > "$log"

say() { printf '%s\n' "$@"; }

give_up() {
    printf '%s\n' "$@" >&2
    exit 1
}

# no_arguments "$@": any, such as --help, shows what the script does.
no_arguments() {
    [ $# = 0 ] && return
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "tools/${0##*/}" >&2
    exit 2
}

# step TEXT COMMAND...: a line on the terminal, and the rest in the log.
step() {
    printf '%s ... ' "$1"
    shift
    began=$(date +%s)
    lines=$(wc -l < "$log")
    # In a condition nothing but its last command would end a function.
    set +e
    (set -e; "$@") >> "$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ $status = 0 ]; then
        say "done ($(($(date +%s) - began)) s)"
    else
        say failed
        tail -n "+$((lines + 1))" "$log" | tail -n 20 >&2
        give_up "" "All of it is in $PWD/$log"
    fi
}

# sudo would leave out where the proxy is.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo env ${http_proxy+"http_proxy=$http_proxy"} ${https_proxy+"https_proxy=$https_proxy"} \
            ${no_proxy+"no_proxy=$no_proxy"} "$@"
    fi
}

# at_least 1.85 1.96.0: is the second version as new as the first?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

least_rust=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)

rust_on_path() {
    command -v cargo >/dev/null && command -v rustc >/dev/null &&
        at_least "$least_rust" "$(rustc --version | cut -d' ' -f2)"
}

installed() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# Its name has the number of LLVM in it; the plain libclang1 is there up to Debian 13.
libclang_package() {
    llvm=$(apt-cache depends libclang-dev 2>/dev/null | sed -n 's/^ *Depends: libclang-\([0-9]*\)-dev$/-\1/p')
    say "libclang1$llvm"
}

# The newest of Debian's Rust packages that will do: Debian 12 has a newer one for its browser.
rust_packages() {
    for suffix in '' -web; do
        version=$(apt-cache policy "rustc$suffix" | sed -n 's/^ *Candidate: *\([0-9.]*\).*/\1/p')
        if [ -n "$version" ] && at_least "$least_rust" "$version"; then
            say "rustc$suffix cargo$suffix"
            return
        fi
    done
    give_up "Sys::Virt needs Rust $least_rust, and the lists of apt-get have no package of it, as they are now:" \
        "see https://rustup.rs"
}

# Those whose names apt-get's lists have.
add_named_packages() {
    installed 'libclang1*' || packages="$packages $(libclang_package)"
    rust_on_path || packages="$packages $(rust_packages)"
}

# Debian's rustc-web would take the place of the user's own.
check_conflicts() {
    for package in $packages; do
        case $package in *-web) ;; *) continue ;; esac
        for old in rustc cargo rustup; do
            ! installed "$old" || give_up \
                "Sys::Virt needs Rust $least_rust. The package $package has it, and would remove $old, which is" \
                "installed. Remove $old yourself if you can do without it, or see https://rustup.rs for a" \
                "newer Rust beside it."
        done
    done
}

apt_install() {
    # shellcheck disable=SC2086
    as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -o DPkg::Lock::Timeout=300 --no-remove --no-install-recommends "$@" $packages
}

install_missing() {
    packages=
    for package in ca-certificates gcc libc6-dev make perl libperl-dev pkg-config libvirt-dev "$@"; do
        installed "$package" || packages="$packages $package"
    done
    [ -n "$packages" ] || ! installed 'libclang1*' || ! rust_on_path || return 0
    command -v apt-get >/dev/null || {
        say "Not a Debian system: 'perl Makefile.PL' tells what is missing here"
        return 0
    }
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        add_named_packages
        give_up "To build Sys::Virt takes packages that are missing here. Root, or sudo, can install them:" "" \
            "    apt-get install --no-remove --no-install-recommends$packages"
    fi
    [ "$(id -u)" = 0 ] || sudo -v
    step "Reading the lists of packages" as_root apt-get update -q -o DPkg::Lock::Timeout=300
    add_named_packages
    check_conflicts
    say "Missing:$packages"
    apt_install --assume-no 2>&1 | sed -n 's/^Need to get \(.*\) of archives\./To fetch: \1 of packages/p
        s/^After this operation, \(.*\) of additional disk space will be used\./On disk:  \1/p'
    step "Installing them" apt_install -y
}

build() {
    say "The first build fetches 5 MB of crates and keeps a processor busy for a minute and a half."
    step "Fetching what is missing of them" perl Makefile.PL
    step "Building" make
}
