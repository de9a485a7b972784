package dev.remora.ec2;

import static dev.remora.ec2.Resource.ELASTIC_IP;
import static dev.remora.ec2.Resource.INTERNET_GATEWAY;
import static dev.remora.ec2.Resource.NETWORK_INTERFACE;

import dev.remora.net.Ipv4;
import dev.remora.net.Topology;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.store.View;
import dev.remora.vpc.ElasticIp;
import dev.remora.vpc.ElasticIp.Association;
import dev.remora.vpc.NetworkInterface;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Address;
import software.amazon.awssdk.services.ec2.model.AddressAttribute;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;

/** Elastic IPs. What moves one answers when the kernel translates so. */
final class ElasticIps {
    static final String ASSOCIATION_PREFIX = "eipassoc";

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;
    private final DataPlane plane;

    ElasticIps(Store store, Ids ids, AccountRegions regions, DataPlane plane) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
        this.plane = plane;
    }

    AllocateAddressResponse allocate(AllocateAddressRequest r, Call call) {
        String domain = r.domainAsString();
        if (domain != null && !domain.equals("vpc")) {
            throw Refusals.invalidValue(domain, "domain", "Addresses are for use in a VPC.");
        }
        if (r.publicIpv4Pool() != null && !r.publicIpv4Pool().equals("amazon")) {
            throw Refusals.of("InvalidPublicIpv4PoolID.NotFound", "The pool ID '" + r.publicIpv4Pool() + "' does not exist.");
        }
        Map<String, String> tags = TagSpecs.forNew(ELASTIC_IP.type(), r.tagSpecifications());
        Optional<Ipv4> wanted = Optional.ofNullable(r.address()).map(text -> parsed(text, "address"));
        Scope scope = regions.enter(call);
        checkBorder(scope, r.networkBorderGroup());
        ElasticIp made = store.write(tx -> {
            regions.allow(Quota.ELASTIC_IPS, tx.count(ELASTIC_IP.kind(), scope) + 1);
            var ip = new ElasticIp(
                    ids.resource(ELASTIC_IP.prefix()), wanted.isPresent() ? recovered(tx, scope, wanted.get()) : next(tx, scope),
                    Optional.empty(), tags);
            return put(tx, scope, ip);
        });
        return AllocateAddressResponse.builder()
                .allocationId(made.id())
                .publicIp(made.address().toString())
                .publicIpv4Pool("amazon")
                .networkBorderGroup(scope.region())
                .domain("vpc")
                .build();
    }

    private static void checkBorder(Scope scope, @Nullable String group) {
        if (group != null && !group.equals(scope.region())) {
            throw Refusals.invalidValue(group, "networkBorderGroup", "The region has one network border group, its own.");
        }
    }

    private static Ipv4 recovered(Transaction tx, Scope scope, Ipv4 address) {
        if (!PublicAddresses.recover(tx, scope, address)) {
            throw notYours(address.toString());
        }
        return address;
    }

    private static Ipv4 next(Transaction tx, Scope scope) {
        return PublicAddresses.take(tx, scope)
                .orElseThrow(() -> Refusals.of(
                        "InsufficientAddressCapacity", "There are no more addresses available to allocate."));
    }

    private static Ipv4 parsed(String text, String parameter) {
        try {
            return Ipv4.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, parameter, "Invalid IPv4 address.");
        }
    }

    private static AwsError notYours(String address) {
        return Refusals.of("AuthFailure", "The address '" + address + "' does not belong to you.");
    }

    private static ElasticIp put(Transaction tx, Scope scope, ElasticIp ip) {
        tx.put(ELASTIC_IP.kind(), scope, ip.id(), ip);
        return ip;
    }

    /** The one that a request names, by allocation or by address. */
    private static ElasticIp named(View view, Scope scope, @Nullable String allocationId, @Nullable String address) {
        if (allocationId != null && address != null) {
            throw Refusals.combination("You may specify public IP or allocation id, but not both in the same call");
        }
        if (allocationId != null) {
            return ELASTIC_IP.require(view, scope, allocationId);
        }
        if (address == null) {
            throw Refusals.of("MissingParameter", "Either public IP or allocation id must be specified");
        }
        return view.find(ELASTIC_IP.kind(), scope, "address", parsed(address, "publicIp").toString()).stream()
                .findFirst()
                .orElseThrow(() -> notYours(address));
    }

    AssociateAddressResponse associate(AssociateAddressRequest r, Call call) {
        Scope scope = regions.enter(call);
        record Moved(ElasticIp ip, List<String> vpcs) {}
        Moved moved = store.write(tx -> {
            ElasticIp ip = named(tx, scope, r.allocationId(), r.publicIp());
            NetworkInterface to = receiver(tx, scope, r);
            Ipv4 address = r.privateIpAddress() == null ? to.address() : ownAddress(to, r.privateIpAddress());
            if (!INTERNET_GATEWAY.anyInVpc(tx, scope, to.vpcId())) {
                throw Refusals.of("Gateway.NotAttached", "Network " + to.vpcId() + " is not attached to any internet gateway");
            }
            var vpcs = new ArrayList<>(List.of(to.vpcId()));
            ip.association().flatMap(a -> tx.get(NETWORK_INTERFACE.kind(), scope, a.interfaceId())).ifPresent(from -> {
                if (from.requesterManaged()) {
                    throw notAllowed();
                }
                vpcs.add(from.vpcId());
            });
            displace(tx, scope, ip, to, address, !Boolean.FALSE.equals(r.allowReassociation()));
            return new Moved(associated(tx, scope, ids, ip, to, address), vpcs);
        });
        moved.vpcs().stream().distinct().forEach(vpc -> plane.settle(scope, vpc));
        return AssociateAddressResponse.builder()
                .associationId(moved.ip().association().orElseThrow().id())
                .build();
    }

    private static NetworkInterface receiver(View view, Scope scope, AssociateAddressRequest r) {
        if (r.networkInterfaceId() == null && r.instanceId() == null) {
            throw Refusals.of("MissingParameter", "Either instance ID or network interface id must be specified");
        }
        NetworkInterface to = r.networkInterfaceId() != null
                ? NETWORK_INTERFACE.require(view, scope, r.networkInterfaceId())
                : InstanceInterfaces.primary(view, scope, r.instanceId());
        boolean ofInstance = to.attachment().map(a -> a.instanceId().equals(r.instanceId())).orElse(false);
        if (r.networkInterfaceId() != null && r.instanceId() != null && !ofInstance) {
            throw Refusals.combination("The networkInterface ID '" + to.id() + "' is not attached to '" + r.instanceId() + "'");
        }
        if (to.requesterManaged()) {
            throw notAllowed();
        }
        if (to.backing() instanceof Topology.Attachment.Hyperplane) {
            throw NetworkInterfaces.notAllowed();
        }
        return to;
    }

    private static AwsError notAllowed() {
        return Refusals.of("AuthFailure", "You do not have permission to access the specified resource.");
    }

    private static Ipv4 ownAddress(NetworkInterface i, String text) {
        Ipv4 address = parsed(text, "privateIpAddress");
        if (!i.address().equals(address) && !i.secondary().contains(address)) {
            throw Refusals.invalidValue("The private IP address " + text + " is not assigned to interface " + i.id());
        }
        return address;
    }

    /** Refuses, or ends, the associations that the new one cannot stand beside. */
    private static void displace(
            Transaction tx, Scope scope, ElasticIp ip, NetworkInterface to, Ipv4 address, boolean mayMove) {
        Optional<ElasticIp> other = at(tx, scope, to.id(), address).filter(e -> !e.id().equals(ip.id()));
        boolean elsewhere = ip.association()
                .filter(a -> !a.interfaceId().equals(to.id()) || !a.privateAddress().equals(address))
                .isPresent();
        if (!mayMove && elsewhere) {
            throw alreadyAssociated(ip.id(), ip);
        }
        if (!mayMove && other.isPresent()) {
            throw alreadyAssociated(to.id(), other.get());
        }
        other.ifPresent(e -> put(tx, scope, e.associated(Optional.empty())));
    }

    static AwsError alreadyAssociated(String resource, ElasticIp ip) {
        return Refusals.of(
                "Resource.AlreadyAssociated",
                "resource " + resource + " is already associated with associate-id "
                        + ip.association().map(Association::id).orElse(""));
    }

    /** The Elastic IP of a private address of an interface. */
    static Optional<ElasticIp> at(View view, Scope scope, String interfaceId, Ipv4 address) {
        return view.find(ELASTIC_IP.kind(), scope, "interface", interfaceId).stream()
                .filter(e -> e.association().filter(a -> a.privateAddress().equals(address)).isPresent())
                .findFirst();
    }

    static ElasticIp associated(
            Transaction tx, Scope scope, Ids ids, ElasticIp ip, NetworkInterface i, Ipv4 address) {
        var association = new Association(ids.resource(ASSOCIATION_PREFIX), i.vpcId(), i.id(), address);
        return put(tx, scope, ip.associated(Optional.of(association)));
    }

    /** Ends the associations of an interface that goes away. */
    static void leave(Transaction tx, Scope scope, String interfaceId) {
        tx.find(ELASTIC_IP.kind(), scope, "interface", interfaceId)
                .forEach(ip -> put(tx, scope, ip.associated(Optional.empty())));
    }

    /** Ends the association of a private address that an interface gives back. */
    static void leave(Transaction tx, Scope scope, String interfaceId, Ipv4 address) {
        at(tx, scope, interfaceId, address).ifPresent(ip -> put(tx, scope, ip.associated(Optional.empty())));
    }

    DisassociateAddressResponse disassociate(DisassociateAddressRequest r, Call call) {
        Scope scope = regions.enter(call);
        Optional<NetworkInterface> left = store.write(tx -> {
            ElasticIp ip = r.associationId() != null && r.publicIp() == null
                    ? byAssociation(tx, scope, r.associationId())
                    : named(tx, scope, r.associationId(), r.publicIp());
            var from = ip.association().flatMap(a -> tx.get(NETWORK_INTERFACE.kind(), scope, a.interfaceId()));
            if (from.filter(NetworkInterface::requesterManaged).isPresent()) {
                throw notAllowed();
            }
            put(tx, scope, ip.associated(Optional.empty()));
            return from;
        });
        left.ifPresent(i -> plane.settle(scope, i.vpcId()));
        return DisassociateAddressResponse.builder().build();
    }

    static ElasticIp byAssociation(View view, Scope scope, String id) {
        return view.find(ELASTIC_IP.kind(), scope, "association", id).stream()
                .findFirst()
                .orElseThrow(() -> Refusals.of(
                        "InvalidAssociationID.NotFound", "The association ID '" + id + "' does not exist"));
    }

    ReleaseAddressResponse release(ReleaseAddressRequest r, Call call) {
        Scope scope = regions.enter(call);
        checkBorder(scope, r.networkBorderGroup());
        store.write(tx -> {
            ElasticIp ip = named(tx, scope, r.allocationId(), r.publicIp());
            if (ip.association().isPresent()) {
                throw Refusals.of("InvalidIPAddress.InUse", "Address " + ip.address() + " is in use.");
            }
            tx.delete(ELASTIC_IP.kind(), scope, ip.id());
            PublicAddresses.give(tx, scope, ip.address());
            return ip;
        });
        return ReleaseAddressResponse.builder().build();
    }

    private static Filters<ElasticIp> filters(View view, Scope scope) {
        return Filters.<ElasticIp>tagged()
                .on("allocation-id", ElasticIp::id)
                .on("public-ip", e -> e.address().toString())
                .indexed("public-ip", "address")
                .on("domain", e -> "vpc")
                .on("network-border-group", e -> scope.region())
                .onAny("association-id", e -> e.association().map(Association::id).stream().toList())
                .indexed("association-id", "association")
                .onAny("network-interface-id", e -> e.association().map(Association::interfaceId).stream().toList())
                .indexed("network-interface-id", "interface")
                .onAny("network-interface-owner-id", e -> e.association().map(a -> scope.account()).stream().toList())
                .onAny("private-ip-address", e -> e.association().map(a -> a.privateAddress().toString()).stream().toList())
                .onAny("instance-id", e -> instanceOf(view, scope, e).stream().toList());
    }

    private static Optional<String> instanceOf(View view, Scope scope, ElasticIp ip) {
        return ip.association()
                .flatMap(a -> view.get(NETWORK_INTERFACE.kind(), scope, a.interfaceId()))
                .flatMap(NetworkInterface::attachment)
                .map(NetworkInterface.Attachment::instanceId)
                .filter(id -> !id.isEmpty());
    }

    DescribeAddressesResponse describe(DescribeAddressesRequest r, Call call) {
        Scope scope = regions.enter(call);
        View view = store.view();
        var wanted = new ArrayList<>(r.allocationIds());
        for (String address : r.publicIps()) {
            wanted.add(view.find(ELASTIC_IP.kind(), scope, "address", address).stream()
                    .findFirst()
                    .orElseThrow(() -> Refusals.of("InvalidAddress.NotFound", "Address '" + address + "' not found."))
                    .id());
        }
        var page = Listing.of(call, "allocationIds", wanted, r.filters(), null, null)
                .read(view, scope, ELASTIC_IP, filters(view, scope));
        return DescribeAddressesResponse.builder().addresses(page.map(e -> shown(view, scope, e))).build();
    }

    private static Address shown(View view, Scope scope, ElasticIp ip) {
        var shown = Address.builder()
                .allocationId(ip.id())
                .publicIp(ip.address().toString())
                .publicIpv4Pool("amazon")
                .networkBorderGroup(scope.region())
                .domain("vpc")
                .tags(TagSpecs.shown(ip.tags()));
        ip.association()
                .ifPresent(a -> shown.associationId(a.id())
                        .networkInterfaceId(a.interfaceId())
                        .networkInterfaceOwnerId(scope.account())
                        .privateIpAddress(a.privateAddress().toString())
                        .instanceId(instanceOf(view, scope, ip).orElse(null)));
        return shown.build();
    }

    /** The one attribute there is, a domain name, nobody can set here; so every address has none. */
    DescribeAddressesAttributeResponse describeAttribute(DescribeAddressesAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        if (!"domain-name".equals(Refusals.require(r.attributeAsString(), "attribute"))) {
            throw Vpcs.unknownAttribute(r.attributeAsString());
        }
        View view = store.view();
        var page = Listing.of(call, "allocationIds", r.allocationIds(), List.of(), r.maxResults(), r.nextToken())
                .read(view, scope, ELASTIC_IP, filters(view, scope));
        return DescribeAddressesAttributeResponse.builder()
                .addresses(page.map(e -> AddressAttribute.builder()
                        .allocationId(e.id())
                        .publicIp(e.address().toString())
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }
}
