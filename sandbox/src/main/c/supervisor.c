/*
 * The supervisor of one sandbox: root, on the host's side, single-threaded.
 *
 * From the server it takes
 *   S words   what to run; answered by R (words: where to read the peak of memory, where to freeze, init's number on the host), or
 *             E and a text
 *   C words   more for a sandbox that runs already: folders, layers, limits; answered by C, or E and a text
 *   K         kill it
 *   T n       send signal n (one byte) to the program
 * and reports
 *   X status, oom, peak   the program ended: wait status, 1 if the memory limit killed something (32 bits each), bytes (64 bits)
 *   G                     nothing is left: no process, no control group. The last message.
 * The end of the connection is the order to kill.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SPEC_SECONDS = 10, BEGIN_MILLIS = 5 };

static struct cgroup group;
static pid_t init_process;
static int to_init = -1;

/* Signals for a program that init has not begun yet. */
static uint64_t early;

static void end_sandbox(void) {
    if (init_process > 0) {
        kill(init_process, SIGKILL);
        group_let_die(&group);
        while (waitpid(init_process, NULL, 0) < 0 && errno == EINTR) {
        }
        init_process = 0;
    }
    group_remove(&group);
}

static _Noreturn void refuse(int server) {
    end_sandbox();
    if (server >= 0) {
        const char *text = complaint();
        send_frame(server, 'E', text, strlen(text));
    }
    _exit(1);
}

/* A sandbox that waits for a spec. Returns -1 with a complaint, which then is told to whoever asks for it. */
static int prepare(int number, const char *root) {
    int pair[2];
    char ready;
    if (group_make(&group, number) < 0) {
        return -1;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        complain("making", "a socket pair");
        return -1;
    }
    long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
    init_process = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
    if (init_process == 0) {
        close(pair[0]);
        inside(pair[1], root);
    }
    close(pair[1]);
    to_init = pair[0];
    if (init_process < 0) {
        complain("making", "namespaces");
        return -1;
    }
    if (group_join(&group, init_process) < 0 || write_fully(to_init, "j", 1) < 0 || read_fully(to_init, &ready, 1) < 0
            || ready != 'p') {
        char *text = NULL;
        size_t size = 0;
        unsigned char length[4];
        if (ready == 'E' && read_fully(to_init, length, 4) == 0 && (size = length[0] | (size_t)length[1] << 8) < 512
                && (text = calloc(1, size + 1)) && read_fully(to_init, text, size) == 0) {
            errno = 0;
            complain(text, "(preparing)");
        }
        complain("preparing", "a sandbox");
        return -1;
    }
    return 0;
}

static int open_mounts(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)init_process);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static int send_descriptors(int network, int output) {
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control;
    int descriptors[2] = {network, output};
    char byte = 's';
    memset(&control, 0, sizeof control);
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptors);
    memcpy(CMSG_DATA(head), descriptors, sizeof descriptors);
    return sendmsg(to_init, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int pass_on(const char *words, size_t size) {
    unsigned char head[5] = {'S', (unsigned char)size, (unsigned char)(size >> 8), (unsigned char)(size >> 16), 0};
    return write_fully(to_init, head, sizeof head) < 0 || write_fully(to_init, words, size) < 0 ? -1 : 0;
}

static int start(char *words, size_t size, int server) {
    static struct spec spec;
    char answer[2 * PATH_SIZE + 16];
    const char *wrong = parse_spec(words, size, &spec);
    if (wrong || !spec.network || !spec.output || !spec.argument[0] || spec.user < 1000 || !spec.tmp) {
        errno = EINVAL;
        complain("the sandbox's description at", wrong ? wrong : "its end");
        return -1;
    }
    int network = open(spec.network, O_RDONLY | O_CLOEXEC), output = open(spec.output, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (network < 0 || output < 0) {
        complain("opening", network < 0 ? spec.network : spec.output);
        return -1;
    }
    int mounts = open_mounts();
    if (group_limit(&group, spec.memory, spec.cpu) < 0 || root_attach(mounts, &spec) < 0) {
        return -1;
    }
    close(mounts);
    if (send_descriptors(network, output) < 0 || pass_on(words, size) < 0) {
        complain("starting", spec.argument[0]);
        return -1;
    }
    close(network);
    close(output);
    group_path(&group, "memory", "memory.max_usage_in_bytes", "memory.peak", answer);
    size_t first = strlen(answer) + 1;
    group_path(&group, "freezer", "freezer.state", "cgroup.freeze", answer + first);
    size_t second = first + strlen(answer + first) + 1;
    snprintf(answer + second, sizeof answer - second, "%d", (int)init_process);
    return send_frame(server, 'R', answer, second + strlen(answer + second) + 1);
}

static int add(char *words, size_t size, int server) {
    static struct spec spec;
    const char *wrong = parse_spec(words, size, &spec);
    if (wrong) {
        errno = EINVAL;
        complain("the addition at", wrong);
        return -1;
    }
    int mounts = open_mounts();
    if (mounts < 0 || group_limit(&group, spec.memory, spec.cpu) < 0 || root_attach(mounts, &spec) < 0
            || (spec.tmp && root_resize(mounts, spec.tmp) < 0)) {
        complain("adding to", "the sandbox");
        return -1;
    }
    close(mounts);
    return send_frame(server, 'C', "", 0);
}

static void file_of(pid_t process, char *to) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)process);
    ssize_t size = readlink(path, to, PATH_SIZE - 1);
    to[size < 0 ? 0 : size] = 0;
}

/* The program is init's only own child until it starts others; its number inside is 2, outside it must be looked up. It is the
 * program from when it is no copy of init any more. */
static pid_t program(void) {
    char ours[PATH_SIZE], its[PATH_SIZE];
    char path[64], line[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)init_process, (int)init_process);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    pid_t child = fd >= 0 && read(fd, line, sizeof line - 1) > 0 ? (pid_t)atoi(line) : 0;
    close(fd);
    if (child > 1) {
        file_of(init_process, ours);
        file_of(child, its);
        child = *its && strcmp(ours, its) ? child : 0;
    }
    return child;
}

/* The server may ask as soon as init was told to begin: what comes before the program runs is kept for it. */
static void signal_program(void) {
    pid_t to = early ? program() : 0;
    for (int number = 1; to > 1 && number <= 64; number++) {
        if (early >> (number - 1) & 1) {
            kill(to, number);
        }
    }
    early = to > 1 ? 0 : early;
}

static void report(int server, int status) {
    unsigned char payload[16];
    uint32_t oom = group_oom_kills(&group) > 0;
    uint64_t peak = group_peak(&group);
    memcpy(payload, &status, 4);
    memcpy(payload + 4, &oom, 4);
    memcpy(payload + 8, &peak, 8);
    send_frame(server, 'X', payload, sizeof payload);
}

/* Init has said how the program ended, or has been killed, or could not start it. */
static void finish(int server) {
    char type = 0, *payload = NULL;
    size_t size = 0;
    int status = SIGKILL;
    if (read_frame(to_init, &type, &payload, &size) == 0 && type == 'E') {
        send_frame(server, 'E', payload, size);
    } else if (type == 'X' && size == sizeof status) {
        memcpy(&status, payload, sizeof status);
    }
    if (type != 'E') {
        report(server, status);
    }
}

/* Returns whether to go on. */
static int obey(int server) {
    char type, *payload;
    size_t size;
    if (read_frame(server, &type, &payload, &size) < 0) {
        return 0;
    }
    int go_on = 1;
    if (type == 'K') {
        kill(init_process, SIGKILL);
        group_let_die(&group);
    } else if (type == 'T' && size == 1 && payload[0] > 0 && payload[0] <= 64) {
        early |= (uint64_t)1 << (payload[0] - 1);
        signal_program();
    } else if (type == 'C' && add(payload, size, server) < 0) {
        const char *text = complaint();
        send_frame(server, 'E', text, strlen(text));
        go_on = 0;
    }
    free(payload);
    return go_on;
}

static void watch(int server, int signals) {
    struct pollfd fds[3] = {{.fd = server, .events = POLLIN}, {.fd = to_init, .events = POLLIN},
            {.fd = signals, .events = POLLIN}};
    for (;;) {
        int ready = poll(fds, 3, early ? BEGIN_MILLIS : -1);
        signal_program();
        if (ready <= 0) {
            continue;
        }
        if (fds[1].revents) {
            finish(server);
            return;
        }
        if (fds[2].revents || (fds[0].revents && !obey(server))) {
            return;
        }
    }
}

/* Waits for the server to want a sandbox, or for the spawner's order to end. */
static int await_server(int listener, int signals) {
    struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0) {
            continue;
        }
        if (fds[1].revents) {
            return -1;
        }
        int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (server >= 0) {
            return server;
        }
    }
}

_Noreturn void supervisor(int listener, int taken, int number, const char *root) {
    sigset_t stop;
    char type, *payload;
    size_t size;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    int signals = signalfd(-1, &stop, SFD_CLOEXEC);
    int failed = prepare(number, root) < 0;
    int server = await_server(listener, signals);
    if (server < 0) {
        end_sandbox();
        _exit(0);
    }
    write_fully(taken, "t", 1);
    close(listener);
    close(taken);
    struct timeval patience = {SPEC_SECONDS, 0};
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (failed || read_frame(server, &type, &payload, &size) < 0 || type != 'S' || start(payload, size, server) < 0) {
        refuse(server);
    }
    free(payload);
    watch(server, signals);
    end_sandbox();
    send_frame(server, 'G', "", 0);
    _exit(0);
}
