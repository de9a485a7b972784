package dev.remora.ec2;

import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.store.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What other services of ours (Lambda, RDS) ask of EC2 inside the process. */
public interface Networks {
    Optional<Subnet> subnet(Scope scope, String subnetId);

    /** The subnets that the account's default VPC has one of in each zone; empty if there is no such VPC. */
    List<Subnet> defaultSubnets(Scope scope);

    Optional<Group> group(Scope scope, String groupId);

    /** Whether the VPC's instance tenancy is {@code dedicated}. */
    boolean dedicated(Scope scope, String vpcId);

    /** The id of the VPC's default security group. */
    String defaultGroup(Scope scope, String vpcId);

    /**
     * Makes an interface and takes an address of the subnet for it; durable when this returns, in force in the kernel a little
     * later (see {@link #awaitInForce}).
     *
     * @throws dev.remora.wire.AwsError InsufficientFreeAddressesInSubnet, InvalidSubnetID.NotFound, InvalidGroup.NotFound
     */
    Interface create(Scope scope, Wanted wanted);

    /**
     * Gives the interface an IPv6 address if its subnet has a block and it has none; in force a little later. Does nothing if
     * it is gone.
     */
    void addIpv6(Scope scope, String interfaceId);

    /** Changes an interface's groups; in force when this returns. */
    void regroup(Scope scope, String interfaceId, Set<String> groups);

    /** Waits until the kernel holds the interface; false if the time is over first. */
    boolean awaitInForce(Scope scope, String interfaceId, Duration atMost);

    /** Takes the interface away, cuts its flows and frees its address. Does nothing if it is gone. */
    void delete(Scope scope, String interfaceId);

    /**
     * Its service lets an interface go without the right to delete it: the data plane has nothing behind it any more, it shows as
     * {@code available}, and its owner may delete it. Does nothing if it is gone.
     */
    void abandon(Scope scope, String interfaceId);

    /** All interfaces of a type in the scope that were not abandoned, e.g. {@code lambda}, for reconciling after a start. */
    List<Interface> interfaces(Scope scope, String interfaceType);

    /** How many connections an interface of Lambda's carries now; 0 if they are certainly fewer than {@code atLeast}. */
    int connections(Scope scope, Interface of, int atLeast);

    /** See {@link dev.remora.net.Slots#spare}. */
    void spare(NatKey key, Set<String> interfaceIds);

    /** The interfaces that functions share. */
    HyperplaneInterfaces hyperplane();

    /** The name under which {@link dev.remora.net.Fabric} knows the VPC. */
    String router(Scope scope, String vpcId);

    /**
     * @param ipv4 whether it has an IPv4 block
     * @param ipv6 whether it has an IPv6 block
     */
    record Subnet(String id, String vpcId, String zone, boolean ipv4, boolean ipv6) {
        /** One with an IPv4 block. */
        public Subnet(String id, String vpcId, String zone, boolean ipv6) {
            this(id, vpcId, zone, true, ipv6);
        }

        public boolean dualStack() {
            return ipv4 && ipv6;
        }
    }

    record Group(String id, String vpcId, String name) {}

    record Interface(String id, String subnetId, String vpcId, Ipv4 address, Set<String> groups, String description) {}

    /**
     * @param interfaceType as DescribeNetworkInterfaces shows it: {@code lambda}, {@code interface}
     * @param requesterId as shown, e.g. {@code AROA…:session} or {@code amazon-rds}
     * @param attachment what the data plane puts behind it
     */
    record Wanted(
            String subnetId,
            Set<String> groups,
            String interfaceType,
            String description,
            String requesterId,
            boolean requesterManaged,
            Topology.Attachment attachment) {}
}
