package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.IpBlock;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteResponse;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteTable;

class RoutesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");
    private final String table = ec2.call(CreateRouteTableRequest.builder().vpcId(vpc).build(), CreateRouteTableResponse.class)
            .routeTable()
            .routeTableId();

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateRouteRequest.Builder create(String block) {
        return CreateRouteRequest.builder().routeTableId(table).destinationCidrBlock(block);
    }

    private void made(CreateRouteRequest.Builder request) {
        assertThat(ec2.call(request.build(), CreateRouteResponse.class).returnValue()).isTrue();
    }

    private ReplaceRouteRequest.Builder replace(String block) {
        return ReplaceRouteRequest.builder().routeTableId(table).destinationCidrBlock(block);
    }

    private DeleteRouteRequest.Builder delete(String block) {
        return DeleteRouteRequest.builder().routeTableId(table).destinationCidrBlock(block);
    }

    private List<Route> routes() {
        return ec2.call(DescribeRouteTablesRequest.builder().routeTableIds(table).build(), DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst()
                .routes();
    }

    private List<RouteTable> found(String filter, String value) {
        return ec2.call(
                        DescribeRouteTablesRequest.builder()
                                .filters(
                                        Filter.builder().name("vpc-id").values(vpc).build(),
                                        Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeRouteTablesResponse.class)
                .routeTables();
    }

    @Test
    void a_route_is_made_replaced_and_deleted() {
        String gateway = ec2.internetGateway(vpc);
        made(create("0.0.0.0/0").gatewayId(gateway));
        assertThat(routes().getLast()).satisfies(r -> {
            assertThat(r.destinationCidrBlock()).isEqualTo("0.0.0.0/0");
            assertThat(r.gatewayId()).isEqualTo(gateway);
            assertThat(r.originAsString()).isEqualTo("CreateRoute");
            assertThat(r.stateAsString()).isEqualTo("active");
        });
        assertThat(ec2.refusal(create("0.0.0.0/0").gatewayId(gateway).build()))
                .isEqualTo("RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.");

        String nat = ec2.natGateway(subnet, ec2.elasticIp());
        ec2.call(replace("0.0.0.0/0").natGatewayId(nat).build(), ReplaceRouteResponse.class);
        assertThat(routes().getLast().natGatewayId()).isEqualTo(nat);
        assertThat(routes().getLast().gatewayId()).isNull();
        assertThat(found("route.nat-gateway-id", nat)).hasSize(1);
        assertThat(found("route.gateway-id", gateway)).isEmpty();

        ec2.call(delete("0.0.0.0/0").build(), DeleteRouteResponse.class);
        assertThat(ec2.refusal(delete("0.0.0.0/0").build()))
                .isEqualTo("InvalidRoute.NotFound: no route with destination-cidr-block 0.0.0.0/0 in route table " + table);
        assertThat(ec2.refusal(replace("0.0.0.0/0").natGatewayId(nat).build()))
                .isEqualTo("InvalidParameterValue: There is no route defined for '0.0.0.0/0' in the route table. Use CreateRoute"
                        + " instead.");
    }

    @Test
    void the_local_route_is_protected_and_no_gateway_is_more_specific() {
        String gateway = ec2.internetGateway(vpc);
        assertThat(ec2.refusal(create("10.0.0.0/16").gatewayId(gateway).build()))
                .isEqualTo("RouteAlreadyExists: The route identified by 10.0.0.0/16 already exists.");
        assertThat(ec2.refusal(create("10.0.1.0/24").gatewayId(gateway).build()))
                .isEqualTo("InvalidParameterValue: The destination CIDR block 10.0.1.0/24 is equal to or more specific than one"
                        + " of this VPC's CIDR blocks. This route can target only an interface or an instance.");
        assertThat(ec2.refusal(delete("10.0.0.0/16").build()))
                .isEqualTo("InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table " + table);
        assertThat(ec2.refusal(replace("10.0.0.0/16").gatewayId(gateway).build())).endsWith("an interface or an instance.");
        ec2.call(replace("10.0.0.0/16").localTarget(true).build(), ReplaceRouteResponse.class);
        assertThat(routes()).hasSize(1);
    }

    @Test
    void targets_of_other_networks_are_refused() {
        String other = ec2.vpc("10.1.0.0/16");
        String gateway = ec2.internetGateway(other);
        assertThat(ec2.refusal(create("0.0.0.0/0").gatewayId(gateway).build()))
                .isEqualTo("InvalidParameterValue: route table " + table + " and network gateway " + gateway
                        + " belong to different networks");
        String otherSubnet = ec2.subnet(other, "10.1.1.0/24");
        String nat = ec2.natGateway(otherSubnet, ec2.elasticIp());
        assertThat(ec2.refusal(create("0.0.0.0/0").natGatewayId(nat).build())).endsWith("belong to different networks");
        var eni = ec2.serviceInterface(otherSubnet, new Topology.Attachment.Workload(), "interface");
        assertThat(ec2.refusal(create("0.0.0.0/0").networkInterfaceId(eni.id()).build()))
                .endsWith("belong to different networks");
        assertThat(ec2.refusal(create("0.0.0.0/0").gatewayId("igw-1").build()))
                .isEqualTo("InvalidInternetGatewayID.NotFound: The internetGateway ID 'igw-1' does not exist");
        assertThat(ec2.refusal(create("0.0.0.0/0").gatewayId("vgw-1").build()))
                .isEqualTo("InvalidGatewayID.NotFound: The gateway ID 'vgw-1' does not exist");
        assertThat(ec2.refusal(create("0.0.0.0/0").instanceId("i-1").build()))
                .isEqualTo("InvalidInstanceID.NotFound: The instance ID 'i-1' does not exist");
        assertThat(ec2.refusal(create("0.0.0.0/0").vpcPeeringConnectionId("pcx-1").build()))
                .startsWith("InvalidVpcPeeringConnectionID.NotFound: ");
    }

    @Test
    void one_destination_and_one_target() {
        assertThat(ec2.refusal(CreateRouteRequest.builder().routeTableId(table).gatewayId("igw-1").build()))
                .startsWith("MissingParameter: ");
        assertThat(ec2.refusal(create("0.0.0.0/0").destinationIpv6CidrBlock("::/0").gatewayId("igw-1").build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(create("0.0.0.0/0").build())).startsWith("MissingParameter: ");
        assertThat(ec2.refusal(create("0.0.0.0/0").gatewayId("igw-1").natGatewayId("nat-1").build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(create("0.0.0.0").gatewayId("igw-1").build()))
                .isEqualTo("InvalidParameterValue: Value (0.0.0.0) for parameter destinationCidrBlock is invalid. This is not a"
                        + " valid CIDR block.");
    }

    @Test
    void an_interface_carries_packets_on_as_long_as_it_is_attached() {
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface");
        made(create("192.168.0.0/16").networkInterfaceId(eni.id()));
        assertThat(found("route.state", "active")).anyMatch(t -> t.routeTableId().equals(table));
        assertThat(routes().getLast().networkInterfaceId()).isEqualTo(eni.id());
        ec2.service.networks().delete(Ec2Lab.SCOPE, eni.id());
        assertThat(routes().getLast().stateAsString()).isEqualTo("blackhole");
        assertThat(found("route.state", "blackhole")).hasSize(1);
    }

    @Test
    void an_egress_only_gateway_is_for_ipv6() {
        String gateway = ec2.call(
                        CreateEgressOnlyInternetGatewayRequest.builder().vpcId(vpc).build(),
                        CreateEgressOnlyInternetGatewayResponse.class)
                .egressOnlyInternetGateway()
                .egressOnlyInternetGatewayId();
        assertThat(ec2.refusal(create("0.0.0.0/0").egressOnlyInternetGatewayId(gateway).build()))
                .startsWith("InvalidParameterValue: ");
        made(CreateRouteRequest.builder()
                .routeTableId(table)
                .destinationIpv6CidrBlock("::/0")
                .egressOnlyInternetGatewayId(gateway));
        assertThat(routes().getLast().destinationIpv6CidrBlock()).isEqualTo("::/0");
        assertThat(routes().getLast().egressOnlyInternetGatewayId()).isEqualTo(gateway);
        assertThat(found("route.destination-ipv6-cidr-block", "::/0")).hasSize(1);
        assertThat(found("route.egress-only-internet-gateway-id", gateway)).hasSize(1);
    }

    @Test
    void a_peering_connection_loses_packets_until_it_is_accepted() {
        String other = ec2.vpc("10.1.0.0/16");
        String connection = ec2.call(
                        CreateVpcPeeringConnectionRequest.builder().vpcId(vpc).peerVpcId(other).build(),
                        CreateVpcPeeringConnectionResponse.class)
                .vpcPeeringConnection()
                .vpcPeeringConnectionId();
        made(create("10.1.0.0/16").vpcPeeringConnectionId(connection));
        assertThat(routes().getLast().stateAsString()).isEqualTo("blackhole");
        ec2.call(
                AcceptVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(connection).build(),
                AcceptVpcPeeringConnectionResponse.class);
        assertThat(routes().getLast().stateAsString()).isEqualTo("active");
        assertThat(found("route.vpc-peering-connection-id", connection)).hasSize(1);
    }

    @Test
    void the_kernel_has_the_route_when_the_answer_is_there() {
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("k")), "lambda");
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni.id(), Duration.ofSeconds(60))).isTrue();
        String gateway = ec2.internetGateway(vpc);
        made(create("0.0.0.0/0").gatewayId(gateway));
        assertThat(ec2.held(vpc).routeTables().get(table).routes())
                .contains(new Topology.Route(IpBlock.parse("0.0.0.0/0"), new Topology.Target.By(gateway)));
    }

    @Test
    void a_table_has_only_so_many_routes() {
        try (var small = new Ec2Lab(Quotas.parse("routes-per-table=1"))) {
            String net = small.vpc("10.0.0.0/16");
            String gateway = small.internetGateway(net);
            String id = small.call(CreateRouteTableRequest.builder().vpcId(net).build(), CreateRouteTableResponse.class)
                    .routeTable()
                    .routeTableId();
            var request = CreateRouteRequest.builder().routeTableId(id).gatewayId(gateway);
            small.call(request.destinationCidrBlock("0.0.0.0/0").build(), CreateRouteResponse.class);
            assertThat(small.refusal(request.destinationCidrBlock("192.168.0.0/16").build()))
                    .isEqualTo("RouteLimitExceeded: The maximum number of routes has been reached.");
        }
    }
}
