#!/bin/sh
# Installs what is missing, builds Sys::Virt, and runs a script with it against the hypervisor
# that libvirt simulates: nothing on this machine is started, stopped or changed.
#
#   sh tools/demo.sh
set -eu
cd "$(dirname "$0")/.."
. tools/build.sh
no_arguments "$@"

install_missing
build
say "" "examples/first-steps.pl on test:///default:" ""
perl -Mblib examples/first-steps.pl
