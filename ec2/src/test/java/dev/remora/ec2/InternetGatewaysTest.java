package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteEgressOnlyInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeEgressOnlyInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DetachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.InternetGateway;
import software.amazon.awssdk.services.ec2.model.Tag;

class InternetGatewaysTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");

    @AfterEach
    void close() {
        ec2.close();
    }

    private List<InternetGateway> found(String filter, String value) {
        return ec2.call(
                        DescribeInternetGatewaysRequest.builder()
                                .filters(Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeInternetGatewaysResponse.class)
                .internetGateways();
    }

    private String made() {
        return ec2.call(CreateInternetGatewayRequest.builder().build(), CreateInternetGatewayResponse.class)
                .internetGateway()
                .internetGatewayId();
    }

    private static AttachInternetGatewayRequest attach(String id, String vpc) {
        return AttachInternetGatewayRequest.builder().internetGatewayId(id).vpcId(vpc).build();
    }

    private static DetachInternetGatewayRequest detach(String id, String vpc) {
        return DetachInternetGatewayRequest.builder().internetGatewayId(id).vpcId(vpc).build();
    }

    @Test
    void it_is_made_attached_detached_and_deleted() {
        InternetGateway made = ec2.call(
                        CreateInternetGatewayRequest.builder()
                                .tagSpecifications(t -> t.resourceType("internet-gateway")
                                        .tags(Tag.builder().key("Name").value("out").build()))
                                .build(),
                        CreateInternetGatewayResponse.class)
                .internetGateway();
        String id = made.internetGatewayId();
        assertThat(made.attachments()).isEmpty();
        ec2.call(attach(id, vpc), AttachInternetGatewayResponse.class);
        assertThat(found("tag:Name", "out")).singleElement().satisfies(g -> assertThat(g.attachments())
                .singleElement()
                .satisfies(a -> assertThat(a.vpcId() + a.stateAsString()).isEqualTo(vpc + "available")));
        assertThat(ec2.refusal(DeleteInternetGatewayRequest.builder().internetGatewayId(id).build()))
                .isEqualTo("DependencyViolation: The internetGateway '" + id + "' has dependencies and cannot be deleted.");
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build())).startsWith("DependencyViolation: ");
        ec2.call(detach(id, vpc), DetachInternetGatewayResponse.class);
        ec2.call(
                DeleteInternetGatewayRequest.builder().internetGatewayId(id).build(), DeleteInternetGatewayResponse.class);
        assertThat(found("internet-gateway-id", id)).isEmpty();
    }

    @Test
    void one_gateway_has_one_vpc_and_one_vpc_one_gateway() {
        String id = ec2.internetGateway(vpc);
        assertThat(ec2.refusal(attach(id, ec2.vpc("10.1.0.0/16"))))
                .isEqualTo("Resource.AlreadyAssociated: resource " + id + " is already attached to network " + vpc);
        assertThat(ec2.refusal(attach(made(), vpc)))
                .isEqualTo("InvalidParameterValue: Network " + vpc + " already has an internet gateway attached");
        String other = ec2.vpc("10.2.0.0/16");
        assertThat(ec2.refusal(detach(id, other)))
                .isEqualTo("Gateway.NotAttached: resource " + id + " is not attached to network " + other);
    }

    @Test
    void it_stays_as_long_as_an_interface_is_public() {
        String id = ec2.internetGateway(vpc);
        String nat = ec2.natGateway(ec2.subnet(vpc, "10.0.1.0/24"), ec2.elasticIp());
        assertThat(ec2.refusal(detach(id, vpc)))
                .isEqualTo("DependencyViolation: Network " + vpc + " has some mapped public address(es). Please unmap those"
                        + " public address(es) before detaching the gateway.");
        assertThat(nat).startsWith("nat-");
    }

    @Test
    void a_route_to_it_loses_packets_while_it_is_detached() {
        String subnet = ec2.subnet(vpc, "10.0.1.0/24");
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("key")), "lambda");
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni.id(), Duration.ofSeconds(60))).isTrue();
        String id = ec2.internetGateway(vpc);
        String main = ec2.held(vpc).subnets().get(subnet).routeTable();
        ec2.call(
                CreateRouteRequest.builder().routeTableId(main).destinationCidrBlock("0.0.0.0/0").gatewayId(id).build(),
                CreateRouteResponse.class);
        assertThat(ec2.held(vpc).gateways()).containsOnlyKeys(id);
        ec2.call(detach(id, vpc), DetachInternetGatewayResponse.class);
        assertThat(ec2.held(vpc).routeTables().get(main).routes().getLast().target())
                .isEqualTo(new Topology.Target.Blackhole());
        ec2.call(attach(id, vpc), AttachInternetGatewayResponse.class);
        assertThat(ec2.held(vpc).routeTables().get(main).routes().getLast().target()).isEqualTo(new Topology.Target.By(id));
    }

    @Test
    void an_egress_only_gateway_is_made_shown_and_deleted() {
        var request = CreateEgressOnlyInternetGatewayRequest.builder().vpcId(vpc).clientToken("t").build();
        String id = ec2.call(request, CreateEgressOnlyInternetGatewayResponse.class)
                .egressOnlyInternetGateway()
                .egressOnlyInternetGatewayId();
        assertThat(ec2.call(request, CreateEgressOnlyInternetGatewayResponse.class)
                        .egressOnlyInternetGateway()
                        .egressOnlyInternetGatewayId())
                .isEqualTo(id);
        var describe = DescribeEgressOnlyInternetGatewaysRequest.builder().egressOnlyInternetGatewayIds(id).build();
        assertThat(ec2.call(describe, DescribeEgressOnlyInternetGatewaysResponse.class).egressOnlyInternetGateways())
                .singleElement()
                .satisfies(g -> assertThat(g.attachments().getFirst().vpcId() + g.attachments().getFirst().stateAsString())
                        .isEqualTo(vpc + "attached"));
        assertThat(ec2.refusal(DeleteVpcRequest.builder().vpcId(vpc).build())).startsWith("DependencyViolation: ");
        var delete = DeleteEgressOnlyInternetGatewayRequest.builder().egressOnlyInternetGatewayId(id).build();
        assertThat(ec2.call(delete, DeleteEgressOnlyInternetGatewayResponse.class).returnCode()).isTrue();
        assertThat(ec2.refusal(delete)).isEqualTo("InvalidGatewayID.NotFound: The eigw ID '" + id + "' does not exist");
    }
}
