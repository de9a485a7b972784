package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class AwsPoliciesTest {
    @Test
    void everyOneIsAPolicyThatIamTakes() {
        assertThat(AwsPolicies.policies().all()).hasSizeGreaterThan(40).allSatisfy(policy -> {
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
}
