package dev.remora.app;

import dev.remora.rds.RdsService.Listener;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/** The ports of the host's loopback that lead to databases. */
final class Forwards implements AutoCloseable {
    /** How many may be open at once. */
    static final int MAX = 64;

    private final Map<Integer, Relay> byPort = new HashMap<>();
    private boolean closed;

    /**
     * Opens a port.
     *
     * @param wanted 0 for a free one
     * @throws StartFailure if the port is taken, or too many are open
     */
    synchronized int open(int wanted, Listener to) {
        if (closed || byPort.size() >= MAX) {
            throw new StartFailure(
                    closed ? "the server is stopping." : "at most " + MAX + " ports can be forwarded at once.");
        }
        var relay = Relay.intoNetwork(wanted, to.network(), new InetSocketAddress(to.address(), to.port()));
        byPort.put(relay.port(), relay);
        return relay.port();
    }

    /** Closes a port and the connections through it; does nothing if it is not open. */
    synchronized void close(int port) {
        Relay relay = byPort.remove(port);
        if (relay != null) {
            relay.close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        byPort.values().forEach(Relay::close);
        byPort.clear();
    }
}
