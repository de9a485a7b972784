package dev.remora.net;

import dev.remora.linux.LoggedPacket;
import dev.remora.linux.Netns;
import dev.remora.linux.Nflog;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    private static final int FRAGMENT = 44;

    /** Headers of IPv6 between the first and the protocol's: hop by hop, routing, fragment, destination options (RFC 8200). */
    private static final Set<Integer> EXTENSIONS = Set.of(0, 43, FRAGMENT, 60);

    private final InstantSource clock;
    private final Nflog kernel = new Nflog("remora-drops");
    private final Deque<Drop> latest = new ArrayDeque<>();
    private final Map<String, Names> routers = new ConcurrentHashMap<>();
    private final List<Consumer<Drop>> listeners = new CopyOnWriteArrayList<>();

    Drops(InstantSource clock) {
        this.clock = clock;
    }

    /** Who a reported packet belongs to. */
    interface Names {
        /** The router that sent it to a device, where a namespace serves several. */
        default Optional<String> router(int device) {
            return Optional.empty();
        }

        /** The interface behind a device, if one is. */
        Optional<String> port(int device);

        /** The slot that the packet's connection began in, where that is known. */
        Optional<String> slot(Packet packet);

        /** Of a router: who sent what one of its gateways refused. */
        default Optional<Sender> sender(Packet packet) {
            return Optional.empty();
        }
    }

    /** @param port the interface whose address the packet has as its source */
    record Sender(String port, Optional<String> slot) {}

    /** @param inDevice and {@code outDevice} 0 where there was none */
    record Packet(
            Drop.Cause cause,
            Optional<Drop.Entry> entry,
            int inDevice,
            int outDevice,
            int protocol,
            Ip source,
            int sourcePort,
            Ip destination,
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

    /** Names who is behind a router, for what gateways refuse that have it only by its name. */
    void router(String router, Names names) {
        routers.put(router, names);
    }

    void forget(String router) {
        routers.remove(router);
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
        boolean receiver = packet.cause() == Drop.Cause.GROUP_INGRESS || packet.cause() == Drop.Cause.ACL_INGRESS;
        int device = receiver ? packet.outDevice() : packet.inDevice();
        Optional<String> from = names.router(packet.inDevice());
        Optional<Sender> sender =
                from.flatMap(name -> Optional.ofNullable(routers.get(name))).flatMap(inside -> inside.sender(packet));
        Drop drop = new Drop(
                clock.instant(),
                packet.cause(),
                from.orElse(router),
                names.slot(packet).or(() -> sender.flatMap(Sender::slot)),
                names.port(device).or(() -> sender.map(Sender::port)),
                packet.entry(),
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

    /** An IP header, and the ports of TCP and UDP in a packet that is whole or the first of its fragments. */
    static Optional<Packet> parse(LoggedPacket logged) {
        byte[] head = logged.head();
        return switch (head.length == 0 ? 0 : head[0] >> 4 & 15) {
            case 4 -> head.length < IPV4_BYTES ? Optional.empty() : Optional.of(ipv4(logged, head));
            case 6 -> head.length < IPV6_BYTES ? Optional.empty() : Optional.of(ipv6(logged, head));
            default -> Optional.empty();
        };
    }

    private static Packet ipv4(LoggedPacket logged, byte[] head) {
        boolean first = (number(head, 6) & 0x1fff) == 0;
        return packet(logged, head[9] & 255, first, (head[0] & 15) * 4, address(head, 12, 4), address(head, 16, 4));
    }

    /** Behind the header may be others: each names the next one and, but for that of fragments, says its own length. */
    private static Packet ipv6(LoggedPacket logged, byte[] head) {
        int protocol = head[6] & 255;
        boolean first = true;
        int at = IPV6_BYTES;
        while (EXTENSIONS.contains(protocol) && at + 8 <= head.length) {
            boolean fragment = protocol == FRAGMENT;
            first &= !fragment || (number(head, at + 2) & 0xfff8) == 0;
            protocol = head[at] & 255;
            at += fragment ? 8 : 8 * ((head[at + 1] & 255) + 1);
        }
        return packet(logged, protocol, first, at, address(head, 8, 16), address(head, 24, 16));
    }

    private static Packet packet(LoggedPacket logged, int protocol, boolean first, int at, Ip from, Ip to) {
        byte[] head = logged.head();
        boolean ports = first && (protocol == 6 || protocol == 17) && head.length >= at + 4;
        boolean echo = first && (protocol == 1 || protocol == 58) && head.length >= at + 6;
        return new Packet(
                DropChains.cause(logged.prefix()),
                DropChains.entry(logged.prefix()),
                logged.inDevice(),
                logged.outDevice(),
                protocol,
                from,
                ports ? number(head, at) : echo ? number(head, at + 4) : 0,
                to,
                ports ? number(head, at + 2) : 0);
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 255) << 8 | bytes[at + 1] & 255;
    }

    private static Ip address(byte[] bytes, int at, int length) {
        return Ip.of(Arrays.copyOfRange(bytes, at, at + length));
    }
}
