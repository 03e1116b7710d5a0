#!/bin/sh
# Builds the Debian package libsys-virt-perl, an upgrade of the distribution's, into target/deb.
# Crates are fetched before, unless they came along; the build itself has no network.
#
#   sh tools/deb.sh
#
# DEBFULLNAME and DEBEMAIL, if both are set, become its maintainer.
set -eu
cd "$(dirname "$0")/.."
. tools/build.sh
no_arguments "$@"

version=$(sed -n "s/^our \$VERSION = '\(.*\)';/\1/p" lib/Sys/Virt.pm)
maintainer=$(sed -n 's/^Maintainer: //p' packaging/debian/control)
if [ -n "${DEBFULLNAME:-}" ] && [ -n "${DEBEMAIL:-}" ]; then maintainer="$DEBFULLNAME <$DEBEMAIL>"; fi
tree=target/deb/sys-virt

# What MANIFEST lists, the crates, and packaging/debian where dpkg looks for it.
gather() {
    rm -rf target/deb
    mkdir -p "$tree"
    perl -MExtUtils::Manifest=maniread,manicopy -e 'manicopy(maniread(), shift, "cp")' "$tree"
    sh tools/vendor.sh "$tree"
    cp -R packaging/debian "$tree/debian"
    sed -i "s/^Maintainer: .*/Maintainer: $maintainer/" "$tree/debian/control"
    # +rust: newer than the distribution's package of the same release, older than the next.
    cat > "$tree/debian/changelog" <<CHANGELOG
libsys-virt-perl ($version+rust-1local1) unstable; urgency=medium

  * Package of release $version in Rust.

 -- $maintainer  $(date -R -d "$(sed -n "s/^$version  *//p" Changes)")
CHANGELOG
}

# Where it may, in a network namespace without any network: as root, or as root of its own.
without_network() {
    for how in -n -rn; do
        if unshare "$how" true 2>/dev/null; then
            unshare "$how" "$@"
            return
        fi
    done
    "$@"
}

# Rust may come from elsewhere than a package; what else is missing, Makefile.PL says.
build_package() {
    (cd "$tree" && without_network dpkg-buildpackage --build=binary --no-sign --no-check-builddeps)
}

install_missing debhelper dpkg-dev
step "Gathering the sources and fetching the crates" gather
step "Building and testing the package, for some minutes" build_package
say "" target/deb/*.deb
