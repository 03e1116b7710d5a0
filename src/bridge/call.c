/* The one XSUB of all methods, and the ways from Rust back into Perl. */
#include "bridge.h"
#include "object.h"
#include "read.h"

/* Fails to compile when the layout that src/ffi/bridge.rs mirrors has changed here alone. */
#define LAYOUT(type, size) typedef char layout_of_##type[sizeof(type) == (size) ? 1 : -1]
LAYOUT(bridge_value, 3 * sizeof(void *));
LAYOUT(bridge_param, 2 * sizeof(void *) + 3 * sizeof(UV) + sizeof(void *));
LAYOUT(bridge_method, 4 * sizeof(void *));
LAYOUT(bridge_frame, 8 * sizeof(void *) + sizeof(SSize_t) + 8);

/* exit() in Perl code that libvirt called must not longjmp over libvirt or Rust either: it
 * stops here, every call from here on is refused, and call_row exits in the end. */
#define EXITING (&PL_sv_placeholder)
static bool exiting;

static void croak_usage(pTHX_ const bridge_method *method)
{
    SV *usage = sv_2mortal(newSVpvf("Usage: %s(", method->name));
    int i;

    for (i = 0; i < method->most; i++) {
        const bridge_param *param = &method->params[i];
        sv_catpvf(usage, i >= method->least ? "%s%s=%s" : "%s%s", i ? ", " : "", param->name, param->preset);
    }
    croak("%" SVf ")", SVfARG(usage));
}

static XS(call_row)
{
    dXSARGS;
    const bridge_method *method = (const bridge_method *)CvXSUBANY(cv).any_ptr;
    bridge_value values[BRIDGE_MAX_PARAMS];
    bridge_frame frame;

    if (items < method->least || items > method->most)
        croak_usage(aTHX_ method);
    bridge_read_arguments(aTHX_ method, ax, items, values);

    frame.perl = BRIDGE_PERL;
    frame.method = method;
    frame.values = values;
    frame.target = PL_op->op_private & OPpENTERSUB_HASTARG ? PAD_SV(PL_op->op_targ) : NULL;
    frame.error = frame.output = frame.content = frame.warning = NULL;
    frame.returned = 0;
    frame.ax = ax;
    frame.items = (U8)items;
    frame.scalar = GIMME_V == G_SCALAR;
    sys_virt_dispatch(&frame);

    if (frame.error == EXITING) {
        exiting = false;
        my_exit(STATUS_EXIT);
    }
    if (frame.returned == RETURNED_TARGET) {
        *sv_bridge_reserve(BRIDGE_PERL, &frame, 1) = frame.target;
        frame.returned = 1;
    }
    PL_stack_sp = PL_stack_base + ax + frame.returned - 1;
    /* A fatal warning must not lose them. */
    sv_2mortal(frame.content);
    sv_2mortal(frame.error);
    if (frame.warning)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%" SVf, SVfARG(sv_2mortal(frame.warning)));
    if (frame.content) {
        /* Copied, so that a variable in a loop keeps its memory. */
        sv_setpvn(frame.output, SvPVX_const(frame.content), SvCUR(frame.content));
        SvUTF8_off(frame.output);
        SvSETMAGIC(frame.output);
    }
    if (frame.error)
        croak_sv(frame.error);
}

void sv_bridge_install(void *perl, const bridge_method *method)
{
    BRIDGE_THX(perl);
    CV *cv = newXS(method->name, call_row, __FILE__);
    CvXSUBANY(cv).any_ptr = (void *)method;
}

SV **sv_bridge_reserve(void *perl, const bridge_frame *frame, SSize_t count)
{
    BRIDGE_THX(perl);
    SV **base = PL_stack_base + frame->ax;
    SSize_t used = PL_stack_sp - base + 1;

    if (count > used && PL_stack_max - PL_stack_sp < count - used)
        (void)stack_grow(PL_stack_sp, PL_stack_sp, count - used);
    return PL_stack_base + frame->ax;
}

SV *sv_bridge_call(void *perl, SV *code, const char *method, SV **argv, SSize_t argc, SV **results, SSize_t wanted)
{
    BRIDGE_THX(perl);
    dSP;
    dJMPENV;
    SV *volatile error = NULL;
    const I32 how = (wanted == 1 ? G_SCALAR : G_LIST) | G_EVAL;
    SSize_t count, i;
    int jumped;

    if (exiting) {
        for (i = 0; i < argc; i++)
            SvREFCNT_dec(argv[i]);
        return EXITING;
    }
    ENTER;
    SAVETMPS;
    save_scalar(PL_errgv); /* the caller's $@ outlives the eval below */
    PUSHMARK(SP);
    EXTEND(SP, argc);
    for (i = 0; i < argc; i++)
        PUSHs(sv_2mortal(argv[i]));
    PUTBACK;
    JMPENV_PUSH(jumped);
    if (jumped) {
        JMPENV_POP;
        exiting = true;
        return EXITING; /* perl has unwound its stacks to the bottom already */
    }
    count = method ? call_method(method, how) : call_sv(code, how);
    JMPENV_POP;
    SPAGAIN;
    SP -= count;
    /* Truth without overloading: an exception object is true. */
    if (SvROK(ERRSV) || (SvPOK(ERRSV) && SvCUR(ERRSV)))
        error = newSVsv_nomg(ERRSV);
    else
        for (i = 0; i < wanted; i++)
            results[i] = i < count ? newSVsv_nomg(SP[i + 1]) : newSV(0);
    PUTBACK;
    FREETMPS;
    LEAVE;
    return error;
}

SV *sv_bridge_argument(void *perl, I32 ax, SSize_t index)
{
    BRIDGE_THX(perl);
    return PL_stack_base[ax + index];
}

void sv_bridge_locate(void *perl, SV *message)
{
    BRIDGE_THX(perl);
    sv_setsv(message, mess_sv(message, FALSE));
}

U32 sv_bridge_hash_key(void *perl, const char *key, STRLEN len)
{
    BRIDGE_THX(perl);
    U32 hash;
    PERL_HASH(hash, key, len);
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

XS_EXTERNAL(sv_bridge_boot)
{
    dVAR;
    dXSBOOTARGSXSAPIVERCHK;

    PERL_UNUSED_VAR(items);
    bridge_objects_boot();
    sys_virt_boot(BRIDGE_PERL);
    Perl_xs_boot_epilog(aTHX_ ax);
}
