/* From Perl scalars to native values, before Rust is entered. Nothing here runs Perl code, warns or
 * dies: what would need that is left to settle.c, which makes plain scalars of it. */
#include "read.h"

typedef struct {
    SSize_t elements; /* in arrays and hashes, so far */
    bool settled;     /* Perl code has had its turn: a reference is what it is */
    bridge_value *room; /* for so many values: */
    SSize_t left;
} reader;

static bool read_any(pTHX_ reader *in, SV *sv, bridge_value *out, int depth);

static void set_integer(bridge_value *out, SV *sv)
{
    out->tag = SvIsUV(sv) && SvUVX(sv) > (UV)IV_MAX ? TAG_UINT : TAG_INT;
    out->u.iv = SvIVX(sv);
}

PERL_STATIC_INLINE void set_string(bridge_value *out, const char *pv, STRLEN len)
{
    out->tag = TAG_STRING;
    out->len = len;
    out->u.pv = pv;
}

static bool needs_settling(const reader *in, SV *sv)
{
    return !in->settled && RUNS_PERL_CODE(sv);
}

void sv_bridge_read(void *perl, SV *sv, bridge_value *out)
{
    BRIDGE_THX(perl);
    if (SvROK(sv)) {
        /* Asked for a class, sv_reftype would make a scalar of it. */
        const char *class = SvOBJECT(SvRV(sv)) ? HvNAME(SvSTASH(SvRV(sv))) : NULL;
        out->tag = class ? TAG_FOREIGN : TAG_REFERENCE;
        out->u.pv = class ? class : sv_reftype(SvRV(sv), FALSE);
    } else if (SvIOK(sv) && SvPOK(sv) && !SvCUR(sv)) { /* perl's false: an empty string, and 0 */
        set_integer(out, sv);
    } else if (SvPOK(sv) || (SvOK(sv) && !SvNIOK(sv))) {
        STRLEN len;
        const char *pv = SvPV_nomg_const(sv, len);
        set_string(out, pv, len);
    } else if (SvIOK(sv)) {
        set_integer(out, sv);
    } else if (SvNOK(sv)) {
        out->tag = TAG_NUMBER;
        out->u.nv = SvNVX(sv);
    } else {
        out->tag = TAG_UNDEF;
    }
}

static bool read_object(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    MAGIC *object;

    if (SvGMAGICAL(sv))
        return false;
    object = bridge_object_magic(sv);
    if (object)
        bridge_set_object(out, object);
    else
        return read_any(aTHX_ in, sv, out, DEEPEST);
    return true;
}

bool bridge_read_number(pTHX_ const char *pv, STRLEN len, bridge_value *out)
{
    UV uv = 0;
    const int kind = grok_number_flags(pv, len, &uv, PERL_SCAN_TRAILING);
    const bool negative = kind & IS_NUMBER_NEG;

    if ((kind & (IS_NUMBER_IN_UV | IS_NUMBER_GREATER_THAN_UV_MAX)) != IS_NUMBER_IN_UV) {
        out->tag = TAG_NUMBER;
        out->u.nv = kind ? my_atof(pv) : 0;
    } else if (negative && uv > (UV)IV_MAX + 1) {
        set_string(out, pv, len); /* below every range, but not as a rounded number */
    } else {
        out->tag = !negative && uv > (UV)IV_MAX ? TAG_UINT : TAG_INT;
        out->u.uv = negative ? 0 - uv : uv;
    }
    return kind && !(kind & IS_NUMBER_TRAILING);
}

static bool read_integer(pTHX_ reader *in, const bridge_param *param, SV *sv, bridge_value *out)
{
    if (needs_settling(in, sv))
        return false;
    if (!SvOK(sv)) {
        out->tag = TAG_INT;
        out->u.iv = param->preset_value;
        return param->optional;
    }
    if (SvPOK(sv) && !SvNIOK(sv))
        return bridge_read_number(aTHX_ SvPVX(sv), SvCUR(sv), out);
    if (SvIOK(sv))
        set_integer(out, sv);
    else
        sv_bridge_read(BRIDGE_PERL, sv, out);
    return true;
}

/* Magic that has perl call this when the scalar ends, before its memory is freed. */
static int wipe(pTHX_ SV *sv, MAGIC *mg)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(mg);
    explicit_bzero(SvPVX(sv), SvLEN(sv));
    return 0;
}

static const MGVTBL wiped_vtbl = { NULL, NULL, NULL, NULL, wipe, NULL, NULL, NULL };

SV *bridge_copy(pTHX_ const bridge_param *param, SV *sv)
{
    SV *copy;

    if (!param->secret || !SvPOK(sv))
        return sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
    /* Not shared with the caller's. */
    copy = newSVpvn_flags(SvPVX(sv), SvCUR(sv), SvUTF8(sv) | SVs_TEMP);
    sv_magicext(copy, NULL, PERL_MAGIC_ext, &wiped_vtbl, NULL, 0);
    return copy;
}

static bool read_string(pTHX_ reader *in, const bridge_param *param, SV *sv, bridge_value *out)
{
    STRLEN len;
    const char *pv;

    if (needs_settling(in, sv))
        return false;
    if (!SvOK(sv)) {
        out->tag = TAG_UNDEF;
        return param->optional;
    }
    if (SvROK(sv))
        return read_any(aTHX_ in, sv, out, DEEPEST);
    if (param->kind == KIND_BYTES && SvUTF8(sv)) {
        sv = bridge_copy(aTHX_ param, sv);
        if (!sv_utf8_downgrade(sv, TRUE)) {
            out->tag = TAG_WIDE;
            return true;
        }
    }
    pv = SvPV_nomg_const(sv, len);
    set_string(out, pv, len);
    return true;
}

/* Room for the values in an array or hash; NULL for too many. */
static bridge_value *new_values(pTHX_ reader *in, bridge_value *out, U8 tag, SSize_t elements, SSize_t values)
{
    in->elements += elements;
    out->tag = elements > MOST_ELEMENTS || in->elements > MOST_ELEMENTS ? TAG_ENDLESS : tag;
    if (out->tag == TAG_ENDLESS)
        return NULL;
    out->len = values;
    if (values <= in->left) {
        out->u.items = in->room;
        in->room += values;
        in->left -= values;
    } else {
        out->u.items = (bridge_value *)SvPVX(sv_2mortal(newSV(values * sizeof(bridge_value))));
    }
    return (bridge_value *)out->u.items;
}

static bool read_array(pTHX_ reader *in, AV *av, bridge_value *out, int depth)
{
    SSize_t count, i;
    bridge_value *items;

    /* Tied, or one that perl makes up, as @- is: there is nothing behind AvARRAY. */
    if (SvRMAGICAL(av))
        return false;
    count = av_len(av) + 1;
    items = new_values(aTHX_ in, out, TAG_ARRAY, count, count);
    for (i = 0; items && i < count; i++) {
        SV *element = AvARRAY(av)[i];
        if (!read_any(aTHX_ in, element ? element : &PL_sv_undef, &items[i], depth + 1))
            return false;
    }
    return true;
}

/* Walked bucket by bucket, which leaves the caller's each() where it was. Without Perl code behind
 * its values nothing can change the hash meanwhile. */
static bool read_hash(pTHX_ reader *in, HV *hv, bridge_value *out, int depth)
{
    const SSize_t count = HvUSEDKEYS(hv);
    bridge_value *items;
    STRLEN bucket;
    HE *entry;

    if (SvRMAGICAL(hv) && mg_find((SV *)hv, PERL_MAGIC_tied))
        return false;
    items = new_values(aTHX_ in, out, TAG_HASH, count, count * 2);
    for (bucket = 0; items && HvARRAY(hv) && bucket <= HvMAX(hv); bucket++) {
        for (entry = HvARRAY(hv)[bucket]; entry; entry = HeNEXT(entry)) {
            if (HeVAL(entry) == &PL_sv_placeholder)
                continue;
            if (HeKWASUTF8(entry)) /* kept as Latin-1 */
                sv_bridge_read(BRIDGE_PERL, sv_2mortal(newSVhek(HeKEY_hek(entry))), items++);
            else
                set_string(items++, HeKEY(entry), HeKLEN(entry));
            if (!read_any(aTHX_ in, HeVAL(entry), items++, depth + 1))
                return false;
        }
    }
    return true;
}

/* An array or hash, blessed or not, where the kind asks for it. */
static bool read_data(pTHX_ reader *in, U8 kind, SV *sv, bridge_value *out, int depth)
{
    if (kind != KIND_HASH && depth < DEEPEST && SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVAV)
        return read_array(aTHX_ in, (AV *)SvRV(sv), out, depth);
    if (kind != KIND_ARRAY && depth < DEEPEST && SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVHV)
        return read_hash(aTHX_ in, (HV *)SvRV(sv), out, depth);
    sv_bridge_read(BRIDGE_PERL, sv, out);
    return true;
}

/* A scalar as what it holds. */
static bool read_any(pTHX_ reader *in, SV *sv, bridge_value *out, int depth)
{
    const U32 plain = SvFLAGS(sv) & (SVf_IOK | SVf_NOK | SVf_POK | SVf_ROK | SVs_GMG | SVf_IVisUV);
    MAGIC *object;

    if (plain == SVf_IOK) {
        set_integer(out, sv);
        return true;
    }
    if (plain == SVf_POK) {
        set_string(out, SvPVX_const(sv), SvCUR(sv));
        return true;
    }
    object = SvGMAGICAL(sv) ? NULL : bridge_object_magic(sv);
    if (object) {
        bridge_set_object(out, object);
        return true;
    }
    return !needs_settling(in, sv) && read_data(aTHX_ in, KIND_ANY, sv, out, depth);
}

/* A scalar that Rust keeps: settle.c has made it, and nobody else has it. */
static bool read_kept(pTHX_ const bridge_param *param, SV *sv, bridge_value *out)
{
    const bool is_code = SvPOK(sv) || (SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVCV);

    if (param->kind == KIND_KEPT || is_code) {
        out->tag = TAG_SCALAR;
        out->u.sv = sv;
    } else {
        sv_bridge_read(BRIDGE_PERL, sv, out);
    }
    return true;
}

/* What bridge_settle_handle has made of it. */
static bool read_handle(pTHX_ SV *sv, bridge_value *out)
{
    sv_bridge_read(BRIDGE_PERL, sv, out);
    if (out->tag == TAG_INT && out->u.iv < 0)
        out->tag = (U8)-out->u.iv;
    return true;
}

static bool read_argument(pTHX_ reader *in, const bridge_param *param, SV *sv, bridge_value *out)
{
    switch (param->kind) {
    case KIND_OBJECT:
        return read_object(aTHX_ in, sv, out);
    case KIND_INTEGER:
        return read_integer(aTHX_ in, param, sv, out);
    case KIND_STRING:
    case KIND_BYTES:
        return read_string(aTHX_ in, param, sv, out);
    case KIND_HASH:
    case KIND_ARRAY:
        return !SvGMAGICAL(sv) && read_data(aTHX_ in, param->kind, sv, out, 0);
    case KIND_CODE:
    case KIND_KEPT:
        return read_kept(aTHX_ param, sv, out);
    case KIND_OUTPUT:
        out->tag = SvREADONLY(sv) ? TAG_CONSTANT : isGV_with_GP(sv) && !SvFAKE(sv) ? TAG_GLOB : TAG_SCALAR;
        out->u.sv = sv;
        return true;
    case KIND_HANDLE:
        return in->settled && read_handle(aTHX_ sv, out);
    default:
        return read_any(aTHX_ in, sv, out, 0);
    }
}

/* The simplest shape that an argument can have, which nearly every one has. */
PERL_STATIC_INLINE bool read_quickly(const bridge_param *param, SV *sv, bridge_value *out)
{
    if (param->kind == KIND_OBJECT)
        return bridge_read_object(sv, out);
    if (param->kind == KIND_INTEGER && (SvFLAGS(sv) & (SVf_IOK | SVs_GMG | SVf_IVisUV)) == SVf_IOK) {
        out->tag = TAG_INT;
        out->u.iv = SvIVX(sv);
        return true;
    }
    if (param->kind == KIND_STRING && (SvFLAGS(sv) & (SVf_POK | SVs_GMG)) == SVf_POK) {
        set_string(out, SvPVX(sv), SvCUR(sv));
        return true;
    }
    return false;
}

bool bridge_read(pTHX_ const bridge_method *method, SV **arguments, I32 items, bool settled, bridge_value *values,
                 bridge_value *room)
{
    reader in = { 0, settled, room, BRIDGE_ROOM };
    const bridge_param *param = method->params;
    I32 i;

    for (i = 0; i < items; i++, param++)
        if (!read_quickly(param, arguments[i], &values[i])
            && !read_argument(aTHX_ &in, param, arguments[i], &values[i]))
            return false;
    return true;
}
