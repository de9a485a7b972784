package dev.remora.fleet;

import dev.remora.linux.Netns;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Whether a TCP port opens, seen from a namespace; what lies between is the network with all its rules.
 *
 * @param from the namespace that is asked from
 */
public record Door(Netns from, String address, int port) {
    /** Connects and hangs up. */
    public void open(int atMostMillis) throws IOException {
        try {
            from.call(() -> {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), atMostMillis);
                    return true;
                }
            });
        } catch (IOException refused) {
            throw refused;
        } catch (Exception failure) {
            throw new IOException(failure);
        }
    }
}
