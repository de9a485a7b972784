package dev.remora.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A netlink socket. It belongs for ever to the namespace of the thread that opened it, so whoever works on a namespace keeps
 * one and enters the namespace only once.
 *
 * <p>The kernel works on a message inside {@code send}: when that returns, every answer lies in the receive buffer. So a
 * batch is one {@code send} and then {@code recv} without waiting until nothing is left; no answer can be missed and none is
 * waited for. Errors are answered unasked; one acknowledgement, of the last message, is asked for to be sure that the kernel
 * came that far. rtnetlink does each message by itself, also those after a failed one; nf_tables does all of a batch or
 * nothing.
 *
 * <p>Buffers, one for each send and each receive, live for the call; in native memory, because the collector may move Java's
 * while the kernel reads and writes.
 */
final class NetlinkSocket implements AutoCloseable {
    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    /** The kernel makes no larger datagram of a dump (net/netlink/af_netlink.c, netlink_recvmsg). */
    private static final int RECEIVE_BYTES = 32 * 1024;

    private static final int KERNEL_BUFFER_BYTES = 16 * 1024 * 1024;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_NO_ENOBUFS = 5;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int HAS_REASON = 0x200; // NLM_F_ACK_TLVS

    /** {@code int socket(int, int, int)}: -1 and errno on failure; the descriptor is ours. */
    private static final MethodHandle SOCKET =
            Native.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /**
     * {@code int setsockopt(int fd, int level, int option, const void *value, socklen_t length)}: the value is read in the
     * call.
     */
    private static final MethodHandle SETSOCKOPT =
            Native.function("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    /**
     * {@code ssize_t send(int fd, const void *data, size_t length, int flags)}: -1 and errno on failure; the data is read in
     * the call.
     */
    private static final MethodHandle SEND =
            Native.function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    /**
     * {@code ssize_t recv(int fd, void *data, size_t length, int flags)}: -1 and errno on failure; writes within the call
     * only.
     */
    private static final MethodHandle RECV =
            Native.function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private final int fd;
    private int sequence;
    private boolean closed;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** In the namespace of the calling thread. */
    static NetlinkSocket open(int protocol) {
        int fd;
        try {
            fd = (int) SOCKET.invokeExact(Native.capture(), AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
        if (fd < 0) {
            throw Native.refused("socket", "netlink protocol " + protocol);
        }
        NetlinkSocket socket = new NetlinkSocket(fd);
        socket.option(SOL_NETLINK, NETLINK_CAP_ACK, 1);
        socket.option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        socket.option(SOL_SOCKET, SO_SNDBUFFORCE, KERNEL_BUFFER_BYTES);
        socket.option(SOL_SOCKET, SO_RCVBUFFORCE, KERNEL_BUFFER_BYTES);
        return socket;
    }

    static NetlinkSocket open(Netns namespace, int protocol) {
        try {
            return namespace.call(() -> open(protocol));
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A listener that falls behind loses packets instead of seeing an error. */
    NetlinkSocket losing() {
        option(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
        return this;
    }

    /** Sends the batch; all of its messages have been worked on when this returns. Does nothing for an empty one. */
    void send(NetlinkBatch batch, String call) {
        if (!batch.isEmpty()) {
            send(batch, call, batch.messages() - 1);
        }
    }

    /** @param acknowledged the message whose answer proves that the kernel came that far */
    synchronized void send(NetlinkBatch batch, String call, int acknowledged) {
        int first = next(batch.messages());
        transmit(batch.sealed(first, acknowledged), call);
        Answers answers = new Answers(batch, first, acknowledged, call);
        while (receive(answers)) {}
        answers.check();
    }

    /**
     * Sends one request that is answered by data and hands over each answer: its type and what follows its header. The buffer
     * given is valid only in the call.
     */
    synchronized void ask(NetlinkBatch request, String call, BiConsumer<Integer, ByteBuffer> answer) {
        int first = next(1);
        transmit(request.numbered(first), call);
        boolean[] done = new boolean[1];
        while (!done[0]) {
            boolean more = receive((type, flags, number, body) -> {
                if (number != first) {
                    return;
                }
                if (type == NLMSG_ERROR || type == NLMSG_DONE) {
                    done[0] = true;
                    int error = body.remaining() >= 4 ? -body.getInt(body.position()) : 0;
                    if (error > 0) {
                        throw new KernelException(call, error, request.object(0), type == NLMSG_ERROR ? reason(flags, body) : "");
                    }
                } else {
                    answer.accept(type, body);
                }
            });
            if (!more) {
                return;
            }
        }
    }

    /** Hands over a datagram of messages that nobody asked for, if one is there and the socket was not closed meanwhile. */
    synchronized void listen(BiConsumer<Integer, ByteBuffer> message) {
        if (!closed) {
            receive((type, flags, number, body) -> message.accept(type, body));
        }
    }

    int fd() {
        return fd;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Native.close(fd);
        }
    }

    private int next(int messages) {
        if (closed) {
            throw new IllegalStateException("the netlink socket is closed");
        }
        int first = sequence + 1;
        sequence += messages;
        return first;
    }

    private void option(int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(JAVA_INT, value);
            if ((int) SETSOCKOPT.invokeExact(Native.capture(), fd, level, option, number, 4) < 0) {
                KernelException refused = Native.refused("setsockopt", "netlink option " + level + "/" + option);
                close();
                throw refused;
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private void transmit(ByteBuffer messages, String call) {
        try (Arena arena = Arena.ofConfined()) {
            int length = messages.remaining();
            MemorySegment copy = arena.allocate(length, 4).copyFrom(MemorySegment.ofBuffer(messages));
            if ((long) SEND.invokeExact(Native.capture(), fd, copy, (long) length, 0) < 0) {
                throw Native.refused("send", call);
            }
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private interface Visitor {
        void message(int type, int flags, int sequence, ByteBuffer body);
    }

    /** One datagram, if one is there: else answers false. */
    private boolean receive(Visitor visitor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(RECEIVE_BYTES, 4);
            long length = receive(in);
            if (length < 0) {
                return switch (Native.errno()) {
                    case Errno.EAGAIN -> false;
                    case Errno.EINTR -> true;
                    default -> throw Native.refused("recv", "a netlink socket");
                };
            }
            visit(in.asSlice(0, length).asByteBuffer().order(ByteOrder.nativeOrder()), visitor);
            return true;
        }
    }

    private long receive(MemorySegment in) {
        try {
            return (long) RECV.invokeExact(Native.capture(), fd, in, (long) RECEIVE_BYTES, MSG_DONTWAIT);
        } catch (Throwable thrown) {
            throw Native.unexpected(thrown);
        }
    }

    private static void visit(ByteBuffer datagram, Visitor visitor) {
        while (datagram.remaining() >= NetlinkBatch.HEADER) {
            int start = datagram.position();
            int end = start + datagram.getInt(start);
            if (end > datagram.limit() || end < start + NetlinkBatch.HEADER) {
                throw new IllegalStateException("a netlink answer of " + datagram.limit() + " bytes is cut off");
            }
            ByteBuffer body = datagram.duplicate().order(ByteOrder.nativeOrder());
            body.limit(end).position(start + NetlinkBatch.HEADER);
            int type = datagram.getShort(start + 4) & 0xffff;
            visitor.message(type, datagram.getShort(start + 6) & 0xffff, datagram.getInt(start + 8), body);
            datagram.position(Math.min((end + 3) & ~3, datagram.limit()));
        }
    }

    /** The text of an extended acknowledgement: attribute 1 after the error number and the header of the message in question. */
    private static String reason(int flags, ByteBuffer error) {
        if ((flags & HAS_REASON) == 0) {
            return "";
        }
        int at = error.position() + 4 + NetlinkBatch.HEADER;
        while (at + 4 <= error.limit()) {
            int length = error.getShort(at) & 0xffff;
            if (length < 4) {
                return "";
            }
            if ((error.getShort(at + 2) & 0x3fff) == 1) {
                byte[] text = new byte[length - 5];
                error.get(at + 4, text);
                return new String(text, StandardCharsets.UTF_8);
            }
            at += (length + 3) & ~3;
        }
        return "";
    }

    /** What the kernel answered to one batch: the first error, and whether the message that was to be acknowledged was. */
    private static final class Answers implements Visitor {
        private final NetlinkBatch batch;
        private final int first;
        private final int acknowledged;
        private final String call;
        private boolean reached;
        private @Nullable KernelException refusal;

        Answers(NetlinkBatch batch, int first, int acknowledged, String call) {
            this.batch = batch;
            this.first = first;
            this.acknowledged = acknowledged;
            this.call = call;
        }

        @Override
        public void message(int type, int flags, int sequence, ByteBuffer body) {
            int index = sequence - first;
            if (type != NLMSG_ERROR || index < 0 || index >= batch.messages()) {
                return;
            }
            int error = -body.getInt(body.position());
            if (error == 0) {
                reached |= index == acknowledged;
            } else if (refusal == null) {
                refusal = new KernelException(call, error, batch.object(index), reason(flags, body));
            }
        }

        void check() {
            if (refusal != null) {
                throw refusal;
            }
            if (!reached) {
                throw new IllegalStateException(call + ": the kernel did not answer for " + batch.object(acknowledged));
            }
        }
    }
}
