#!/bin/bash
# Runs all test beds with the hypervisors and the libvirt of newer releases of Debian, each in a
# directory of its own, as root on a Debian machine that has the packages of .ci/run, and where
# tools/testbed.sh start has built a guest:
#
#   xt/newest.sh DIR [STEP...] [TEST...] RELEASE...             RELEASE is trixie or sid
#
#   test       all tests that are committed, or the named ones, with the perl and the build of this
#              machine, after make: one build serves a newer libvirt, too
#   coverage   xt/coverage notes in xt/coverage.tsv what has succeeded there, of these tests
#   compare    side by side with the C module of sid, built there for its own perl
#
# The first two, unless some are named. DIR/RELEASE is kept and used again, as by xt/releases.sh: up
# to 5 GB each.
set -eu

# shellcheck source=xt/lib/arguments.sh
. "$(dirname "$0")/lib/arguments.sh"

# shellcheck source=xt/lib/root.sh
. "$top/xt/lib/root.sh"

own_perl() { :; }

# with_hosts PERL COMMAND...: alone, while the daemons of tools/testbed.sh run.
with_hosts() {
    local perl=$1
    shift
    # shellcheck disable=SC2016
    alone "$perl" bash -ec 'tools/testbed.sh start; status=0; "$@" || status=$?; tools/testbed.sh stop; exit $status' bash "$@"
}

install_hosts() {
    inside "$root" tools/testbed.sh packages
    inside "$root" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends libfuture-perl gcc libc6-dev libvirt-daemon-driver-interface \
        libvirt-daemon-driver-storage-disk libvirt-daemon-driver-storage-logical chromium chromium-driver
}

# What is committed, and the guest. A copy is newer than the script that made it, so it is not made again.
put_sources() {
    local guest=var/tmp/sys-virt-testbed/guest
    put_project "$root"
    rm -rf "${root:?}/$guest"
    mkdir -p "$root/${guest%/guest}"
    cp -r "/$guest" "$root/$guest"
}

# The same, with the build of this machine.
put_build() {
    put_sources
    cp -r "$top/blib" "$root/root/sys-virt/blib"
}

run_test() {
    put_build
    with_hosts machine_perl prove -b "${tests[@]:-t}"
}

run_coverage() {
    put_build
    cp "$top/xt/coverage.tsv" "$root/root/sys-virt/xt/coverage.tsv"
    local status=0
    alone machine_perl xt/coverage --update "${tests[@]}" || status=$?
    cp "$root/root/sys-virt/xt/coverage.tsv" "$top/xt/coverage.tsv"
    return "$status"
}

run_compare() {
    put_sources
    inside "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends libsys-virt-perl
    build_in "$root" perl
    with_hosts own_perl env SYS_VIRT_TEST_COMPARE=1 prove -b t/80-compare-test-driver.t t/81-compare-qemu.t
}

words=() steps=() tests=()
while
    case ${1-} in
        test | coverage | compare) steps+=("$1") ;;
        *.t) tests+=("$1") ;;
        *) false ;;
    esac
do
    words+=("$1")
    shift
done
[ ${#steps[@]} -gt 0 ] || steps=(test coverage)

test_release() {
    local root=$dir/$1 failed='' step began
    bootstrap "$1" "$root" ''
    mount_all "$root"
    put_project "$root"
    install_hosts
    for step in "${steps[@]}"; do
        began=$SECONDS
        # In a condition nothing but its last command would end it.
        set +e
        (set -e; "run_$step"; echo "== $1: $step passed in $((SECONDS - began)) s")
        # shellcheck disable=SC2181
        [ $? = 0 ] || failed="$failed $step"
        set -e
    done
    [ -z "$failed" ] || { echo "== $1:$failed failed" >&2; return 1; }
    echo "== $1: passed in $SECONDS s"
}

if [ -z "${SYS_VIRT_RELEASE-}" ]; then
    each_release "$0" "$dir" "$@"
else
    test_release "$SYS_VIRT_RELEASE"
fi
