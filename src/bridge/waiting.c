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

/* A signal that comes between the look at what is pending and the wait ends the wait. */
bool bridge_wait(pTHX_ int fd, int other, NV seconds)
{
    struct pollfd wanted[2] = { { fd, POLLIN, 0 }, { other, POLLIN, 0 } };
    struct timespec time;
    sigset_t all, before;
    int ready;

    if (seconds >= 0) {
        time.tv_sec = (time_t)seconds;
        time.tv_nsec = (long)((seconds - (NV)time.tv_sec) * 1e9);
    }
    for (;;) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        if (PL_sig_pending) {
            ready = -1;
        } else {
            ready = ppoll(wanted, 2, seconds >= 0 ? &time : NULL, &before);
        }
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (ready >= 0)
            return ready > 0;
        PERL_ASYNC_CHECK();
        if (seconds >= 0)
            return true; /* the caller looks, and waits again */
    }
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
        while (!sys_virt_is_done(job)) {
            (void)bridge_wait(aTHX_ sys_virt_signal_of(job), sys_virt_urgent_signal(BRIDGE_PERL), -1);
            sys_virt_run_urgent(BRIDGE_PERL);
            bridge_resume_exit(aTHX);
        }
        IN_LIBVIRT(sys_virt_finish(call, job));
        LEAVE;
    }
    return job || call->error;
}
