package dev.remora.app;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One listening port. It is bound before the services behind it exist, so that a port that is taken is known before anything is
 * made; a request that comes too early waits for {@link #serve}.
 */
final class Http implements AutoCloseable {
    /** The largest body: a function's code as text in JSON, with room. */
    static final long BODY_MAX = 96L << 20;

    private final WebServer server;
    private final CompletableFuture<Admin> admin = new CompletableFuture<>();

    /** @throws StartFailure if the port is taken */
    Http(String address, int port) {
        try {
            server = WebServer.builder()
                    .bindAddress(new InetSocketAddress(InetAddress.getByName(address), port))
                    .maxPayloadSize(BODY_MAX)
                    .shutdownHook(false)
                    .routing(HttpRouting.builder().any(this::handle))
                    .build()
                    .start();
        } catch (Exception failure) {
            throw startFailure(address, port, failure);
        }
    }

    private static StartFailure startFailure(String address, int port, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new StartFailure("port " + port + " of " + address + " is taken: choose another with --port.");
            }
        }
        return new StartFailure("cannot listen on " + address + " port " + port + ": " + failure.getMessage());
    }

    int port() {
        return server.port();
    }

    void serve(Admin ready) {
        admin.complete(ready);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        Admin ready = admin.join();
        String path = request.path().rawPath();
        if (Admin.owns(path)) {
            var query = new LinkedHashMap<String, String>();
            request.query().names().forEach(name -> query.put(name, request.query().get(name)));
            send(response, ready.answer(request.prologue().method().text(), path, query));
            return;
        }
        send(response, Admin.Answer.refused(501, "no service is there yet"));
    }

    private static void send(ServerResponse response, Admin.Answer answer) {
        response.status(Status.create(answer.status()));
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(answer.body().toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop();
    }
}
