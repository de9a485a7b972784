package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Cidr;
import dev.remora.net.Topology;
import dev.remora.net.Topology.Gateway;
import dev.remora.net.Topology.Target;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.AssociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteTableAssociationResponse;
import software.amazon.awssdk.services.ec2.model.RouteTable;

class GatewayRoutesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");
    private final String gateway = ec2.internetGateway(vpc);
    private final Networks.Interface appliance =
            ec2.serviceInterface(ec2.subnet(vpc, "10.0.2.0/24"), new Topology.Attachment.Workload(), "interface");
    private final String table = table();

    @AfterEach
    void close() {
        ec2.close();
    }

    private String table() {
        return ec2.call(CreateRouteTableRequest.builder().vpcId(vpc).build(), CreateRouteTableResponse.class)
                .routeTable()
                .routeTableId();
    }

    private AssociateRouteTableRequest.Builder associate(String id) {
        return AssociateRouteTableRequest.builder().routeTableId(id);
    }

    private String given(String id) {
        return ec2.call(associate(id).gatewayId(gateway).build(), AssociateRouteTableResponse.class).associationId();
    }

    private CreateRouteRequest.Builder create(String block) {
        return CreateRouteRequest.builder().routeTableId(table).destinationCidrBlock(block);
    }

    private void toAppliance(String block) {
        ec2.call(create(block).networkInterfaceId(appliance.id()).build(), CreateRouteResponse.class);
    }

    private ReplaceRouteRequest.Builder replace(String block) {
        return ReplaceRouteRequest.builder().routeTableId(table).destinationCidrBlock(block);
    }

    private List<RouteTable> found(String filter, String value) {
        var filters = List.of(
                Filter.builder().name("vpc-id").values(vpc).build(), Filter.builder().name(filter).values(value).build());
        return ec2.call(DescribeRouteTablesRequest.builder().filters(filters).build(), DescribeRouteTablesResponse.class)
                .routeTables();
    }

    private List<String> routes() {
        return found("route-table-id", table).getFirst().routes().stream()
                .map(r -> r.destinationCidrBlock() + " " + Optional.ofNullable(r.gatewayId()).orElse(r.networkInterfaceId()))
                .toList();
    }

    private Optional<String> tableOfGateway() {
        return ((Gateway.Internet) ec2.held(vpc).gateways().get(gateway)).routeTable();
    }

    private String mainAssociation() {
        return found("association.main", "true").getFirst().associations().getFirst().routeTableAssociationId();
    }

    @Test
    void a_gateway_is_given_a_table_and_the_kernel_has_it_when_the_answer_is_there() {
        toAppliance("10.0.1.0/24");
        String association = given(table);
        assertThat(tableOfGateway()).contains(table);
        assertThat(ec2.held(vpc).routeTables().get(table).routes())
                .contains(new Topology.Route(Cidr.parse("10.0.1.0/24"), new Target.ToPort(appliance.id())));
        assertThat(found("association.gateway-id", gateway)).singleElement().satisfies(t -> {
            assertThat(t.routeTableId()).isEqualTo(table);
            assertThat(t.associations()).singleElement().satisfies(a -> {
                assertThat(a.routeTableAssociationId()).isEqualTo(association);
                assertThat(a.gatewayId()).isEqualTo(gateway);
                assertThat(a.subnetId()).isNull();
                assertThat(a.main()).isFalse();
            });
        });
        assertThat(ec2.refusal(associate(table()).gatewayId(gateway).build())).startsWith("Resource.AlreadyAssociated: ");

        String other = table();
        String moved = ec2.call(
                        ReplaceRouteTableAssociationRequest.builder().associationId(association).routeTableId(other).build(),
                        ReplaceRouteTableAssociationResponse.class)
                .newAssociationId();
        assertThat(tableOfGateway()).contains(other);
        assertThat(found("association.gateway-id", gateway)).extracting(RouteTable::routeTableId).containsExactly(other);
        ec2.call(DisassociateRouteTableRequest.builder().associationId(moved).build(), DisassociateRouteTableResponse.class);
        assertThat(tableOfGateway()).isEmpty();
        assertThat(found("association.gateway-id", gateway)).isEmpty();
    }

    @Test
    void the_local_route_leads_to_an_appliance_and_back() {
        given(table);
        ec2.call(replace("10.0.0.0/16").networkInterfaceId(appliance.id()).build(), ReplaceRouteResponse.class);
        assertThat(routes()).containsExactly("10.0.0.0/16 " + appliance.id());
        assertThat(ec2.refusal(DeleteRouteRequest.builder().routeTableId(table).destinationCidrBlock("10.0.0.0/16").build()))
                .isEqualTo("InvalidParameterValue: cannot remove local route 10.0.0.0/16 in route table " + table);
        ec2.call(replace("10.0.0.0/16").localTarget(true).build(), ReplaceRouteResponse.class);
        assertThat(routes()).containsExactly("10.0.0.0/16 local");
        toAppliance("10.0.1.0/24");
        assertThat(ec2.refusal(replace("10.0.1.0/24").localTarget(true).build()))
                .isEqualTo("InvalidParameterValue: The route for 10.0.1.0/24 in route table " + table + " is not a local route.");
    }

    @Test
    void its_routes_are_for_whole_blocks_within_and_lead_to_interfaces() {
        given(table);
        assertThat(ec2.refusal(create("10.0.1.0/25").networkInterfaceId(appliance.id()).build()))
                .isEqualTo("InvalidParameterValue: The destination CIDR block 10.0.1.0/25 is more specific than one of this VPC's"
                        + " CIDR blocks, but is not the CIDR block of one of its subnets.");
        assertThat(ec2.refusal(create("10.0.1.0/24").gatewayId(gateway).build()))
                .endsWith("This route can target only an interface or an instance.");
        for (String outside : List.of("192.168.0.0/16", "10.0.0.0/8", "0.0.0.0/0")) {
            assertThat(ec2.refusal(create(outside).networkInterfaceId(appliance.id()).build()))
                    .startsWith("InvalidParameterValue: The route " + outside + " to " + appliance.id() + " is not supported");
        }
        assertThat(ec2.refusal(CreateVpcEndpointRequest.builder()
                        .vpcId(vpc)
                        .serviceName("com.amazonaws.eu-west-1.s3")
                        .routeTableIds(table)
                        .build()))
                .contains("is not supported in the gateway route table " + table);
        assertThat(routes()).containsExactly("10.0.0.0/16 local");
    }

    @Test
    void a_table_with_other_routes_is_not_for_a_gateway() {
        ec2.call(create("0.0.0.0/0").gatewayId(gateway).build(), CreateRouteResponse.class);
        assertThat(ec2.refusal(associate(table).gatewayId(gateway).build()))
                .isEqualTo("InvalidParameterValue: The route 0.0.0.0/0 to " + gateway + " is not supported in the gateway route"
                        + " table " + table + ". It can lead only to local or an interface, and only for a CIDR block of its VPC"
                        + " or a subnet.");
        String main = found("association.main", "true").getFirst().routeTableId();
        assertThat(ec2.refusal(associate(main).gatewayId(gateway).build()))
                .isEqualTo("InvalidParameterValue: The main route table " + main + " cannot be associated with gateway "
                        + gateway + ".");
    }

    @Test
    void a_gateways_table_is_no_main_one_and_its_routes_are_no_subnets() {
        given(table);
        assertThat(ec2.refusal(ReplaceRouteTableAssociationRequest.builder()
                        .associationId(mainAssociation())
                        .routeTableId(table)
                        .build()))
                .isEqualTo("InvalidParameterValue: The gateway route table " + table + " cannot be the main route table of "
                        + vpc + ".");
        toAppliance("10.0.1.0/24");
        assertThat(ec2.refusal(associate(table).subnetId(subnet).build()))
                .isEqualTo("UnsupportedOperation: The destination 10.0.1.0/24 in route table " + table + " is within the VPC, and"
                        + " leads to an interface; subnets with such routes are not supported, only gateways.");
        String ofSubnet = table();
        ec2.call(associate(ofSubnet).subnetId(subnet).build(), AssociateRouteTableResponse.class);
        assertThat(ec2.refusal(create("10.0.1.0/24").routeTableId(ofSubnet).networkInterfaceId(appliance.id()).build()))
                .startsWith("UnsupportedOperation: ");
        assertThat(ec2.refusal(replace("10.0.0.0/16").routeTableId(ofSubnet).networkInterfaceId(appliance.id()).build()))
                .startsWith("UnsupportedOperation: ");
    }

    @Test
    void a_gateway_and_a_table_that_belong_together_stay() {
        String association = given(table);
        assertThat(ec2.refusal(DeleteRouteTableRequest.builder().routeTableId(table).build()))
                .isEqualTo("DependencyViolation: The routeTable '" + table + "' has dependencies and cannot be deleted.");
        var detach = DetachInternetGatewayRequest.builder().internetGatewayId(gateway).vpcId(vpc).build();
        assertThat(ec2.refusal(detach)).startsWith("DependencyViolation: ");
        ec2.call(
                DisassociateRouteTableRequest.builder().associationId(association).build(), DisassociateRouteTableResponse.class);
        ec2.call(detach, DetachInternetGatewayResponse.class);
        assertThat(ec2.refusal(associate(table).gatewayId(gateway).build()))
                .isEqualTo("InvalidParameterValue: route table " + table + " and network gateway " + gateway
                        + " belong to different networks");
    }

    @Test
    void one_of_subnet_and_gateway_is_named() {
        assertThat(ec2.refusal(associate(table).build())).startsWith("MissingParameter: ");
        assertThat(ec2.refusal(associate(table).subnetId(subnet).gatewayId(gateway).build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(associate(table).gatewayId("vgw-1").build()))
                .isEqualTo("InvalidGatewayID.NotFound: The gateway ID 'vgw-1' does not exist");
        assertThat(ec2.refusal(associate(table).gatewayId("igw-1").build()))
                .isEqualTo("InvalidInternetGatewayID.NotFound: The internetGateway ID 'igw-1' does not exist");
    }

    /** The route that came with a block goes with it, wherever it leads. */
    @Test
    void a_block_takes_its_route_along() {
        given(table);
        String block = ec2.call(
                        AssociateVpcCidrBlockRequest.builder().vpcId(vpc).cidrBlock("10.1.0.0/16").build(),
                        AssociateVpcCidrBlockResponse.class)
                .cidrBlockAssociation()
                .associationId();
        ec2.call(replace("10.1.0.0/16").networkInterfaceId(appliance.id()).build(), ReplaceRouteResponse.class);
        ec2.call(
                DisassociateVpcCidrBlockRequest.builder().associationId(block).build(), DisassociateVpcCidrBlockResponse.class);
        assertThat(routes()).containsExactly("10.0.0.0/16 local");
    }
}
