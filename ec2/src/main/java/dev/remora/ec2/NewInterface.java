package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.NetworkInterface.Attachment;
import dev.remora.vpc.SecurityGroup;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An interface that is to be made, for an account's own call or for a service that works for the account.
 *
 * @param groups ids; none means the VPC's default group
 * @param addresses that it is to have
 * @param requesterId who makes it, where that is not its owner; else empty
 */
record NewInterface(
        String subnetId,
        List<String> groups,
        SubnetAddresses.Wanted addresses,
        String description,
        String type,
        String requesterId,
        boolean requesterManaged,
        Topology.Attachment backing,
        Map<String, String> tags) {
    static final int MAX_GROUPS = 5;

    /** Takes the addresses and puts the interface. */
    NetworkInterface make(Transaction tx, Scope scope, Ids ids, Instant now) {
        var desk = new SubnetAddresses(tx, scope, ids, subnetId);
        String vpcId = desk.subnet().vpcId();
        List<String> members = groups.isEmpty()
                ? List.of(VPC.require(tx, scope, vpcId).defaultGroupId())
                : checkedGroups(tx, scope, vpcId, groups);
        var made = new NetworkInterface(
                ids.resource(NETWORK_INTERFACE.prefix()),
                vpcId,
                subnetId,
                desk.subnet().zone(),
                desk.primary(addresses),
                desk.secondary(addresses),
                desk.ipv6(addresses),
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
        desk.done();
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

    /** Takes an interface away and gives its addresses back. */
    static void unmake(Transaction tx, Scope scope, Ids ids, NetworkInterface old) {
        FlowLogs.forget(tx, scope, old.id());
        tx.delete(NETWORK_INTERFACE.kind(), scope, old.id());
        var desk = new SubnetAddresses(tx, scope, ids, old.subnetId());
        desk.giveBack(1 + old.secondary().size());
        desk.done();
    }
}
