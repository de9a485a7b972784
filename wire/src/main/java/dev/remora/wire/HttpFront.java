package dev.remora.wire;

import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP front: listeners whose requests go to the dispatcher, or to an admin route.
 *
 * <p>Sockets are opened on the calling thread and by nobody else, because a socket belongs to the network namespace
 * of the thread that opens it: a caller whose thread has entered another namespace listens there, and may also hand
 * in a channel that it opened earlier. That is why Helidon's WebServer, which opens its sockets on threads of its
 * own, is not used, only its HTTP/1.1 connection ({@link Listening}).
 *
 * <p>Threads are the other way round: one that is started inherits the namespace of the thread that starts it, and so
 * does a carrier of virtual threads. Handlers must run in the host's namespace whichever listener a request came
 * through, so that all threads descend from one that the constructor starts: make the front on a thread that is in
 * the host's namespace.
 */
public final class HttpFront implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);

    private static final int BACKLOG = 1024;

    private final Dispatcher dispatcher;
    private final ConcurrentHashMap<String, Admin> admin = new ConcurrentHashMap<>();
    private final ThreadPoolExecutor starter = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("http-starter").factory());
    private final List<Listening> listeners = new CopyOnWriteArrayList<>();

    public HttpFront(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
        starter.prestartCoreThread();
    }

    /** Adds a route beside the API; a path that ends in a slash and a star stands for all paths below. */
    public HttpFront admin(String method, String path, Admin handler) {
        admin.put(method + " " + path, handler);
        return this;
    }

    /**
     * Listens on an address in the network of the calling thread; port 0 takes a free one.
     *
     * @param tls for HTTPS, or null for plain HTTP
     * @throws PortInUseException if another program listens there
     */
    public Listening listen(String host, int port, Trust trust, @Nullable SSLContext tls) {
        var address = new InetSocketAddress(host, port);
        ServerSocketChannel channel = null;
        try {
            channel = ServerSocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            return serve(channel, trust, tls);
        } catch (IOException e) {
            closeQuietly(channel);
            if (e instanceof BindException && String.valueOf(e.getMessage()).contains("in use")) {
                throw new PortInUseException(address, e);
            }
            throw new UncheckedIOException("cannot listen on " + address, e);
        }
    }

    /** Serves a channel that is bound already, in whatever network it was opened, and owns it from now on. */
    public Listening serve(ServerSocketChannel channel, Trust trust, @Nullable SSLContext tls) {
        return serve(channel, new Api(trust, null), tls);
    }

    /** Serves a channel behind a VPC endpoint. */
    public Listening serve(ServerSocketChannel channel, Entrance entrance, @Nullable SSLContext tls) {
        return serve(channel, new Api(Trust.NONE, entrance), tls);
    }

    /** Serves a channel whose requests are all for {@code handler}, whoever sends them. */
    public Listening serve(ServerSocketChannel channel, Admin handler) {
        return serve(channel, new OneHandler(handler), null);
    }

    private Listening serve(ServerSocketChannel channel, HttpRouting routing, @Nullable SSLContext tls) {
        var listening = new Listening(channel, routing, tls, listeners::remove);
        listeners.add(listening);
        starter.execute(listening::start);
        return listening;
    }

    private static void closeQuietly(@Nullable ServerSocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // The failure that led here is the one to report.
        }
    }

    /**
     * All requests of a listener. Helidon's own routing is not used: there is nothing to route, and building one
     * starts its service registry and configuration, which takes longer than all else that we start.
     */
    private abstract static class Everything implements HttpRouting {
        private final HttpSecurity none = HttpSecurity.create();

        abstract void answer(RoutingRequest request, RoutingResponse response) throws IOException;

        @Override
        public void route(ConnectionContext connection, RoutingRequest request, RoutingResponse response) {
            try {
                answer(request, response);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public HttpSecurity security() {
            return none;
        }

        @Override
        public void beforeStart() {}

        @Override
        public void afterStop() {}
    }

    /** A listener that has nothing to do with the API. */
    private static final class OneHandler extends Everything {
        private final Admin handler;

        OneHandler(Admin handler) {
            this.handler = handler;
        }

        @Override
        void answer(RoutingRequest request, RoutingResponse response) throws IOException {
            byte[] body = body(request);
            Response answer = handler.handle(head(request, Trust.NONE).holding(body == null ? Response.EMPTY : body));
            boolean bodiless = request.prologue().method().text().equals("HEAD");
            send(bodiless ? new Response(answer.status(), answer.headers(), Response.EMPTY) : answer, response);
        }
    }

    private final class Api extends Everything {
        private final Trust trust;
        private final @Nullable Entrance entrance;

        Api(Trust trust, @Nullable Entrance entrance) {
            this.trust = trust;
            this.entrance = entrance;
        }

        @Override
        void answer(RoutingRequest request, RoutingResponse response) throws IOException {
            HttpFront.this.answer(head(request, trust).through(entrance), request, response);
        }
    }

    private void answer(Request head, ServerRequest http, ServerResponse out) throws IOException {
        if (route(head) == null && dispatcher.streams(head)) {
            stream(http, head, out);
            return;
        }
        byte[] body = body(http);
        boolean last = body == null || "close".equalsIgnoreCase(head.headers().first("Connection"));
        if (last) {
            out.header(HeaderNames.CONNECTION, "close");
        }
        Response response = body == null ? dispatcher.tooLarge(head) : response(head, body);
        Content content = response.content();
        if (content == null) {
            send(response, out);
        } else {
            send(response, content, out);
        }
        if (last) {
            throw new CloseConnectionException(body == null ? "the body is above the limit" : "the client is done");
        }
    }

    /** A request whose body is read by its operation, or whose answer is a stream. */
    private void stream(ServerRequest http, Request head, ServerResponse out) throws IOException {
        var body = new Arriving(
                () -> http.content().hasEntity() ? http.content().inputStream() : InputStream.nullInputStream());
        Response response = dispatcher.handle(head.streaming(body));
        boolean waits = head.headers().first("Expect") != null && !body.begun();
        boolean last = waits && http.content().hasEntity()
                || !body.drained(HttpLimits.MAX_DRAINED_BYTES)
                || "close".equalsIgnoreCase(head.headers().first("Connection"));
        if (last) {
            out.header(HeaderNames.CONNECTION, "close");
        }
        boolean bodiless = head.method().equals("HEAD");
        Content content = response.content();
        if (content == null) {
            send(bodiless ? new Response(response.status(), response.headers(), Response.EMPTY) : response, out);
        } else {
            send(response, content, out);
        }
        if (last) {
            throw new CloseConnectionException("the body was not read, or the client is done");
        }
    }

    private static void send(Response response, Content content, ServerResponse out) {
        try (InputStream bytes = content.bytes()) {
            out.status(Status.create(response.status()));
            response.headers().set("Content-Length", Long.toString(content.length())).forEach(out::header);
            try (OutputStream to = out.outputStream()) {
                bytes.transferTo(to);
            }
        } catch (IOException broken) {
            // The client has the beginning and its length; only the connection's end tells it that the rest will not come.
            LOG.error("an answer broke off", broken);
            throw new CloseConnectionException("the answer broke off", broken);
        }
    }

    private Response response(Request head, byte[] body) {
        Request request = head.holding(body);
        Admin route = route(head);
        if (route == null) {
            return dispatcher.handle(request);
        }
        if (request.trusted() && !request.fromForeignPage()) {
            return route.handle(request);
        }
        return Response.of(
                403, "text/plain", "Only for peers on the host's loopback.\n".getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable Admin route(Request head) {
        if (!head.rawPath().startsWith("/_")) {
            return null;
        }
        Admin exact = admin.get(head.method() + " " + head.rawPath());
        String path = head.rawPath();
        for (int slash = path.lastIndexOf('/'); exact == null && slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            exact = admin.get(head.method() + " " + path.substring(0, slash) + "/*");
        }
        return exact;
    }

    private static Request head(ServerRequest http, Trust trust) {
        var headers = new Headers();
        for (Header header : http.headers()) {
            header.allValues().forEach(value -> headers.add(header.name(), value));
        }
        InetAddress peer = ((InetSocketAddress) http.remotePeer().address()).getAddress();
        return new Request(
                http.prologue().method().text(),
                http.prologue().uriPath().rawPath(),
                http.prologue().query().rawValue(),
                headers,
                Response.EMPTY,
                peer.getHostAddress(),
                http.isSecure(),
                trust == Trust.HOST && peer.isLoopbackAddress());
    }

    /** The body, or null where it is above the limit; then it is not read further. */
    private static byte @Nullable [] body(ServerRequest http) throws IOException {
        if (!http.content().hasEntity()) {
            return Response.EMPTY;
        }
        long length = http.headers().contentLength().orElse(-1);
        if (length > HttpLimits.MAX_BODY_BYTES) {
            return null;
        }
        // Not closed when reading fails: that would first wait for the rest of a body that never comes.
        InputStream in = http.content().inputStream();
        byte[] body;
        try {
            body = in.readNBytes(length >= 0 ? (int) length : HttpLimits.MAX_BODY_BYTES + 1);
        } catch (NumberFormatException malformed) {
            throw RequestException.builder()
                    .type(DirectHandler.EventType.BAD_REQUEST)
                    .message("a chunk's length is not a number")
                    .setKeepAlive(false)
                    .build();
        }
        if (body.length > HttpLimits.MAX_BODY_BYTES) {
            return null;
        }
        in.close();
        return body;
    }

    private static void send(Response response, ServerResponse out) {
        out.status(Status.create(response.status()));
        response.headers().forEach(out::header);
        out.send(response.body());
    }

    /** Stops listening everywhere and ends the connections. */
    @Override
    public void close() {
        listeners.forEach(Listening::close);
        starter.shutdown();
    }
}
