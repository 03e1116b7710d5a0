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
    U32 calls;       /* how many methods run, each but the first in a callback of the one before */
    bool in_libvirt; /* in functions of libvirt or of Rust, rather than in Perl code */
    U8 unfinished;   /* what is left for when C is back at the bottom: */
#define UNFINISHED_EXIT 1    /* Perl code that libvirt called has called exit */
#define UNFINISHED_OBJECTS 2 /* objects have ended that a method below may be using */
} bridge_thread;

extern BRIDGE_THREAD bridge_thread bridge_here;

/* What makes a call more than the usual. Of the process; looked at once a call. */
extern U8 bridge_attention;
#define ATTENTION_HOLD 1    /* Perl code may run inside any libvirt function */
#define ATTENTION_SIGPIPE 2 /* the script has changed $SIG{PIPE} since the last call */

/* See sv_bridge_forks. */
extern SSize_t bridge_forks;
/* Starts counting; the first call counts. */
void bridge_count_forks(void);

/* Exits, if Perl code has called exit while functions of libvirt or Rust were below it. For C,
 * wherever it has called Rust. */
void bridge_resume_exit(pTHX);

#endif
