#ifndef SYS_VIRT_READ_H
#define SYS_VIRT_READ_H

#include "bridge.h"

/* Reads the call's arguments into `values`, one for each parameter; dies when one cannot be
 * used. Everything it allocates is mortal. */
void bridge_read_arguments(pTHX_ const bridge_method *method, I32 ax, I32 items, bridge_value *values);

#endif
