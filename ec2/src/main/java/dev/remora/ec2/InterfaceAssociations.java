package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Ipv4;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Vpc;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAssociation;

/** The public addresses of interfaces as DescribeNetworkInterfaces shows them: Elastic IPs, or the one that was given. */
final class InterfaceAssociations {
    private static final String AMAZON = "amazon";

    private final View view;
    private final Scope scope;

    InterfaceAssociations(View view, Scope scope) {
        this.view = view;
        this.scope = scope;
    }

    private Stream<ElasticIp> elastic(NetworkInterface i) {
        return view.find(ELASTIC_IP.kind(), scope, "interface", i.id()).stream();
    }

    /** The given address, unless an Elastic IP has taken its place. */
    private Stream<Ipv4> given(NetworkInterface i) {
        return ElasticIps.at(view, scope, i.id(), i.address()).isPresent() ? Stream.empty() : i.publicAddress().stream();
    }

    private String name(NetworkInterface i, Ipv4 address) {
        boolean named = view.get(VPC.kind(), scope, i.vpcId()).map(Vpc::dnsHostnames).orElse(false);
        return named ? new Region(scope.region()).publicName(address) : "";
    }

    /** What one of its private addresses is called by in public; null if it is not. */
    @Nullable NetworkInterfaceAssociation of(NetworkInterface i, Ipv4 address) {
        Optional<ElasticIp> elastic = ElasticIps.at(view, scope, i.id(), address);
        if (elastic.isEmpty() && i.publicAddress().isEmpty()) {
            return null;
        }
        return elastic
                .map(ip -> NetworkInterfaceAssociation.builder()
                        .allocationId(ip.id())
                        .associationId(ip.association().orElseThrow().id())
                        .ipOwnerId(scope.account())
                        .publicIp(ip.address().toString())
                        .publicDnsName(name(i, ip.address()))
                        .build())
                .or(() -> given(i)
                        .filter(given -> address.equals(i.address()))
                        .map(given -> NetworkInterfaceAssociation.builder()
                                .ipOwnerId(AMAZON)
                                .publicIp(given.toString())
                                .publicDnsName(name(i, given))
                                .build())
                        .findFirst())
                .orElse(null);
    }

    /** Adds the filters that look at public addresses. */
    Filters<NetworkInterface> filters(Filters<NetworkInterface> filters) {
        Function<NetworkInterface, List<Ipv4>> addresses =
                i -> Stream.concat(elastic(i).map(ElasticIp::address), given(i)).toList();
        Function<NetworkInterface, List<String>> owners =
                i -> Stream.concat(elastic(i).map(e -> scope.account()), given(i).map(a -> AMAZON)).toList();
        Function<NetworkInterface, List<String>> texts =
                i -> addresses.apply(i).stream().map(Ipv4::toString).toList();
        return filters.onAny("association.allocation-id", i -> elastic(i).map(ElasticIp::id).toList())
                .onAny("association.association-id", i -> elastic(i)
                        .flatMap(e -> e.association().stream())
                        .map(ElasticIp.Association::id)
                        .toList())
                .onAny("association.ip-owner-id", owners)
                .onAny("association.public-ip", texts)
                .onAny("association.public-dns-name", i -> addresses.apply(i).stream().map(a -> name(i, a)).toList())
                .onAny("addresses.association.owner-id", owners)
                .onAny("addresses.association.public-ip", texts);
    }
}
