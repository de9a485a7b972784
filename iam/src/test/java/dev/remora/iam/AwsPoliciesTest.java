package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class AwsPoliciesTest {
    @Test
    void everyOneIsAPolicyThatIamTakes() {
        assertThat(AwsPolicies.policies().all()).hasSizeGreaterThan(1500).allSatisfy(policy -> {
            assertThatCode(() -> IdentityGrammar.check(policy.document(), true)).as(policy.name()).doesNotThrowAnyException();
            assertThat(PolicyDocument.compile(policy.document()).statements()).as(policy.name()).isNotEmpty();
            assertThat(policy.id()).matches("ANPA[A-Z2-7]{17}");
        });
        assertThat(AwsPolicies.policies().all()).extracting(ManagedPolicy::id).doesNotHaveDuplicates();
    }

    @Test
    void theOnesThatLambdaNeedsAreThere() {
        for (String name : new String[] {"service-role/AWSLambdaBasicExecutionRole",
                "service-role/AWSLambdaVPCAccessExecutionRole",
            "service-role/AWSLambdaENIManagementAccess", "AWSLambda_FullAccess", "service-role/AWSLambdaSQSQueueExecutionRole"}) {
            assertThat(AwsPolicies.policies().find("arn:aws:iam::aws:policy/" + name)).as(name).isPresent();
        }
        assertThat(AwsPolicies.policies().find("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole")).isEmpty();
    }

    @Test
    void theyAreInForceAsAwsHasThem() {
        ManagedPolicy policy = AwsPolicies.policies()
                .find("arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole").orElseThrow();
        assertThat(policy.defaultVersion()).isEqualTo(3);
        assertThat(policy.created()).isEqualTo("2016-02-11T23:15:26Z");
        assertThat(policy.updated()).isEqualTo("2024-01-05T22:38:26Z");
        assertThat(policy.document()).contains("ec2:UnassignPrivateIpAddresses");
        for (String name : new String[] {"ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess", "PowerUserAccess",
            "AWSOrganizationsFullAccess", "AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"}) {
            assertThat(AwsPolicies.policies().find("arn:aws:iam::aws:policy/" + name)).as(name).isPresent();
        }
    }

    @Test
    void servicesFindThePoliciesOfTheirRoles() {
        assertThat(ServiceLinkedRoles.policies()).allSatisfy(
                arn -> assertThat(AwsPolicies.policies().find(arn)).as(arn).isPresent());
    }
}
