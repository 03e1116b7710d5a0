/* The work of bench/hosts done by libvirt and threads alone: the least time that it can take.
 *
 *   hosts WORK THREADS URI...
 *
 * prints the seconds that this many threads take for
 *
 *   open    open a connection to each URI
 *   ask     list, info and XML of the first domain of each URI, which are open already
 *   info    a hundred times the info of a domain of the first URI
 *   block   three hundred times the statistics of vda of a domain of the first URI; domains take
 *           turns, those that run and are named svt-*
 *   answer  the host name of each URI, without the last one, which never answers */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_PARAMS 16

static char **uris;
static int uri_count;
static virConnectPtr *cons;
static virDomainPtr *doms;
static int dom_count;

/* What the threads share: the next piece of work, how many there are, and what to do for each. */
static atomic_int next_piece, done;
static int piece_count;
static void (*run_piece)(int piece);

static void must(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "hosts: %s: %s\n", what, virGetLastErrorMessage());
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void open_one(int piece)
{
    cons[piece] = virConnectOpen(uris[piece]);
    must(cons[piece] != NULL, uris[piece]);
}

static void ask(int piece)
{
    virDomainPtr *list;
    virDomainInfo info;
    int i, count = virConnectListAllDomains(cons[piece], &list, 0);
    char *xml;

    must(count > 0, "list");
    must(virDomainGetInfo(list[0], &info) == 0, "info");
    must((xml = virDomainGetXMLDesc(list[0], 0)) != NULL, "XML");
    free(xml);
    for (i = 0; i < count; i++)
        virDomainFree(list[i]);
    free(list);
}

static void info(int piece)
{
    virDomainInfo info;
    must(virDomainGetInfo(doms[piece % dom_count], &info) == 0, "info");
}

static void block(int piece)
{
    virTypedParameter params[MOST_PARAMS];
    int count = MOST_PARAMS;
    must(virDomainBlockStatsFlags(doms[piece % dom_count], "vda", params, &count, 0) == 0, "block stats");
    virTypedParamsClear(params, count);
}

static void answer(int piece)
{
    char *name = virConnectGetHostname(cons[piece]);
    if (piece == uri_count - 1)
        return;
    must(name != NULL, "host name");
    free(name);
}

static void *work(void *unused)
{
    int piece;

    while ((piece = next_piece++) < piece_count) {
        run_piece(piece);
        done++;
    }
    return unused;
}

/* The seconds until all but so many pieces are done. */
static double run(void (*what)(int), int pieces, int threads, int but)
{
    pthread_t thread[threads];
    double start = now();
    int i;

    next_piece = done = 0;
    piece_count = pieces;
    run_piece = what;
    for (i = 0; i < threads; i++)
        must(pthread_create(&thread[i], NULL, work, NULL) == 0, "pthread_create");
    if (but)
        while (done < pieces - but)
            usleep(200);
    else
        for (i = 0; i < threads; i++)
            pthread_join(thread[i], NULL);
    return now() - start;
}

static void open_all(void)
{
    run(open_one, uri_count, uri_count, 0);
}

static void list_domains(int ours)
{
    virDomainPtr *list;
    int i, count;

    open_one(0);
    count = virConnectListAllDomains(cons[0], &list, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    must(count > 0, "list");
    for (i = 0; i < count; i++)
        if (!ours || !strncmp(virDomainGetName(list[i]), "svt-", 4))
            list[dom_count++] = list[i];
    doms = list;
    must(dom_count > 0, "no domain");
}

int main(int argc, char **argv)
{
    int threads = argc > 3 ? atoi(argv[2]) : 0;
    const char *what = argv[1];
    double seconds;

    if (threads < 1)
        return 1;
    uris = argv + 3;
    uri_count = argc - 3;
    cons = calloc(uri_count, sizeof(*cons));
    virInitialize();
    if (!strcmp(what, "open")) {
        seconds = run(open_one, uri_count, threads, 0);
    } else if (!strcmp(what, "ask")) {
        open_all();
        seconds = run(ask, uri_count, threads, 0);
    } else if (!strcmp(what, "info")) {
        list_domains(0);
        seconds = run(info, 100, threads, 0);
    } else if (!strcmp(what, "block")) {
        list_domains(1);
        seconds = run(block, 300, threads, 0);
    } else if (!strcmp(what, "answer")) {
        open_all();
        printf("open\n");
        fflush(stdout);
        getchar();
        seconds = run(answer, uri_count, threads, 1);
    } else {
        return 1;
    }
    printf("%f\n", seconds);
    fflush(stdout);
    /* Threads that wait for the host that hangs are left alone. */
    _exit(0);
}
