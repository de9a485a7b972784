package dev.remora.ec2;

import static dev.remora.ec2.Resource.NETWORK_INTERFACE;
import static dev.remora.ec2.Resource.ROUTE_TABLE;
import static dev.remora.ec2.Resource.SECURITY_GROUP;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import dev.remora.vpc.VpcEndpoint;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.services.ec2.model.DnsEntry;
import software.amazon.awssdk.services.ec2.model.SecurityGroupIdentifier;

/** An endpoint as DescribeVpcEndpoints shows it. */
final class EndpointView {
    private EndpointView() {}

    static String type(VpcEndpoint e) {
        return e.type() == VpcEndpoint.Type.GATEWAY ? "Gateway" : "Interface";
    }

    static software.amazon.awssdk.services.ec2.model.VpcEndpoint shown(
            View view, Scope scope, VpcEndpoint e, String state) {
        var shown = software.amazon.awssdk.services.ec2.model.VpcEndpoint.builder()
                .vpcEndpointId(e.id())
                .vpcEndpointType(type(e))
                .vpcId(e.vpcId())
                .serviceName(e.service())
                .serviceRegion(scope.region())
                .state(state)
                .policyDocument(EndpointServices.policy(e))
                .routeTableIds(e.routeTableIds().stream()
                        .filter(id -> view.get(ROUTE_TABLE.kind(), scope, id).isPresent())
                        .toList())
                .subnetIds(e.subnetIds())
                .networkInterfaceIds(e.interfaceIds())
                .groups(e.groupIds().stream()
                        .map(id -> SecurityGroupIdentifier.builder()
                                .groupId(id)
                                .groupName(view.get(SECURITY_GROUP.kind(), scope, id).map(SecurityGroup::name).orElse(""))
                                .build())
                        .toList())
                .privateDnsEnabled(e.privateNames())
                .requesterManaged(false)
                .dnsEntries(dnsEntries(view, scope, e))
                .creationTimestamp(e.created())
                .ownerId(scope.account())
                .tags(TagSpecs.shown(e.tags()));
        if (e.type() == VpcEndpoint.Type.INTERFACE) {
            shown.ipAddressType("ipv4").dnsOptions(o -> o.dnsRecordIpType("ipv4"));
        }
        return shown.build();
    }

    private static List<DnsEntry> dnsEntries(View view, Scope scope, VpcEndpoint e) {
        var entries = new ArrayList<DnsEntry>();
        if (e.type() == VpcEndpoint.Type.INTERFACE) {
            entries.add(entry(e.name(), scope.region()));
            e.interfaceIds().stream()
                    .flatMap(id -> view.get(NETWORK_INTERFACE.kind(), scope, id).stream())
                    .map(NetworkInterface::zone)
                    .forEach(zone -> entries.add(entry(e.name(zone), scope.region())));
            if (e.privateNames()) {
                entries.add(entry(e.privateName(), e.id()));
            }
        }
        return entries;
    }

    /** @param zoneOf what the hosted zone is of: a region's endpoints, or one endpoint's private names */
    private static DnsEntry entry(String name, String zoneOf) {
        String digest = HexFormat.of().formatHex(AccountRegions.sha256("zone of " + zoneOf)).toUpperCase(Locale.ROOT);
        return DnsEntry.builder().dnsName(name).hostedZoneId("Z" + digest.substring(0, 13)).build();
    }
}
