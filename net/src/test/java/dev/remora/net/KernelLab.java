package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fabric on the real kernel for one test, servers and clients in its namespaces, and the proof at the end that nothing is
 * left: no namespace, no socket and no thread that was not there before, and the devices of our own namespace as they were.
 */
final class KernelLab implements AutoCloseable {
    /** Long enough for a packet between two namespaces on a busy machine; a refused one is proved by its counter, not by this. */
    static final int CONNECT_MILLIS = 400;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    static {
        // The runtime keeps a socket of its own from the first one on, which is not to be taken for one of ours.
        Netns.create().close();
    }

    final Fabric fabric;
    private final Set<String> devices = devices();
    private final Set<String> namespaces = namespaces();
    private final long sockets = sockets();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

    KernelLab(int readySlots) {
        this(readySlots, Optional.empty());
    }

    KernelLab(int readySlots, Optional<Outside> outside) {
        this(readySlots, outside, edges -> edges);
    }

    /** With other things beyond gateways. */
    KernelLab(Edges edges) {
        this(0, Optional.empty(), known -> edges);
    }

    private KernelLab(int readySlots, Optional<Outside> outside, Function<KernelEdges, Edges> edges) {
        fabric = KernelFabric.open(new FabricConfig(InstantSource.system(), readySlots, InternetMode.CLOSED), outside, edges);
    }

    KernelLab() {
        this(0);
    }

    /** A server that answers each byte with the address of who sent it. */
    void serve(Netns namespace, int... ports) {
        for (int port : ports) {
            ServerSocket server = call(namespace, () -> new ServerSocket(port, 64, InetAddress.getByName("::")));
            open.add(server);
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket connection = server.accept();
                        open.add(connection);
                        Thread.ofVirtual().start(() -> answer(connection));
                    } catch (IOException closed) {
                        return;
                    }
                }
            });
        }
    }

    private static void answer(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            while (in.read() >= 0) {
                out.write((Ip.of(connection.getInetAddress().getAddress()) + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException cut) {
            return;
        }
    }

    /** A connection from inside a namespace. */
    Socket connect(Netns from, Ip to, int port) throws IOException {
        return connect(from, Optional.empty(), to, port);
    }

    /** From one of several addresses. */
    Socket connect(Netns from, Ip source, Ip to, int port) throws IOException {
        return connect(from, Optional.of(source), to, port);
    }

    private Socket connect(Netns from, Optional<Ip> source, Ip to, int port) throws IOException {
        StandardProtocolFamily family = to instanceof Ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        // A channel's socket has its descriptor, and so its namespace, from the beginning.
        Socket socket = call(from, () -> SocketChannel.open(family)).socket();
        open.add(socket);
        socket.setSoTimeout(CONNECT_MILLIS);
        if (source.isPresent()) {
            socket.bind(new InetSocketAddress(source.get().inet(), 0));
        }
        socket.connect(new InetSocketAddress(to.inet(), port), CONNECT_MILLIS);
        return socket;
    }

    /** Sends a byte and reads the line that comes back. */
    static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write('?');
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read(); c != '\n'; c = socket.getInputStream().read()) {
            if (c < 0) {
                throw new IOException("closed");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    /** The address that the server sees. */
    String seen(Netns from, Ip to, int port) throws IOException {
        try (Socket socket = connect(from, to, port)) {
            return ask(socket);
        }
    }

    /** A connection is refused, and by that cause. */
    void refused(Drop.Cause cause, Netns from, Ip to, int port) {
        long before = count(cause);
        assertThat(connects(from, to, port)).as("a connection to " + to + ":" + port).isFalse();
        assertThat(count(cause)).as(cause + " drops").isGreaterThan(before);
    }

    private boolean connects(Netns from, Ip to, int port) {
        try (Socket socket = connect(from, to, port)) {
            return socket.isConnected();
        } catch (SocketTimeoutException refused) {
            return false;
        } catch (IOException other) {
            return false;
        }
    }

    long count(Drop.Cause cause) {
        return Objects.requireNonNull(fabric.dropCounts().get(cause));
    }

    Slot bound(NatKey key) {
        Slot slot = fabric.slots().take(fabric.slots().shardOf(key));
        slot.bind(key);
        return slot;
    }

    <T> T call(Netns namespace, Callable<T> body) {
        try {
            return namespace.call(body);
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    static void eventually(String what, BooleanSupplier condition) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable one : List.copyOf(open)) {
            one.close();
        }
        fabric.close();
        eventually("no namespace is left", () -> namespaces.containsAll(namespaces()));
        eventually("no socket is left", () -> sockets() <= sockets);
        assertThat(devices()).isEqualTo(devices);
        assertThat(ProcessHandle.current().children()).isEmpty();
        Set<String> threads = Thread.getAllStackTraces().keySet().stream().map(Thread::getName).collect(Collectors.toSet());
        assertThat(threads).noneMatch(name -> name.startsWith("remora-"));
    }

    /** Those that this process holds open or has threads in. */
    private static Set<String> namespaces() {
        Set<String> found = new TreeSet<>();
        links(Path.of("/proc/self/fd")).filter(target -> target.startsWith("net:")).forEach(found::add);
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            tasks.map(task -> target(task.resolve("ns/net"))).filter(target -> !target.isEmpty()).forEach(found::add);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return found;
    }

    private static long sockets() {
        return links(Path.of("/proc/self/fd")).filter(target -> target.startsWith("socket:")).count();
    }

    private static Set<String> devices() {
        try (Stream<Path> all = Files.list(Path.of("/sys/class/net"))) {
            return all.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Stream<String> links(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(KernelLab::target).toList().stream();
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException goneMeanwhile) {
            return "";
        }
    }
}
