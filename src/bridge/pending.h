#ifndef SYS_VIRT_PENDING_H
#define SYS_VIRT_PENDING_H

#include "bridge.h"

/* A mortal reference to a future without a job. */
SV *bridge_new_future(pTHX);
/* Calls a method of its base class, whose arguments are on the stack. */
void bridge_call_base(pTHX_ const char *name, I32 how);
/* Keeps it until its job is done, or nobody's any more. */
void bridge_keep_pending(pTHX_ SV *future, bridge_job *job);
/* A mortal reference to a future that has no job any more. */
SV *bridge_forget_pending(pTHX_ SV *future);
/* Whether this is a reference to one that has a job; whether any has. */
bool bridge_is_pending(SV *reference);
bool bridge_is_any_pending(pTHX);
/* The job of one that has one; whether that is another process's or thread's, of which this one is a copy:
 * a thread's copy has NULL for it, and that of a process ends with an error. */
bridge_job *bridge_job_of(const SV *future);
bool bridge_is_copy(const SV *future);
/* Ends those copies. */
void bridge_lose_copies(pTHX);
void bridge_install_pending(pTHX);

#endif
