/* SIGPIPE. libvirt writes to daemons and programs that may be gone, and expects an error from that
 * and no signal. Where the script itself writes, into a pipe to head(1) say, the signal has to end
 * it. So it gets a handler that looks where the thread is. */
#include "bridge.h"
#include <signal.h>

BRIDGE_THREAD bool bridge_in_libvirt;

static void handle(int number)
{
    if (!bridge_in_libvirt) {
        signal(number, SIG_DFL);
        raise(number); /* comes when the handler returns */
    }
}

void sv_bridge_handle_sigpipe(void)
{
    struct sigaction action;

    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = handle;
        sigaction(SIGPIPE, &action, NULL);
    }
}
