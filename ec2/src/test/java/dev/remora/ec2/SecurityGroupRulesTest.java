package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.AuthorizeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.ModifySecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupEgressResponse;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressRequest;
import software.amazon.awssdk.services.ec2.model.RevokeSecurityGroupIngressResponse;
import software.amazon.awssdk.services.ec2.model.SecurityGroupRule;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressRequest;
import software.amazon.awssdk.services.ec2.model.UpdateSecurityGroupRuleDescriptionsIngressResponse;

class SecurityGroupRulesTest {
    private final Ec2Lab ec2 = new Ec2Lab();
    private String vpc = "";
    private String db = "";
    private String app = "";

    @BeforeEach
    void makeGroups() {
        vpc = ec2.vpc("10.0.0.0/16");
        db = ec2.group(vpc, "db");
        app = ec2.group(vpc, "app");
    }

    @AfterEach
    void close() {
        ec2.close();
    }

    private AuthorizeSecurityGroupIngressRequest in(Consumer<IpPermission.Builder> permission) {
        return AuthorizeSecurityGroupIngressRequest.builder().groupId(db).ipPermissions(permission).build();
    }

    private static Consumer<IpPermission.Builder> tcp(int port, String block) {
        return p -> p.ipProtocol("tcp").fromPort(port).toPort(port).ipRanges(r -> r.cidrIp(block));
    }

    private List<SecurityGroupRule> authorized(AuthorizeSecurityGroupIngressRequest request) {
        return ec2.call(request, AuthorizeSecurityGroupIngressResponse.class).securityGroupRules();
    }

    private List<SecurityGroupRule> rules(String group) {
        return ec2.call(
                        DescribeSecurityGroupRulesRequest.builder()
                                .filters(Filter.builder().name("group-id").values(group).build())
                                .build(),
                        DescribeSecurityGroupRulesResponse.class)
                .securityGroupRules();
    }

    @Test
    void the_answer_lists_the_new_rules() {
        var answer = ec2.call(in(tcp(5432, "10.0.0.9/16")), AuthorizeSecurityGroupIngressResponse.class);
        assertThat(answer.returnValue()).isTrue();
        assertThat(answer.securityGroupRules()).singleElement().satisfies(r -> {
            assertThat(r.securityGroupRuleId()).startsWith("sgr-");
            assertThat(r.isEgress()).isFalse();
            assertThat(r.ipProtocol()).isEqualTo("tcp");
            assertThat(r.fromPort()).isEqualTo(5432);
            assertThat(r.cidrIpv4()).as("host bits are cleared").isEqualTo("10.0.0.0/16");
            assertThat(r.groupId()).isEqualTo(db);
        });
    }

    @Test
    void a_group_as_peer_is_shown_as_such() {
        var made = authorized(in(p -> p.ipProtocol("-1").userIdGroupPairs(g -> g.groupId(app).description("the app"))));
        assertThat(made).singleElement().satisfies(r -> {
            assertThat(r.referencedGroupInfo().groupId()).isEqualTo(app);
            assertThat(r.referencedGroupInfo().userId()).isEqualTo(Ec2Lab.ACCOUNT);
            assertThat(r.description()).isEqualTo("the app");
            assertThat(r.fromPort()).isEqualTo(-1);
        });
    }

    @Test
    void one_permission_may_have_many_peers() {
        assertThat(authorized(in(p -> p.ipProtocol("17")
                        .fromPort(53)
                        .toPort(53)
                        .ipRanges(r -> r.cidrIp("10.0.0.0/16"))
                        .ipv6Ranges(r -> r.cidrIpv6("2001:DB8:0::1/64"))
                        .userIdGroupPairs(g -> g.groupId(app)))))
                .extracting(r -> r.ipProtocol() + " " + r.cidrIpv4() + " " + r.cidrIpv6())
                .containsExactly("udp 10.0.0.0/16 null", "udp null 2001:db8::/64", "udp null null");
    }

    @Test
    void a_single_rule_may_be_given_by_parameters_of_the_request() {
        var request = AuthorizeSecurityGroupIngressRequest.builder()
                .groupId(db)
                .ipProtocol("tcp")
                .fromPort(22)
                .toPort(22)
                .cidrIp("10.0.0.0/8")
                .build();
        assertThat(authorized(request)).singleElement().satisfies(r -> assertThat(r.cidrIpv4()).isEqualTo("10.0.0.0/8"));
    }

    @Test
    void a_rule_that_exists_is_named_by_its_words() {
        authorized(in(tcp(5432, "10.0.0.0/16")));
        assertThat(ec2.refusal(in(tcp(5432, "10.0.0.0/16"))))
                .isEqualTo("InvalidPermission.Duplicate: the specified rule \"peer: 10.0.0.0/16, TCP, from port: 5432, to port:"
                        + " 5432, ALLOW\" already exists");
        assertThat(ec2.refusal(AuthorizeSecurityGroupEgressRequest.builder()
                        .groupId(db)
                        .ipPermissions(p -> p.ipProtocol("-1").ipRanges(r -> r.cidrIp("0.0.0.0/0")))
                        .build()))
                .isEqualTo("InvalidPermission.Duplicate: the specified rule \"peer: 0.0.0.0/0, ALL, ALLOW\" already exists");
    }

    @Test
    void a_refused_request_adds_none_of_its_rules() {
        assertThat(ec2.refusal(AuthorizeSecurityGroupIngressRequest.builder()
                        .groupId(db)
                        .ipPermissions(
                                IpPermission.builder().applyMutation(tcp(1, "10.0.0.0/16")).build(),
                                IpPermission.builder().applyMutation(tcp(2, "banana")).build())
                        .build()))
                .isEqualTo("InvalidParameterValue: CIDR block banana is malformed");
        assertThat(rules(db)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp | 443 | 80 | InvalidParameterValue: Invalid TCP/UDP port range (443:80)",
                "tcp | 1 | 70000 | InvalidParameterValue: TCP/UDP port (70000) out of range",
                "udp | | 53 | InvalidParameterValue: Invalid value 'Must specify both from and to ports with TCP/UDP.' for"
                        + " portRange.",
                "gopher | 70 | 70 | InvalidParameterValue: Invalid value 'gopher' for IP protocol. Unknown protocol.",
                "256 | | | InvalidParameterValue: Invalid value '256' for IP protocol. Unknown protocol.",
                "icmp | 300 | 0 | InvalidParameterValue: ICMP type (300) out of range",
                " | 1 | 1 | MissingParameter: The request must contain the parameter ipProtocol"
            })
    void impossible_traffic_is_refused(String protocol, Integer from, Integer to, String refusal) {
        assertThat(ec2.refusal(in(
                        p -> p.ipProtocol(protocol).fromPort(from).toPort(to).ipRanges(r -> r.cidrIp("10.0.0.0/16")))))
                .isEqualTo(refusal);
    }

    @Test
    void a_group_of_another_vpc_is_refused() {
        String stranger = ec2.group(ec2.vpc("10.0.0.0/16"), "stranger");
        assertThat(ec2.refusal(in(p -> p.ipProtocol("-1").userIdGroupPairs(g -> g.groupId(stranger)))))
                .isEqualTo("InvalidGroup.NotFound: You have specified two resources that belong to different networks.");
        assertThat(ec2.refusal(in(p -> p.ipProtocol("-1").userIdGroupPairs(g -> g.groupId("sg-0123")))))
                .isEqualTo("InvalidGroup.NotFound: The security group 'sg-0123' does not exist");
    }

    @Test
    void sixty_rules_in_each_direction_and_no_more() {
        var sixty = IntStream.rangeClosed(1, Quota.RULES_PER_SECURITY_GROUP.most())
                .mapToObj(port -> IpPermission.builder().applyMutation(tcp(port, "10.0.0.0/16")).build())
                .toList();
        assertThat(authorized(AuthorizeSecurityGroupIngressRequest.builder().groupId(db).ipPermissions(sixty).build()))
                .hasSize(60);
        assertThat(ec2.refusal(in(tcp(61, "10.0.0.0/16"))))
                .isEqualTo("RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been"
                        + " reached.");
        ec2.call(
                AuthorizeSecurityGroupEgressRequest.builder().groupId(db).ipPermissions(tcp(61, "10.0.0.0/16")).build(),
                AuthorizeSecurityGroupEgressResponse.class);
    }

    @Test
    void a_rule_is_revoked_by_what_it_says_or_by_its_id() {
        authorized(in(tcp(5432, "10.0.0.0/16")));
        String id = authorized(in(tcp(22, "10.0.0.0/16"))).getFirst().securityGroupRuleId();
        var revoked = ec2.call(
                RevokeSecurityGroupIngressRequest.builder().groupId(db).ipPermissions(tcp(5432, "10.0.0.0/16")).build(),
                RevokeSecurityGroupIngressResponse.class);
        assertThat(revoked.returnValue()).isTrue();
        assertThat(revoked.revokedSecurityGroupRules())
                .singleElement()
                .satisfies(r -> assertThat(r.cidrIpv4()).isEqualTo("10.0.0.0/16"));

        var byId = RevokeSecurityGroupIngressRequest.builder().groupId(db).securityGroupRuleIds(id).build();
        ec2.call(byId, RevokeSecurityGroupIngressResponse.class);
        assertThat(rules(db)).singleElement().satisfies(r -> assertThat(r.isEgress()).isTrue());
        assertThat(ec2.refusal(byId))
                .isEqualTo("InvalidSecurityGroupRuleId.NotFound: The security group rule ID '" + id + "' does not exist");
    }

    @Test
    void the_egress_default_can_be_revoked() {
        ec2.call(
                RevokeSecurityGroupEgressRequest.builder()
                        .groupId(app)
                        .ipPermissions(p -> p.ipProtocol("-1").ipRanges(r -> r.cidrIp("0.0.0.0/0")))
                        .build(),
                RevokeSecurityGroupEgressResponse.class);
        assertThat(rules(app)).isEmpty();
    }

    @Test
    void revoking_what_is_not_there_is_refused_but_in_a_default_vpc_told() {
        var permission = tcp(5432, "10.0.0.0/16");
        assertThat(ec2.refusal(RevokeSecurityGroupIngressRequest.builder().groupId(db).ipPermissions(permission).build()))
                .isEqualTo("InvalidPermission.NotFound: The specified rule does not exist in this security group.");
        var told = ec2.call(
                RevokeSecurityGroupIngressRequest.builder().groupName("default").ipPermissions(permission).build(),
                RevokeSecurityGroupIngressResponse.class);
        assertThat(told.unknownIpPermissions()).singleElement().satisfies(p -> assertThat(p.fromPort()).isEqualTo(5432));
    }

    @Test
    void rules_of_an_unknown_group_are_an_empty_list() {
        assertThat(rules("sg-0aaaaaaaaaaaaaaaa")).isEmpty();
        assertThat(ec2.refusal(DescribeSecurityGroupRulesRequest.builder()
                        .filters(Filter.builder().name("group-id").values("x").build())
                        .build()))
                .isEqualTo("InvalidGroupId.Malformed: Invalid id: \"x\" (expecting \"sg-...\")");
    }

    @Test
    void a_rule_is_modified_in_place() {
        String id = authorized(in(tcp(5432, "10.0.0.0/16"))).getFirst().securityGroupRuleId();
        ec2.call(
                ModifySecurityGroupRulesRequest.builder()
                        .groupId(db)
                        .securityGroupRules(u -> u.securityGroupRuleId(id)
                                .securityGroupRule(r -> r.ipProtocol("tcp").fromPort(5433).toPort(5433).referencedGroupId(app)))
                        .build(),
                ModifySecurityGroupRulesResponse.class);
        assertThat(rules(db)).filteredOn(r -> r.securityGroupRuleId().equals(id)).singleElement().satisfies(r -> {
            assertThat(r.fromPort()).isEqualTo(5433);
            assertThat(r.referencedGroupInfo().groupId()).isEqualTo(app);
        });
    }

    @Test
    void a_description_is_changed_and_checked() {
        authorized(in(tcp(5432, "10.0.0.0/16")));
        ec2.call(
                UpdateSecurityGroupRuleDescriptionsIngressRequest.builder()
                        .groupId(db)
                        .ipPermissions(p -> p.ipProtocol("tcp")
                                .fromPort(5432)
                                .toPort(5432)
                                .ipRanges(r -> r.cidrIp("10.0.0.0/16").description("from the VPC")))
                        .build(),
                UpdateSecurityGroupRuleDescriptionsIngressResponse.class);
        assertThat(rules(db)).extracting(SecurityGroupRule::description).contains("from the VPC");

        assertThat(ec2.refusal(in(p -> p.ipProtocol("-1").ipRanges(r -> r.cidrIp("10.0.0.0/8").description("<b>")))))
                .startsWith("InvalidParameterValue: Invalid rule description. Valid descriptions are strings less than 256"
                        + " characters");
    }

    @Test
    void the_same_permission_twice_in_one_request_is_refused() {
        var permission = IpPermission.builder().applyMutation(tcp(1, "10.0.0.0/16")).build();
        assertThat(ec2.refusal(AuthorizeSecurityGroupIngressRequest.builder()
                        .groupId(db)
                        .ipPermissions(permission, permission)
                        .build()))
                .isEqualTo("InvalidParameterValue: The same permission must not appear multiple times");
    }
}
