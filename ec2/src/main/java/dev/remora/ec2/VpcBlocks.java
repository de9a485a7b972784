package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_ACL;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.vpc.GroupRule;
import dev.remora.vpc.GroupRule.Direction;
import dev.remora.vpc.NetworkAcl;
import dev.remora.vpc.RouteTable.Destination;
import dev.remora.vpc.RouteTable.Route;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.VpcIpv6CidrBlockAssociation;

/**
 * The blocks of VPCs. A block brings a local route to every table of its VPC; the first IPv6 block also brings IPv6 to groups and
 * to the default network ACL, as far as they are as they were made.
 */
final class VpcBlocks {
    /** Of each family. */
    static final int MAX_BLOCKS = 5;

    private static final String PREFIX = "vpc-cidr-assoc";

    /** A VPC with an address in one of these may have no block in the others: AWS's page "VPC CIDR blocks". */
    private static final Map<Cidr, List<Cidr>> RESTRICTED = restricted();

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    VpcBlocks(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    private static Map<Cidr, List<Cidr>> restricted() {
        Cidr ten = Cidr.parse("10.0.0.0/8");
        Cidr twelve = Cidr.parse("172.16.0.0/12");
        Cidr sixteen = Cidr.parse("192.168.0.0/16");
        Cidr benchmark = Cidr.parse("198.19.0.0/16");
        var restricted = new LinkedHashMap<Cidr, List<Cidr>>();
        restricted.put(ten, List.of(twelve, sixteen));
        restricted.put(twelve, List.of(ten, sixteen, Cidr.parse("172.31.0.0/16")));
        restricted.put(sixteen, List.of(ten, twelve));
        restricted.put(benchmark, List.of(ten, twelve, sixteen));
        restricted.put(Cidr.parse("0.0.0.0/0"), List.of(ten, twelve, sixteen, benchmark));
        return restricted;
    }

    AssociateVpcCidrBlockResponse associate(AssociateVpcCidrBlockRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        boolean amazon = Boolean.TRUE.equals(r.amazonProvidedIpv6CidrBlock());
        if (amazon == (r.cidrBlock() != null)) {
            throw amazon
                    ? Refusals.combination("Only one of cidrBlock and amazonProvidedIpv6CidrBlock may be specified.")
                    : Refusals.missing("cidrBlock or amazonProvidedIpv6CidrBlock");
        }
        Scope scope = regions.enter(call);
        var answer = AssociateVpcCidrBlockResponse.builder().vpcId(vpcId);
        if (amazon) {
            Vpc.Block6 added = store.write(tx -> add6(tx, scope, ids, VPC.require(tx, scope, vpcId)).blocks6().getLast());
            answer.ipv6CidrBlockAssociation(shown(added, "associating"));
        } else {
            Cidr block = Vpcs.block(r.cidrBlock());
            Vpc.Block added = store.write(tx -> add(tx, scope, VPC.require(tx, scope, vpcId), block));
            answer.cidrBlockAssociation(shown(added, "associating"));
        }
        plane.settle(scope, vpcId);
        return answer.build();
    }

    private Vpc.Block add(Transaction tx, Scope scope, Vpc vpc, Cidr block) {
        if (vpc.blocks().size() >= MAX_BLOCKS) {
            throw limit(vpc.id());
        }
        if (vpc.blocks().stream().anyMatch(b -> b.block().overlaps(block))) {
            throw Refusals.of("InvalidVpc.Range", "The CIDR '" + block + "' conflicts with another CIDR of the VPC.");
        }
        for (Vpc.Block b : vpc.blocks()) {
            List<Cidr> beside = RESTRICTED.entrySet().stream()
                    .filter(e -> e.getKey().contains(b.block()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow();
            if (beside.stream().anyMatch(block::overlaps)) {
                throw Refusals.of(
                        "InvalidVpc.Range",
                        "The CIDR '" + block + "' is restricted. Use a CIDR from the same private address range as the current"
                                + " VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see"
                                + " https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html");
            }
        }
        boolean routed = ROUTE_TABLE.inVpc(tx, scope, vpc.id()).stream()
                .flatMap(t -> t.routes().stream())
                .anyMatch(route -> route.destination() instanceof Destination.To(IpBlock to)
                        && to.prefix() > 0
                        && block.contains(to));
        if (routed) {
            throw Refusals.of("InvalidVpc.Range", "The CIDR '" + block + "' conflicts with a route of the VPC's route tables.");
        }
        var added = new Vpc.Block(ids.resource(PREFIX), block);
        put(tx, scope, vpc.withBlocks(plus(vpc.blocks(), added), vpc.blocks6()));
        route(tx, scope, vpc.id(), block);
        return added;
    }

    /** Gives the VPC one more of Amazon's blocks. */
    static Vpc add6(Transaction tx, Scope scope, Ids ids, Vpc vpc) {
        if (vpc.blocks6().size() >= MAX_BLOCKS) {
            throw limit(vpc.id());
        }
        Cidr6 block = AmazonBlocks.take(tx);
        Vpc then = vpc.withBlocks(vpc.blocks(), plus(vpc.blocks6(), new Vpc.Block6(ids.resource(PREFIX), block)));
        put(tx, scope, then);
        route(tx, scope, vpc.id(), block);
        NetworkAcl acl = NETWORK_ACL.require(tx, scope, vpc.networkAclId());
        if (acl.entries().equals(acl.withEntries(NetworkAcls.passing(vpc.primary())).entries())) {
            var entries = new ArrayList<>(acl.entries());
            entries.addAll(NetworkAcls.passing(block));
            tx.put(NETWORK_ACL.kind(), scope, acl.id(), acl.withEntries(entries));
        }
        for (SecurityGroup group : SECURITY_GROUP.inVpc(tx, scope, vpc.id())) {
            List<GroupRule> egress = group.rules(Direction.EGRESS);
            if (egress.size() == 1
                    && egress.getFirst().same(GroupRule.all("", Direction.EGRESS, SecurityGroups.EVERYWHERE))) {
                GroupRule everywhere6 = GroupRule.all(ids.resource("sgr"), Direction.EGRESS, SecurityGroups.EVERYWHERE6);
                tx.put(SECURITY_GROUP.kind(), scope, group.id(), group.withRules(plus(group.rules(), everywhere6)));
            }
        }
        return then;
    }

    private static RuntimeException limit(String vpcId) {
        return Refusals.of(
                "CidrLimitExceeded",
                "This network '" + vpcId + "' has met its maximum number of allowed CIDRs: " + MAX_BLOCKS);
    }

    private static <T> List<T> plus(List<T> some, T more) {
        return Stream.concat(some.stream(), Stream.of(more)).toList();
    }

    private static void put(Transaction tx, Scope scope, Vpc vpc) {
        tx.put(VPC.kind(), scope, vpc.id(), vpc);
    }

    /** A local route to the block in every table, beside the local routes that there are. */
    private static void route(Transaction tx, Scope scope, String vpcId, IpBlock block) {
        for (var table : ROUTE_TABLE.inVpc(tx, scope, vpcId)) {
            List<Route> routes = plus(table.routes(), Route.local(block)).stream()
                    .sorted(Comparator.comparing(r -> !r.ofItsTable()))
                    .toList();
            tx.put(ROUTE_TABLE.kind(), scope, table.id(), table.withRoutes(routes));
        }
    }

    DisassociateVpcCidrBlockResponse disassociate(DisassociateVpcCidrBlockRequest r, Call call) {
        String id = Refusals.require(r.associationId(), "associationId");
        Scope scope = regions.enter(call);
        var answer = DisassociateVpcCidrBlockResponse.builder();
        Vpc vpc = store.write(tx -> {
            Vpc holder = tx.find(VPC.kind(), scope, "block", id).stream().findFirst().orElseThrow(() -> Refusals.of(
                    "InvalidVpcCidrBlockAssociationIdError.NotFound",
                    "The vpc CIDR block association ID '" + id + "' does not exist"));
            if (holder.blocks().getFirst().associationId().equals(id)) {
                throw Refusals.of(
                        "OperationNotPermitted",
                        "The vpc CIDR block with association ID " + id
                                + " may not be disassociated. It is the primary IPv4 CIDR block of the VPC");
            }
            Optional<Vpc.Block> block = holder.blocks().stream().filter(b -> b.associationId().equals(id)).findFirst();
            Optional<Vpc.Block6> block6 = holder.blocks6().stream().filter(b -> b.associationId().equals(id)).findFirst();
            IpBlock gone = block.<IpBlock>map(Vpc.Block::block).or(() -> block6.map(Vpc.Block6::block)).orElseThrow();
            block.ifPresent(b -> answer.cidrBlockAssociation(shown(b, "disassociating")));
            block6.ifPresent(b -> answer.ipv6CidrBlockAssociation(shown(b, "disassociating")));
            remove(tx, scope, holder, gone);
            return holder;
        });
        plane.settle(scope, vpc.id());
        return answer.vpcId(vpc.id()).build();
    }

    private static void remove(Transaction tx, Scope scope, Vpc vpc, IpBlock gone) {
        if (SUBNET.inVpc(tx, scope, vpc.id()).stream().flatMap(s -> s.blocks().stream()).anyMatch(gone::contains)) {
            throw Refusals.of(
                    "InvalidCidrBlock.InUse",
                    "The vpc " + vpc.id() + " currently has a subnet within CIDR block " + gone);
        }
        put(tx, scope, vpc.withBlocks(
                vpc.blocks().stream().filter(b -> !b.block().equals(gone)).toList(),
                vpc.blocks6().stream().filter(b -> !b.block().equals(gone)).toList()));
        for (var table : ROUTE_TABLE.inVpc(tx, scope, vpc.id())) {
            tx.put(ROUTE_TABLE.kind(), scope, table.id(), table.withRoutes(table.routes().stream()
                    .filter(route -> !(route.ofItsTable() && route.destination().equals(new Destination.To(gone))))
                    .toList()));
        }
    }

    static VpcCidrBlockAssociation shown(Vpc.Block b, String state) {
        return VpcCidrBlockAssociation.builder()
                .associationId(b.associationId())
                .cidrBlock(b.block().toString())
                .cidrBlockState(s -> s.state(state))
                .build();
    }

    static VpcIpv6CidrBlockAssociation shown(Vpc.Block6 b, String state) {
        return VpcIpv6CidrBlockAssociation.builder()
                .associationId(b.associationId())
                .ipv6CidrBlock(b.block().toString())
                .ipv6CidrBlockState(s -> s.state(state))
                .ipv6Pool("Amazon")
                .ipSource("amazon")
                .ipv6AddressAttribute("public")
                .build();
    }
}
