package dev.remora.ec2;

import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Drop;
import dev.remora.net.Ip;
import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.Vpc;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in the account's terms what the kernel reports in its own. */
final class DropExplainer {
    private final Store store;

    DropExplainer(Store store) {
        this.store = store;
    }

    /** The VPC that a router's name stands for. */
    private record Place(View view, Scope scope, String vpcId) {
        static @Nullable Place of(View view, String router) {
            String[] parts = router.split("/");
            return parts.length == 3 ? new Place(view, new Scope(parts[0], parts[1]), parts[2]) : null;
        }

        Optional<NetworkInterface> networkInterface(String id) {
            return view.get(NETWORK_INTERFACE.kind(), scope, id);
        }

        Optional<NetworkInterface> at(Ip address) {
            return SUBNET.inVpc(view, scope, vpcId).stream()
                    .filter(s -> s.contains(address))
                    .flatMap(s -> view.find(
                            NETWORK_INTERFACE.kind(), scope, "address", NetworkInterface.addressKey(s.id(), address))
                            .stream())
                    .findFirst();
        }

        List<Networks.Group> groups(NetworkInterface i) {
            return i.groups().stream()
                    .flatMap(id -> view.get(SECURITY_GROUP.kind(), scope, id).stream())
                    .map(g -> new Networks.Group(g.id(), g.vpcId(), g.name()))
                    .toList();
        }

        Optional<RouteTable> routeTable(NetworkInterface i) {
            return view.find(ROUTE_TABLE.kind(), scope, "subnet", i.subnetId()).stream()
                    .findFirst()
                    .or(() -> view.get(VPC.kind(), scope, vpcId)
                            .map(Vpc::mainRouteTableId)
                            .flatMap(id -> view.get(ROUTE_TABLE.kind(), scope, id)));
        }

        /** The route that a packet of the interface takes to an address: the one with the longest prefix. */
        Optional<Route> route(RouteTable table, Ip to) {
            return table.routes().stream()
                    .filter(r -> prefix(r, to) >= 0)
                    .max(Comparator.comparingInt(r -> prefix(r, to)));
        }

        /** How long the prefix is by which a route holds the address; -1 if it does not. */
        private int prefix(Route route, Ip to) {
            List<IpBlock> blocks =
                    switch (route.destination()) {
                        case Destination.To(IpBlock block) -> List.of(block);
                        case Destination.Listed(String list) ->
                            PrefixLists.find(view, scope, list).map(PrefixList::blocks).orElse(List.of());
                    };
            return blocks.stream().filter(b -> b.contains(to)).mapToInt(IpBlock::prefix).max().orElse(-1);
        }

        private String leads(RouteTable table, Route route) {
            boolean active = new RouteView(view, scope).active(table, route);
            return "the route of " + table.id() + " for " + route.destination() + " leads to " + route.target()
                    + (active ? ", which carries no such packets" : ", which is not there: a black hole");
        }

        /** Where the internet gateway's own table leads what comes in, if not to the interface that has the address. */
        Optional<String> pastGateway(Ip to) {
            return INTERNET_GATEWAY.inVpc(view, scope, vpcId).stream()
                    .flatMap(gateway -> view.find(ROUTE_TABLE.kind(), scope, "gateway", gateway.id()).stream())
                    .findFirst()
                    .flatMap(table -> route(table, to)
                            .filter(route -> !route.target().equals(Route.LOCAL))
                            .map(route -> leads(table, route)));
        }

        boolean holds(Ip address) {
            return view.get(VPC.kind(), scope, vpcId).map(vpc -> vpc.contains(address)).orElse(false);
        }

        /** An address, with the groups of the interface that has it. */
        String withGroups(Ip address) {
            return at(address)
                    .map(i -> groups(i).stream().map(g -> g.id() + " " + g.name()).collect(Collectors.joining(", ")))
                    .filter(names -> !names.isEmpty())
                    .map(names -> address + " (" + names + ")")
                    .orElse(address.toString());
        }
    }

    DropExplanation explain(Drop drop) {
        Place place = Place.of(store.view(), drop.router());
        if (place == null) {
            return new DropExplanation(Optional.empty(), drop.port(), List.of(), sentence(drop, null, null));
        }
        Optional<NetworkInterface> judged = drop.port()
                .flatMap(place::networkInterface)
                .or(() -> place.at(
                        drop.cause() == Drop.Cause.GROUP_INGRESS || drop.cause() == Drop.Cause.ACL_INGRESS
                                ? drop.destination()
                                : drop.source()));
        return new DropExplanation(
                Optional.of(place.vpcId()),
                judged.map(NetworkInterface::id).or(drop::port),
                judged.map(place::groups).orElse(List.of()),
                sentence(drop, place, judged.orElse(null)));
    }

    private static String sentence(Drop drop, @Nullable Place place, @Nullable NetworkInterface judged) {
        String id = judged == null ? drop.port().orElse("the interface") : judged.id();
        return switch (drop.cause()) {
            case GROUP_INGRESS -> "no ingress rule of " + groups(place, judged) + " allows " + traffic(drop)
                    + " from " + named(place, drop.source());
            case GROUP_EGRESS -> "no egress rule of " + groups(place, judged) + " allows " + traffic(drop)
                    + " to " + named(place, drop.destination());
            case ACL_INGRESS -> entry(drop) + traffic(drop) + " from " + drop.source();
            case ACL_EGRESS -> entry(drop) + traffic(drop) + " to " + drop.destination();
            case NO_PUBLIC_ADDRESS -> drop.source() + " has no public address, so " + gateway(drop, place, judged)
                    + " sends nothing for it";
            case ROUTE -> noRoute(drop, place, judged);
            case SOURCE_CHECK -> id + " sent from " + drop.source() + ", which is not its own address";
            case INVALID -> "the packet belongs to no connection that is known, and begins none";
            case UNBOUND -> "the sandbox is bound to no network yet";
            case ISOLATION -> "a sandbox reaches neither other sandboxes nor the host";
            case SLOT_LIMIT -> "the sandbox has as many connections as one may have";
            case PORTS_EXHAUSTED -> id + " has no free port towards " + drop.destination().withPort(drop.destinationPort());
            case INBOUND -> "nothing may open a connection to a function";
        };
    }

    private static String noRoute(Drop drop, @Nullable Place place, @Nullable NetworkInterface judged) {
        if (place != null && place.holds(drop.destination())) {
            Optional<String> past = judged == null ? place.pastGateway(drop.destination()) : Optional.empty();
            if (past.isPresent()) {
                return past.get();
            }
            return place.at(drop.destination())
                    .map(i -> "nothing is behind " + i.id() + ", which has the address " + drop.destination())
                    .orElse("no interface of " + place.vpcId() + " has the address " + drop.destination());
        }
        RouteTable table = place == null || judged == null ? null : place.routeTable(judged).orElse(null);
        if (place == null || table == null) {
            return "the route table has no way to " + drop.destination();
        }
        return place.route(table, drop.destination())
                .map(r -> place.leads(table, r))
                .orElse(table.id() + " has no way to " + drop.destination());
    }

    /** The internet gateway that a packet was routed to. */
    private static String gateway(Drop drop, @Nullable Place place, @Nullable NetworkInterface judged) {
        Optional<String> target = place == null || judged == null
                ? Optional.empty()
                : place.routeTable(judged).flatMap(t -> place.route(t, drop.destination())).map(Route::target);
        return target.orElse("the internet gateway");
    }

    /** {@code "entry 100 of acl-1 denies "}; the answers to what is let in, or out, have to be let through as well. */
    private static String entry(Drop drop) {
        return drop.entry()
                .map(e -> e.number() == Drop.Entry.NONE
                        ? "no entry of " + e.acl() + " allows "
                        : "entry " + e.number() + " of " + e.acl() + " denies ")
                .orElse("the subnet's network ACL denies ");
    }

    private static String groups(@Nullable Place place, @Nullable NetworkInterface judged) {
        if (place == null || judged == null) {
            return "the interface's groups";
        }
        return place.groups(judged).stream().map(g -> g.id() + " (" + g.name() + ")").collect(Collectors.joining(", "));
    }

    private static String named(@Nullable Place place, Ip address) {
        return place == null ? address.toString() : place.withGroups(address);
    }

    private static String traffic(Drop drop) {
        String protocol = GroupRule.protocolName(drop.protocol()).toUpperCase(Locale.ROOT);
        return switch (drop.protocol()) {
            case GroupRule.TCP, GroupRule.UDP -> protocol + " " + drop.destinationPort();
            case GroupRule.ICMP, GroupRule.ICMPV6 -> protocol;
            default -> "protocol " + protocol;
        };
    }
}
