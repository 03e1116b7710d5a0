/* The one XSUB of all methods: reads the arguments, runs the method, and does what it leaves to do. */
#include "call.h"
#include "read.h"
#include "settle.h"
#include "waiting.h"

void bridge_throw(pTHX_ SV *error)
{
    croak_sv(error);
}

/* What stands for the arguments that are left out. */
static void leave_out(const bridge_method *method, I32 items, bridge_value *values)
{
    for (; items < method->most; items++) {
        const bridge_param *param = &method->params[items];
        values[items].tag = param->kind == KIND_INTEGER ? TAG_INT : TAG_UNDEF;
        values[items].u.iv = param->preset_value;
    }
}

static void assign(pTHX_ SV *output, const SV *content)
{
    /* Copied, so that a variable in a loop keeps its memory. */
    sv_setpvn(output, SvPVX_const(content), SvCUR(content));
    SvUTF8_off(output);
    SvSETMAGIC(output);
}

/* What a call leaves to do besides returning values. */
static void heed(pTHX_ const bridge_call *call)
{
    if (call->output)
        sv_2mortal(call->content); /* a fatal warning must not lose it */
    if (call->surplus)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%s: arguments behind the first %d are ignored",
                       call->method->name, call->method->most);
    if (call->warning)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%" SVf, SVfARG(call->warning));
    if (call->output)
        assign(aTHX_ call->output, call->content);
    if (call->error)
        bridge_throw(aTHX_ call->error);
}

/* The op's own scalar, unless another sub that the op has called has left more in it than a plain
 * value; most often it has an integer from last time. Other ops that call subs, such as sort, have none,
 * and other meanings for the flag. */
PERL_STATIC_INLINE SV *own_scalar(pTHX)
{
    SV *own;

    if (PL_op->op_type != OP_ENTERSUB || !(PL_op->op_private & OPpENTERSUB_HASTARG))
        return NULL;
    own = PAD_SV(PL_op->op_targ);
    return (SvFLAGS(own) & (SVTYPEMASK | SVf_THINKFIRST | SVf_IVisUV)) == SVt_IV
        || !(SvFLAGS(own) & (SVf_ROK | SVf_UTF8 | SVf_READONLY | SVs_GMG | SVs_SMG | SVs_RMG)) ? own : NULL;
}

void bridge_begin(pTHX_ bridge_call *call, const bridge_method *method, SSize_t ax)
{
    call->perl = BRIDGE_PERL;
    call->method = method;
    call->ax = ax;
    call->returned = 0;
    call->surplus = call->left = false;
    call->error = call->warning = call->output = NULL;
}

PERL_STATIC_INLINE SV *integer(pTHX_ IV value)
{
    SV *TARG = own_scalar(aTHX);

    if (!TARG)
        TARG = sv_newmortal();
    TARGi(value, 1);
    return TARG;
}

SV *bridge_single(pTHX_ const bridge_call *call)
{
    if (call->returned == RETURNED_INTEGER)
        return integer(aTHX_ call->single.iv);
    return call->returned == RETURNED_SINGLE ? call->single.sv : &PL_sv_undef;
}

/* How many of the arguments count; the others are ignored. */
static I32 count_arguments(pTHX_ bridge_call *call, I32 items)
{
    const bridge_method *method = call->method;

    if (items > method->most && method->surplus) {
        PL_stack_sp -= items - method->most;
        call->surplus = call->left = true;
        return method->most;
    }
    if (items < method->least || items > method->most)
        bridge_throw(aTHX_ sv_2mortal(sys_virt_usage(BRIDGE_PERL, method)));
    leave_out(method, items, call->values);
    return items;
}

void bridge_take_arguments(pTHX_ bridge_call *call, I32 items, bool settle, bridge_value *room)
{
    const bridge_method *method = call->method;
    SV **arguments, *settled[BRIDGE_MAX_PARAMS];

    if (items != method->most)
        items = count_arguments(aTHX_ call, items);
    arguments = PL_stack_base + call->ax;
    settle |= method->calls_back;
    if (!settle && bridge_attention & ATTENTION_HOLD) {
        if (method->alone && items == 1 && bridge_read_object(*arguments, call->values)) {
            /* Alone it needs no copy: nothing runs before it is taken. */
            sv_2mortal(SvREFCNT_inc_simple_NN(call->values->of.owner));
            return;
        }
        settle = true;
    }
    if (settle || !bridge_read(aTHX_ method, arguments, items, false, call->values, room)) {
        bridge_settle(aTHX_ method, arguments, items, settled);
        (void)bridge_read(aTHX_ method, settled, items, true, call->values, room);
    }
}

/* What has to be looked at before a call, now and then. True if it has run elsewhere. */
static bool heed_attention(pTHX_ bridge_call *call)
{
    if (UNLIKELY(bridge_attention & ATTENTION_SIGPIPE))
        sv_bridge_watch_signals(call->perl);
    return UNLIKELY(call->method->elsewhere || bridge_attention & ATTENTION_ELSEWHERE) && bridge_run_elsewhere(aTHX_ call, -1);
}

/* A call of any kind; apart, so that the frame of the usual one is small. */
static __attribute__((noinline)) void call_any(pTHX_ bridge_call *call, const bridge_method *method, bridge_value *room)
{
    dXSARGS;

    bridge_begin(aTHX_ call, method, ax);
    bridge_take_arguments(aTHX_ call, items, false, room);
    if (!heed_attention(aTHX_ call))
        BRIDGE_RUN(call, method->run(call));
    PL_stack_sp = PL_stack_base + ax; /* perl has room for one */
}

static XS(call_row)
{
    const bridge_method *method = (const bridge_method *)CvXSUBANY(cv).any_ptr;
    const SSize_t mark = *PL_markstack_ptr;
    bridge_value room[BRIDGE_ROOM];
    bridge_call call;

    /* Most have an object, and nothing else. */
    if (LIKELY(method->alone && PL_stack_sp == PL_stack_base + mark + 1 && bridge_read_object(*PL_stack_sp, call.values)
               && !(bridge_attention & ATTENTION_CALLS))) {
        PL_markstack_ptr--;
        bridge_begin(aTHX_ &call, method, mark + 1);
        leave_out(method, 1, call.values);
        BRIDGE_RUN(&call, method->run(&call));
    } else {
        call_any(aTHX_ &call, method, room);
    }
    bridge_finish_up(aTHX);
    if (LIKELY(call.returned == RETURNED_INTEGER))
        *PL_stack_sp = integer(aTHX_ call.single.iv);
    else if (call.returned < 0)
        *PL_stack_sp = bridge_single(aTHX_ &call);
    else
        PL_stack_sp += call.returned - 1;
    if (UNLIKELY(call.left))
        heed(aTHX_ &call);
}

const bridge_method *bridge_method_of(CV *cv)
{
    return CvISXSUB(cv) && CvXSUB(cv) == call_row ? (const bridge_method *)CvXSUBANY(cv).any_ptr : NULL;
}

const bridge_method *bridge_method_behind(SV *reference)
{
    return SvROK(reference) && SvTYPE(SvRV(reference)) == SVt_PVCV ? bridge_method_of((CV *)SvRV(reference)) : NULL;
}

/* Without its package a name is looked up in the package that is being compiled, at two thirds of the
 * cost of going through all packages above it. */
void sv_bridge_install(void *perl, HV *stash, const char *name, const bridge_method *method)
{
    BRIDGE_THX(perl);
    HV *const compiled = PL_curstash;
    COP *const here = PL_curcop;
    CV *cv;

    PL_curstash = stash;
    PL_curcop = &PL_compiling;
    cv = newXS(name, call_row, __FILE__);
    PL_curcop = here;
    PL_curstash = compiled;
    CvXSUBANY(cv).any_ptr = (void *)method;
}

void sv_bridge_give_string(void *perl, bridge_call *call, const char *pv, STRLEN len)
{
    BRIDGE_THX(perl);
    /* A long one has a scalar of its own, whose buffer an assignment then takes where it would copy
     * that of the op's. */
    SV *const own = len > 256 ? NULL : own_scalar(aTHX);

    call->returned = RETURNED_SINGLE;
    call->single.sv = own ? own : newSVpvn_flags(pv, len, SVs_TEMP);
    if (own && SvTYPE(own) >= SVt_PV && SvTYPE(own) <= SVt_PVMG && !SvTHINKFIRST(own) && SvLEN(own) > len) {
        Copy(pv, SvPVX(own), len, char);
        SvPVX(own)[len] = '\0';
        SvCUR_set(own, len);
        SvPOK_only(own);
        SvTAINT(own);
    } else if (own) {
        sv_setpvn(own, pv, len);
    }
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

void sv_bridge_give_of(U8 argument)
{
    bridge_here.argument = argument;
}

const bridge_call *sv_bridge_run_as(const bridge_call *call)
{
    const bridge_call *before = bridge_here.call;
    bridge_here.call = call;
    return before;
}

SV *sv_bridge_argument(void *perl, const bridge_call *call, SSize_t index)
{
    BRIDGE_THX(perl);
    return PL_stack_base[call->ax + index];
}
