/* On top of all others: where perl loads the module. */
#include "call.h"
#include "callback.h"
#include "future.h"
#include "read.h"
#include "waiting.h"

/* Sys::Virt::_within($method, $timeout, @arguments): what the method returns in scalar context. */
static XS(within)
{
    dXSARGS;
    const bridge_method *const method = items > 1 ? bridge_method_behind(ST(0)) : NULL;
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;

    if (!method)
        croak_xs_usage(cv, "method, timeout, ...");
    bridge_begin(aTHX_ &call, method, ax + 2);
    bridge_take_arguments(aTHX_ &call, items - 2, true, room);
    if (!bridge_run_elsewhere(aTHX_ &call, SvNV(ST(1))))
        BRIDGE_RUN(&call, method->run(&call));
    bridge_finish_up(aTHX);
    if (call.error)
        bridge_throw(aTHX_ call.error);
    PL_stack_sp = PL_stack_base + ax;
    *PL_stack_sp = bridge_single(aTHX_ &call);
}

/* Sys::Virt::Future::_install() */
static XS(install_futures)
{
    dXSARGS;

    PERL_UNUSED_VAR(items);
    bridge_install_futures(aTHX);
    bridge_install_views(aTHX);
    XSRETURN_EMPTY;
}

static void install(pTHX)
{
    newXS("Sys::Virt::_within", within, __FILE__);
    newXS("Sys::Virt::Future::_install", install_futures, __FILE__);
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
