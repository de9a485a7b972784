package dev.remora.net;

import static dev.remora.linux.NftStatement.in;
import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;

import dev.remora.linux.Conntrack;
import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftElement;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftSet;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A NAT gateway: a namespace with one device, which sends on what it is given, with its own address as the source, by the way
 * that it came.
 *
 * <p>With several addresses new connections go round among them, so that connections to one destination fill all of them evenly,
 * and one that finds an address full has the next one when it is tried again. An address that rests gets no new ones; what it
 * has goes on, for the kernel remembers what it translated.
 *
 * <p>{@link #LAST_PORT} is what makes AWS's "55,000 simultaneous connections to each unique destination"; the kernel counts
 * ports for each destination by itself. A connection that is idle for {@link #IDLE_SECONDS} is forgotten, and the next segment
 * of it is answered with a reset, as AWS does it. So that nothing else is taken for such a segment, segments outside a known
 * connection's window are let through ({@code nf_conntrack_tcp_be_liberal}): the ends know better.
 *
 * <p>What it sent and what comes back unchanged was routed to itself, by its own subnet's table: that would go round until its
 * time is over, and is dropped as having no route.
 *
 * <p>Nothing is begun towards its own addresses: that enters the input hook, where all is dropped.
 */
final class Translator implements Edges.Edge {
    static final int FIRST_PORT = 1024;
    static final int LAST_PORT = FIRST_PORT + 55_000 - 1;
    static final int IDLE_SECONDS = 350;

    private static final String TABLE = "nat";
    private static final int RAW = -300;
    private static final int SOURCE_NAT = 100;
    private static final int[] WITH_PORTS = {6, 17};
    private static final NftSet OWN = NftSet.set("own", NftValue.IP_SOURCE);
    private static final String IDLE = Integer.toString(IDLE_SECONDS);

    private static final Map<String, String> TRACKING = Map.of(
            "netfilter/nf_conntrack_tcp_timeout_established", IDLE,
            "netfilter/nf_conntrack_udp_timeout", IDLE,
            "netfilter/nf_conntrack_udp_timeout_stream", IDLE,
            "netfilter/nf_conntrack_icmp_timeout", IDLE,
            "netfilter/nf_conntrack_tcp_be_liberal", "1");

    private final Netns namespace;
    private final String port;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Conntrack connections;
    private final Drops drops;
    private final int report;

    /** As it is told to be; guarded by this object's monitor. */
    private Topology.Port told;

    /** See {@link Edges#translate}. */
    static Translator open(String router, Topology.Port port, VethEnd end, Netns far, Drops drops) {
        Ipv4 address = port.ipv4().orElseThrow();
        Netns namespace = Netns.create(fresh -> {
            LinkLocal.FORWARDING.forEach(Sysctls::write);
            TRACKING.forEach(Sysctls::write);
            try (NfTables filter = NfTables.open(fresh); Rtnetlink inside = Rtnetlink.openHere()) {
                filter.commit(rules());
                VethEnd here = new VethEnd(LinkLocal.HOST_DEVICE_NAME, LinkLocal.HOST_DEVICE, LinkLocal.EDGE_MAC);
                inside.commit(new RouteChanges().veth(here, end, far, port.id()));
                LinkLocal.host(address, end.mac(), port.id());
            }
        });
        // From its device on it has the first address.
        Topology.Port first = new Topology.Port(
                port.id(), port.subnet(), List.of(), port.groups(), port.sourceCheck(), port.attachment());
        Translator translator;
        try {
            translator = new Translator(namespace, router, first, drops);
        } catch (RuntimeException refused) {
            namespace.close();
            throw refused;
        }
        try {
            translator.change(port);
            return translator;
        } catch (RuntimeException refused) {
            translator.close();
            throw refused;
        }
    }

    private Translator(Netns namespace, String router, Topology.Port told, Drops drops) {
        this.namespace = namespace;
        this.told = told;
        this.port = told.id();
        this.drops = drops;
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        connections = Conntrack.open(namespace);
        report = drops.add(namespace, router, new Drops.Names() {
            @Override
            public Optional<String> port(int device) {
                return Optional.of(port);
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void change(Topology.Gateway gateway) {
        throw new IllegalArgumentException(port + " is no gateway");
    }

    /** New addresses before the connections that may have them; of addresses that are gone, the connections go last. */
    @Override
    public synchronized void change(Topology.Port wanted) {
        List<Ipv4> before = addresses(told);
        List<Ipv4> after = addresses(wanted);
        List<Ipv4> come = after.stream().filter(address -> !before.contains(address)).toList();
        List<Ipv4> gone = before.stream().filter(address -> !after.contains(address)).toList();
        RouteChanges ways = new RouteChanges();
        come.stream().filter(address -> !before.isEmpty() || !address.equals(after.getFirst()))
                .forEach(address -> ways.address(LinkLocal.HOST_DEVICE, address.bytes(), port));
        gone.forEach(address -> ways.deleteAddress(LinkLocal.HOST_DEVICE, address.bytes(), port));
        if (!ways.isEmpty()) {
            routes.commit(ways);
        }
        filter.commit(change(come, gone, active(wanted)));
        gone.forEach(address -> connections.deleteTranslatedTo(address.bytes(), port));
        told = wanted;
    }

    private static List<Ipv4> addresses(Topology.Port of) {
        return of.addresses().stream().filter(Ipv4.class::isInstance).map(Ipv4.class::cast).toList();
    }

    private static List<Ipv4> active(Topology.Port of) {
        Set<Ipv4> resting =
                of.attachment() instanceof Topology.Attachment.Translator(Set<Ipv4> some) ? some : Set.of();
        return addresses(of).stream().filter(address -> !resting.contains(address)).toList();
    }

    @Override
    public synchronized Map<Ipv4, Integer> connections(int atLeast) {
        return connections.total() < atLeast
                ? Map.of()
                : addresses(told).stream().collect(Collectors.toUnmodifiableMap(
                        address -> address, address -> connections.translatedTo(address.bytes())));
    }

    @Override
    public void awaitSending() {
        routes.awaitSending(LinkLocal.HOST_DEVICE, port);
    }

    @Override
    public Optional<Netns> services() {
        return Optional.empty();
    }

    Netns namespace() {
        return namespace;
    }

    /** A segment in the middle of a connection that is not known is answered, not dropped, and so not counted. */
    @Override
    public Map<Drop.Cause, Long> dropCounts() {
        Map<Drop.Cause, Long> counts = DropChains.causes(filter.counters(NftTransaction.Family.INET, TABLE));
        counts.put(Drop.Cause.PORTS_EXHAUSTED, connections.insertionsFailed());
        return counts;
    }

    @Override
    public void close() {
        drops.remove(report);
        KernelEdges.deleteCable(routes, LinkLocal.HOST_DEVICE, port);
        routes.close();
        filter.close();
        connections.close();
        namespace.close();
    }

    static NftTransaction rules() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE).addTable().addSet(OWN);
        DropChains.add(rules, Drop.Cause.INBOUND, Drop.Cause.INVALID, Drop.Cause.ROUTE);
        NftStatement tcp = is(NftValue.PROTOCOL, NftData.octet(6));
        rules.addBaseChain("raw", "filter", NftHook.PREROUTING, RAW, NftVerdict.ACCEPT)
                .addRule("raw", NftStatement.isNot(NftValue.FAMILY, NftData.octet(2)), verdict(NftVerdict.DROP))
                .addRule("raw", in(NftValue.IP_SOURCE, OWN), DropChains.drop(Drop.Cause.ROUTE))
                .addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", DropChains.drop(Drop.Cause.INBOUND))
                .addBaseChain("forward", "filter", NftHook.FORWARD, 0, NftVerdict.DROP)
                .addRule("forward", state(NftStatement.ESTABLISHED | NftStatement.RELATED), verdict(NftVerdict.ACCEPT))
                .addRule("forward", tcp, state(NftStatement.INVALID), NftStatement.reset())
                .addRule("forward", state(NftStatement.INVALID), DropChains.drop(Drop.Cause.INVALID))
                .addRule("forward", verdict(NftVerdict.ACCEPT));
        return rules.addBaseChain("postrouting", "nat", NftHook.POSTROUTING, SOURCE_NAT, NftVerdict.DROP);
    }

    /** @param active the addresses that new connections get */
    static NftTransaction change(List<Ipv4> come, List<Ipv4> gone, List<Ipv4> active) {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE)
                .deleteElements(OWN, gone.stream().map(Translator::element).toList())
                .addElements(OWN, come.stream().map(Translator::element).toList())
                .flushChain("postrouting");
        if (active.size() > 1) {
            rules.addRule("postrouting", NftStatement.setMark(NftValue.next(active.size())));
        }
        for (int i = 0; i < active.size(); i++) {
            NftValue source = NftValue.constant(NftData.address(active.get(i).bytes()));
            for (int protocol : WITH_PORTS) {
                List<NftStatement> rule = turn(i, active.size());
                rule.add(is(NftValue.PROTOCOL, NftData.octet(protocol)));
                rule.add(NftStatement.snat(source, FIRST_PORT, LAST_PORT));
                rules.addRule("postrouting", rule);
            }
            List<NftStatement> rule = turn(i, active.size());
            rule.add(NftStatement.snat(source, 0, 0));
            rules.addRule("postrouting", rule);
        }
        return rules;
    }

    private static List<NftStatement> turn(int of, int among) {
        return among > 1 ? new ArrayList<>(List.of(is(NftValue.MARK, NftData.mark(of)))) : new ArrayList<>();
    }

    private static NftElement element(Ipv4 address) {
        return NftElement.of(NftData.address(address.bytes()));
    }
}
