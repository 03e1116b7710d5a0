/* The ways back from libvirt into Perl: calls of Perl code, and what becomes of exit and SIGPIPE
 * while libvirt's functions are on the stack. */
#include "callback.h"
#include <pthread.h>
#include <signal.h>

BRIDGE_THREAD bridge_thread bridge_here;
U8 bridge_attention;
SSize_t bridge_forks;

static void forking(void)
{
    sys_virt_fork_begins(bridge_here.in_libvirt);
}

static void forked(void)
{
    bridge_forks++;
    sys_virt_fork_ends();
}

void bridge_count_forks(void)
{
    static bool counting;

    if (!counting)
        counting = pthread_atfork(forking, sys_virt_fork_ends, forked) == 0;
}

SSize_t sv_bridge_forks(void)
{
    return bridge_forks;
}

/* exit() in Perl code that libvirt called must not longjmp over libvirt or Rust either: it stops
 * in sv_bridge_call, every call from here on is refused, and this exits when C is back at the
 * bottom. */
void bridge_resume_exit(pTHX)
{
    if (UNLIKELY(bridge_here.unfinished & UNFINISHED_EXIT)) {
        bridge_here.unfinished &= ~UNFINISHED_EXIT;
        my_exit(STATUS_EXIT);
    }
}

bool sv_bridge_exiting(void)
{
    return bridge_here.unfinished & UNFINISHED_EXIT;
}

SV *sv_bridge_call(void *perl, SV *code, const char *method, SV **argv, SSize_t argc, SV **results, SSize_t wanted)
{
    BRIDGE_THX(perl);
    dSP;
    dJMPENV;
    SV *volatile error = NULL;
    const bool in_libvirt = bridge_here.in_libvirt;
    const SSize_t forks = bridge_forks;
    SSize_t count, i;
    I32 how;
    int jumped;

    if (sv_bridge_exiting()) {
        for (i = 0; i < argc; i++)
            sv_2mortal(argv[i]); /* freed at once, an object would exit here */
        return newSV(0);
    }
    /* A stack of its own, so that last and goto find no loop and no label below libvirt. */
    PUSHSTACK;
    ENTER;
    SAVETMPS;
    save_scalar(PL_errgv); /* the caller's $@ outlives the eval below */
    PUSHMARK(SP);
    EXTEND(SP, argc);
    for (i = 0; i < argc; i++)
        PUSHs(sv_2mortal(argv[i]));
    PUTBACK;
    bridge_here.in_libvirt = false;
    JMPENV_PUSH(jumped);
    if (jumped) {
        JMPENV_POP;
        /* A child that the Perl code has forked: libvirt's functions below belong to the parent,
         * and would go on talking on its socket. */
        if (bridge_forks != forks)
            exit(perl_destruct(PERL_GET_THX));
        bridge_here.in_libvirt = in_libvirt;
        bridge_here.unfinished |= UNFINISHED_EXIT;
        return newSV(0); /* perl has unwound its stacks to the bottom already */
    }
    how = (wanted <= 1 ? G_SCALAR : G_ARRAY) | G_EVAL; /* perl before 5.36 has no G_LIST */
    count = method ? call_method(method, how) : call_sv(code, how);
    SPAGAIN;
    SP -= count;
    /* Truth without overloading: an exception object is true. */
    if (SvROK(ERRSV) || (SvPOK(ERRSV) && SvCUR(ERRSV)))
        error = newSVsv_nomg(ERRSV);
    else
        for (i = 0; i < wanted; i++)
            results[i] = i < count ? newSVsv_nomg(SP[i + 1]) : newSV(0);
    PUTBACK;
    FREETMPS; /* runs destructors, which may exit, too */
    LEAVE;
    POPSTACK;
    JMPENV_POP;
    bridge_here.in_libvirt = in_libvirt;
    return error;
}

/* SIGPIPE. libvirt writes to daemons and programs that may be gone, and expects an error from that
 * and no signal. Where the script itself writes, into a pipe to head(1) say, the signal has to end
 * it. So it gets a handler that looks where the thread is. */
static void ignore_in_libvirt(int number)
{
    if (!bridge_here.in_libvirt) {
        signal(number, SIG_DFL);
        raise(number); /* comes when the handler returns */
    }
}

/* Perl sets the signal back to the default when a `local $SIG{PIPE}` ends. What it does then comes
 * before or after this magic is called: so it is looked at when libvirt is called next. */
static int sigpipe_changes(pTHX_ SV *sv, MAGIC *mg)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(sv);
    PERL_UNUSED_ARG(mg);
    bridge_attend(ATTENTION_SIGPIPE);
    return 0;
}

static const MGVTBL sigpipe_vtbl = { NULL, sigpipe_changes, NULL, sigpipe_changes, NULL, NULL, NULL, NULL };

/* A script that has a handler of SIGALRM expects it to run while libvirt waits for a host. */
static int alarm_changes(pTHX_ SV *sv, MAGIC *mg)
{
    const char *name = SvPOK(sv) ? SvPVX(sv) : "";

    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(mg);
    if (SvROK(sv) || (*name && strNE(name, "DEFAULT") && strNE(name, "IGNORE")))
        bridge_attend(ATTENTION_ALARM);
    else
        bridge_forget(ATTENTION_ALARM);
    return 0;
}

static int alarm_is_deleted(pTHX_ SV *sv, MAGIC *mg)
{
    PERL_UNUSED_CONTEXT;
    PERL_UNUSED_ARG(sv);
    PERL_UNUSED_ARG(mg);
    bridge_forget(ATTENTION_ALARM);
    return 0;
}

static const MGVTBL alarm_vtbl = { NULL, alarm_changes, NULL, alarm_is_deleted, NULL, NULL, NULL, NULL };

/* Notices changes of an element of %SIG; a new one, if it was deleted. */
static void watch(pTHX_ const char *name, const MGVTBL *vtbl)
{
    SV **element = hv_fetch(get_hv("SIG", GV_ADD), name, strlen(name), TRUE);

    if (element && (SvTYPE(*element) < SVt_PVMG || !mg_findext(*element, PERL_MAGIC_ext, vtbl))) {
        MAGIC *mg = sv_magicext(*element, NULL, PERL_MAGIC_ext, vtbl, NULL, 0);
        vtbl->svt_set(aTHX_ *element, mg);
    }
}

void sv_bridge_watch_signals(void *perl)
{
    BRIDGE_THX(perl);
    struct sigaction action;

    watch(aTHX_ "PIPE", &sigpipe_vtbl);
    watch(aTHX_ "ALRM", &alarm_vtbl);
    bridge_forget(ATTENTION_SIGPIPE);
    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = ignore_in_libvirt;
        sigaction(SIGPIPE, &action, NULL);
    }
}
