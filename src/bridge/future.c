/* Futures: what is done for every call that does not block. The rest is in lib/Sys/Virt/Future.pm.
 *
 * Perl code runs in nearly all of these functions, and may do anything: first what is known of a future is
 * put in order, then its methods are called. */
#include "call.h"
#include "future.h"
#include "pending.h"
#include "read.h"
#include "waiting.h"

/* Of calls that deliver what others have come to. */
static const bridge_method delivery = { .name = "Sys::Virt::Future::deliver" };

SV *bridge_begin_future(pTHX_ const bridge_method *method, SV *timeout, I32 ax, I32 items)
{
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;
    const NV seconds = timeout && SvOK(timeout) ? SvNV(timeout) : -1;
    bridge_job *job;
    SV *future;

    bridge_lose_copies(aTHX);
    bridge_begin(aTHX_ &call, method, ax);
    bridge_take_arguments(aTHX_ &call, items, true, room);
    future = bridge_new_future(aTHX);
    job = sys_virt_begin(&call, seconds, false, SvRV(future));
    /* A loop written in Perl has heard of it: after its exit the future is gone. */
    if (job && UNLIKELY(sv_bridge_exiting()))
        IN_LIBVIRT(sys_virt_give_up(BRIDGE_PERL, job));
    bridge_resume_exit(aTHX);
    if (!job) {
        dSP;
        PUSHMARK(SP);
        XPUSHs(future);
        PUTBACK;
        bridge_call_base(aTHX_ "cancel", G_VOID | G_DISCARD); /* where it is watched, it is not a lost one */
        bridge_throw(aTHX_ call.error);
    }
    bridge_keep_pending(aTHX_ SvRV(future), job);
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
    bridge_job *const job = bridge_job_of(done);
    SV *const future = bridge_forget_pending(aTHX_ done);
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
    bridge_call_base(aTHX_ call.error ? "fail" : "done", G_VOID | G_DISCARD);
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
    const int fd = sys_virt_home_signal(BRIDGE_PERL);

    bridge_wait(aTHX_ &fd, 1);
}

/* Waits until a future has no job any more. If it has become ready here, its results are on the stack:
 * how many, or -1. */
static SSize_t await_job(pTHX_ SV *reference)
{
    SV *const future = SvRV(reference);

    for (;;) {
        const SSize_t forks = bridge_forks;
        SV *done;

        bridge_lose_copies(aTHX); /* a callback may fork */
        if (!bridge_is_pending(reference))
            return -1;
        done = next_done(aTHX);
        if (!done && forks == bridge_forks)
            wait_for_more(aTHX);
        else if (!done)
            continue; /* nothing comes to a child that a callback has forked */
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
    const SSize_t count = bridge_is_pending(future) ? await_job(aTHX_ future) : -1;

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

    if (bridge_is_pending(future)) {
        (void)await_job(aTHX_ future);
        ST(0) = future;
        XSRETURN(1);
    }
    PUSHMARK(PL_stack_base + ax - 1);
    call_pv("Sys::Virt::Future::_await", G_SCALAR);
}

/* _await_any(): waits until another thread has something, which it delivers, or a handler of a signal has
 * run; false if there is nothing to come. */
static XS(await_any)
{
    dXSARGS;

    PERL_UNUSED_VAR(items);
    bridge_lose_copies(aTHX);
    if (!bridge_is_any_pending(aTHX))
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
    bridge_lose_copies(aTHX);
    count = deliver_all(aTHX);
    XSRETURN_IV(count);
}

/* Sys::Virt::Future->fileno */
static XS(signal_of_home)
{
    dXSARGS;
    const int fd = sys_virt_home_signal(BRIDGE_PERL);

    PERL_UNUSED_VAR(items);
    if (fd < 0)
        croak("Sys::Virt::Future::fileno: cannot make a descriptor: %s", Strerror(errno));
    XSRETURN_IV(fd);
}

/* $future->cancel, and done or fail where the script makes it ready itself: nobody waits for its job any
 * more. */
static XS(end)
{
    dXSARGS;

    if (items && bridge_is_pending(ST(0))) {
        bridge_job *const job = bridge_is_copy(SvRV(ST(0))) ? NULL : bridge_job_of(SvRV(ST(0)));

        (void)bridge_forget_pending(aTHX_ SvRV(ST(0)));
        if (job)
            IN_LIBVIRT(sys_virt_give_up(BRIDGE_PERL, job));
        bridge_finish_up(aTHX);
    }
    PUSHMARK(PL_stack_base + ax - 1); /* the arguments stand where they are wanted */
    bridge_call_base(aTHX_ GvNAME(CvGV(cv)), GIMME_V);
}

void bridge_install_futures(pTHX)
{
    bridge_install_pending(aTHX);
    newXS("Sys::Virt::Future::_await_any", await_any, __FILE__);
    newXS("Sys::Virt::Future::await", await, __FILE__);
    newXS("Sys::Virt::Future::cancel", end, __FILE__);
    newXS("Sys::Virt::Future::deliver", deliver, __FILE__);
    newXS("Sys::Virt::Future::done", end, __FILE__);
    newXS("Sys::Virt::Future::fail", end, __FILE__);
    newXS("Sys::Virt::Future::fileno", signal_of_home, __FILE__);
    newXS("Sys::Virt::Future::get", get, __FILE__);
}
