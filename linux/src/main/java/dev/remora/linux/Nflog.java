package dev.remora.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Listens to the packets that {@code log} statements report, in any number of namespaces, on one thread.
 *
 * <p>A namespace's reports go to a netlink socket that was opened in it (linux/netfilter/nfnetlink_log.h); one thread waits
 * for all of them by epoll(7), and for an eventfd(2) that ends it. Each report is sent at once (queue threshold 1). A
 * listener that falls behind loses reports, never packets, and the counters beside the statements stay exact.
 */
public final class Nflog implements AutoCloseable {
    private static final int SUBSYSTEM = 4 << 8;
    private static final int PACKET = 0;
    private static final int CONFIG = 1;
    private static final int BIND = 1;
    private static final int COPY_PACKET = 2;
    private static final int HEAD_BYTES = 96;

    private static final int EPOLLIN = 1;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int EVENTS = 32;

    /** struct epoll_event is packed on x86-64 only: 32 bits of events, then 64 of ours. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int OURS_AT = PACKED ? 4 : 8;

    /**
     * {@code int epoll_create1(int flags)}, {@code int eventfd(unsigned, int flags)}: the descriptor is ours; -1 and errno on
     * failure.
     */
    private static final MethodHandle EPOLL_CREATE = Native.function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static final MethodHandle EVENTFD = Native.function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /** {@code int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)}: the event is read in the call. */
    private static final MethodHandle EPOLL_CTL =
            Native.function("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    /** {@code int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)}: fills the events in the call. */
    private static final MethodHandle EPOLL_WAIT =
            Native.function("epoll_wait", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    private record Source(NetlinkSocket socket, Consumer<LoggedPacket> listener) {}

    private final int epoll;
    private final int wake;
    private final Map<Integer, Source> sources = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    /** @param name of the thread that listeners are called on */
    public Nflog(String name) {
        epoll = epoll();
        wake = eventfd();
        control(ADD, wake);
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
    }

    /**
     * Calls {@code listener} for each report of the group in the namespace, until {@link #remove}. Answers what to give to
     * that.
     */
    public int add(Netns namespace, int group, Consumer<LoggedPacket> listener) {
        NetlinkSocket socket = NetlinkSocket.open(namespace, NetlinkSocket.NETFILTER).losing();
        try {
            configure(socket, group);
        } catch (RuntimeException refused) {
            socket.close();
            throw refused;
        }
        sources.put(socket.fd(), new Source(socket, listener));
        control(ADD, socket.fd());
        return socket.fd();
    }

    public void remove(int added) {
        Source source = sources.remove(added);
        if (source != null) {
            control(DELETE, added);
            source.socket().close();
        }
    }

    @Override
    public void close() {
        closed = true;
        Native.write(wake, NetlinkBatch.long64(1), "eventfd");
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        sources.keySet().forEach(this::remove);
        Native.close(epoll);
        Native.close(wake);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void configure(NetlinkSocket socket, int group) {
        NetlinkBatch bind = new NetlinkBatch();
        begin(bind, group).attribute(1, new byte[] {BIND}).end(); // NFULA_CFG_CMD
        socket.send(bind, "nflog bind");
        byte[] mode = ByteBuffer.allocate(6).putInt(HEAD_BYTES).put((byte) COPY_PACKET).array();
        NetlinkBatch settings = new NetlinkBatch();
        begin(settings, group).attribute(2, mode).attributeNetwork(5, 1).attributeNetwork(4, 1).end(); // mode, threshold, timeout
        socket.send(settings, "nflog settings");
    }

    private static NetlinkBatch begin(NetlinkBatch batch, int group) {
        batch.begin(SUBSYSTEM | CONFIG, NetlinkBatch.REQUEST, "log group " + group);
        return batch.u8(0).u8(0).u8(group >> 8).u8(group);
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES, 8);
            while (!closed) {
                int ready = await(events);
                for (int i = 0; i < ready; i++) {
                    int fd = events.get(JAVA_INT.withByteAlignment(1), (long) i * EVENT_BYTES + OURS_AT);
                    Source source = sources.get(fd);
                    if (source != null) {
                        source.socket().listen((type, body) -> report(source, type, body));
                    }
                }
            }
        }
    }

    /** One wait; none ready is an interrupted one. */
    private int await(MemorySegment events) {
        int ready;
        try {
            ready = (int) EPOLL_WAIT.invokeExact(Native.capture(), epoll, events, EVENTS, -1);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
        if (ready < 0 && Native.errno() != Errno.EINTR) {
            throw Native.refused("epoll_wait", "the log listener");
        }
        return Math.max(ready, 0);
    }

    private static void report(Source source, int type, ByteBuffer body) {
        if (type != (SUBSYSTEM | PACKET) || body.remaining() < 4) {
            return;
        }
        NetlinkAttributes packet = new NetlinkAttributes(body.duplicate().position(body.position() + 4));
        byte[] head = packet.bytes(9).map(payload -> {
            byte[] copy = new byte[payload.remaining()];
            payload.get(copy);
            return copy;
        }).orElse(new byte[0]);
        source.listener().accept(new LoggedPacket(packet.text(10), (int) packet.number(4), (int) packet.number(5), head));
    }

    private static int eventfd() {
        try {
            return valid((int) EVENTFD.invokeExact(Native.capture(), 0, Native.O_CLOEXEC), "eventfd");
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static int epoll() {
        try {
            return valid((int) EPOLL_CREATE.invokeExact(Native.capture(), Native.O_CLOEXEC), "epoll_create1");
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static int valid(int fd, String call) {
        if (fd < 0) {
            throw Native.refused(call, "the log listener");
        }
        return fd;
    }

    private void control(int operation, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT, 0, EPOLLIN);
            event.set(JAVA_INT.withByteAlignment(1), OURS_AT, fd);
            if ((int) EPOLL_CTL.invokeExact(Native.capture(), epoll, operation, fd, event) < 0) {
                throw Native.refused("epoll_ctl", "the log listener");
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }
}
