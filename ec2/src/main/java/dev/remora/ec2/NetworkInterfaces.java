package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Ipv4;
import dev.remora.net.Ipv6;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.Vpc;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyNetworkInterfaceAttributeResponse;
import software.amazon.awssdk.services.ec2.model.PrivateIpAddressSpecification;

/** Elastic network interfaces. */
final class NetworkInterfaces {
    static final int MAX_DESCRIPTION_LENGTH = 255;

    /** The prefix of the attachment ids of interfaces that Lambda holds; nobody else may manage them. */
    static final String HYPERPLANE_ATTACHMENT = "ela-attach";

    private final Store store;
    private final Ids ids;
    private final InstantSource clock;
    private final AccountRegions regions;
    private final DataPlane plane;
    private final ClientTokens tokens;

    NetworkInterfaces(Store store, Ids ids, InstantSource clock, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.regions = regions;
        this.plane = plane;
        this.tokens = new ClientTokens(clock);
    }

    private static Filters<NetworkInterface> filters(View view, Scope scope) {
        var filters = Filters.<NetworkInterface>tagged()
                .on("network-interface-id", NetworkInterface::id)
                .on("subnet-id", NetworkInterface::subnetId)
                .indexed("subnet-id", "subnet")
                .on("vpc-id", NetworkInterface::vpcId)
                .indexed("vpc-id", "vpc")
                .onAny("group-id", NetworkInterface::groups)
                .indexed("group-id", "group")
                .on("interface-type", NetworkInterface::type)
                .onAny("group-name", i -> groups(view, scope, i).map(SecurityGroup::name).toList())
                .on("availability-zone", NetworkInterface::zone)
                .on("availability-zone-id", i -> new Region(scope.region()).zoneId(i.zone()))
                .on("description", NetworkInterface::description)
                .on("mac-address", InterfaceView::mac)
                .on("private-ip-address", i -> i.address().toString())
                .onAny("addresses.private-ip-address", i -> InterfaceView.privateAddresses(i).map(Ipv4::toString).toList())
                .onAny("addresses.primary", i -> i.secondary().isEmpty() ? List.of("true") : List.of("true", "false"))
                .onAny("ipv6-addresses.ipv6-address", i -> i.ipv6().stream().map(Ipv6::toString).toList())
                .on("private-dns-name", i -> InterfaceView.privateName(new Region(scope.region()), i.address()))
                .onAny("requester-id", i -> Stream.of(i.requesterId()).filter(r -> !r.isEmpty()).toList())
                .on("requester-managed", i -> Boolean.toString(i.requesterManaged()))
                .on("source-dest-check", i -> Boolean.toString(i.sourceCheck()))
                .on("status", InterfaceView::status)
                .onAny("attachment.attachment-id", i -> i.attachment().map(a -> a.id()).stream().toList())
                .indexed("attachment.attachment-id", "attachment")
                .onAny("attachment.instance-owner-id", i -> i.attachment().map(a -> a.owner()).stream().toList())
                .onAny("attachment.device-index", i -> i.attachment().map(a -> "" + a.deviceIndex()).stream().toList())
                .onAny("attachment.attach-time", i -> i.attachment().map(a -> a.attached().toString()).stream().toList())
                .onAny("attachment.status", i -> i.attachment().map(a -> "attached").stream().toList())
                .onAny(
                        "attachment.delete-on-termination",
                        i -> i.attachment().map(a -> "" + a.deleteOnTermination()).stream().toList());
        filters.onAny("attachment.instance-id", i -> i.attachment()
                .map(NetworkInterface.Attachment::instanceId)
                .filter(id -> !id.isEmpty())
                .stream()
                .toList());
        return new InterfaceAssociations(view, scope).filters(filters).withOwner(scope);
    }

    private static Stream<SecurityGroup> groups(View view, Scope scope, NetworkInterface i) {
        return i.groups().stream().flatMap(id -> view.get(SECURITY_GROUP.kind(), scope, id).stream());
    }

    CreateNetworkInterfaceResponse create(CreateNetworkInterfaceRequest r, Call call) {
        String type = r.interfaceTypeAsString();
        if (type != null && !type.equals("interface")) {
            throw Refusals.invalidValue(type, "interfaceType", "Interfaces of this type cannot be created here.");
        }
        var wanted = new NewInterface(
                Refusals.require(r.subnetId(), "subnetId"),
                r.groups(),
                wantedAddresses(r),
                checkedDescription(r.description()),
                "interface",
                "",
                false,
                new Topology.Attachment.None(),
                TagSpecs.forNew("network-interface", r.tagSpecifications()));
        regions.allow(Quota.SECURITY_GROUPS_PER_INTERFACE, r.groups().stream().distinct().count());
        Scope scope = regions.enter(call);
        NetworkInterface made = store.write(
                tx -> tokens.once(tx, scope, NETWORK_INTERFACE, r.clientToken(), wanted.toString(), () -> {
                    regions.allow(Quota.NETWORK_INTERFACES, tx.count(NETWORK_INTERFACE.kind(), scope) + 1);
                    return wanted.make(tx, scope, ids, clock.instant());
                }));
        return CreateNetworkInterfaceResponse.builder()
                .networkInterface(shown(store.view(), scope, new InterfaceView(scope), made).toBuilder()
                        .status("pending")
                        .build())
                .clientToken(r.clientToken())
                .build();
    }

    private static String checkedDescription(@Nullable String text) {
        if (text != null && text.length() > MAX_DESCRIPTION_LENGTH) {
            throw Refusals.invalidValue(
                    text, "description", "It must have at most " + MAX_DESCRIPTION_LENGTH + " characters.");
        }
        return text == null ? "" : text;
    }

    private static SubnetAddresses.Wanted wantedAddresses(CreateNetworkInterfaceRequest r) {
        List<PrivateIpAddressSpecification> all = r.privateIpAddresses();
        if (r.privateIpAddress() != null && all.stream().anyMatch(a -> Boolean.TRUE.equals(a.primary()))) {
            throw Refusals.combination("The parameter privateIpAddress cannot be used with the parameter privateIpAddresses");
        }
        if (all.stream().filter(a -> Boolean.TRUE.equals(a.primary())).count() > 1) {
            throw Refusals.combination("Only one primary private IP address can be specified.");
        }
        if (!all.isEmpty() && r.secondaryPrivateIpAddressCount() != null) {
            throw Refusals.combination(
                    "The parameter privateIpAddresses cannot be used with the parameter secondaryPrivateIpAddressCount");
        }
        if (!r.ipv6Addresses().isEmpty() && r.ipv6AddressCount() != null) {
            throw Refusals.combination("The parameter ipv6Addresses cannot be used with the parameter ipv6AddressCount");
        }
        Optional<String> primary = Optional.ofNullable(r.privateIpAddress()).or(() -> all.stream()
                .filter(a -> Boolean.TRUE.equals(a.primary()))
                .map(PrivateIpAddressSpecification::privateIpAddress)
                .findFirst());
        return new SubnetAddresses.Wanted(
                primary.map(SubnetAddresses::ipv4),
                all.stream()
                        .filter(a -> !Boolean.TRUE.equals(a.primary()))
                        .map(a -> SubnetAddresses.ipv4(Refusals.require(a.privateIpAddress(), "privateIpAddress")))
                        .toList(),
                count(r.secondaryPrivateIpAddressCount(), "secondaryPrivateIpAddressCount").orElse(0),
                r.ipv6Addresses().stream()
                        .map(a -> SubnetAddresses.ipv6(Refusals.require(a.ipv6Address(), "ipv6Address")))
                        .toList(),
                count(r.ipv6AddressCount(), "ipv6AddressCount"));
    }

    static Optional<Integer> count(@Nullable Integer given, String parameter) {
        if (given != null && given < 0) {
            throw Refusals.invalidValue(given.toString(), parameter, "It must not be negative.");
        }
        return Optional.ofNullable(given);
    }

    DescribeNetworkInterfacesResponse describe(DescribeNetworkInterfacesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var page = Listing.of(call, "networkInterfaceIds", r.networkInterfaceIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(view, scope, NETWORK_INTERFACE, filters(view, scope));
        var shown = new InterfaceView(scope);
        return DescribeNetworkInterfacesResponse.builder()
                .networkInterfaces(page.map(i -> shown(view, scope, shown, i)))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.NetworkInterface shown(
            View view, Scope scope, InterfaceView shown, NetworkInterface i) {
        boolean named = view.get(VPC.kind(), scope, i.vpcId()).map(Vpc::dnsSupport).orElse(false);
        return shown.shown(i, groups(view, scope, i).toList(), new InterfaceAssociations(view, scope), named);
    }

    DescribeNetworkInterfaceAttributeResponse describeAttribute(DescribeNetworkInterfaceAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        NetworkInterface i =
                NETWORK_INTERFACE.require(view, scope, Refusals.require(r.networkInterfaceId(), "networkInterfaceId"));
        String attribute = Refusals.require(r.attributeAsString(), "attribute");
        var answer = DescribeNetworkInterfaceAttributeResponse.builder().networkInterfaceId(i.id());
        switch (attribute) {
            case "description" -> answer.description(v -> v.value(i.description()));
            case "sourceDestCheck" -> answer.sourceDestCheck(v -> v.value(i.sourceCheck()));
            case "groupSet" -> answer.groups(InterfaceView.identifiers(groups(view, scope, i).toList()));
            case "attachment" -> answer.attachment(i.attachment().map(InterfaceView::attachment).orElse(null));
            case "associatePublicIpAddress" -> answer.associatePublicIpAddress(false);
            default -> throw Vpcs.unknownAttribute(attribute);
        }
        return answer.build();
    }

    ModifyNetworkInterfaceAttributeResponse modifyAttribute(ModifyNetworkInterfaceAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        long named = Stream.of(
                        r.description() != null,
                        r.sourceDestCheck() != null,
                        !r.groups().isEmpty(),
                        r.attachment() != null)
                .filter(given -> given)
                .count();
        if (named == 0) {
            throw Refusals.missing("networkInterfaceAttribute");
        }
        if (named > 1) {
            throw Refusals.combination("Only one network interface attribute can be modified at a time.");
        }
        if (r.attachment() != null) {
            throw NETWORK_INTERFACE.require(store.view(), scope, id).attachment().isPresent()
                    ? notAllowed()
                    : Refusals.of("InvalidAttachmentID.NotFound", "The network interface '" + id + "' is not attached.");
        }
        regions.allow(Quota.SECURITY_GROUPS_PER_INTERFACE, r.groups().stream().distinct().count());
        NetworkInterface changed = store.write(tx -> {
            NetworkInterface now = NETWORK_INTERFACE.require(tx, scope, id);
            NetworkInterface then = modified(tx, scope, now, r);
            tx.put(NETWORK_INTERFACE.kind(), scope, id, then);
            return then;
        });
        plane.settle(scope, changed.vpcId());
        return ModifyNetworkInterfaceAttributeResponse.builder().build();
    }

    private static NetworkInterface modified(
            View view, Scope scope, NetworkInterface now, ModifyNetworkInterfaceAttributeRequest r) {
        if (now.requesterManaged()) {
            throw Refusals.of("AuthFailure", "You do not have permission to access the specified resource.");
        }
        if (r.description() != null) {
            return now.withDescription(checkedDescription(r.description().value()));
        }
        if (now.backing() instanceof Topology.Attachment.Hyperplane) {
            throw notAllowed();
        }
        if (r.sourceDestCheck() != null) {
            return now.withSourceCheck(Boolean.TRUE.equals(r.sourceDestCheck().value()));
        }
        return now.withGroups(NewInterface.checkedGroups(view, scope, now.vpcId(), r.groups()));
    }

    static AwsError notAllowed() {
        return Refusals.of(
                "OperationNotPermitted", "You are not allowed to manage '" + HYPERPLANE_ATTACHMENT + "' attachments.");
    }

    DeleteNetworkInterfaceResponse delete(DeleteNetworkInterfaceRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.networkInterfaceId(), "networkInterfaceId");
        NetworkInterface deleted = store.write(tx -> {
            NetworkInterface old = NETWORK_INTERFACE.require(tx, scope, id);
            if (old.attachment().isPresent()) {
                throw Refusals.invalidValue("Network interface '" + id + "' is currently in use.");
            }
            NewInterface.unmake(tx, scope, ids, old);
            return old;
        });
        plane.settle(scope, deleted.vpcId());
        return DeleteNetworkInterfaceResponse.builder().build();
    }
}
