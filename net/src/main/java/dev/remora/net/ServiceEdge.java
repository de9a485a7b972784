package dev.remora.net;

import static dev.remora.linux.NftStatement.is;
import static dev.remora.linux.NftStatement.state;
import static dev.remora.linux.NftStatement.verdict;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A namespace that holds the addresses of services, and in which the server opens its listening sockets: so who connects is
 * known by the private address in its VPC, and by the gateway that it came by. Nothing but TCP connections to these addresses
 * comes in, and nothing is forwarded.
 */
final class ServiceEdge implements Edges.Edge {
    private static final String TABLE = "services";
    private static final int LOOPBACK = 1;
    private static final NftSet ADDRESSES = NftSet.set("addresses", NftValue.IP_DESTINATION);
    private static final NftSet ADDRESSES6 = NftSet.set("addresses6", NftValue.IP6_DESTINATION);

    private final String id;
    private final Netns namespace;
    private final Rtnetlink routes;
    private final NfTables filter;
    private final Drops drops;
    private final int report;
    private List<Ip> addresses = List.of();

    /** See {@link Edges#open}. */
    static ServiceEdge open(
            String router, String id, Topology.Gateway.Services gateway, VethEnd end, Netns far, Drops drops) {
        VethEnd here = new VethEnd(LinkLocal.HOST_DEVICE_NAME, LinkLocal.HOST_DEVICE, LinkLocal.EDGE_MAC);
        Netns namespace = Netns.create(fresh -> {
            LinkLocal.endHost();
            Sysctls.write("ipv4/conf/all/rp_filter", "0");
            try (Rtnetlink inside = Rtnetlink.openHere(); NfTables filter = NfTables.open(fresh)) {
                filter.commit(rules());
                inside.commit(new RouteChanges()
                        .veth(here, end, far, id)
                        .up(here.index(), id)
                        .neighbour(here.index(), LinkLocal.GATEWAY.bytes(), end.mac(), id)
                        .neighbour(here.index(), LinkLocal.GATEWAY6.bytes(), end.mac(), id)
                        .defaultRoute(LinkLocal.GATEWAY.bytes(), RouteChanges.MAIN, here.index(), id)
                        .defaultRoute(LinkLocal.GATEWAY6.bytes(), RouteChanges.MAIN, here.index(), id));
            }
        });
        ServiceEdge edge;
        try {
            edge = new ServiceEdge(router, id, namespace, drops);
        } catch (RuntimeException refused) {
            namespace.close();
            throw refused;
        }
        try {
            edge.change(gateway);
        } catch (RuntimeException refused) {
            edge.close();
            throw refused;
        }
        return edge;
    }

    private ServiceEdge(String router, String id, Netns namespace, Drops drops) {
        this.id = id;
        this.namespace = namespace;
        this.drops = drops;
        routes = Rtnetlink.open(namespace);
        filter = NfTables.open(namespace);
        report = drops.add(namespace, router, new Drops.Names() {
            @Override
            public Optional<String> port(int device) {
                return Optional.empty();
            }

            @Override
            public Optional<String> slot(Drops.Packet packet) {
                return Optional.empty();
            }
        });
    }

    @Override
    public synchronized void change(Topology.Gateway gateway) {
        if (!(gateway instanceof Topology.Gateway.Services(List<Ip> wanted))) {
            throw new IllegalArgumentException(id + " is a gateway to services");
        }
        List<Ip> gone = addresses.stream().filter(address -> !wanted.contains(address)).toList();
        List<Ip> come = wanted.stream().filter(address -> !addresses.contains(address)).toList();
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE);
        gone.forEach(address -> rules.deleteElements(set(address), element(address)));
        come.forEach(address -> rules.addElements(set(address), element(address)));
        filter.commit(rules);
        RouteChanges changes = new RouteChanges();
        come.forEach(address -> changes.address(LOOPBACK, address.bytes(), id));
        gone.forEach(address -> changes.deleteAddress(LOOPBACK, address.bytes(), id));
        routes.commit(changes);
        addresses = wanted;
    }

    @Override
    public void awaitSending() {
        routes.awaitSending(LinkLocal.HOST_DEVICE, id);
    }

    @Override
    public Optional<Netns> services() {
        return Optional.of(namespace);
    }

    @Override
    public Map<Drop.Cause, Long> dropCounts() {
        return DropChains.causes(filter.counters(NftTransaction.Family.INET, TABLE));
    }

    /** The cable goes at once, also while the server still has sockets in here. */
    @Override
    public synchronized void close() {
        drops.remove(report);
        KernelEdges.deleteCable(routes, LinkLocal.HOST_DEVICE, id);
        routes.close();
        filter.close();
        namespace.close();
    }

    private static NftSet set(Ip address) {
        return address instanceof Ipv4 ? ADDRESSES : ADDRESSES6;
    }

    private static NftElement element(Ip address) {
        return NftElement.of(NftData.address(address.bytes()));
    }

    static NftTransaction rules() {
        NftTransaction rules = new NftTransaction(NftTransaction.Family.INET, TABLE).addTable();
        rules.addSet(ADDRESSES).addSet(ADDRESSES6);
        DropChains.add(rules, Drop.Cause.ISOLATION);
        NftStatement tcp = is(NftValue.PROTOCOL, NftData.octet(6));
        NftStatement multicast = NftStatement.within(NftValue.IP6_DESTINATION, LinkLocal.MULTICAST.base().bytes(), 8);
        NftStatement accept = verdict(NftVerdict.ACCEPT);
        return rules.addBaseChain("input", "filter", NftHook.INPUT, 0, NftVerdict.DROP)
                .addRule("input", is(NftValue.IN_DEVICE, NftData.device(LOOPBACK, "lo")), accept)
                .addRule("input", state(NftStatement.ESTABLISHED | NftStatement.RELATED), accept)
                .addRule("input", ipv4(), tcp, NftStatement.in(NftValue.IP_DESTINATION, ADDRESSES), accept)
                .addRule("input", ipv6(), tcp, NftStatement.in(NftValue.IP6_DESTINATION, ADDRESSES6), accept)
                .addRule("input", ipv6(), multicast, verdict(NftVerdict.DROP))
                .addRule("input", DropChains.drop(Drop.Cause.ISOLATION));
    }

    private static NftStatement ipv4() {
        return is(NftValue.FAMILY, NftData.octet(2));
    }

    private static NftStatement ipv6() {
        return is(NftValue.FAMILY, NftData.octet(10));
    }
}
