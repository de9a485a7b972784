package dev.remora.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A pipe's end or a socket that never blocks, by its number.
 *
 * <p>Why not java.nio: its selectors take no pipes that another program writes, and waiting on a virtual thread costs two
 * wake-ups of other threads. Here any thread may read what has arrived, wait a few hundred microseconds for more, and only then
 * leave the descriptor to a {@link Poller}.
 *
 * <p>Reads and writes take the bytes straight from and to the Java array ({@code Linker.Option.critical}): the call copies and
 * comes back, it cannot wait, since every descriptor here is non-blocking.
 *
 * <p>Not safe for use by two threads at once, with one exception: {@link #await} beside a {@link #close}. It may then watch a
 * number that the kernel has given to something else, which at worst makes it return early. Callers guard the rest by a lock of
 * theirs.
 */
public final class Descriptor implements AutoCloseable {
    /** Answer of a read at the end, or of a write that nobody will read any more. */
    public static final int ENDED = -1;

    /** Answer of a read or write that would have to wait. */
    public static final int LATER = -2;

    private static final int O_NONBLOCK = 0x800;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_NODELAY = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int UNIX_PATH_SIZE = 108;
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;

    private static final Linker.Option CRITICAL = Linker.Option.critical(true);

    /** {@code ssize_t read(int, void *, size_t)} and {@code write}: the array is pinned for the call; -1 and errno on failure. */
    private static final MethodHandle READ =
            Native.function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CRITICAL);

    private static final MethodHandle WRITE =
            Native.function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CRITICAL);

    /** {@code int pipe2(int fds[2], int flags)}: two new descriptors, the caller's. */
    private static final MethodHandle PIPE = Native.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private static final MethodHandle SOCKET =
            Native.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            Native.function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle BIND = Native.function("bind",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LISTEN = Native.function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Native.function("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    /** {@code int accept4(int, struct sockaddr *, socklen_t *, int)} with no room for the peer's address. */
    private static final MethodHandle ACCEPT =
            Native.function("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));

    /** {@code int ppoll(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *)}; pollfd is int, short, short. */
    private static final MethodHandle PPOLL =
            Native.function("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private volatile int fd;

    private Descriptor(int fd) {
        this.fd = fd;
    }

    /** A pipe's two ends. */
    public record Pipe(Descriptor reader, Descriptor writer) {}

    public static Pipe pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(JAVA_INT, 2);
            if ((int) PIPE.invokeExact(Native.capture(), fds, Native.O_CLOEXEC) < 0) {
                throw Native.refused("pipe2", "a pipe");
            }
            Pipe pipe = new Pipe(new Descriptor(fds.getAtIndex(JAVA_INT, 0)), new Descriptor(fds.getAtIndex(JAVA_INT, 1)));
            // Only our end: the other end's flags are what the program that writes will see.
            pipe.reader.neverBlock();
            return pipe;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static final MethodHandle FCNTL = Native.function(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));

    private void neverBlock() throws Throwable {
        if ((int) FCNTL.invokeExact(Native.capture(), fd, 4 /* F_SETFL */, O_NONBLOCK) < 0) {
            throw Native.refused("fcntl", "a pipe");
        }
    }

    /** Connects to a listening Unix socket; waits while its backlog is full. */
    public static Descriptor connect(Path socket) {
        byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
        if (path.length >= UNIX_PATH_SIZE) {
            throw new IllegalArgumentException("longer than a socket's path may be: " + socket);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + UNIX_PATH_SIZE);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, JAVA_BYTE, 2, path.length);
            Descriptor made = socket(AF_UNIX, Native.O_CLOEXEC);
            try {
                if ((int) CONNECT.invokeExact(Native.capture(), made.fd, address, (int) address.byteSize()) < 0) {
                    throw Native.refused("connect", socket.toString());
                }
                made.neverBlock();
                return made;
            } catch (Throwable thrown) {
                made.close();
                throw thrown;
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** Listens on 127.0.0.1 of the calling thread's network namespace. What it accepts does not delay small writes. */
    public static Descriptor listen(int port, int backlog) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(16);
            address.set(JAVA_SHORT, 0, (short) AF_INET);
            address.set(JAVA_BYTE, 2, (byte) (port >>> 8));
            address.set(JAVA_BYTE, 3, (byte) port);
            address.set(JAVA_BYTE, 4, (byte) 127);
            address.set(JAVA_BYTE, 7, (byte) 1);
            MemorySegment one = arena.allocateFrom(JAVA_INT, 1);
            Descriptor made = socket(AF_INET, Native.O_CLOEXEC | O_NONBLOCK);
            try {
                if ((int) SETSOCKOPT.invokeExact(Native.capture(), made.fd, SOL_SOCKET, SO_REUSEADDR, one, 4) < 0
                        || (int) SETSOCKOPT.invokeExact(Native.capture(), made.fd, IPPROTO_TCP, TCP_NODELAY, one, 4) < 0
                        || (int) BIND.invokeExact(Native.capture(), made.fd, address, 16) < 0
                        || (int) LISTEN.invokeExact(Native.capture(), made.fd, backlog) < 0) {
                    throw Native.refused("listen", "127.0.0.1:" + port);
                }
                return made;
            } catch (Throwable thrown) {
                made.close();
                throw thrown;
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static Descriptor socket(int family, int flags) throws Throwable {
        int fd = (int) SOCKET.invokeExact(Native.capture(), family, SOCK_STREAM | flags, 0);
        if (fd < 0) {
            throw Native.refused("socket", family == AF_UNIX ? "a Unix socket" : "a TCP socket");
        }
        return new Descriptor(fd);
    }

    /** A connection that waits to be accepted, if there is one and descriptors are left. */
    public Optional<Descriptor> accept() {
        try {
            int accepted = (int)
                    ACCEPT.invokeExact(Native.capture(), fd, MemorySegment.NULL, MemorySegment.NULL,
                            Native.O_CLOEXEC | O_NONBLOCK);
            return accepted < 0 ? Optional.empty() : Optional.of(new Descriptor(accepted));
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /**
     * How many bytes were read, at least one; or {@link #ENDED}, also after {@link #close} and a peer's reset; or {@link #LATER}.
     */
    public int read(byte[] to, int from, int size) {
        if (fd < 0 || size == 0) {
            return fd < 0 ? ENDED : LATER;
        }
        try {
            MemorySegment place = MemorySegment.ofArray(to).asSlice(from, size);
            while (true) {
                int n = (int) (long) READ.invokeExact(Native.capture(), fd, place, (long) size);
                if (n >= 0) {
                    return n == 0 ? ENDED : n;
                }
                int errno = Native.errno();
                if (errno != EINTR) {
                    return errno == EAGAIN ? LATER : ENDED;
                }
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** How many bytes were taken, at least one; or {@link #ENDED}; or {@link #LATER}. */
    public int write(byte[] bytes, int from, int size) {
        if (fd < 0) {
            return ENDED;
        }
        try {
            MemorySegment place = MemorySegment.ofArray(bytes).asSlice(from, size);
            while (true) {
                int n = (int) (long) WRITE.invokeExact(Native.capture(), fd, place, (long) size);
                if (n >= 0) {
                    return n;
                }
                int errno = Native.errno();
                if (errno != EINTR) {
                    return errno == EAGAIN ? LATER : ENDED;
                }
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** Writes all, waiting in between; says whether that was done within the time. */
    public boolean writeAll(byte[] bytes, long micros) {
        long end = System.nanoTime() + micros * 1000;
        for (int done = 0; done < bytes.length; ) {
            int n = write(bytes, done, bytes.length - done);
            if (n == ENDED) {
                return false;
            }
            if (n > 0) {
                done += n;
            } else if (!await(true, Math.max(0, end - System.nanoTime()) / 1000)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Waits, holding its thread, until something can be read (or, where {@code write}, written), the peer is gone, or the time
     * is over.
     */
    public boolean await(boolean write, long micros) {
        int watched = fd;
        if (watched < 0) {
            return true;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 4);
            poll.set(JAVA_INT, 0, watched);
            poll.set(JAVA_SHORT, 4, (short) (write ? POLLOUT : POLLIN));
            MemorySegment time = arena.allocate(JAVA_LONG, 2);
            time.setAtIndex(JAVA_LONG, 0, micros / 1_000_000);
            time.setAtIndex(JAVA_LONG, 1, micros % 1_000_000 * 1000);
            return (int) PPOLL.invokeExact(Native.capture(), poll, 1L, time, MemorySegment.NULL) > 0;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** A path that other processes of root can open while this is open. */
    public String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd;
    }

    int number() {
        return fd;
    }

    @Override
    public synchronized void close() {
        int closed = fd;
        fd = -1;
        if (closed >= 0) {
            Native.close(closed);
        }
    }
}
