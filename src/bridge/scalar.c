/* Functions of perl that libperl-sys cannot give: macros, and what is inline in some perls. */
#include "bridge.h"

SV *sv_bridge_reference(void *perl, SV *target)
{
    BRIDGE_THX(perl);
    return newRV_noinc(target);
}

void sv_bridge_set_string(void *perl, SV *sv, const char *pv, STRLEN len)
{
    BRIDGE_THX(perl);
    if (SvTYPE(sv) < SVt_PV || SvTYPE(sv) > SVt_PVMG || SvTHINKFIRST(sv) || SvLEN(sv) <= len) {
        sv_setpvn(sv, pv, len);
        return;
    }
    Copy(pv, SvPVX(sv), len, char);
    SvPVX(sv)[len] = '\0';
    SvCUR_set(sv, len);
    SvPOK_only(sv);
    SvTAINT(sv);
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

const char *sv_bridge_caller(void *perl, U32 *line)
{
    BRIDGE_THX(perl);
    const char *file = CopFILE(PL_curcop);

    *line = CopLINE(PL_curcop);
    return file ? file : "(unknown)";
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
