package dev.remora.net;

import dev.remora.linux.Netns;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Answers names, in any number of namespaces, on one thread ({@code remora-dns}). The sockets are opened inside the
 * namespaces and wait on one selector; a question over TCP, which is rare, has a virtual thread of its own.
 *
 * <p>It asks the outside's name servers, if it has one; each such question has a virtual thread and a socket of its own, and so a
 * port that cannot be guessed. Without one, what it does not know does not exist (NXDOMAIN).
 *
 * <p>It knows the names it was given and {@code *.amazonaws.com}, which is Remora's own API.
 */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    private static final int PORT = 53;

    /** Seconds that an answer may be kept: a database may be given another address. */
    private static final int TTL_SECONDS = 5;

    /** Of a question over UDP, as the protocol has it since EDNS. */
    private static final int QUESTION_BYTES = 4096;

    private static final int HEADER_BYTES = 12;

    private static final int TCP_TIMEOUT_MILLIS = 5000;

    /** Questions over TCP answered at once; others wait in the kernel's queue. */
    private static final int TCP_CONNECTIONS = 64;

    private static final String AMAZON = ".amazonaws.com";

    /** Questions asked outside at once, and how long each may take. */
    private static final int OUTSIDE_QUESTIONS = 256;

    private static final int OUTSIDE_MILLIS = 3000;

    private final Ipv4 api;
    private final Optional<Outside> outside;
    private final Semaphore asked = new Semaphore(OUTSIDE_QUESTIONS);
    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Semaphore connections = new Semaphore(TCP_CONNECTIONS);
    private volatile Map<String, Ipv4> names = Map.of();
    private volatile boolean closed;

    Resolver(Ipv4 api, Optional<Outside> outside) {
        this.api = api;
        this.outside = outside;
        try {
            selector = Selector.open();
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
        thread = Thread.ofPlatform().daemon().name("remora-dns").start(this::run);
    }

    void names(Map<String, Ipv4> all) {
        names = Map.copyOf(all);
    }

    /** Listening in one namespace. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /** Listens at the addresses, which the namespace must have, until the answer is closed. */
    Listening open(Netns namespace, List<Ipv4> addresses) {
        List<SelectableChannel> channels = new ArrayList<>();
        try {
            namespace.call(() -> {
                for (Ipv4 address : addresses) {
                    listen(new InetSocketAddress(address.inet(), PORT), channels);
                }
                return null;
            });
        } catch (Exception refused) {
            channels.forEach(Resolver::close);
            throw new IllegalStateException("the resolver could not listen", refused);
        }
        tasks.add(() -> channels.forEach(this::register));
        selector.wakeup();
        return () -> {
            channels.forEach(Resolver::close);
            selector.wakeup(); // a closed channel is let go when its key is seen
        };
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        selector.keys().forEach(key -> close(key.channel()));
        try {
            selector.close();
        } catch (IOException ignored) {
            LOG.debug("closing the selector", ignored);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The answer to a question in wire form. */
    byte[] answer(byte[] question) throws IOException {
        Message asked = new Message(question);
        Message answer = new Message(asked.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setOpcode(asked.getHeader().getOpcode());
        if (asked.getHeader().getFlag(Flags.RD)) {
            answer.getHeader().setFlag(Flags.RD);
        }
        Record record = asked.getQuestion();
        if (record == null || asked.getHeader().getOpcode() != Opcode.QUERY) {
            answer.getHeader().setRcode(record == null ? Rcode.FORMERR : Rcode.NOTIMP);
            return answer.toWire();
        }
        answer.addRecord(record, Section.QUESTION);
        Ipv4 address = lookup(record.getName().toString(true).toLowerCase(Locale.ROOT));
        if (address == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if ((record.getType() == Type.A || record.getType() == Type.ANY) && record.getDClass() == DClass.IN) {
            answer.addRecord(new ARecord(record.getName(), DClass.IN, TTL_SECONDS, address.inet()), Section.ANSWER);
        }
        return answer.toWire();
    }

    private @Nullable Ipv4 lookup(String name) {
        Ipv4 known = names.get(name);
        return known != null ? known : name.endsWith(AMAZON) ? api : null;
    }

    private static void listen(InetSocketAddress address, List<SelectableChannel> channels) throws IOException {
        DatagramChannel datagrams = DatagramChannel.open(StandardProtocolFamily.INET);
        channels.add(datagrams);
        datagrams.bind(address).configureBlocking(false);
        ServerSocketChannel connections = ServerSocketChannel.open(StandardProtocolFamily.INET);
        channels.add(connections);
        connections.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address).configureBlocking(false);
    }

    private void register(SelectableChannel channel) {
        try {
            channel.register(selector, channel instanceof DatagramChannel ? SelectionKey.OP_READ : SelectionKey.OP_ACCEPT);
        } catch (IOException | ClosedSelectorException closedMeanwhile) {
            LOG.debug("a resolver closed before it listened", closedMeanwhile);
        }
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocate(QUESTION_BYTES);
        while (!closed) {
            try {
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                selector.select(key -> serve(key, buffer));
            } catch (IOException | RuntimeException failed) {
                LOG.warn("the resolver goes on after", failed);
            }
        }
    }

    private void serve(SelectionKey key, ByteBuffer buffer) {
        try {
            if (key.channel() instanceof DatagramChannel datagrams) {
                SocketAddress from = datagrams.receive(buffer.clear());
                if (from != null) {
                    byte[] question = new byte[buffer.flip().remaining()];
                    buffer.get(question);
                    byte[] answer = answer(question);
                    if (outside.isPresent() && unknown(answer)) {
                        Thread.ofVirtual().name("dns-outside").start(() -> forward(question, answer, datagrams, from));
                    } else {
                        datagrams.send(ByteBuffer.wrap(answer), from);
                    }
                }
            } else if (key.channel() instanceof ServerSocketChannel server) {
                SocketChannel connection = server.accept();
                if (connection != null && !connections.tryAcquire()) {
                    connection.close();
                } else if (connection != null) {
                    Thread.ofVirtual().name("dns-tcp").start(() -> converse(connection.socket()));
                }
            }
        } catch (IOException | RuntimeException malformed) {
            LOG.debug("a question that cannot be answered", malformed);
        }
    }

    /** Questions over one connection, each behind its length of two bytes (RFC 1035, 4.2.2). */
    private void converse(Socket connection) {
        try (connection) {
            connection.setSoTimeout(TCP_TIMEOUT_MILLIS);
            DataInputStream in = new DataInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            while (true) {
                byte[] question = in.readNBytes(in.readUnsignedShort());
                byte[] own = answer(question);
                byte[] answer = outside.isPresent() && unknown(own) ? askOutside(question, own) : own;
                ByteArrayOutputStream message = new ByteArrayOutputStream();
                message.write(answer.length >> 8);
                message.write(answer.length);
                message.write(answer);
                out.write(message.toByteArray());
            }
        } catch (EOFException done) {
            LOG.trace("asked and answered", done);
        } catch (IOException | RuntimeException failed) {
            LOG.debug("a question over TCP", failed);
        } finally {
            connections.release();
        }
    }

    private static boolean unknown(byte[] answer) {
        return (answer[3] & 15) == Rcode.NXDOMAIN;
    }

    private void forward(byte[] question, byte[] unknown, DatagramChannel to, SocketAddress from) {
        try {
            to.send(ByteBuffer.wrap(askOutside(question, unknown)), from);
        } catch (IOException closed) {
            LOG.debug("an answer came too late", closed);
        }
    }

    /** What the first name server that answers says; that nobody could say (SERVFAIL) if none does. */
    private byte[] askOutside(byte[] question, byte[] unknown) {
        byte[] failure = unknown.clone();
        failure[3] = (byte) (failure[3] & 0xf0 | Rcode.SERVFAIL);
        if (!asked.tryAcquire()) {
            return failure;
        }
        try {
            for (InetSocketAddress server : outside.orElseThrow().nameServers()) {
                try (DatagramSocket socket = outside.orElseThrow().socket().call()) {
                    socket.connect(server);
                    socket.setSoTimeout(OUTSIDE_MILLIS);
                    socket.send(new DatagramPacket(question, question.length));
                    DatagramPacket answer = new DatagramPacket(new byte[QUESTION_BYTES], QUESTION_BYTES);
                    socket.receive(answer);
                    byte[] bytes = Arrays.copyOf(answer.getData(), answer.getLength());
                    if (bytes.length >= HEADER_BYTES && bytes[0] == question[0] && bytes[1] == question[1]) {
                        return bytes;
                    }
                } catch (Exception next) {
                    LOG.debug("a name server does not answer", next);
                }
            }
            return failure;
        } finally {
            asked.release();
        }
    }

    private static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            LOG.debug("closing a resolver's socket", ignored);
        }
    }
}
