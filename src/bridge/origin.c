/* Who has called: the place in messages, and what an error object knows of the call that it is of. */
#include "origin.h"

/* Subs that stand between the script and a method: the caller is who has called them. */
PERL_STATIC_INLINE bool is_ours(pTHX_ const COP *cop)
{
    HV *stash = CopSTASH(cop);
    const HEK *name = stash ? HvNAME_HEK(stash) : NULL;
#define IS(package) (HEK_LEN(name) == sizeof package - 1 && memEQ(HEK_KEY(name), package, sizeof package - 1))

    return name && (IS("Sys::Virt") || IS("Sys::Virt::Internal"));
}

/* In the tree of `op`: the op `wanted`, or a call after which `next` runs. And its statement: for a
 * block that has only one, perl leaves its op where it was, and never runs it. */
static const OP *find(const OP *op, const OP *wanted, const OP *next, const COP **statement)
{
    const COP *const before = *statement;
    const OP *kid, *found;

    if (op == wanted || (next && op->op_type == OP_ENTERSUB && op->op_next == next))
        return op;
    if (op->op_flags & OPf_KIDS) {
        for (kid = cUNOPx(op)->op_first; kid; kid = OpSIBLING(kid)) {
            if (kid->op_type == OP_NULL && kid->op_targ == OP_NEXTSTATE)
                *statement = (const COP *)kid;
            found = find(kid, wanted, next, statement);
            if (found)
                return found;
        }
    }
    *statement = before;
    return NULL;
}

void bridge_as_caller(pTHX_ I32 level)
{
    const PERL_CONTEXT *cx = caller_cx(level, NULL);
    const OP *next, *call;
    const COP *statement;

    if (!cx)
        return;
    SAVEVPTR(PL_curcop);
    SAVEOP();
    PL_curcop = cx->blk_oldcop;
    statement = PL_curcop;
    next = CxTYPE(cx) == CXt_SUB ? cx->blk_sub.retop : NULL;
    call = next && OpSIBLING(statement) ? find(OpSIBLING(statement), NULL, next, &statement) : NULL;
    if (call)
        PL_op = (OP *)call;
}

/* Whether it has begun to be as if the script had called, which ends with a LEAVE. */
PERL_STATIC_INLINE bool as_script(pTHX)
{
    I32 level;

    if (LIKELY(!is_ours(aTHX_ PL_curcop)))
        return false;
    ENTER;
    for (level = 0; is_ours(aTHX_ PL_curcop) && caller_cx(level, NULL); level++)
        bridge_as_caller(aTHX_ level);
    return true;
}

void sv_bridge_locate(void *perl, SV *message)
{
    BRIDGE_THX(perl);
    const bool elsewhere = as_script(aTHX);

    sv_setsv(message, mess_sv(message, FALSE));
    if (elsewhere)
        LEAVE;
}

void sv_bridge_place(void *perl, bridge_place *place)
{
    BRIDGE_THX(perl);
    const bool elsewhere = as_script(aTHX);
    const COP *statement = PL_curcop;
    const char *file;

    if (OpSIBLING(PL_curcop))
        (void)find(OpSIBLING(PL_curcop), PL_op, NULL, &statement);
    place->line = CopLINE(statement);
    file = CopFILE(statement);
    place->file = file ? file : CopFILE(PL_curcop);
    place->len = place->file ? strlen(place->file) : 0;
    if (elsewhere)
        LEAVE;
}

/* Behind an error object, for the keys of its hash are those that scripts know. Perl frees the bytes
 * in mg_ptr, and copies them for a new thread. */
typedef struct {
    const char *method;
    U32 line;
    char file[];
} origin;

static const MGVTBL origin_vtbl = { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };

void sv_bridge_set_origin(void *perl, SV *error, const char *method, const bridge_place *place)
{
    BRIDGE_THX(perl);
    const STRLEN size = offsetof(origin, file) + place->len + 1;
    MAGIC *mg;
    origin *own;

    if (!SvROK(error))
        return;
    mg = sv_magicext(SvRV(error), NULL, PERL_MAGIC_ext, &origin_vtbl, NULL, 0);
    own = (origin *)safemalloc(size);
    own->method = method;
    own->line = place->line;
    Copy(place->file, own->file, place->len, char);
    own->file[place->len] = '\0';
    mg->mg_ptr = (char *)own;
    mg->mg_len = size;
}

const char *sv_bridge_origin(void *perl, SV *error, bridge_place *place)
{
    BRIDGE_THX(perl);
    /* What reads a tied error may have changed the variable that has it. */
    MAGIC *mg = SvROK(error) && SvTYPE(SvRV(error)) >= SVt_PVMG ? mg_findext(SvRV(error), PERL_MAGIC_ext, &origin_vtbl) : NULL;
    const origin *own = mg ? (const origin *)mg->mg_ptr : NULL;

    if (!own)
        return NULL;
    place->file = own->file;
    place->len = mg->mg_len - offsetof(origin, file) - 1;
    place->line = own->line;
    return own->method;
}
