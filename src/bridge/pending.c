/* Futures that have a job.
 *
 * A future is what CPAN's Future makes of its class, and only its methods are called: how it is made is
 * its own affair. Its job is in magic behind it. */
#include "pending.h"
#include "callback.h"

/* The magic's mg_ptr is the job, NULL in a copy that a thread has; mg_private counts the forks before its
 * process; mg_len is the future's place among those that are kept, from -16 down as that of an object. */
#define FIRST_PLACE (-16)

#ifdef USE_ITHREADS
static int job_dup(pTHX_ MAGIC *mg, CLONE_PARAMS *params)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(params);
    mg->mg_ptr = NULL;
    return 0;
}
#define JOB_DUP job_dup
#else
#define JOB_DUP NULL
#endif

static const MGVTBL job_vtbl = { NULL, NULL, NULL, NULL, NULL, NULL, JOB_DUP, NULL };

static MAGIC *magic_of(const SV *future)
{
    return mg_findext(future, PERL_MAGIC_ext, &job_vtbl);
}

bool bridge_is_pending(SV *reference)
{
    return SvROK(reference) && SvTYPE(SvRV(reference)) >= SVt_PVMG && magic_of(SvRV(reference));
}

/* Of an interpreter. */
#define MY_CXT_KEY "Sys::Virt::Future"
typedef struct {
    AV *kept;   /* futures that have a job, until they are ready; perl copies them for a new thread */
    HV *base;   /* the package Future */
    SV *class;  /* the name of Sys::Virt::Future */
} my_cxt_t;
START_MY_CXT

static void look_up(pTHX_ my_cxt_t *own)
{
    SV **const kept = hv_fetchs(PL_modglobal, MY_CXT_KEY, TRUE);

    if (SvTYPE(*kept) != SVt_PVAV) {
        SvREFCNT_dec_NN(*kept);
        *kept = (SV *)newAV();
    }
    own->kept = (AV *)*kept;
    own->base = gv_stashpvs("Future", GV_ADD);
    own->class = newSVhek(HvNAME_HEK(gv_stashpvs("Sys::Virt::Future", GV_ADD)));
    SvREADONLY_on(own->class);
}

bridge_job *bridge_job_of(const SV *future)
{
    return (bridge_job *)magic_of(future)->mg_ptr;
}

bool bridge_is_copy(const SV *future)
{
    const MAGIC *const mg = magic_of(future);

    return !mg->mg_ptr || mg->mg_private != (U16)bridge_forks;
}

void bridge_keep_pending(pTHX_ SV *future, bridge_job *job)
{
    dMY_CXT;
    AV *const futures = MY_CXT.kept;
    const U32 magical = SvMAGICAL(future);
    MAGIC *const mg = sv_magicext(future, NULL, PERL_MAGIC_ext, &job_vtbl, NULL, 0);

    /* Perl need not heed it whenever somebody looks into the future. */
    SvMAGICAL_off(future);
    SvFLAGS(future) |= magical;
    av_push(futures, SvREFCNT_inc_simple_NN(future));
    mg->mg_ptr = (char *)job;
    mg->mg_len = FIRST_PLACE - AvFILLp(futures);
    mg->mg_private = (U16)bridge_forks;
#ifdef USE_ITHREADS
    mg->mg_flags |= MGf_DUP;
#endif
}

SV *bridge_forget_pending(pTHX_ SV *future)
{
    dMY_CXT;
    AV *const futures = MY_CXT.kept;
    const MAGIC *const mg = magic_of(future);
    SV *const last = av_pop(futures);

    if (last != future) {
        AvARRAY(futures)[FIRST_PLACE - mg->mg_len] = last;
        magic_of(last)->mg_len = mg->mg_len;
    }
    sv_unmagicext(future, PERL_MAGIC_ext, (MGVTBL *)&job_vtbl);
    return sv_2mortal(newRV_noinc(future));
}

void bridge_call_base(pTHX_ const char *name, I32 how)
{
    dMY_CXT;
    GV *const method = gv_fetchmeth_pvn(MY_CXT.base, name, strlen(name), 0, 0);

    if (!method)
        croak("Future has no method '%s'", name);
    call_sv((SV *)GvCV(method), how);
}

void bridge_lose_copies(pTHX)
{
    dMY_CXT;
    AV *const futures = MY_CXT.kept;
    dSP;

    /* All are copies, or none. */
    if (AvFILLp(futures) < 0 || !bridge_is_copy(AvARRAY(futures)[0]))
        return;
    PUSHMARK(SP);
    while (AvFILLp(futures) >= 0)
        XPUSHs(bridge_forget_pending(aTHX_ AvARRAY(futures)[0]));
    PUTBACK;
    call_pv("Sys::Virt::Future::_lose", G_VOID | G_DISCARD);
}

bool bridge_is_any_pending(pTHX)
{
    dMY_CXT;

    return AvFILLp(MY_CXT.kept) >= 0;
}

SV *bridge_new_future(pTHX)
{
    dMY_CXT;
    dSP;
    SV *future;

    PUSHMARK(SP);
    XPUSHs(MY_CXT.class);
    PUTBACK;
    bridge_call_base(aTHX_ "new", G_SCALAR);
    SPAGAIN;
    future = POPs;
    PUTBACK;
    return future;
}

/* In the interpreter of a new thread. */
static XS(look_up_anew)
{
    dXSARGS;
    MY_CXT_CLONE;

    PERL_UNUSED_VAR(items);
    look_up(aTHX_ &MY_CXT);
    XSRETURN_EMPTY;
}

void bridge_install_pending(pTHX)
{
    MY_CXT_INIT;

    look_up(aTHX_ &MY_CXT);
    newXS("Sys::Virt::Future::CLONE", look_up_anew, __FILE__);
}
