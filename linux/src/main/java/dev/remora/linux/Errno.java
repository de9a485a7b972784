package dev.remora.linux;

import java.util.Map;

/** Error numbers and their names (asm-generic/errno-base.h, errno.h), those that the calls of this module can answer. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETUNREACH = 101;
    public static final int ENOBUFS = 105;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(EPERM, "EPERM (operation not permitted)"),
            Map.entry(ENOENT, "ENOENT (no such object)"),
            Map.entry(ESRCH, "ESRCH (no such process or route)"),
            Map.entry(EINTR, "EINTR (interrupted)"),
            Map.entry(5, "EIO (input/output error)"),
            Map.entry(6, "ENXIO (no such device or address)"),
            Map.entry(8, "ENOEXEC (not an executable format)"),
            Map.entry(EBADF, "EBADF (bad file descriptor)"),
            Map.entry(10, "ECHILD (no child process)"),
            Map.entry(EAGAIN, "EAGAIN (try again)"),
            Map.entry(ENOMEM, "ENOMEM (out of memory)"),
            Map.entry(13, "EACCES (permission denied)"),
            Map.entry(14, "EFAULT (bad address)"),
            Map.entry(EBUSY, "EBUSY (in use)"),
            Map.entry(EEXIST, "EEXIST (exists already)"),
            Map.entry(ENODEV, "ENODEV (no such device)"),
            Map.entry(20, "ENOTDIR (not a directory)"),
            Map.entry(21, "EISDIR (a directory)"),
            Map.entry(EINVAL, "EINVAL (invalid argument)"),
            Map.entry(23, "ENFILE (too many open files in the system)"),
            Map.entry(24, "EMFILE (too many open files)"),
            Map.entry(26, "ETXTBSY (text file busy)"),
            Map.entry(27, "EFBIG (too large)"),
            Map.entry(28, "ENOSPC (no space left)"),
            Map.entry(30, "EROFS (read-only file system)"),
            Map.entry(34, "ERANGE (out of range)"),
            Map.entry(38, "ENOSYS (not in this kernel)"),
            Map.entry(39, "ENOTEMPTY (not empty)"),
            Map.entry(40, "ELOOP (too many links)"),
            Map.entry(71, "EPROTO (protocol error)"),
            Map.entry(75, "EOVERFLOW (too large a value)"),
            Map.entry(87, "EUSERS (too many users)"),
            Map.entry(EMSGSIZE, "EMSGSIZE (message too long)"),
            Map.entry(93, "EPROTONOSUPPORT (protocol not in this kernel)"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP (not supported by this kernel)"),
            Map.entry(97, "EAFNOSUPPORT (address family not in this kernel)"),
            Map.entry(98, "EADDRINUSE (address in use)"),
            Map.entry(EADDRNOTAVAIL, "EADDRNOTAVAIL (no such address here)"),
            Map.entry(100, "ENETDOWN (network down)"),
            Map.entry(ENETUNREACH, "ENETUNREACH (network unreachable)"),
            Map.entry(ENOBUFS, "ENOBUFS (no buffer space)"),
            Map.entry(110, "ETIMEDOUT (timed out)"),
            Map.entry(111, "ECONNREFUSED (connection refused)"),
            Map.entry(113, "EHOSTUNREACH (no route to host)"),
            Map.entry(122, "EDQUOT (quota exceeded)"));

    static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }

    private Errno() {}
}
