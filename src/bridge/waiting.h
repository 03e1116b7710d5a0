#ifndef SYS_VIRT_WAITING_H
#define SYS_VIRT_WAITING_H

#include "bridge.h"

/* Runs the method of the call on another thread, within `timeout` seconds or, where that is negative,
 * those of its connection, and waits for the outcome, which is in the call then. False where it is
 * to run here. Dies as handlers of signals do. */
bool bridge_run_elsewhere(pTHX_ bridge_call *call, NV timeout);
/* Waits until one of those descriptors, two at most, is readable, or a handler of a signal has run; for a
 * moment only if one is -1, as where the process has as many as it may. The caller looks, and waits again. */
void bridge_wait(pTHX_ const int *fds, int count);

#endif
