/* The one XSUB of all methods: reads the arguments, runs the method, and does what it leaves to do. */
#include "call.h"
#include "callback.h"
#include "read.h"
#include "settle.h"
#include "waiting.h"

void bridge_throw(pTHX_ SV *error)
{
    croak_sv(sv_2mortal(error));
}

static SV *usage(pTHX_ const bridge_method *method)
{
    SV *usage = newSVpvf("Usage: %s(", method->name);
    int i;

    for (i = 0; i < method->most; i++) {
        const bridge_param *param = &method->params[i];
        sv_catpvf(usage, i >= method->least ? "%s%s=%s" : "%s%s", i ? ", " : "", param->name, param->preset);
    }
    sv_catpvs(usage, ")");
    return usage;
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
static void heed(pTHX_ const bridge_call *call, bool surplus)
{
    /* A fatal warning must not lose them. */
    if (call->error)
        sv_2mortal(call->error);
    if (call->content)
        sv_2mortal(call->content);
    if (surplus)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%s: arguments behind the first %d are ignored",
                       call->method->name, call->method->most);
    if (call->warning)
        Perl_ck_warner(aTHX_ packWARN(WARN_MISC), "%" SVf, SVfARG(call->warning));
    if (call->output)
        assign(aTHX_ call->output, call->content);
    if (call->error)
        bridge_throw(aTHX_ SvREFCNT_inc(call->error));
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

/* Objects that ended while a method ran. */
static void free_objects(void)
{
    bridge_here.unfinished &= ~UNFINISHED_OBJECTS;
    IN_LIBVIRT(sys_virt_objects_free());
}

static void read_arguments(pTHX_ bridge_call *call, I32 items, bool settle)
{
    const bridge_method *method = call->method;
    SV **arguments = PL_stack_base + call->ax, *settled[BRIDGE_MAX_PARAMS];

    settle |= method->calls_back || (method->borrows && (bridge_attention & ATTENTION_HOLD));
    if (settle || !bridge_read(aTHX_ method, arguments, items, false, call->values)) {
        bridge_settle(aTHX_ method, arguments, items, settled);
        (void)bridge_read(aTHX_ method, settled, items, true, call->values);
    }
}

PERL_STATIC_INLINE void begin(pTHX_ bridge_call *call, const bridge_method *method, I32 ax)
{
    call->perl = BRIDGE_PERL;
    call->method = method;
    call->error = NULL;
    call->warning = NULL;
    call->output = NULL;
    call->content = NULL;
    call->returned = 0;
    call->ax = ax;
}

void bridge_begin(pTHX_ bridge_call *call, const bridge_method *method, I32 ax)
{
    begin(aTHX_ call, method, ax);
    call->single = NULL;
}

/* How many of the arguments count; the others are ignored. */
static I32 count_arguments(pTHX_ bridge_call *call, I32 items)
{
    const bridge_method *method = call->method;

    if (items > method->most && method->surplus) {
        PL_stack_sp -= items - method->most;
        return method->most;
    }
    if (items < method->least || items > method->most)
        bridge_throw(aTHX_ usage(aTHX_ method));
    leave_out(method, items, call->values);
    return items;
}

bool bridge_take_arguments(pTHX_ bridge_call *call, I32 items, bool settled)
{
    const I32 taken = items == call->method->most ? items : count_arguments(aTHX_ call, items);

    read_arguments(aTHX_ call, taken, settled);
    return taken < items;
}

/* What has to be looked at before a call, now and then. True if it has run elsewhere. */
static bool heed_attention(pTHX_ bridge_call *call)
{
    if (bridge_attention & ATTENTION_SIGPIPE)
        sv_bridge_watch_signals(call->perl);
    return (bridge_attention & (ATTENTION_DEADLINE | ATTENTION_ALARM)) && bridge_run_elsewhere(aTHX_ call, -1);
}

/* A method's XSUB, which knows at compile time whether its method lasts. */
PERL_STATIC_INLINE void run_row(pTHX_ CV *cv, const bool lasts)
{
    dXSARGS;
    const bridge_method *method = (const bridge_method *)CvXSUBANY(cv).any_ptr;
    bridge_call call;
    bool surplus = false;

    begin(aTHX_ &call, method, ax);
    if (!(items == 1 && method->most == 1 && method->params->kind == KIND_OBJECT && bridge_read_object(*SP, call.values)))
        surplus = bridge_take_arguments(aTHX_ &call, items, false);
    call.single = own_scalar(aTHX);
    if (lasts) {
        if (bridge_attention & ATTENTION_SIGPIPE)
            sv_bridge_watch_signals(call.perl);
        (void)bridge_run_elsewhere(aTHX_ &call, -1);
    } else if (LIKELY(!(bridge_attention & (ATTENTION_SIGPIPE | ATTENTION_DEADLINE | ATTENTION_ALARM))) || !heed_attention(aTHX_ &call)) {
        bridge_here.calls++;
        bridge_here.in_libvirt = true;
        method->run(&call);
        bridge_here.in_libvirt = false;
        bridge_here.calls--;
    }
    if (UNLIKELY(bridge_here.unfinished)) {
        if (bridge_here.calls == 0 && bridge_here.unfinished & UNFINISHED_OBJECTS)
            free_objects();
        bridge_resume_exit(aTHX);
    }

    if (call.returned == RETURNED_SINGLE) {
        PL_stack_sp = PL_stack_base + call.ax; /* perl has room for one */
        *PL_stack_sp = call.single;
    } else {
        PL_stack_sp = PL_stack_base + call.ax + call.returned - 1;
    }
    if (UNLIKELY(surplus || call.error || call.warning || call.output))
        heed(aTHX_ &call, surplus);
}

static XS(call_row)
{
    run_row(aTHX_ cv, false);
}

static XS(call_lasting_row)
{
    run_row(aTHX_ cv, true);
}

const bridge_method *bridge_method_of(CV *cv)
{
    return CvISXSUB(cv) && (CvXSUB(cv) == call_row || CvXSUB(cv) == call_lasting_row) ? (const bridge_method *)CvXSUBANY(cv).any_ptr : NULL;
}

void sv_bridge_install(void *perl, const bridge_method *method)
{
    BRIDGE_THX(perl);
    CV *cv = newXS(method->name, method->lasts ? call_lasting_row : call_row, __FILE__);
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

SV *sv_bridge_argument(void *perl, const bridge_call *call, SSize_t index)
{
    BRIDGE_THX(perl);
    return PL_stack_base[call->ax + index];
}

void sv_bridge_always_hold(void)
{
    bridge_attend(ATTENTION_HOLD);
}
