package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.SUBNET;

import dev.remora.net.Cidr;
import dev.remora.net.IpBlock;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.Subnet;
import dev.remora.wire.Call;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;

/** Network ACLs: each VPC has its default one, which lets everything pass and holds every subnet. */
final class NetworkAcls {
    private static final List<NetworkAclEntry> ENTRIES = Stream.of(true, false)
            .flatMap(egress -> Stream.of(entry(egress, 100, "allow"), entry(egress, 32767, "deny")))
            .toList();

    private final Store store;
    private final AccountRegions regions;

    NetworkAcls(Store store, AccountRegions regions) {
        this.store = store;
        this.regions = regions;
    }

    /** The entries of a VPC's default ACL for a block of the VPC: everything of the block's family passes. */
    static List<NetworkAcl.Entry> passing(IpBlock vpc) {
        boolean ipv4 = vpc instanceof Cidr;
        return Stream.of(true, false)
                .map(egress -> NetworkAcl.Entry.all(egress, ipv4 ? 100 : 101, IpBlock.parse(ipv4 ? "0.0.0.0/0" : "::/0")))
                .toList();
    }

    private static NetworkAclEntry entry(boolean egress, int number, String action) {
        return NetworkAclEntry.builder()
                .cidrBlock("0.0.0.0/0")
                .egress(egress)
                .protocol("-1")
                .ruleAction(action)
                .ruleNumber(number)
                .build();
    }

    private static Filters<NetworkAcl> filters(View view, Scope scope) {
        return Filters.<NetworkAcl>tagged()
                .on("network-acl-id", NetworkAcl::id)
                .on("vpc-id", NetworkAcl::vpcId)
                .indexed("vpc-id", "vpc")
                .on("default", a -> "true")
                .onAny("association.association-id", each(view, scope, s -> s.acl().id()))
                .onAny("association.network-acl-id", a -> each(view, scope, s -> a.id()).apply(a))
                .onAny("association.subnet-id", each(view, scope, Subnet::id))
                .onAny("entry.cidr", a -> ENTRIES.stream().map(NetworkAclEntry::cidrBlock).toList())
                .onAny("entry.egress", a -> ENTRIES.stream().map(e -> e.egress().toString()).toList())
                .onAny("entry.protocol", a -> ENTRIES.stream().map(NetworkAclEntry::protocol).toList())
                .onAny("entry.rule-action", a -> ENTRIES.stream().map(NetworkAclEntry::ruleActionAsString).toList())
                .onAny("entry.rule-number", a -> ENTRIES.stream().map(e -> e.ruleNumber().toString()).toList())
                .onAny("entry.icmp.code", a -> List.of())
                .onAny("entry.icmp.type", a -> List.of())
                .onAny("entry.ipv6-cidr", a -> List.of())
                .onAny("entry.port-range.from", a -> List.of())
                .onAny("entry.port-range.to", a -> List.of())
                .withOwner(scope);
    }

    private static Function<NetworkAcl, List<String>> each(View view, Scope scope, Function<Subnet, String> value) {
        return acl -> SUBNET.inVpc(view, scope, acl.vpcId()).stream().map(value).toList();
    }

    DescribeNetworkAclsResponse describe(DescribeNetworkAclsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of("networkAclIds", r.networkAclIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, NETWORK_ACL, filters(view, scope));
        return DescribeNetworkAclsResponse.builder()
                .networkAcls(page.map(a -> shown(view, scope, a)))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.NetworkAcl shown(View view, Scope scope, NetworkAcl acl) {
        return software.amazon.awssdk.services.ec2.model.NetworkAcl.builder()
                .networkAclId(acl.id())
                .vpcId(acl.vpcId())
                .ownerId(scope.account())
                .isDefault(true)
                .entries(ENTRIES)
                .associations(SUBNET.inVpc(view, scope, acl.vpcId()).stream()
                        .map(s -> NetworkAclAssociation.builder()
                                .networkAclAssociationId(s.acl().id())
                                .networkAclId(acl.id())
                                .subnetId(s.id())
                                .build())
                        .toList())
                .tags(TagSpecs.shown(acl.tags()))
                .build();
    }
}
