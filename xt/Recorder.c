/* What Recorder.pm puts around a method: a sub that cannot be seen. One written in Perl would be in the
 * way of all that asks who has called: errors, warnings and whether these are wanted, `caller`, `$^S`.
 * An XSUB has no frame and no statement, so the method finds everything as its caller has left it. */
#define PERL_NO_GET_CONTEXT
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

/* What a sub of that name says, which Recorder.pm has for the method. The values stay where they are, and
 * what has Perl code behind it is not read: that is for whom they are meant. */
static SV *tell(pTHX_ HV *method, const char *name, SV *about, SV **values, SSize_t count, U8 context)
{
    SV *answer = NULL;
    SSize_t i;
    dSP;

    ENTER;
    SAVETMPS;
    PUSHSTACKi(PERLSI_UNKNOWN);
    PUSHMARK(SP);
    EXTEND(SP, count + 1);
    PUSHs(about);
    for (i = 0; i < count; i++)
        PUSHs(SvGMAGICAL(values[i]) ? &PL_sv_undef : values[i]);
    PUTBACK;
    if (call_sv(*hv_fetch(method, name, strlen(name), 0), context) > 0)
        answer = SvREFCNT_inc(*PL_stack_sp);
    POPSTACK;
    FREETMPS;
    LEAVE;
    return answer;
}

XS_INTERNAL(around)
{
    dXSARGS;
    SV *const reference = *av_fetch(get_av("Recorder::wrapped", 0), XSANY.any_i32, 0);
    HV *const method = (HV *)SvRV(reference);
    CV *const inner = (CV *)SvRV(*hv_fetchs(method, "inner", 0));
    const U8 wanted = GIMME_V;
    SV *call, **listener;

    ENTER;
    call = tell(aTHX_ method, "begin", reference, &ST(0), items, G_SCALAR);
    SAVEFREESV(call);
    listener = hv_fetchs((HV *)SvRV(call), "listener", 0);
    if (listener)
        ST(3) = *listener;

    PUSHMARK(&ST(0) - 1);
    if (CvISXSUB(inner))
        CvXSUB(inner)(aTHX_ inner);
    else
        call_sv((SV *)inner, wanted);

    SvREFCNT_dec(tell(aTHX_ method, "succeeded", call, &ST(0), PL_stack_sp - (&ST(0) - 1), wanted));
    LEAVE;
}

/* Recorder::surround(NAME, INDEX): the sub of that name becomes that around wrapped[INDEX]. */
XS_INTERNAL(surround)
{
    dXSARGS;

    if (items != 2)
        croak_xs_usage(cv, "name, index");
    CvXSUBANY(newXS(SvPV_nolen(ST(0)), around, __FILE__)).any_i32 = (I32)SvIV(ST(1));
    XSRETURN_EMPTY;
}

XS_EXTERNAL(boot_Recorder);
XS_EXTERNAL(boot_Recorder)
{
    dXSBOOTARGSAPIVERCHK;

    PERL_UNUSED_VAR(items);
    newXS("Recorder::surround", surround, __FILE__);
    XSRETURN_YES;
}
