#ifndef SYS_VIRT_FUTURE_H
#define SYS_VIRT_FUTURE_H

#include "bridge.h"

/* Begins a call, whose arguments are on the stack from `ax` on, within so many seconds if `timeout` is
 * neither NULL nor undef: a mortal reference to its future. */
SV *bridge_begin_future(pTHX_ const bridge_method *method, SV *timeout, I32 ax, I32 items);
/* Make the functions that lib/Sys/Virt/Future.pm has in C. A script that calls nothing by async does not
 * wait for that. */
void bridge_install_futures(pTHX);
void bridge_install_views(pTHX);

#endif
