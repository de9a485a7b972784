/*
 * Control groups of the host, version 1, hybrid or 2: one group for this server (remora-PID), one below it for each sandbox.
 *
 * Moving a process into a version 1 group waits for every CPU (the kernel's cgroup_threadgroup_rwsem), so init is moved while the
 * sandbox waits to be wanted, and what it starts later is born in the group.
 */
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY, PIDS, CPU, FREEZER, CONTROLLERS };

/* Thousandths of a CPU: more than any machine has to give. */
enum { DYING_SHARE = 100000 };

static const char *const names[CONTROLLERS] = {"memory", "pids", "cpu", "freezer"};
static char mounted[CONTROLLERS][PATH_SIZE / 4];
static char unified[PATH_SIZE / 4];
static char own[128];

static int put(const char *folder, const char *file, const char *text) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    ssize_t n = write(fd, text, strlen(text));
    int kept = errno;
    close(fd);
    errno = kept;
    return n < 0 ? -1 : 0;
}

static uint64_t take(const char *folder, const char *file, const char *key) {
    char path[PATH_SIZE], text[2048];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n < 0 ? 0 : n] = 0;
    char *at = text;
    if (key) {
        at = strstr(text, key);
        if (!at) {
            return 0;
        }
        at += strlen(key);
    }
    return strtoull(at, NULL, 10);
}

static void find_mounts(void) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    if (!mounts) {
        return;
    }
    for (struct mntent *m; (m = getmntent(mounts));) {
        if (!strcmp(m->mnt_type, "cgroup2")) {
            snprintf(unified, sizeof unified, "%s", m->mnt_dir);
        } else if (!strcmp(m->mnt_type, "cgroup")) {
            for (int c = 0; c < CONTROLLERS; c++) {
                if (hasmntopt(m, names[c])) {
                    snprintf(mounted[c], sizeof mounted[c], "%s", m->mnt_dir);
                }
            }
        }
    }
    endmntent(mounts);
}

/* What is frozen does not even die. In a folder that is no freezer's this does nothing. */
static void thaw(const char *folder) {
    put(folder, "freezer.state", "THAWED");
    put(folder, "cgroup.freeze", "0");
}

/* Removes groups of servers that are gone; a group with a process in it refuses and stays, but can end. */
static void remove_stale(const char *root) {
    DIR *folder = opendir(root);
    if (!folder) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        int pid = 0, length = 0;
        if (sscanf(entry->d_name, "remora-%d%n", &pid, &length) != 1 || entry->d_name[length] || pid <= 0
                || kill(pid, 0) == 0 || errno != ESRCH) {
            continue;
        }
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        DIR *groups = opendir(path);
        if (groups) {
            for (struct dirent *g; (g = readdir(groups));) {
                if (g->d_name[0] >= '0' && g->d_name[0] <= '9') {
                    char group[PATH_SIZE];
                    snprintf(group, sizeof group, "%s/%s", path, g->d_name);
                    thaw(group);
                    unlinkat(dirfd(groups), g->d_name, AT_REMOVEDIR);
                }
            }
            closedir(groups);
        }
        rmdir(path);
    }
    closedir(folder);
}

static int make_root(const char *root) {
    char path[PATH_SIZE];
    remove_stale(root);
    snprintf(path, sizeof path, "%s/%s", root, own);
    if (mkdir(path, 0755) < 0 && errno != EEXIST) {
        complain("control group", path);
        return -1;
    }
    return 0;
}

static int has_word(const char *folder, const char *file, const char *word) {
    char path[PATH_SIZE], text[1024];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f = fopen(path, "re");
    if (!f) {
        return 0;
    }
    int found = 0;
    while (!found && fscanf(f, "%1023s", text) == 1) {
        found = !strcmp(text, word);
    }
    fclose(f);
    return found;
}

/* With version 2 a controller must be handed down twice: to our group, and by it to the sandboxes' groups. */
static int delegate(void) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", unified, own);
    for (int c = 0; c < FREEZER; c++) {
        char plus[32];
        snprintf(plus, sizeof plus, "+%s", names[c]);
        if (!has_word(unified, "cgroup.subtree_control", names[c]) && put(unified, "cgroup.subtree_control", plus) < 0) {
            complain("control group controller", names[c]);
            return -1;
        }
        if (put(path, "cgroup.subtree_control", plus) < 0) {
            complain("control group controller of ours", names[c]);
            return -1;
        }
    }
    return 0;
}

static int version1(void) {
    return mounted[MEMORY][0] != 0;
}

/*
 * All sandboxes together weigh as ten processes: the group competes as one with each single process of the host, the server's own
 * threads among them, and would starve beside a busy host at the weight of one.
 */
static void weigh(void) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", version1() ? mounted[CPU] : unified, own);
    put(path, version1() ? "cpu.shares" : "cpu.weight", version1() ? "10240" : "1000");
}

int groups_open(const char *name) {
    snprintf(own, sizeof own, "%s", name);
    find_mounts();
    if (!mounted[MEMORY][0]) {
        if (!unified[0]) {
            errno = ENOENT;
            complain("control groups", "/sys/fs/cgroup");
            return -1;
        }
        if (make_root(unified) < 0 || delegate() < 0) {
            return -1;
        }
        weigh();
        return 0;
    }
    for (int c = 0; c < CONTROLLERS; c++) {
        if (!mounted[c][0]) {
            errno = ENOENT;
            complain("control group controller", names[c]);
            return -1;
        }
        if (make_root(mounted[c]) < 0) {
            return -1;
        }
    }
    weigh();
    return 0;
}

static const char *root_of(int controller) {
    return version1() ? mounted[controller] : unified;
}

/* With cpu and cpuacct mounted as one, two controllers may share a folder; making it twice is then no error. */
static int hierarchies(void) {
    return version1() ? CONTROLLERS : 1;
}

static void folder_of(const struct cgroup *group, int controller, char *to) {
    snprintf(to, PATH_SIZE, "%s/%s/%d", root_of(controller), own, group->number);
}

void groups_close(void) {
    char path[PATH_SIZE];
    for (int c = 0; c < hierarchies(); c++) {
        snprintf(path, sizeof path, "%s/%s", root_of(c), own);
        rmdir(path);
    }
}

int group_make(struct cgroup *group, int number) {
    char path[PATH_SIZE];
    group->number = number;
    for (int c = 0; c < hierarchies(); c++) {
        folder_of(group, c, path);
        if (mkdir(path, 0755) < 0 && errno != EEXIST) {
            complain("control group", path);
            return -1;
        }
    }
    char limit[32];
    snprintf(limit, sizeof limit, "%d", PROCESSES);
    folder_of(group, version1() ? PIDS : 0, path);
    if (put(path, "pids.max", limit) < 0) {
        complain("pids.max of", path);
        return -1;
    }
    return 0;
}

int group_join(const struct cgroup *group, pid_t process) {
    char path[PATH_SIZE], text[32];
    snprintf(text, sizeof text, "%d", (int)process);
    for (int c = 0; c < hierarchies(); c++) {
        folder_of(group, c, path);
        if (put(path, "cgroup.procs", text) < 0) {
            complain("joining", path);
            return -1;
        }
    }
    return 0;
}

static int limit_memory(const struct cgroup *group, uint64_t memory) {
    char path[PATH_SIZE], text[32];
    folder_of(group, version1() ? MEMORY : 0, path);
    snprintf(text, sizeof text, "%llu", (unsigned long long)memory);
    const char *limit = version1() ? "memory.limit_in_bytes" : "memory.max";
    const char *swap = version1() ? "memory.memsw.limit_in_bytes" : "memory.swap.max";
    int wrong = put(path, limit, text);
    if (wrong < 0 && version1()) {
        /* Memory may not exceed memory and swap: a limit that grows needs the other to grow first, one that shrinks last. */
        wrong = put(path, swap, text) < 0 ? -1 : put(path, limit, text);
    }
    if (wrong < 0) {
        complain("memory limit of", path);
        return -1;
    }
    /* Absent where the kernel does not account swap: then there is none to be used. */
    put(path, swap, version1() ? text : "0");
    return 0;
}

/*
 * The share is a weight: it decides when sandboxes compete, and an idle machine lends what nobody wants, up to one whole CPU or
 * to the share if that is more.
 */
static int limit_cpu(const struct cgroup *group, uint32_t thousandths) {
    char path[PATH_SIZE], weight[32], quota[32];
    uint64_t ceiling = thousandths > 1000 ? thousandths : 1000;
    folder_of(group, version1() ? CPU : 0, path);
    if (version1()) {
        snprintf(weight, sizeof weight, "%u", thousandths < 2 ? 2 : thousandths);
        snprintf(quota, sizeof quota, "%llu", (unsigned long long)ceiling * 100);
    } else {
        uint32_t share = thousandths / 10;
        snprintf(weight, sizeof weight, "%u", share < 1 ? 1 : share > 10000 ? 10000 : share);
        snprintf(quota, sizeof quota, "%llu 100000", (unsigned long long)ceiling * 100);
    }
    if (put(path, version1() ? "cpu.shares" : "cpu.weight", weight) < 0
            || put(path, version1() ? "cpu.cfs_quota_us" : "cpu.max", quota) < 0) {
        complain("CPU share of", path);
        return -1;
    }
    return 0;
}

int group_limit(const struct cgroup *group, uint64_t memory, uint32_t cpu) {
    if (memory && limit_memory(group, memory) < 0) {
        return -1;
    }
    return cpu ? limit_cpu(group, cpu) : 0;
}

uint64_t group_peak(const struct cgroup *group) {
    char path[PATH_SIZE];
    folder_of(group, version1() ? MEMORY : 0, path);
    return take(path, version1() ? "memory.max_usage_in_bytes" : "memory.peak", NULL);
}

uint64_t group_oom_kills(const struct cgroup *group) {
    char path[PATH_SIZE];
    folder_of(group, version1() ? MEMORY : 0, path);
    return version1() ? take(path, "memory.oom_control", "oom_kill ") : take(path, "memory.events", "oom_kill ");
}

/* Where the server reads or writes a file of the group itself. */
void group_path(const struct cgroup *group, const char *controller, const char *v1file, const char *v2file, char *to) {
    char path[PATH_SIZE];
    int which = 0;
    for (int c = 0; version1() && c < CONTROLLERS; c++) {
        which = strcmp(names[c], controller) ? which : c;
    }
    folder_of(group, which, path);
    snprintf(to, PATH_SIZE, "%.*s/%s", PATH_SIZE - 64, path, version1() ? v1file : v2file);
}

/* Processes that were killed die where they run: not while they are frozen, and late if a thousand of them share a small weight. */
void group_let_die(const struct cgroup *group) {
    char path[PATH_SIZE];
    folder_of(group, version1() ? FREEZER : 0, path);
    thaw(path);
    limit_cpu(group, DYING_SHARE);
}

/* The last process may still be leaving when its parent has been told of its end: EBUSY passes within milliseconds. */
void group_remove(const struct cgroup *group) {
    char path[PATH_SIZE];
    for (int c = 0; c < hierarchies(); c++) {
        folder_of(group, c, path);
        for (int tries = 0; rmdir(path) < 0 && errno == EBUSY && tries < 1000; tries++) {
            usleep(1000);
        }
    }
}
