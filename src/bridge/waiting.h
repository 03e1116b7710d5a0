#ifndef SYS_VIRT_WAITING_H
#define SYS_VIRT_WAITING_H

#include "bridge.h"

/* Runs the method of the call on another thread, within `timeout` seconds or, where that is negative,
 * those of its connection, and waits for the outcome, which is in the call then. False where it is
 * to run here. Dies as handlers of signals do. */
bool bridge_run_elsewhere(pTHX_ bridge_call *call, NV timeout);
/* Waits until a descriptor is readable (-1 is none), or for so many seconds if that is not negative;
 * false when they are over. Handlers of signals run meanwhile. */
bool bridge_wait(pTHX_ int fd, int other, NV seconds);

#endif
