package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.NOW;
import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Cidr;
import dev.remora.net.NatKey;
import dev.remora.net.Topology;
import dev.remora.store.Scope;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.AcceptVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateVpcCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupReferencesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeStaleSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcPeeringConnectionOptionsResponse;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionRequest;
import software.amazon.awssdk.services.ec2.model.RejectVpcPeeringConnectionResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;

class PeeringConnectionsTest {
    private static final Scope ELSEWHERE = new Scope("111111111111", "us-east-1");
    private static final Scope OTHER_ACCOUNT = new Scope("111111111111", Ec2Lab.REGION);

    private final Ec2Lab ec2 = new Ec2Lab();
    private String a = "";

    @BeforeEach
    void makeVpc() {
        a = ec2.vpc("10.0.0.0/16");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private String vpc(Scope scope, String block) {
        return ec2.call(scope, CreateVpcRequest.builder().cidrBlock(block).build(), CreateVpcResponse.class).vpc().vpcId();
    }

    private CreateVpcPeeringConnectionRequest to(Scope scope, String vpc) {
        return CreateVpcPeeringConnectionRequest.builder()
                .vpcId(a)
                .peerVpcId(vpc)
                .peerOwnerId(scope.account())
                .peerRegion(scope.region())
                .build();
    }

    private String requested(Scope scope, String vpc) {
        return ec2.call(to(scope, vpc), CreateVpcPeeringConnectionResponse.class)
                .vpcPeeringConnection()
                .vpcPeeringConnectionId();
    }

    private AcceptVpcPeeringConnectionRequest accept(String id) {
        return AcceptVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build();
    }

    private String peered(Scope scope, String vpc) {
        String id = requested(scope, vpc);
        ec2.call(scope, accept(id), AcceptVpcPeeringConnectionResponse.class);
        return id;
    }

    private List<VpcPeeringConnection> described(Scope scope) {
        return ec2.call(
                        scope,
                        DescribeVpcPeeringConnectionsRequest.builder().build(),
                        DescribeVpcPeeringConnectionsResponse.class)
                .vpcPeeringConnections();
    }

    private String status(Scope scope) {
        return described(scope).stream().map(c -> c.status().codeAsString() + ": " + c.status().message()).toList().toString();
    }

    @Test
    void a_request_is_accepted_in_another_account_and_region() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");

        var made = ec2.call(to(ELSEWHERE, b), CreateVpcPeeringConnectionResponse.class).vpcPeeringConnection();
        assertThat(made.status().codeAsString()).isEqualTo("initiating-request");
        assertThat(made.status().message()).isEqualTo("Initiating Request to 111111111111");
        assertThat(made.requesterVpcInfo().cidrBlock()).isEqualTo("10.0.0.0/16");
        assertThat(made.accepterVpcInfo().cidrBlock()).isNull();
        assertThat(made.accepterVpcInfo().region()).isEqualTo("us-east-1");
        assertThat(status(SCOPE))
                .isEqualTo("[pending-acceptance: Pending Acceptance by 111111111111]")
                .isEqualTo(status(ELSEWHERE));
        assertThat(described(ELSEWHERE).getFirst().expirationTime()).isEqualTo(NOW.plus(Duration.ofDays(7)));

        String id = made.vpcPeeringConnectionId();
        assertThat(ec2.refusal(accept(id)))
                .isEqualTo("OperationNotPermitted: User (000000000000) cannot accept peering " + id);
        var accepted = ec2.call(ELSEWHERE, accept(id), AcceptVpcPeeringConnectionResponse.class).vpcPeeringConnection();
        assertThat(accepted.status().codeAsString()).isEqualTo("provisioning");
        assertThat(status(SCOPE)).isEqualTo("[active: Active]").isEqualTo(status(ELSEWHERE));
        assertThat(described(SCOPE).getFirst().accepterVpcInfo().cidrBlock()).isEqualTo("10.1.0.0/16");
        assertThat(described(SCOPE).getFirst().expirationTime()).isNull();
        assertThat(ec2.refusal(ELSEWHERE, accept(id))).startsWith("InvalidStateTransition: ");
    }

    @Test
    void it_is_accepted_in_the_accepters_region_only() {
        Scope otherRegion = new Scope(SCOPE.account(), "us-east-1");
        String id = requested(otherRegion, vpc(otherRegion, "10.1.0.0/16"));
        assertThat(ec2.refusal(accept(id)))
                .isEqualTo("OperationNotPermitted: Incorrect region (eu-west-1) specified for this request. VPC peering"
                        + " connection " + id + " must be accepted in region us-east-1");
    }

    @Test
    void overlapping_blocks_and_unknown_vpcs_fail_without_an_error() {
        requested(SCOPE, ec2.vpc("10.0.128.0/20"));
        requested(ELSEWHERE, "vpc-0123456789abcdef0");
        String failed = "failed: Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range";
        assertThat(status(SCOPE)).isEqualTo("[" + failed + ", " + failed + "]");
        assertThat(described(ELSEWHERE)).isEmpty();
    }

    @Test
    void a_request_that_nobody_accepts_expires_and_vanishes() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        String id = requested(ELSEWHERE, b);
        ec2.now = NOW.plus(Duration.ofDays(7)).minusSeconds(1);
        assertThat(status(ELSEWHERE)).startsWith("[pending-acceptance");
        ec2.now = NOW.plus(Duration.ofDays(7));
        assertThat(ec2.refusal(ELSEWHERE, accept(id))).startsWith("InvalidStateTransition: ");
        assertThat(status(SCOPE)).startsWith("[expired").isEqualTo(status(ELSEWHERE));
        ec2.now = ec2.now.plus(Peerings.SHOWN);
        assertThat(described(SCOPE)).isEmpty();
        assertThat(described(ELSEWHERE)).isEmpty();
        assertThat(ec2.refusal(accept(id)))
                .isEqualTo("InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID '" + id + "' does not exist");
    }

    @Test
    void the_accepter_rejects_and_the_requester_deletes() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        String id = requested(ELSEWHERE, b);
        var delete = DeleteVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build();
        assertThat(ec2.refusal(ELSEWHERE, delete)).startsWith("InvalidStateTransition: ");
        ec2.call(
                ELSEWHERE,
                RejectVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build(),
                RejectVpcPeeringConnectionResponse.class);
        assertThat(status(SCOPE)).isEqualTo("[rejected: Rejected by 111111111111]").isEqualTo(status(ELSEWHERE));

        String again = requested(ELSEWHERE, b);
        assertThat(ec2.refusal(to(ELSEWHERE, b))).startsWith("VpcPeeringConnectionAlreadyExists: ");
        ec2.call(
                delete.toBuilder().vpcPeeringConnectionId(again).build(), DeleteVpcPeeringConnectionResponse.class);
        assertThat(status(ELSEWHERE)).contains("deleted: Deleted by 000000000000");
    }

    @Test
    void a_deleted_vpc_takes_its_connections_along() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        peered(ELSEWHERE, b);
        ec2.call(DeleteVpcRequest.builder().vpcId(a).build(), DeleteVpcResponse.class);
        assertThat(status(ELSEWHERE)).isEqualTo("[deleted: Deleted by 000000000000]");
    }

    @Test
    void filters_find_by_side_and_status() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        String id = peered(ELSEWHERE, b);
        peered(SCOPE, ec2.vpc("10.2.0.0/16"));
        for (Filter filter : List.of(
                Filter.builder().name("accepter-vpc-info.vpc-id").values(b).build(),
                Filter.builder().name("accepter-vpc-info.owner-id").values("111111111111").build(),
                Filter.builder().name("accepter-vpc-info.cidr-block").values("10.1.0.0/16").build())) {
            assertThat(ec2.call(
                                    DescribeVpcPeeringConnectionsRequest.builder()
                                            .filters(filter, Filter.builder().name("status-code").values("active").build())
                                            .build(),
                                    DescribeVpcPeeringConnectionsResponse.class)
                            .vpcPeeringConnections())
                    .extracting(VpcPeeringConnection::vpcPeeringConnectionId)
                    .containsExactly(id);
        }
    }

    @Test
    void options_are_each_sides_own() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        String id = peered(ELSEWHERE, b);
        var own = ModifyVpcPeeringConnectionOptionsRequest.builder()
                .vpcPeeringConnectionId(id)
                .requesterPeeringConnectionOptions(o -> o.allowDnsResolutionFromRemoteVpc(true))
                .build();
        assertThat(ec2.refusal(own)).startsWith("InvalidParameter: Enabling DNS resolution requires both");
        ec2.call(
                ModifyVpcAttributeRequest.builder().vpcId(a).enableDnsHostnames(v -> v.value(true)).build(),
                ModifyVpcAttributeResponse.class);
        assertThat(ec2.call(own, ModifyVpcPeeringConnectionOptionsResponse.class)
                        .requesterPeeringConnectionOptions()
                        .allowDnsResolutionFromRemoteVpc())
                .isTrue();
        assertThat(described(ELSEWHERE).getFirst().requesterVpcInfo().peeringOptions().allowDnsResolutionFromRemoteVpc())
                .isTrue();
        assertThat(ec2.refusal(ELSEWHERE, own)).startsWith("OperationNotPermitted: ");
    }

    private AuthorizeSecurityGroupIngressRequest allow(String group, UserIdGroupPair pair) {
        return AuthorizeSecurityGroupIngressRequest.builder()
                .groupId(group)
                .ipPermissions(p -> p.ipProtocol("tcp").fromPort(80).toPort(80).userIdGroupPairs(pair))
                .build();
    }

    private String group(Scope scope, String vpc) {
        return ec2.call(
                        scope,
                        CreateSecurityGroupRequest.builder()
                                .vpcId(vpc)
                                .groupName("named")
                                .description("named")
                                .build(),
                        CreateSecurityGroupResponse.class)
                .groupId();
    }

    @Test
    void a_rule_names_a_group_of_a_peer_until_it_is_stale() {
        String b = vpc(OTHER_ACCOUNT, "10.1.0.0/16");
        String theirs = group(OTHER_ACCOUNT, b);
        String mine = ec2.group(a, "mine");
        var pair = UserIdGroupPair.builder().groupId(theirs).userId(OTHER_ACCOUNT.account()).build();
        assertThat(ec2.refusal(allow(mine, pair)))
                .isEqualTo("InvalidGroup.NotFound: The security group '" + theirs + "' does not exist");

        String id = peered(OTHER_ACCOUNT, b);
        ec2.call(allow(mine, pair), AuthorizeSecurityGroupIngressResponse.class);
        assertThat(pairs(mine)).singleElement().satisfies(p -> {
            assertThat(p.groupId()).isEqualTo(theirs);
            assertThat(p.userId()).isEqualTo("111111111111");
            assertThat(p.vpcId()).isEqualTo(b);
            assertThat(p.vpcPeeringConnectionId()).isEqualTo(id);
            assertThat(p.peeringStatus()).isEqualTo("active");
        });
        assertThat(ec2.refusal(allow(mine, pair.toBuilder().groupId("111111111111/" + theirs).build())))
                .startsWith("InvalidPermission.Duplicate: ");
        var references = ec2.call(
                OTHER_ACCOUNT,
                DescribeSecurityGroupReferencesRequest.builder().groupId(theirs).build(),
                DescribeSecurityGroupReferencesResponse.class);
        assertThat(references.securityGroupReferenceSet()).singleElement().satisfies(r -> {
            assertThat(r.referencingVpcId()).isEqualTo(a);
            assertThat(r.vpcPeeringConnectionId()).isEqualTo(id);
        });
        assertThat(stale()).isEmpty();

        ec2.call(
                DeleteVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build(),
                DeleteVpcPeeringConnectionResponse.class);
        assertThat(stale()).containsExactly(mine);
        assertThat(pairs(mine).getFirst().peeringStatus()).isEqualTo("deleted");
        ec2.call(
                RevokeSecurityGroupIngressRequest.builder()
                        .groupId(mine)
                        .ipPermissions(p -> p.ipProtocol("tcp").fromPort(80).toPort(80).userIdGroupPairs(pair))
                        .build(),
                RevokeSecurityGroupIngressResponse.class);
        assertThat(stale()).isEmpty();
    }

    private List<UserIdGroupPair> pairs(String group) {
        return ec2.call(
                        DescribeSecurityGroupsRequest.builder().groupIds(group).build(), DescribeSecurityGroupsResponse.class)
                .securityGroups()
                .getFirst()
                .ipPermissions()
                .stream()
                .flatMap(p -> p.userIdGroupPairs().stream())
                .toList();
    }

    private List<String> stale() {
        return ec2.call(
                        DescribeStaleSecurityGroupsRequest.builder().vpcId(a).build(),
                        DescribeStaleSecurityGroupsResponse.class)
                .staleSecurityGroupSet()
                .stream()
                .map(g -> g.groupId())
                .toList();
    }

    @Test
    void groups_of_another_region_cannot_be_named() {
        String b = vpc(ELSEWHERE, "10.1.0.0/16");
        peered(ELSEWHERE, b);
        var pair = UserIdGroupPair.builder().groupId(group(ELSEWHERE, b)).build();
        assertThat(ec2.refusal(allow(ec2.group(a, "mine"), pair))).startsWith("InvalidGroup.NotFound: ");
    }

    @Test
    void the_kernel_knows_what_is_beyond_and_follows_its_changes() {
        String b = vpc(OTHER_ACCOUNT, "10.1.0.0/16");
        String theirs = group(OTHER_ACCOUNT, b);
        String id = peered(OTHER_ACCOUNT, b);
        String mine = ec2.group(a, "mine");
        ec2.call(allow(mine, UserIdGroupPair.builder().groupId(theirs).build()), AuthorizeSecurityGroupIngressResponse.class);
        var here = ec2.serviceInterface(
                ec2.subnet(a, "10.0.1.0/24"), new Topology.Attachment.Hyperplane(new NatKey("here")), "lambda", mine);
        assertThat(ec2.service.networks().awaitInForce(SCOPE, here.id(), Duration.ofSeconds(60))).isTrue();
        String router = ec2.service.networks().router(SCOPE, a);
        assertThat(ec2.fabric.held(router).gateways())
                .containsEntry(id, new Topology.Gateway.Peering(id, List.of(Cidr.parse("10.1.0.0/16"))));
        assertThat(ec2.fabric.held(router).foreignMembers()).isEmpty();

        String subnet = ec2.call(
                        OTHER_ACCOUNT,
                        CreateSubnetRequest.builder()
                                .vpcId(b)
                                .cidrBlock("10.1.1.0/24")
                                .build(),
                        CreateSubnetResponse.class)
                .subnet()
                .subnetId();
        var there = ec2.service.networks()
                .create(
                        OTHER_ACCOUNT,
                        new Networks.Wanted(
                                subnet, Set.of(theirs), "interface", "", "", true, new Topology.Attachment.Workload()));
        ec2.service.networks().regroup(OTHER_ACCOUNT, there.id(), Set.of(theirs));
        assertThat(ec2.fabric.held(router).foreignMembers()).containsKey(theirs);

        ec2.call(
                OTHER_ACCOUNT,
                AssociateVpcCidrBlockRequest.builder().vpcId(b).cidrBlock("10.2.0.0/16").build(),
                AssociateVpcCidrBlockResponse.class);
        assertThat(ec2.fabric.held(router).gateways())
                .containsEntry(
                        id,
                        new Topology.Gateway.Peering(id, List.of(Cidr.parse("10.1.0.0/16"), Cidr.parse("10.2.0.0/16"))));

        ec2.call(
                DeleteVpcPeeringConnectionRequest.builder().vpcPeeringConnectionId(id).build(),
                DeleteVpcPeeringConnectionResponse.class);
        assertThat(ec2.fabric.held(router).gateways()).isEmpty();
        assertThat(ec2.fabric.held(router).foreignMembers()).isEmpty();
    }
}
