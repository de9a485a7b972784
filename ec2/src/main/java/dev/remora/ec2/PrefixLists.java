package dev.remora.ec2;

import static dev.remora.ec2.Resource.PREFIX_LIST;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.net.InternetPlan;
import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.PrefixList;
import dev.remora.vpc.PrefixList.Entry;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.SecurityGroup;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The prefix lists that an account may name: its own, which are kept, and AWS's own, which follow from the region: the addresses
 * of S3 and of DynamoDB.
 */
final class PrefixLists {
    /** How many hexadecimal digits the id of one of AWS's own lists has. */
    private static final int MANAGED_DIGITS = 8;

    private PrefixLists() {}

    static Optional<PrefixList> find(View view, Scope scope, String id) {
        return view.get(PREFIX_LIST.kind(), scope, id)
                .or(() -> managed(scope).stream().filter(l -> l.id().equals(id)).findFirst());
    }

    static PrefixList require(View view, Scope scope, @Nullable String id) {
        String given = Refusals.require(id, "prefixListId");
        return find(view, scope, given).orElseGet(() -> PREFIX_LIST.require(view, scope, given));
    }

    /** AWS's own lists of a region. */
    static List<PrefixList> managed(Scope scope) {
        return List.of(managed(scope, "dynamodb", InternetPlan.DYNAMODB), managed(scope, "s3", InternetPlan.S3));
    }

    private static PrefixList managed(Scope scope, String service, IpBlock block) {
        String name = "com.amazonaws." + scope.region() + "." + service;
        String id = HexFormat.of().formatHex(AccountRegions.sha256(name)).substring(0, MANAGED_DIGITS);
        var version = new PrefixList.Version(1, List.of(new Entry(block, "")));
        return new PrefixList(
                PREFIX_LIST.prefix() + "-" + id, name, "IPv4", 1, "create-complete", List.of(version), Map.of());
    }

    static boolean isManaged(Scope scope, String id) {
        return managed(scope).stream().anyMatch(l -> l.id().equals(id));
    }

    static Stream<SecurityGroup> groups(View view, Scope scope, String id) {
        return view.find(SECURITY_GROUP.kind(), scope, "list", id).stream();
    }

    static Stream<RouteTable> tables(View view, Scope scope, String id) {
        return view.find(ROUTE_TABLE.kind(), scope, "list", id).stream();
    }

    /** The VPCs in which a list has an effect. */
    static List<String> vpcs(View view, Scope scope, String id) {
        return Stream.concat(
                        groups(view, scope, id).map(SecurityGroup::vpcId), tables(view, scope, id).map(RouteTable::vpcId))
                .distinct()
                .toList();
    }

    /** How many rules the rules count as: one with a prefix list is as many as the list may have entries. */
    static int weightOfRules(View view, Scope scope, List<GroupRule> rules) {
        return rules.stream()
                .mapToInt(r -> r.peer() instanceof GroupRule.Peer.Listed(String id) ? weight(view, scope, id) : 1)
                .sum();
    }

    static int weightOfRoutes(View view, Scope scope, List<Route> routes) {
        return routes.stream()
                .filter(r -> !r.target().equals(Route.LOCAL))
                .mapToInt(r -> r.destination() instanceof Destination.Listed(String id) ? weight(view, scope, id) : 1)
                .sum();
    }

    private static int weight(View view, Scope scope, String id) {
        return find(view, scope, id).map(PrefixList::maxEntries).orElse(1);
    }
}
