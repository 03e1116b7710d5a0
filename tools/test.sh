#!/bin/sh
# Installs what is missing, builds Sys::Virt, and runs its tests. Without more they use only
# the hypervisor that libvirt simulates; CONTRIBUTING.md tells how to add a real one.
#
#   sh tools/test.sh
set -eu
cd "$(dirname "$0")/.."
. tools/build.sh
no_arguments "$@"

install_missing
build
make test
