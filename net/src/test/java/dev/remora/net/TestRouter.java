package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.NfTables;
import dev.remora.linux.NftData;
import dev.remora.linux.NftHook;
import dev.remora.linux.NftStatement;
import dev.remora.linux.NftTransaction;
import dev.remora.linux.NftValue;
import dev.remora.linux.NftVerdict;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.List;

/**
 * A namespace in place of a router, with addresses of its VPC, whose packets leave by the gateway or translator that was
 * opened last; what comes from a translator leaves by the gateway.
 */
final class TestRouter implements AutoCloseable {
    private static final int LOOPBACK = 1;
    private static final int ONWARD = 77;

    final String name;
    final Netns namespace;
    private final Edges edges;
    private final Rtnetlink routes;
    private int device = 10;

    TestRouter(Fabric fabric, String name, String... addresses) {
        this.name = name;
        edges = ((KernelFabric) fabric).edges();
        namespace = Netns.create(fresh -> LinkLocal.FORWARDING.forEach(Sysctls::write));
        routes = Rtnetlink.open(namespace);
        for (String address : addresses) {
            routes.commit(new RouteChanges().address(LOOPBACK, Ip.parse(address).bytes(), address));
        }
    }

    Edges.Edge open(String id, Topology.Gateway gateway) {
        VethEnd end = new VethEnd("p" + device, device, LinkLocal.ROUTER_MAC);
        Edges.Edge edge = edges.open(name, id, gateway, end, namespace);
        lead(edge, end, id);
        routes.commit(new RouteChanges().defaultRoute(LinkLocal.GATEWAY.bytes(), ONWARD, end.index(), id));
        return edge;
    }

    Edges.Edge translate(Topology.Port port) {
        VethEnd end = new VethEnd("p" + device, device, LinkLocal.ROUTER_MAC);
        Edges.Edge edge = edges.translate(name, port, end, namespace);
        lead(edge, end, port.id());
        try (NfTables filter = NfTables.open(namespace)) {
            filter.commit(new NftTransaction(NftTransaction.Family.INET, "onward")
                    .addTable()
                    .addBaseChain("mark", "filter", NftHook.PREROUTING, -150, NftVerdict.ACCEPT)
                    .addRule(
                            "mark",
                            NftStatement.is(NftValue.IN_DEVICE, NftData.device(end.index(), end.name())),
                            NftStatement.setMark(NftValue.constant(NftData.mark(ONWARD)))));
        }
        routes.commit(new RouteChanges().rule(100, ONWARD, ONWARD, port.id()));
        byte[] address = port.ipv4().orElseThrow().bytes();
        routes.commit(new RouteChanges()
                .neighbour(end.index(), address, LinkLocal.EDGE_MAC, port.id())
                .route(address, 32, RouteChanges.MAIN, end.index(), port.id()));
        return edge;
    }

    private void lead(Edges.Edge edge, VethEnd end, String id) {
        device++;
        routes.commit(new RouteChanges()
                .up(end.index(), id)
                .neighbour(end.index(), LinkLocal.GATEWAY.bytes(), LinkLocal.EDGE_MAC, id)
                .neighbour(end.index(), LinkLocal.GATEWAY6.bytes(), LinkLocal.EDGE_MAC, id)
                .defaultRoute(LinkLocal.GATEWAY.bytes(), RouteChanges.MAIN, end.index(), id)
                .defaultRoute(LinkLocal.GATEWAY6.bytes(), RouteChanges.MAIN, end.index(), id));
        routes.awaitSending(end.index(), id);
        edge.awaitSending();
    }

    /** The devices besides the loopback. */
    List<String> devices() {
        return routes.links().keySet().stream().filter(link -> !link.equals("lo")).sorted().toList();
    }

    @Override
    public void close() {
        routes.close();
        namespace.close();
    }
}
