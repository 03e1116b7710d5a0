#ifndef SYS_VIRT_FUTURE_H
#define SYS_VIRT_FUTURE_H

#include "bridge.h"

/* Sys::Virt::Future::_install(): the functions in C of lib/Sys/Virt/Future.pm, for which scripts that need
 * none do not wait. */
XS(bridge_install_futures);

#endif
