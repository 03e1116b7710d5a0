#ifndef SYS_VIRT_CALLBACK_H
#define SYS_VIRT_CALLBACK_H

#include "bridge.h"

/* glibc has room for a few variables of threads that need no call to be found. */
#ifdef __GLIBC__
#define BRIDGE_THREAD __thread __attribute__((tls_model("initial-exec")))
#else
#define BRIDGE_THREAD __thread
#endif

/* What a thread is doing. */
typedef struct bridge_thread {
    const bridge_call *call; /* the method that runs, the last one of those inside callbacks */
    bridge_loan *loans;      /* the last one */
    U8 argument;     /* that of its arguments on whose connection the objects are that it gives */
    bool in_libvirt; /* in functions of libvirt or of Rust, rather than in Perl code */
    U8 unfinished;   /* what is left for when C is back at the bottom: */
#define UNFINISHED_EXIT 1    /* Perl code that libvirt called has called exit */
#define UNFINISHED_OBJECTS 2 /* objects have ended that a method below may be using */
} bridge_thread;

extern BRIDGE_THREAD bridge_thread bridge_here;

/* What makes a call more than the usual. Of the process; looked at once a call. */
extern U8 bridge_attention;
#define ATTENTION_HOLD 1    /* Perl code may run inside any libvirt function: no argument is borrowed */
#define ATTENTION_SIGPIPE 2 /* the script has changed $SIG{PIPE} since the last call */
#define ATTENTION_DEADLINE 4 /* a connection has a deadline */
#define ATTENTION_ALARM 8    /* the script has a handler of SIGALRM */
#define ATTENTION_HUNG 16    /* a call has been abandoned, or waited for, and may hang */
#define ATTENTION_ELSEWHERE (ATTENTION_DEADLINE | ATTENTION_ALARM) /* calls may run on another thread */
#define ATTENTION_CALLS (ATTENTION_HOLD | ATTENTION_SIGPIPE | ATTENTION_ELSEWHERE) /* none is the usual one */
/* Other threads change it, too. */
#define bridge_attend(what) ((void)__atomic_or_fetch(&bridge_attention, (U8)(what), __ATOMIC_RELAXED))
#define bridge_forget(what) ((void)__atomic_and_fetch(&bridge_attention, (U8)~(what), __ATOMIC_RELAXED))

/* Runs a function of Rust that may end objects: a write to a daemon that is gone is libvirt's. */
#define IN_LIBVIRT(what)                                      \
    STMT_START {                                              \
        const bool in_libvirt_ = bridge_here.in_libvirt;      \
        bridge_here.in_libvirt = true;                        \
        what;                                                 \
        bridge_here.in_libvirt = in_libvirt_;                 \
    } STMT_END

/* See sv_bridge_forks. */
extern SSize_t bridge_forks;
/* Starts counting; the first call counts. */
void bridge_count_forks(void);

/* Exits, if Perl code has called exit while functions of libvirt or Rust were below it. For C,
 * wherever it has called Rust. */
void bridge_resume_exit(pTHX);

#endif
