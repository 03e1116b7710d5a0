/* What the C bridge and the Rust side say to each other. src/ffi/bridge.rs mirrors every type
 * here; layout.c and that file assert the place of every field and the value of every name, so
 * that a change in one alone fails to build.
 *
 * The rule the bridge exists for: Perl never longjmps over a Rust frame. C reads the arguments,
 * which can run Perl code and die, before Rust is entered; Rust calls only Perl functions that
 * cannot die, and reaches Perl code through sv_bridge_call, which catches; C warns and throws,
 * after Rust has returned.
 *
 * C reads shapes: what a scalar is, not whether a method may have it. That is judged by Rust, and
 * so are all words about it. */
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

/* How an argument is read. What does not have the shape that its kind asks for gets the tag of
 * the shape it has. */
enum bridge_kind {
    KIND_OBJECT = 0,  /* an object of this module                -> TAG_OBJECT                     */
    KIND_INTEGER = 1, /* a number as perl takes it               -> TAG_INT, TAG_UINT, TAG_NUMBER  */
    KIND_STRING = 2,  /* a string as perl takes it               -> TAG_STRING                     */
    KIND_BYTES = 3,   /* the same, as bytes                      -> TAG_STRING, TAG_WIDE           */
    KIND_HASH = 4,    /* a hash with all that is in it           -> TAG_HASH, TAG_ENDLESS          */
    KIND_ARRAY = 5,   /* an array with all that is in it         -> TAG_ARRAY, TAG_ENDLESS         */
    KIND_ANY = 6,     /* whatever it is, overloaded to a string  -> any tag but TAG_SCALAR         */
    KIND_CODE = 7,    /* a code reference, or the name of a sub  -> TAG_SCALAR                     */
    KIND_KEPT = 8,    /* whatever it is, copied to be kept       -> TAG_SCALAR                     */
    KIND_OUTPUT = 9,  /* a variable that the method assigns to   -> TAG_SCALAR, ..._CONSTANT, _GLOB */
    KIND_HANDLE = 10  /* a file handle, emptied, or a descriptor -> TAG_INT, TAG_CLOSED and the like */
};

enum bridge_tag {
    TAG_UNDEF = 0,     /* undef, or an optional argument left out */
    TAG_INT = 1,       /* u.iv */
    TAG_UINT = 2,      /* u.uv, above the largest IV */
    TAG_NUMBER = 3,    /* u.nv */
    TAG_STRING = 4,    /* u.pv and len; a NUL follows */
    TAG_WIDE = 5,      /* a string with characters above 255 where bytes are wanted */
    TAG_OBJECT = 6,    /* u.ptr, of the class in `class`, NULL once destroyed; owned by `owner` */
    TAG_ARRAY = 7,     /* u.items, len of them */
    TAG_HASH = 8,      /* u.items, len of them: key, value, key, value */
    TAG_ENDLESS = 9,   /* an array or hash with more in it than any method takes */
    TAG_REFERENCE = 10, /* another reference; u.pv is its type */
    TAG_FOREIGN = 11,  /* another object; u.pv is its class */
    TAG_SCALAR = 12,   /* u.sv */
    TAG_CONSTANT = 13, /* a scalar that cannot be assigned to */
    TAG_GLOB = 14,     /* a glob, which cannot either */
    TAG_CLOSED = 15,   /* a file handle that is not open */
    TAG_TIED = 16,     /* one that is tied */
    TAG_UNFILED = 17,  /* one without a descriptor */
    TAG_FILLED = 18    /* one whose buffer holds what its descriptor cannot take */
};

/* One scalar as native data. What it points at lives until the call is over. */
typedef struct bridge_value {
    U8 tag;
    U8 class;
    union {
        size_t len;
        SV *owner;
    } of;
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
    const char *preset; /* the default as the usage message shows it, "" if that stops here, or NULL */
    IV preset_value;    /* KIND_INTEGER: what stands for an argument left out */
    U8 kind;
    U8 optional;        /* may be left out, and undef stands for that */
    U8 secret;          /* copies of it are overwritten before they are freed */
} bridge_param;

/* One key of a new hash. */
typedef struct bridge_entry {
    const char *key;
    STRLEN len;
    SV *value; /* taken over by the hash */
} bridge_entry;

/* Where code stands. */
typedef struct bridge_place {
    const char *file; /* NULL, or len bytes */
    STRLEN len;
    U32 line;         /* 0 if perl does not know */
} bridge_place;

/* The object of a scalar that has no reference of its own to it, for a while. */
typedef struct bridge_loan {
    SV *object;                /* NULL once it has ended */
    struct bridge_loan *below; /* the one before */
} bridge_loan;

struct bridge_call;

/* One method: a static row on the Rust side, which the method's CV points at. */
typedef struct bridge_method {
    const char *name;   /* with its package */
    const bridge_param *params;
    void (*run)(struct bridge_call *call); /* leaves the outcome there; never unwinds */
    U8 least;
    U8 most;
    U8 calls_back;      /* runs Perl code while it works: no argument is borrowed from a variable */
    U8 surplus;         /* more arguments than `most` are ignored, with a warning */
    U8 here;            /* needs the interpreter while it works: cannot run on another thread */
    U8 alone;           /* can be called with an object and nothing else, and runs here then */
    U8 elsewhere;       /* moves a file: runs on another thread, so that the script's signals are heard */
    U8 at_once;         /* asks no host: does not run there, whatever deadline there is */
    U8 lasts;           /* may take hours: its deadline is for the time without progress */
} bridge_method;

#define BRIDGE_MAX_PARAMS 8

/* One call, as Rust gets it and as Rust leaves it. */
typedef struct bridge_call {
    void *perl;         /* the interpreter */
    const bridge_method *method;
    SSize_t ax;         /* where its arguments begin on the stack, and its values */
    I32 returned;       /* out: how many scalars are on the stack, from `ax` on, or ... */
#define RETURNED_SINGLE (-1) /* ... that it is `single.sv` alone */
#define RETURNED_DEFERRED (-2) /* in: the call is Rust's own, to run on another thread later */
#define RETURNED_INTEGER (-3) /* ... that it is the number in `single.iv` */
    bool surplus;       /* arguments behind the last parameter are ignored */
    bool left;          /* out: whether there is anything of that, or of what is below, to heed */
    union {
        SV *sv;
        IV iv;
    } single;           /* out: the only value, if it is one */
    SV *error;          /* out: what to die with (mortal), or NULL */
    SV *warning;        /* out: what to warn of (mortal), or NULL */
    SV *output;         /* out: the variable that gets the bytes in `content`, or NULL */
    SV *content;        /* out: those (owned) */
    bridge_value values[BRIDGE_MAX_PARAMS];
} bridge_call;

/* --- C for Rust ------------------------------------------------------------------------- */

/* call.c */

/* Returns a string of bytes: in the op's own scalar, where it has one. */
void sv_bridge_give_string(void *perl, bridge_call *call, const char *pv, STRLEN len);
/* Room on the stack for `count` return values; where the first one goes. */
SV **sv_bridge_reserve(void *perl, const bridge_call *call, SSize_t count);
/* Whether the call is in scalar context. */
bool sv_bridge_wants_scalar(void *perl);
/* From now on the objects that the running method gives are on the connection of that argument. */
void sv_bridge_give_of(U8 argument);
/* Makes another call the one that runs; the one before. */
const bridge_call *sv_bridge_run_as(const bridge_call *call);
/* The scalar that was given as argument `index`. */
SV *sv_bridge_argument(void *perl, const bridge_call *call, SSize_t index);
/* Makes a method callable: `name` in `stash`. */
void sv_bridge_install(void *perl, HV *stash, const char *name, const bridge_method *method);

/* callback.c */

/* Calls `code`, or with `method` that method of argv[0], with argc scalars (taken over), in
 * scalar context if one value is wanted, else in list context. NULL, and the values in results
 * (owned), undef for those that the call did not return; or what it died with (owned), which is
 * undef after an exit. */
SV *sv_bridge_call(void *perl, SV *code, const char *method, SV **argv, SSize_t argc, SV **results, SSize_t wanted);
/* Whether Perl code that libvirt called has called exit. */
bool sv_bridge_exiting(void);
/* How many forks lie between the process that loaded the module and this one. Counted rather than
 * asked with getpid(), a system call for every object made and ended. */
SSize_t sv_bridge_forks(void);
/* From now on SIGPIPE ends the process only where the script writes, and not libvirt, unless the
 * script has said what becomes of it; and a handler of SIGALRM runs while libvirt waits. To be
 * called again when the script has changed $SIG{PIPE}. */
void sv_bridge_watch_signals(void *perl);

/* waiting.c */

/* A descriptor that is readable while it is raised. */
int sv_bridge_open_signal(void);
void sv_bridge_raise_signal(int fd);
/* False for one that is not. */
bool sv_bridge_lower_signal(int fd);
void sv_bridge_close_signal(int fd);
/* Runs a function on a new thread, with all signals blocked; false if there can be none. */
bool sv_bridge_spawn(void *(*run)(void *), void *data);
/* Tells that this thread is in libvirt's functions for as long as it lives. */
void sv_bridge_enter_libvirt(void);
/* What calls are to be looked at for from now on: an ATTENTION_ of callback.h. */
void sv_bridge_attend(U8 attention);

/* file.c */

/* What may be done with a descriptor; 0 for one that is not open. */
U8 sv_bridge_file_access(int fd);
#define FILE_READABLE 1
#define FILE_WRITABLE 2
#define FILE_APPENDS 4
/* Waits for a moment, until it can be read or written without waiting; whether it can. */
bool sv_bridge_file_ready(int fd, bool to_write);
/* What a file has at `place`: so many bytes of data, or below 0, of a hole; 0 at the end. Where the
 * system does not tell, data without end. */
I64 sv_bridge_file_section(int fd, I64 place);
/* Makes a hole within a file; false where that is not possible. */
bool sv_bridge_file_punch(int fd, I64 place, I64 length);

/* object.c */

/* A new reference to a new object of `stash` that owns `ptr`. It is on `connection`, or where that is
 * NULL on that of `like`, an object, or where that is NULL too on that of the argument which what the
 * running method gives is of. */
SV *sv_bridge_object(void *perl, HV *stash, U8 class, void *ptr, void *connection, SV *like);
/* The connection that the object of a scalar is on. */
void *sv_bridge_connection(const SV *owner);
/* Keeps the object of a scalar, even if the script destroys it, until it is let go with the pointer
 * that it had. Both on the thread of its interpreter. */
void sv_bridge_keep_object(SV *owner);
void sv_bridge_let_object_go(void *perl, SV *owner, U8 class, void *ptr);
/* The reference of a new object is somebody else's until the loan ends, on the same thread. If it still
 * lives then, it gets one of its own. */
void sv_bridge_lend(bridge_loan *loan, const SV *reference);
void sv_bridge_end_loan(const bridge_loan *loan);
void sv_bridge_install_destroy(void *perl, const char *name);

/* handle.c */

/* A new file handle for a descriptor, which it closes when it ends. */
SV *sv_bridge_handle(void *perl, int fd);

/* read.c */

/* Reads a scalar that no Perl code can be behind, such as a callback's result. */
void sv_bridge_read(void *perl, SV *sv, bridge_value *value);

/* scalar.c */

/* A reference that takes over `target`. Functions that are inline in some perls, as
 * newRV_noinc is from 5.38 on, are not libperl-sys's to give. */
SV *sv_bridge_reference(void *perl, SV *target);
/* A new integer, made inline where perl can. */
SV *sv_bridge_integer(void *perl, IV value);
/* The string under a key of what is a reference to a hash, unless Perl code has to be asked for it. */
SV *sv_bridge_plain_element(void *perl, SV *hash, const char *key);
/* Overwrites it, unless somebody else has it, too. */
void sv_bridge_wipe_element(void *perl, SV *hash, const char *key);
/* The interpreter of this thread, or NULL when it runs none. */
void *sv_bridge_interpreter(void);
void sv_bridge_hold(SV *sv);
/* Gives up a reference. What a destructor may be behind is freed by the next statement: the
 * destructor may call this module, or exit, neither of which goes well inside a function of
 * libvirt that holds a lock. */
void sv_bridge_free(void *perl, SV *sv);
/* A constant as constant.pm makes it: a reference to the value (taken over) in the stash. */
void sv_bridge_install_constant(void *perl, HV *stash, const char *name, I32 len, SV *value);
void sv_bridge_constants_done(void *perl, HV *stash);

/* origin.c */

/* Adds " at FILE line N.\n" of the caller to a string. */
void sv_bridge_locate(void *perl, SV *message);
/* The same as it is, for as long as the caller's statement runs. */
void sv_bridge_place(void *perl, bridge_place *place);
/* Which call an error is of, that has just been made: the method, whose name is constant, and a place,
 * which is copied. */
void sv_bridge_set_origin(void *perl, SV *error, const char *method, const bridge_place *place);
/* That of an error: the method, and the place, which lives as long as the error. NULL if it has none. */
const char *sv_bridge_origin(void *perl, SV *error, bridge_place *place);

/* internal.c */

/* Declares `sub` of the stash, with its package in `name`: it is defined when it is called. */
void sv_bridge_declare(void *perl, HV *stash, const char *name, const char *sub, I32 len);

/* template.c */

/* A reference to a new hash with the keys of the first one that has this number, and `values` (taken
 * over) in their order, of the same class; NULL, with nothing taken, when there was none yet, or cannot
 * be. */
SV *sv_bridge_record(void *perl, U32 shape, SV *const *values);
SV *sv_bridge_first_record(void *perl, U32 shape, const bridge_entry *entries, SSize_t count, const char *class);
/* The same with keys that may be others every time, though often they are not. */
SV *sv_bridge_list(void *perl, const bridge_entry *entries, SSize_t count);
/* The interpreter ends. */
void sv_bridge_forget_templates(void *perl);
/* Their lock: taken, and given up by the same thread, maybe in a child. */
void sv_bridge_hold_templates(void);
void sv_bridge_let_templates_go(void);

/* --- Rust for C ------------------------------------------------------------------------- */

/* The usage message of a method. */
SV *sys_virt_usage(void *perl, const bridge_method *method);
/* One reference more, or less, to a libvirt object. */
void sys_virt_object_ref(U8 class, void *ptr);
void sys_virt_object_free(U8 class, void *ptr);
/* Keeps the end of a reference; and one whose end this process has kept, false if there is none. */
void sys_virt_object_free_later(U8 class, void *ptr, void *connection);
bool sys_virt_object_to_free(U8 *class, void **ptr, void **connection);
/* A method that runs on another thread. */
typedef struct bridge_job bridge_job;
/* Begins the method of a call there: for `future`, whose job it is, or if that is NULL, for who waits. Then
 * only if there is a deadline (`timeout` in seconds, or negative for that of the connection), or anyway.
 * NULL with an error in the call, or without one where it is to run here. */
bridge_job *sys_virt_begin(bridge_call *call, NV timeout, bool anyway, SV *future);
bool sys_virt_is_done(const bridge_job *job);
/* A descriptor that is readable when it is, for who waits; as those below -1 where none can be made. */
int sys_virt_signal_of(const bridge_job *job);
/* Its outcome as that of `call`, once. */
void sys_virt_finish(bridge_call *call, const bridge_job *job);
/* Nobody waits for it any more. */
void sys_virt_give_up(void *perl, bridge_job *job);
/* The next future whose job is done, after callbacks that came before it; NULL if there is none. Leaves
 * the call with what a callback died of. */
SV *sys_virt_next(bridge_call *call);
/* A descriptor that is readable while there is a future or a callback to come. */
int sys_virt_home_signal(void *perl);
/* What a job that the interpreter waits for may ask of it meanwhile, and when. */
int sys_virt_urgent_signal(void *perl);
void sys_virt_run_urgent(void *perl);
/* The end of a reference, which may have to wait for a host: no longer than its connection's deadline. */
void sys_virt_object_free_within(U8 class, void *ptr, void *connection);
/* The interpreter hears of no job any more. */
void sys_virt_home_ends(void *perl);
/* Whether methods run on other threads: then the process ends without waiting for libvirt. */
bool sys_virt_is_busy(void);
/* Around a fork: no other thread has a lock of Rust's in between. */
void sys_virt_fork_begins(bool in_libvirt);
void sys_virt_fork_ends(void);
/* Installs methods and constants; once for each interpreter. */
void sys_virt_boot(void *perl);
/* No callback of the interpreter is called, or freed, from here on. */
void sys_virt_interpreter_ends(void *perl);

#endif
