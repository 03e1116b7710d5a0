/* File handles as arguments: what has to be done in perl before their descriptors are used. */
#include "read.h"
#include "settle.h"

static SV *in_place_of_a_descriptor(pTHX_ enum bridge_tag why)
{
    return sv_2mortal(newSViv(-(IV)why));
}

/* What perl has behind a glob or a reference to one; false for what is no handle. */
static bool find_io(pTHX_ SV *sv, IO **io)
{
    if (SvROK(sv) && SvAMAGIC(sv))
        sv = amagic_deref_call(sv, to_gv_amg);
    if (SvROK(sv))
        sv = SvRV(sv);
    *io = isGV_with_GP(sv) ? GvIO((GV *)sv) : SvTYPE(sv) == SVt_PVIO ? (IO *)sv : NULL;
    return isGV_with_GP(sv) || SvTYPE(sv) == SVt_PVIO;
}

/* Writes what is to be written, and gives back what was read ahead, where that is possible. */
static bool empty(pTHX_ PerlIO *file)
{
    return !file || (PerlIO_flush(file) == 0 && !(PerlIO_has_cntptr(file) && PerlIO_get_cnt(file) > 0));
}

SV *bridge_settle_handle(pTHX_ SV *sv)
{
    bridge_value number;
    IO *io;
    STRLEN len;
    const char *pv;
    int fd;

    SvGETMAGIC(sv);
    if (!find_io(aTHX_ sv, &io)) {
        sv = sv_2mortal(newSVsv_flags(sv, SV_NOSTEAL));
        if (SvROK(sv) || !SvOK(sv))
            return sv;
        pv = SvPV_const(sv, len);
        return bridge_read_number(aTHX_ pv, len, &number) && number.tag == TAG_INT && number.u.iv >= 0
            ? sv_2mortal(newSViv(number.u.iv)) : sv_2mortal(newSVpvn(pv, len));
    }
    sv_2mortal(SvREFCNT_inc((SV *)io));
    if (io && SvRMAGICAL((SV *)io) && mg_find((SV *)io, PERL_MAGIC_tiedscalar))
        return in_place_of_a_descriptor(aTHX_ TAG_TIED);
    if (!io || !IoIFP(io))
        return in_place_of_a_descriptor(aTHX_ TAG_CLOSED);
    fd = PerlIO_fileno(IoIFP(io));
    if (fd < 0)
        return in_place_of_a_descriptor(aTHX_ TAG_UNFILED);
    if (!empty(aTHX_ IoIFP(io)) || (IoIFP(io) != IoOFP(io) && !empty(aTHX_ IoOFP(io))))
        return in_place_of_a_descriptor(aTHX_ TAG_FILLED);
    return sv_2mortal(newSViv(fd));
}
