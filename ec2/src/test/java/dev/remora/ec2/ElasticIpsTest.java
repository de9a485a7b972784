package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.InternetPlan;
import dev.remora.net.Ipv4;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Address;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.CreateRouteResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;

class ElasticIpsTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private final String vpc = ec2.vpc("10.0.0.0/16");
    private final String subnet = ec2.subnet(vpc, "10.0.1.0/24");

    @AfterEach
    void close() {
        ec2.close();
    }

    private AllocateAddressResponse allocated() {
        return ec2.call(AllocateAddressRequest.builder().domain("vpc").build(), AllocateAddressResponse.class);
    }

    private String eni() {
        return ec2.call(
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build(), CreateNetworkInterfaceResponse.class)
                .networkInterface()
                .networkInterfaceId();
    }

    private static AssociateAddressRequest.Builder associate(String allocation, String eni) {
        return AssociateAddressRequest.builder().allocationId(allocation).networkInterfaceId(eni);
    }

    private String associated(String allocation, String eni) {
        return ec2.call(associate(allocation, eni).build(), AssociateAddressResponse.class).associationId();
    }

    private List<Address> found(String filter, String value) {
        return ec2.call(
                        DescribeAddressesRequest.builder()
                                .filters(Filter.builder().name(filter).values(value).build())
                                .build(),
                        DescribeAddressesResponse.class)
                .addresses();
    }

    private NetworkInterface described(String eni) {
        return ec2.call(
                        DescribeNetworkInterfacesRequest.builder().networkInterfaceIds(eni).build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces()
                .getFirst();
    }

    private static ReleaseAddressRequest release(String allocation) {
        return ReleaseAddressRequest.builder().allocationId(allocation).build();
    }

    @Test
    void every_account_and_region_gets_other_addresses() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 20; i++) {
            seen.add(allocated().publicIp());
            seen.add(ec2.call("us-east-1", AllocateAddressRequest.builder().build(), AllocateAddressResponse.class)
                    .publicIp());
        }
        assertThat(seen).hasSize(40).allMatch(a -> InternetPlan.PUBLIC.contains(Ipv4.parse(a)));
    }

    @Test
    void an_address_is_associated_shown_moved_and_released() {
        ec2.internetGateway(vpc);
        var ip = allocated();
        String first = eni();
        String association = associated(ip.allocationId(), first);
        assertThat(association).startsWith("eipassoc-");
        assertThat(described(first).association()).satisfies(a -> {
            assertThat(a.publicIp()).isEqualTo(ip.publicIp());
            assertThat(a.allocationId()).isEqualTo(ip.allocationId());
            assertThat(a.associationId()).isEqualTo(association);
            assertThat(a.ipOwnerId()).isEqualTo(Ec2Lab.ACCOUNT);
        });
        assertThat(described(first).privateIpAddresses().getFirst().association()).isEqualTo(described(first).association());
        assertThat(found("network-interface-id", first)).singleElement().satisfies(a -> {
            assertThat(a.privateIpAddress()).isEqualTo("10.0.1.4");
            assertThat(a.domainAsString()).isEqualTo("vpc");
            assertThat(a.networkInterfaceOwnerId()).isEqualTo(Ec2Lab.ACCOUNT);
        });
        assertThat(ec2.refusal(release(ip.allocationId())))
                .isEqualTo("InvalidIPAddress.InUse: Address " + ip.publicIp() + " is in use.");

        String second = eni();
        assertThat(ec2.refusal(associate(ip.allocationId(), second).allowReassociation(false).build()))
                .isEqualTo("Resource.AlreadyAssociated: resource " + ip.allocationId()
                        + " is already associated with associate-id " + association);
        String moved = associated(ip.allocationId(), second);
        assertThat(described(first).association()).isNull();
        ec2.call(DisassociateAddressRequest.builder().associationId(moved).build(), DisassociateAddressResponse.class);
        assertThat(ec2.refusal(DisassociateAddressRequest.builder().associationId(moved).build()))
                .isEqualTo("InvalidAssociationID.NotFound: The association ID '" + moved + "' does not exist");
        ec2.call(release(ip.allocationId()), ReleaseAddressResponse.class);
        assertThat(ec2.refusal(release(ip.allocationId())))
                .isEqualTo("InvalidAllocationID.NotFound: The allocation ID '" + ip.allocationId() + "' does not exist");
    }

    @Test
    void the_kernel_translates_it_when_the_answer_is_there() {
        String gateway = ec2.internetGateway(vpc);
        var eni = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("k")), "lambda");
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, eni.id(), Duration.ofSeconds(60))).isTrue();
        String main = ec2.held(vpc).subnets().get(subnet).routeTable();
        ec2.call(
                CreateRouteRequest.builder()
                        .routeTableId(main)
                        .destinationCidrBlock("0.0.0.0/0")
                        .gatewayId(gateway)
                        .build(),
                CreateRouteResponse.class);
        var ip = allocated();
        associated(ip.allocationId(), eni());
        assertThat(ec2.held(vpc).gateways().get(gateway))
                .isInstanceOfSatisfying(Topology.Gateway.Internet.class, internet -> assertThat(internet.publicAddresses())
                        .containsEntry(Ipv4.parse("10.0.1.5"), Ipv4.parse(ip.publicIp())));
    }

    @Test
    void without_a_gateway_no_address_is_associated() {
        assertThat(ec2.refusal(associate(ec2.elasticIp(), eni()).build()))
                .isEqualTo("Gateway.NotAttached: Network " + vpc + " is not attached to any internet gateway");
    }

    @Test
    void a_functions_interface_gets_none() {
        ec2.internetGateway(vpc);
        var lambda = ec2.serviceInterface(subnet, new Topology.Attachment.Hyperplane(new NatKey("k")), "lambda");
        assertThat(ec2.refusal(associate(ec2.elasticIp(), lambda.id()).build()))
                .isEqualTo("OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments.");
    }

    @Test
    void one_private_address_has_one_public_one() {
        ec2.internetGateway(vpc);
        String eni = eni();
        String first = ec2.elasticIp();
        String second = ec2.elasticIp();
        String association = associated(first, eni);
        assertThat(ec2.refusal(associate(second, eni).allowReassociation(false).build()))
                .isEqualTo("Resource.AlreadyAssociated: resource " + eni + " is already associated with associate-id "
                        + association);
        associated(second, eni);
        assertThat(found("allocation-id", first).getFirst().associationId()).isNull();
        assertThat(described(eni).association().allocationId()).isEqualTo(second);
        assertThat(ec2.refusal(associate(first, eni).privateIpAddress("10.0.1.99").build()))
                .isEqualTo("InvalidParameterValue: The private IP address 10.0.1.99 is not assigned to interface " + eni);
    }

    @Test
    void a_deleted_interface_lets_its_address_go() {
        ec2.internetGateway(vpc);
        String eni = eni();
        String ip = ec2.elasticIp();
        associated(ip, eni);
        ec2.call(DeleteNetworkInterfaceRequest.builder().networkInterfaceId(eni).build(), DeleteNetworkInterfaceResponse.class);
        assertThat(found("allocation-id", ip).getFirst().associationId()).isNull();
    }

    @Test
    void who_had_an_address_may_have_it_again() {
        var ip = allocated();
        ec2.call(release(ip.allocationId()), ReleaseAddressResponse.class);
        var again = AllocateAddressRequest.builder().address(ip.publicIp()).build();
        assertThat(ec2.call(again, AllocateAddressResponse.class).publicIp()).isEqualTo(ip.publicIp());
        assertThat(ec2.refusal(again))
                .isEqualTo("AuthFailure: The address '" + ip.publicIp() + "' does not belong to you.");
        assertThat(ec2.refusal(AllocateAddressRequest.builder().address("198.18.64.200").build()))
                .startsWith("AuthFailure: ");
    }

    @Test
    void addresses_name_themselves_too() {
        var ip = allocated();
        assertThat(ec2.call(
                                DescribeAddressesRequest.builder().publicIps(ip.publicIp()).build(),
                                DescribeAddressesResponse.class)
                        .addresses())
                .hasSize(1);
        assertThat(ec2.refusal(DescribeAddressesRequest.builder().publicIps("198.18.64.250").build()))
                .isEqualTo("InvalidAddress.NotFound: Address '198.18.64.250' not found.");
        assertThat(ec2.refusal(ReleaseAddressRequest.builder()
                        .allocationId(ip.allocationId())
                        .publicIp(ip.publicIp())
                        .build()))
                .isEqualTo("InvalidParameterCombination: You may specify public IP or allocation id, but not both in the same"
                        + " call");
        assertThat(ec2.call(
                                DescribeAddressesAttributeRequest.builder()
                                        .attribute("domain-name")
                                        .allocationIds(ip.allocationId())
                                        .build(),
                                DescribeAddressesAttributeResponse.class)
                        .addresses())
                .singleElement()
                .satisfies(a -> assertThat(a.publicIp()).isEqualTo(ip.publicIp()));
        ec2.call(ReleaseAddressRequest.builder().publicIp(ip.publicIp()).build(), ReleaseAddressResponse.class);
    }
}
