/* What the C bridge and the Rust side say to each other. src/ffi/bridge.rs mirrors every type
 * here; both sides assert the sizes and offsets, so that a change in one alone fails to build.
 *
 * The rule the bridge exists for: Perl never longjmps over a Rust frame. C reads the arguments,
 * which can run Perl code and die, before Rust is entered; Rust calls only Perl functions that
 * cannot die, and reaches Perl code through sv_bridge_call, which catches; C warns and throws,
 * after Rust has returned. */
#ifndef SYS_VIRT_BRIDGE_H
#define SYS_VIRT_BRIDGE_H

#define PERL_NO_GET_CONTEXT
#include <EXTERN.h>
#include <perl.h>
#include <XSUB.h>


/* Functions that Rust and C call of each other have the interpreter as their first argument in
 * every perl, also in one without threads, where perl's own pTHX_ is nothing. */
#ifdef MULTIPLICITY
#define BRIDGE_PERL ((void *)aTHX)
#else
#define BRIDGE_PERL ((void *)PL_curinterp)
#endif
#define BRIDGE_THX(perl) dTHXa(perl); PERL_UNUSED_VAR(perl)

/* How an argument is read. */
enum bridge_kind {
    KIND_OBJECT,  /* an object of the class in `class`              -> TAG_OBJECT          */
    KIND_INTEGER, /* an integer between `min` and `max`             -> TAG_INT or TAG_UINT */
    KIND_STRING,  /* a string for C, without a NUL inside           -> TAG_STRING          */
    KIND_BYTES,   /* bytes of any value                             -> TAG_STRING          */
    KIND_HASH,    /* a hashref                                      -> TAG_HASH            */
    KIND_ARRAY,   /* an arrayref                                    -> TAG_ARRAY           */
    KIND_ANY,     /* whatever it is                                 -> any tag             */
    KIND_CODE,    /* a code reference, or the name of a sub         -> TAG_SCALAR          */
    KIND_KEPT,    /* whatever it is, copied to be kept              -> TAG_SCALAR          */
    KIND_OUTPUT   /* a variable that the method assigns to          -> TAG_SCALAR          */
};

enum bridge_tag {
    TAG_UNDEF,  /* undef, or an optional argument left out */
    TAG_INT,    /* u.iv */
    TAG_UINT,   /* u.uv, above the largest IV */
    TAG_NUMBER, /* u.nv */
    TAG_STRING, /* u.pv and len; a NUL follows */
    TAG_OBJECT, /* u.ptr, of the class in `class` */
    TAG_ARRAY,  /* u.items, len of them */
    TAG_HASH,   /* u.items, len of them: key, value, key, value */
    TAG_SCALAR, /* u.sv */
    TAG_OTHER   /* a reference that is no data; u.pv is its type */
};

/* One scalar as native data. What it points at lives until the call is over. */
typedef struct bridge_value {
    U8 tag;
    U8 class;
    size_t len;
    union {
        IV iv;
        UV uv;
        NV nv;
        const char *pv;
        void *ptr;
        SV *sv;
        const struct bridge_value *items;
    } u;
} bridge_value;

/* One parameter of a method. */
typedef struct bridge_param {
    const char *name;
    const char *preset; /* the default as the usage message shows it, or NULL */
    IV preset_value;    /* KIND_INTEGER: what stands for an argument left out */
    IV min;             /* KIND_INTEGER */
    UV max;             /* KIND_INTEGER */
    U8 kind;
    U8 class;           /* KIND_OBJECT */
    U8 optional;        /* may be left out, and undef stands for that */
} bridge_param;

struct bridge_call;

/* One method: a static row on the Rust side, which the method's CV points at. */
typedef struct bridge_method {
    const char *name;   /* with its package */
    const bridge_param *params;
    void (*run)(struct bridge_call *call); /* leaves the outcome there; never unwinds */
    U8 least;
    U8 most;
    U8 calls_back;      /* runs Perl code while it works: its arguments are held, not borrowed */
    U8 surplus;         /* more arguments than `most` are ignored, with a warning */
} bridge_method;

#define BRIDGE_MAX_PARAMS 8

/* One call, as Rust gets it and as Rust leaves it. */
typedef struct bridge_call {
    void *perl;         /* the interpreter */
    I32 returned;       /* out: how many scalars are on the stack, from `ax` on, or ... */
#define RETURNED_SINGLE (-1) /* ... that it is `single` alone, which need not be there */
    U32 notes;          /* out: which of the last four are set; in: whether there was a surplus */
#define NOTE_ERROR 1
#define NOTE_WARNING 2
#define NOTE_OUTPUT 4
#define NOTE_SURPLUS 8
    const bridge_method *method;
    SV *single;         /* the op's own scalar for a single return value, or NULL; out: that value */
    I32 ax;
    bridge_value values[BRIDGE_MAX_PARAMS];
    SV *error;          /* what to die with (owned) */
    SV *warning;        /* what to warn of (mortal) */
    SV *output;         /* the variable that gets the bytes in `content` (owned) */
    SV *content;
} bridge_call;

/* --- C for Rust ------------------------------------------------------------------------- */

/* Room on the stack for `count` return values; where the first one goes. */
SV **sv_bridge_reserve(void *perl, const bridge_call *call, SSize_t count);
/* Whether the call is in scalar context. */
bool sv_bridge_wants_scalar(void *perl);
/* A new reference to a new object of `stash` that owns `ptr`. */
SV *sv_bridge_object(void *perl, HV *stash, U8 class, void *ptr);
/* A reference that takes over `target`. Functions that are inline in some perls, as
 * newRV_noinc is from 5.38 on, are not libperl-sys's to give. */
SV *sv_bridge_reference(void *perl, SV *target);
/* Calls `code`, or with `method` that method of argv[0], with argc scalars (taken over), in
 * scalar context if one value is wanted, else in list context. NULL, and the values in results
 * (owned), undef for those that the call did not return; or what it died with (owned), which is
 * undef after an exit. */
SV *sv_bridge_call(void *perl, SV *code, const char *method, SV **argv, SSize_t argc, SV **results, SSize_t wanted);
/* The scalar that was given as argument `index`. */
SV *sv_bridge_argument(void *perl, I32 ax, SSize_t index);
/* Reads a scalar that no Perl code can be behind, such as a callback's result. */
void sv_bridge_read(void *perl, SV *sv, bridge_value *value);
/* Adds " at FILE line N.\n" of the caller to a string. */
void sv_bridge_locate(void *perl, SV *message);
/* The hash of a key, which is kept from now on: perl shares the keys of all hashes, and forgets
 * one when the last hash that has it is freed. */
U32 sv_bridge_keep_key(void *perl, const char *key, STRLEN len);
/* The interpreter of this thread, or NULL when it runs none. */
void *sv_bridge_interpreter(void);
void sv_bridge_hold(SV *sv);
/* Gives up a reference. What a destructor may be behind is freed by the next statement: the
 * destructor may call this module, or exit, neither of which goes well inside a function of
 * libvirt that holds a lock. */
void sv_bridge_free(void *perl, SV *sv);
/* Whether Perl code that libvirt called has called exit. */
bool sv_bridge_exiting(void);
/* Exits, if Perl code has called exit while functions of libvirt or Rust were below it. For C,
 * wherever it has called Rust. */
void bridge_resume_exit(pTHX);
void sv_bridge_install(void *perl, const bridge_method *method);
void sv_bridge_install_destroy(void *perl, const char *name);
/* A constant as constant.pm makes it: a reference to the value (taken over) in the stash. */
void sv_bridge_install_constant(void *perl, HV *stash, const char *name, I32 len, SV *value);
void sv_bridge_constants_done(void *perl, HV *stash);
/* From now on every call holds its arguments: Perl code may run inside any libvirt function. */
void sv_bridge_always_hold(void);
/* From now on SIGPIPE ends the process only where the script writes, and not libvirt, unless the
 * script has said what becomes of it. */
void sv_bridge_handle_sigpipe(void);
/* glibc has room for a few variables of threads that need no call to be found. */
#ifdef __GLIBC__
#define BRIDGE_THREAD __thread __attribute__((tls_model("initial-exec")))
#else
#define BRIDGE_THREAD __thread
#endif
/* Whether this thread is in libvirt's functions, rather than in Perl code. */
extern BRIDGE_THREAD bool bridge_in_libvirt;

/* --- Rust for C ------------------------------------------------------------------------- */

/* What to die with for an argument that cannot be used: a new Sys::Virt::Error. `class` is
 * that of a destroyed object, or 0. */
SV *sys_virt_argument_error(void *perl, const char *message, STRLEN len, U8 class);
/* One reference more, or less, to a libvirt object. */
void sys_virt_object_ref(U8 class, void *ptr);
void sys_virt_object_free(U8 class, void *ptr);
const char *sys_virt_class_name(U8 class);
/* Installs methods and constants; once for each interpreter. */
void sys_virt_boot(void *perl);
/* No callback of the interpreter is called, or freed, from here on. */
void sys_virt_interpreter_ends(void *perl);

#endif
