/*
 * The spawner. Started with nothing but a control connection: its standard input carries one frame of words (see below),
 * answered on standard output by one line, "ready" or what went wrong, and is its lifeline from then on.
 *
 *   lock PATH       a file that is locked until this process is gone, which is after all that it started
 *   socket PATH     where to listen; in a folder that only the server's user can enter
 *   root PATH       an empty folder to build the root file system on
 *   groups NAME     the control group's name, remora-PID
 *   spare N         how many sandboxes wait
 *   ro HOST INNER   folders of the host in the root file system, read-only
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
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_SPARE = 64, LAST_SECONDS = 20 };

struct settings {
    const char *lock, *socket, *root, *groups;
    int spare;
    struct spec root_spec;
};

static struct settings settings;
static int children;

static _Noreturn void give_up(void) {
    printf("%s\n", complaint());
    fflush(stdout);
    groups_close();
    exit(1);
}

/* The words that are not the spawner's own are the root's. */
static void read_settings(void) {
    char type, *words;
    size_t size, used = 0;
    if (read_frame(0, &type, &words, &size) < 0) {
        complain("reading", "the settings");
        give_up();
    }
    char *rest = malloc(size + 1);
    for (char *at = words; at < words + size;) {
        char *key = at, *value = key + strlen(key) + 1;
        at = value + strlen(value) + 1;
        if (!strcmp(key, "lock")) {
            settings.lock = value;
        } else if (!strcmp(key, "socket")) {
            settings.socket = value;
        } else if (!strcmp(key, "root")) {
            settings.root = value;
        } else if (!strcmp(key, "groups")) {
            settings.groups = value;
        } else if (!strcmp(key, "spare")) {
            settings.spare = atoi(value);
        } else {
            if (!strcmp(key, "ro")) {
                at += strlen(at) + 1;
            }
            memcpy(rest + used, key, (size_t)(at - key));
            used += (size_t)(at - key);
        }
    }
    const char *wrong = parse_spec(rest, used, &settings.root_spec);
    int whole = settings.lock && settings.socket && settings.root && settings.groups;
    if (wrong || !whole || settings.spare < 1 || settings.spare > MAX_SPARE) {
        errno = EINVAL;
        complain("the settings at", wrong ? wrong : "their end");
        give_up();
    }
}

/* Whose server was killed may still be ending programs that write its files; who comes next waits for this lock. */
static void hold(const char *path) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || fcntl(fd, F_SETLK, &whole) < 0) {
        complain("locking", path);
        give_up();
    }
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || strlen(path) >= sizeof address.sun_path) {
        complain("listening at", path);
        give_up();
    }
    strcpy(address.sun_path, path);
    unlink(path);
    umask(077);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1024) < 0) {
        complain("listening at", path);
        give_up();
    }
    umask(022);
    return fd;
}

static void fork_supervisor(int listener, int taken, int number) {
    pid_t pid = fork();
    if (pid == 0) {
        supervisor(listener, taken, number, settings.root);
    }
    children += pid > 0;
}

static void reap(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0) {
        children--;
    }
}

/* Supervisors end their sandboxes on SIGTERM; one that does not is killed, and its sandbox with it. */
static void end_all(void) {
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    for (int tenths = 0; children > 0 && tenths < LAST_SECONDS * 100; tenths++) {
        usleep(10000);
        reap();
    }
    groups_close();
    unlink(settings.socket);
}

static void serve(int listener, int taken[2]) {
    sigset_t set;
    int number = 1;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    for (; number <= settings.spare; number++) {
        fork_supervisor(listener, taken[1], number);
    }
    struct pollfd fds[3] = {{.fd = 0, .events = POLLIN}, {.fd = taken[0], .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 3, -1) < 0) {
            continue;
        }
        if (fds[2].revents) {
            struct signalfd_siginfo info;
            while (read(signals, &info, sizeof info) > 0) {
            }
            reap();
        }
        if (fds[1].revents) {
            char many[MAX_SPARE];
            ssize_t n = read(taken[0], many, sizeof many);
            for (; n > 0; n--) {
                fork_supervisor(listener, taken[1], number++);
            }
        }
        if (fds[0].revents) {
            return;
        }
    }
}

/* What enters a machine from outside (remora exec) becomes its command under the same filter as the machine's own programs. */
static int become(char **command) {
    if (filter_install() < 0) {
        perror("the system call filter");
        return 126;
    }
    execvp(command[0], command);
    perror(command[0]);
    return 127;
}

int main(int words, char **word) {
    int taken[2];
    if (words > 1) {
        return become(word + 1);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    setpgid(0, 0);
    read_settings();
    hold(settings.lock);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        complain("making", "a mount namespace (is this root?)");
        give_up();
    }
    if (groups_open(settings.groups) < 0 || root_build(settings.root, &settings.root_spec) < 0 || pipe2(taken, O_CLOEXEC) < 0) {
        give_up();
    }
    int listener = listen_at(settings.socket);
    printf("ready\n");
    fflush(stdout);
    serve(listener, taken);
    close(listener);
    end_all();
    return 0;
}
