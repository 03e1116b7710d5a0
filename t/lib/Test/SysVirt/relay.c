/* Makes one libvirtd into many hosts, each as far away as one likes: the kernel's own means to
 * delay packets are not on every machine.
 *
 *   relay SOCKET HOSTS DELAY
 *
 * listens on a port of the loopback interface for each host, prints the ports in one line, and
 * passes on what comes there to the Unix socket and back, each direction held back by half the
 * delay, in seconds. The handshake of TCP itself is not. Commands on stdin, each of which is
 * answered with a line:
 *
 *   delay SECONDS   from now on
 *   stop HOST       nothing of this host is read or written, as if it were stopped by a signal
 *   resume HOST
 *   kill HOST       its connections end, and there are no new ones
 *   waiting HOST    answers how many bytes its clients have sent that were not read
 *
 * It ends with its stdin. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MOST_POLLED 4096

/* What was read, or the end of it if it is empty. */
struct chunk {
    struct chunk *next;
    double due;
    size_t size, done;
    char bytes[];
};

struct side {
    int fd, ended;
    struct chunk *first, **last; /* what is to be written here */
};

struct link {
    struct link *next;
    struct host *host;
    struct side side[2]; /* the client's, libvirtd's */
    struct pollfd *polled;
};

struct host {
    int fd, stopped;
    struct pollfd *polled;
};

static const char *path;
static struct host *hosts;
static int host_count;
static struct link *links;
static double delay;

static void must(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int listen_on_loopback(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    must(fd >= 0, "socket");
    must(bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, 128) == 0, "listen");
    must(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    printf("%d ", ntohs(address.sin_port));
    return fd;
}

static void accept_client(struct host *host)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct link *link;
    int i, on = 1, client = accept4(host->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    if (client < 0 || connect(server, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(client);
        close(server);
        return;
    }
    must(fcntl(server, F_SETFL, O_NONBLOCK) == 0, "fcntl");
    must(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "setsockopt");
    link = calloc(1, sizeof(*link));
    must(link != NULL, "calloc");
    for (i = 0; i < 2; i++)
        link->side[i] = (struct side){ .fd = i ? server : client, .last = &link->side[i].first };
    link->host = host;
    link->next = links;
    links = link;
}

static void drop(struct link *link)
{
    struct chunk *chunk;
    int i;

    for (i = 0; i < 2; i++) {
        close(link->side[i].fd);
        while ((chunk = link->side[i].first)) {
            link->side[i].first = chunk->next;
            free(chunk);
        }
    }
    free(link);
}

static void read_from(struct side *from, struct side *to)
{
    static char bytes[65536];
    ssize_t size = read(from->fd, bytes, sizeof(bytes));
    struct chunk *chunk;

    if (size < 0 && errno == EAGAIN)
        return;
    from->ended = size <= 0;
    if (size < 0)
        size = 0;
    chunk = malloc(sizeof(*chunk) + size);
    must(chunk != NULL, "malloc");
    *chunk = (struct chunk){ .due = now() + delay / 2, .size = size };
    memcpy(chunk->bytes, bytes, size);
    *to->last = chunk;
    to->last = &chunk->next;
}

/* False when nothing more can be written. */
static int write_to(struct side *to, double time)
{
    struct chunk *chunk;

    while ((chunk = to->first) && chunk->due <= time) {
        ssize_t size = send(to->fd, chunk->bytes + chunk->done, chunk->size - chunk->done, MSG_NOSIGNAL);
        if (size < 0 && errno == EAGAIN)
            return 1;
        if (size < 0 || chunk->size == 0)
            return 0;
        if ((chunk->done += size) < chunk->size)
            return 1;
        if (!(to->first = chunk->next))
            to->last = &to->first;
        free(chunk);
    }
    return 1;
}

/* False when it has ended. */
static int work(struct link *link, double time)
{
    int i, alive = 1;

    /* A new link was not looked at yet. */
    for (i = 0; link->polled && i < 2; i++)
        if (link->polled[i].revents & ~POLLOUT)
            read_from(&link->side[i], &link->side[!i]);
    for (i = 0; alive && !link->host->stopped && i < 2; i++)
        alive = write_to(&link->side[i], time);
    return alive;
}

static int waiting(struct host *host)
{
    struct link *link;
    int bytes, sum = 0;

    for (link = links; link; link = link->next)
        if (link->host == host && ioctl(link->side[0].fd, FIONREAD, &bytes) == 0)
            sum += bytes;
    return sum;
}

static void kill_host(struct host *host)
{
    struct link **at = &links, *link;

    close(host->fd);
    host->fd = -1;
    while ((link = *at)) {
        if (link->host != host) {
            at = &link->next;
            continue;
        }
        *at = link->next;
        drop(link);
    }
}

static void obey(void)
{
    char line[80], verb[16];
    double number;
    struct host *host;

    if (!fgets(line, sizeof(line), stdin))
        exit(0);
    must(sscanf(line, "%15s %lf", verb, &number) == 2, line);
    host = &hosts[(int)number];
    if (!strcmp(verb, "delay"))
        delay = number;
    else if (!strcmp(verb, "kill"))
        kill_host(host);
    else if (strcmp(verb, "waiting"))
        host->stopped = !strcmp(verb, "stop");
    printf("%d\n", strcmp(verb, "waiting") ? 0 : waiting(host));
}

/* Waits for what may be read, and for what is due. Descriptors below 0 are not looked at. */
static void wait_for_work(struct pollfd *polled)
{
    struct pollfd *next = polled;
    struct link *link;
    double time = now(), due = time + 3600;
    struct timespec until;
    int i;

    *next++ = (struct pollfd){ .fd = 0, .events = POLLIN };
    for (i = 0; i < host_count; i++) {
        hosts[i].polled = next;
        *next++ = (struct pollfd){ .fd = hosts[i].stopped ? -1 : hosts[i].fd, .events = POLLIN };
    }
    for (link = links; link; link = link->next) {
        link->polled = next;
        for (i = 0; i < 2; i++) {
            struct side *side = &link->side[i];
            struct chunk *chunk = side->first;
            short events = side->ended ? 0 : POLLIN;
            if (chunk && chunk->due <= time)
                events |= POLLOUT;
            else if (chunk && chunk->due < due && !link->host->stopped)
                due = chunk->due;
            /* One that has ended would be reported again and again. */
            *next++ = (struct pollfd){ .fd = link->host->stopped || !events ? -1 : side->fd, .events = events };
        }
    }
    must(next - polled < MOST_POLLED - 2, "too many connections");
    due -= time;
    until = (struct timespec){ .tv_sec = due, .tv_nsec = (due - (time_t)due) * 1e9 };
    must(ppoll(polled, next - polled, &until, NULL) >= 0, "ppoll");
}

int main(int argc, char **argv)
{
    static struct pollfd polled[MOST_POLLED];
    int i;

    must(argc == 4, "Usage: relay SOCKET HOSTS DELAY");
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    path = argv[1];
    host_count = atoi(argv[2]);
    delay = atof(argv[3]);
    hosts = calloc(host_count, sizeof(*hosts));
    must(hosts != NULL, "calloc");
    for (i = 0; i < host_count; i++)
        hosts[i].fd = listen_on_loopback();
    printf("\n");
    for (;;) {
        struct link **at = &links, *link;
        double time;

        wait_for_work(polled);
        time = now();
        while ((link = *at)) {
            if (work(link, time)) {
                at = &link->next;
                continue;
            }
            *at = link->next;
            drop(link);
        }
        for (i = 0; i < host_count; i++)
            if (hosts[i].polled->revents)
                accept_client(&hosts[i]);
        if (polled[0].revents)
            obey();
    }
}
