package dev.remora.vpc;

import static java.util.Objects.requireNonNull;

import dev.remora.linux.Netns;
import dev.remora.linux.Sysctls;
import dev.remora.net.Drop;
import dev.remora.net.Fabric;
import dev.remora.net.FabricConfig;
import dev.remora.net.InternetMode;
import dev.remora.net.Ip;
import dev.remora.net.KernelFabric;
import dev.remora.net.Slot;
import dev.remora.net.Topology;
import dev.remora.vpc.Reachability.Connection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * VPCs in the real kernel, with a server at every port in question behind every interface and at a host of the internet, and a
 * way to send one packet and see what becomes of it. A drop is seen by its counter; nothing waits for a time to pass.
 */
final class KernelWorld implements AutoCloseable {
    /** A packet between namespaces takes microseconds; only a failure comes near this. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Ip HOST = Ip.parse(RandomWorld.INTERNET_HOST);

    private final Fabric fabric =
            KernelFabric.open(new FabricConfig(InstantSource.system(), 0, InternetMode.CLOSED));
    private final Map<String, Sender> senders = new HashMap<>();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Selector selector = selector();
    private final Thread servers = Thread.ofPlatform().daemon().name("servers").unstarted(this::serve);

    /** @param function whether it sends from its slot's address, which the shard translates, and not from the interface's own */
    private record Sender(Netns namespace, boolean function) {}

    /** @param earlier contents of the same VPCs, or some of them, which they have before */
    KernelWorld(List<VpcContents> world, List<VpcContents> earlier) {
        List<VpcContents> inhabited = world.stream().filter(KernelWorld::inhabited).toList();
        Map<String, VpcContents> before = new HashMap<>();
        earlier.forEach(contents -> {
            if (inhabited.stream().anyMatch(c -> c.router().equals(contents.router()))) {
                fabric.apply(Compiler.compile(contents));
                before.put(contents.router(), contents);
            }
        });
        for (VpcContents contents : inhabited) {
            VpcContents had = before.get(contents.router());
            fabric.apply(had == null ? Compiler.compile(contents) : Compiler.next(had, Compiler.compile(had), contents));
        }
        for (VpcContents contents : inhabited) {
            for (NetworkInterface i : contents.population().interfaces().values()) {
                switch (i.backing()) {
                    case Topology.Attachment.Workload workload -> {
                        Netns namespace = fabric.workload(contents.router(), i.id());
                        senders.put(key(contents.router(), i.id()), new Sender(namespace, false));
                        forward(namespace);
                        i.addresses().forEach(address -> listen(namespace, address, true));
                    }
                    case Topology.Attachment.Hyperplane hyperplane -> {
                        Slot slot = fabric.slots().take(fabric.slots().shardOf(hyperplane.key()));
                        open.push(slot);
                        slot.bind(hyperplane.key(), !i.ipv6().isEmpty());
                        senders.put(key(contents.router(), i.id()), new Sender(slot.namespace(), true));
                    }
                    default -> {}
                }
            }
        }
        listen(fabric.internet(), HOST, false);
        servers.start();
    }

    /** Also one with a source check sends on what is led to it, so that the check tells by its counter. */
    private static void forward(Netns namespace) {
        Sysctls.write(namespace, Map.of("ipv4/ip_forward", "1", "ipv6/conf/all/forwarding", "1"));
    }

    private static boolean inhabited(VpcContents contents) {
        return contents.population().interfaces().values().stream().anyMatch(Place::attached);
    }

    /** What became of a packet: its answer came back, or it was counted under a cause. */
    sealed interface Fate {
        record Answered() implements Fate {}

        record Dropped(Drop.Cause cause) implements Fate {}
    }

    /** Opens a connection over TCP, or exchanges two datagrams. */
    Fate fate(Connection c) {
        Map<Drop.Cause, Long> before = fabric.dropCounts();
        Sender sender = requireNonNull(senders.get(key(c.router(), c.source())));
        var bind = sender.function()
                ? new InetSocketAddress(c.sourcePort())
                : new InetSocketAddress(c.from().inet(), c.sourcePort());
        var to = new InetSocketAddress(c.destination().inet(), c.port());
        return c.protocol() == GroupRule.TCP
                ? connect(sender.namespace(), bind, to, c, before)
                : exchange(sender.namespace(), bind, to, c, before);
    }

    private Fate connect(
            Netns from, InetSocketAddress bind, InetSocketAddress to, Connection c, Map<Drop.Cause, Long> before) {
        try (SocketChannel channel = inside(from, () -> SocketChannel.open(family(c)))) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.configureBlocking(false);
            channel.bind(bind);
            channel.connect(to);
            return await(before, () -> channel.finishConnect(), c);
        } catch (IOException refused) {
            throw new UncheckedIOException(c.toString(), refused);
        }
    }

    private Fate exchange(
            Netns from, InetSocketAddress bind, InetSocketAddress to, Connection c, Map<Drop.Cause, Long> before) {
        try (DatagramChannel channel = inside(from, () -> DatagramChannel.open(family(c)))) {
            channel.configureBlocking(false);
            channel.bind(bind);
            channel.send(ByteBuffer.wrap(new byte[] {'?'}), to);
            ByteBuffer answer = ByteBuffer.allocate(8);
            return await(before, () -> channel.receive(answer.clear()) != null, c);
        } catch (IOException refused) {
            throw new UncheckedIOException(c.toString(), refused);
        }
    }

    private Fate await(Map<Drop.Cause, Long> before, Callable<Boolean> answered, Connection c) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (answered.call()) {
                    return new Fate.Answered();
                }
            } catch (Exception failure) {
                throw new IllegalStateException(c.toString(), failure);
            }
            Map<Drop.Cause, Long> more = new EnumMap<>(Drop.Cause.class);
            fabric.dropCounts().forEach((cause, count) -> {
                if (count > before.getOrDefault(cause, 0L)) {
                    more.put(cause, count);
                }
            });
            if (more.size() > 1) {
                throw new IllegalStateException(c + " was dropped for several causes: " + more.keySet());
            }
            if (!more.isEmpty()) {
                return new Fate.Dropped(more.keySet().iterator().next());
            }
        }
        throw new IllegalStateException(c + " was neither answered nor counted");
    }

    private static StandardProtocolFamily family(Connection c) {
        return Reachability.ipv6(c.destination()) ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private void listen(Netns namespace, Ip address, boolean datagrams) {
        var family = Reachability.ipv6(address) ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        for (int port : RandomWorld.PORTS) {
            var at = new InetSocketAddress(address.inet(), port);
            register(inside(namespace, () -> ServerSocketChannel.open(family).bind(at)), SelectionKey.OP_ACCEPT);
            if (datagrams) {
                register(inside(namespace, () -> DatagramChannel.open(family).bind(at)), SelectionKey.OP_READ);
            }
        }
    }

    private void register(SelectableChannel channel, int operation) {
        try {
            open.push(channel);
            channel.configureBlocking(false);
            channel.register(selector, operation);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** Answers each datagram, and takes each connection. */
    private void serve() {
        ByteBuffer buffer = ByteBuffer.allocate(64);
        List<SocketChannel> taken = new ArrayList<>();
        try {
            while (selector.isOpen()) {
                selector.select(key -> {
                    try {
                        if (key.channel() instanceof DatagramChannel datagrams) {
                            var from = datagrams.receive(buffer.clear());
                            if (from != null) {
                                datagrams.send(buffer.flip(), from);
                            }
                        } else if (key.channel() instanceof ServerSocketChannel server) {
                            SocketChannel connection = server.accept();
                            if (connection != null) {
                                taken.add(connection);
                            }
                        }
                    } catch (IOException unreachable) {
                        // The answer finds no way: its counter tells.
                        buffer.clear();
                    }
                });
            }
        } catch (IOException | ClosedSelectorException done) {
            taken.forEach(KernelWorld::close);
        }
    }

    private static <T> T inside(Netns namespace, Callable<T> body) {
        try {
            return namespace.call(body);
        } catch (RuntimeException thrown) {
            throw thrown;
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    private static Selector selector() {
        try {
            return Selector.open();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String key(String router, String networkInterface) {
        return router + "/" + networkInterface;
    }

    private static void close(AutoCloseable one) {
        try {
            one.close();
        } catch (Exception gone) {
            throw new IllegalStateException(gone);
        }
    }

    @Override
    public void close() {
        close(selector);
        open.forEach(KernelWorld::close);
        fabric.close();
    }
}
