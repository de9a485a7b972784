package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Ip;
import dev.remora.net.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.AssociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AssociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateAddressResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsResponse;

class InsideNamesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String a = "";
    private String b = "";
    private String server = "";
    private String association = "";

    /** The VPC a has a server with an Elastic IP, b another interface. */
    @BeforeEach
    void makeVpcs() {
        a = ec2.vpc("10.0.0.0/16");
        b = ec2.vpc("10.1.0.0/16");
        hostnames(a, true);
        hostnames(b, true);
        ec2.internetGateway(a);
        String subnet = ec2.subnet(a, "10.0.1.0/24");
        server = ec2.call(
                        CreateNetworkInterfaceRequest.builder().subnetId(subnet).build(), CreateNetworkInterfaceResponse.class)
                .networkInterface()
                .networkInterfaceId();
        ec2.serviceInterface(subnet, new Topology.Attachment.Workload(), "interface", ec2.group(a, "one"));
        var other = ec2.serviceInterface(
                ec2.subnet(b, "10.1.1.0/24"), new Topology.Attachment.Workload(), "interface", ec2.group(b, "one"));
        assertThat(ec2.service.networks().awaitInForce(Ec2Lab.SCOPE, other.id(), Duration.ofSeconds(60))).isTrue();
        association = ec2.call(
                        AssociateAddressRequest.builder().allocationId(ec2.elasticIp()).networkInterfaceId(server).build(),
                        AssociateAddressResponse.class)
                .associationId();
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private void hostnames(String vpc, boolean on) {
        ec2.call(
                ModifyVpcAttributeRequest.builder().vpcId(vpc).enableDnsHostnames(v -> v.value(on)).build(),
                ModifyVpcAttributeResponse.class);
    }

    private String peered() {
        String id = ec2.call(
                        CreateVpcPeeringConnectionRequest.builder().vpcId(a).peerVpcId(b).build(),
                        CreateVpcPeeringConnectionResponse.class)
                .vpcPeeringConnection()
                .vpcPeeringConnectionId();
        ec2.call(
                AcceptVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build(),
                AcceptVpcPeeringConnectionResponse.class);
        return id;
    }

    private void allow(String connection, boolean ofRequester, boolean on) {
        var request = ModifyVpcPeeringConnectionOptionsRequest.builder().vpcPeeringConnectionId(connection);
        if (ofRequester) {
            request.requesterPeeringConnectionOptions(o -> o.allowDnsResolutionFromRemoteVpc(on));
        } else {
            request.accepterPeeringConnectionOptions(o -> o.allowDnsResolutionFromRemoteVpc(on));
        }
        ec2.call(request.build(), ModifyVpcPeeringConnectionOptionsResponse.class);
    }

    private String publicName() {
        return ec2.call(
                        DescribeNetworkInterfacesRequest.builder().networkInterfaceIds(server).build(),
                        DescribeNetworkInterfacesResponse.class)
                .networkInterfaces()
                .getFirst()
                .association()
                .publicDnsName();
    }

    private Map<String, List<Ip>> names(String vpc) {
        return ec2.held(vpc).dns().names();
    }

    @Test
    void a_public_name_is_the_private_address_in_its_own_vpc_as_long_as_it_is_there() {
        String name = publicName();
        assertThat(name).startsWith("ec2-198-18-").endsWith(".eu-west-1.compute.amazonaws.com");
        assertThat(names(a).get(name)).hasToString("[10.0.1.4]");
        assertThat(names(b)).doesNotContainKey(name);
        hostnames(a, false);
        assertThat(names(a)).isEmpty();
        hostnames(a, true);
        ec2.call(
                DisassociateAddressRequest.builder().associationId(association).build(), DisassociateAddressResponse.class);
        assertThat(names(a)).doesNotContainKey(name).containsKey("ip-10-0-1-4.eu-west-1.compute.internal");
    }

    @Test
    void it_is_so_in_a_peer_if_its_own_side_says_so() {
        String name = publicName();
        String connection = peered();
        allow(connection, false, true);
        assertThat(names(b)).doesNotContainKey(name);
        allow(connection, true, true);
        assertThat(names(b).get(name)).hasToString("[10.0.1.4]");
        allow(connection, true, false);
        assertThat(names(b)).doesNotContainKey(name);
        allow(connection, true, true);
        ec2.call(
                DisassociateAddressRequest.builder().associationId(association).build(), DisassociateAddressResponse.class);
        assertThat(names(b)).doesNotContainKey(name);
    }
}
