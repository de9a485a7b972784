package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr6;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.SubnetIpv6CidrBlockAssociation;

/** The IPv6 blocks of subnets, of which each has one at most. */
final class SubnetBlocks {
    static final String PREFIX = "subnet-cidr-assoc";

    /** A subnet's prefix is 44, 48, … 64. */
    static final int SHORTEST_PREFIX = 44;

    static final int LONGEST_PREFIX = 64;
    private static final int STEP = 4;

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    SubnetBlocks(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    static Cidr6 block6(String text) {
        try {
            return Cidr6.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, "ipv6CidrBlock", "This is not a valid IPv6 CIDR block.");
        }
    }

    /** Refuses a block that a subnet of the VPC cannot have. */
    static void check(View view, Scope scope, Vpc vpc, Cidr6 block) {
        boolean length = block.prefix() >= SHORTEST_PREFIX
                && block.prefix() <= LONGEST_PREFIX
                && (block.prefix() - SHORTEST_PREFIX) % STEP == 0;
        if (!length || !vpc.contains(block)) {
            throw Refusals.of("InvalidSubnet.Range", "The CIDR '" + block + "' is invalid.");
        }
        if (SUBNET.inVpc(view, scope, vpc.id()).stream().anyMatch(s -> Subnets.overlaps(s, block))) {
            throw Refusals.of("InvalidSubnet.Conflict", "The CIDR '" + block + "' conflicts with another subnet");
        }
    }

    AssociateSubnetCidrBlockResponse associate(AssociateSubnetCidrBlockRequest r, Call call) {
        String id = Refusals.require(r.subnetId(), "subnetId");
        Cidr6 block = block6(Refusals.require(r.ipv6CidrBlock(), "ipv6CidrBlock"));
        Scope scope = regions.enter(call);
        Subnet changed = store.write(tx -> {
            Subnet subnet = SUBNET.require(tx, scope, id);
            if (subnet.block6().isPresent()) {
                throw Refusals.of(
                        "CidrLimitExceeded", "This network '" + id + "' has met its maximum number of allowed CIDRs: 1");
            }
            check(tx, scope, VPC.require(tx, scope, subnet.vpcId()), block);
            return Subnets.put(
                    tx, scope, subnet.withBlock6(Optional.of(new Subnet.Block6(ids.resource(PREFIX), block))));
        });
        plane.settle(scope, changed.vpcId());
        return AssociateSubnetCidrBlockResponse.builder()
                .subnetId(id)
                .ipv6CidrBlockAssociation(shown(changed.block6().orElseThrow(), "associating"))
                .build();
    }

    DisassociateSubnetCidrBlockResponse disassociate(DisassociateSubnetCidrBlockRequest r, Call call) {
        String id = Refusals.require(r.associationId(), "associationId");
        Scope scope = regions.enter(call);
        Subnet before = store.write(tx -> {
            Subnet subnet = tx.find(SUBNET.kind(), scope, "block6", id).stream().findFirst().orElseThrow(() -> Refusals.of(
                    "InvalidSubnetCidrBlockAssociationID.NotFound",
                    "The subnet CIDR block with association ID '" + id + "' does not exist"));
            if (subnet.ipv6Only()) {
                throw Refusals.of(
                        "OperationNotPermitted",
                        "The IPv6 CIDR block of the IPv6 native subnet " + subnet.id() + " may not be disassociated.");
            }
            boolean used = tx.find(NETWORK_INTERFACE.kind(), scope, "subnet", subnet.id()).stream()
                    .anyMatch(i -> !i.ipv6().isEmpty());
            if (used) {
                throw Refusals.of(
                        "InvalidCidrBlock.InUse",
                        "The subnet " + subnet.id() + " currently has an address within CIDR block "
                                + subnet.block6().orElseThrow().block());
            }
            Subnets.put(tx, scope, subnet.withBlock6(Optional.empty()).withIpv6OnCreation(false));
            return subnet;
        });
        plane.settle(scope, before.vpcId());
        return DisassociateSubnetCidrBlockResponse.builder()
                .subnetId(before.id())
                .ipv6CidrBlockAssociation(shown(before.block6().orElseThrow(), "disassociating"))
                .build();
    }

    static SubnetIpv6CidrBlockAssociation shown(Subnet.Block6 b, String state) {
        return SubnetIpv6CidrBlockAssociation.builder()
                .associationId(b.associationId())
                .ipv6CidrBlock(b.block().toString())
                .ipv6CidrBlockState(s -> s.state(state))
                .ipSource("amazon")
                .ipv6AddressAttribute("public")
                .build();
    }
}
