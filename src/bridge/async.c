/* Calls that give futures: the view that an object's method async gives, and its methods. */
#include "call.h"
#include "future.h"
#include "origin.h"

/* A view of an object: an array with that, and how many seconds a call may take. */
static AV *view_of(SV *reference)
{
    AV *const view = SvROK(reference) && SvTYPE(SvRV(reference)) == SVt_PVAV ? (AV *)SvRV(reference) : NULL;

    return view && AvFILLp(view) >= 0 && AvARRAY(view)[0] ? view : NULL;
}

/* $object->async(%params) */
static XS(new_view)
{
    dXSARGS;
    AV *view;

    if (items != 1) {
        PUSHMARK(PL_stack_base + ax - 1);
        call_pv("Sys::Virt::Async::_view", G_SCALAR);
        return;
    }
    view = newAV();
    av_push(view, newSVsv(ST(0)));
    ST(0) = sv_bless(sv_2mortal(newRV_noinc((SV *)view)), GvSTASH(CvGV(cv)));
    XSRETURN(1);
}

/* $view->METHOD(@arguments), of any object that has a method of that name */
static XS(call_async)
{
    dXSARGS;
    GV *const name = CvGV(cv);
    AV *const view = items ? view_of(ST(0)) : NULL;
    const bridge_method *method;
    SV *object;
    HV *stash;
    GV *gv;

    if (!view)
        croak_xs_usage(cv, "view, ...");
    object = sv_2mortal(SvREFCNT_inc_simple_NN(AvARRAY(view)[0]));
    stash = SvROK(object) && SvOBJECT(SvRV(object)) ? SvSTASH(SvRV(object)) : gv_stashsv(object, 0);
    gv = stash ? gv_fetchmeth_pvn(stash, GvNAME(name), GvNAMELEN(name), 0, GvNAMEUTF8(name) ? SVf_UTF8 : 0) : NULL;
    if (!gv)
        croak("Can't locate object method \"%" HEKf "\" via package \"%" SVf "\"", HEKfARG(GvNAME_HEK(name)),
              SVfARG(stash ? sv_2mortal(newSVhek(HvNAME_HEK(stash))) : object));
    method = bridge_method_of(GvCV(gv));
    if (!method)
        croak("%" HEKf " cannot be called asynchronously: not a method of libvirt's", HEKfARG(GvNAME_HEK(name)));
    ST(0) = object;
    object = bridge_begin_future(aTHX_ method, AvFILLp(view) ? AvARRAY(view)[1] : NULL, ax, items);
    ST(0) = object;
    XSRETURN(1);
}

/* Sys::Virt::Async::_define($name): makes the views' method of that name, which has its package. */
static XS(define)
{
    dXSARGS;

    if (items != 1)
        croak_xs_usage(cv, "name");
    newXS(SvPV_nolen(ST(0)), call_async, __FILE__);
    XSRETURN_EMPTY;
}

/* _begin($method, $timeout, @arguments): the future of a call, for a method that is written in Perl around
 * it. */
static XS(begin)
{
    dXSARGS;
    const bridge_method *const method = items > 1 ? bridge_method_behind(ST(0)) : NULL;
    SV *future;

    if (!method)
        croak_xs_usage(cv, "method, timeout, ...");
    ENTER;
    bridge_as_caller(aTHX_ 0); /* errors are the script's own, not those of that one */
    future = bridge_begin_future(aTHX_ method, ST(1), ax + 2, items - 2);
    LEAVE;
    ST(0) = future;
    XSRETURN(1);
}

void bridge_install_views(pTHX)
{
    newXS("Sys::Virt::Async::_define", define, __FILE__);
    newXS("Sys::Virt::Async::_new", new_view, __FILE__);
    newXS("Sys::Virt::Future::_begin", begin, __FILE__);
}
