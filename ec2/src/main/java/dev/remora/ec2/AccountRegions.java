package dev.remora.ec2;

import dev.remora.net.Cidr;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.DhcpOptions;
import dev.remora.vpc.InternetGateway;
import dev.remora.vpc.RouteTable;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * An account's part of a region. The first call that comes to it finds what AWS puts there: a set of DHCP options and a
 * default VPC. Their ids follow from the account and the region alone, so they are the same in every fresh installation.
 */
final class AccountRegions {
    static final Cidr DEFAULT_BLOCK = Cidr.parse("172.31.0.0/16");
    static final int DEFAULT_SUBNET_PREFIX = 20;

    /** Says that the account's part of the region is furnished. */
    record Furnished(String dhcpOptionsId) {}

    static final Kind<Furnished> KIND = Kind.of("ec2.account-region", Furnished.class);
    private static final String ID = "furnished";

    private final Store store;

    private final Quotas quotas;

    AccountRegions(Store store, Quotas quotas) {
        this.store = store;
        this.quotas = quotas;
    }

    /** Refuses what would be more than an account may have. */
    void allow(Quota quota, long wanted) {
        quotas.allow(quota, wanted);
    }

    int quota(Quota quota) {
        return quotas.of(quota);
    }

    /** The scope of a call, furnished if this is the first call to it. */
    Scope enter(Call call) {
        return enter(new Scope(call.account(), new Region(call.region()).name()));
    }

    /** The same for another service of ours. */
    Scope enter(Scope scope) {
        if (store.view().get(KIND, scope, ID).isEmpty()) {
            store.write(tx -> {
                if (tx.get(KIND, scope, ID).isEmpty()) {
                    furnish(tx, scope);
                }
                return scope;
            });
        }
        return scope;
    }

    static String dhcpOptionsId(View view, Scope scope) {
        return view.get(KIND, scope, ID).orElseThrow().dhcpOptionsId();
    }

    static Optional<Vpc> defaultVpc(View view, Scope scope) {
        return view.find(Resource.VPC.kind(), scope, "default", "yes").stream().findFirst();
    }

    private static void furnish(Transaction tx, Scope scope) {
        Ids ids = derived(scope);
        var options = new DhcpOptions(
                ids.resource(Resource.DHCP_OPTIONS.prefix()), DhcpOptionSets.initial(new Region(scope.region())), Map.of());
        tx.put(Resource.DHCP_OPTIONS.kind(), scope, options.id(), options);
        tx.put(KIND, scope, ID, new Furnished(options.id()));
        makeDefaultVpc(tx, scope, ids);
    }

    /** 172.31.0.0/16, a default subnet in each zone, an internet gateway, and a route to it in the main table. */
    static Vpc makeDefaultVpc(Transaction tx, Scope scope, Ids ids) {
        Vpc vpc = Vpcs.make(tx, scope, ids, new Vpcs.Wanted(DEFAULT_BLOCK, false, "default", true, Map.of()));
        var gateway = new InternetGateway(ids.resource(Resource.INTERNET_GATEWAY.prefix()), vpc.id(), Map.of());
        tx.put(Resource.INTERNET_GATEWAY.kind(), scope, gateway.id(), gateway);
        RouteTable main = Resource.ROUTE_TABLE.require(tx, scope, vpc.mainRouteTableId());
        var routes = new ArrayList<>(main.routes());
        routes.add(new RouteTable.Route(Cidr.parse("0.0.0.0/0"), gateway.id(), "CreateRoute", false));
        tx.put(Resource.ROUTE_TABLE.kind(), scope, main.id(), main.withRoutes(routes));
        for (String zone : new Region(scope.region()).zones()) {
            Subnets.makeDefault(tx, scope, ids, vpc, zone);
        }
        return vpc;
    }

    private static Ids derived(Scope scope) {
        var count = new int[1];
        return digits -> {
            String seed = scope.account() + "/" + scope.region() + "/" + count[0]++;
            return HexFormat.of().formatHex(sha256(seed)).substring(0, digits);
        };
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
