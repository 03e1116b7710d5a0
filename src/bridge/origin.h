#ifndef SYS_VIRT_ORIGIN_H
#define SYS_VIRT_ORIGIN_H

#include "bridge.h"

/* Until the LEAVE, whatever asks who has called hears of the caller of the sub, `level` subs further
 * down, that is written in Perl. */
void bridge_as_caller(pTHX_ I32 level);

#endif
