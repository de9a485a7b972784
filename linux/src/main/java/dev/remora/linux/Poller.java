package dev.remora.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Waits for many descriptors at once (epoll). One thread waits; any thread may watch and unwatch.
 *
 * <p>Each watch carries a token of the caller's, who must not use one again for another descriptor: an event that was read
 * before its descriptor was unwatched then names something that is gone, and is ignored. A watch fires once and then rests
 * until it is renewed.
 */
public final class Poller implements AutoCloseable {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int IN = 1;
    private static final int OUT = 4;
    private static final int ONE_SHOT = 1 << 30;
    private static final int BATCH = 64;
    private static final int ENOENT = 2;

    /** {@code struct epoll_event} is packed on x86-64 only (sys/epoll.h): 32 bits of events, then 64 of data. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int EVENT_SIZE = PACKED ? 12 : 16;
    private static final int DATA_OFFSET = PACKED ? 4 : 8;

    private static final MethodHandle CREATE = Native.function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle CONTROL =
            Native.function("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    /** {@code int epoll_wait(int, struct epoll_event *, int, int)}: the array is this object's, filled by the kernel. */
    private static final MethodHandle WAIT =
            Native.function("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) EVENT_SIZE * BATCH, 8);
    private final int fd;

    public Poller() {
        try {
            fd = (int) CREATE.invokeExact(Native.capture(), EPOLL_CLOEXEC);
            if (fd < 0) {
                throw Native.refused("epoll_create1", "a poller");
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** Watches once for bytes to read or the end, and, where {@code write}, also for room to write; renews an earlier watch. */
    public void watch(Descriptor watched, long token, boolean write) {
        int number = watched.number();
        if (number < 0) {
            return;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment event = call.allocate(EVENT_SIZE, 8);
            event.set(JAVA_INT_UNALIGNED, 0, IN | ONE_SHOT | (write ? OUT : 0));
            event.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, token);
            int answer = (int) CONTROL.invokeExact(Native.capture(), fd, MODIFY, number, event);
            if (answer < 0 && Native.errno() == ENOENT) {
                answer = (int) CONTROL.invokeExact(Native.capture(), fd, ADD, number, event);
            }
            if (answer < 0) {
                throw Native.refused("epoll_ctl", "descriptor " + number);
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** Before the descriptor is closed; nothing if it was not watched. */
    public void unwatch(Descriptor watched) {
        int number = watched.number();
        if (number >= 0) {
            try {
                int ignored = (int) CONTROL.invokeExact(Native.capture(), fd, DELETE, number, MemorySegment.NULL);
            } catch (Throwable thrown) {
                throw Native.unexpected(thrown);
            }
        }
    }

    /** Waits for events; the tokens of those that fired, none when the time is over. One thread only. */
    public long[] await(int millis) {
        try {
            int n = (int) WAIT.invokeExact(Native.capture(), fd, events, BATCH, millis);
            long[] tokens = new long[Math.max(n, 0)];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_SIZE + DATA_OFFSET);
            }
            return tokens;
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    /** After the waiting thread has ended. */
    @Override
    public void close() {
        Native.close(fd);
        arena.close();
    }
}
