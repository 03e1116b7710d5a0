#!/bin/sh
# Adds the sources of all crates to a copy of the project, which then builds without a network.
#
#   sh tools/vendor.sh COPY
set -eu
copy=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

if [ -d vendor ]; then
    cp -R vendor .cargo "$copy"
    exit
fi
"${CARGO:-cargo}" vendor --quiet --locked --versioned-dirs "$copy/vendor" >/dev/null
mkdir -p "$copy/.cargo"
cat > "$copy/.cargo/config.toml" <<'TOML'
[source.crates-io]
replace-with = "vendor"

[source.vendor]
directory = "vendor"
TOML

# cargo wants to see the crates for other systems, but not to build them.
cd "$copy/vendor"
for crate in windows-* wasm-bindgen* js-sys-* android_* core-foundation-* iana-time-zone-haiku-*; do
    [ -d "$crate" ] || continue
    find "$crate" -mindepth 1 ! -name Cargo.toml ! -name .cargo-checksum.json -delete
    mkdir "$crate/src"
    : > "$crate/src/lib.rs"
    sed -i 's/"files":{[^}]*}/"files":{}/' "$crate/.cargo-checksum.json"
done
