package dev.remora.linux;

/** The kernel refused a call. */
public final class KernelException extends RuntimeException {
    private final int errno;

    /**
     * @param call the system call or netlink message
     * @param errno the positive error number
     * @param object what it was about, named as a user would, e.g. {@code eni-0abc…}
     */
    public KernelException(String call, int errno, String object) {
        this(call, errno, object, "");
    }

    /** @param reason the kernel's own words, e.g. netlink's extended acknowledgement; empty if it gave none */
    public KernelException(String call, int errno, String object, String reason) {
        super(call + " of " + object + ": " + Errno.name(errno) + (reason.isEmpty() ? "" : ": " + reason));
        this.errno = errno;
    }

    public int errno() {
        return errno;
    }
}
