/* Arguments with magic, overloading or a warning behind them, made plain before they are read; and
 * all arguments of a method inside which Perl code may run. */
#include "settle.h"
#include "object.h"
#include "read.h"

/* How many more elements are looked at: one too many, which is an error, if there are so many. */
typedef SSize_t budget;

static SV *settle_any(pTHX_ budget *left, SV *sv, int depth);

/* The scalar without its magic, and without overloading resolved by `method`. */
static SV *settle_value(pTHX_ SV *sv, int method)
{
    SvGETMAGIC(sv);
    if (SvROK(sv) && SvAMAGIC(sv)) {
        SV *result = AMG_CALLunary(sv, method);
        if (result && !(SvROK(result) && SvRV(result) == SvRV(sv)))
            sv = result;
    }
    return sv;
}

/* A copy of that. */
static SV *settle_scalar(pTHX_ SV *sv, int method)
{
    return sv_2mortal(newSVsv_flags(settle_value(aTHX_ sv, method), SV_NOSTEAL));
}

/* Like SvIV, text behind a number, and undef where there is no default, are warned of. */
static SV *settle_number(pTHX_ const bridge_param *param, SV *sv)
{
    bridge_value number;
    SV *number_of;
    STRLEN len = 0;
    const char *pv;

    sv = settle_scalar(aTHX_ sv, numer_amg);
    if (SvROK(sv) || SvNIOK(sv) || (!SvOK(sv) && param->optional))
        return sv;
    pv = SvOK(sv) ? SvPV_nomg_const(sv, len) : "";
    if (bridge_read_number(aTHX_ pv, len, &number))
        return sv;
    number_of = sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
    PERL_UNUSED_RESULT(SvIV_nomg(number_of)); /* for its warning */
    switch (number.tag) {
    case TAG_INT:
        return sv_2mortal(newSViv(number.u.iv));
    case TAG_UINT:
        return sv_2mortal(newSVuv(number.u.uv));
    default:
        return sv_2mortal(newSVnv(my_atof(pv)));
    }
}

static SV *settle_string(pTHX_ const bridge_param *param, SV *sv)
{
    sv = bridge_copy(aTHX_ param, settle_value(aTHX_ sv, string_amg));
    if (!SvOK(sv) && !param->optional) {
        PERL_UNUSED_RESULT(SvPV_nomg_nolen(sv)); /* for its warning */
        sv_setpvs(sv, "");
    }
    return sv;
}

static SV *settle_code(pTHX_ SV *sv)
{
    sv = sv_2mortal(newSVsv(sv));
    if (SvROK(sv) && SvTYPE(SvRV(sv)) != SVt_PVCV && SvAMAGIC(sv))
        sv = sv_mortalcopy(amagic_deref_call(sv, to_cv_amg));
    return sv;
}

/* A mortal array of the elements as they are: what becomes of the array does not touch it. Of too
 * many, as a tied array may claim to have, none is looked at. */
static AV *elements_of(pTHX_ budget *left, AV *av)
{
    AV *elements = (AV *)sv_2mortal((SV *)newAV());
    const SSize_t count = av_len(av) + 1;
    SSize_t i;

    if (count > *left) {
        av_fill(elements, MOST_ELEMENTS);
        *left = 0;
        return elements;
    }
    *left -= count;
    for (i = 0; i < count; i++) {
        SV **element = av_fetch(av, i, FALSE);
        av_push(elements, element && *element ? SvREFCNT_inc(*element) : newSV(0));
    }
    return elements;
}

/* The same of a hash: key, value, key, value. A tied hash is iterated as perl would; any other is
 * walked bucket by bucket, which leaves the caller's each() where it was. */
static AV *pairs_of(pTHX_ budget *left, HV *hv)
{
    AV *pairs = (AV *)sv_2mortal((SV *)newAV());
    STRLEN bucket;
    HE *entry;

    if (SvRMAGICAL(hv) && mg_find((SV *)hv, PERL_MAGIC_tied)) {
        hv_iterinit(hv);
        while (*left > 0 && (entry = hv_iternext(hv))) {
            --*left;
            av_push(pairs, newSVsv(hv_iterkeysv(entry)));
            av_push(pairs, newSVsv(hv_iterval(hv, entry)));
        }
        return pairs;
    }
    for (bucket = 0; HvARRAY(hv) && bucket <= HvMAX(hv); bucket++) {
        for (entry = HvARRAY(hv)[bucket]; entry && *left > 0; entry = HeNEXT(entry)) {
            if (HeVAL(entry) == &PL_sv_placeholder)
                continue;
            --*left;
            av_push(pairs, newSVhek(HeKEY_hek(entry)));
            av_push(pairs, SvREFCNT_inc(HeVAL(entry)));
        }
    }
    return pairs;
}

static SV *settle_array(pTHX_ budget *left, AV *av, int depth)
{
    AV *elements;
    SSize_t i;

    sv_2mortal(SvREFCNT_inc((SV *)av));
    elements = elements_of(aTHX_ left, av);
    for (i = 0; i <= av_len(elements); i++) {
        SV *element = AvARRAY(elements)[i];
        if (element)
            (void)av_store(elements, i, SvREFCNT_inc(settle_any(aTHX_ left, element, depth + 1)));
    }
    return sv_2mortal(newRV_inc((SV *)elements));
}

static SV *settle_hash(pTHX_ budget *left, HV *hv, int depth)
{
    HV *settled = (HV *)sv_2mortal((SV *)newHV());
    AV *pairs;
    SSize_t i;

    sv_2mortal(SvREFCNT_inc((SV *)hv));
    pairs = pairs_of(aTHX_ left, hv);
    for (i = 0; i < av_len(pairs); i += 2) {
        SV *value = settle_any(aTHX_ left, AvARRAY(pairs)[i + 1], depth + 1);
        if (!hv_store_ent(settled, AvARRAY(pairs)[i], SvREFCNT_inc(value), 0))
            SvREFCNT_dec(value);
    }
    return sv_2mortal(newRV_inc((SV *)settled));
}

/* An array or hash, blessed or not, with all that is in it, where the kind asks for it. */
static SV *settle_data(pTHX_ budget *left, U8 kind, SV *sv, int depth)
{
    if (SvGMAGICAL(sv))
        sv = sv_mortalcopy(sv);
    if (kind != KIND_HASH && depth < DEEPEST && SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVAV)
        return settle_array(aTHX_ left, (AV *)SvRV(sv), depth);
    if (kind != KIND_ARRAY && depth < DEEPEST && SvROK(sv) && SvTYPE(SvRV(sv)) == SVt_PVHV)
        return settle_hash(aTHX_ left, (HV *)SvRV(sv), depth);
    return sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
}

static SV *settle_any(pTHX_ budget *left, SV *sv, int depth)
{
    if (RUNS_PERL_CODE(sv) && (SvGMAGICAL(sv) || !bridge_object_magic(sv)))
        sv = settle_scalar(aTHX_ sv, string_amg);
    if (bridge_object_magic(sv))
        return sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
    return settle_data(aTHX_ left, KIND_ANY, sv, depth);
}

static SV *settle_argument(pTHX_ budget *left, const bridge_param *param, SV *sv)
{
    switch (param->kind) {
    case KIND_OBJECT:
        return sv_mortalcopy(sv);
    case KIND_INTEGER:
        return settle_number(aTHX_ param, sv);
    case KIND_STRING:
    case KIND_BYTES:
        return settle_string(aTHX_ param, sv);
    case KIND_HASH:
    case KIND_ARRAY:
        return settle_data(aTHX_ left, param->kind, sv, 0);
    case KIND_CODE:
        return settle_code(aTHX_ sv);
    case KIND_KEPT:
        return sv_2mortal(newSVsv(sv));
    case KIND_OUTPUT:
        return sv;
    case KIND_HANDLE:
        return bridge_settle_handle(aTHX_ sv);
    default:
        return settle_any(aTHX_ left, sv, 0);
    }
}

void bridge_settle(pTHX_ const bridge_method *method, SV **arguments, I32 items, SV **settled)
{
    budget left = MOST_ELEMENTS + 1;
    I32 i;

    /* Perl code may free them, and move the stack that they are on. */
    for (i = 0; i < items; i++)
        settled[i] = sv_2mortal(SvREFCNT_inc(arguments[i]));
    for (i = 0; i < items; i++)
        settled[i] = settle_argument(aTHX_ &left, &method->params[i], settled[i]);
}
