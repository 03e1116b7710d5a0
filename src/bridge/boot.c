/* On top of all others: what futures are made of, and where perl loads the module. */
#include "call.h"
#include "callback.h"
#include "origin.h"
#include "read.h"
#include "waiting.h"

/* Sys::Virt::Future::_begin($method, $timeout, @arguments): the number of the job. */
static XS(begin)
{
    dXSARGS;
    const bridge_method *method = items > 1 && SvROK(ST(0)) && SvTYPE(SvRV(ST(0))) == SVt_PVCV
                                ? bridge_method_of((CV *)SvRV(ST(0))) : NULL;
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;
    U64 job;

    ENTER;
    bridge_as_caller(aTHX_ 0); /* errors are the script's own, not those of Future.pm */
    if (!method)
        bridge_throw(aTHX_ newSVpvs_flags("cannot be called asynchronously: not a method of libvirt's", SVs_TEMP));
    bridge_begin(aTHX_ &call, method, ax + 2);
    bridge_take_arguments(aTHX_ &call, items - 2, true, room);
    job = sys_virt_begin(&call, SvOK(ST(1)) ? SvNV(ST(1)) : -1, BEGIN_FUTURE);
    if (!job)
        bridge_throw(aTHX_ call.error);
    LEAVE;
    PL_stack_sp = PL_stack_base + ax;
    *PL_stack_sp = sv_2mortal(newSVuv((UV)job));
}

/* Sys::Virt::_within($method, $timeout, @arguments): what the method returns in scalar context. */
static XS(within)
{
    dXSARGS;
    const bridge_method *method = items > 1 && SvROK(ST(0)) ? bridge_method_of((CV *)SvRV(ST(0))) : NULL;
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;

    if (!method)
        croak_xs_usage(cv, "method, timeout, ...");
    bridge_begin(aTHX_ &call, method, ax + 2);
    bridge_take_arguments(aTHX_ &call, items - 2, true, room);
    if (!bridge_run_elsewhere(aTHX_ &call, SvNV(ST(1))))
        method->run(&call);
    if (call.left & LEFT_ERROR)
        bridge_throw(aTHX_ call.error);
    PL_stack_sp = PL_stack_base + ax;
    *PL_stack_sp = bridge_single(aTHX_ &call);
}

/* Sys::Virt::Future::_wait($fd, $seconds): until there is something to deliver. */
static XS(wait_until_ready)
{
    dXSARGS;

    if (items != 2)
        croak_xs_usage(cv, "fd, seconds");
    (void)bridge_wait(aTHX_ (int)SvIV(ST(0)), -1, SvOK(ST(1)) ? SvNV(ST(1)) : -1);
    XSRETURN_EMPTY;
}

static void install(pTHX)
{
    newXS("Sys::Virt::_within", within, __FILE__);
    newXS("Sys::Virt::Future::_begin", begin, __FILE__);
    newXS("Sys::Virt::Future::_wait", wait_until_ready, __FILE__);
}

static void interpreter_ends(pTHX_ void *unused)
{
    PERL_UNUSED_ARG(unused);
    IN_LIBVIRT(sys_virt_home_ends(BRIDGE_PERL));
    sys_virt_interpreter_ends(BRIDGE_PERL);
}

XS_EXTERNAL(sv_bridge_boot)
{
    dVAR;
    dXSBOOTARGSXSAPIVERCHK;

    PERL_UNUSED_VAR(items);
    call_atexit(interpreter_ends, NULL); /* a new thread's interpreter inherits it */
    bridge_count_forks();
    install(aTHX);
    sys_virt_boot(BRIDGE_PERL);
    Perl_xs_boot_epilog(aTHX_ ax);
}
