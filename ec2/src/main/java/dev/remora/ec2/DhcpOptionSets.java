package dev.remora.ec2;

import static dev.remora.ec2.Resource.DHCP_OPTIONS;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.DhcpOptions;
import dev.remora.wire.Call;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DhcpConfiguration;

/** Sets of DHCP options: the one that every VPC of a region has. */
final class DhcpOptionSets {
    private static final String RESOLVER = "AmazonProvidedDNS";

    private final Store store;
    private final AccountRegions regions;

    DhcpOptionSets(Store store, AccountRegions regions) {
        this.store = store;
        this.regions = regions;
    }

    DescribeDhcpOptionsResponse describe(DescribeDhcpOptionsRequest r, Call call) {
        Scope scope = regions.enter(call);
        String domain = new Region(scope.region()).privateDomain();
        var filters = Filters.<DhcpOptions>tagged()
                .on("dhcp-options-id", DhcpOptions::id)
                .onAny("key", o -> List.of("domain-name", "domain-name-servers"))
                .onAny("value", o -> List.of(domain, RESOLVER))
                .withOwner(scope);
        var page = Listing.of("dhcpOptionsIds", r.dhcpOptionsIds(), r.filters(), r.maxResults(), r.nextToken())
                .read(store.view(), scope, DHCP_OPTIONS, filters);
        return DescribeDhcpOptionsResponse.builder()
                .dhcpOptions(page.map(o -> software.amazon.awssdk.services.ec2.model.DhcpOptions.builder()
                        .dhcpOptionsId(o.id())
                        .ownerId(scope.account())
                        .dhcpConfigurations(option("domain-name", domain), option("domain-name-servers", RESOLVER))
                        .tags(TagSpecs.shown(o.tags()))
                        .build()))
                .nextToken(page.nextToken())
                .build();
    }

    private static DhcpConfiguration option(String key, String value) {
        return DhcpConfiguration.builder()
                .key(key)
                .values(AttributeValue.builder().value(value).build())
                .build();
    }
}
