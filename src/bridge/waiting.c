/* Calls on other threads: how they begin, and how the interpreter's thread waits for them. All
 * waiting is done here, with no Rust frame below: handlers of signals run meanwhile, and may die. */
#include "waiting.h"
#include "callback.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

int sv_bridge_open_signal(void)
{
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void sv_bridge_raise_signal(int fd)
{
    const U64 one = 1;
    PERL_UNUSED_RESULT(write(fd, &one, sizeof one));
}

bool sv_bridge_lower_signal(int fd)
{
    U64 count;
    return read(fd, &count, sizeof count) == sizeof count;
}

void sv_bridge_close_signal(int fd)
{
    close(fd);
}

bool sv_bridge_spawn(void *(*run)(void *), void *data)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_t thread;
    bool spawned;

    /* Signals are the interpreter's: its threads handle them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    spawned = pthread_create(&thread, &attributes, run, data) == 0;
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return spawned;
}

void sv_bridge_enter_libvirt(void)
{
    bridge_here.in_libvirt = true;
}

void sv_bridge_attend(U8 attention)
{
    bridge_attend(attention);
}

/* A signal that comes between the look at what is pending and the wait ends the wait. So does its handler,
 * which may have forked: a child has descriptors of its own. */
void bridge_wait(pTHX_ const int *fds, int count)
{
    static const struct timespec now_and_then = { 0, 10 * 1000 * 1000 };
    struct pollfd wanted[2];
    const struct timespec *time = NULL;
    sigset_t all, before;
    int i;

    for (i = 0; i < count; i++) {
        wanted[i] = (struct pollfd){ fds[i], POLLIN, 0 };
        if (fds[i] < 0)
            time = &now_and_then;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (!PL_sig_pending)
        (void)ppoll(wanted, count, time, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    PERL_ASYNC_CHECK();
}

static void wait_for(pTHX_ const bridge_job *job)
{
    const int fds[] = { sys_virt_signal_of(job), sys_virt_urgent_signal(BRIDGE_PERL) };

    bridge_wait(aTHX_ fds, 2);
}

static void give_up(pTHX_ void *job)
{
    PERL_UNUSED_CONTEXT;
    IN_LIBVIRT(sys_virt_give_up(BRIDGE_PERL, (bridge_job *)job));
}

bool bridge_run_elsewhere(pTHX_ bridge_call *call, NV timeout)
{
    bridge_job *const job = sys_virt_begin(call, timeout, bridge_attention & ATTENTION_ALARM, NULL);

    if (job) {
        ENTER;
        SAVEDESTRUCTOR_X(give_up, job);
        for (;;) {
            bridge_resume_exit(aTHX); /* of a loop written in Perl, too, which heard of the job */
            if (sys_virt_is_done(job))
                break;
            wait_for(aTHX_ job);
            sys_virt_run_urgent(BRIDGE_PERL);
        }
        IN_LIBVIRT(sys_virt_finish(call, job));
        bridge_resume_exit(aTHX);
        LEAVE;
    }
    return job || call->error;
}
