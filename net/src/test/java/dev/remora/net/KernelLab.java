package dev.remora.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fabric on the real kernel for one test, servers and clients in its namespaces, and the proof at the end that nothing is
 * left: no namespace, no socket and no thread that was not there before, and the devices of our own namespace as they were.
 */
final class KernelLab implements AutoCloseable {
    /** For what shall come: it does, however busy the machine is. */
    static final int PATIENCE_MILLIS = 30_000;

    /** For what shall not come, which is proved by a counter and not by this. */
    static final int REFUSED_MILLIS = 400;

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
                        if (server.isClosed()) {
                            connection.close();
                        }
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

    /** A connection from inside a namespace, whose first packet arrives. */
    Socket connect(Netns from, Ip to, int port) throws IOException {
        return connect(from, Optional.empty(), to, port);
    }

    /** From one of several addresses. */
    Socket connect(Netns from, Ip source, Ip to, int port) throws IOException {
        return connect(from, Optional.of(source), to, port);
    }

    private Socket connect(Netns from, Optional<Ip> source, Ip to, int port) throws IOException {
        long before = statistic(from, "netstat", "TcpExt", "TCPSynRetrans");
        Socket socket = connect(from, source, to, port, PATIENCE_MILLIS);
        assertThat(statistic(from, "netstat", "TcpExt", "TCPSynRetrans")).as("SYNs sent again").isEqualTo(before);
        return socket;
    }

    /**
     * A number of the kernel's about a namespace, from a file of {@code /proc/net} that has a line of names and one of
     * numbers.
     */
    long statistic(Netns namespace, String file, String line, String name) {
        List<String> lines = call(namespace, () -> Files.readAllLines(Path.of("/proc/thread-self/net", file))).stream()
                .filter(one -> one.startsWith(line + ": "))
                .toList();
        return Long.parseLong(lines.get(1).split(" ")[List.of(lines.get(0).split(" ")).indexOf(name)]);
    }

    private Socket connect(Netns from, Optional<Ip> source, Ip to, int port, int withinMillis) throws IOException {
        StandardProtocolFamily family = to instanceof Ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        // A channel's socket has its descriptor, and so its namespace, from the beginning.
        Socket socket = call(from, () -> SocketChannel.open(family)).socket();
        open.add(socket);
        socket.setSoTimeout(PATIENCE_MILLIS);
        if (source.isPresent()) {
            socket.bind(new InetSocketAddress(source.get().inet(), 0));
        }
        socket.connect(new InetSocketAddress(to.inet(), port), withinMillis);
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
        refused(cause, from, Optional.empty(), to, port);
    }

    /** From one of several addresses. */
    void refused(Drop.Cause cause, Netns from, Ip source, Ip to, int port) {
        refused(cause, from, Optional.of(source), to, port);
    }

    private void refused(Drop.Cause cause, Netns from, Optional<Ip> source, Ip to, int port) {
        long before = count(cause);
        assertThat(connects(from, source, to, port)).as("a connection to " + to + ":" + port).isFalse();
        awaitMore(cause, before);
    }

    /** Whether a connection is made in the time that is enough for one that shall not be. */
    boolean connects(Netns from, Ip source, Ip to, int port) {
        return connects(from, Optional.of(source), to, port);
    }

    private boolean connects(Netns from, Optional<Ip> source, Ip to, int port) {
        try (Socket socket = connect(from, source, to, port, REFUSED_MILLIS)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** A connection that was is cut, or nothing answers on it any more. */
    static void ended(Socket socket) throws IOException {
        socket.setSoTimeout(REFUSED_MILLIS);
        assertThatThrownBy(() -> ask(socket)).isInstanceOf(IOException.class);
    }

    /** Waits until more was dropped for a cause; on a busy machine a packet is on its way after the call that sent it. */
    void awaitMore(Drop.Cause cause, long before) {
        eventually(cause + " drops", () -> count(cause) > before);
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
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(what).isNegative();
            LockSupport.parkNanos(1_000_000);
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
        eventually("no process is left", () -> ProcessHandle.current().children().findAny().isEmpty());
        eventually("no thread is left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("remora-")));
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
