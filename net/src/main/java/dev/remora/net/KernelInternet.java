package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.isNot;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;

import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespace that plays the internet. Remora's own API and the resolver are in it; beyond it lies nothing, or the {@link
 * Outside}. What goes there is checked against {@link Outside#BLOCKED} here, in our own namespace, by the kernel; the process
 * that carries it is not trusted with that.
 *
 * <p>{@link InternetPlan} says who has which address.
 */
final class KernelInternet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KernelInternet.class);

    private static final String NAME = "internet";
    private static final int MANGLE = -150;
    private static final int SOURCE_NAT = 100;
    private static final int FIRST_DEVICE = 10;

    /** How long the process may take to make its device, or to end. */
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private static final long PAUSE_NANOS = 2_000_000;
    private static final NftData LOOPBACK = NftData.device(1, "lo");

    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Resolver.Listening resolver;
    private final Drops drops;
    private final int report;
    private Optional<Process> carrier = Optional.empty();
    private volatile boolean closing;
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();

    KernelInternet(Resolver resolvers, Drops drops, Optional<Outside> outside) {
        this.drops = drops;
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        filter.commit(rules());
        // To the loopback by the table: seen in the forward hook, counted and dropped there.
        routes.commit(new RouteChanges()
                .address(1, InternetPlan.API.bytes(), NAME)
                .address(1, LinkLocal.RESOLVER.bytes(), NAME)
                .route(new byte[4], 0, RouteChanges.MAIN, 1, NAME));
        resolver = resolvers.open(namespace, List.of(LinkLocal.RESOLVER), () -> NameTable.EMPTY);
        report = drops.add(namespace, NAME, new Drops.Names() {
            @Override
            public Optional<String> port(int device) {
                return Optional.empty();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                Shard shard = shards.get(packet.inDevice());
                return shard == null ? Optional.empty() : shard.origin(NatKey.INTERNET, packet);
            }
        });
        try {
            outside.ifPresent(this::open);
        } catch (RuntimeException refused) {
            close();
            throw refused;
        }
    }

    Netns namespace() {
        return namespace;
    }

    /** Gives a shard a way out: an interface of {@link NatKey#INTERNET} whose address is of this namespace. */
    void connect(Shard shard) {
        int device = FIRST_DEVICE + shard.number();
        Ipv4 address = InternetPlan.SHARDS.base().plus(shard.number() + 1);
        String name = "shard " + shard.number();
        shards.put(device, shard);
        VethEnd end = new VethEnd("i" + device, device, LinkLocal.ROUTER_MAC);
        Shard.Cable cable = shard.cable(NatKey.INTERNET, NAME, end, namespace);
        filter.commit(new NftTransaction(NftTransaction.Family.INET, NAME)
                .addElements(RouterRules.SOURCE,
                        NftElement.of(NftData.concat(NftData.device(device, name), NftData.address(address.bytes())))));
        routes.commit(new RouteChanges()
                .up(device, name)
                .route(address.bytes(), 32, RouteChanges.MAIN, device, name)
                .neighbour(device, address.bytes(), LinkLocal.SHARD_MAC, name));
        shard.open(cable, address);
    }

    /** Leads to the outside: a device that a process of the outside reads and writes; its rules before its route. */
    private void open(Outside outside) {
        Process process = outside.start(namespace);
        carrier = Optional.of(process);
        int device = await(process);
        filter.commit(outsideRules(device, outside.own()));
        routes.commit(new RouteChanges()
                .up(device, Outside.DEVICE)
                .address(device, Outside.ADDRESS.bytes(), Outside.DEVICE)
                .defaultRoute(Outside.GATEWAY.bytes(), RouteChanges.MAIN, device, Outside.DEVICE));
        process.onExit().thenAccept(ended -> {
            if (!closing) {
                LOG.error("the way to the internet is gone: {}", Outside.words(ended));
            }
        });
    }

    private int await(Process process) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (process.isAlive() && System.nanoTime() < end) {
            Integer device = routes.links().get(Outside.DEVICE);
            if (device != null) {
                return device;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("pasta (Debian package passt) does not start: "
                + (process.isAlive() ? "it makes no device" : Outside.words(process)));
    }

    Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.INET, NAME));
    }

    @Override
    public void close() {
        closing = true;
        carrier.ifPresent(KernelInternet::end);
        drops.remove(report);
        resolver.close();
        routes.close();
        filter.close();
        namespace.close();
    }

    /** Ending the lifeline ends the process; waits for it. */
    private static void end(Process process) {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException now) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** The way out through a device, except to what is blocked; the way in only for answers. */
    static NftTransaction outsideRules(int number, List<Ipv4> own) {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, NAME);
        NftData device = NftData.device(number, Outside.DEVICE);
        NftStatement answer = state(NftStatement.ESTABLISHED | NftStatement.RELATED);
        rules.flushChain("prerouting");
        prerouting(rules, List.of(List.of(is(NftValue.IN_DEVICE, LOOPBACK)), List.of(is(NftValue.IN_DEVICE, device), answer)));
        rules.flushChain("forward")
                .addRule("forward", is(NftValue.OUT_DEVICE, LOOPBACK), DropChains.drop(Drop.Cause.ROUTE))
                .addRule("forward", answer, verdict(NftVerdict.ACCEPT));
        Stream.concat(Outside.BLOCKED.stream(), own.stream().map(address -> new Cidr(address, 32))).distinct().forEach(block ->
                rules.addRule("forward", NftStatement.within(NftValue.IP_DESTINATION, block.base().bytes(), block.prefix()),
                        DropChains.drop(Drop.Cause.ISOLATION)));
        rules.addRule("forward", is(NftValue.OUT_DEVICE, device), verdict(NftVerdict.ACCEPT))
                .addRule("forward", DropChains.drop(Drop.Cause.ROUTE));
        NftStatement out = is(NftValue.OUT_DEVICE, device);
        NftValue source = NftValue.constant(NftData.address(Outside.ADDRESS.bytes()));
        rules.addBaseChain("postrouting", "nat", NftHook.POSTROUTING, SOURCE_NAT, NftVerdict.ACCEPT);
        for (int protocol : new int[] {6, 17}) {
            NftStatement ofProtocol = is(NftValue.PROTOCOL, NftData.octet(protocol));
            rules.addRule("postrouting", out, ofProtocol, NftStatement.snat(source, 1024, 65535));
        }
        return rules.addRule("postrouting", out, NftStatement.snat(source, 0, 0));
    }

    static NftTransaction rules() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, NAME).addTable().addSet(RouterRules.SOURCE);
        DropChains.add(rules, Drop.Cause.ROUTE, Drop.Cause.SOURCE_CHECK, Drop.Cause.ISOLATION);
        rules.addBaseChain("prerouting", "filter", NftHook.PREROUTING, MANGLE, NftVerdict.DROP);
        prerouting(rules, List.of(List.of(is(NftValue.IN_DEVICE, LOOPBACK))));
        rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, LOOPBACK), verdict(NftVerdict.ACCEPT))
                .addRule("input", state(NftStatement.ESTABLISHED | NftStatement.RELATED), verdict(NftVerdict.ACCEPT));
        RouterRules.resolver(rules, "input");
        rules.addRule(
                        "input",
                        is(NftValue.IP_DESTINATION, NftData.address(InternetPlan.API.bytes())),
                        is(NftValue.PROTOCOL, NftData.octet(6)),
                        verdict(NftVerdict.ACCEPT))
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
        return rules.addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", DropChains.drop(Drop.Cause.ROUTE));
    }

    /** What arrives: as said, or from a shard with the address that it was given. */
    private static void prerouting(NftTransaction rules, List<List<NftStatement>> accepted) {
        rules.addRule("prerouting", isNot(NftValue.FAMILY, NftData.octet(2)), verdict(NftVerdict.DROP));
        accepted.forEach(conditions -> {
            List<NftStatement> rule = new ArrayList<>(conditions);
            rule.add(verdict(NftVerdict.ACCEPT));
            rules.addRule("prerouting", rule);
        });
        rules.addRule("prerouting", in(RouterRules.DEVICE_AND_SOURCE, RouterRules.SOURCE), verdict(NftVerdict.ACCEPT))
                .addRule("prerouting", DropChains.drop(Drop.Cause.SOURCE_CHECK));
    }
}
