#ifndef SYS_VIRT_READ_H
#define SYS_VIRT_READ_H

#include "object.h"

/* The elements of all arrays and hashes of a call: no libvirt function takes more. A tied array may
 * claim any length, and an array that contains itself has no end. */
#define MOST_ELEMENTS (1 << 20)
/* How deep arrays and hashes are followed. */
#define DEEPEST 2

/* For how many values of arrays and hashes bridge_read has room without asking perl for it. */
#define BRIDGE_ROOM 32

/* Whether Perl code runs when the scalar is looked at. */
#define RUNS_PERL_CODE(sv) (SvGMAGICAL(sv) || (SvROK(sv) && SvAMAGIC(sv)))

/* Reads `items` arguments, borrowing strings from them, into `values`. False, with anything in
 * those, where Perl code would have to run or a warning to be given: then bridge_settle is first,
 * and the arguments that it makes are read with `settled` set. What is in arrays and hashes goes to
 * `room`, or to memory that is mortal. */
bool bridge_read(pTHX_ const bridge_method *method, SV **arguments, I32 items, bool settled, bridge_value *values,
                 bridge_value *room);
/* A mortal copy of a plain scalar, overwritten before it is freed if it is a secret. */
SV *bridge_copy(pTHX_ const bridge_param *param, SV *sv);
/* The number in a string; false if there is none, or text behind it. */
bool bridge_read_number(pTHX_ const char *pv, STRLEN len, bridge_value *out);

PERL_STATIC_INLINE void bridge_set_object(bridge_value *out, const MAGIC *object)
{
    out->tag = TAG_OBJECT;
    out->class = bridge_object_class(object);
    out->u.ptr = bridge_object_ptr(object);
}

/* bridge_read for an object in its simplest shape, which is all that most calls have. */
PERL_STATIC_INLINE bool bridge_read_object(SV *sv, bridge_value *out)
{
    const MAGIC *object;

    if ((SvFLAGS(sv) & (SVf_ROK | SVs_GMG)) != SVf_ROK || SvTYPE(SvRV(sv)) != SVt_PVMG)
        return false;
    object = SvMAGIC(SvRV(sv));
    if (!object || !bridge_is_object(object))
        return false;
    bridge_set_object(out, object);
    return true;
}

#endif
