package dev.remora.app;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything, built with plain constructors in the order of what needs what, and closed in the reverse order.
 *
 * <p>The port is bound first, because a port that is taken is the likeliest refusal; it answers once the rest is there. What
 * fails on the way closes what was made before it, so that a refused start leaves nothing.
 */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    private final Settings settings;
    private final Deque<Part> parts = new ArrayDeque<>();
    private int port;
    private boolean closed;

    /** Something that was made and must be closed. */
    private record Part(String name, AutoCloseable closeable) {}

    /** @throws StartFailure for what its user can change */
    static Server start(Settings settings) {
        var server = new Server(settings);
        try {
            server.build();
            return server;
        } catch (RuntimeException | Error failure) {
            server.close();
            throw failure;
        }
    }

    private Server(Settings settings) {
        this.settings = settings;
    }

    private void build() {
        if (settings.ephemeral()) {
            made("data folder", () -> DataFolder.remove(settings.data()));
        }
        var http = made("listener", new Http("127.0.0.1", settings.port()));
        port = http.port();
        http.serve(new Admin(this));
    }

    private <T extends AutoCloseable> T made(String name, T part) {
        parts.push(new Part(name, part));
        return part;
    }

    Settings settings() {
        return settings;
    }

    int port() {
        return port;
    }

    Map<String, String> services() {
        return Map.of();
    }

    Map<String, String> runtimes() {
        return Map.of();
    }

    Map<String, Long> counts() {
        return new LinkedHashMap<>();
    }

    /** The line that says where it serves and what it lets out. */
    String modeLine() {
        String internet = switch (settings.internet()) {
            case HOST -> "VPCs with a way out reach the internet through this host";
            case CLOSED -> "nothing reaches the internet";
        };
        String data = settings.ephemeral() ? "nothing is kept" : "data in " + settings.data();
        return "Remora " + Version.TEXT + " on http://127.0.0.1:" + port + "; " + data + "; " + internet + ".";
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.closeable().close();
            } catch (IOException | RuntimeException failure) {
                LOG.warn("{} did not close well", part.name(), failure);
            } catch (Exception failure) {
                LOG.warn("{} did not close", part.name(), failure);
            }
        }
    }
}
