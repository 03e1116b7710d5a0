#ifndef SYS_VIRT_CALL_H
#define SYS_VIRT_CALL_H

#include "bridge.h"

/* The row behind a method's CV, or NULL for any other. */
const bridge_method *bridge_method_of(CV *cv);
/* A call of `method` whose arguments are on the stack from `ax` on. */
void bridge_begin(pTHX_ bridge_call *call, const bridge_method *method, SSize_t ax);
/* Reads its arguments, of which there are `items`, borrowed or settled; `room` is for what bridge_read
 * puts there. Dies when there are too few or too many. */
void bridge_take_arguments(pTHX_ bridge_call *call, I32 items, bool settle, bridge_value *room);
/* What it has returned in scalar context. */
SV *bridge_single(pTHX_ const bridge_call *call);
/* The one place where an exception is thrown; it is mortal. */
void bridge_throw(pTHX_ SV *error) __attribute__noreturn__;

#endif
