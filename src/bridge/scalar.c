/* Functions of perl that libperl-sys cannot give: macros, and what is inline in some perls. */
#include "bridge.h"

SV *sv_bridge_reference(void *perl, SV *target)
{
    BRIDGE_THX(perl);
    return newRV_noinc(target);
}

SV *sv_bridge_integer(void *perl, IV value)
{
    BRIDGE_THX(perl);
    SV *sv = newSV_type(SVt_IV);

    SvIV_set(sv, value);
    (void)SvIOK_on(sv);
    return sv;
}

SV *sv_bridge_plain_element(void *perl, SV *hash, const char *key)
{
    BRIDGE_THX(perl);
    HV *const hv = SvROK(hash) && SvTYPE(SvRV(hash)) == SVt_PVHV ? (HV *)SvRV(hash) : NULL;
    /* A restricted hash dies of other keys than it may have. */
    SV **const element = hv && !SvRMAGICAL(hv) && !SvREADONLY(hv) ? hv_fetch(hv, key, strlen(key), FALSE) : NULL;

    return element && SvPOK(*element) && !SvGMAGICAL(*element) ? *element : NULL;
}

void sv_bridge_wipe_element(void *perl, SV *hash, const char *key)
{
    SV *const element = sv_bridge_plain_element(perl, hash, key);

    if (element && (!SvIsCOW(element) || (SvLEN(element) && CowREFCNT(element) == 0)) && SvREFCNT(element) == 1 && SvREFCNT(SvRV(hash)) == 1 && SvREFCNT(hash) == 1)
        explicit_bzero(SvPVX(element), SvLEN(element));
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
    SV **place = hv_fetch(stash, name, len, TRUE);

    SvREADONLY_on(value);
    if (SvTYPE(*place) != SVt_NULL) {
        newCONSTSUB(stash, name, value);
    } else {
        sv_upgrade(*place, SVt_IV);
        SvRV_set(*place, value);
        SvROK_on(*place);
    }
}

void sv_bridge_constants_done(void *perl, HV *stash)
{
    BRIDGE_THX(perl);
    mro_method_changed_in(stash);
}
