/*
 * Measures a path through the network: round trips on one connection, whole connections, and bytes per second.
 *
 *   path serve PORT                     echoes; pieces of more than one byte are only read
 *   path rr|crr|stream HOST PORT N      prints one number: the median round trip in microseconds, connections a second,
 *                                       or Gbit/s of N MiB
 *
 * Java's own cost per system call would hide what is measured here, hence C. Both sides are to be pinned to one CPU.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 1 << 17, EVENTS = 64 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;
    return d < 0 ? -1 : d > 0;
}

static int failed(const char *what)
{
    perror(what);
    exit(1);
}

static int dial(const char *host, int port)
{
    int six = strchr(host, ':') != 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    int one = 1, s = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    inet_pton(six ? AF_INET6 : AF_INET, host, six ? (void *)&to6.sin6_addr : (void *)&to.sin_addr);
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (six ? connect(s, (void *)&to6, sizeof to6) : connect(s, (void *)&to, sizeof to))
        failed("connect");
    return s;
}

static int serve(int port)
{
    static char piece[PIECE];
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct epoll_event events[EVENTS];
    int one = 1, listener = socket(AF_INET6, SOCK_STREAM, 0), poll = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, 1024))
        return failed("listen");
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
    // Its standard input ends with who started it. (A signal at the parent's death would come when the thread that did ends.)
    struct epoll_event life = {.events = EPOLLIN, .data.fd = 0};
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &life);
    puts("ready");
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int s = events[i].data.fd;
            if (s == 0)
                return 0;
            if (s == listener) {
                s = accept(listener, 0, 0);
                setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct epoll_event added = {.events = EPOLLIN, .data.fd = s};
                epoll_ctl(poll, EPOLL_CTL_ADD, s, &added);
                continue;
            }
            ssize_t got = read(s, piece, sizeof piece);
            if (got <= 0 || (got == 1 && write(s, piece, 1) != 1))
                close(s);
        }
    }
}

static void round_trip(int s)
{
    char b = 'x';
    if (write(s, &b, 1) != 1 || read(s, &b, 1) != 1)
        failed("round trip");
}

int main(int count, char **words)
{
    if (count == 3 && !strcmp(words[1], "serve"))
        return serve(atoi(words[2]));
    if (count != 5)
        return 2;
    const char *host = words[2];
    int port = atoi(words[3]), n = atoi(words[4]);
    double start = now();
    if (!strcmp(words[1], "stream")) {
        static char piece[PIECE];
        int s = dial(host, port);
        start = now();
        for (long left = (long)n << 20; left > 0;) {
            ssize_t sent = write(s, piece, PIECE);
            if (sent <= 0)
                failed("write");
            left -= sent;
        }
        shutdown(s, SHUT_WR);
        while (read(s, piece, PIECE) > 0) {
        }
        printf("%.3f\n", n * 8.0 * 1.048576 / 1e3 / ((now() - start) / 1e6));
        return 0;
    }
    if (!strcmp(words[1], "crr")) {
        for (int i = 0; i < n; i++) {
            int s = dial(host, port);
            round_trip(s);
            close(s);
        }
        printf("%.1f\n", n / ((now() - start) / 1e6));
        return 0;
    }
    double *samples = calloc(n, sizeof *samples);
    int s = dial(host, port);
    for (int i = 0; i < n; i++) {
        double t = now();
        round_trip(s);
        samples[i] = now() - t;
    }
    qsort(samples, n, sizeof *samples, ascending);
    printf("%.2f\n", samples[n / 2]);
    return 0;
}
