package dev.remora.ec2;

import dev.remora.wire.AwsError;
import java.util.Locale;

/**
 * A number that AWS raises on request, up to a point. Here each is as high as AWS grants; where AWS publishes no such point, as
 * high as anyone asked for. {@link Quotas} lowers them.
 */
public enum Quota {
    VPCS(1_000, "VpcLimitExceeded", "The maximum number of VPCs has been reached."),
    SUBNETS_PER_VPC(1_000, "SubnetLimitExceeded", "The maximum number of subnets has been reached."),
    INTERNET_GATEWAYS(
            1_000, "InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached."),
    EGRESS_ONLY_INTERNET_GATEWAYS(
            1_000,
            "EgressOnlyInternetGatewayLimitExceeded",
            "The maximum number of egress-only internet gateways has been reached."),
    ELASTIC_IPS(1_000, "AddressLimitExceeded", "The maximum number of addresses has been reached."),
    NAT_GATEWAYS_PER_ZONE(1_000, "NatGatewayLimitExceeded", "The maximum number of NAT Gateways has been reached."),
    /** AWS begins with two for public ones. */
    ADDRESSES_PER_NAT_GATEWAY(
            8, "PrivateIpAddressLimitExceeded", "The maximum number of addresses of a NAT Gateway has been reached."),
    ROUTE_TABLES_PER_VPC(1_000, "RouteTableLimitExceeded", "The maximum number of route tables has been reached."),
    ROUTES_PER_TABLE(1_000, "RouteLimitExceeded", "The maximum number of routes has been reached."),
    NETWORK_ACLS_PER_VPC(1_000, "NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached."),
    RULES_PER_NETWORK_ACL(
            40, "NetworkAclEntryLimitExceeded", "The maximum number of network acl entries has been reached."),
    SECURITY_GROUPS(10_000, "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."),
    RULES_PER_SECURITY_GROUP(
            60, "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."),
    SECURITY_GROUPS_PER_INTERFACE(
            16,
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached."),
    NETWORK_INTERFACES(
            100_000, "NetworkInterfaceLimitExceeded", "The maximum number of network interfaces has been reached."),
    PREFIX_LISTS(1_000, "PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");

    private final int most;
    private final String code;
    private final String message;

    Quota(int most, String code, String message) {
        this.most = most;
        this.code = code;
        this.message = message;
    }

    /** As the command line writes it: {@code elastic-ips}. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    int most() {
        return most;
    }

    AwsError exceeded() {
        return Refusals.of(code, message);
    }
}
