package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.NetworkAcl.Entry;
import dev.remora.vpc.Subnet;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkAclResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceNetworkAclAssociationResponse;

/**
 * Network ACLs and which subnets they guard; their entries are changed by {@link NetworkAclEntries}. Every subnet has one: a new
 * subnet its VPC's default one, which lets everything pass.
 */
final class NetworkAcls {
    /** The numbers of the entries that deny what no other one matches; shown and never kept. */
    static final int LAST = 32767;

    static final int LAST6 = 32768;

    /** The numbers of the entries that let everything pass. */
    private static final int FIRST = 100;

    private static final int FIRST6 = 101;
    private static final String ASSOCIATION_PREFIX = "aclassoc";
    private static final IpBlock EVERYTHING = Cidr.parse("0.0.0.0/0");
    private static final IpBlock EVERYTHING6 = Cidr6.parse("::/0");

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    NetworkAcls(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    /** The entries that a VPC's default ACL starts with: everything of the block's family passes. */
    static List<Entry> passing(IpBlock vpc) {
        boolean ipv4 = vpc instanceof Cidr;
        return Stream.of(true, false)
                .map(egress -> Entry.all(egress, ipv4 ? FIRST : FIRST6, ipv4 ? EVERYTHING : EVERYTHING6))
                .toList();
    }

    static List<Entry> entry(NetworkAcl acl, boolean egress, int number) {
        return acl.entries(egress).stream().filter(e -> e.number() == number).toList();
    }

    CreateNetworkAclResponse create(CreateNetworkAclRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        Map<String, String> tags = TagSpecs.forNew(NETWORK_ACL.type(), r.tagSpecifications());
        Scope scope = regions.enter(call);
        NetworkAcl made = store.write(tx -> tokens.once(tx, scope, NETWORK_ACL, r.clientToken(), vpcId + tags, () -> {
            VPC.require(tx, scope, vpcId);
            regions.allow(Quota.NETWORK_ACLS_PER_VPC, NETWORK_ACL.countInVpc(tx, scope, vpcId) + 1);
            var acl = new NetworkAcl(ids.resource(NETWORK_ACL.prefix()), vpcId, false, List.of(), tags);
            tx.put(NETWORK_ACL.kind(), scope, acl.id(), acl);
            return acl;
        }));
        return CreateNetworkAclResponse.builder()
                .networkAcl(shown(store.view(), scope, made))
                .clientToken(r.clientToken())
                .build();
    }

    DeleteNetworkAclResponse delete(DeleteNetworkAclRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkAclId(), "networkAclId");
        store.write(tx -> {
            NetworkAcl acl = NETWORK_ACL.require(tx, scope, id);
            if (acl.byDefault()) {
                throw Refusals.invalidValue("cannot delete default network ACL " + id);
            }
            if (!guarded(tx, scope, acl).isEmpty()) {
                throw Refusals.inUse("networkAcl", id);
            }
            tx.delete(NETWORK_ACL.kind(), scope, id);
            return acl;
        });
        return DeleteNetworkAclResponse.builder().build();
    }

    private static List<Subnet> guarded(View view, Scope scope, NetworkAcl acl) {
        return view.find(SUBNET.kind(), scope, "acl", acl.id());
    }

    ReplaceNetworkAclAssociationResponse replaceAssociation(ReplaceNetworkAclAssociationRequest r, Call call) {
        Scope scope = regions.enter(call);
        String oldId = Refusals.require(r.associationId(), "associationId");
        String aclId = Refusals.require(r.networkAclId(), "networkAclId");
        var next = new Subnet.AclAssociation(ids.resource(ASSOCIATION_PREFIX), aclId);
        Subnet changed = store.write(tx -> {
            Subnet subnet = tx.find(SUBNET.kind(), scope, "acl-association", oldId).stream()
                    .findFirst()
                    .orElseThrow(() -> Refusals.of(
                            "InvalidAssociationID.NotFound", "The association ID '" + oldId + "' does not exist"));
            NetworkAcl acl = NETWORK_ACL.require(tx, scope, aclId);
            if (!acl.vpcId().equals(subnet.vpcId())) {
                throw Refusals.invalidValue(
                        "network acl " + aclId + " and subnet " + subnet.id() + " belong to different networks");
            }
            Subnet then = subnet.withAcl(next);
            tx.put(SUBNET.kind(), scope, subnet.id(), then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
        return ReplaceNetworkAclAssociationResponse.builder().newAssociationId(next.id()).build();
    }

    private static Filters<NetworkAcl> filters(View view, Scope scope) {
        Function<Function<Subnet, String>, Function<NetworkAcl, List<String>>> subnets =
                value -> acl -> guarded(view, scope, acl).stream().map(value).toList();
        Function<Function<NetworkAclEntry, String>, Function<NetworkAcl, List<String>>> entries =
                value -> acl -> shownEntries(view, scope, acl).stream()
                        .map(value)
                        .filter(Predicate.not(String::isEmpty))
                        .toList();
        return Filters.<NetworkAcl>tagged()
                .on("network-acl-id", NetworkAcl::id)
                .on("vpc-id", NetworkAcl::vpcId)
                .indexed("vpc-id", "vpc")
                .on("default", a -> Boolean.toString(a.byDefault()))
                .onAny("association.association-id", subnets.apply(s -> s.acl().id()))
                .onAny("association.network-acl-id", subnets.apply(s -> s.acl().aclId()))
                .onAny("association.subnet-id", subnets.apply(Subnet::id))
                .onAny("entry.cidr", entries.apply(e -> e.cidrBlock() == null ? "" : e.cidrBlock()))
                .onAny("entry.ipv6-cidr", entries.apply(e -> e.ipv6CidrBlock() == null ? "" : e.ipv6CidrBlock()))
                .onAny("entry.egress", entries.apply(e -> e.egress().toString()))
                .onAny("entry.protocol", entries.apply(NetworkAclEntry::protocol))
                .onAny("entry.rule-action", entries.apply(NetworkAclEntry::ruleActionAsString))
                .onAny("entry.rule-number", entries.apply(e -> e.ruleNumber().toString()))
                .onAny("entry.icmp.code", entries.apply(e -> e.icmpTypeCode() == null ? "" : "" + e.icmpTypeCode().code()))
                .onAny("entry.icmp.type", entries.apply(e -> e.icmpTypeCode() == null ? "" : "" + e.icmpTypeCode().type()))
                .onAny("entry.port-range.from", entries.apply(e -> e.portRange() == null ? "" : "" + e.portRange().from()))
                .onAny("entry.port-range.to", entries.apply(e -> e.portRange() == null ? "" : "" + e.portRange().to()))
                .withOwner(scope);
    }

    DescribeNetworkAclsResponse describe(DescribeNetworkAclsRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of(call, "networkAclIds", r.networkAclIds(), r.filters(), r.maxResults(), r.nextToken())
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
                .isDefault(acl.byDefault())
                .entries(shownEntries(view, scope, acl))
                .associations(guarded(view, scope, acl).stream()
                        .map(s -> NetworkAclAssociation.builder()
                                .networkAclAssociationId(s.acl().id())
                                .networkAclId(acl.id())
                                .subnetId(s.id())
                                .build())
                        .toList())
                .tags(TagSpecs.shown(acl.tags()))
                .build();
    }

    /** Each direction's entries, and after them those that deny the rest of each family that the VPC has. */
    private static List<NetworkAclEntry> shownEntries(View view, Scope scope, NetworkAcl acl) {
        boolean ipv6 = view.get(VPC.kind(), scope, acl.vpcId()).map(v -> !v.blocks6().isEmpty()).orElse(false);
        var all = new ArrayList<NetworkAclEntry>();
        for (boolean egress : new boolean[] {true, false}) {
            acl.entries(egress).forEach(e -> all.add(shown(e)));
            all.add(shown(denied(egress, LAST, EVERYTHING)));
            if (ipv6) {
                all.add(shown(denied(egress, LAST6, EVERYTHING6)));
            }
        }
        return all;
    }

    private static Entry denied(boolean egress, int number, IpBlock block) {
        return new Entry(egress, number, GroupRule.ALL, GroupRule.ALL, GroupRule.ALL, block, false);
    }

    private static NetworkAclEntry shown(Entry e) {
        var shown = NetworkAclEntry.builder()
                .egress(e.egress())
                .ruleNumber(e.number())
                .protocol(Integer.toString(e.protocol()))
                .ruleAction(e.allow() ? "allow" : "deny");
        switch (e.block()) {
            case Cidr block -> shown.cidrBlock(block.toString());
            case Cidr6 block -> shown.ipv6CidrBlock(block.toString());
        }
        switch (e.protocol()) {
            case GroupRule.TCP, GroupRule.UDP -> shown.portRange(p -> p.from(e.from()).to(e.to()));
            case GroupRule.ICMP, GroupRule.ICMPV6 -> shown.icmpTypeCode(i -> i.type(e.from()).code(e.to()));
            default -> {}
        }
        return shown.build();
    }
}
