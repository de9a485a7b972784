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
 * @param groups ids; none means the VPC's default group, but for what has no groups
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
    /** Takes the addresses and puts the interface. */
    NetworkInterface make(Transaction tx, Scope scope, Ids ids, Instant now) {
        var desk = new SubnetAddresses(tx, scope, ids, subnetId);
        String vpcId = desk.subnet().vpcId();
        List<String> members = members(tx, scope, vpcId);
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
                !(backing instanceof Topology.Attachment.Translator),
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

    private List<String> members(View view, Scope scope, String vpcId) {
        if (backing instanceof Topology.Attachment.Translator) {
            return List.of();
        }
        return groups.isEmpty()
                ? List.of(VPC.require(view, scope, vpcId).defaultGroupId())
                : checkedGroups(view, scope, vpcId, groups);
    }

    /** What is AWS's own hangs on its side, everything else that has something behind it on its requester's. */
    private Optional<Attachment> attachment(Ids ids, Instant now) {
        return switch (backing) {
            case Topology.Attachment.None none -> Optional.empty();
            case Topology.Attachment.Hyperplane hyperplane -> ofAws(ids, now);
            case Topology.Attachment.Workload workload -> ofRequester(ids, now);
            case Topology.Attachment.Further further -> ofRequester(ids, now);
            case Topology.Attachment.Translator translator -> ofAws(ids, now);
        };
    }

    private static Optional<Attachment> ofAws(Ids ids, Instant now) {
        return Optional.of(
                new Attachment(ids.resource(NetworkInterfaces.HYPERPLANE_ATTACHMENT), "amazon-aws", "", 1, now, false));
    }

    private Optional<Attachment> ofRequester(Ids ids, Instant now) {
        return Optional.of(new Attachment(ids.resource("eni-attach"), requesterId, "", 1, now, false));
    }

    /** The groups, each once, if all are of the VPC. How many there may be is the caller's to know. */
    static List<String> checkedGroups(View view, Scope scope, String vpcId, List<String> groups) {
        List<String> distinct = groups.stream().distinct().toList();
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
        ElasticIps.leave(tx, scope, old.id());
        tx.delete(NETWORK_INTERFACE.kind(), scope, old.id());
        var desk = new SubnetAddresses(tx, scope, ids, old.subnetId());
        desk.giveBack(1 + old.secondary().size());
        desk.done();
    }
}
