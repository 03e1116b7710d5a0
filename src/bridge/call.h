#ifndef SYS_VIRT_CALL_H
#define SYS_VIRT_CALL_H

#include "callback.h"
#include "object.h"

/* The row behind a method's CV, or NULL for any other; and behind a reference to that. */
const bridge_method *bridge_method_of(CV *cv);
const bridge_method *bridge_method_behind(SV *reference);
/* A call of `method` whose arguments are on the stack from `ax` on. */
void bridge_begin(pTHX_ bridge_call *call, const bridge_method *method, SSize_t ax);
/* Reads its arguments, of which there are `items`, borrowed or settled; `room` is for what bridge_read
 * puts there. Dies when there are too few or too many. */
void bridge_take_arguments(pTHX_ bridge_call *call, I32 items, bool settle, bridge_value *room);
/* What it has returned in scalar context. */
SV *bridge_single(pTHX_ const bridge_call *call);
/* The one place where an exception is thrown; it is mortal. */
void bridge_throw(pTHX_ SV *error) __attribute__noreturn__;

/* Runs `what`, code of Rust that is, or ends, what a call has begun. */
#define BRIDGE_RUN(call_, what)                            \
    STMT_START {                                           \
        const bridge_call *below_ = bridge_here.call;      \
        bridge_here.call = call_;                          \
        bridge_here.in_libvirt = true;                     \
        what;                                              \
        bridge_here.in_libvirt = false;                    \
        bridge_here.call = below_;                         \
    } STMT_END

/* What is left to do after that, where nothing of libvirt or Rust is below. */
PERL_STATIC_INLINE void bridge_finish_up(pTHX)
{
    if (UNLIKELY(bridge_here.unfinished)) {
        if (!bridge_here.call && bridge_here.unfinished & UNFINISHED_OBJECTS)
            bridge_free_objects(aTHX);
        bridge_resume_exit(aTHX);
    }
}

#endif
