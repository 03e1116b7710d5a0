/* Futures: what is done for every call that does not block. The rest is in lib/Sys/Virt/Future.pm.
 *
 * A future is what CPAN's Future makes of its class, and only its methods are called: how it is made is
 * its own affair. Its job is in magic behind it. Perl code runs in nearly all of these functions, and may
 * do anything: first what is known of a future is put in order, then its methods are called. */
#include "future.h"
#include "call.h"
#include "read.h"
#include "waiting.h"

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

/* Of calls that deliver what others have come to. */
static const bridge_method delivery = { .name = "Sys::Virt::Future::deliver" };

static MAGIC *magic_of(const SV *future)
{
    return mg_findext(future, PERL_MAGIC_ext, &job_vtbl);
}

static bool has_job(SV *reference)
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

static bool is_copy(const MAGIC *mg)
{
    return !mg->mg_ptr || mg->mg_private != (U16)bridge_forks;
}

static void keep(pTHX_ SV *future, bridge_job *job)
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

/* A mortal reference to a future that has no job any more. */
static SV *let_go(pTHX_ SV *future)
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

/* Calls a method of the base class, whose arguments are on the stack. */
static void call_base(pTHX_ const char *name, I32 how)
{
    dMY_CXT;
    GV *const method = gv_fetchmeth_pvn(MY_CXT.base, name, strlen(name), 0, 0);

    if (!method)
        croak("Future has no method '%s'", name);
    call_sv((SV *)GvCV(method), how);
}

/* In a process or thread that has copies of another one's futures, ends those. */
static void lose_copies(pTHX)
{
    dMY_CXT;
    AV *const futures = MY_CXT.kept;
    const MAGIC *const mg = AvFILLp(futures) < 0 ? NULL : magic_of(AvARRAY(futures)[0]);
    dSP;

    if (!mg || !is_copy(mg))
        return;
    PUSHMARK(SP);
    while (AvFILLp(futures) >= 0)
        XPUSHs(let_go(aTHX_ AvARRAY(futures)[0]));
    PUTBACK;
    call_pv("Sys::Virt::Future::_lose", G_VOID | G_DISCARD);
}

/* A mortal reference to a future of nothing so far. */
static SV *new_future(pTHX)
{
    dMY_CXT;
    dSP;
    SV *future;

    PUSHMARK(SP);
    XPUSHs(MY_CXT.class);
    PUTBACK;
    call_base(aTHX_ "new", G_SCALAR);
    SPAGAIN;
    future = POPs;
    PUTBACK;
    return future;
}

SV *bridge_begin_future(pTHX_ const bridge_method *method, SV *timeout, I32 ax, I32 items)
{
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;
    const NV seconds = timeout && SvOK(timeout) ? SvNV(timeout) : -1;
    bridge_job *job;
    SV *future;

    lose_copies(aTHX);
    bridge_begin(aTHX_ &call, method, ax);
    bridge_take_arguments(aTHX_ &call, items, true, room);
    future = new_future(aTHX);
    job = sys_virt_begin(&call, seconds, false, SvRV(future));
    if (!job) {
        dSP;
        PUSHMARK(SP);
        XPUSHs(future);
        PUTBACK;
        call_base(aTHX_ "cancel", G_VOID | G_DISCARD); /* where it is watched, it is not a lost one */
        bridge_throw(aTHX_ call.error);
    }
    keep(aTHX_ SvRV(future), job);
    return future;
}

/* The next future whose job is done, NULL if there is none. Runs callbacks that come before it. */
static SV *next_done(pTHX)
{
    bridge_call call;
    SV *future;

    bridge_begin(aTHX_ &call, &delivery, 0);
    BRIDGE_RUN(&call, future = sys_virt_next(&call));
    bridge_finish_up(aTHX);
    if (call.error)
        bridge_throw(aTHX_ call.error);
    return future;
}

/* Makes a future ready whose job is done. Its results stay on the stack: how many, or -1 if it has
 * failed. */
static SSize_t complete(pTHX_ SV *done)
{
    bridge_job *const job = (bridge_job *)magic_of(done)->mg_ptr;
    SV *const future = let_go(aTHX_ done);
    const SSize_t ax = PL_stack_sp - PL_stack_base + 1;
    OP *const waiting = PL_op;
    OP list = { .op_flags = OPf_WANT_LIST };
    bridge_call call;
    SSize_t count, i;
    dSP;

    bridge_begin(aTHX_ &call, &delivery, ax);
    PL_op = &list; /* whatever the context is in which somebody waits */
    BRIDGE_RUN(&call, sys_virt_finish(&call, job); sys_virt_give_up(BRIDGE_PERL, job));
    count = call.returned < 0 ? 1 : call.returned;
    SP = PL_stack_base + ax - 1;
    EXTEND(SP, 2 * count + 3);
    if (call.returned < 0)
        SP[1] = bridge_single(aTHX_ &call);
    PL_op = waiting;
    SP += count;
    PUTBACK;
    bridge_finish_up(aTHX);
    SPAGAIN;
    PUSHMARK(SP);
    PUSHs(future);
    for (i = 0; i < count; i++)
        PUSHs(PL_stack_base[ax + i]);
    if (call.error) {
        PUSHs(call.error);
        PUSHs(newSVpvs_flags("libvirt", SVs_TEMP));
    }
    PUTBACK;
    call_base(aTHX_ call.error ? "fail" : "done", G_VOID | G_DISCARD);
    if (call.warning)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%" SVf, SVfARG(call.warning));
    return call.error ? -1 : count;
}

static void complete_other(pTHX_ SV *done)
{
    const SSize_t top = PL_stack_sp - PL_stack_base;

    ENTER;
    SAVETMPS;
    (void)complete(aTHX_ done);
    PL_stack_sp = PL_stack_base + top;
    FREETMPS;
    LEAVE;
}

static IV deliver_all(pTHX)
{
    IV count = 0;
    SV *done;

    while ((done = next_done(aTHX))) {
        complete_other(aTHX_ done);
        count++;
    }
    return count;
}

static void wait_for_more(pTHX)
{
    (void)bridge_wait(aTHX_ sys_virt_home_signal(BRIDGE_PERL), -1, -1);
}

/* Waits until a future has no job any more. If it has become ready here, its results are on the stack:
 * how many, or -1. */
static SSize_t await_job(pTHX_ SV *reference)
{
    SV *const future = SvRV(reference);

    for (;;) {
        SV *done;

        lose_copies(aTHX); /* a callback may fork */
        if (!magic_of(future))
            return -1;
        done = next_done(aTHX);
        if (!done)
            wait_for_more(aTHX);
        else if (done == future)
            return complete(aTHX_ done);
        else
            complete_other(aTHX_ done);
    }
}

/* In the place of the only argument, which a callback may change while somebody waits. */
static SV *own_reference(pTHX_ CV *cv, I32 ax, I32 items)
{
    if (items != 1)
        croak_xs_usage(cv, "future");
    if (SvROK(ST(0)))
        ST(0) = sv_2mortal(newRV_inc(SvRV(ST(0))));
    return ST(0);
}

/* $future->get */
static XS(get)
{
    dXSARGS;
    SV *const future = own_reference(aTHX_ cv, ax, items);
    const SSize_t count = has_job(future) ? await_job(aTHX_ future) : -1;

    if (count < 0) {
        PUSHMARK(PL_stack_base + ax - 1);
        call_pv("Sys::Virt::Future::_get", GIMME_V);
    } else if (GIMME_V == G_ARRAY) {
        Move(PL_stack_base + ax + 1, PL_stack_base + ax, count, SV *);
        PL_stack_sp = PL_stack_base + ax + count - 1;
    } else {
        ST(0) = count ? ST(1) : &PL_sv_undef;
        PL_stack_sp = PL_stack_base + ax;
    }
}

/* $future->await */
static XS(await)
{
    dXSARGS;
    SV *const future = own_reference(aTHX_ cv, ax, items);

    if (has_job(future)) {
        (void)await_job(aTHX_ future);
        ST(0) = future;
        XSRETURN(1);
    }
    PUSHMARK(PL_stack_base + ax - 1);
    call_pv("Sys::Virt::Future::_await", G_SCALAR);
}

/* _await_any(): waits until another thread has something, which it delivers; false if there is nothing to
 * come. */
static XS(await_any)
{
    dXSARGS;
    dMY_CXT;

    PERL_UNUSED_VAR(items);
    lose_copies(aTHX);
    if (AvFILLp(MY_CXT.kept) < 0)
        XSRETURN_NO;
    wait_for_more(aTHX);
    (void)deliver_all(aTHX);
    XSRETURN_YES;
}

/* Sys::Virt::Future->deliver */
static XS(deliver)
{
    dXSARGS;
    IV count;

    PERL_UNUSED_VAR(items);
    lose_copies(aTHX);
    count = deliver_all(aTHX);
    XSRETURN_IV(count);
}

/* Sys::Virt::Future->fileno */
static XS(signal_of_home)
{
    dXSARGS;

    PERL_UNUSED_VAR(items);
    XSRETURN_IV(sys_virt_home_signal(BRIDGE_PERL));
}

/* $future->cancel, and done or fail where the script makes it ready itself: nobody waits for its job any
 * more. */
static XS(end)
{
    dXSARGS;

    if (items && has_job(ST(0))) {
        const MAGIC *const mg = magic_of(SvRV(ST(0)));
        bridge_job *const job = is_copy(mg) ? NULL : (bridge_job *)mg->mg_ptr;

        (void)let_go(aTHX_ SvRV(ST(0)));
        if (job)
            IN_LIBVIRT(sys_virt_give_up(BRIDGE_PERL, job));
        bridge_finish_up(aTHX);
    }
    PUSHMARK(PL_stack_base + ax - 1); /* the arguments stand where they are wanted */
    call_base(aTHX_ GvNAME(CvGV(cv)), GIMME_V);
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

void bridge_install_futures(pTHX)
{
    MY_CXT_INIT;

    look_up(aTHX_ &MY_CXT);
    newXS("Sys::Virt::Future::CLONE", look_up_anew, __FILE__);
    newXS("Sys::Virt::Future::_await_any", await_any, __FILE__);
    newXS("Sys::Virt::Future::await", await, __FILE__);
    newXS("Sys::Virt::Future::cancel", end, __FILE__);
    newXS("Sys::Virt::Future::deliver", deliver, __FILE__);
    newXS("Sys::Virt::Future::done", end, __FILE__);
    newXS("Sys::Virt::Future::fail", end, __FILE__);
    newXS("Sys::Virt::Future::fileno", signal_of_home, __FILE__);
    newXS("Sys::Virt::Future::get", get, __FILE__);
}
