package dev.remora.sandbox;

import dev.remora.linux.Descriptor;
import dev.remora.linux.Netns;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The Lambda Runtime API of one sandbox: {@code http://127.0.0.1:9001/2018-06-01/runtime/} inside its network namespace
 * (AWS documentation, "Using the Lambda runtime API for custom runtimes").
 *
 * <p><b>Who reads the sockets.</b> The thread that invokes writes the event into the connection that waits for it and then
 * reads the answer itself, waiting in the kernel for a few hundred microseconds; only if the answer takes longer are the
 * connections left to the reactor and does the caller sleep. For a short function no other thread of ours runs at all; every
 * wake-up that is saved is 5 to 20 microseconds. Between invocations nobody reads: what a runtime sends then stays in its
 * socket's buffer, at its own cost.
 *
 * <p>The invariant: all state is under {@link #lock}; a connection is either watched by the reactor (once; see {@link
 * Connection#watched}) or read by whoever holds the lock, and both see the same requests in the same order.
 *
 * <p><b>Hostile runtimes.</b> At most {@value #MAX_CONNECTIONS} connections, {@value #MAX_ACCEPTED} accepted in one phase, one
 * body kept at a time; all else is refused at its head or thrown away as it comes. An answer counts for the request id it
 * names, once.
 */
final class RuntimeApi implements AutoCloseable {
    static final int PORT = 9001;

    /** AWS: 6 MB and 100 bytes. */
    static final int MAX_ANSWER = 6_291_556;

    static final int MAX_CONNECTIONS = 16;
    static final int MAX_ACCEPTED = 4096;
    private static final int BACKLOG = 32;

    /** How long the caller's own thread waits in the kernel for the answer of a function that has been fast so far. */
    private static final long PATIENCE_MICROS = 500;

    private static final String ROOT = "/2018-06-01/runtime/";
    private static final String INVOCATION = ROOT + "invocation/";
    private static final String PREPARED = "/prepared";
    private static final String ACCEPTED = "{\"status\":\"OK\"}";
    private static final String ERROR_TYPE = "lambda-runtime-function-error-type";
    private static final String ERROR_BODY = "lambda-runtime-function-error-body";

    private enum Phase {
        /** An interpreter that waits for its function. */
        PREPARED,
        INIT,
        READY
    }

    private final Reactor reactor;
    private final InstantSource clock;
    private final Descriptor listener;
    private final long listenerToken;
    private boolean listening;
    private int accepted;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition decided = lock.newCondition();
    private final List<Connection> connections = new ArrayList<>();
    private @Nullable Connection parked;
    private Phase phase;
    private long began = System.nanoTime();
    private boolean fast = true;
    private boolean watching = true;

    private @Nullable Invocation current;
    private boolean delivered;
    private @Nullable Outcome outcome;
    private @Nullable Outcome ended;
    private final CompletableFuture<Outcome> init = new CompletableFuture<>();
    private final CompletableFuture<Void> prepared = new CompletableFuture<>();

    RuntimeApi(Netns network, Reactor reactor, InstantSource clock, boolean prepared) {
        this.reactor = reactor;
        this.clock = clock;
        phase = prepared ? Phase.PREPARED : Phase.INIT;
        try {
            listener = network.call(() -> Descriptor.listen(PORT, BACKLOG));
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        listenerToken = reactor.register(this::knock);
        reactor.watch(listener, listenerToken);
        listening = true;
    }

    /** How the init phase ended. */
    CompletableFuture<Outcome> init() {
        return init;
    }

    /** Done when a booted interpreter waits for {@link #claim}. */
    CompletableFuture<Void> prepared() {
        return prepared;
    }

    /** Hands a waiting interpreter its function; its init phase begins. */
    void claim(byte[] function) {
        lock.lock();
        try {
            Connection waiting = parked;
            if (phase != Phase.PREPARED || waiting == null) {
                throw new IllegalStateException("no interpreter waits");
            }
            parked = null;
            phase = Phase.INIT;
            began = System.nanoTime();
            watching = true;
            waiting.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + function.length
                    + "\r\n\r\n", function);
            waiting.flush();
            watchAll();
        } finally {
            lock.unlock();
        }
    }

    /** One event and its end. After the deadline {@link Outcome.TimedOut}; the caller then kills what runs. */
    Outcome invoke(Invocation invocation) {
        lock.lock();
        try {
            if (current != null) {
                throw new IllegalStateException("the sandbox is busy with " + current.requestId());
            }
            if (ended != null) {
                return ended;
            }
            began = System.nanoTime();
            current = invocation;
            outcome = null;
            delivered = false;
            accepted = 0;
            listen();
            long deadline = began + Duration.between(clock.instant(), invocation.deadline()).toNanos();
            if (parked != null) {
                deliver(parked, invocation);
            } else {
                receiveAll();
            }
            Outcome result = awaitOutcome(deadline);
            current = null;
            watching = false;
            fast = result.micros() < PATIENCE_MICROS;
            return result;
        } finally {
            lock.unlock();
        }
    }

    private Outcome awaitOutcome(long deadline) {
        if (fast && outcome == null && !connections.isEmpty()) {
            Connection likely = connections.getLast();
            for (long end = began + PATIENCE_MICROS * 1000; outcome == null; ) {
                long left = Math.min(end, deadline) - System.nanoTime();
                if (left <= 0 || likely.watched || likely.writing() || !likely.open()) {
                    break;
                }
                lock.unlock();
                try {
                    likely.socket().await(false, left / 1000 + 1);
                } finally {
                    lock.lock();
                }
                if (!likely.watched && likely.open()) {
                    likely.receive();
                }
            }
        }
        if (outcome == null) {
            watching = true;
            watchAll();
        }
        boolean interrupted = false;
        while (outcome == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                decide(new Outcome.TimedOut(micros()));
                break;
            }
            try {
                decided.await(left, TimeUnit.NANOSECONDS);
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return Objects.requireNonNull(outcome);
    }

    private long micros() {
        return (System.nanoTime() - began) / 1000;
    }

    private void deliver(Connection to, Invocation invocation) {
        parked = null;
        delivered = true;
        connections.remove(to);
        connections.addLast(to);
        StringBuilder head = new StringBuilder(512);
        head.append("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
        header(head, "Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        header(head, "Lambda-Runtime-Deadline-Ms", Long.toString(invocation.deadline().toEpochMilli()));
        header(head, "Lambda-Runtime-Invoked-Function-Arn", invocation.invokedFunctionArn());
        header(head, "Lambda-Runtime-Trace-Id", invocation.traceId());
        header(head, "Lambda-Runtime-Client-Context", invocation.clientContext());
        head.append("Content-Length: ").append(invocation.event().length).append("\r\n\r\n");
        to.send(head.toString(), invocation.event());
        to.flush();
    }

    /** Values are of the caller's making: a line end in one becomes a blank, other characters travel as UTF-8. */
    private static void header(StringBuilder head, String name, String value) {
        if (!value.isEmpty()) {
            String bytes = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            head.append(name).append(": ");
            head.append(bytes.replace('\r', ' ').replace('\n', ' ').replace('\0', ' ')).append("\r\n");
        }
    }

    /** How many bytes of a request's body matter. */
    private long keeping(RequestReader.Head head) {
        Invocation asked = current;
        boolean expected = head.target().equals(ROOT + "init/error") && phase == Phase.INIT
                || asked != null && outcome == null && head.target().startsWith(INVOCATION + asked.requestId() + "/");
        return expected ? MAX_ANSWER : 0;
    }

    /** Under the lock, from {@link Connection#receive}. */
    void answer(Connection from, RequestReader.Request request) {
        String target = request.head().target();
        boolean get = request.head().method().equals("GET");
        if (!get && !request.head().method().equals("POST")) {
            from.reply("405 Method Not Allowed", error("InvalidMethod", "Method not allowed"));
        } else if (get && target.equals(INVOCATION + "next")) {
            next(from);
        } else if (get && target.equals(PREPARED) && phase == Phase.PREPARED) {
            parked = from;
            watching = false;
            prepared.complete(null);
        } else if (!get && target.equals(ROOT + "init/error")) {
            initError(from, request);
        } else if (!get && target.startsWith(INVOCATION)) {
            invocationEnd(from, request, target.substring(INVOCATION.length()));
        } else {
            from.reply("404 Not Found", error("NotFound", "No such path"));
        }
    }

    private void next(Connection from) {
        Connection waiting = parked;
        if (phase == Phase.PREPARED || current != null && outcome == null && delivered) {
            from.reply("403 Forbidden", error("InvalidStateTransition", "The invocation has not been answered yet"));
            return;
        }
        if (waiting != null && waiting != from) {
            waiting.close();
        }
        parked = from;
        if (phase == Phase.INIT) {
            phase = Phase.READY;
            watching = false;
            init.complete(new Outcome.Answered(new byte[0], micros()));
        }
        if (current != null && outcome == null) {
            deliver(from, current);
        }
    }

    private void initError(Connection from, RequestReader.Request request) {
        if (phase != Phase.INIT) {
            from.reply("403 Forbidden", error("InvalidStateTransition", "The init phase is over"));
            return;
        }
        init.complete(new Outcome.Errored(errorType(request), request.body(), micros()));
        from.reply("202 Accepted", ACCEPTED);
    }

    private void invocationEnd(Connection from, RequestReader.Request request, String rest) {
        int slash = rest.indexOf('/');
        String id = slash < 0 ? rest : rest.substring(0, slash);
        String end = slash < 0 ? "" : rest.substring(slash + 1);
        if (!end.equals("response") && !end.equals("error")) {
            from.reply("404 Not Found", error("NotFound", "No such path"));
        } else if (current == null || outcome != null || !delivered || !id.equals(current.requestId())) {
            from.reply("400 Bad Request", error("InvalidRequestID", "Invalid request ID"));
        } else if (request.size() > MAX_ANSWER) {
            decide(new Outcome.TooLarge(request.size(), micros()));
            from.reply("413 Payload Too Large", error(
                    "RequestEntityTooLarge", "Exceeded maximum allowed payload size (" + MAX_ANSWER + " bytes)."));
        } else {
            String trailer = request.trailers().getOrDefault(ERROR_TYPE, "");
            if (end.equals("error")) {
                decide(new Outcome.Errored(errorType(request), request.body(), micros()));
            } else if (!trailer.isEmpty()) {
                decide(new Outcome.Errored(trailer, trailerBody(request), micros()));
            } else {
                decide(new Outcome.Answered(request.body(), micros()));
            }
            from.reply("202 Accepted", ACCEPTED);
        }
    }

    private static byte[] trailerBody(RequestReader.Request request) {
        try {
            return Base64.getDecoder().decode(request.trailers().getOrDefault(ERROR_BODY, ""));
        } catch (IllegalArgumentException malformed) {
            return new byte[0];
        }
    }

    private static String errorType(RequestReader.Request request) {
        String header = request.head().header(ERROR_TYPE);
        return header.isEmpty() ? ErrorDocument.type(request.body()) : header;
    }

    private static String error(String type, String message) {
        return "{\"errorMessage\":\"" + message + "\",\"errorType\":\"" + type + "\"}";
    }

    private void decide(Outcome how) {
        if (current != null && outcome == null) {
            outcome = how;
            // Before the reactor looks whether it should watch on: it would else have the next answer as well, and so on forever.
            watching = false;
            decided.signalAll();
        }
    }

    /** The program has ended: what it still had sent counts, then nothing more will come. */
    void exited(String reason, boolean outOfMemory) {
        lock.lock();
        try {
            receiveAll();
            end(new Outcome.Exited(reason, outOfMemory, micros()));
        } finally {
            lock.unlock();
        }
    }

    /** No init phase will end: the sandbox could not be made. */
    void failed(Throwable why) {
        init.completeExceptionally(why);
        prepared.completeExceptionally(why);
        lock.lock();
        try {
            end(new Outcome.Exited("", false, micros()));
        } finally {
            lock.unlock();
        }
    }

    private void end(Outcome.Exited how) {
        if (ended == null) {
            ended = how;
        }
        decide(how);
        init.complete(how);
        prepared.completeExceptionally(new IllegalStateException("the interpreter ended: " + how.reason()));
    }

    /** On the reactor: a watched connection has something. */
    void ready(Connection connection) {
        lock.lock();
        try {
            connection.watched = false;
            if (connection.open()) {
                connection.receive();
                watch(connection);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether what waits to leave on this connection can wait for the next event. */
    boolean holdsBack(Connection connection) {
        return connection == parked && phase == Phase.READY;
    }

    /** On the reactor: somebody connects. */
    private void knock() {
        lock.lock();
        try {
            listening = false;
            while (connections.size() < MAX_CONNECTIONS && accepted < MAX_ACCEPTED) {
                Descriptor socket = listener.accept().orElse(null);
                if (socket == null) {
                    break;
                }
                accepted++;
                Connection connection = new Connection(this, socket, this::keeping, reactor);
                connections.addFirst(connection);
                connection.receive();
                watch(connection);
            }
            listen();
        } finally {
            lock.unlock();
        }
    }

    private void listen() {
        if (!listening && connections.size() < MAX_CONNECTIONS && accepted < MAX_ACCEPTED) {
            listening = true;
            reactor.watch(listener, listenerToken);
        }
    }

    private void watch(Connection connection) {
        if (connection.open() && !connection.watched && (watching || connection.writing())) {
            connection.watched = true;
            if (connection.writing()) {
                reactor.watchWrites(connection.socket(), connection.token);
            } else {
                reactor.watch(connection.socket(), connection.token);
            }
        }
    }

    private void watchAll() {
        connections.forEach(this::watch);
    }

    private void receiveAll() {
        List.copyOf(connections).forEach(Connection::receive);
    }

    void closed(Connection connection) {
        reactor.close(connection.socket(), connection.token);
        connections.remove(connection);
        if (parked == connection) {
            parked = null;
        }
        listen();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            accepted = MAX_ACCEPTED;
            List.copyOf(connections).forEach(Connection::close);
            reactor.close(listener, listenerToken);
            end(new Outcome.Exited("signal: killed", false, micros()));
        } finally {
            lock.unlock();
        }
    }
}
