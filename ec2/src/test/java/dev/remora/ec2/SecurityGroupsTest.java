package dev.remora.ec2;

import static dev.remora.ec2.Ec2Lab.SCOPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.net.Topology;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreateSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSecurityGroupResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcRequest;
import software.amazon.awssdk.services.ec2.model.GetSecurityGroupsForVpcResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.SecurityGroupForVpc;

class SecurityGroupsTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";

    @BeforeEach
    void makeVpc() {
        vpc = ec2.vpc("10.0.0.0/16");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private CreateSecurityGroupRequest.Builder create(String name) {
        return CreateSecurityGroupRequest.builder().vpcId(vpc).groupName(name).description("a group");
    }

    private List<SecurityGroup> found(DescribeSecurityGroupsRequest.Builder request) {
        return ec2.call(request.build(), DescribeSecurityGroupsResponse.class).securityGroups();
    }

    private void letIn(String group, String from) {
        ec2.call(
                AuthorizeSecurityGroupIngressRequest.builder()
                        .groupId(group)
                        .ipPermissions(p -> p.ipProtocol("tcp")
                                .fromPort(5432)
                                .toPort(5432)
                                .userIdGroupPairs(g -> g.groupId(from)))
                        .build(),
                AuthorizeSecurityGroupIngressResponse.class);
    }

    @Test
    void a_new_group_lets_everything_out_and_nothing_in() {
        var made = ec2.call(create("app").build(), CreateSecurityGroupResponse.class);
        assertThat(made.securityGroupArn())
                .isEqualTo("arn:aws:ec2:eu-west-1:000000000000:security-group/" + made.groupId());
        assertThat(found(DescribeSecurityGroupsRequest.builder().groupIds(made.groupId())))
                .singleElement()
                .satisfies(g -> {
                    assertThat(g.ipPermissions()).isEmpty();
                    assertThat(g.ipPermissionsEgress()).singleElement().satisfies(p -> {
                        assertThat(p.ipProtocol()).isEqualTo("-1");
                        assertThat(p.ipRanges()).singleElement().satisfies(r -> assertThat(r.cidrIp()).isEqualTo("0.0.0.0/0"));
                        assertThat(p.hasUserIdGroupPairs()).isTrue();
                    });
                    assertThat(g.vpcId()).isEqualTo(vpc);
                });
    }

    @Test
    void names_are_unique_in_a_vpc_only() {
        ec2.group(vpc, "app");
        assertThat(ec2.refusal(create("app").build()))
                .isEqualTo("InvalidGroup.Duplicate: The security group 'app' already exists for VPC '" + vpc + "'");
        ec2.group(ec2.vpc("10.0.0.0/16"), "app");
    }

    @Test
    void names_that_cannot_be_are_refused() {
        assertThat(ec2.refusal(create("sg-app").build()))
                .startsWith("InvalidParameterValue: Value (sg-app) for parameter GroupName");
        assertThat(ec2.refusal(create("default").build()))
                .isEqualTo("InvalidParameterValue: Cannot use reserved security group name: default");
        assertThat(ec2.refusal(create("gröup").build()))
                .isEqualTo("InvalidParameterValue: Value (gröup) for parameter GroupName is invalid. Character sets beyond ASCII"
                        + " are not supported.");
        assertThat(ec2.refusal(create("x".repeat(256)).build())).startsWith("InvalidParameterValue: ");
        assertThat(ec2.refusal(CreateSecurityGroupRequest.builder().vpcId(vpc).groupName("app").build()))
                .isEqualTo("MissingParameter: The request must contain the parameter GroupDescription");
    }

    @Test
    void without_a_vpc_the_group_is_in_the_default_one() {
        ec2.call(
                CreateSecurityGroupRequest.builder().groupName("web").description("d").build(),
                CreateSecurityGroupResponse.class);
        assertThat(found(DescribeSecurityGroupsRequest.builder().groupNames("web")))
                .singleElement()
                .satisfies(g -> assertThat(g.vpcId()).isNotEqualTo(vpc));
        assertThat(ec2.refusal(DescribeSecurityGroupsRequest.builder().groupNames("db").build()))
                .startsWith("InvalidGroup.NotFound: The security group 'db' does not exist in default VPC 'vpc-");
    }

    @Test
    void a_group_that_an_interface_is_in_cannot_be_deleted() {
        String group = ec2.group(vpc, "app");
        var user = ec2.serviceInterface(ec2.subnet(vpc, "10.0.1.0/24"), new Topology.Attachment.None(), "interface", group);
        var delete = DeleteSecurityGroupRequest.builder().groupId(group).build();
        assertThat(ec2.refusal(delete)).isEqualTo("DependencyViolation: resource " + group + " has a dependent object");

        ec2.service.networks().delete(SCOPE, user.id());
        ec2.call(delete, DeleteSecurityGroupResponse.class);
        assertThat(ec2.refusal(delete)).isEqualTo("InvalidGroup.NotFound: The security group '" + group + "' does not exist");
    }

    @Test
    void a_group_that_another_groups_rule_names_cannot_be_deleted() {
        String app = ec2.group(vpc, "app");
        String db = ec2.group(vpc, "db");
        letIn(db, app);
        letIn(app, app);
        var delete = DeleteSecurityGroupRequest.builder().groupId(app).build();
        assertThat(ec2.refusal(delete)).isEqualTo("DependencyViolation: resource " + app + " has a dependent object");

        ec2.call(
                RevokeSecurityGroupIngressRequest.builder()
                        .groupId(db)
                        .ipPermissions(p -> p.ipProtocol("tcp").fromPort(5432).toPort(5432).userIdGroupPairs(g -> g.groupId(app)))
                        .build(),
                RevokeSecurityGroupIngressResponse.class);
        ec2.call(delete, DeleteSecurityGroupResponse.class);
    }

    @Test
    void the_default_group_stays() {
        String id = ec2.service.networks().defaultGroup(SCOPE, vpc);
        assertThat(ec2.refusal(DeleteSecurityGroupRequest.builder().groupId(id).build()))
                .isEqualTo("CannotDelete: the specified group: \"" + id + "\" name: \"default\" cannot be deleted by a user");
    }

    @Test
    void malformed_ids_say_what_was_expected() {
        assertThat(ec2.refusal(DescribeSecurityGroupsRequest.builder().groupIds("x").build()))
                .isEqualTo("InvalidGroupId.Malformed: Invalid id: \"x\" (expecting \"sg-...\")");
    }

    @Test
    void filters_look_into_rules() {
        String app = ec2.group(vpc, "app");
        String db = ec2.group(vpc, "db");
        letIn(db, app);
        for (String[] filter : new String[][] {
            {"ip-permission.group-id", app},
            {"ip-permission.group-name", "app"},
            {"ip-permission.from-port", "5432"},
            {"group-name", "d?"}
        }) {
            assertThat(found(DescribeSecurityGroupsRequest.builder()
                            .filters(
                                    Filter.builder().name("vpc-id").values(vpc).build(),
                                    Filter.builder().name(filter[0]).values(filter[1]).build())))
                    .as(filter[0])
                    .extracting(SecurityGroup::groupId)
                    .containsExactly(db);
        }
    }

    @Test
    void the_groups_that_a_vpc_may_use() {
        String app = ec2.group(vpc, "app");
        var groups = ec2.call(
                        GetSecurityGroupsForVpcRequest.builder().vpcId(vpc).build(), GetSecurityGroupsForVpcResponse.class)
                .securityGroupForVpcs();
        assertThat(groups).extracting(SecurityGroupForVpc::groupName).containsExactlyInAnyOrder("default", "app");
        assertThat(groups).filteredOn(g -> g.groupId().equals(app)).singleElement().satisfies(g -> {
            assertThat(g.primaryVpcId()).isEqualTo(vpc);
            assertThat(g.hasTags()).isTrue();
        });
    }
}
