package dev.remora.wire;

import java.net.InetSocketAddress;

/** Another program listens on the address that we were told to listen on. */
public final class PortInUseException extends RuntimeException {
    PortInUseException(InetSocketAddress address, Throwable cause) {
        super("port " + address.getPort() + " of " + address.getHostString() + " is in use by another program", cause);
    }
}
