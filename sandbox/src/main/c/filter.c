/*
 * The system call filter of everything that runs in a sandbox.
 *
 * Refused by number: what could make or change namespaces, mounts, keys, modules, clocks or other processes' memory, and the
 * interfaces with the worst record (bpf, io_uring, userfaultfd, perf). Refused by argument: namespaces through clone, all
 * sockets but Unix, TCP, UDP and the routing family of netlink (getaddrinfo reads addresses with it), and pushing input into a
 * terminal. clone3 answers ENOSYS since a filter cannot look behind its pointer; C libraries then use clone. Numbers newer than
 * this file answer ENOSYS too, so that a new kernel brings nothing in. An allow list was rejected: it breaks programs with
 * every new C library, and what it would add over this is behind capabilities that nobody in here has.
 */
#include "launcher.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "no filter for this architecture"
#endif

enum { NEWEST_CALL = 462, LONGEST = 512, SOCKET_KIND = 0xf, TCP = 6, UDP = 17 };

static const int refused[] = {
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, 428, 429, 430, 431, 432, 433, 442,
            /* the mount calls */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */, 440 /* process_madvise */,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, 425, 426, 427, /* io_uring */
    SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_acct,
            SYS_quotactl,
    443 /* quotactl_fd */, SYS_syslog, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_sethostname, SYS_setdomainname,
    SYS_clock_settime, SYS_clock_adjtime, SYS_settimeofday, SYS_adjtimex, SYS_vhangup, SYS_fanotify_init, SYS_nfsservctl,
    SYS_lookup_dcookie, SYS_move_pages, SYS_migrate_pages, SYS_personality,
#if defined(__x86_64__)
    SYS_kexec_file_load, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat, SYS_sysfs, SYS__sysctl, SYS_create_module,
    SYS_get_kernel_syms, SYS_query_module,
#endif
};

static struct sock_filter code[LONGEST];
static unsigned short length;

static void emit(unsigned short operation, unsigned char yes, unsigned char no, uint32_t k) {
    code[length++] = (struct sock_filter) {operation, yes, no, k};
}

static void load(size_t offset) {
    emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void load_argument(int which) {
    load(offsetof(struct seccomp_data, args) + 8 * (size_t)which);
}

static void answer(int error) {
    emit(BPF_RET | BPF_K, 0, 0, error ? SECCOMP_RET_ERRNO | (uint32_t)error : SECCOMP_RET_ALLOW);
}

/* The next instructions, as many as are skipped, run only if the loaded value is k. */
static void unless_equal_skip(uint32_t k, unsigned char skipped) {
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, skipped, k);
}

static void answer_if_equal(uint32_t k, int error) {
    unless_equal_skip(k, 1);
    answer(error);
}

static void check_clone(void) {
    unless_equal_skip(SYS_clone, 4);
    load_argument(0);
    emit(BPF_JMP | BPF_JSET | BPF_K, 0, 1,
            CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET);
    answer(EPERM);
    answer(0);
}

static void check_ioctl(void) {
    unless_equal_skip(SYS_ioctl, 6);
    load_argument(1);
    answer_if_equal(TIOCSTI, EPERM);
    answer_if_equal(0x541c /* TIOCLINUX */, EPERM);
    answer(0);
}

/* The last check, since its branches end in answers. */
static void check_socket(void) {
    unsigned short begin = length;
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, SYS_socket);
    load_argument(0);
    answer_if_equal(AF_UNIX, 0);
    unless_equal_skip(AF_NETLINK, 4);
    load_argument(2);
    answer_if_equal(0, 0);
    answer(EAFNOSUPPORT);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, AF_INET);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, AF_INET6);
    answer(EAFNOSUPPORT);
    load_argument(1);
    emit(BPF_ALU | BPF_AND | BPF_K, 0, 0, SOCKET_KIND);
    unless_equal_skip(SOCK_STREAM, 4);
    load_argument(2);
    answer_if_equal(TCP, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 4, 6, 0);
    unless_equal_skip(SOCK_DGRAM, 6);
    load_argument(2);
    answer_if_equal(UDP, 0);
    emit(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    answer(0);
    answer(EPROTONOSUPPORT);
    answer(EPERM);
    code[begin].jf = (unsigned char)(length - begin - 1);
}

int filter_install(void) {
    length = 0;
    load(offsetof(struct seccomp_data, arch));
    emit(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
    emit(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
    load(offsetof(struct seccomp_data, nr));
    emit(BPF_JMP | BPF_JGT | BPF_K, 0, 1, NEWEST_CALL);
    answer(ENOSYS);
    answer_if_equal(435 /* clone3 */, ENOSYS);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        answer_if_equal((uint32_t)refused[i], EPERM);
    }
    check_clone();
    check_ioctl();
    check_socket();
    answer(0);
    struct sock_fprog program = {length, code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
