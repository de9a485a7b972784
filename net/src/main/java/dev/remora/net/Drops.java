package dev.remora.net;

import dev.remora.linux.LoggedPacket;
import dev.remora.linux.Netns;
import dev.remora.linux.Nflog;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the kernel's reports into {@link Drop}s, keeps the latest and tells who wants to know. One thread, {@code
 * remora-drops}.
 */
final class Drops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Drops.class);

    private final InstantSource clock;
    private final Nflog kernel = new Nflog("remora-drops");
    private final Deque<Drop> latest = new ArrayDeque<>();
    private final List<Consumer<Drop>> listeners = new CopyOnWriteArrayList<>();

    Drops(InstantSource clock) {
        this.clock = clock;
    }

    /** Who a reported packet belongs to. */
    interface Names {
        /** The interface behind a device, if one is. */
        Optional<String> port(int device);

        /** The slot that the packet's connection began in, where that is known. */
        Optional<String> slot(Packet packet);
    }

    /** @param inDevice and {@code outDevice} 0 where there was none */
    record Packet(
            Drop.Cause cause,
            int inDevice,
            int outDevice,
            int protocol,
            Ipv4 source,
            int sourcePort,
            Ipv4 destination,
            int destinationPort) {}

    /** Reports the drops of a namespace until {@link #remove}. */
    int add(Netns namespace, String router, Names names) {
        return kernel.add(namespace, DropChains.LOG_GROUP, logged -> {
            try {
                parse(logged).ifPresent(packet -> report(packet, router, names));
            } catch (RuntimeException lost) {
                LOG.warn("a report of a dropped packet was lost", lost);
            }
        });
    }

    void remove(int added) {
        kernel.remove(added);
    }

    void listen(Consumer<Drop> listener) {
        listeners.add(listener);
    }

    List<Drop> latest() {
        synchronized (latest) {
            return new ArrayList<>(latest);
        }
    }

    @Override
    public void close() {
        kernel.close();
    }

    private void report(Packet packet, String router, Names names) {
        int device = packet.cause() == Drop.Cause.GROUP_INGRESS ? packet.outDevice() : packet.inDevice();
        Drop drop = new Drop(
                clock.instant(),
                packet.cause(),
                router,
                names.slot(packet),
                names.port(device),
                packet.protocol(),
                packet.source(),
                packet.sourcePort(),
                packet.destination(),
                packet.destinationPort());
        synchronized (latest) {
            if (latest.size() == Drop.KEPT) {
                latest.removeFirst();
            }
            latest.addLast(drop);
        }
        listeners.forEach(listener -> listener.accept(drop));
    }

    /** An IPv4 header, and the ports of TCP and UDP in a packet that is whole or the first of its fragments. */
    static Optional<Packet> parse(LoggedPacket logged) {
        byte[] head = logged.head();
        if (head.length < 20 || head[0] >> 4 != 4) {
            return Optional.empty();
        }
        int length = (head[0] & 15) * 4;
        int protocol = head[9] & 255;
        boolean first = (number(head, 6) & 0x1fff) == 0;
        boolean ports = first && (protocol == 6 || protocol == 17) && head.length >= length + 4;
        boolean echo = first && protocol == 1 && head.length >= length + 6;
        return Optional.of(new Packet(
                Drop.Cause.valueOf(logged.prefix()),
                logged.inDevice(),
                logged.outDevice(),
                protocol,
                address(head, 12),
                ports ? number(head, length) : echo ? number(head, length + 4) : 0,
                address(head, 16),
                ports ? number(head, length + 2) : 0));
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 255) << 8 | bytes[at + 1] & 255;
    }

    private static Ipv4 address(byte[] bytes, int at) {
        return Ipv4.of(new byte[] {bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
    }
}
