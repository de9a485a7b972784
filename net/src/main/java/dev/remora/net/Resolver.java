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
import java.net.UnknownHostException;
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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Answers names, in any number of namespaces, on one thread ({@code remora-dns}). The sockets are opened inside the
 * namespaces and wait on one selector; a question over TCP, which is rare, has a virtual thread of its own.
 *
 * <p>It asks the outside's name servers, if it has one; each such question has a virtual thread and a socket of its own, and so a
 * port that cannot be guessed. Without one, what it does not know does not exist (NXDOMAIN).
 *
 * <p>It knows, in this order, the names of the network that asks, those of the whole installation, the {@link PublicNames} of
 * addresses, and {@code *.amazonaws.com}, which is Remora's own API; S3 has an address of its own. Each network's own names, and
 * no others, are answered backwards as well (PTR).
 */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

    private static final int PORT = 53;

    /** Seconds that an answer may be kept: a database may be given another address. */
    private static final int TTL_SECONDS = 5;

    /** Of a question over UDP, as the protocol has it since EDNS. */
    private static final int QUESTION_BYTES = 4096;

    /** Of an answer over UDP to who does not say more (RFC 1035); what is longer is cut off and asked for again over TCP. */
    private static final int ANSWER_BYTES = 512;

    private static final int HEADER_BYTES = 12;

    private static final int TCP_TIMEOUT_MILLIS = 5000;

    /** Questions over TCP answered at once; others wait in the kernel's queue. */
    private static final int TCP_CONNECTIONS = 64;

    private static final String AMAZON = ".amazonaws.com";

    /** S3, in whatever region, and its buckets: at the addresses that its prefix list holds. */
    private static final Pattern S3 = Pattern.compile("(.+\\.)?s3[.-].*amazonaws\\.com|(.+\\.)?s3\\.amazonaws\\.com");

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
    private volatile NameTable names = NameTable.EMPTY;
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

    void names(Map<String, List<Ip>> all) {
        names = new NameTable(all);
    }

    /** Listening in one namespace. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Listens at the addresses, which the namespace must have, until the answer is closed.
     *
     * @param own what is known there beyond what is known everywhere, now
     */
    Listening open(Netns namespace, List<? extends Ip> addresses, Supplier<NameTable> own) {
        List<SelectableChannel> channels = new ArrayList<>();
        try {
            namespace.call(() -> {
                for (Ip address : addresses) {
                    listen(address, channels);
                }
                return null;
            });
        } catch (Exception refused) {
            channels.forEach(Resolver::close);
            throw new IllegalStateException("the resolver could not listen", refused);
        }
        tasks.add(() -> channels.forEach(channel -> register(channel, own)));
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
    byte[] answer(byte[] question, NameTable own, boolean overUdp) throws IOException {
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
        List<Record> records = record.getType() == Type.PTR ? pointer(record.getName(), own) : addresses(record.getName(), own);
        if (records == null) {
            answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if (record.getDClass() == DClass.IN) {
            records.stream()
                    .filter(known -> record.getType() == known.getType() || record.getType() == Type.ANY)
                    .forEach(known -> answer.addRecord(known, Section.ANSWER));
        }
        OPTRecord options = asked.getOPT();
        int most = options == null ? ANSWER_BYTES : Math.max(ANSWER_BYTES, options.getPayloadSize());
        return overUdp ? answer.toWire(most) : answer.toWire();
    }

    /** All addresses of a name, beginning with any of them; null if it is unknown. */
    private @Nullable List<Record> addresses(Name name, NameTable own) {
        String text = name.toString(true).toLowerCase(Locale.ROOT);
        List<Ip> known = own.addresses(text);
        if (known == null) {
            known = names.addresses(text);
        }
        if (known == null) {
            known = amazon(text).map(List::<Ip>of).orElse(null);
        }
        if (known == null) {
            return null;
        }
        List<Record> records = new ArrayList<>(known.stream().map(address -> record(name, address)).toList());
        Collections.rotate(records, ThreadLocalRandom.current().nextInt(records.size() + 1));
        return records;
    }

    /** A public name of an address that is not of here is unknown, so that the outside is asked, if there is one. */
    private Optional<Ipv4> amazon(String name) {
        if (PublicNames.isOne(name)) {
            return PublicNames.address(name);
        }
        return name.endsWith(AMAZON) ? Optional.of(S3.matcher(name).matches() ? InternetPlan.S3_API : api) : Optional.empty();
    }

    private static Record record(Name name, Ip address) {
        return switch (address) {
            case Ipv4 ipv4 -> new ARecord(name, DClass.IN, TTL_SECONDS, ipv4.inet());
            case Ipv6 ipv6 -> new AAAARecord(name, DClass.IN, TTL_SECONDS, ipv6.inet());
        };
    }

    private static @Nullable List<Record> pointer(Name name, NameTable own) throws IOException {
        try {
            String of = own.name(Ip.of(ReverseMap.fromName(name).getAddress())).orElse(null);
            return of == null ? null : List.of(new PTRRecord(name, DClass.IN, TTL_SECONDS, Name.fromString(of + ".")));
        } catch (UnknownHostException noAddress) {
            return null;
        }
    }

    private static void listen(Ip at, List<SelectableChannel> channels) throws IOException {
        StandardProtocolFamily family = at instanceof Ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        InetSocketAddress address = new InetSocketAddress(at.inet(), PORT);
        DatagramChannel datagrams = DatagramChannel.open(family);
        channels.add(datagrams);
        datagrams.bind(address).configureBlocking(false);
        ServerSocketChannel connections = ServerSocketChannel.open(family);
        channels.add(connections);
        connections.setOption(StandardSocketOptions.SO_REUSEADDR, true).bind(address).configureBlocking(false);
    }

    private void register(SelectableChannel channel, Supplier<NameTable> own) {
        try {
            int interest = channel instanceof DatagramChannel ? SelectionKey.OP_READ : SelectionKey.OP_ACCEPT;
            channel.register(selector, interest, own);
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
            NameTable own = (NameTable) ((Supplier<?>) key.attachment()).get();
            if (key.channel() instanceof DatagramChannel datagrams) {
                SocketAddress from = datagrams.receive(buffer.clear());
                if (from != null) {
                    byte[] question = new byte[buffer.flip().remaining()];
                    buffer.get(question);
                    byte[] answer = answer(question, own, true);
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
                    Thread.ofVirtual().name("dns-tcp").start(() -> converse(connection.socket(), own));
                }
            }
        } catch (IOException | RuntimeException malformed) {
            LOG.debug("a question that cannot be answered", malformed);
        }
    }

    /** Questions over one connection, each behind its length of two bytes (RFC 1035, 4.2.2). */
    private void converse(Socket connection, NameTable names) {
        try (connection) {
            connection.setSoTimeout(TCP_TIMEOUT_MILLIS);
            DataInputStream in = new DataInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            while (true) {
                byte[] question = in.readNBytes(in.readUnsignedShort());
                byte[] own = answer(question, names, false);
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
