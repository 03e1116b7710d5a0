/* Objects: a blessed scalar that shows the libvirt pointer as an integer, which is what C code
 * with the published typemap reads, and extension magic behind it, which owns the pointer and
 * is the only thing this module believes. */
#include "object.h"
#include "callback.h"

/* The magic's mg_ptr is the libvirt pointer, NULL once destroyed; mg_private the class; mg_len
 * the process that made it, below -2 because perl gives mg_len >= -2 meanings of its own. */
#define OWNER_OF_PROCESS (-bridge_forks - 16)

static void release(pTHX_ MAGIC *mg)
{
    void *ptr = mg->mg_ptr;

    mg->mg_ptr = NULL;
    /* A forked child must not end its parent's connection. */
    if (!ptr || mg->mg_len != OWNER_OF_PROCESS)
        return;
    /* To end a connection that hangs would keep the process from its own end. */
    if (PL_dirty && sys_virt_is_busy())
        return;
    if (bridge_here.calls > 0) {
        /* Perl code that libvirt has called drops or destroys what it likes, and a method below
         * has its arguments as pointers. */
        sys_virt_object_free_later((U8)mg->mg_private, ptr);
        bridge_here.unfinished |= UNFINISHED_OBJECTS;
        return;
    }
    if (UNLIKELY(bridge_attention & ATTENTION_HUNG)) {
        sys_virt_object_free_elsewhere((U8)mg->mg_private, ptr);
        return;
    }
    if (UNLIKELY(bridge_attention & ATTENTION_SIGPIPE))
        sv_bridge_watch_signals(BRIDGE_PERL);
    IN_LIBVIRT(sys_virt_object_free((U8)mg->mg_private, ptr));
    bridge_resume_exit(aTHX);
}

static int object_free(pTHX_ SV *sv, MAGIC *mg)
{
    PERL_UNUSED_ARG(sv);
    release(aTHX_ mg);
    return 0;
}

#ifdef USE_ITHREADS
static int object_dup(pTHX_ MAGIC *mg, CLONE_PARAMS *params)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(params);
    if (mg->mg_ptr && mg->mg_len == OWNER_OF_PROCESS)
        sys_virt_object_ref((U8)mg->mg_private, mg->mg_ptr);
    return 0;
}
#define OBJECT_DUP object_dup
#else
#define OBJECT_DUP NULL
#endif

const MGVTBL bridge_object_vtbl = { NULL, NULL, NULL, NULL, object_free, NULL, OBJECT_DUP, NULL };

SV *sv_bridge_object(void *perl, HV *stash, U8 class, void *ptr)
{
    BRIDGE_THX(perl);
    SV *object = newSV_type(SVt_PVMG);
    SV *reference = newRV_noinc(object);
    MAGIC *mg = sv_magicext(object, NULL, PERL_MAGIC_ext, &bridge_object_vtbl, NULL, 0);

    mg->mg_ptr = (char *)ptr;
    mg->mg_len = OWNER_OF_PROCESS;
    mg->mg_private = class;
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
