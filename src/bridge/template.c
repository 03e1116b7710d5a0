/* Hashes made from templates. A key that is stored is looked for first, hashed if need be, looked up
 * among perl's shared keys, and makes its hash grow; newHVhv does without most of that. So each kind
 * of hash has a template for each interpreter, with the same keys and values that are immortal:
 * newHVhv shares those, and each entry then gets its own value in their place. */
#include "callback.h"
#include <pthread.h>

#define MOST_RECORDS 64
#define LISTS 64
#define LONGEST_LIST 1024

typedef struct {
    HV *hash;    /* NULL before there is one */
    HV *stash;   /* of the class that such hashes are of, or NULL */
    U16 *order;  /* which of the keys each entry has, in the order in which they are walked */
    SSize_t count;
    U32 last;    /* of a list: what the last one without a template looked like */
} template;

typedef struct templates {
    void *perl;
    struct templates *next;
    template records[MOST_RECORDS];
    template lists[LISTS];
} templates;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static templates *all;
/* Interpreters that have ended: a new one may be where one was. */
static U32 ended;

/* Those of the interpreter that the thread ran last. */
static BRIDGE_THREAD struct {
    void *perl;
    U32 ended;
    templates *templates;
} found;

/* For all entries of a hash, which has some. */
#define WALK(hv, entry) \
    for (HE **bucket = HvARRAY(hv), **const end = bucket + HvMAX(hv) + 1; bucket < end; bucket++) \
        for (HE *entry = *bucket; entry; entry = HeNEXT(entry))

static HV *new_hash(pTHX_ SSize_t count)
{
    HV *hash = newHV();

    if (count > 8)
        hv_ksplit(hash, count);
    return hash;
}

static SV *plain(pTHX_ const bridge_entry *entries, SSize_t count)
{
    HV *hash = new_hash(aTHX_ count);
    SSize_t i;

    for (i = 0; i < count; i++)
        (void)hv_store(hash, entries[i].key, entries[i].len, entries[i].value, 0);
    return newRV_noinc((SV *)hash);
}

/* A copy of a template, whose entries get `value_of` of the number of their key. */
#define COPY(hash, from, value_of) \
    HV *hash = newHVhv((from)->hash); \
    const U16 *order = (from)->order; \
    WALK(hash, entry) \
        HeVAL(entry) = value_of(*order++)

static void unmake(pTHX_ template *old)
{
    SvREFCNT_dec(old->hash);
    SvREFCNT_dec(old->stash);
    Safefree(old->order);
    old->hash = NULL;
    old->stash = NULL;
    old->order = NULL;
}

static void make(pTHX_ template *new, const bridge_entry *entries, SSize_t count, HV *stash)
{
    U16 *order;
    SSize_t i;

    unmake(aTHX_ new);
    if (!count)
        return; /* nothing to walk */
    new->hash = new_hash(aTHX_ count);
    new->stash = (HV *)SvREFCNT_inc((SV *)stash);
    new->count = count;
    for (i = 0; i < count; i++)
        (void)hv_store(new->hash, entries[i].key, entries[i].len, newSViv(i), 0);
    Newx(new->order, count, U16);
    order = new->order;
    WALK(new->hash, entry) {
        *order++ = (U16)SvIVX(HeVAL(entry));
        SvREFCNT_dec_NN(HeVAL(entry));
        HeVAL(entry) = &PL_sv_undef;
    }
    /* A key that is there twice has the last value. */
    if ((SSize_t)HvUSEDKEYS(new->hash) != count)
        unmake(aTHX_ new);
}

void sv_bridge_hold_templates(void)
{
    pthread_mutex_lock(&lock);
}

void sv_bridge_let_templates_go(void)
{
    pthread_mutex_unlock(&lock);
}

/* NULL when the interpreter is about to end. */
static templates *find(pTHX)
{
    void *perl = BRIDGE_PERL;
    templates *mine;

    if (LIKELY(found.perl == perl && found.ended == __atomic_load_n(&ended, __ATOMIC_RELAXED)))
        return found.templates;
    if (PL_phase == PERL_PHASE_DESTRUCT)
        return NULL;
    sv_bridge_hold_templates();
    for (mine = all; mine && mine->perl != perl; mine = mine->next)
        ;
    if (!mine) {
        Newxz(mine, 1, templates);
        mine->perl = perl;
        mine->next = all;
        all = mine;
    }
    found.perl = perl;
    found.ended = ended;
    found.templates = mine;
    sv_bridge_let_templates_go();
    return mine;
}

SV *sv_bridge_record(void *perl, U32 shape, SV *const *values)
{
    BRIDGE_THX(perl);
    templates *mine = find(aTHX);
    template *record = mine && shape < MOST_RECORDS ? &mine->records[shape] : NULL;

    /* A package that a script has deleted, to load it again, has no name any more. */
    if (UNLIKELY(!record || !record->hash || (record->stash && !HvENAME_get(record->stash))))
        return NULL;
#define VALUE(number) values[number]
    COPY(hash, record, VALUE);
    return record->stash ? sv_bless(newRV_noinc((SV *)hash), record->stash) : newRV_noinc((SV *)hash);
}

SV *sv_bridge_first_record(void *perl, U32 shape, const bridge_entry *entries, SSize_t count, const char *class)
{
    BRIDGE_THX(perl);
    templates *mine = find(aTHX);
    HV *stash = class ? gv_stashpv(class, GV_ADD) : NULL;
    SV *record = plain(aTHX_ entries, count);

    if (mine && shape < MOST_RECORDS)
        make(aTHX_ &mine->records[shape], entries, count, stash);
    return stash ? sv_bless(record, stash) : record;
}

static bool fits(const template *from, const bridge_entry *entries, SSize_t count)
{
    const U16 *order = from->order;

    if (!from->hash || from->count != count)
        return false;
    WALK(from->hash, entry) {
        const bridge_entry *wanted = &entries[*order++];
        if ((STRLEN)HeKLEN(entry) != wanted->len || memNE(HeKEY(entry), wanted->key, wanted->len))
            return false;
    }
    return true;
}

/* Something that most lists of other keys have another of. */
static U32 looks(const bridge_entry *entries, SSize_t count)
{
    U32 looks = (U32)count;
    SSize_t i;

    for (i = 0; i < count; i++)
        looks = looks * 33 + (U32)(entries[i].len << 8) + (U8)entries[i].key[entries[i].len / 2];
    return looks * 0x9E3779B1U;
}

SV *sv_bridge_list(void *perl, const bridge_entry *entries, SSize_t count)
{
    BRIDGE_THX(perl);
    templates *mine = count > 1 && count <= LONGEST_LIST ? find(aTHX) : NULL;
    const U32 like = mine ? looks(entries, count) : 0;
    template *list = mine ? &mine->lists[like / (UINT32_MAX / LISTS + 1)] : NULL;

    if (!list)
        return plain(aTHX_ entries, count);
    if (!fits(list, entries, count)) {
        /* A template is twice the work: for keys that have come back. */
        const bool again = list->last == like;
        list->last = like;
        if (again)
            make(aTHX_ list, entries, count, NULL);
        return plain(aTHX_ entries, count);
    }
#define ENTRY_VALUE(number) entries[number].value
    COPY(hash, list, ENTRY_VALUE);
    return newRV_noinc((SV *)hash);
}

void sv_bridge_forget_templates(void *perl)
{
    BRIDGE_THX(perl);
    templates **place, *mine;
    int i;

    sv_bridge_hold_templates();
    for (place = &all; *place && (*place)->perl != perl; place = &(*place)->next)
        ;
    mine = *place;
    if (mine)
        *place = mine->next;
    __atomic_fetch_add(&ended, 1, __ATOMIC_RELAXED);
    sv_bridge_let_templates_go();
    if (!mine)
        return;
    for (i = 0; i < MOST_RECORDS; i++)
        unmake(aTHX_ &mine->records[i]);
    for (i = 0; i < LISTS; i++)
        unmake(aTHX_ &mine->lists[i]);
    Safefree(mine);
}
