package dev.remora.net;

import dev.remora.linux.Netns;
import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import dev.remora.linux.Sysctls;
import dev.remora.linux.VethEnd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Beyond each gateway, and behind each translator, is one host; it has the addresses that a test gives it. */
final class TestEdges implements Edges {
    private final Map<String, Netns> hosts = new ConcurrentHashMap<>();
    private final Map<String, Topology.Gateway> known = new ConcurrentHashMap<>();

    Netns host(String id) {
        Netns host = hosts.get(id);
        if (host == null) {
            throw new IllegalArgumentException("nothing is beyond " + id + ", but " + hosts.keySet());
        }
        return host;
    }

    /** Gives the host beyond a gateway an address. */
    void address(String id, Ip address) {
        try (Rtnetlink inside = Rtnetlink.open(host(id))) {
            inside.commit(new RouteChanges().address(2, address.bytes(), id));
        }
    }

    Topology.Gateway known(String id) {
        return known.get(id);
    }

    @Override
    public Edge open(String router, String id, Topology.Gateway gateway, VethEnd end, Netns namespace) {
        known.put(id, gateway);
        return host(id, end, namespace, gateway instanceof Topology.Gateway.Services(List<Ip> addresses) ? addresses : List.of());
    }

    @Override
    public Edge translate(String router, Topology.Port port, VethEnd end, Netns namespace) {
        return host(port.id(), end, namespace, port.addresses());
    }

    private Edge host(String id, VethEnd end, Netns namespace, List<Ip> addresses) {
        Netns host = Netns.create(fresh -> {
            Sysctls.write("ipv6/conf/default/addr_gen_mode", "1");
            try (Rtnetlink inside = Rtnetlink.openHere()) {
                RouteChanges changes = new RouteChanges()
                        .veth(new VethEnd("eth0", 2, LinkLocal.EDGE_MAC), end, namespace, id)
                        .up(2, id);
                for (IpFamily family : IpFamily.values()) {
                    changes.neighbour(2, family.gateway().bytes(), LinkLocal.ROUTER_MAC, id)
                            .defaultRoute(family.gateway().bytes(), RouteChanges.MAIN, 2, id);
                }
                addresses.forEach(address -> changes.address(2, address.bytes(), id));
                inside.commit(changes);
            }
        });
        hosts.put(id, host);
        return new Edge() {
            @Override
            public void awaitSending() {
                try (Rtnetlink inside = Rtnetlink.open(host)) {
                    inside.awaitSending(2, id);
                }
            }

            @Override
            public void change(Topology.Gateway gateway) {
                known.put(id, gateway);
            }

            @Override
            public Optional<Netns> services() {
                return known.get(id) instanceof Topology.Gateway.Services ? Optional.of(host) : Optional.empty();
            }

            @Override
            public void close() {
                hosts.remove(id);
                known.remove(id);
                try (Rtnetlink inside = Rtnetlink.open(host)) {
                    inside.commit(new RouteChanges().deleteLink(2, id));
                }
                host.close();
            }
        };
    }
}
