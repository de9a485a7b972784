/*
 * The root file system of sandboxes.
 *
 * Built once, by the spawner, as one tmpfs with read-only binds of the host's /usr and of a few folders that the server prepared;
 * each sandbox gets a copy of the mount tree by unshare(CLONE_NEWNS), which costs a microsecond a mount, instead of mounting
 * anew. The host's /root, /home, /etc, /sys and data folder are not in it.
 *
 * What belongs to one sandbox only (code, layers, /tmp) is attached later from outside: the supervisor clones the host's folder
 * as a detached mount (open_tree), makes it read-only, enters the sandbox's mount namespace and moves it to its place. The
 * sandbox needs no access to the host's tree for that, no propagation between the namespaces, and the same step serves a
 * sandbox whose interpreter has long been running. The mount system calls are called by number, since glibc 2.35 does not have
 * them.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    CALL_OPEN_TREE = 428, CALL_MOVE_MOUNT = 429, CALL_FSOPEN = 430, CALL_FSCONFIG = 431, CALL_FSMOUNT = 432,
            CALL_MOUNT_SETATTR = 442,
    TREE_CLONE = 1, MOVE_FROM_DESCRIPTOR = 4, CONFIG_STRING = 1, CONFIG_CREATE = 6,
    READ_ONLY = 1, NO_SETUID = 2, NO_DEVICES = 4,
    EMPTY_PATH = 0x1000, RECURSIVE = 0x8000
};

struct attributes {
    uint64_t set, clear, propagation, namespace;
};

/* Folders in which a bind may have its own place: a small tmpfs is put there when the place does not exist. */
static const char *const anchors[] = {"/opt", "/data", "/srv", "/mnt", "/run", "/var/lib"};

static int set_attributes(int fd, const char *path, unsigned flags, uint64_t set) {
    struct attributes attributes = {.set = set};
    return (int)syscall(CALL_MOUNT_SETATTR, fd, path, flags, &attributes, sizeof attributes);
}

/* Makes every folder of the path, and the last element a folder or an empty file. */
static int make_place(const char *path, int folder) {
    char part[PATH_SIZE];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        if (mkdir(part, 0755) < 0 && errno != EEXIST) {
            return -1;
        }
        *slash = '/';
    }
    if (folder) {
        return mkdir(part, 0755) < 0 && errno != EEXIST ? -1 : 0;
    }
    int fd = open(part, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0644);
    return fd < 0 ? -1 : close(fd);
}

static int bind_at(const char *root, const char *host, const char *inner, uint64_t attributes) {
    char path[PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof path, "%s%s", root, inner);
    if (stat(host, &status) < 0 || make_place(path, S_ISDIR(status.st_mode)) < 0
            || mount(host, path, NULL, MS_BIND | MS_REC, NULL) < 0
            || set_attributes(AT_FDCWD, path, RECURSIVE, attributes) < 0) {
        complain("binding", host);
        return -1;
    }
    return 0;
}

/* /bin, /lib and their like: links into /usr where the host has links, else binds. */
static int like_the_host(const char *root, const char *name) {
    char path[PATH_SIZE], target[PATH_SIZE];
    ssize_t n = readlink(name, target, sizeof target - 1);
    if (n < 0) {
        return access(name, F_OK) < 0 ? 0 : bind_at(root, name, name, READ_ONLY | NO_SETUID | NO_DEVICES);
    }
    target[n] = 0;
    snprintf(path, sizeof path, "%s%s", root, name);
    return symlink(target, path);
}

static int build_devices(const char *root) {
    static const char *const nodes[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"}, {"/proc/self/fd/1", "/dev/stdout"},
                {"/proc/self/fd/2", "/dev/stderr"}};
    char path[PATH_SIZE];
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        if (bind_at(root, nodes[i], nodes[i], READ_ONLY | NO_SETUID) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        snprintf(path, sizeof path, "%s%s", root, links[i][1]);
        if (symlink(links[i][0], path) < 0) {
            return -1;
        }
    }
    return 0;
}

int root_build(const char *at, const struct spec *spec) {
    static const char *const folders[] = {
        "/usr", "/etc", "/dev/shm", "/proc", "/tmp", "/var/task", "/var/runtime", "/var/tmp", "/var/empty", "/home",
        "/root"};
    static const char *const links[] = {"/bin", "/sbin", "/lib", "/lib64"};
    char path[PATH_SIZE];
    if (mount("sandbox", at, "tmpfs", MS_NOSUID, "mode=755,size=1m,nr_inodes=1k") < 0) {
        complain("mounting", at);
        return -1;
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s%s", at, folders[i]);
        make_place(path, 1);
    }
    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++) {
        snprintf(path, sizeof path, "%s%s", at, anchors[i]);
        make_place(path, 1);
    }
    if (bind_at(at, "/usr", "/usr", READ_ONLY | NO_SETUID | NO_DEVICES) < 0 || build_devices(at) < 0) {
        complain("building", at);
        return -1;
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (like_the_host(at, links[i]) < 0) {
            complain("building", links[i]);
            return -1;
        }
    }
    for (int i = 0; i < spec->binds; i++) {
        if (bind_at(at, spec->bind[i].host, spec->bind[i].inner, READ_ONLY | NO_SETUID | NO_DEVICES) < 0) {
            return -1;
        }
    }
    if (set_attributes(AT_FDCWD, at, 0, READ_ONLY | NO_SETUID) < 0) {
        complain("making read-only", at);
        return -1;
    }
    return 0;
}

/* In a mount namespace of its own. The old root is put over the new one for a moment and let go with everything below it. */
int root_enter(const char *root) {
    if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0) {
        complain("entering", root);
        return -1;
    }
    return 0;
}

/* One inode for each 16 KiB, as a disk would have; each costs about a kibibyte of the sandbox's own memory. */
static void tmpfs_options(char *to, size_t size, uint64_t bytes) {
    snprintf(to, size, "mode=1777,size=%llu,nr_inodes=%llu", (unsigned long long)bytes, (unsigned long long)bytes / 16384 + 64);
}

int root_tmp(uint64_t size, uint64_t shared) {
    char options[128];
    tmpfs_options(options, sizeof options, size);
    if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) {
        complain("mounting", "/tmp");
        return -1;
    }
    tmpfs_options(options, sizeof options, shared);
    if (shared && mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0) {
        complain("mounting", "/dev/shm");
        return -1;
    }
    return 0;
}

static uint32_t new_owner;

static int own(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return lchown(path, new_owner, new_owner);
}

/* A machine's files belong to several of its users: who owns them already, keeps them. */
static int owned(const char *path, uint32_t owner, int machine) {
    struct stat status;
    return machine && lstat(path, &status) == 0 && status.st_uid >= owner && status.st_uid - owner < MACHINE_IDS;
}

static int clone_folder(const struct bind *bind, uint32_t owner, int machine) {
    new_owner = owner;
    if (bind->writable && !owned(bind->host, owner, machine) && nftw(bind->host, own, 32, FTW_PHYS | FTW_MOUNT) != 0) {
        complain("changing the owner of", bind->host);
        return -1;
    }
    int fd = (int)syscall(CALL_OPEN_TREE, AT_FDCWD, bind->host, TREE_CLONE | O_CLOEXEC);
    if (fd < 0 || set_attributes(fd, "", EMPTY_PATH, NO_SETUID | NO_DEVICES | (bind->writable ? 0 : READ_ONLY)) < 0) {
        complain("cloning", bind->host);
        return -1;
    }
    return fd;
}

/* Layers merged: the last one on top. They are named by descriptor, for an option's value may have 255 characters only. */
static int clone_layers(const struct spec *spec) {
    char lower[256] = "";
    if (spec->layers == 1) {
        struct bind only = {spec->layer[0], "/opt", 0};
        return clone_folder(&only, 0, 0);
    }
    for (int i = spec->layers - 1; i >= 0; i--) {
        int fd = open(spec->layer[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        size_t used = strlen(lower);
        if (fd < 0) {
            complain("opening", spec->layer[i]);
            return -1;
        }
        snprintf(lower + used, sizeof lower - used, "%s/proc/self/fd/%d", used ? ":" : "", fd);
    }
    int fs = (int)syscall(CALL_FSOPEN, "overlay", 1);
    int fd = -1;
    if (fs >= 0 && syscall(CALL_FSCONFIG, fs, CONFIG_STRING, "lowerdir", lower, 0) == 0
            && syscall(CALL_FSCONFIG, fs, CONFIG_CREATE, NULL, NULL, 0) == 0) {
        fd = (int)syscall(CALL_FSMOUNT, fs, 1, READ_ONLY | NO_SETUID | NO_DEVICES);
    }
    if (fd < 0) {
        complain("merging layers", lower);
    }
    return fd;
}

static const char *anchor_of(const char *inner) {
    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++) {
        size_t length = strlen(anchors[i]);
        if (!strncmp(inner, anchors[i], length) && inner[length] == '/') {
            return anchors[i];
        }
    }
    return NULL;
}

/* Inside the sandbox's mount namespace. */
static int place(int tree, const char *inner, unsigned *anchored) {
    struct stat status;
    if (lstat(inner, &status) < 0) {
        const char *anchor = anchor_of(inner);
        if (!anchor || strstr(inner, "/../")) {
            complain("no place for", inner);
            return -1;
        }
        unsigned bit = 0;
        while (anchors[bit] != anchor) {
            bit++;
        }
        if (!(*anchored & 1u << bit) && mount("places", anchor, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64k") < 0) {
            complain("mounting", anchor);
            return -1;
        }
        *anchored |= 1u << bit;
        if (fstat(tree, &status) < 0 || make_place(inner, S_ISDIR(status.st_mode)) < 0) {
            complain("making", inner);
            return -1;
        }
    }
    if (syscall(CALL_MOVE_MOUNT, tree, "", AT_FDCWD, inner, MOVE_FROM_DESCRIPTOR) < 0) {
        complain("attaching", inner);
        return -1;
    }
    return 0;
}

static int enter(int mounts) {
    if (setns(mounts, CLONE_NEWNS) < 0) {
        complain("entering", "a mount namespace");
        return -1;
    }
    return 0;
}

/* Attaches the binds and layers of the spec in the namespace behind the descriptor, and comes back. */
int root_attach(int mounts, const struct spec *spec) {
    int tree[MAX_BINDS + 1], trees = 0, home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    unsigned anchored = 0;
    for (int i = 0; i < spec->binds; i++) {
        if ((tree[trees++] = clone_folder(&spec->bind[i], spec->user, spec->machine)) < 0) {
            return -1;
        }
    }
    if (spec->layers && (tree[trees++] = clone_layers(spec)) < 0) {
        return -1;
    }
    if (enter(mounts) < 0) {
        return -1;
    }
    int failed = 0;
    for (int i = 0; i < trees && !failed; i++) {
        failed = place(tree[i], i < spec->binds ? spec->bind[i].inner : "/opt", &anchored) < 0;
        close(tree[i]);
    }
    for (unsigned bit = 0; !failed && bit < sizeof anchors / sizeof *anchors; bit++) {
        failed = anchored & 1u << bit && set_attributes(AT_FDCWD, anchors[bit], 0, READ_ONLY) < 0;
    }
    if (enter(home) < 0) {
        return -1;
    }
    close(home);
    return failed ? -1 : 0;
}

/* Gives /tmp another size, from outside. */
int root_resize(int mounts, uint64_t tmp) {
    char options[128];
    int home = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    tmpfs_options(options, sizeof options, tmp);
    if (enter(mounts) < 0) {
        return -1;
    }
    int failed = mount(NULL, "/tmp", NULL, MS_REMOUNT | MS_NOSUID | MS_NODEV, options) < 0;
    if (failed) {
        complain("resizing", "/tmp");
    }
    if (enter(home) < 0) {
        return -1;
    }
    close(home);
    return failed ? -1 : 0;
}
