package dev.remora.app;

import dev.remora.linux.Netns;
import dev.remora.net.Ipv4;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port that leads from one network namespace into another: each connection to it is continued by one that is opened there. A
 * forward leads from the host's loopback into a VPC, a bridge from a VPC to the host's loopback.
 *
 * <p>The sockets inside a namespace are opened by a thread that entered it and ended there; who carries the bytes afterwards
 * does not matter, because a socket stays in the namespace that it was opened in.
 */
final class Relay implements AutoCloseable {
    /** Connections at once; more wait in the listener's queue. */
    static final int CONNECTIONS_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final int BUFFER_BYTES = 32 << 10;
    private final ServerSocketChannel listener;
    private final Callable<SocketChannel> onward;
    private final String target;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
    private final Thread acceptor;

    private Relay(ServerSocketChannel listener, Callable<SocketChannel> onward, String target) {
        this.listener = listener;
        this.onward = onward;
        this.target = target;
        this.acceptor = Thread.ofPlatform().daemon().name("relay-" + port()).start(this::accept);
    }

    /**
     * Leads from a port of the host's loopback into a namespace until it is closed.
     *
     * @param port 0 for a free one
     * @throws StartFailure if the port is taken
     */
    static Relay intoNetwork(int port, Netns network, InetSocketAddress target) {
        try {
            return new Relay(
                    listening(loopback(port)), () -> network.call(() -> SocketChannel.open(target)), target.toString());
        } catch (BindException taken) {
            throw new StartFailure("port " + port + " of 127.0.0.1 is in use by another program.");
        } catch (IOException failure) {
            throw new StartFailure("cannot listen on 127.0.0.1 port " + port + ": " + failure.getMessage());
        }
    }

    /** Leads from a port inside a namespace to a port of the host's loopback until it is closed. */
    static Relay toHost(Netns network, InetSocketAddress at, int hostPort) throws Exception {
        InetSocketAddress target = loopback(hostPort);
        return new Relay(network.call(() -> listening(at)), () -> SocketChannel.open(target), target.toString());
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(Ipv4.parse("127.0.0.1").inet(), port);
    }

    private static ServerSocketChannel listening(InetSocketAddress at) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            return channel.bind(at);
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    int port() {
        return listener.socket().getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                free.acquire();
                SocketChannel outside = listener.accept();
                open.add(outside);
                Thread.ofPlatform().daemon().name("relay").start(() -> serve(outside));
            }
        } catch (IOException closed) {
            LOG.debug("relay to {} ended: {}", target, closed.toString());
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel outside) {
        try (outside;
                SocketChannel inside = onward.call()) {
            open.add(inside);
            var back = Thread.ofPlatform().daemon().name("relay back").start(() -> copy(inside, outside));
            copy(outside, inside);
            back.join();
            open.remove(inside);
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        } catch (Exception failure) {
            LOG.debug("a connection to {} failed: {}", target, failure.toString());
        } finally {
            open.remove(outside);
            free.release();
        }
    }

    /** Carries bytes until one side ends, and tells the other so. */
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            close(from);
            close(to);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException already) {
            LOG.debug("closing: {}", already.toString());
        }
    }

    /** Once it returns, the port is free: the kernel keeps it for as long as a thread is inside the call that accepts. */
    @Override
    public void close() {
        acceptor.interrupt();
        try {
            listener.close();
            acceptor.join();
        } catch (IOException already) {
            LOG.debug("closing: {}", already.toString());
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        }
        open.forEach(Relay::close);
    }
}
