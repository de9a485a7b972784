package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Authorizer.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;

/** What Lambda asks about an execution role before it touches a network. */
class RoleAccessTest {
    private static final String LAMBDA = "lambda.amazonaws.com";
    private static final String EC2 = "arn:aws:ec2:us-west-2:" + Lab.ACCOUNT + ":";

    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void lambdaAssumesWhatTrustsIt() {
        String role = lab.role("r", Lab.LAMBDA_TRUST);
        assertThat(lab.iam.roles().assumableBy(role, LAMBDA)).isTrue();
        assertThat(lab.iam.roles().assumableBy(role, "ec2.amazonaws.com")).isFalse();
        assertThat(lab.iam.roles().assumableBy(role.replace(":role/r", ":role/none"), LAMBDA)).isFalse();
        assertThat(lab.iam.roles().assumableBy(role.replace(":role/r", ":role/path/r"), LAMBDA)).isFalse();
        assertThat(lab.iam.roles().assumableBy("nonsense", LAMBDA)).isFalse();
        lab.iam(UpdateAssumeRolePolicyRequest.builder().roleName("r")
                .policyDocument(Lab.trust("{\"Service\":\"ec2.amazonaws.com\"}")).build(),
                AwsResponse.class);
        assertThat(lab.iam.roles().assumableBy(role, LAMBDA)).isFalse();
    }

    @Test
    void anAccountIsNotAService() {
        assertThat(lab.iam.roles().assumableBy(lab.role("r", Lab.trust("{\"AWS\":\"*\"}")), LAMBDA)).isFalse();
    }

    @Test
    void aTrustMayDemandItsOwnAccountAndDeny() {
        String condition = Lab.LAMBDA_TRUST.replace("\"sts:AssumeRole\"",
                "\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"%s\"}}");
        assertThat(lab.iam.roles().assumableBy(lab.role("own", condition.formatted(Lab.ACCOUNT)), LAMBDA)).isTrue();
        assertThat(lab.iam.roles().assumableBy(lab.role("other", condition.formatted("999988887777")), LAMBDA)).isFalse();
        String resource = condition.replace("aws:SourceAccount", "aws:ResourceAccount");
        assertThat(lab.iam.roles().assumableBy(lab.role("owner", resource.formatted(Lab.ACCOUNT)), LAMBDA)).isTrue();
        assertThat(lab.iam.roles().assumableBy(lab.role("owned", resource.formatted("999988887777")), LAMBDA)).isFalse();
        String denied = Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"" + LAMBDA
                + "\"},\"Action\":\"sts:AssumeRole\"},"
                + "{\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"" + LAMBDA + "\"},\"Action\":\"sts:*\"}");
        assertThat(lab.iam.roles().assumableBy(lab.role("denied", denied), LAMBDA)).isFalse();
    }

    @Test
    void aTrustMayNameTheFunctionThatTheRoleIsFor() {
        String function = "arn:aws:lambda:us-east-1:" + Lab.ACCOUNT + ":function:f";
        String role = lab.role("r", Lab.LAMBDA_TRUST.replace("\"sts:AssumeRole\"",
                "\"sts:AssumeRole\",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"" + function + "\"},"
                        + "\"StringEquals\":{\"aws:SourceAccount\":\"" + Lab.ACCOUNT + "\"}}"));
        assertThat(lab.iam.roles().assumableBy(role, LAMBDA, function)).isTrue();
        assertThat(lab.iam.roles().assumableBy(role, LAMBDA, function + "2")).isFalse();
        assertThat(lab.iam.roles().assumableBy(role, LAMBDA)).isFalse();
    }

    /** The three resources that the guide's section "Required IAM permissions" speaks of. */
    @ParameterizedTest
    @CsvSource({
        "*, *, true",
        "arn:aws:ec2:us-west-2:111122223333:*/*, arn:aws:ec2:us-west-2:111122223333:*/*, true",
        "arn:aws:ec2:us-west-2:111122223333:network-interface/*, arn:aws:ec2:us-west-2:111122223333:*/*, false",
        "arn:aws:ec2:us-east-1:111122223333:*/*, arn:aws:ec2:us-west-2:111122223333:*/*, false",
        "arn:aws:ec2:us-west-2:111122223333:*/*, *, false",
    })
    void deletingIsAskedForAllInterfaces(String granted, String asked, boolean allowed) {
        String role = lab.role("r", Lab.LAMBDA_TRUST);
        lab.inline("r", "p", Lab.allow("ec2:DeleteNetworkInterface", granted));
        assertThat(lab.iam.roles().decide(role, "ec2:DeleteNetworkInterface", List.of(asked), Map.of()).allowed())
                .isEqualTo(allowed);
    }

    @Test
    void creatingMayBeGrantedByResourceButNotByACondition() {
        List<String> touched = List.of(EC2 + "subnet/subnet-1", EC2 + "security-group/sg-1", EC2 + "network-interface/*");
        String role = lab.role("r", Lab.LAMBDA_TRUST);
        lab.inline("r", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":[\"" + EC2
                + "subnet/subnet-1\",\"" + EC2 + "security-group/*\",\"" + EC2 + "network-interface/*\"]}"));
        assertThat(lab.iam.roles().decide(role, "ec2:CreateNetworkInterface", touched, Map.of()).allowed()).isTrue();
        lab.inline("r", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":\"*\","
                + "\"Condition\":{\"StringEquals\":{\"ec2:Subnet\":\"" + EC2 + "subnet/subnet-1\"}}}"));
        var decision = lab.iam.roles().decide(role, "ec2:CreateNetworkInterface", touched, Map.of());
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.reason()).isEqualTo(Reason.NO_IDENTITY_POLICY);
    }

    @Test
    void aRoleThatDoesNotExistAllowsNothingAndHasNoSessions() {
        String none = "arn:aws:iam::" + Lab.ACCOUNT + ":role/none";
        assertThat(lab.iam.roles().decide(none, "ec2:DescribeVpcs", List.of(), Map.of()).allowed()).isFalse();
        assertThat(Lab.fault(() -> lab.iam.roles().issue(none, "s", "", Duration.ofHours(1))))
                .isEqualTo("404 NoSuchEntity: The role with name none cannot be found.");
    }

    @Test
    void theManagedPolicyIsEnoughForAVpc() {
        String role = lab.role("r", Lab.LAMBDA_TRUST);
        lab.iam(AttachRolePolicyRequest.builder().roleName("r")
                .policyArn("arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole").build(), AwsResponse.class);
        for (String action : List.of("CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets",
                "DeleteNetworkInterface",
                "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses")) {
            assertThat(lab.iam.roles().decide(role, "ec2:" + action, List.of(EC2 + "*/*"), Map.of()).allowed()).as(action)
                    .isTrue();
        }
        assertThat(lab.iam.roles().decide(role, "ec2:DetachNetworkInterface", List.of("*"), Map.of()).allowed()).isFalse();
    }
}
