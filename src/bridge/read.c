/* From Perl scalars to native values, before Rust is entered.
 *
 * The arguments are read once or twice. The first time nothing is touched that could run Perl
 * code, strings and containers are borrowed as they stand, and for nearly every call that is
 * all. When a scalar turns up that has magic, overloading or a warning behind it, everything
 * is read again with `held` set: every argument gets a reference, values are copied, so that
 * what was read stays whatever Perl code does to the caller's variables, and objects come
 * last, so that none is destroyed by then. */
#include "read.h"
#include "object.h"

/* More than any libvirt call takes; a tied array may claim any length, and an array that
 * contains itself has no end. */
#define MOST_ELEMENTS (1 << 20)
#define DEEPEST 2

typedef struct {
    const bridge_method *method;
    const bridge_param *param;
    SSize_t elements; /* in arrays and hashes, so far */
    bool held;
} reader;

/* The functions that read return false where they would have to run Perl code and `held` is
 * not set. */
static bool read_any(pTHX_ reader *in, SV *sv, bridge_value *out, int depth);

void sv_bridge_locate(void *perl, SV *message)
{
    BRIDGE_THX(perl);
    sv_setsv(message, mess_sv(message, FALSE));
}

static void refuse(pTHX_ reader *in, U8 destroyed_class, const char *format, ...)
{
    va_list arguments;
    SV *message = sv_2mortal(newSVpvf("%s: argument '%s' ", in->method->name, in->param->name));

    va_start(arguments, format);
    sv_vcatpvf(message, format, &arguments);
    va_end(arguments);
    sv_bridge_locate(BRIDGE_PERL, message);
    croak_sv(sv_2mortal(sys_virt_argument_error(BRIDGE_PERL, SvPVX(message), SvCUR(message), destroyed_class)));
}

/* "a string", "a HASH reference", "a Sys::Virt object": for messages. */
static SV *describe(pTHX_ SV *sv)
{
    if (!SvROK(sv))
        return sv_2mortal(newSVpv(SvOK(sv) ? "a plain scalar" : "undef", 0));
    if (SvOBJECT(SvRV(sv)))
        return sv_2mortal(newSVpvf("a %s object", sv_reftype(SvRV(sv), TRUE)));
    return sv_2mortal(newSVpvf("a reference to %s", sv_reftype(SvRV(sv), FALSE)));
}

static bridge_value *new_values(pTHX_ reader *in, SSize_t count)
{
    in->elements += count;
    if (count > MOST_ELEMENTS || in->elements > MOST_ELEMENTS)
        refuse(aTHX_ in, 0, "has too many elements");
    return (bridge_value *)SvPVX(sv_2mortal(newSV((count ? count : 1) * sizeof(bridge_value))));
}

/* The scalar without its magic, and without overloading resolved by `method`. */
static SV *settled(pTHX_ SV *sv, int method)
{
    SvGETMAGIC(sv);
    if (SvROK(sv) && SvAMAGIC(sv)) {
        SV *result = AMG_CALLunary(sv, method);
        if (result && !(SvROK(result) && SvRV(result) == SvRV(sv)))
            sv = result;
    }
    sv = newSVsv_flags(sv, SV_NOSTEAL);
    return sv_2mortal(sv);
}

#define RUNS_PERL_CODE(sv) (SvGMAGICAL(sv) || (SvROK(sv) && SvAMAGIC(sv)))

static bool set_number(bridge_value *out, NV nv)
{
    if (nv >= 0 && nv < (NV)UV_MAX) {
        UV uv = (UV)nv;
        out->tag = uv > (UV)IV_MAX ? TAG_UINT : TAG_INT;
        out->u.uv = uv;
        return true;
    }
    if (nv < 0 && nv >= (NV)IV_MIN) {
        out->tag = TAG_INT;
        out->u.iv = (IV)nv;
        return true;
    }
    return false;
}

/* Like SvIV: fractions are cut off, text behind a number is warned of and ignored. */
static bool read_integer(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    const bridge_param *param = in->param;
    bool exact = true, fits;

    if (SvIOK(sv) && !SvGMAGICAL(sv)) {
        out->tag = SvIsUV(sv) && SvUVX(sv) > (UV)IV_MAX ? TAG_UINT : TAG_INT;
        out->u.iv = SvIVX(sv);
    } else {
        if (RUNS_PERL_CODE(sv)) {
            if (!in->held)
                return false;
            sv = settled(aTHX_ sv, numer_amg);
        }
        if (!SvOK(sv) && param->optional) {
            out->tag = TAG_INT;
            out->u.iv = param->preset_value;
            return true;
        }
        if (SvROK(sv))
            refuse(aTHX_ in, 0, "is %" SVf ", not an integer", SVfARG(describe(aTHX_ sv)));
        if (SvIOK(sv)) {
            out->tag = SvIsUV(sv) && SvUVX(sv) > (UV)IV_MAX ? TAG_UINT : TAG_INT;
            out->u.iv = SvIVX(sv);
        } else if (SvNOK(sv)) {
            exact = set_number(out, SvNVX(sv));
        } else {
            STRLEN len = 0;
            const char *pv = SvOK(sv) ? SvPV_nomg_const(sv, len) : "";
            UV uv = 0;
            int kind = grok_number_flags(pv, len, &uv, PERL_SCAN_TRAILING);

            if (!kind || (kind & IS_NUMBER_TRAILING)) {
                if (!in->held)
                    return false;
                PERL_UNUSED_RESULT(SvIV_nomg(sv_mortalcopy(sv))); /* for its warning */
            }
            if ((kind & (IS_NUMBER_IN_UV | IS_NUMBER_GREATER_THAN_UV_MAX)) == IS_NUMBER_IN_UV) {
                exact = !(kind & IS_NUMBER_NEG) || uv <= (UV)IV_MAX + 1;
                out->tag = !(kind & IS_NUMBER_NEG) && uv > (UV)IV_MAX ? TAG_UINT : TAG_INT;
                out->u.uv = kind & IS_NUMBER_NEG ? 0 - uv : uv;
            } else {
                exact = set_number(out, kind ? my_atof(pv) : 0);
            }
        }
    }
    fits = exact && (out->tag == TAG_UINT || out->u.iv >= 0
                     ? out->u.uv <= param->max : out->u.iv >= param->min);
    if (!fits)
        refuse(aTHX_ in, 0, "is %" SVf ", not between %" IVdf " and %" UVuf, SVfARG(sv), param->min, param->max);
    return true;
}

static bool read_string(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    STRLEN len;
    const char *pv;

    if (in->held)
        sv = settled(aTHX_ sv, string_amg);
    else if (RUNS_PERL_CODE(sv) || (!SvOK(sv) && !in->param->optional))
        return false;
    if (!SvOK(sv) && in->param->optional) {
        out->tag = TAG_UNDEF;
        return true;
    }
    if (SvROK(sv))
        refuse(aTHX_ in, 0, "is %" SVf ", not a string", SVfARG(describe(aTHX_ sv)));
    if (in->param->kind == KIND_BYTES && SvUTF8(sv)) {
        sv = sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
        if (!sv_utf8_downgrade(sv, TRUE))
            refuse(aTHX_ in, 0, "has a character above 255: encode it first");
    }
    pv = SvPV_nomg_const(sv, len);
    if (in->param->kind == KIND_STRING && memchr(pv, '\0', len))
        refuse(aTHX_ in, 0, "has a NUL byte in it");
    set_string(out, pv, len);
    return true;
}

/* Another object for the same libvirt pointer keeps that alive to the end of the call. */
static void hold_object(pTHX_ const bridge_value *value)
{
    if (value->u.ptr) {
        HV *stash = gv_stashpv(sys_virt_class_name(value->class), GV_ADD);
        sys_virt_object_ref(value->class, value->u.ptr);
        sv_2mortal(sv_bridge_object(BRIDGE_PERL, stash, value->class, value->u.ptr));
    }
}

static bool read_array(pTHX_ reader *in, AV *av, bridge_value *out, int depth)
{
    SSize_t count, i;
    bridge_value *items;
    SV **copies = NULL;

    /* Tied, or one that perl makes up, as @- is: there is nothing behind AvARRAY. */
    if (SvRMAGICAL(av) && !in->held)
        return false;
    if (in->held)
        sv_2mortal(SvREFCNT_inc((SV *)av));
    count = av_len(av) + 1;
    items = new_values(aTHX_ in, count);
    if (in->held) {
        copies = (SV **)SvPVX(sv_2mortal(newSV((count ? count : 1) * sizeof(SV *))));
        for (i = 0; i < count; i++) {
            SV **element = av_fetch(av, i, FALSE);
            copies[i] = element && *element ? sv_2mortal(SvREFCNT_inc(*element)) : &PL_sv_undef;
        }
    }
    for (i = 0; i < count; i++) {
        SV *element = copies ? copies[i] : AvARRAY(av)[i];
        if (!read_any(aTHX_ in, element ? element : &PL_sv_undef, &items[i], depth + 1))
            return false;
    }
    out->tag = TAG_ARRAY;
    out->len = count;
    out->u.items = items;
    return true;
}

/* Without Perl code behind its values nothing can change the hash meanwhile. */
static bool read_plain_hash(pTHX_ reader *in, HV *hv, bridge_value *out, int depth)
{
    bridge_value *items = new_values(aTHX_ in, HvUSEDKEYS(hv) * 2);
    STRLEN bucket;
    HE *entry;

    out->tag = TAG_HASH;
    out->len = 0;
    out->u.items = items;
    for (bucket = 0; HvARRAY(hv) && bucket <= HvMAX(hv); bucket++) {
        for (entry = HvARRAY(hv)[bucket]; entry; entry = HeNEXT(entry)) {
            if (HeVAL(entry) == &PL_sv_placeholder)
                continue;
            if (HeKWASUTF8(entry)) /* kept as Latin-1 */
                sv_bridge_read(BRIDGE_PERL, sv_2mortal(newSVhek(HeKEY_hek(entry))), items++);
            else
                set_string(items++, HeKEY(entry), HeKLEN(entry));
            if (!read_any(aTHX_ in, HeVAL(entry), items++, depth + 1))
                return false;
            out->len += 2;
        }
    }
    return true;
}

/* A tied hash is iterated as perl would; any other is walked bucket by bucket, which leaves
 * the caller's each() where it was. */
static bool read_hash(pTHX_ reader *in, HV *hv, bridge_value *out, int depth)
{
    bool tied = SvRMAGICAL(hv) && mg_find((SV *)hv, PERL_MAGIC_tied);
    SSize_t count = 0, i;
    bridge_value *items;
    SV **pairs;
    HE *entry;

    if (!in->held)
        return !tied && read_plain_hash(aTHX_ in, hv, out, depth);
    sv_2mortal(SvREFCNT_inc((SV *)hv));
    if (tied) {
        AV *all = (AV *)sv_2mortal((SV *)newAV());

        hv_iterinit(hv);
        while ((entry = hv_iternext(hv))) {
            if (++count > MOST_ELEMENTS)
                refuse(aTHX_ in, 0, "has too many keys");
            av_push(all, newSVsv(hv_iterkeysv(entry)));
            av_push(all, newSVsv(hv_iterval(hv, entry)));
        }
        pairs = AvARRAY(all);
    } else {
        STRLEN bucket;
        pairs = (SV **)SvPVX(sv_2mortal(newSV((HvUSEDKEYS(hv) * 2 + 1) * sizeof(SV *))));
        for (bucket = 0; HvARRAY(hv) && bucket <= HvMAX(hv); bucket++) {
            for (entry = HvARRAY(hv)[bucket]; entry; entry = HeNEXT(entry)) {
                if (HeVAL(entry) == &PL_sv_placeholder)
                    continue;
                pairs[count * 2] = sv_2mortal(newSVhek(HeKEY_hek(entry)));
                pairs[count * 2 + 1] = sv_2mortal(SvREFCNT_inc(HeVAL(entry)));
                count++;
            }
        }
    }
    items = new_values(aTHX_ in, count * 2);
    for (i = 0; i < count * 2; i++)
        if (!read_any(aTHX_ in, pairs[i], &items[i], depth + 1))
            return false;
    out->tag = TAG_HASH;
    out->len = count * 2;
    out->u.items = items;
    return true;
}

/* A scalar as what it holds. */
static bool read_any(pTHX_ reader *in, SV *sv, bridge_value *out, int depth)
{
    MAGIC *object = SvGMAGICAL(sv) ? NULL : bridge_object_magic(sv);

    if (!object && RUNS_PERL_CODE(sv)) {
        if (!in->held)
            return false;
        sv = settled(aTHX_ sv, string_amg);
        object = bridge_object_magic(sv);
    }
    if (object) {
        set_object(out, object);
        if (in->held)
            hold_object(aTHX_ out);
        return true;
    }
    if (SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVAV && depth < DEEPEST)
        return read_array(aTHX_ in, (AV *)SvRV(sv), out, depth);
    if (SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVHV && depth < DEEPEST)
        return read_hash(aTHX_ in, (HV *)SvRV(sv), out, depth);
    if (in->held && SvPOK(sv))
        sv = sv_mortalcopy(sv);
    if (SvIOK(sv) && SvPOK(sv) && !SvCUR(sv)) { /* perl's false: an empty string, and 0 */
        out->tag = TAG_INT;
        out->u.iv = SvIVX(sv);
        return true;
    }
    sv_bridge_read(BRIDGE_PERL, sv, out);
    return true;
}

void sv_bridge_read(void *perl, SV *sv, bridge_value *out)
{
    BRIDGE_THX(perl);
    if (SvROK(sv)) {
        /* Asked for a class, sv_reftype would make a scalar of it. */
        const char *class = SvOBJECT(SvRV(sv)) ? HvNAME(SvSTASH(SvRV(sv))) : NULL;
        out->tag = TAG_OTHER;
        out->u.pv = class ? class : sv_reftype(SvRV(sv), FALSE);
    } else if (SvPOK(sv) || (SvOK(sv) && !SvNIOK(sv))) {
        STRLEN len;
        const char *pv = SvPV_nomg_const(sv, len);
        set_string(out, pv, len);
    } else if (SvIOK(sv)) {
        out->tag = SvIsUV(sv) && SvUVX(sv) > (UV)IV_MAX ? TAG_UINT : TAG_INT;
        out->u.iv = SvIVX(sv);
    } else if (SvNOK(sv)) {
        out->tag = TAG_NUMBER;
        out->u.nv = SvNVX(sv);
    } else {
        out->tag = TAG_UNDEF;
    }
}

static bool read_container(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    svtype type = in->param->kind == KIND_HASH ? SVt_PVHV : SVt_PVAV;

    if (SvGMAGICAL(sv)) {
        if (!in->held)
            return false;
        sv = sv_mortalcopy(sv);
    }
    if (!SvOK(sv) && in->param->optional) {
        out->tag = TAG_UNDEF;
        return true;
    }
    if (!SvROK(sv) || SvTYPE(SvRV(sv)) != type)
        refuse(aTHX_ in, 0, "is %" SVf ", not %s reference", SVfARG(describe(aTHX_ sv)),
               type == SVt_PVHV ? "a hash" : "an array");
    return type == SVt_PVHV ? read_hash(aTHX_ in, (HV *)SvRV(sv), out, 0)
                            : read_array(aTHX_ in, (AV *)SvRV(sv), out, 0);
}

/* A scalar that Rust keeps. */
static bool read_kept(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    if (RUNS_PERL_CODE(sv) && !in->held)
        return false;
    sv = sv_2mortal(newSVsv(sv));
    if (!SvOK(sv) && in->param->optional) {
        out->tag = TAG_UNDEF;
        return true;
    }
    if (in->param->kind == KIND_CODE) {
        if (SvROK(sv) && SvTYPE(SvRV(sv)) != SVt_PVCV && SvAMAGIC(sv))
            sv = sv_mortalcopy(amagic_deref_call(sv, to_cv_amg));
        if (!SvPOK(sv) && !(SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVCV))
            refuse(aTHX_ in, 0, "is %" SVf ", not a code reference", SVfARG(describe(aTHX_ sv)));
    }
    out->tag = TAG_SCALAR;
    out->u.sv = sv;
    return true;
}

static bool read_object(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    MAGIC *object;

    if (SvGMAGICAL(sv)) {
        if (!in->held)
            return false;
        sv = sv_mortalcopy(sv);
    }
    object = bridge_object_magic(sv);
    if (!SvOK(sv) && in->param->optional) {
        out->tag = TAG_UNDEF;
        return true;
    }
    if (!object && SvROK(sv) && SvOBJECT(SvRV(sv)) && sv_derived_from(sv, sys_virt_class_name(in->param->class)))
        refuse(aTHX_ in, 0, "is %" SVf " by name only: made or copied by other code, such as threads::shared",
               SVfARG(describe(aTHX_ sv)));
    if (!object || bridge_object_class(object) != in->param->class)
        refuse(aTHX_ in, 0, "is %" SVf ", not a %s object", SVfARG(describe(aTHX_ sv)),
               sys_virt_class_name(in->param->class));
    if (!bridge_object_ptr(object))
        refuse(aTHX_ in, in->param->class, "is a %s object that is already destroyed",
               sys_virt_class_name(in->param->class));
    set_object(out, object);
    return true;
}

static bool read_argument(pTHX_ reader *in, SV *sv, bridge_value *out)
{
    switch (in->param->kind) {
    case KIND_OBJECT:
        return read_object(aTHX_ in, sv, out);
    case KIND_INTEGER:
        return read_integer(aTHX_ in, sv, out);
    case KIND_STRING:
    case KIND_BYTES:
        return read_string(aTHX_ in, sv, out);
    case KIND_HASH:
    case KIND_ARRAY:
        return read_container(aTHX_ in, sv, out);
    case KIND_CODE:
    case KIND_KEPT:
        return read_kept(aTHX_ in, sv, out);
    case KIND_OUTPUT:
        if (SvREADONLY(sv) || (isGV_with_GP(sv) && !SvFAKE(sv)))
            refuse(aTHX_ in, 0, "is %s, not a variable to write to", SvREADONLY(sv) ? "read-only" : "a glob");
        out->tag = TAG_SCALAR;
        out->u.sv = sv;
        return true;
    default:
        return read_any(aTHX_ in, sv, out, 0);
    }
}

static bool read_all(pTHX_ reader *in, I32 ax, I32 items, bridge_value *values)
{
    int i;

    for (i = 0; i < items; i++) {
        in->param = &in->method->params[i];
        if (!read_argument(aTHX_ in, PL_stack_base[ax + i], &values[i]))
            return false;
    }
    return true;
}

bool bridge_read_quickly(const bridge_method *method, SV **argument, SV **last, bridge_value *out)
{
    const bridge_param *param = method->params;

    for (; argument <= last; argument++, param++, out++) {
        SV *sv = *argument;

        if (param->kind == KIND_OBJECT) {
            if (!read_object_quickly(param, sv, out))
                return false;
        } else if (param->kind == KIND_INTEGER) {
            if ((SvFLAGS(sv) & (SVf_IOK | SVs_GMG | SVf_IVisUV)) != SVf_IOK)
                return false;
            out->tag = TAG_INT;
            out->u.iv = SvIVX(sv);
            if (out->u.iv >= 0 ? out->u.uv > param->max : out->u.iv < param->min)
                return false;
        } else if (param->kind == KIND_STRING) {
            if ((SvFLAGS(sv) & (SVf_POK | SVs_GMG)) != SVf_POK || memchr(SvPVX(sv), '\0', SvCUR(sv)))
                return false;
            set_string(out, SvPVX(sv), SvCUR(sv));
        } else {
            return false;
        }
    }
    return true;
}

bool bridge_always_hold;

void sv_bridge_always_hold(void)
{
    bridge_always_hold = true;
}

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

void bridge_leave_out(pTHX_ const bridge_method *method, I32 items, bridge_value *values)
{
    if (items < method->least || items > method->most)
        croak_usage(aTHX_ method);
    for (; items < method->most; items++) {
        const bridge_param *param = &method->params[items];
        values[items].tag = param->kind == KIND_INTEGER ? TAG_INT : TAG_UNDEF;
        values[items].u.iv = param->preset_value;
    }
}

void bridge_read_arguments(pTHX_ bridge_call *call)
{
    reader in = { call->method, NULL, 0, false };
    const I32 ax = call->ax, items = PL_stack_sp - (PL_stack_base + ax) + 1;
    bridge_value *values = call->values;
    int i;

    if (in.method->calls_back || bridge_always_hold || !read_all(aTHX_ &in, ax, items, values)) {
        in.held = true;
        in.elements = 0;
        for (i = 0; i < items; i++)
            sv_2mortal(SvREFCNT_inc(PL_stack_base[ax + i]));
        read_all(aTHX_ &in, ax, items, values);
        for (i = 0; i < items; i++) {
            in.param = &in.method->params[i];
            if (in.param->kind == KIND_OBJECT && values[i].tag == TAG_OBJECT) {
                read_object(aTHX_ &in, PL_stack_base[ax + i], &values[i]);
                hold_object(aTHX_ &values[i]);
            }
        }
    }
}
