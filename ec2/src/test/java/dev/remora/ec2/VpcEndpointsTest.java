package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.InternetPlan;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcEndpointsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointsResponse;
import software.amazon.awssdk.services.ec2.model.DnsEntry;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointResponse;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;

class VpcEndpointsTest {
    private static final String STS = "com.amazonaws.eu-west-1.sts";
    private static final String S3 = "com.amazonaws.eu-west-1.s3";

    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String subnet = "";

    @BeforeEach
    void makeVpc() {
        vpc = ec2.vpc("10.0.0.0/16");
        subnet = ec2.subnet(vpc, "10.0.1.0/24");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private void hostnames() {
        ec2.call(
                ModifyVpcAttributeRequest.builder().vpcId(vpc).enableDnsHostnames(v -> v.value(true)).build(),
                ModifyVpcAttributeResponse.class);
    }

    private CreateVpcEndpointRequest.Builder create(String service, String type) {
        return CreateVpcEndpointRequest.builder().vpcId(vpc).serviceName(service).vpcEndpointType(type);
    }

    private VpcEndpoint made(CreateVpcEndpointRequest.Builder request) {
        return ec2.call(request.build(), CreateVpcEndpointResponse.class).vpcEndpoint();
    }

    private VpcEndpoint described(String id) {
        return ec2.call(
                        DescribeVpcEndpointsRequest.builder().vpcEndpointIds(id).build(), DescribeVpcEndpointsResponse.class)
                .vpcEndpoints()
                .getFirst();
    }

    private NetworkInterface networkInterface(String id) {
        return ec2.call(
                        DescribeNetworkInterfacesRequest.builder().networkInterfaceIds(id).build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces()
                .getFirst();
    }

    private String mainTable() {
        return Resource.VPC.require(ec2.store.view(), SCOPE, vpc).mainRouteTableId();
    }

    private Topology held() {
        return ec2.fabric.held(ec2.service.networks().router(SCOPE, vpc));
    }

    private void modify(ModifyVpcEndpointRequest.Builder request) {
        ec2.call(request.build(), ModifyVpcEndpointResponse.class);
    }

    private void delete(String id) {
        assertThat(ec2.call(
                                DeleteVpcEndpointsRequest.builder().vpcEndpointIds(id).build(),
                                DeleteVpcEndpointsResponse.class)
                        .unsuccessful())
                .isEmpty();
    }

    @Test
    void an_interface_endpoint_has_an_interface_names_and_a_door() {
        hostnames();
        VpcEndpoint made = made(create(STS, "Interface").subnetIds(subnet));
        assertThat(made.stateAsString()).isEqualTo("pending");

        VpcEndpoint shown = described(made.vpcEndpointId());
        assertThat(shown.stateAsString()).isEqualTo("available");
        assertThat(shown.privateDnsEnabled()).isTrue();
        assertThat(shown.groups()).singleElement().satisfies(g -> assertThat(g.groupName()).isEqualTo("default"));
        String label = shown.vpcEndpointId() + "-" + shown.vpcEndpointId().substring(14);
        assertThat(shown.dnsEntries())
                .extracting(DnsEntry::dnsName)
                .containsExactly(
                        label + ".sts.eu-west-1.vpce.amazonaws.com",
                        label + "-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com",
                        "sts.eu-west-1.amazonaws.com");

        NetworkInterface eni = networkInterface(shown.networkInterfaceIds().getFirst());
        assertThat(eni.interfaceTypeAsString()).isEqualTo("vpc_endpoint");
        assertThat(eni.description()).isEqualTo("VPC Endpoint Interface " + shown.vpcEndpointId());
        assertThat(eni.requesterManaged()).isTrue();
        assertThat(eni.statusAsString()).isEqualTo("in-use");

        Ipv4 address = Ipv4.parse(eni.privateIpAddress());
        assertThat(held().dns().names())
                .containsEntry("sts.eu-west-1.amazonaws.com", List.of(address))
                .containsEntry(label + ".sts.eu-west-1.vpce.amazonaws.com", List.of(address))
                .containsEntry(eni.privateDnsName(), List.of(address));
        assertThat(ec2.doors.open()).hasEntrySatisfying("[" + address + "]", door -> {
            assertThat(door.service()).isEqualTo("sts");
            assertThat(door.endpointId()).isEqualTo(shown.vpcEndpointId());
            assertThat(door.policy().get()).contains("Allow");
        });

        delete(shown.vpcEndpointId());
        assertThat(ec2.doors.open()).isEmpty();
        assertThat(ec2.refusal(DescribeVpcEndpointsRequest.builder().vpcEndpointIds(shown.vpcEndpointId()).build()))
                .isEqualTo("InvalidVpcEndpointId.NotFound: The Vpc Endpoint Id '" + shown.vpcEndpointId()
                        + "' does not exist");
    }

    @Test
    void private_names_need_both_attributes_of_the_vpc() {
        String refusal = "InvalidParameter: Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC"
                + " attributes set to true for " + vpc;
        assertThat(ec2.refusal(create(STS, "Interface").subnetIds(subnet).build())).isEqualTo(refusal);
        VpcEndpoint made = made(create(STS, "Interface").subnetIds(subnet).privateDnsEnabled(false));
        assertThat(held().dns().names()).doesNotContainKey("sts.eu-west-1.amazonaws.com");
        var enable = ModifyVpcEndpointRequest.builder().vpcEndpointId(made.vpcEndpointId()).privateDnsEnabled(true);
        assertThat(ec2.refusal(enable.build())).isEqualTo(refusal);
        hostnames();
        modify(enable);
        assertThat(held().dns().names()).containsKey("sts.eu-west-1.amazonaws.com");
        assertThat(ec2.refusal(create(STS, "Interface").build()))
                .isEqualTo("InvalidParameter: private-dns-enabled cannot be set because there is already a conflicting DNS"
                        + " domain for sts.eu-west-1.amazonaws.com in the VPC " + vpc);
    }

    @Test
    void without_dns_support_nothing_is_named() {
        hostnames();
        made(create(STS, "Interface").subnetIds(subnet));
        ec2.call(
                ModifyVpcAttributeRequest.builder().vpcId(vpc).enableDnsSupport(v -> v.value(false)).build(),
                ModifyVpcAttributeResponse.class);
        assertThat(held().dns()).isEqualTo(new Topology.Dns(false, Map.of()));
    }

    @Test
    void a_gateway_endpoint_is_a_route_in_each_table() {
        var lambda = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("key")), "lambda");
        assertThat(ec2.service.networks().awaitInForce(SCOPE, lambda.id(), Duration.ofSeconds(60))).isTrue();
        VpcEndpoint made = made(create(S3, "Gateway").routeTableIds(mainTable()));
        assertThat(made.stateAsString()).isEqualTo("available");
        assertThat(made.dnsEntries()).isEmpty();
        assertThat(routes()).contains(made.vpcEndpointId());
        assertThat(held().gateways())
                .containsEntry(made.vpcEndpointId(), new Topology.Gateway.Services(List.of(InternetPlan.S3_API)));
        assertThat(ec2.doors.open()).containsOnlyKeys("[" + InternetPlan.S3_API + "]");
        assertThat(ec2.refusal(create(S3, "Gateway").routeTableIds(mainTable()).build())).startsWith("RouteAlreadyExists: ");
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build())).startsWith("DependencyViolation: ");

        modify(ModifyVpcEndpointRequest.builder().vpcEndpointId(made.vpcEndpointId()).removeRouteTableIds(mainTable()));
        assertThat(ec2.doors.open()).isEmpty();
        modify(ModifyVpcEndpointRequest.builder().vpcEndpointId(made.vpcEndpointId()).addRouteTableIds(mainTable()));
        assertThat(ec2.doors.open()).hasSize(1);
        delete(made.vpcEndpointId());
        assertThat(routes()).doesNotContain(made.vpcEndpointId());
        assertThat(ec2.doors.open()).isEmpty();
    }

    private List<String> routes() {
        return ec2.call(
                        DescribeRouteTablesRequest.builder().routeTableIds(mainTable()).build(),
                        DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst()
                .routes()
                .stream()
                .map(r -> r.gatewayId())
                .toList();
    }

    @Test
    void subnets_and_groups_are_modified() {
        String other = ec2.call(
                        CreateSubnetRequest.builder()
                                .vpcId(vpc)
                                .cidrBlock("10.0.2.0/24")
                                .availabilityZone("eu-west-1b")
                                .build(),
                        CreateSubnetResponse.class)
                .subnet()
                .subnetId();
        String group = ec2.group(vpc, "endpoints");
        String id = made(create(STS, "Interface").subnetIds(subnet).privateDnsEnabled(false)).vpcEndpointId();
        var modify = ModifyVpcEndpointRequest.builder().vpcEndpointId(id);
        assertThat(ec2.refusal(modify.addSubnetIds(ec2.subnet(vpc, "10.0.3.0/24")).build()))
                .startsWith("DuplicateSubnetsInSameZone: ");
        String old = described(id).groups().getFirst().groupId();
        modify(modify.addSubnetIds(other).removeSubnetIds(subnet).addSecurityGroupIds(group).removeSecurityGroupIds(old));

        VpcEndpoint then = described(id);
        assertThat(then.subnetIds()).containsExactly(other);
        assertThat(then.groups()).extracting(g -> g.groupId()).containsExactly(group);
        NetworkInterface eni = networkInterface(then.networkInterfaceIds().getFirst());
        assertThat(eni.groups()).extracting(g -> g.groupId()).containsExactly(group);
        assertThat(ec2.doors.open()).containsOnlyKeys("[" + eni.privateIpAddress() + "]");
    }

    @Test
    void a_policy_is_kept_and_reset() {
        String policy = "{\"Statement\":[]}";
        assertThat(ec2.refusal(create(STS, "Interface").policyDocument("fish").build()))
                .startsWith("InvalidPolicyDocument: ");
        String id = made(create(STS, "Interface").subnetIds(subnet).privateDnsEnabled(false).policyDocument(policy))
                .vpcEndpointId();
        assertThat(described(id).policyDocument()).isEqualTo(policy);
        assertThat(ec2.doors.open().values()).singleElement().satisfies(d -> assertThat(d.policy().get()).isEqualTo(policy));
        modify(ModifyVpcEndpointRequest.builder().vpcEndpointId(id).resetPolicy(true));
        assertThat(described(id).policyDocument()).isEqualTo(EndpointServices.OPEN);
    }

    @Test
    void a_token_makes_one_endpoint() {
        var request = create(STS, "Interface").subnetIds(subnet).privateDnsEnabled(false).clientToken("once");
        assertThat(made(request).vpcEndpointId()).isEqualTo(made(request).vpcEndpointId());
    }

    @Test
    void what_does_not_fit_is_refused() {
        assertThat(ec2.refusal(create("com.amazonaws.eu-west-1.fish", "Interface").build()))
                .isEqualTo("InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.eu-west-1.fish' does not exist");
        assertThat(ec2.refusal(create(STS, "Gateway").build())).startsWith("InvalidServiceName: ");
        assertThat(ec2.refusal(create(S3, "Gateway").subnetIds(subnet).build())).startsWith("InvalidParameter: ");
        assertThat(ec2.refusal(create(STS, "Interface").routeTableIds(mainTable()).build())).startsWith("InvalidParameter: ");
        assertThat(ec2.refusal(create(STS, "GatewayLoadBalancer").build())).startsWith("UnsupportedOperation: ");
        assertThat(ec2.refusal(create(STS, "Interface").ipAddressType("dualstack").build())).startsWith("InvalidParameter: ");
        assertThat(ec2.call(
                                DeleteVpcEndpointsRequest.builder().vpcEndpointIds("vpce-0123").build(),
                                DeleteVpcEndpointsResponse.class)
                        .unsuccessful())
                .singleElement()
                .satisfies(u -> assertThat(u.error().code()).isEqualTo("InvalidVpcEndpointId.NotFound"));
    }

    @Test
    void services_are_listed() {
        var all = ec2.call(
                DescribeVpcEndpointServicesRequest.builder().build(), DescribeVpcEndpointServicesResponse.class);
        assertThat(all.serviceNames()).contains(STS, S3, "com.amazonaws.eu-west-1.dynamodb").doesNotHaveDuplicates();
        var gateways = ec2.call(
                DescribeVpcEndpointServicesRequest.builder()
                        .filters(Filter.builder().name("service-type").values("Gateway").build())
                        .build(),
                DescribeVpcEndpointServicesResponse.class);
        assertThat(gateways.serviceNames()).containsExactly("com.amazonaws.eu-west-1.dynamodb", S3);
    }
}
