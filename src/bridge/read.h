#ifndef SYS_VIRT_READ_H
#define SYS_VIRT_READ_H

#include "bridge.h"
#include "object.h"

/* For a call that does not give every argument: what stands for the others. Dies with the usage
 * when there are too few, or too many. */
void bridge_leave_out(pTHX_ const bridge_method *method, I32 items, bridge_value *values);
/* Reads the arguments that a call was given into its values; dies when one cannot be used.
 * Everything it allocates is mortal. */
void bridge_read_arguments(pTHX_ bridge_call *call);
/* Reads those from `argument` to `last` in the simplest shape that each can have: an object of
 * ours, an integer, a string. False leaves the call to bridge_read_arguments, for anything else
 * and for every complaint. */
bool bridge_read_quickly(const bridge_method *method, SV **argument, SV **last, bridge_value *out);
/* Set by sv_bridge_always_hold. */
extern bool bridge_always_hold;

PERL_STATIC_INLINE void set_string(bridge_value *out, const char *pv, STRLEN len)
{
    out->tag = TAG_STRING;
    out->len = len;
    out->u.pv = pv;
}

PERL_STATIC_INLINE void set_object(bridge_value *out, const MAGIC *object)
{
    out->tag = TAG_OBJECT;
    out->class = bridge_object_class(object);
    out->u.ptr = bridge_object_ptr(object);
}

/* bridge_read_quickly for an object, which is all that most calls have. */
PERL_STATIC_INLINE bool read_object_quickly(const bridge_param *param, SV *sv, bridge_value *out)
{
    const MAGIC *object;

    if ((SvFLAGS(sv) & (SVf_ROK | SVs_GMG)) != SVf_ROK || SvTYPE(SvRV(sv)) != SVt_PVMG)
        return false;
    object = SvMAGIC(SvRV(sv));
    if (!object || !bridge_is_object(object) || bridge_object_class(object) != param->class || !bridge_object_ptr(object))
        return false;
    set_object(out, object);
    return true;
}

#endif
