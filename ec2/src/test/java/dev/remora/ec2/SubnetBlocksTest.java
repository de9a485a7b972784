package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Cidr6;
import dev.remora.net.Ipv6;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySubnetAttributeResponse;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.Subnet;

class SubnetBlocksTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String block = "";

    @BeforeEach
    void makeVpc() {
        var made = ec2.call(
                        CreateVpcRequest.builder().cidrBlock("10.0.0.0/16").amazonProvidedIpv6CidrBlock(true).build(),
                        CreateVpcResponse.class)
                .vpc();
        vpc = made.vpcId();
        block = made.ipv6CidrBlockAssociationSet().getFirst().ipv6CidrBlock();
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    /** The VPC's subnet block of that number, 0 to 255. */
    private String slash64(int number) {
        return new Cidr6(new Ipv6(Cidr6.parse(block).base().high() + number, 0), 64).toString();
    }

    private CreateSubnetRequest.Builder create() {
        return CreateSubnetRequest.builder().vpcId(vpc).cidrBlock("10.0.1.0/24");
    }

    private String subnet(CreateSubnetRequest.Builder request) {
        return ec2.call(request.build(), CreateSubnetResponse.class).subnet().subnetId();
    }

    private Subnet described(String id) {
        return ec2.call(DescribeSubnetsRequest.builder().subnetIds(id).build(), DescribeSubnetsResponse.class)
                .subnets()
                .getFirst();
    }

    private NetworkInterface interfaceIn(String subnet) {
        return ec2.call(
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build(), CreateNetworkInterfaceResponse.class)
                .networkInterface();
    }

    private void onCreation(String subnet, boolean on) {
        ec2.call(
                ModifySubnetAttributeRequest.builder().subnetId(subnet).assignIpv6AddressOnCreation(v -> v.value(on)).build(),
                ModifySubnetAttributeResponse.class);
    }

    @Test
    void a_subnet_of_both_families_gives_ipv6_addresses_when_it_is_told_to() {
        String subnet = subnet(create().ipv6CidrBlock(slash64(1)));

        Subnet shown = described(subnet);
        assertThat(shown.ipv6CidrBlockAssociationSet()).singleElement().satisfies(a -> {
            assertThat(a.ipv6CidrBlock()).isEqualTo(slash64(1));
            assertThat(a.associationId()).startsWith("subnet-cidr-assoc-");
            assertThat(a.ipv6CidrBlockState().stateAsString()).isEqualTo("associated");
        });
        assertThat(shown.assignIpv6AddressOnCreation()).isFalse();
        assertThat(shown.ipv6Native()).isFalse();
        assertThat(interfaceIn(subnet).ipv6Addresses()).isEmpty();

        onCreation(subnet, true);
        assertThat(described(subnet).assignIpv6AddressOnCreation()).isTrue();
        assertThat(interfaceIn(subnet).ipv6Addresses())
                .singleElement()
                .satisfies(a -> assertThat(a.ipv6Address()).startsWith(slash64(1).replace("::/64", ":")));
    }

    @Test
    void a_block_is_associated_and_taken_away_while_nothing_uses_it() {
        String subnet = subnet(create());
        var associate = AssociateSubnetCidrBlockRequest.builder().subnetId(subnet).ipv6CidrBlock(slash64(1)).build();
        var association = ec2.call(associate, AssociateSubnetCidrBlockResponse.class).ipv6CidrBlockAssociation();
        assertThat(association.ipv6CidrBlockState().stateAsString()).isEqualTo("associating");
        assertThat(ec2.refusal(associate)).startsWith("CidrLimitExceeded: ");

        onCreation(subnet, true);
        String eni = interfaceIn(subnet).networkInterfaceId();
        var disassociate =
                DisassociateSubnetCidrBlockRequest.builder().associationId(association.associationId()).build();
        assertThat(ec2.refusal(disassociate)).startsWith("InvalidCidrBlock.InUse: The subnet " + subnet);
        ec2.call(
                DeleteNetworkInterfaceRequest.builder().networkInterfaceId(eni).build(), DeleteNetworkInterfaceResponse.class);
        ec2.call(disassociate, DisassociateSubnetCidrBlockResponse.class);
        assertThat(described(subnet).ipv6CidrBlockAssociationSet()).isEmpty();
        assertThat(described(subnet).assignIpv6AddressOnCreation()).isFalse();
        assertThat(ec2.refusal(disassociate))
                .isEqualTo("InvalidSubnetCidrBlockAssociationID.NotFound: The subnet CIDR block with association ID '"
                        + association.associationId() + "' does not exist");
    }

    @Test
    void an_ipv6_only_subnet_has_no_ipv4_block() {
        String subnet = subnet(CreateSubnetRequest.builder().vpcId(vpc).ipv6Native(true).ipv6CidrBlock(slash64(2)));
        Subnet shown = described(subnet);
        assertThat(shown.cidrBlock()).isNull();
        assertThat(shown.ipv6Native()).isTrue();
        assertThat(shown.assignIpv6AddressOnCreation()).isTrue();
        assertThat(ec2.refusal(CreateNetworkInterfaceRequest.builder().subnetId(subnet).build()))
                .startsWith("UnsupportedOperation: ");
        assertThat(ec2.refusal(ModifySubnetAttributeRequest.builder()
                        .subnetId(subnet)
                        .assignIpv6AddressOnCreation(v -> v.value(false))
                        .build()))
                .startsWith("InvalidParameterValue: Invalid value 'false' for assign-ipv6-address-on-creation.");
    }

    @Test
    void families_are_named_rightly() {
        assertThat(ec2.refusal(CreateSubnetRequest.builder().vpcId(vpc).ipv6Native(true).build()))
                .isEqualTo("MissingParameter: Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.");
        assertThat(ec2.refusal(create().ipv6Native(true).ipv6CidrBlock(slash64(1)).build()))
                .isEqualTo("InvalidParameterCombination: When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you"
                        + " cannot set ipv6Native to true.");
        assertThat(ec2.refusal(create().ipv6CidrBlock("fish").build()))
                .isEqualTo("InvalidParameterValue: Value (fish) for parameter ipv6CidrBlock is invalid. This is not a valid"
                        + " IPv6 CIDR block.");
    }

    @ParameterizedTest
    @ValueSource(ints = {52, 57, 62, 65, 80})
    void a_prefix_is_44_to_64_in_steps_of_four(int prefix) {
        assertThat(ec2.refusal(create().ipv6CidrBlock(block.replace("/56", "/" + prefix)).build()))
                .startsWith("InvalidSubnet.Range: ");
    }

    @Test
    void blocks_of_the_vpc_do_not_overlap() {
        subnet(create().ipv6CidrBlock(slash64(1)));
        assertThat(ec2.refusal(create().cidrBlock("10.0.2.0/24").ipv6CidrBlock(slash64(1)).build()))
                .isEqualTo("InvalidSubnet.Conflict: The CIDR '" + slash64(1) + "' conflicts with another subnet");
        assertThat(ec2.refusal(create().cidrBlock("10.0.2.0/24").ipv6CidrBlock("2001:db8:ffff::/64").build()))
                .isEqualTo("InvalidSubnet.Range: The CIDR '2001:db8:ffff::/64' is invalid.");
    }
}
