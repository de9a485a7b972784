package dev.remora.wire;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.context.Context;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.NioSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.TlsSocket;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.Routing;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listening socket and its connections.
 *
 * <p>A thread of the platform accepts; each connection has a thread of its own that runs Helidon's HTTP/1.1
 * connection. The first {@link #PLATFORM_THREADS} connections that are open at once run on threads of the platform
 * and the others on virtual ones: waking a virtual thread from a socket takes some twenty microseconds more, which a
 * quick invocation feels, while thousands of idle connections must cost little. The connections' end is the socket's:
 * closing it wakes the thread that reads from it.
 */
public final class Listening implements AutoCloseable {
    /** Connections that get a thread of the platform. */
    static final int PLATFORM_THREADS = 64;

    /** A connection without a request for so long is closed. */
    static final Duration IDLE = Duration.ofMinutes(10);

    /** How much of a refused body is read and dropped, and how long its sender may pause. */
    private static final long LINGER_BYTES = 4L * HttpLimits.MAX_BODY_BYTES;

    private static final int LINGER_MILLIS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Listening.class);

    private final ServerSocketChannel channel;
    private final @Nullable SSLContext tls;
    private final Consumer<Listening> gone;
    private final ListenerContext context;
    private final Router router;
    private final Limit requests;
    private final Http1ConnectionSelector http1;
    private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore connections = new Semaphore(HttpLimits.MAX_CONNECTIONS);
    private final Semaphore platformThreads = new Semaphore(PLATFORM_THREADS);
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Thread acceptor;

    static {
        var nothing = ServiceRegistryConfig.builder().discoverServices(false).discoverServicesFromServiceLoader(false);
        GlobalServiceRegistry.registry(ServiceRegistryManager.create(nothing.build()).registry());
    }

    Listening(ServerSocketChannel channel, HttpRouting routing, @Nullable SSLContext tls, Consumer<Listening> gone) {
        this.channel = channel;
        this.tls = tls;
        this.gone = gone;
        this.context = withoutPlugins(() -> new Shared(
                Context.create(),
                MediaContext.builder().mediaSupportsDiscoverServices(false).build(),
                new AsTheyCome(),
                DirectHandlers.create(),
                ListenerConfig.builder()
                        .protocolsDiscoverServices(false)
                        .concurrencyLimitDiscoverServices(false)
                        .build(),
                virtual));
        this.router = new Only(routing);
        this.requests = withoutPlugins(FixedLimit::create);
        requests.init("requests");
        this.http1 = withoutPlugins(() -> Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        .maxHeadersSize(HttpLimits.MAX_HEADER_BYTES)
                        .maxPrologueLength(HttpLimits.MAX_HEADER_BYTES)
                        // It says what HTTP/1.1 does anyway, and makes Helidon parse it again when the request is over.
                        .sendKeepAliveHeader(false)
                        .sendLog(false)
                        .receiveLog(false)
                        .build())
                .build());
    }

    /**
     * Helidon's builders look for plugins through every jar that the thread's class loader knows. We have none, and looking takes
     * a start time and memory; so they are shown the JDK's modules only.
     */
    private static <T> T withoutPlugins(Supplier<T> made) {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try {
            return made.get();
        } finally {
            thread.setContextClassLoader(loader);
        }
    }

    /** Starts to accept; called once, on a thread whose namespace all threads of this listener shall have. */
    void start() {
        acceptor = Thread.ofPlatform().daemon().name("accept-" + port()).start(this::accept);
        Thread.ofVirtual().name("idle-" + port()).start(this::sweep);
    }

    public int port() {
        try {
            return ((InetSocketAddress) channel.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (channel.isOpen()) {
            try {
                connections.acquire();
                serve(channel.accept());
            } catch (IOException e) {
                connections.release();
                if (channel.isOpen()) {
                    LOG.warn("cannot accept a connection: {}", e.toString());
                    pause();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** When the process has no file descriptor left, accepting again at once would only spin. */
    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel socket) {
        var connection = new Connection(socket);
        open.add(connection);
        if (platformThreads.tryAcquire()) {
            Thread.ofPlatform().daemon().name("http").start(() -> {
                try {
                    connection.run();
                } finally {
                    platformThreads.release();
                }
            });
        } else {
            virtual.execute(connection);
        }
    }

    private void sweep() {
        while (channel.isOpen()) {
            try {
                Thread.sleep(Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                return;
            }
            open.forEach(connection -> connection.endIfIdle(IDLE));
        }
    }

    /** Stops listening and ends the connections, whatever they are doing. Once it returns, the port is free. */
    @Override
    public void close() {
        try {
            channel.close();
            awaitAcceptor();
        } catch (IOException e) {
            LOG.warn("cannot close a listener", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.forEach(Connection::end);
        virtual.shutdownNow();
        gone.accept(this);
    }

    /** The kernel keeps the port for as long as a thread is inside the call that accepts. */
    private void awaitAcceptor() throws InterruptedException {
        Thread accepting = acceptor;
        if (accepting != null) {
            accepting.interrupt();
            accepting.join();
        }
    }

    /** A router that knows one routing. */
    private record Only(HttpRouting routing) implements Router {
        @Override
        public <T extends Routing> T routing(Class<T> type, T otherwise) {
            return type == HttpRouting.class ? type.cast(routing) : otherwise;
        }

        @Override
        public List<? extends Routing> routings() {
            return List.of(routing);
        }

        @Override
        public void beforeStart() {}

        @Override
        public void afterStop() {}
    }

    /** What connections of one listener share. */
    private record Shared(
            Context context,
            MediaContext mediaContext,
            ContentEncodingContext contentEncodingContext,
            DirectHandlers directHandlers,
            ListenerConfig config,
            ExecutorService executor)
            implements ListenerContext {}

    /** One connection, from accepting to closing. */
    private final class Connection implements Runnable {
        private final SocketChannel socket;
        private volatile @Nullable ServerConnection http;

        Connection(SocketChannel socket) {
            this.socket = socket;
        }

        @Override
        public void run() {
            try {
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                HelidonSocket helidon = wrap();
                ServerConnection connection =
                        http1.connection(new Wired(helidon, Peer.reader(helidon), Peer.writer(helidon)));
                http = connection;
                connection.handle(requests);
            } catch (CloseConnectionException e) {
                linger();
            } catch (IOException | RuntimeException e) {
                LOG.debug("a connection ended: {}", e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                end();
                open.remove(this);
                connections.release();
            }
        }

        private HelidonSocket wrap() throws IOException {
            if (tls == null) {
                return NioSocket.server(socket, "http", Integer.toHexString(System.identityHashCode(this)));
            }
            var secure = (SSLSocket) tls.getSocketFactory().createSocket(socket.socket(), null, true);
            secure.setHandshakeApplicationProtocolSelector(
                    (s, offered) -> offered.contains("http/1.1") ? "http/1.1" : "");
            secure.startHandshake();
            return TlsSocket.server(secure, "https", Integer.toHexString(System.identityHashCode(this)));
        }

        /**
         * A client that still sends a body that we refused must get our answer first: closing with unread bytes would
         * reset the connection and take the answer along.
         */
        private void linger() {
            try {
                socket.shutdownOutput();
                socket.socket().setSoTimeout(LINGER_MILLIS);
                socket.socket().getInputStream().skip(LINGER_BYTES);
            } catch (IOException e) {
                LOG.debug("a connection ended: {}", e.toString());
            }
        }

        void endIfIdle(Duration limit) {
            ServerConnection connection = http;
            if (connection != null && connection.idleTime().compareTo(limit) > 0) {
                end();
            }
        }

        void end() {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing a connection: {}", e.toString());
            }
        }
    }

    /** A connection in Helidon's terms. */
    private final class Wired implements ConnectionContext {
        private final HelidonSocket socket;
        private final DataReader reader;
        private final DataWriter writer;

        Wired(HelidonSocket socket, DataReader reader, DataWriter writer) {
            this.socket = socket;
            this.reader = reader;
            this.writer = writer;
        }

        @Override
        public ListenerContext listenerContext() {
            return context;
        }

        @Override
        public ExecutorService executor() {
            return virtual;
        }

        @Override
        public DataWriter dataWriter() {
            return writer;
        }

        @Override
        public DataReader dataReader() {
            return reader;
        }

        @Override
        public Router router() {
            return router;
        }

        @Override
        public HelidonSocket serverSocket() {
            return socket;
        }

        @Override
        public PeerInfo remotePeer() {
            return socket.remotePeer();
        }

        @Override
        public PeerInfo localPeer() {
            return socket.localPeer();
        }

        @Override
        public boolean isSecure() {
            return socket.isSecure();
        }

        @Override
        public String socketId() {
            return socket.socketId();
        }

        @Override
        public String childSocketId() {
            return socket.childSocketId();
        }
    }
}
