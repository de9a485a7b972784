package dev.remora.net;

import dev.remora.linux.RouteChanges;
import dev.remora.linux.Rtnetlink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The route tables of a router, and the rules that choose among them.
 *
 * <p>In the main table is every address of the VPC that somebody has, alone. A subnet's packets have its mark, and look up its
 * route table as well, in which the longest prefix wins and a route to the VPC itself leaves the table. The main table comes
 * first, which saves most packets a look-up; only where a subnet has a route of its own within the VPC (to an appliance) does
 * its table. For the same reason the router's own IPv4 addresses, which nobody else has, come behind the main table, unless such
 * a route might cover them. (IPv6 addresses are in the kernel's main table as well, as what leads nowhere.) What comes from a
 * gateway has no mark in general, and looks up the main table only. What nobody knows is led to the device {@code nowhere} at
 * last, where the forward hook sees it, counts it and drops it; a blackhole would drop it before any rule could. (The loopback
 * would do for IPv4; in IPv6 a route to it is a blackhole.)
 *
 * <p>A gateway that was given a route table has a mark as a subnet has, and what comes from it is routed like that.
 *
 * <p>Every route leads to a gateway's address that nobody has, the same on every cable, whose hardware address is known: so one
 * neighbour for each device is enough, and any destination can be led to a device.
 *
 * <p>A route that changes is replaced at once. New routes and rules come before old ones go.
 *
 * <p>The main table changes with ports; the others, and the rules, are compared whole when one of them, or a device that one of
 * them leads to, is another one.
 */
final class RouterRoutes {
    /** The router's own IPv4 addresses before all other rules, and behind rule 32766, which looks up the main table. */
    private static final int OWN_EARLY_RULE = 5_000;

    private static final int OWN_RULE = 35_000;

    /** Rules of subnets and gateways before the main table and behind it. */
    private static final int EARLY_RULE = 10_000;

    private static final int LATE_RULE = 40_000;

    /** For all that no rule before it knew. */
    private static final int LAST_RULE = 50_000;

    private static final int LAST_TABLE = 999;

    private final String router;
    private final Rtnetlink kernel;
    private final Map<Place, Hop> main = new HashMap<>();
    private final Map<Place, Hop> others = new HashMap<>();

    /** The places in the main table that a port has, by its id. */
    private final Map<String, Set<Place>> places = new HashMap<>();

    /** The state that all but the main table is equal to; none while it is being changed. */
    private Optional<RouterState> reached = Optional.empty();

    /** The ports that routes lead to. */
    private final Set<String> targets = new HashSet<>();
    private final Set<Policy> policies = new HashSet<>();

    private record Place(int table, IpBlock destination) {}

    private sealed interface Hop {
        record To(int device) implements Hop {}

        /** To the main table. */
        record Leave() implements Hop {}
    }

    /** A rule: packets with the mark, or all of them, look up the table. */
    private record Policy(IpFamily family, int mark, int table, int priority) {
        /** As they are tried: so they come, and the other way round they go, for each relies on those before it. */
        private static final Comparator<Policy> ORDER = Comparator.comparingInt(Policy::priority);

        /** That by which the kernel begins. */
        private static final Policy KERNELS = new Policy(IpFamily.V4, RouteChanges.ALL, RouteChanges.LOCAL, 0);
    }

    RouterRoutes(String router, Rtnetlink kernel) {
        this.router = router;
        this.kernel = kernel;
        policies.add(Policy.KERNELS);
    }

    /** @param ports of which the ways in the main table are to be compared */
    void change(RouterState next, Set<String> ports) {
        boolean tables = reached.isEmpty() || !sameTables(reached.get(), next) || ports.stream().anyMatch(targets::contains);
        reached = Optional.empty();
        Map<Place, Hop> wanted = tables ? tables(next) : new HashMap<>();
        Set<Place> had = new HashSet<>();
        if (tables) {
            had.addAll(others.keySet());
        }
        for (String port : ports) {
            had.addAll(places.getOrDefault(port, Set.of()));
            wanted.putAll(main(next, port));
        }
        // First the default of each table, which leads nowhere as long as nothing else is known.
        List<Map.Entry<Place, Hop>> come = new ArrayList<>(wanted.entrySet());
        come.removeIf(route -> route.getValue().equals(routes(route.getKey()).get(route.getKey())));
        come.sort(Comparator.comparingInt(route -> route.getKey().destination().prefix()));
        for (Map.Entry<Place, Hop> route : come) {
            set(route.getKey(), route.getValue());
        }
        if (tables) {
            rules(next);
        }
        for (Place place : had) {
            if (!wanted.containsKey(place) && routes(place).containsKey(place)) {
                byte[] base = place.destination().base().bytes();
                kernel.commit(new RouteChanges().deleteRoute(base, place.destination().prefix(), place.table(), router));
                routes(place).remove(place);
            }
        }
        for (String port : ports) {
            Set<Place> has = main(next, port).keySet();
            if (has.isEmpty()) {
                places.remove(port);
            } else {
                places.put(port, has);
            }
        }
        if (tables) {
            targets.clear();
            next.topology().routeTables().values().forEach(table -> table.routes().forEach(route -> {
                if (route.target() instanceof Topology.Target.ToPort(String port)) {
                    targets.add(port);
                }
            }));
        }
        reached = Optional.of(next);
    }

    private static boolean sameTables(RouterState one, RouterState other) {
        return one.topology().routeTables() == other.topology().routeTables()
                && one.topology().subnets() == other.topology().subnets()
                && one.topology().blocks().equals(other.topology().blocks())
                && one.topology().edges().equals(other.topology().edges())
                && one.six() == other.six()
                && one.gateways().equals(other.gateways());
    }

    private void rules(RouterState next) {
        List<Policy> wanted = policies(next);
        wanted.sort(Policy.ORDER);
        for (Policy policy : wanted) {
            if (!policies.contains(policy)) {
                change(policy, true);
                policies.add(policy);
            }
        }
        for (Policy policy : policies.stream().sorted(Policy.ORDER.reversed()).toList()) {
            if (!wanted.contains(policy)) {
                change(policy, false);
                policies.remove(policy);
            }
        }
    }

    /** All tables but the main one. */
    private static Map<Place, Hop> tables(RouterState state) {
        Hop nowhere = new Hop.To(LinkLocal.NOWHERE);
        Map<Place, Hop> routes = new HashMap<>();
        for (IpFamily family : state.families()) {
            routes.put(new Place(LAST_TABLE, family.everything()), nowhere);
            state.tables().values().forEach(table -> routes.put(new Place(table, family.everything()), nowhere));
        }
        state.topology().routeTables().values().forEach(table -> table.routes().forEach(route -> {
            if (state.families().contains(IpFamily.of(route.destination().base()))) {
                Hop hop = route.target() instanceof Topology.Target.Local
                        ? new Hop.Leave()
                        : state.device(route.target()).<Hop>map(Hop.To::new).orElse(nowhere);
                routes.put(new Place(state.table(table.id()), route.destination()), hop);
            }
        }));
        return routes;
    }

    /** What a port has in the main table. */
    private static Map<Place, Hop> main(RouterState state, String port) {
        Map<Place, Hop> routes = new HashMap<>();
        Integer device = state.devices().get(port);
        if (device != null) {
            state.port(port).addresses().stream()
                    .filter(address -> state.families().contains(IpFamily.of(address)))
                    .forEach(address -> routes.put(new Place(RouteChanges.MAIN, address.alone()), new Hop.To(device)));
        }
        return routes;
    }

    private static List<Policy> policies(RouterState state) {
        List<Policy> policies = new ArrayList<>();
        boolean anyEarly = false;
        for (IpFamily family : state.families()) {
            for (Map.Entry<String, String> origin : state.topology().origins().entrySet()) {
                boolean early = within(state.topology(), origin.getValue());
                anyEarly |= early;
                int table = state.table(origin.getValue());
                policies.add(new Policy(family, state.mark(origin.getKey()), table, early ? EARLY_RULE : LATE_RULE));
            }
            policies.add(new Policy(family, RouteChanges.ALL, LAST_TABLE, LAST_RULE));
        }
        policies.add(new Policy(IpFamily.V4, RouteChanges.ALL, RouteChanges.LOCAL, anyEarly ? OWN_EARLY_RULE : OWN_RULE));
        return policies;
    }

    /** Whether a route of the table leads what is for the VPC itself elsewhere. */
    private static boolean within(Topology topology, String routeTable) {
        return Objects.requireNonNull(topology.routeTables().get(routeTable)).routes().stream()
                .filter(route -> !(route.target() instanceof Topology.Target.Local))
                .anyMatch(route -> topology.blocks().stream().anyMatch(block -> block.contains(route.destination())));
    }

    private void set(Place place, Hop hop) {
        byte[] base = place.destination().base().bytes();
        int prefix = place.destination().prefix();
        RouteChanges changes = new RouteChanges();
        kernel.commit(switch (hop) {
            case Hop.To(int device) -> {
                byte[] gateway = IpFamily.of(place.destination().base()).gateway().bytes();
                yield changes.leads(base, prefix, place.table(), gateway, device, router);
            }
            case Hop.Leave() -> changes.leaves(base, prefix, place.table(), router);
        });
        routes(place).put(place, hop);
    }

    /** Those that are there, of the main table or of all others. */
    private Map<Place, Hop> routes(Place place) {
        return place.table() == RouteChanges.MAIN ? main : others;
    }

    private void change(Policy policy, boolean add) {
        boolean ipv6 = policy.family() == IpFamily.V6;
        RouteChanges changes = new RouteChanges();
        kernel.commit(
                add
                        ? changes.rule(ipv6, policy.priority(), policy.mark(), policy.table(), router)
                        : changes.deleteRule(ipv6, policy.priority(), policy.mark(), policy.table(), router));
    }
}
