/* Functions of perl that libperl-sys cannot give: macros, and what is inline in some perls. */
#include "bridge.h"

SV *sv_bridge_reference(void *perl, SV *target)
{
    BRIDGE_THX(perl);
    return newRV_noinc(target);
}

void sv_bridge_locate(void *perl, SV *message)
{
    BRIDGE_THX(perl);
    COP *const here = PL_curcop;
    const PERL_CONTEXT *caller = CopSTASH_eq(here, gv_stashpvs("Sys::Virt", 0)) ? caller_cx(0, NULL) : NULL;

    /* Sys::Virt->new is written in Perl: the caller is who has called that. */
    if (caller)
        PL_curcop = caller->blk_oldcop;
    sv_setsv(message, mess_sv(message, FALSE));
    PL_curcop = here;
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

void sv_bridge_free(void *perl, SV *sv)
{
    BRIDGE_THX(perl);
    if (SvROK(sv) || SvOBJECT(sv) || SvMAGICAL(sv) || SvTYPE(sv) > SVt_PVMG)
        sv_2mortal(sv);
    else
        SvREFCNT_dec_NN(sv);
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
