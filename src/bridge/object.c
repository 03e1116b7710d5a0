/* Objects: a blessed scalar that shows the libvirt pointer as an integer, which is what C code
 * with the published typemap reads, and extension magic behind it, which owns the pointer and
 * is the only thing this module believes. */
#include "object.h"
#include "callback.h"

/* The magic's mg_ptr is the libvirt pointer, NULL once destroyed; mg_private the class, and whether the
 * reference is another's; mg_len how often it is kept, from -16 down because perl gives mg_len >= -2
 * meanings of its own; mg_obj its origin: an integer, the connection, with the process that made it in the
 * place of a length. The objects of a connection share it. */
#define NOT_KEPT (-16)
#define LENT 256

static SV *new_origin(pTHX_ void *connection)
{
    SV *origin = newSV_type(SVt_PVIV);
    SvIV_set(origin, PTR2IV(connection));
    SvCUR_set(origin, (STRLEN)bridge_forks);
    return origin;
}

static bool is_of_this_process(const MAGIC *mg)
{
    return SvCUR(mg->mg_obj) == (STRLEN)bridge_forks;
}

static void *connection_of(const MAGIC *mg)
{
    return INT2PTR(void *, SvIVX(mg->mg_obj));
}

/* The object whose connection the results of the running method are on. */
static const SV *source(void)
{
    const bridge_call *call = bridge_here.call;
    const bridge_value *value;

    if (!call || !call->method->most)
        return NULL;
    value = &call->values[bridge_here.argument];
    if (value->tag == TAG_ARRAY && value->of.len)
        value = value->u.items;
    if (value->tag != TAG_OBJECT)
        value = call->values;
    return value->tag == TAG_OBJECT ? value->of.owner : NULL;
}

static SV *origin_like(pTHX_ const SV *like)
{
    const MAGIC *mg = like ? mg_findext(like, PERL_MAGIC_ext, &bridge_object_vtbl) : NULL;

    if (mg && is_of_this_process(mg))
        return SvREFCNT_inc_simple_NN(mg->mg_obj);
    return new_origin(aTHX_ mg ? connection_of(mg) : NULL);
}

/* The end of a reference. */
static void give_up(pTHX_ U8 class, void *ptr, void *connection)
{
    /* To end a connection that hangs would keep the process from its own end, which is that of the first
     * interpreter. */
    if (PL_dirty && BRIDGE_PERL == (void *)PL_curinterp && sys_virt_is_busy())
        return;
    if (UNLIKELY(bridge_attention & ATTENTION_SIGPIPE))
        sv_bridge_watch_signals(BRIDGE_PERL);
    if (UNLIKELY(bridge_attention & (ATTENTION_HUNG | ATTENTION_DEADLINE)))
        IN_LIBVIRT(sys_virt_object_free_within(class, ptr, connection));
    else
        IN_LIBVIRT(sys_virt_object_free(class, ptr));
    bridge_resume_exit(aTHX);
}

static void give_up_later(U8 class, void *ptr, void *connection)
{
    sys_virt_object_free_later(class, ptr, connection);
    bridge_here.unfinished |= UNFINISHED_OBJECTS;
}

static void release(pTHX_ MAGIC *mg)
{
    void *ptr = mg->mg_ptr;

    mg->mg_ptr = NULL;
    if (!ptr || mg->mg_len != NOT_KEPT || mg->mg_private & LENT)
        return; /* who keeps it, or has lent it, gives it up */
    /* A forked child must not end its parent's connection. */
    if (!is_of_this_process(mg))
        return;
    /* Perl code that libvirt has called drops or destroys what it likes, and a method below has its
     * arguments as pointers. */
    if (bridge_here.call)
        give_up_later(bridge_object_class(mg), ptr, connection_of(mg));
    else
        give_up(aTHX_ bridge_object_class(mg), ptr, connection_of(mg));
}

void bridge_free_objects(pTHX)
{
    U8 class;
    void *ptr, *connection;

    bridge_here.unfinished &= ~UNFINISHED_OBJECTS;
    /* One that ends may run Perl code, in which others end. */
    while (sys_virt_object_to_free(&class, &ptr, &connection))
        give_up(aTHX_ class, ptr, connection);
}

void sv_bridge_lend(bridge_loan *loan, const SV *reference)
{
    loan->object = SvRV(reference);
    loan->below = bridge_here.loans;
    bridge_here.loans = loan;
    mg_findext(loan->object, PERL_MAGIC_ext, &bridge_object_vtbl)->mg_private |= LENT;
}

/* What is lent has ended, or got a reference of its own: its loan knows it no more. */
static void forget_loan(const SV *object)
{
    bridge_loan *loan;

    for (loan = bridge_here.loans; loan; loan = loan->below)
        if (loan->object == object)
            loan->object = NULL;
}

static void own(const SV *object, MAGIC *mg)
{
    if (!(mg->mg_private & LENT))
        return;
    forget_loan(object);
    mg->mg_private = bridge_object_class(mg);
    if (mg->mg_ptr)
        sys_virt_object_ref(bridge_object_class(mg), mg->mg_ptr);
}

void sv_bridge_end_loan(const bridge_loan *loan)
{
    bridge_loan **place = &bridge_here.loans;

    if (loan->object)
        own(loan->object, mg_findext(loan->object, PERL_MAGIC_ext, &bridge_object_vtbl));
    /* Most often the last one; not where something like Coro changes stacks inside callbacks. */
    while (*place != loan)
        place = &(*place)->below;
    *place = loan->below;
}

void sv_bridge_keep_object(SV *owner)
{
    MAGIC *mg = mg_findext(owner, PERL_MAGIC_ext, &bridge_object_vtbl);

    own(owner, mg);
    SvREFCNT_inc_simple_void_NN(owner);
    mg->mg_len--;
}

void sv_bridge_let_object_go(void *perl, SV *owner, U8 class, void *ptr)
{
    MAGIC *mg = mg_findext(owner, PERL_MAGIC_ext, &bridge_object_vtbl);

    mg->mg_len++;
    /* It was destroyed by hand. */
    if (mg->mg_len == NOT_KEPT && !mg->mg_ptr)
        give_up_later(class, ptr, connection_of(mg));
    sv_bridge_free(perl, owner);
}

void *sv_bridge_connection(const SV *owner)
{
    return connection_of(mg_findext(owner, PERL_MAGIC_ext, &bridge_object_vtbl));
}

static int object_free(pTHX_ SV *sv, MAGIC *mg)
{
    if (mg->mg_private & LENT)
        forget_loan(sv);
    release(aTHX_ mg);
    return 0;
}

#ifdef USE_ITHREADS
static int object_dup(pTHX_ MAGIC *mg, CLONE_PARAMS *params)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(params);
    mg->mg_len = NOT_KEPT; /* by this interpreter */
    mg->mg_private = bridge_object_class(mg);
    if (mg->mg_ptr && is_of_this_process(mg))
        sys_virt_object_ref(bridge_object_class(mg), mg->mg_ptr);
    return 0;
}
#define OBJECT_DUP object_dup
#else
#define OBJECT_DUP NULL
#endif

const MGVTBL bridge_object_vtbl = { NULL, NULL, NULL, NULL, object_free, NULL, OBJECT_DUP, NULL };

SV *sv_bridge_object(void *perl, HV *stash, U8 class, void *ptr, void *connection, SV *like)
{
    BRIDGE_THX(perl);
    SV *object = newSV_type(SVt_PVMG);
    SV *reference = newRV_noinc(object);
    MAGIC *mg = sv_magicext(object, NULL, PERL_MAGIC_ext, &bridge_object_vtbl, NULL, 0);

    mg->mg_ptr = (char *)ptr;
    mg->mg_len = NOT_KEPT;
    mg->mg_private = class;
    mg->mg_obj = connection ? new_origin(aTHX_ connection) : origin_like(aTHX_ like ? SvRV(like) : source());
    mg->mg_flags |= MGf_REFCOUNTED;
#ifdef USE_ITHREADS
    mg->mg_flags |= MGf_DUP;
#endif
    SvIV_set(object, PTR2IV(ptr));
    (void)SvIOK_only(object);
    return sv_bless(reference, stash);
}

MAGIC *bridge_object_magic(SV *sv)
{
    if (!SvROK(sv) || SvTYPE(SvRV(sv)) < SVt_PVMG || !SvOBJECT(SvRV(sv)))
        return NULL;
    return mg_findext(SvRV(sv), PERL_MAGIC_ext, &bridge_object_vtbl);
}

/* DESTROY of every class, for scripts that call it by hand; harmless the second time. */
static XS(object_destroy)
{
    dXSARGS;
    MAGIC *mg = items == 1 ? bridge_object_magic(ST(0)) : NULL;

    if (items != 1)
        croak_xs_usage(cv, "self");
    if (mg) {
        SvIV_set(SvRV(ST(0)), 0);
        release(aTHX_ mg);
    }
    XSRETURN_EMPTY;
}

void sv_bridge_install_destroy(void *perl, const char *name)
{
    BRIDGE_THX(perl);
    CV *cv = get_cv(name, 0);

    if (cv && CvISXSUB(cv) && CvXSUB(cv) == object_destroy)
        return; /* loaded again */
    cv = newXS(name, object_destroy, __FILE__);
    /* Perl does not call a DESTROY that is marked as constant when an object ends, which would
     * cost as much as making the object and everything else that becomes of it. There is no
     * need: the magic gives up the pointer. A subclass's own DESTROY is called as ever. */
    CvCONST_on(cv);
}
