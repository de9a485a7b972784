package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.net.Cidr;
import dev.remora.net.Cidr6;
import dev.remora.net.IpBlock;
import dev.remora.net.Ipv4;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.vpc.AddressPool;
import dev.remora.vpc.Subnet;
import dev.remora.vpc.Subnet.LaunchNames;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateDefaultSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;

/** Subnets. */
final class Subnets {
    private static final Filters<Subnet> FILTERS = Filters.<Subnet>tagged()
            .on("subnet-id", Subnet::id)
            .on("vpc-id", Subnet::vpcId)
            .indexed("vpc-id", "vpc")
            .on("availability-zone", Subnet::zone)
            .on("availabilityZone", Subnet::zone)
            .on("availability-zone-id", Subnets::zoneId)
            .on("availabilityZoneId", Subnets::zoneId)
            .on("available-ip-address-count", s -> Integer.toString(s.freeAddresses()))
            .onAny("cidr-block", s -> block(s).toList())
            .onAny("cidr", s -> block(s).toList())
            .onAny("cidrBlock", s -> block(s).toList())
            .on("default-for-az", s -> Boolean.toString(s.defaultForZone()))
            .on("defaultForAz", s -> Boolean.toString(s.defaultForZone()))
            .on("map-public-ip-on-launch", s -> Boolean.toString(s.publicOnLaunch()))
            .on("enable-dns64", s -> "false")
            .on("ipv6-native", s -> Boolean.toString(s.ipv6Only()))
            .on("assign-ipv6-address-on-creation", s -> Boolean.toString(s.ipv6OnCreation()))
            .on("state", s -> "available")
            .onAny("ipv6-cidr-block-association.ipv6-cidr-block", s -> block6(s, b -> b.block().toString()))
            .onAny("ipv6-cidr-block-association.association-id", s -> block6(s, Subnet.Block6::associationId))
            .onAny("ipv6-cidr-block-association.state", s -> block6(s, b -> "associated"));

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;

    Subnets(Store store, Ids ids, AccountRegions regions) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
    }

    CreateSubnetResponse create(CreateSubnetRequest r, Call call) {
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        checkFamilies(r);
        Optional<Cidr> block = Optional.ofNullable(r.cidrBlock()).map(Subnets::block);
        Optional<Cidr6> block6 = Optional.ofNullable(r.ipv6CidrBlock()).map(SubnetBlocks::block6);
        String zone = zone(new Region(call.region()), r.availabilityZone(), r.availabilityZoneId());
        Map<String, String> tags = TagSpecs.forNew("subnet", r.tagSpecifications());
        Scope scope = regions.enter(call);
        Subnet made = store.write(tx -> {
            Vpc vpc = VPC.require(tx, scope, vpcId);
            regions.allow(Quota.SUBNETS_PER_VPC, SUBNET.countInVpc(tx, scope, vpcId) + 1);
            block.ifPresent(b -> {
                if (!vpc.contains(b) || b.prefix() > Vpcs.LONGEST_PREFIX || b.prefix() < Vpcs.SHORTEST_PREFIX) {
                    throw Refusals.of("InvalidSubnet.Range", "The CIDR '" + r.cidrBlock() + "' is invalid.");
                }
                if (SUBNET.inVpc(tx, scope, vpcId).stream().anyMatch(s -> overlaps(s, b))) {
                    throw Refusals.of(
                            "InvalidSubnet.Conflict", "The CIDR '" + r.cidrBlock() + "' conflicts with another subnet");
                }
            });
            block6.ifPresent(b -> SubnetBlocks.check(tx, scope, vpc, b));
            Subnet subnet = subnet(ids, vpc, block, zone, false, tags)
                    .withBlock6(block6.map(b -> new Subnet.Block6(ids.resource(SubnetBlocks.PREFIX), b)));
            return put(tx, scope, subnet.withIpv6OnCreation(subnet.ipv6Only()));
        });
        return CreateSubnetResponse.builder().subnet(shown(scope, made)).build();
    }

    private static void checkFamilies(CreateSubnetRequest r) {
        boolean only6 = Boolean.TRUE.equals(r.ipv6Native());
        if (!only6 && r.cidrBlock() == null) {
            throw Refusals.of("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
        }
        if (only6 && r.ipv6CidrBlock() == null) {
            throw Refusals.of("MissingParameter", "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.");
        }
        if (only6 && r.cidrBlock() != null) {
            throw Refusals.combination("When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set"
                    + " ipv6Native to true.");
        }
    }

    private static List<String> block6(Subnet subnet, Function<Subnet.Block6, String> value) {
        return subnet.block6().map(value).stream().toList();
    }

    private static Stream<String> block(Subnet subnet) {
        return subnet.block().map(Cidr::toString).stream();
    }

    static boolean overlaps(Subnet subnet, IpBlock block) {
        return subnet.blocks().stream().anyMatch(b -> b.overlaps(block));
    }

    private static Cidr block(String text) {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.invalidValue(text, "cidrBlock", "This is not a valid CIDR block.");
        }
    }

    private static String zone(Region region, @Nullable String name, @Nullable String id) {
        if (name != null && id != null) {
            throw Refusals.combination("Only one of availabilityZone and availabilityZoneId may be specified.");
        }
        if (name == null && id == null) {
            return region.zones().getFirst();
        }
        String zone = name != null ? name : region.zoneOf(String.valueOf(id));
        if (!region.zones().contains(zone)) {
            throw Refusals.invalidValue(
                    name != null ? name : String.valueOf(id),
                    name != null ? "availabilityZone" : "availabilityZoneId",
                    "Subnets can currently only be created in the following availability zones: "
                            + String.join(", ", region.zones()) + ".");
        }
        return zone;
    }

    private static Subnet subnet(
            Ids ids, Vpc vpc, Optional<Cidr> block, String zone, boolean isDefault, Map<String, String> tags) {
        return new Subnet(
                ids.resource(SUBNET.prefix()),
                vpc.id(),
                block,
                Optional.empty(),
                zone,
                isDefault,
                isDefault,
                false,
                LaunchNames.BY_ADDRESS,
                new Subnet.AclAssociation(ids.resource("aclassoc"), vpc.networkAclId()),
                AddressPool.UNUSED,
                tags);
    }

    static Subnet put(Transaction tx, Scope scope, Subnet subnet) {
        tx.put(SUBNET.kind(), scope, subnet.id(), subnet);
        return subnet;
    }

    /** The zone's default subnet: the first /20 of the default VPC that is free. */
    static Subnet makeDefault(Transaction tx, Scope scope, Ids ids, Vpc vpc, String zone) {
        List<Subnet> others = SUBNET.inVpc(tx, scope, vpc.id());
        int step = 1 << 32 - AccountRegions.DEFAULT_SUBNET_PREFIX;
        for (Ipv4 base = vpc.primary().base(); vpc.primary().contains(base); base = base.plus(step)) {
            var block = new Cidr(base, AccountRegions.DEFAULT_SUBNET_PREFIX);
            if (others.stream().noneMatch(s -> overlaps(s, block))) {
                return put(tx, scope, subnet(ids, vpc, Optional.of(block), zone, true, Map.of()));
            }
        }
        throw Refusals.of("InvalidSubnet.Conflict", "The default VPC has no free /20 block for a default subnet.");
    }

    CreateDefaultSubnetResponse createDefault(CreateDefaultSubnetRequest r, Call call) {
        if (r.availabilityZone() == null && r.availabilityZoneId() == null) {
            throw Refusals.missing("availabilityZone");
        }
        String zone = zone(new Region(call.region()), r.availabilityZone(), r.availabilityZoneId());
        Scope scope = regions.enter(call);
        Subnet made = store.write(tx -> {
            Vpc vpc = AccountRegions.defaultVpc(tx, scope)
                    .orElseThrow(() -> Refusals.of(
                            "DefaultVpcDoesNotExist", "No default VPC exists for this account in this region."));
            if (SUBNET.inVpc(tx, scope, vpc.id()).stream()
                    .anyMatch(s -> s.defaultForZone() && s.zone().equals(zone))) {
                throw Refusals.of(
                        "DefaultSubnetAlreadyExistsInAvailabilityZone",
                        "'" + vpc.id() + "' already has a default subnet in " + zone + ".");
            }
            return makeDefault(tx, scope, ids, vpc, zone);
        });
        return CreateDefaultSubnetResponse.builder().subnet(shown(scope, made)).build();
    }

    DescribeSubnetsResponse describe(DescribeSubnetsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(call, "subnetIds", r.subnetIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, SUBNET, FILTERS
                        .withOwner(scope)
                        .on("subnet-arn", s -> SUBNET.arn(scope, s.id())));
        return DescribeSubnetsResponse.builder()
                .subnets(page.map(s -> shown(scope, s)))
                .nextToken(page.nextToken())
                .build();
    }

    DeleteSubnetResponse delete(DeleteSubnetRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.subnetId(), "subnetId");
        store.write(tx -> {
            Subnet subnet = SUBNET.require(tx, scope, id);
            if (tx.any(NETWORK_INTERFACE.kind(), scope, "subnet", id)) {
                throw Refusals.inUse("subnet", id);
            }
            for (var table : tx.find(ROUTE_TABLE.kind(), scope, "subnet", id)) {
                var left = table;
                for (var association : table.associations()) {
                    left = association.subnetId().equals(id) ? left.without(association) : left;
                }
                tx.put(ROUTE_TABLE.kind(), scope, table.id(), left);
            }
            FlowLogs.forget(tx, scope, id);
            tx.delete(SUBNET.kind(), scope, id);
            return subnet;
        });
        return DeleteSubnetResponse.builder().build();
    }

    ModifySubnetAttributeResponse modifyAttribute(ModifySubnetAttributeRequest r, Call call) {
        Scope scope = regions.enter(call);
        String id = Refusals.require(r.subnetId(), "subnetId");
        long named = Stream.of(
                        r.mapPublicIpOnLaunch(),
                        r.assignIpv6AddressOnCreation(),
                        r.enableDns64(),
                        r.privateDnsHostnameTypeOnLaunchAsString(),
                        r.enableResourceNameDnsARecordOnLaunch(),
                        r.enableResourceNameDnsAAAARecordOnLaunch())
                .filter(a -> a != null)
                .count();
        if (named == 0) {
            throw Refusals.missing("subnetAttribute");
        }
        if (named > 1) {
            throw Refusals.combination("Only one subnet attribute can be modified at a time.");
        }
        store.write(tx -> put(tx, scope, modified(SUBNET.require(tx, scope, id), r)));
        return ModifySubnetAttributeResponse.builder().build();
    }

    private static Subnet modified(Subnet subnet, ModifySubnetAttributeRequest r) {
        if (on(r.assignIpv6AddressOnCreation()) && subnet.block6().isEmpty()) {
            throw Refusals.invalidValue("Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set"
                    + " assign-ipv6-address-on-creation to true unless the subnet (" + subnet.id()
                    + ") has an IPv6 CIDR block associated with it.");
        }
        if (r.assignIpv6AddressOnCreation() != null && !on(r.assignIpv6AddressOnCreation()) && subnet.ipv6Only()) {
            throw Refusals.invalidValue("Invalid value 'false' for assign-ipv6-address-on-creation. Cannot set"
                    + " assign-ipv6-address-on-creation to false for the IPv6 native subnet (" + subnet.id() + ").");
        }
        if (on(r.enableDns64())) {
            throw subnet.block6().isPresent()
                    ? Refusals.unsupported("DNS64 is not supported: enableDns64 cannot be true.")
                    : Refusals.invalidValue("Invalid value 'true' for enable-dns64. Cannot set enable-dns64 to true"
                            + " unless the subnet (" + subnet.id() + ") has an IPv6 CIDR block associated with it.");
        }
        LaunchNames names = subnet.launchNames();
        String type = r.privateDnsHostnameTypeOnLaunchAsString();
        if (type != null) {
            if (!type.equals("ip-name") && !type.equals("resource-name")) {
                throw Refusals.invalidValue(
                        type, "privateDnsHostnameTypeOnLaunch", "Valid values are ip-name and resource-name.");
            }
            names = new LaunchNames(type, names.recordForIpv4(), names.recordForIpv6());
        }
        names = new LaunchNames(
                names.type(),
                wanted(r.enableResourceNameDnsARecordOnLaunch(), names.recordForIpv4()),
                wanted(r.enableResourceNameDnsAAAARecordOnLaunch(), names.recordForIpv6()));
        return subnet.withLaunchNames(names)
                .withIpv6OnCreation(wanted(r.assignIpv6AddressOnCreation(), subnet.ipv6OnCreation()))
                .withPublicOnLaunch(wanted(r.mapPublicIpOnLaunch(), subnet.publicOnLaunch()));
    }

    private static boolean on(@Nullable AttributeBooleanValue value) {
        return wanted(value, false);
    }

    private static boolean wanted(@Nullable AttributeBooleanValue value, boolean now) {
        return value == null || value.value() == null ? now : value.value();
    }

    private static String zoneId(Subnet subnet) {
        return new Region(subnet.zone().substring(0, subnet.zone().length() - 1)).zoneId(subnet.zone());
    }

    private static software.amazon.awssdk.services.ec2.model.Subnet shown(Scope scope, Subnet s) {
        var shown = software.amazon.awssdk.services.ec2.model.Subnet.builder()
                .subnetId(s.id())
                .subnetArn(SUBNET.arn(scope, s.id()))
                .vpcId(s.vpcId())
                .ownerId(scope.account())
                .state("available")
                .cidrBlock(block(s).findFirst().orElse(null))
                .availableIpAddressCount(s.freeAddresses())
                .availabilityZone(s.zone())
                .availabilityZoneId(zoneId(s))
                .defaultForAz(s.defaultForZone())
                .mapPublicIpOnLaunch(s.publicOnLaunch())
                .mapCustomerOwnedIpOnLaunch(false)
                .assignIpv6AddressOnCreation(s.ipv6OnCreation())
                .ipv6CidrBlockAssociationSet(
                        s.block6().map(b -> SubnetBlocks.shown(b, "associated")).stream().toList())
                .ipv6Native(s.ipv6Only())
                .enableDns64(false)
                .privateDnsNameOptionsOnLaunch(o -> o.hostnameType(s.launchNames().type())
                        .enableResourceNameDnsARecord(s.launchNames().recordForIpv4())
                        .enableResourceNameDnsAAAARecord(s.launchNames().recordForIpv6()));
        if (!s.tags().isEmpty()) {
            shown.tags(TagSpecs.shown(s.tags()));
        }
        return shown.build();
    }
}
