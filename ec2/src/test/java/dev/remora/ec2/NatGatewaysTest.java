package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteTableResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NatGateway;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;

class NatGatewaysTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateNatGatewayRequest.Builder create() {
        return CreateNatGatewayRequest.builder().subnetId(subnet);
    }

    private NatGateway made(CreateNatGatewayRequest.Builder request) {
        return ec2.call(request.build(), CreateNatGatewayResponse.class).natGateway();
    }

    private NatGateway described(String id) {
        return ec2.call(DescribeNatGatewaysRequest.builder().natGatewayIds(id).build(), DescribeNatGatewaysResponse.class)
                .natGateways()
                .getFirst();
    }

    private List<NatGateway> found(String filter, String value) {
        return ec2.call(
                        DescribeNatGatewaysRequest.builder()
                                .filter(Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeNatGatewaysResponse.class)
                .natGateways();
    }

    /** The gateway once it is in the state. */
    private NatGateway settled(String id, String state) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        NatGateway now = described(id);
        while (!now.stateAsString().equals(state)) {
            assertThat(System.nanoTime()).as("%s is %s and not %s", id, now.stateAsString(), state).isLessThan(end);
            Thread.onSpinWait();
            now = described(id);
        }
        return now;
    }

    private void delete(String id) {
        ec2.call(DeleteNatGatewayRequest.builder().natGatewayId(id).build(), DeleteNatGatewayResponse.class);
    }

    @Test
    void a_public_one_becomes_available_with_its_address_and_interface() {
        ec2.internetGateway(vpc);
        String ip = ec2.elasticIp();
        NatGateway made = made(create().allocationId(ip));
        assertThat(made.stateAsString()).isEqualTo("pending");
        assertThat(made.connectivityTypeAsString()).isEqualTo("public");
        assertThat(made.vpcId()).isEqualTo(vpc);
        assertThat(made.natGatewayAddresses()).singleElement().satisfies(a -> {
            assertThat(a.allocationId()).isEqualTo(ip);
            assertThat(a.networkInterfaceId()).isNull();
        });

        NatGateway now = settled(made.natGatewayId(), "available");
        var address = now.natGatewayAddresses().getFirst();
        assertThat(address.privateIp()).isEqualTo("10.0.1.4");
        assertThat(address.publicIp()).startsWith("198.18.");
        assertThat(address.associationId()).startsWith("eipassoc-");
        assertThat(address.isPrimary()).isTrue();
        NetworkInterface eni = ec2.call(
                        DescribeNetworkInterfacesRequest.builder().networkInterfaceIds(address.networkInterfaceId()).build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces()
                .getFirst();
        assertThat(eni.interfaceTypeAsString()).isEqualTo("nat_gateway");
        assertThat(eni.description()).isEqualTo("Interface for NAT Gateway " + now.natGatewayId());
        assertThat(eni.requesterManaged()).isTrue();
        assertThat(eni.sourceDestCheck()).isFalse();
        assertThat(eni.groups()).isEmpty();
        assertThat(eni.association().publicIp()).isEqualTo(address.publicIp());
        assertThat(ec2.held(vpc).ports().get(eni.networkInterfaceId()).attachment())
                .isEqualTo(new Topology.Attachment.Translator());
        assertThat(ec2.refusal(DisassociateAddressRequest.builder().associationId(address.associationId()).build()))
                .startsWith("AuthFailure: ");
        assertThat(found("state", "available")).hasSize(1);
    }

    @Test
    void a_private_one_has_no_public_address_and_needs_no_gateway() {
        NatGateway made = made(create().connectivityType("private").privateIpAddress("10.0.1.77"));
        NatGateway now = settled(made.natGatewayId(), "available");
        assertThat(now.natGatewayAddresses().getFirst().privateIp()).isEqualTo("10.0.1.77");
        assertThat(now.natGatewayAddresses().getFirst().publicIp()).isNull();
    }

    @Test
    void without_an_internet_gateway_it_fails_late_as_on_aws() {
        String ip = ec2.elasticIp();
        NatGateway made = made(create().allocationId(ip));
        assertThat(made.stateAsString()).isEqualTo("pending");
        assertThat(made.failureCode()).isNull();
        NatGateway now = settled(made.natGatewayId(), "failed");
        assertThat(now.failureCode()).isEqualTo("Gateway.NotAttached");
        assertThat(now.failureMessage()).isEqualTo("Network " + vpc + " has no Internet gateway attached");
        ec2.call(ReleaseAddressRequest.builder().allocationId(ip).build(), ReleaseAddressResponse.class);
    }

    @Test
    void what_else_cannot_work_fails_too() {
        ec2.internetGateway(vpc);
        String ip = ec2.elasticIp();
        made(create().allocationId(ip));
        assertThat(settled(made(create().allocationId(ip)).natGatewayId(), "failed").failureMessage())
                .isEqualTo("Elastic IP address [" + ip + "] is already associated");
        assertThat(settled(made(create().allocationId("eipalloc-1")).natGatewayId(), "failed").failureCode())
                .isEqualTo("InvalidAllocationID.NotFound");
        String full = ec2.subnet(vpc, "10.0.2.0/28");
        IntStream.range(0, 11)
                .forEach(i -> ec2.call(
                        CreateNetworkInterfaceRequest.builder().subnetId(full).build(), CreateNetworkInterfaceResponse.class));
        assertThat(settled(made(create().subnetId(full).allocationId(ec2.elasticIp())).natGatewayId(), "failed").failureCode())
                .isEqualTo("InsufficientFreeAddressesInSubnet");
    }

    @Test
    void refusals() {
        assertThat(ec2.refusal(create().build()))
                .isEqualTo("MissingParameter: The request must include the AllocationId parameter. Add the required parameter"
                        + " and retry the request.");
        assertThat(ec2.refusal(create().subnetId("subnet-1").allocationId("eipalloc-1").build()))
                .isEqualTo("InvalidSubnetID.NotFound: The subnet ID 'subnet-1' does not exist");
        assertThat(ec2.refusal(create().connectivityType("private").allocationId("eipalloc-1").build()))
                .startsWith("InvalidParameterCombination: ");
        assertThat(ec2.refusal(DeleteNatGatewayRequest.builder().natGatewayId("nat-1").build()))
                .isEqualTo("NatGatewayNotFound: The Nat Gateway nat-1 was not found");
    }

    @Test
    void a_deleted_one_frees_its_address_blackholes_its_routes_and_is_shown_for_an_hour() {
        ec2.internetGateway(vpc);
        String ip = ec2.elasticIp();
        String id = settled(ec2.natGateway(subnet, ip), "available").natGatewayId();
        String table = ec2.call(CreateRouteTableRequest.builder().vpcId(vpc).build(), CreateRouteTableResponse.class)
                .routeTable()
                .routeTableId();
        ec2.call(
                CreateRouteRequest.builder().routeTableId(table).destinationCidrBlock("0.0.0.0/0").natGatewayId(id).build(),
                CreateRouteResponse.class);
        assertThat(state(table)).isEqualTo("active");

        delete(id);
        NatGateway now = settled(id, "deleted");
        assertThat(now.deleteTime()).isEqualTo(Ec2Lab.NOW);
        assertThat(state(table)).isEqualTo("blackhole");
        ec2.call(ReleaseAddressRequest.builder().allocationId(ip).build(), ReleaseAddressResponse.class);
        delete(id);
        ec2.now = Ec2Lab.NOW.plus(NatGatewayStates.SHOWN).minusSeconds(1);
        assertThat(found("vpc-id", vpc)).hasSize(1);
        ec2.now = Ec2Lab.NOW.plus(NatGatewayStates.SHOWN);
        assertThat(found("vpc-id", vpc)).isEmpty();
        assertThat(ec2.fabric.held()).isEmpty();
    }

    private String state(String table) {
        return ec2.call(DescribeRouteTablesRequest.builder().routeTableIds(table).build(), DescribeRouteTablesResponse.class)
                .routeTables()
                .getFirst()
                .routes()
                .getLast()
                .stateAsString();
    }

    @Test
    void it_is_pending_as_long_as_the_kernel_refuses_it() {
        ec2.internetGateway(vpc);
        ec2.fabric.refusals.set(1_000_000);
        String id = ec2.natGateway(subnet, ec2.elasticIp());
        assertThat(described(id).stateAsString()).isEqualTo("pending");
        ec2.fabric.refusals.set(0);
        settled(id, "available");
    }

    @Test
    void one_client_token_makes_one_gateway() {
        var request = create().connectivityType("private").clientToken("t");
        assertThat(made(request).natGatewayId()).isEqualTo(made(request).natGatewayId());
        assertThat(ec2.refusal(create().connectivityType("private").clientToken("t").privateIpAddress("10.0.1.9").build()))
                .startsWith("IdempotentParameterMismatch: ");
    }
}
