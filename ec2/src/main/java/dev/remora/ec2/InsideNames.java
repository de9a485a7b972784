package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.PEERING;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Ipv4;
import dev.remora.net.PublicNames;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.PeeringConnection;
import dev.remora.vpc.PeeringConnection.Side;
import dev.remora.vpc.Vpc;
import java.util.Map;
import java.util.TreeMap;

/**
 * The public names that are private addresses when they are asked for in a VPC: of its own interfaces, and of those of peers
 * which say so ({@code AllowDnsResolutionFromRemoteVpc}). A VPC has names if it has {@code enableDnsHostnames}.
 */
final class InsideNames {
    private final View view;
    private final Map<String, Ipv4> names = new TreeMap<>();

    private InsideNames(View view) {
        this.view = view;
    }

    static Map<String, Ipv4> of(View view, Scope scope, Vpc vpc) {
        var all = new InsideNames(view);
        all.add(scope, vpc);
        PEERING.inVpc(view, scope, vpc.id()).stream()
                .filter(PeeringConnection::active)
                .map(c -> c.beyond(vpc.id()))
                .filter(Side::resolvesNames)
                .forEach(peer -> view.get(VPC.kind(), Peerings.scope(peer), peer.vpcId())
                        .ifPresent(beyond -> all.add(Peerings.scope(peer), beyond)));
        return all.names;
    }

    private void add(Scope scope, Vpc vpc) {
        if (vpc.dnsHostnames()) {
            NETWORK_INTERFACE.inVpc(view, scope, vpc.id()).forEach(i -> add(scope, i));
        }
    }

    private void add(Scope scope, NetworkInterface i) {
        i.publicAddress().ifPresent(given -> names.put(PublicNames.of(given, scope.region()), i.address()));
        view.find(ELASTIC_IP.kind(), scope, "interface", i.id()).forEach(ip -> {
            Ipv4 inside = ip.association().orElseThrow().privateAddress();
            if (inside.equals(i.address())) {
                i.publicAddress().ifPresent(given -> names.remove(PublicNames.of(given, scope.region())));
            }
            names.put(PublicNames.of(ip.address(), scope.region()), inside);
        });
    }
}
