package dev.remora.lambda;

import dev.remora.ec2.Networks;
import dev.remora.store.Scope;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.VpcConfig;

/** What a request says about a VPC: looked up, checked, and as condition keys for the decision about the request. */
final class VpcConfigs {
    static final int SUBNETS_MAX = 16;
    static final int GROUPS_MAX = 5;

    private final Networks networks;
    private final Authorizer authorizer;

    VpcConfigs(Networks networks, Authorizer authorizer) {
        this.networks = networks;
        this.authorizer = authorizer;
    }

    /**
     * The condition keys lambda:VpcIds, lambda:SubnetIds and lambda:SecurityGroupIds of a request. One that says nothing of a
     * VPC is judged by what the function has ({@code current}); without a VPC the keys are absent.
     */
    Map<String, List<String>> conditionKeys(Scope scope, @Nullable VpcConfig asked, Optional<Settings.Vpc> current) {
        List<String> subnets = asked != null ? asked.subnetIds() : current.map(Settings.Vpc::subnetIds).orElse(List.of());
        List<String> groups = asked != null ? asked.securityGroupIds()
                : current.map(Settings.Vpc::securityGroupIds).orElse(List.of());
        var keys = new LinkedHashMap<String, List<String>>();
        if (!subnets.isEmpty()) {
            keys.put("lambda:SubnetIds", List.copyOf(subnets));
            subnets.stream()
                    .flatMap(id -> networks.subnet(scope, id).stream())
                    .findFirst()
                    .ifPresent(subnet -> keys.put("lambda:VpcIds", List.of(subnet.vpcId())));
        }
        if (!groups.isEmpty()) {
            keys.put("lambda:SecurityGroupIds", List.copyOf(groups));
        }
        return keys;
    }

    /** Looks everything up with the caller's rights and refuses what a function cannot be attached to. */
    Settings.Vpc check(Scope scope, Call call, VpcConfig asked) {
        List<String> subnetIds = asked.subnetIds();
        List<String> groupIds = asked.securityGroupIds();
        bound(subnetIds, "vpcConfig.subnetIds", SUBNETS_MAX);
        bound(groupIds, "vpcConfig.securityGroupIds", GROUPS_MAX);
        if (subnetIds.isEmpty() && groupIds.isEmpty()) {
            return Settings.Vpc.UNATTACHED;
        }
        if (subnetIds.isEmpty() || groupIds.isEmpty()) {
            throw Refusal.invalid("SubnetIds and SecurityIds must coexist or be both empty list.");
        }
        callerMay(call, "DescribeSecurityGroups", groupIds);
        callerMay(call, "DescribeSubnets", subnetIds);
        List<Networks.Subnet> subnets = subnets(scope, subnetIds);
        List<Networks.Group> groups = groups(scope, groupIds);
        String vpcId = oneVpc(subnets, groups);
        callerMay(call, "DescribeVpcs", List.of(vpcId));
        if (networks.dedicated(scope, vpcId)) {
            throw Refusal.invalid("Lambda functions cannot connect to a VPC with dedicated instance tenancy: " + vpcId
                    + ". Peer it to a VPC with default tenancy.");
        }
        subnets.stream().filter(s -> !s.ipv4()).findFirst().ifPresent(s -> {
            throw Refusal.invalid("Lambda functions cannot connect to IPv6-only subnets: " + s.id() + ".");
        });
        boolean ipv6 = Boolean.TRUE.equals(asked.ipv6AllowedForDualStack());
        if (ipv6) {
            subnets.stream().filter(s -> !s.dualStack()).findFirst().ifPresent(s -> {
                throw Refusal.invalid("Ipv6AllowedForDualStack needs every subnet to have an IPv4 and an IPv6 CIDR block; "
                        + s.id()
                        + " has no IPv6 CIDR block.");
            });
        }
        return new Settings.Vpc(subnetIds, groupIds, vpcId, ipv6);
    }

    private static void bound(List<String> ids, String path, int max) {
        if (ids.size() > max) {
            throw Refusal.validation(ids, path, "Member must have length less than or equal to " + max);
        }
    }

    private void callerMay(Call call, String action, List<String> ids) {
        var keys = call.through(ExecutionRoles.SERVICE);
        if (!authorizer.decide(call.principal(), "ec2:" + action, List.of("*"), keys).allowed()) {
            throw Refusal.denied("Your access has been denied by EC2, please make sure your request credentials have"
                    + " permission to "
                    + action + " for " + String.join(", ", ids) + ". EC2 Error Code: UnauthorizedOperation. EC2 Error"
                    + " Message: You are"
                    + " not authorized to perform this operation.");
        }
    }

    private List<Networks.Subnet> subnets(Scope scope, List<String> ids) {
        var found = new ArrayList<Networks.Subnet>();
        for (String id : ids) {
            found.add(networks.subnet(scope, id)
                    .orElseThrow(() -> Refusal.invalid("Error occurred while DescribeSubnets. EC2 Error Code:"
                    + " InvalidSubnetID.NotFound."
                            + " EC2 Error Message: The subnet ID '" + id + "' does not exist")));
        }
        return found;
    }

    private List<Networks.Group> groups(Scope scope, List<String> ids) {
        var found = new ArrayList<Networks.Group>();
        for (String id : ids) {
            found.add(networks.group(scope, id)
                    .orElseThrow(() -> Refusal.invalid("Error occurred while DescribeSecurityGroups. EC2 Error Code:"
                            + " InvalidGroup.NotFound. EC2 Error Message: The security group '" + id + "' does not exist")));
        }
        return found;
    }

    private static String oneVpc(List<Networks.Subnet> subnets, List<Networks.Group> groups) {
        var subnetVpcs = new LinkedHashSet<String>();
        subnets.forEach(s -> subnetVpcs.add(s.vpcId()));
        if (subnetVpcs.size() > 1) {
            throw Refusal.invalid("Subnets are required to be in the same VPC.");
        }
        var groupVpcs = new LinkedHashSet<String>();
        groups.forEach(g -> groupVpcs.add(g.vpcId()));
        if (groupVpcs.size() > 1) {
            throw Refusal.invalid("Security Groups are required to be in the same VPC.");
        }
        if (!groupVpcs.equals(subnetVpcs)) {
            throw Refusal.invalid("Security Groups and Subnets are required to be in the same VPC.");
        }
        return subnetVpcs.getFirst();
    }
}
