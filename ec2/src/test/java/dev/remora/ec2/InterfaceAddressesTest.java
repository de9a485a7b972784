package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesResponse;
import software.amazon.awssdk.services.ec2.model.AssignedPrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignIpv6AddressesResponse;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesResponse;

class InterfaceAddressesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String subnet = "";
    private String prefix = "";

    @BeforeEach
    void makeSubnet() {
        var vpc = ec2.call(
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true).build(),
                        CreateVpcResponse.class)
                .vpc();
        String block = vpc.ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock().replace("/56", "/64");
        prefix = block.replace("::/64", "");
        subnet = ec2.call(
                        CreateSubnetRequest.builder()
                                .vpcId(vpc.vpcId())
                                .cidrBlock("10.0.1.0/24")
                                .ipv6CidrBlock(block)
                                .build(),
                        CreateSubnetResponse.class)
                .subnet()
                .subnetId();
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateNetworkInterfaceRequest.Builder create() {
        return CreateNetworkInterfaceRequest.builder().subnetId(subnet);
    }

    private NetworkInterface made(CreateNetworkInterfaceRequest.Builder request) {
        return ec2.call(request.build(), CreateNetworkInterfaceResponse.class).networkInterface();
    }

    private List<NetworkInterface> filtered(String name, String value) {
        return ec2.call(
                        DescribeNetworkInterfacesRequest.builder()
                                .filters(Filter.builder().name(name).values(value).build())
                                .build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces();
    }

    private NetworkInterface described(String id) {
        return filtered("network-interface-id", id).getFirst();
    }

    private static List<String> v4(NetworkInterface i) {
        return i.privateIpAddresses().stream().map(NetworkInterfacePrivateIpAddress::privateIpAddress).toList();
    }

    private static List<String> v6(NetworkInterface i) {
        return i.ipv6Addresses().stream().map(NetworkInterfaceIpv6Address::ipv6Address).toList();
    }

    private int free() {
        return ec2.call(DescribeSubnetsRequest.builder().subnetIds(subnet).build(), DescribeSubnetsResponse.class)
                .subnets()
                .getFirst()
                .availableIpAddressCount();
    }

    @Test
    void an_interface_is_made_with_addresses_of_both_families() {
        NetworkInterface i = made(create()
                .privateIpAddresses(
                        a -> a.primary(true).privateIpAddress("10.0.1.10"), a -> a.privateIpAddress("10.0.1.11"))
                .ipv6Addresses(a -> a.ipv6Address(prefix + "::a1")));

        assertThat(i.privateIpAddress()).isEqualTo("10.0.1.10");
        assertThat(v4(i)).containsExactly("10.0.1.10", "10.0.1.11");
        assertThat(i.privateIpAddresses()).extracting(NetworkInterfacePrivateIpAddress::primary).containsExactly(true, false);
        assertThat(i.privateIpAddresses().getLast().privateDnsName()).isEqualTo("ip-10-0-1-11.eu-west-1.compute.internal");
        assertThat(v6(i)).containsExactly(prefix + "::a1");
        assertThat(filtered("ipv6-addresses.ipv6-address", prefix + "::a1")).hasSize(1);
        assertThat(filtered("addresses.private-ip-address", "10.0.1.11")).hasSize(1);
        assertThat(filtered("private-ip-address", "10.0.1.11")).isEmpty();
        assertThat(free()).isEqualTo(249);
    }

    @Test
    void addresses_are_counted_out() {
        NetworkInterface i = made(create().secondaryPrivateIpAddressCount(2).ipv6AddressCount(3));
        assertThat(v4(i)).hasSize(3).doesNotHaveDuplicates();
        assertThat(v6(i)).hasSize(3).doesNotHaveDuplicates();
        ec2.call(
                DeleteNetworkInterfaceRequest.builder().networkInterfaceId(i.networkInterfaceId()).build(),
                DeleteNetworkInterfaceResponse.class);
        assertThat(free()).isEqualTo(251);
    }

    @Test
    void ipv4_addresses_come_and_go() {
        String eni = made(create()).networkInterfaceId();
        assertThat(ec2.call(
                                AssignPrivateIpAddressesRequest.builder()
                                        .networkInterfaceId(eni)
                                        .privateIpAddresses("10.0.1.50")
                                        .build(),
                                AssignPrivateIpAddressesResponse.class)
                        .assignedPrivateIpAddresses())
                .extracting(AssignedPrivateIpAddress::privateIpAddress)
                .containsExactly("10.0.1.50");
        assertThat(ec2.call(
                                AssignPrivateIpAddressesRequest.builder()
                                        .networkInterfaceId(eni)
                                        .secondaryPrivateIpAddressCount(2)
                                        .build(),
                                AssignPrivateIpAddressesResponse.class)
                        .assignedPrivateIpAddresses())
                .hasSize(2);
        assertThat(v4(described(eni))).hasSize(4);
        assertThat(free()).isEqualTo(247);

        var unassign = UnassignPrivateIpAddressesRequest.builder()
                .networkInterfaceId(eni)
                .privateIpAddresses("10.0.1.50")
                .build();
        ec2.call(unassign, UnassignPrivateIpAddressesResponse.class);
        assertThat(v4(described(eni))).hasSize(3).doesNotContain("10.0.1.50");
        assertThat(free()).isEqualTo(248);
        assertThat(ec2.refusal(unassign)).startsWith("InvalidParameterValue: ");
    }

    @Test
    void an_address_is_taken_from_another_interface_if_that_is_allowed() {
        String first = made(create()
                        .privateIpAddresses(
                                a -> a.primary(true).privateIpAddress("10.0.1.10"), a -> a.privateIpAddress("10.0.1.11")))
                .networkInterfaceId();
        String second = made(create()).networkInterfaceId();
        var assign =
                AssignPrivateIpAddressesRequest.builder().networkInterfaceId(second).privateIpAddresses("10.0.1.11").build();
        assertThat(ec2.refusal(assign)).isEqualTo("InvalidIPAddress.InUse: Address 10.0.1.11 is in use.");
        ec2.call(assign.toBuilder().allowReassignment(true).build(), AssignPrivateIpAddressesResponse.class);
        assertThat(v4(described(first))).containsExactly("10.0.1.10");
        assertThat(v4(described(second))).contains("10.0.1.11");
        assertThat(free()).isEqualTo(248);
    }

    @Test
    void ipv6_addresses_come_and_go() {
        String eni = made(create()).networkInterfaceId();
        var assigned = ec2.call(
                        AssignIpv6AddressesRequest.builder().networkInterfaceId(eni).ipv6AddressCount(2).build(),
                        AssignIpv6AddressesResponse.class)
                .assignedIpv6Addresses();
        assertThat(v6(described(eni))).isEqualTo(assigned).hasSize(2).allMatch(a -> a.startsWith(prefix + ":"));
        assertThat(ec2.call(
                                UnassignIpv6AddressesRequest.builder()
                                        .networkInterfaceId(eni)
                                        .ipv6Addresses(assigned.getFirst())
                                        .build(),
                                UnassignIpv6AddressesResponse.class)
                        .unassignedIpv6Addresses())
                .containsExactly(assigned.getFirst());
        assertThat(v6(described(eni))).containsExactly(assigned.getLast());
    }

    @Test
    void addresses_that_cannot_be_had_are_refused() {
        String eni = made(create().ipv6Addresses(a -> a.ipv6Address(prefix + "::a1"))).networkInterfaceId();
        var assign = AssignIpv6AddressesRequest.builder().networkInterfaceId(eni);
        assertThat(ec2.refusal(assign.ipv6Addresses(prefix + "::a1").build())).startsWith("InvalidIPAddress.InUse: ");
        assertThat(ec2.refusal(assign.ipv6Addresses(prefix + "::3").build()))
                .isEqualTo("InvalidParameterValue: Address " + prefix + "::3 is in subnet's reserved address range");
        assertThat(ec2.refusal(assign.ipv6Addresses("2001:db8::1").build()))
                .isEqualTo("InvalidParameterValue: Address does not fall within the subnet's address range");
        assertThat(ec2.refusal(assign.ipv6Addresses(List.of()).ipv6AddressCount(50).build()))
                .startsWith("PrivateIpAddressLimitExceeded: ");
        assertThat(ec2.refusal(assign.ipv6AddressCount(null).build())).startsWith("MissingParameter: ");
        assertThat(v6(described(eni))).containsExactly(prefix + "::a1");
    }

    @Test
    void a_subnet_without_ipv6_gives_no_ipv6_addresses() {
        String other = ec2.subnet(ec2.vpc("10.0.0.0/16"), "10.0.1.0/24");
        assertThat(ec2.refusal(CreateNetworkInterfaceRequest.builder().subnetId(other).ipv6AddressCount(1).build()))
                .startsWith("InvalidParameterValue: The subnet " + other + " does not have an IPv6 CIDR block");
    }

    @Test
    void addresses_of_services_interfaces_are_not_for_others_to_change() {
        var lambda = ec2.serviceInterface(
                subnet, new Topology.Attachment.Hyperplane(new NatKey("key")), "lambda");
        assertThat(v6(described(lambda.id()))).isEmpty();
        ec2.service.networks().addIpv6(Ec2Lab.SCOPE, lambda.id());
        ec2.service.networks().addIpv6(Ec2Lab.SCOPE, lambda.id());
        assertThat(v6(described(lambda.id()))).hasSize(1);
        assertThat(ec2.refusal(
                        AssignIpv6AddressesRequest.builder().networkInterfaceId(lambda.id()).ipv6AddressCount(1).build()))
                .isEqualTo("OperationNotPermitted: You are not allowed to manage 'ela-attach' attachments.");
    }
}
