/*
 * The launcher: the only program of ours that touches mounts, control groups and credentials of a sandbox.
 *
 * Three kinds of process, all of this one static, single-threaded program:
 *
 *   spawner     root, started once by the server. Builds the read-only root file system that all sandboxes see, listens on a Unix
 *               socket, and keeps a few supervisors waiting. Its standard input is its lifeline: end of file ends everything.
 *   supervisor  root, one for each sandbox, on the host's side. Holds the server's connection, sets limits, attaches folders.
 *   init        process 1 of the sandbox's pid namespace, born with its mount, ipc, uts and cgroup namespaces before anyone asks.
 *               Starts the program as its only child, reaps, reports how the program ended, and by its own end kills the rest.
 *
 * Who kills whom, so that nothing outlives the server even after SIGKILL: the server's end closes the connection, the supervisor
 * then kills init; the supervisor's end kills init (PDEATHSIG), and init's end makes the kernel kill its whole pid namespace; the
 * spawner's end kills the supervisors (PDEATHSIG). Control groups that a killed supervisor leaves are removed by the next
 * spawner.
 *
 * Why the mount, pid, ipc, uts and network namespaces are made by real root and only the program itself is put into a user
 * namespace: they then belong to the host's user namespace, so that even full capabilities inside the sandbox's user namespace
 * give no power over them. The user namespace of a function maps exactly one user and one group. A machine (an instance of EC2)
 * runs as 0 inside its own and has MACHINE_IDS users and groups, all of them nobody outside; it keeps the capabilities that have
 * to do with its own users' files and processes, and no other.
 *
 * Messages on the connection: a type byte, a little-endian 32-bit length, the payload. A payload that is a list of words has each
 * word ended by a zero byte. See supervisor.c.
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    MAX_FRAME = 1 << 20,
    MAX_BINDS = 64,
    MAX_LAYERS = 8,
    MAX_ARGUMENTS = 256,
    MAX_VARIABLES = 4096,
    PATH_SIZE = 4096,
    INSIDE_ID = 993,
    MACHINE_IDS = 65536,
    PROCESSES = 1024,
    DESCRIPTORS = 1024
};

struct bind {
    const char *host, *inner;
    int writable;
};

/* What a sandbox is to be: words of the frame, pointing into it. */
struct spec {
    const char *network, *output, *folder;
    const char *hostname;
    uint32_t user;
    int machine;
    uint64_t memory, tmp, shared;
    uint32_t cpu;
    int binds, layers, arguments, variables;
    struct bind bind[MAX_BINDS];
    const char *layer[MAX_LAYERS];
    char *argument[MAX_ARGUMENTS + 1];
    char *variable[MAX_VARIABLES + 1];
};

/* frames.c */
int read_fully(int fd, void *to, size_t size);
int write_fully(int fd, const void *from, size_t size);
int send_frame(int fd, char type, const void *payload, size_t size);
int read_frame(int fd, char *type, char **payload, size_t *size);
const char *parse_spec(char *words, size_t size, struct spec *into);
void complain(const char *what, const char *about);
const char *complaint(void);

/* cgroups.c */
struct cgroup {
    int number;
};
int groups_open(const char *name);
void groups_close(void);
int group_make(struct cgroup *group, int number);
int group_join(const struct cgroup *group, pid_t process);
int group_limit(const struct cgroup *group, uint64_t memory, uint32_t cpu);
uint64_t group_peak(const struct cgroup *group);
uint64_t group_oom_kills(const struct cgroup *group);
void group_path(const struct cgroup *group, const char *controller, const char *v1file, const char *v2file, char *to);
void group_let_die(const struct cgroup *group);
void group_remove(const struct cgroup *group);

/* root.c */
int root_build(const char *at, const struct spec *spec);
int root_enter(const char *root);
int root_tmp(uint64_t size, uint64_t shared);
int root_attach(int mounts, const struct spec *spec);
int root_resize(int mounts, uint64_t tmp);

/* filter.c */
int filter_install(void);

/* inside.c */
_Noreturn void inside(int supervisor, const char *root);

/* supervisor.c */
_Noreturn void supervisor(int listener, int taken, int number, const char *root);

#endif
