package dev.remora.ec2;

import static dev.remora.ec2.Resource.INSTANCE;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.ec2.Instance.State;
import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Vpc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What RunInstances asks for, checked, so that it can be made in one transaction: instances with their interfaces, or nothing.
 *
 * @param devices the interfaces of each instance, the primary one first
 */
record InstanceLaunch(
        int count,
        InstanceType type,
        String imageId,
        String userData,
        String keyName,
        boolean terminatesOnShutdown,
        boolean terminationDisabled,
        List<Device> devices,
        Optional<InstanceRoles.Profile> profile,
        MetadataOptions metadata,
        Map<String, String> tags,
        Map<String, String> interfaceTags) {
    /** As AWS has it for a request. */
    static final int MAX_INSTANCES = 64;

    static final int MAX_USER_DATA = 16 * 1024;
    static final int MAX_DEVICES = 8;

    /** How many instances there ever were, in the installation. */
    record Count(int given) {}

    static final Kind<Count> COUNT = Kind.of("ec2.instance-count", Count.class);
    private static final String THE_COUNT = "count";

    /** An interface that is made, or one that exists. */
    private sealed interface Device {
        int index();

        record Fresh(
                int index,
                @Nullable String subnet,
                List<String> groups,
                SubnetAddresses.Wanted addresses,
                String description,
                boolean deletes,
                @Nullable Boolean withPublic)
                implements Device {}

        record Existing(int index, String id, boolean deletes) implements Device {}
    }

    static InstanceLaunch of(RunInstancesRequest r, InstanceRoles roles, String account) {
        int min = r.minCount() == null ? 1 : r.minCount();
        int max = r.maxCount() == null ? min : r.maxCount();
        if (min < 1 || max < min) {
            throw Refusals.invalidValue(
                    "Invalid value '" + max + "' for maxCount. Must be at least minCount, which is positive.");
        }
        if (max > MAX_INSTANCES) {
            throw Refusals.of(
                    "InstanceLimitExceeded",
                    "You have requested more instances (" + max + ") than your current instance limit of " + MAX_INSTANCES
                            + " allows for the specified instance type.");
        }
        String image = Refusals.require(r.imageId(), "imageId");
        if (!image.startsWith("ami-")) {
            throw Refusals.malformedId("InvalidAMIID.Malformed", image, "ami");
        }
        if (!image.equals(HostImage.ID)) {
            throw Refusals.of("InvalidAMIID.NotFound", "The image id '[" + image + "]' does not exist");
        }
        String behaviour = r.instanceInitiatedShutdownBehaviorAsString();
        if (behaviour != null && !behaviour.equals("stop") && !behaviour.equals("terminate")) {
            throw Refusals.invalidValue(behaviour, "instanceInitiatedShutdownBehavior", "It is stop or terminate.");
        }
        return new InstanceLaunch(
                max,
                InstanceType.named(r.instanceTypeAsString()),
                image,
                userData(r.userData()),
                r.keyName() == null ? "" : r.keyName(),
                "terminate".equals(behaviour),
                Boolean.TRUE.equals(r.disableApiTermination()),
                devices(r, max),
                Optional.ofNullable(r.iamInstanceProfile()).map(given -> InstanceProfiles.named(roles, account, given)),
                MetadataOptions.of(r.metadataOptions()),
                tags(r, "instance"),
                tags(r, "network-interface"));
    }

    static String userData(@Nullable String given) {
        if (given == null) {
            return "";
        }
        try {
            byte[] data = Base64.getDecoder().decode(given.replaceAll("\\s", ""));
            if (data.length > MAX_USER_DATA) {
                throw Refusals.invalidValue("User data is limited to " + MAX_USER_DATA + " bytes");
            }
            return Base64.getEncoder().encodeToString(data);
        } catch (IllegalArgumentException malformed) {
            throw Refusals.invalidValue("Invalid BASE64 encoding of user data");
        }
    }

    private static Map<String, String> tags(RunInstancesRequest r, String type) {
        for (TagSpecification s : r.tagSpecifications()) {
            if (!List.of("instance", "network-interface", "volume").contains(String.valueOf(s.resourceTypeAsString()))) {
                throw Refusals.invalidValue(
                        "'" + s.resourceTypeAsString() + "' is not a valid taggable resource type for this operation.");
            }
        }
        return TagSpecs.forNew(
                type, r.tagSpecifications().stream().filter(s -> type.equals(s.resourceTypeAsString())).toList());
    }

    private static List<Device> devices(RunInstancesRequest r, int count) {
        if (r.networkInterfaces().isEmpty()) {
            if (!r.securityGroups().isEmpty()) {
                throw Refusals.unsupported("Security groups are named by SecurityGroupIds.");
            }
            var addresses = new SubnetAddresses.Wanted(
                    address(r.privateIpAddress()), List.of(), 0,
                    ipv6(r.ipv6Addresses().stream().map(a -> a.ipv6Address()).toList()),
                    Optional.ofNullable(r.ipv6AddressCount()));
            return List.of(new Device.Fresh(
                    0, r.subnetId(), r.securityGroupIds(), single(addresses, count), "", true, null));
        }
        if (r.subnetId() != null || !r.securityGroupIds().isEmpty() || r.privateIpAddress() != null) {
            throw Refusals.combination("Network interfaces and an instance-level subnet ID or security groups may not be"
                    + " specified on the same request");
        }
        Map<Integer, Device> devices = new TreeMap<>();
        for (InstanceNetworkInterfaceSpecification s : r.networkInterfaces()) {
            int index = s.deviceIndex() == null ? -1 : s.deviceIndex();
            if (index < 0 || index >= MAX_DEVICES) {
                throw Refusals.invalidValue(
                        "Each network interface requires a device index from 0 to " + (MAX_DEVICES - 1) + ".");
            }
            if (devices.put(index, device(s, index, count)) != null) {
                throw Refusals.invalidValue("Each network interface requires a unique device index.");
            }
        }
        if (!devices.containsKey(0)) {
            throw Refusals.invalidValue("When specifying network interfaces, you must include a device at index 0.");
        }
        return List.copyOf(devices.values());
    }

    private static Device device(InstanceNetworkInterfaceSpecification s, int index, int count) {
        if (s.networkInterfaceId() != null) {
            if (count > 1) {
                throw Refusals.combination("Network interfaces may not be specified when launching multiple instances.");
            }
            return new Device.Existing(index, s.networkInterfaceId(), Boolean.TRUE.equals(s.deleteOnTermination()));
        }
        if (Boolean.TRUE.equals(s.associatePublicIpAddress()) && index > 0) {
            throw Refusals.combination(
                    "The associatePublicIPAddress parameter can only be specified for the network interface with DeviceIndex 0.");
        }
        List<Ipv4> secondary = s.privateIpAddresses().stream()
                .filter(a -> !Boolean.TRUE.equals(a.primary()))
                .flatMap(a -> address(a.privateIpAddress()).stream())
                .toList();
        Optional<Ipv4> primary = s.privateIpAddresses().stream()
                .filter(a -> Boolean.TRUE.equals(a.primary()))
                .flatMap(a -> address(a.privateIpAddress()).stream())
                .findFirst()
                .or(() -> address(s.privateIpAddress()));
        var addresses = new SubnetAddresses.Wanted(
                primary, secondary, s.secondaryPrivateIpAddressCount() == null ? 0 : s.secondaryPrivateIpAddressCount(),
                ipv6(s.ipv6Addresses().stream().map(a -> a.ipv6Address()).toList()), Optional.ofNullable(s.ipv6AddressCount()));
        return new Device.Fresh(
                index, s.subnetId(), s.groups(), single(addresses, count), s.description() == null ? "" : s.description(),
                s.deleteOnTermination() == null || s.deleteOnTermination(), s.associatePublicIpAddress());
    }

    private static SubnetAddresses.Wanted single(SubnetAddresses.Wanted addresses, int count) {
        boolean named = addresses.primary().isPresent() || !addresses.secondary().isEmpty() || !addresses.ipv6().isEmpty();
        if (named && count > 1) {
            throw Refusals.combination("The parameter privateIpAddress cannot be used when launching multiple instances.");
        }
        return addresses;
    }

    private static Optional<Ipv4> address(@Nullable String text) {
        try {
            return Optional.ofNullable(text).map(Ipv4::parse);
        } catch (IllegalArgumentException malformed) {
            throw Refusals.invalidValue("invalid value for parameter address: " + text);
        }
    }

    private static List<Ipv6> ipv6(List<String> texts) {
        try {
            return texts.stream().map(Ipv6::parse).toList();
        } catch (IllegalArgumentException malformed) {
            throw Refusals.invalidValue("invalid value for parameter ipv6Addresses: " + texts);
        }
    }

    /** Makes all instances, pending. */
    List<Instance> make(Transaction tx, Scope scope, Ids ids, Instant now) {
        String reservation = "r-" + ids.resource("r").substring(2);
        var made = new ArrayList<Instance>();
        for (int i = 0; i < count; i++) {
            made.add(make(tx, scope, ids, now, reservation, i));
        }
        return made;
    }

    private Instance make(Transaction tx, Scope scope, Ids ids, Instant now, String reservation, int launchIndex) {
        String id = ids.resource(INSTANCE.prefix());
        List<NetworkInterface> interfaces = new ArrayList<>();
        for (Device device : devices) {
            interfaces.add(switch (device) {
                case Device.Fresh fresh -> fresh(tx, scope, ids, now, id, fresh);
                case Device.Existing existing -> existing(tx, scope, ids, now, id, existing);
            });
        }
        NetworkInterface primary = interfaces.getFirst();
        if (interfaces.stream().map(NetworkInterface::zone).distinct().count() > 1) {
            throw Refusals.combination("You may not attach a network interface to an instance of another availability zone.");
        }
        if (interfaces.stream().map(NetworkInterface::vpcId).distinct().count() > 1) {
            throw Refusals.combination("Interfaces of several networks cannot be attached to one instance.");
        }
        Subnet subnet = SUBNET.require(tx, scope, primary.subnetId());
        var instance = new Instance(
                id, reservation, launchIndex, number(tx), imageId, type.name(), State.PENDING, primary.vpcId(),
                primary.subnetId(), primary.zone(), primary.id(), userData, keyName, now, now, Optional.empty(),
                withPublic(subnet), terminatesOnShutdown, terminationDisabled,
                profile.map(p -> new ProfileAssociation(ids.resource(ProfileAssociation.PREFIX), p.arn(), p.id(), now)),
                metadata, tags);
        tx.put(INSTANCE.kind(), scope, id, instance);
        return instance;
    }

    private boolean withPublic(Subnet subnet) {
        return devices.getFirst() instanceof Device.Fresh fresh
                && (fresh.withPublic() == null ? subnet.publicOnLaunch() : fresh.withPublic());
    }

    private static int number(Transaction tx) {
        int given = tx.get(COUNT, PublicAddresses.INSTALLATION, THE_COUNT).map(Count::given).orElse(0);
        tx.put(COUNT, PublicAddresses.INSTALLATION, THE_COUNT, new Count(given + 1));
        return given;
    }

    private NetworkInterface fresh(Transaction tx, Scope scope, Ids ids, Instant now, String instanceId, Device.Fresh device) {
        String subnetId = device.subnet() != null ? device.subnet() : defaultSubnet(tx, scope);
        var wanted = new NewInterface(
                subnetId, device.groups(), device.addresses(), device.description(), "interface", "", false,
                new Topology.Attachment.None(), interfaceTags);
        NetworkInterface made = wanted.make(tx, scope, ids, now);
        return attached(tx, scope, ids, now, instanceId, made, device.index(), device.deletes());
    }

    private static NetworkInterface existing(
            Transaction tx, Scope scope, Ids ids, Instant now, String instanceId, Device.Existing device) {
        NetworkInterface found = NETWORK_INTERFACE.require(tx, scope, device.id());
        if (found.attachment().isPresent()) {
            throw Refusals.of("InvalidNetworkInterface.InUse", "Interface: [" + found.id() + "] in use.");
        }
        return attached(tx, scope, ids, now, instanceId, found, device.index(), device.deletes());
    }

    /** Puts the interface, attached to the instance; what is behind it comes with the machine. */
    static NetworkInterface attached(
            Transaction tx,
            Scope scope,
            Ids ids,
            Instant now,
            String instanceId,
            NetworkInterface n,
            int index,
            boolean deletes) {
        var attachment = new NetworkInterface.Attachment(
                ids.resource("eni-attach"), scope.account(), instanceId, index, now, deletes);
        NetworkInterface then = n.attached(Optional.of(attachment), new Topology.Attachment.None());
        tx.put(NETWORK_INTERFACE.kind(), scope, n.id(), then);
        return then;
    }

    private static String defaultSubnet(Transaction tx, Scope scope) {
        Vpc vpc = AccountRegions.defaultVpc(tx, scope)
                .orElseThrow(() -> Refusals.of(
                        "VPCIdNotSpecified",
                        "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC."));
        return defaultSubnet(tx, scope, vpc)
                .map(Subnet::id)
                .orElseThrow(() -> Refusals.of("MissingInput", "No subnets found for the default VPC '" + vpc.id() + "'."));
    }

    /** The subnet that instances are put into if none is named. */
    static Optional<Subnet> defaultSubnet(View view, Scope scope, Vpc vpc) {
        return SUBNET.inVpc(view, scope, vpc.id()).stream()
                .filter(Subnet::defaultForZone)
                .min(Comparator.comparing(Subnet::zone));
    }
}
