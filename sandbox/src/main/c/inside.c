/*
 * Process 1 of a sandbox, and the step from it to the program.
 *
 * init is born long before it is needed, in namespaces of its own, and stands in the finished root when it says so. Told what to
 * run, it enters the slot's network, starts the program as a child in a new user namespace, writes that namespace's map (one
 * user, one group), turns /proc read-only and gives up its own power. It stays outside the program's user namespace, so the
 * program can neither signal nor trace nor read it. When the program ends, init reports and ends: the kernel then kills what
 * the program left.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAST_CAPABILITY = 63, OVERFLOW_ID = 65534 };

/* What /proc tells of the host beyond the sandbox, and no program of a function needs. */
static const char *const masked_files[] = {
    "/proc/cmdline", "/proc/config.gz", "/proc/kallsyms", "/proc/kcore", "/proc/key-users", "/proc/keys", "/proc/kmsg",
    "/proc/modules", "/proc/sched_debug", "/proc/sysrq-trigger", "/proc/timer_list", "/proc/partitions", "/proc/diskstats",
    "/proc/swaps", "/proc/iomem", "/proc/interrupts", "/proc/locks"};
static const char *const masked_folders[] = {
    "/proc/acpi", "/proc/asound", "/proc/bus", "/proc/driver", "/proc/fs", "/proc/irq", "/proc/scsi", "/proc/pressure"};

static _Noreturn void fail(int supervisor) {
    const char *text = complaint();
    send_frame(supervisor, 'E', text, strlen(text));
    _exit(1);
}

static void mask(const char *const *paths, size_t count, const char *with) {
    for (size_t i = 0; i < count; i++) {
        if (access(paths[i], F_OK) == 0) {
            mount(with, paths[i], NULL, MS_BIND, NULL);
        }
    }
}

static int mount_proc(void) {
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=2") < 0) {
        complain("mounting", "/proc");
        return -1;
    }
    mask(masked_files, sizeof masked_files / sizeof *masked_files, "/dev/null");
    mask(masked_folders, sizeof masked_folders / sizeof *masked_folders, "/var/empty");
    return 0;
}

/* PDEATHSIG does not report a parent that was gone already, nor survives a change of user: the socket's end tells. */
static void die_with(int supervisor) {
    struct pollfd parent = {.fd = supervisor, .events = POLLRDHUP};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (poll(&parent, 1, 0) > 0 && parent.revents & (POLLHUP | POLLRDHUP)) {
        _exit(1);
    }
}

/* What a machine's root may do to files and processes of its own users. */
static const int machine_capabilities[] = {CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_KILL,
    CAP_SETGID, CAP_SETUID, CAP_SETPCAP};

static int kept(int capability, int machine) {
    for (size_t i = 0; machine && i < sizeof machine_capabilities / sizeof *machine_capabilities; i++) {
        if (machine_capabilities[i] == capability) {
            return 1;
        }
    }
    return 0;
}

/* All but those of a machine; they survive the program's start because it runs as 0. */
static void drop_capabilities(int machine) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct left[2] = {0};
    for (int c = 0; c <= LAST_CAPABILITY; c++) {
        if (kept(c, machine)) {
            left[c / 32].permitted |= 1u << c % 32;
            left[c / 32].effective |= 1u << c % 32;
        } else {
            prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
        }
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, left) < 0) {
        _exit(1);
    }
}

static void limit(int what, rlim_t value) {
    struct rlimit both = {value, value};
    setrlimit((__rlimit_resource_t)what, &both);
}

static void set_limits(void) {
    limit(RLIMIT_NOFILE, DESCRIPTORS);
    limit(RLIMIT_NPROC, PROCESSES);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_MEMLOCK, 64 << 10);
    limit(RLIMIT_NICE, 0);
    limit(RLIMIT_RTPRIO, 0);
}

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        complain("writing", path);
        return -1;
    }
    return close(fd);
}

static int map_user(pid_t program, uint32_t host, int machine) {
    char path[64], text[64];
    if (machine) {
        snprintf(text, sizeof text, "0 %u %d\n", host, MACHINE_IDS);
    } else {
        snprintf(text, sizeof text, "%d %u 1\n", INSIDE_ID, host);
        snprintf(path, sizeof path, "/proc/%d/setgroups", (int)program);
        if (write_file(path, "deny") < 0) {
            return -1;
        }
    }
    snprintf(path, sizeof path, "/proc/%d/gid_map", (int)program);
    if (write_file(path, text) < 0) {
        return -1;
    }
    snprintf(path, sizeof path, "/proc/%d/uid_map", (int)program);
    return write_file(path, text);
}

/* Ends in the program. Nothing is open in it but standard input, output and error. */
static _Noreturn void become(const struct spec *spec, int output, int steps) {
    char step;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int s = 1; s < NSIG; s++) {
        signal(s, SIG_DFL);
    }
    setsid();
    if (setgroups(0, NULL) < 0 || unshare(CLONE_NEWUSER) < 0 || write(steps, "u", 1) != 1 || read(steps, &step, 1) != 1) {
        _exit(126);
    }
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    uid_t id = spec->machine ? 0 : INSIDE_ID;
    if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0) {
        _exit(126);
    }
    drop_capabilities(spec->machine);
    set_limits();
    umask(022);
    prctl(PR_SET_DUMPABLE, 0);
    if (chdir(spec->folder ? spec->folder : "/") < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0
            || syscall(SYS_close_range, 3U, ~0U, 0U) < 0 || filter_install() < 0) {
        _exit(126);
    }
    execve(spec->argument[0], spec->argument, spec->variable);
    dprintf(2, "%s: %s\n", spec->argument[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

/* Waits for children, whoever they were; ends when the program has ended, taking the whole pid namespace along. */
static _Noreturn void reap(pid_t program, int supervisor) {
    for (;;) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == program) {
            send_frame(supervisor, 'X', &status, sizeof status);
            _exit(0);
        }
        if (ended < 0 && errno == ECHILD) {
            _exit(1);
        }
    }
}

static _Noreturn void run(int supervisor, const struct spec *spec, int network, int output) {
    int steps[2];
    char step;
    if (setns(network, CLONE_NEWNET) < 0) {
        complain("entering", "the network namespace");
        fail(supervisor);
    }
    if (root_tmp(spec->tmp, spec->shared) < 0) {
        fail(supervisor);
    }
    if (spec->machine && sethostname(spec->hostname, strlen(spec->hostname)) < 0) {
        complain("naming", spec->hostname);
        fail(supervisor);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, steps) < 0) {
        fail(supervisor);
    }
    pid_t program = fork();
    if (program == 0) {
        close(steps[0]);
        become(spec, output, steps[1]);
    }
    close(steps[1]);
    if (program < 0 || read(steps[0], &step, 1) != 1 || map_user(program, spec->user, spec->machine) < 0
            || mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) {
        complain("starting", spec->argument[0]);
        fail(supervisor);
    }
    prctl(PR_SET_DUMPABLE, 0);
    close(output);
    close(network);
    if (setgroups(0, NULL) < 0 || setresgid(OVERFLOW_ID, OVERFLOW_ID, OVERFLOW_ID) < 0
            || setresuid(OVERFLOW_ID, OVERFLOW_ID, OVERFLOW_ID) < 0) {
        fail(supervisor);
    }
    drop_capabilities(0);
    die_with(supervisor);
    if (write(steps[0], "g", 1) != 1) {
        complain("starting", spec->argument[0]);
        fail(supervisor);
    }
    close(steps[0]);
    reap(program, supervisor);
}

/* The spec's frame arrives with two descriptors: the network namespace and the output. */
static ssize_t receive(int supervisor, unsigned char *first, int *network, int *output) {
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec data = {first, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(supervisor, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!head || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
        return -1;
    }
    int descriptors[2];
    memcpy(descriptors, CMSG_DATA(head), sizeof descriptors);
    *network = descriptors[0];
    *output = descriptors[1];
    return n;
}

_Noreturn void inside(int supervisor, const char *root) {
    unsigned char byte;
    int network, output;
    char type, *payload;
    size_t size;
    static struct spec spec;
    die_with(supervisor);
    if (read(supervisor, &byte, 1) != 1) {
        _exit(1);
    }
    if (unshare(CLONE_NEWCGROUP) < 0 || sethostname("sandbox", 7) < 0) {
        complain("unsharing", "control groups");
        fail(supervisor);
    }
    if (root_enter(root) < 0 || mount_proc() < 0 || write(supervisor, "p", 1) != 1) {
        fail(supervisor);
    }
    if (receive(supervisor, &byte, &network, &output) < 0 || read_frame(supervisor, &type, &payload, &size) < 0) {
        _exit(1);
    }
    if (parse_spec(payload, size, &spec) || !spec.argument[0]) {
        _exit(1);
    }
    run(supervisor, &spec, network, output);
}
