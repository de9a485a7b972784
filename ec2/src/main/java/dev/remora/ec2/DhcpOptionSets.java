package dev.remora.ec2;

import static dev.remora.ec2.Resource.DHCP_OPTIONS;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.DhcpOptions;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DhcpConfiguration;
import software.amazon.awssdk.services.ec2.model.NewDhcpConfiguration;

/**
 * Sets of DHCP options. Nothing here asks by DHCP: what a set says is kept and shown. But name servers other than Amazon's are
 * refused, because nobody would ask them.
 */
final class DhcpOptionSets {
    /** What AWS calls the absence of a set. */
    static final String NONE = "default";

    private static final String DOMAIN = "domain-name";
    private static final String SERVERS = "domain-name-servers";
    private static final String RESOLVER = "AmazonProvidedDNS";
    private static final Pattern ADDRESSES = Pattern.compile("[0-9a-fA-F.:]{2,45}");

    /** The form of each option's values. */
    private static final Map<String, Pattern> KNOWN = Map.of(
            DOMAIN, Pattern.compile("[A-Za-z0-9. _-]{1,253}"),
            SERVERS, Pattern.compile(Pattern.quote(RESOLVER)),
            "ntp-servers", ADDRESSES,
            "netbios-name-servers", ADDRESSES,
            "netbios-node-type", Pattern.compile("[1248]"),
            "ipv6-address-preferred-lease-time", Pattern.compile("[0-9]{1,10}"));

    /** How many servers an option may name. */
    private static final int MAX_VALUES = 4;

    private static final Filters<DhcpOptions> FILTERS = Filters.<DhcpOptions>tagged()
            .on("dhcp-options-id", DhcpOptions::id)
            .onAny("key", o -> o.options().keySet())
            .onAny("value", o -> o.options().values().stream().flatMap(List::stream).toList());

    private final Store store;
    private final Ids ids;
    private final AccountRegions regions;

    DhcpOptionSets(Store store, Ids ids, AccountRegions regions) {
        this.store = store;
        this.ids = ids;
        this.regions = regions;
    }

    /** What a region's VPCs start with. */
    static Map<String, List<String>> initial(Region region) {
        return Map.of(DOMAIN, List.of(region.privateDomain()), SERVERS, List.of(RESOLVER));
    }

    CreateDhcpOptionsResponse create(CreateDhcpOptionsRequest r, Call call) {
        if (r.dhcpConfigurations().isEmpty()) {
            throw Refusals.missing("dhcpConfigurations");
        }
        var options = new TreeMap<String, List<String>>();
        for (NewDhcpConfiguration given : r.dhcpConfigurations()) {
            String key = Refusals.require(given.key(), "key");
            if (options.put(key, checked(key, given.values())) != null) {
                throw Refusals.invalidValue(key, "dhcpConfigurations", "Each option may be given once.");
            }
        }
        Map<String, String> tags = TagSpecs.forNew(DHCP_OPTIONS.type(), r.tagSpecifications());
        Scope scope = regions.enter(call);
        DhcpOptions made = store.write(tx -> {
            var set = new DhcpOptions(ids.resource(DHCP_OPTIONS.prefix()), options, tags);
            tx.put(DHCP_OPTIONS.kind(), scope, set.id(), set);
            return set;
        });
        return CreateDhcpOptionsResponse.builder().dhcpOptions(shown(scope, made)).build();
    }

    private static List<String> checked(String key, List<String> values) {
        Pattern form = KNOWN.get(key);
        if (form == null) {
            throw Refusals.invalidValue(key, "key", "Unknown DHCP option.");
        }
        if (values.isEmpty() || values.size() > MAX_VALUES) {
            throw Refusals.invalidValue(values.toString(), key, "An option has one to " + MAX_VALUES + " values.");
        }
        for (String value : values) {
            if (!form.matcher(value).matches()) {
                throw key.equals(SERVERS)
                        ? Refusals.unsupported("Name servers other than " + RESOLVER + " are not supported: " + value + ".")
                        : Refusals.invalidValue(value, key, "It is not a value of this DHCP option.");
            }
        }
        return List.copyOf(values);
    }

    AssociateDhcpOptionsResponse associate(AssociateDhcpOptionsRequest r, Call call) {
        String id = Refusals.require(r.dhcpOptionsId(), "dhcpOptionsId");
        String vpcId = Refusals.require(r.vpcId(), "vpcId");
        Scope scope = regions.enter(call);
        store.write(tx -> {
            if (!id.equals(NONE)) {
                DHCP_OPTIONS.require(tx, scope, id);
            }
            Vpc vpc = VPC.require(tx, scope, vpcId).withDhcpOptions(id);
            tx.put(VPC.kind(), scope, vpcId, vpc);
            return vpc;
        });
        return AssociateDhcpOptionsResponse.builder().build();
    }

    DeleteDhcpOptionsResponse delete(DeleteDhcpOptionsRequest r, Call call) {
        String id = Refusals.require(r.dhcpOptionsId(), "dhcpOptionsId");
        Scope scope = regions.enter(call);
        store.write(tx -> {
            DhcpOptions set = DHCP_OPTIONS.require(tx, scope, id);
            boolean initial = AccountRegions.dhcpOptionsId(tx, scope).equals(id);
            if (initial || tx.all(VPC.kind(), scope).stream().anyMatch(v -> v.dhcpOptionsId().equals(id))) {
                throw Refusals.inUse("dhcpOptions", id);
            }
            tx.delete(DHCP_OPTIONS.kind(), scope, id);
            return set;
        });
        return DeleteDhcpOptionsResponse.builder().build();
    }

    DescribeDhcpOptionsResponse describe(DescribeDhcpOptionsRequest r, Call call) {
        Scope scope = regions.enter(call);
        var page = Listing.of(call, "dhcpOptionsIds", r.dhcpOptionsIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, DHCP_OPTIONS, FILTERS.withOwner(scope));
        return DescribeDhcpOptionsResponse.builder()
                .dhcpOptions(page.map(o -> shown(scope, o)))
                .nextToken(page.nextToken())
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.DhcpOptions shown(Scope scope, DhcpOptions set) {
        return software.amazon.awssdk.services.ec2.model.DhcpOptions.builder()
                .dhcpOptionsId(set.id())
                .ownerId(scope.account())
                .dhcpConfigurations(new TreeMap<>(set.options())
                        .entrySet().stream()
                                .map(e -> DhcpConfiguration.builder()
                                        .key(e.getKey())
                                        .values(e.getValue().stream()
                                                .map(v -> AttributeValue.builder().value(v).build())
                                                .toList())
                                        .build())
                                .toList())
                .tags(TagSpecs.shown(set.tags()))
                .build();
    }
}
