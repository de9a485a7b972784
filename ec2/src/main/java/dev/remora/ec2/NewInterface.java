package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.AddressPool;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.NetworkInterface.Attachment;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Subnet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An interface that is to be made, for an account's own call or for a service that works for the account.
 *
 * @param groups ids; none means the VPC's default group
 * @param address the address it must have, or empty for the next free one
 * @param requesterId who makes it, where that is not its owner; else empty
 */
record NewInterface(
        String subnetId,
        List<String> groups,
        Optional<Ipv4> address,
        String description,
        String type,
        String requesterId,
        boolean requesterManaged,
        Topology.Attachment backing,
        Map<String, String> tags) {
    static final int MAX_GROUPS = 5;

    /** Takes an address and puts the interface. */
    NetworkInterface make(Transaction tx, Scope scope, Ids ids, Instant now) {
        Subnet subnet = SUBNET.require(tx, scope, subnetId);
        Cidr block = subnet.block().orElseThrow(() -> Refusals.unsupported(
                "Interfaces in subnets that have IPv6 only are not supported: " + subnetId + "."));
        List<String> members = groups.isEmpty()
                ? List.of(VPC.require(tx, scope, subnet.vpcId()).defaultGroupId())
                : checkedGroups(tx, scope, subnet.vpcId(), groups);
        Ipv4 taken = address.isPresent() ? chosen(tx, scope, subnet, block, address.get()) : next(tx, scope, subnet, block);
        AddressPool pool = address.isPresent()
                ? subnet.addresses().takeChosen()
                : subnet.addresses().take(block, taken);
        var made = new NetworkInterface(
                ids.resource(NETWORK_INTERFACE.prefix()),
                subnet.vpcId(),
                subnetId,
                subnet.zone(),
                taken,
                List.of(),
                List.of(),
                members,
                description,
                type,
                true,
                requesterId,
                requesterManaged,
                attachment(ids, now),
                backing,
                Optional.empty(),
                tags);
        tx.put(SUBNET.kind(), scope, subnetId, subnet.withAddresses(pool));
        tx.put(NETWORK_INTERFACE.kind(), scope, made.id(), made);
        return made;
    }

    /** Hyperplane interfaces hang on Lambda's side, everything else that has something behind it on its requester's. */
    private Optional<Attachment> attachment(Ids ids, Instant now) {
        return switch (backing) {
            case Topology.Attachment.None none -> Optional.empty();
            case Topology.Attachment.Hyperplane hyperplane ->
                Optional.of(new Attachment(
                        ids.resource(NetworkInterfaces.HYPERPLANE_ATTACHMENT), "amazon-aws", "", 1, now, false));
            case Topology.Attachment.Workload workload -> ofRequester(ids, now);
            case Topology.Attachment.Further further -> ofRequester(ids, now);
            case Topology.Attachment.Translator translator -> ofRequester(ids, now);
        };
    }

    private Optional<Attachment> ofRequester(Ids ids, Instant now) {
        return Optional.of(new Attachment(ids.resource("eni-attach"), requesterId, "", 1, now, false));
    }

    private static boolean isTaken(View view, Scope scope, Subnet subnet, Ipv4 address) {
        String key = NetworkInterface.addressKey(subnet.id(), address);
        return !view.find(NETWORK_INTERFACE.kind(), scope, "address", key).isEmpty();
    }

    private static Ipv4 next(View view, Scope scope, Subnet subnet, Cidr block) {
        return subnet.addresses()
                .find(block, candidate -> isTaken(view, scope, subnet, candidate))
                .orElseThrow(() -> Refusals.of(
                        "InsufficientFreeAddressesInSubnet",
                        "The specified subnet does not have enough free addresses to satisfy the request."));
    }

    private static Ipv4 chosen(View view, Scope scope, Subnet subnet, Cidr block, Ipv4 address) {
        if (!block.contains(address)) {
            throw Refusals.invalidValue("Address does not fall within the subnet's address range");
        }
        if (!AddressPool.usable(block, address)) {
            throw Refusals.invalidValue("Address " + address + " is in subnet's reserved address range");
        }
        if (isTaken(view, scope, subnet, address)) {
            throw Refusals.of("InvalidIPAddress.InUse", "Address " + address + " is in use.");
        }
        return address;
    }

    /** The groups, each once, if there are not too many and all are of the VPC. */
    static List<String> checkedGroups(View view, Scope scope, String vpcId, List<String> groups) {
        List<String> distinct = groups.stream().distinct().toList();
        if (distinct.size() > MAX_GROUPS) {
            throw Refusals.of(
                    "SecurityGroupsPerInterfaceLimitExceeded",
                    "The maximum number of security groups per interface has been reached.");
        }
        for (String id : distinct) {
            SecurityGroup group = SECURITY_GROUP.require(view, scope, id);
            if (!group.vpcId().equals(vpcId)) {
                throw Refusals.otherNetwork();
            }
        }
        return distinct;
    }

    /** Takes an interface away and gives its address back. */
    static void unmake(Transaction tx, Scope scope, NetworkInterface old) {
        tx.delete(NETWORK_INTERFACE.kind(), scope, old.id());
        Subnet subnet = SUBNET.require(tx, scope, old.subnetId());
        tx.put(SUBNET.kind(), scope, subnet.id(), subnet.withAddresses(subnet.addresses().giveBack()));
    }
}
