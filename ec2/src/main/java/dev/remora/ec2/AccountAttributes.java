package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.vpc.Vpc;
import dev.remora.wire.Call;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.AccountAttribute;
import software.amazon.awssdk.services.ec2.model.AccountAttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAccountAttributesResponse;

/** What an account may do in a region. */
final class AccountAttributes {
    private final Store store;
    private final AccountRegions regions;

    AccountAttributes(Store store, AccountRegions regions) {
        this.store = store;
        this.regions = regions;
    }

    DescribeAccountAttributesResponse describe(DescribeAccountAttributesRequest r, Call call) {
        Scope scope = regions.enter(call);
        Map<String, String> all = new LinkedHashMap<>();
        all.put("supported-platforms", "VPC");
        all.put("vpc-max-security-groups-per-interface", Integer.toString(regions.quota(Quota.SECURITY_GROUPS_PER_INTERFACE)));
        all.put("max-elastic-ips", Integer.toString(regions.quota(Quota.ELASTIC_IPS)));
        all.put("max-instances", "20");
        all.put("vpc-max-elastic-ips", Integer.toString(regions.quota(Quota.ELASTIC_IPS)));
        all.put("default-vpc", AccountRegions.defaultVpc(store.view(), scope).map(Vpc::id).orElse("none"));
        for (String name : r.attributeNamesAsStrings()) {
            if (!all.containsKey(name)) {
                throw Refusals.invalidValue(name, "attributeName", "Unknown attribute.");
            }
        }
        return DescribeAccountAttributesResponse.builder()
                .accountAttributes(all.entrySet().stream()
                        .filter(e -> r.attributeNames().isEmpty() || r.attributeNamesAsStrings().contains(e.getKey()))
                        .map(e -> AccountAttribute.builder()
                                .attributeName(e.getKey())
                                .attributeValues(AccountAttributeValue.builder().attributeValue(e.getValue()).build())
                                .build())
                        .toList())
                .build();
    }
}
