package dev.remora.elasticache;

import dev.remora.fleet.Engines;
import dev.remora.fleet.Keeper;
import dev.remora.fleet.Server;
import dev.remora.sandbox.Confinement;
import dev.remora.sandbox.Confinement.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One memcached, which keeps nothing when it ends, as on AWS. */
final class MemcachedServer implements Server {
    private static final int TERMINATE = 15;
    private static final int CONNECTIONS = 1024;
    private static final int ANSWER_MILLIS = 2000;

    private final Spec spec;
    private final Engines.Installed memcached;
    private final int itemsMiB;
    private final Keeper keeper;

    MemcachedServer(Spec spec, Confinement confinement, Engines.Installed memcached, int itemsMiB) {
        this.spec = spec;
        this.memcached = memcached;
        this.itemsMiB = itemsMiB;
        this.keeper = new Keeper("cache " + spec.name(), confinement, TERMINATE);
    }

    @Override
    public void create() throws IOException, InterruptedException {
        start();
    }

    @Override
    public void start() throws IOException, InterruptedException {
        keeper.start(this::program, this::ask);
    }

    private Program program() {
        var command = List.of(
                memcached.program(),
                "--listen=" + spec.address(),
                "--port=" + spec.port(),
                "--memory-limit=" + itemsMiB,
                "--conn-limit=" + CONNECTIONS,
                "--disable-watch");
        return new Program(
                spec.name(),
                command,
                memcached.environment(),
                memcached.folders(),
                Map.of(),
                spec.network(),
                spec.memoryMiB(),
                keeper::line);
    }

    /** It has no Unix socket besides TCP, so it is asked from inside its namespace. */
    private void ask() throws IOException {
        try {
            spec.network().call(() -> {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(spec.address(), spec.port()), ANSWER_MILLIS);
                    socket.setSoTimeout(ANSWER_MILLIS);
                    socket.getOutputStream().write("version\r\n".getBytes(StandardCharsets.US_ASCII));
                    return socket.getInputStream().read();
                }
            });
        } catch (IOException | RuntimeException failure) {
            throw failure instanceof IOException told ? told : new IOException(failure);
        } catch (Exception failure) {
            throw new IOException(failure);
        }
    }

    @Override
    public void close() {
        keeper.close();
    }
}
