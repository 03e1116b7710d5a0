/* SIGPIPE, which libvirt does not expect: it writes to a program or daemon that may be gone, and
 * would rather have the error. */
#include "bridge.h"
#include <signal.h>

bool sv_bridge_block_sigpipe(void)
{
    sigset_t sigpipe, before;

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    return pthread_sigmask(SIG_BLOCK, &sigpipe, &before) == 0 && !sigismember(&before, SIGPIPE);
}

void sv_bridge_unblock_sigpipe(void)
{
    sigset_t sigpipe, pending;
    int signal;

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    if (sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE))
        sigwait(&sigpipe, &signal);
    pthread_sigmask(SIG_UNBLOCK, &sigpipe, NULL);
}
