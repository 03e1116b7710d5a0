#ifndef SYS_VIRT_SETTLE_H
#define SYS_VIRT_SETTLE_H

#include "bridge.h"

/* Makes mortal scalars of the arguments that are plain, and nobody else's: without magic, with
 * overloading resolved, warned of where they are no number. Whatever Perl code does to the
 * caller's variables, then and later, what was settled stays. Dies as that Perl code does. */
void bridge_settle(pTHX_ const bridge_method *method, SV **arguments, I32 items, SV **settled);
/* The number of the descriptor that a handle has, or that the scalar is, once nothing is in the
 * handle's buffer; a TAG_ below 0 that says why it has none; the scalar itself where it is neither. */
SV *bridge_settle_handle(pTHX_ SV *sv);

#endif
