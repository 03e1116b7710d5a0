/* The one XSUB of all methods, and the ways from Rust back into Perl. */
#include "bridge.h"
#include "object.h"
#include "read.h"

/* Fails to compile when the layout that src/ffi/bridge.rs mirrors has changed here alone. */
#define LAYOUT(type, size) typedef char layout_of_##type[sizeof(type) == (size) ? 1 : -1]
LAYOUT(bridge_value, 3 * sizeof(void *));
LAYOUT(bridge_param, 2 * sizeof(void *) + 3 * sizeof(UV) + sizeof(void *));
LAYOUT(bridge_method, 4 * sizeof(void *));
LAYOUT(bridge_call, 9 * sizeof(void *) + BRIDGE_MAX_PARAMS * sizeof(bridge_value));

/* exit() in Perl code that libvirt called must not longjmp over libvirt or Rust either: it stops
 * in sv_bridge_call, every call from here on is refused, and bridge_resume_exit exits when C is
 * back at the bottom. Of a thread, whose libvirt functions are on its stack. */
static BRIDGE_THREAD bool exiting;

void bridge_resume_exit(pTHX)
{
    if (UNLIKELY(exiting)) {
        exiting = false;
        my_exit(STATUS_EXIT);
    }
}

bool sv_bridge_exiting(void)
{
    return exiting;
}

/* What a call leaves to do besides returning values. */
static void heed(pTHX_ const bridge_call *call)
{
    const U32 notes = call->notes;

    /* A fatal warning must not lose them. */
    if (notes & NOTE_ERROR)
        sv_2mortal(call->error);
    if (notes & NOTE_OUTPUT)
        sv_2mortal(call->content);
    if (notes & NOTE_SURPLUS)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%s: arguments behind the first %d are ignored",
                       call->method->name, call->method->most);
    if (notes & NOTE_WARNING)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%" SVf, SVfARG(call->warning));
    if (notes & NOTE_OUTPUT) {
        /* Copied, so that a variable in a loop keeps its memory. */
        sv_setpvn(call->output, SvPVX_const(call->content), SvCUR(call->content));
        SvUTF8_off(call->output);
        SvSETMAGIC(call->output);
    }
    if (notes & NOTE_ERROR)
        croak_sv(call->error);
}

/* The op's own scalar, unless another sub that the op has called has left more in it than a plain
 * value. Other ops that call subs, such as sort, have none, and other meanings for the flag. */
PERL_STATIC_INLINE SV *own_scalar(pTHX)
{
    SV *own;

    if (PL_op->op_type != OP_ENTERSUB || !(PL_op->op_private & OPpENTERSUB_HASTARG))
        return NULL;
    own = PAD_SV(PL_op->op_targ);
    return SvFLAGS(own) & (SVf_ROK | SVf_UTF8 | SVf_READONLY | SVs_GMG | SVs_SMG | SVs_RMG) ? NULL : own;
}

static XS(call_row)
{
    dXSARGS;
    const bridge_method *method = (const bridge_method *)CvXSUBANY(cv).any_ptr;
    bridge_call call;
    bool read = false;

    call.perl = BRIDGE_PERL;
    call.method = method;
    call.ax = ax;
    call.returned = 0;
    call.notes = 0;
    if (UNLIKELY(items != method->most)) {
        if (items > method->most && method->surplus) {
            call.notes = NOTE_SURPLUS;
            SP -= items - method->most;
            items = method->most;
            PUTBACK;
        } else {
            bridge_leave_out(aTHX_ method, items, call.values);
        }
    }
    if (LIKELY(!bridge_always_hold))
        read = items == 1 && method->params->kind == KIND_OBJECT
             ? read_object_quickly(method->params, *SP, call.values)
             : bridge_read_quickly(method, MARK + 1, SP, call.values);
    if (UNLIKELY(!read))
        bridge_read_arguments(aTHX_ &call);
    call.single = own_scalar(aTHX);
    bridge_in_libvirt = true;
    method->run(&call);
    bridge_in_libvirt = false;
    bridge_resume_exit(aTHX);

    if (call.returned == RETURNED_SINGLE) {
        PL_stack_sp = PL_stack_base + call.ax; /* perl has room for one */
        *PL_stack_sp = call.single;
    } else {
        PL_stack_sp = PL_stack_base + call.ax + call.returned - 1;
    }
    if (UNLIKELY(call.notes))
        heed(aTHX_ &call);
}

void sv_bridge_install(void *perl, const bridge_method *method)
{
    BRIDGE_THX(perl);
    CV *cv = newXS(method->name, call_row, __FILE__);
    CvXSUBANY(cv).any_ptr = (void *)method;
}

SV **sv_bridge_reserve(void *perl, const bridge_call *call, SSize_t count)
{
    BRIDGE_THX(perl);
    SV **base = PL_stack_base + call->ax;
    SSize_t used = PL_stack_sp - base + 1;

    if (count > used && PL_stack_max - PL_stack_sp < count - used)
        (void)stack_grow(PL_stack_sp, PL_stack_sp, count - used);
    return PL_stack_base + call->ax;
}

bool sv_bridge_wants_scalar(void *perl)
{
    BRIDGE_THX(perl);
    return GIMME_V == G_SCALAR;
}

SV *sv_bridge_call(void *perl, SV *code, const char *method, SV **argv, SSize_t argc, SV **results, SSize_t wanted)
{
    BRIDGE_THX(perl);
    dSP;
    dJMPENV;
    SV *volatile error = NULL;
    const bool in_libvirt = bridge_in_libvirt;
    SSize_t count, i;
    I32 how;
    int jumped;

    if (exiting) {
        for (i = 0; i < argc; i++)
            sv_2mortal(argv[i]); /* freed at once, an object would exit here */
        return newSV(0);
    }
    /* A stack of its own, so that last and goto find no loop and no label below libvirt. */
    PUSHSTACK;
    ENTER;
    SAVETMPS;
    save_scalar(PL_errgv); /* the caller's $@ outlives the eval below */
    PUSHMARK(SP);
    EXTEND(SP, argc);
    for (i = 0; i < argc; i++)
        PUSHs(sv_2mortal(argv[i]));
    PUTBACK;
    bridge_in_libvirt = false;
    JMPENV_PUSH(jumped);
    if (jumped) {
        JMPENV_POP;
        bridge_in_libvirt = in_libvirt;
        exiting = true;
        return newSV(0); /* perl has unwound its stacks to the bottom already */
    }
    how = (wanted <= 1 ? G_SCALAR : G_ARRAY) | G_EVAL; /* perl before 5.36 has no G_LIST */
    count = method ? call_method(method, how) : call_sv(code, how);
    SPAGAIN;
    SP -= count;
    /* Truth without overloading: an exception object is true. */
    if (SvROK(ERRSV) || (SvPOK(ERRSV) && SvCUR(ERRSV)))
        error = newSVsv_nomg(ERRSV);
    else
        for (i = 0; i < wanted; i++)
            results[i] = i < count ? newSVsv_nomg(SP[i + 1]) : newSV(0);
    PUTBACK;
    FREETMPS; /* runs destructors, which may exit, too */
    LEAVE;
    POPSTACK;
    JMPENV_POP;
    bridge_in_libvirt = in_libvirt;
    return error;
}

void sv_bridge_free(void *perl, SV *sv)
{
    BRIDGE_THX(perl);
    if (SvROK(sv) || SvOBJECT(sv) || SvMAGICAL(sv) || SvTYPE(sv) > SVt_PVMG)
        sv_2mortal(sv);
    else
        SvREFCNT_dec_NN(sv);
}

SV *sv_bridge_argument(void *perl, I32 ax, SSize_t index)
{
    BRIDGE_THX(perl);
    return PL_stack_base[ax + index];
}

U32 sv_bridge_keep_key(void *perl, const char *key, STRLEN len)
{
    BRIDGE_THX(perl);
    SV **kept = hv_fetchs(PL_modglobal, "Sys::Virt/keys", FALSE);
    U32 hash;

    if (!kept)
        kept = hv_stores(PL_modglobal, "Sys::Virt/keys", newRV_noinc((SV *)newHV()));
    PERL_HASH(hash, key, len);
    (void)hv_store((HV *)SvRV(*kept), key, len, &PL_sv_yes, hash);
    return hash;
}

void *sv_bridge_interpreter(void)
{
#ifdef MULTIPLICITY
    return PERL_GET_THX;
#else
    return PL_curinterp;
#endif
}

void sv_bridge_hold(SV *sv)
{
    SvREFCNT_inc_simple_void_NN(sv);
}

void sv_bridge_install_constant(void *perl, HV *stash, const char *name, I32 len, SV *value)
{
    BRIDGE_THX(perl);
    SvREADONLY_on(value);
    if (hv_exists(stash, name, len))
        newCONSTSUB(stash, name, value);
    else
        (void)hv_store(stash, name, len, newRV_noinc(value), 0);
}

void sv_bridge_constants_done(void *perl, HV *stash)
{
    BRIDGE_THX(perl);
    mro_method_changed_in(stash);
}

static void interpreter_ends(pTHX_ void *unused)
{
    PERL_UNUSED_ARG(unused);
    sys_virt_interpreter_ends(BRIDGE_PERL);
}

XS_EXTERNAL(sv_bridge_boot)
{
    dVAR;
    dXSBOOTARGSXSAPIVERCHK;

    PERL_UNUSED_VAR(items);
    call_atexit(interpreter_ends, NULL); /* a new thread's interpreter inherits it */
    bridge_objects_boot();
    sys_virt_boot(BRIDGE_PERL);
    Perl_xs_boot_epilog(aTHX_ ax);
}
