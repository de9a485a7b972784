package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.Authorizer.Reason;
import dev.remora.wire.Authorizer.Source;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.Tag;

class PolicyAuthorizerTest {
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:" + Lab.ACCOUNT + ":function:f";

    private final Lab lab = new Lab();
    private final String role = lab.role("worker", Lab.LAMBDA_TRUST);

    @AfterEach
    void close() {
        lab.close();
    }

    private Decision decide(Principal principal, String action, String... resources) {
        return lab.iam.authorizer().decide(principal, action, List.of(resources), Map.of());
    }

    @Test
    void rootMayDoEverythingInItsOwnAccountOnly() {
        var root = new Principal.Root(Lab.ACCOUNT);
        assertThat(decide(root, "ec2:CreateVpc", "*").allowed()).isTrue();
        assertThat(decide(root, "lambda:GetFunction", FUNCTION).allowed()).isTrue();
        assertThat(decide(root, "iam:GetPolicy", "arn:aws:iam::aws:policy/AdministratorAccess").allowed()).isTrue();
        String foreign = FUNCTION.replace(Lab.ACCOUNT, "999988887777");
        assertThat(decide(root, "lambda:GetFunction", "*", foreign))
                .isEqualTo(new Decision(false, foreign, Reason.NO_RESOURCE_POLICY));
    }

    @Test
    void aServiceActsFreely() {
        assertThat(decide(new Principal.Service(Lab.ACCOUNT, "lambda.amazonaws.com"), "ec2:CreateNetworkInterface", "*")
                .allowed()).isTrue();
    }

    @Test
    void aSessionMayWhatItsRoleMay() {
        var session = lab.session(role);
        assertThat(decide(session, "ec2:DescribeVpcs", "*")).isEqualTo(new Decision(false, "*", Reason.NO_IDENTITY_POLICY));
        lab.inline("worker", "p", Lab.allow("ec2:Describe*", "*"));
        assertThat(decide(session, "ec2:DescribeVpcs", "*").allowed()).isTrue();
        assertThat(decide(session, "ec2:DescribeVpcs").allowed()).isTrue();
        lab.iam(DeleteRolePolicyRequest.builder().roleName("worker").policyName("p").build(), AwsResponse.class);
        assertThat(decide(session, "ec2:DescribeVpcs", "*").allowed()).isFalse();
    }

    @Test
    void everyResourceMustBeAllowedAndTheFirstThatIsNotIsNamed() {
        lab.inline("worker", "p", Lab.allow("ec2:*", "arn:aws:ec2:*:*:subnet/*"));
        String subnet = "arn:aws:ec2:us-east-1:" + Lab.ACCOUNT + ":subnet/subnet-1";
        String group = "arn:aws:ec2:us-east-1:" + Lab.ACCOUNT + ":security-group/sg-1";
        assertThat(decide(lab.session(role), "ec2:CreateNetworkInterface", subnet).allowed()).isTrue();
        assertThat(decide(lab.session(role), "ec2:CreateNetworkInterface", subnet, group))
                .isEqualTo(new Decision(false, group, Reason.NO_IDENTITY_POLICY));
    }

    @Test
    void aNewDefaultVersionOfAnAttachedPolicyIsInForceAtOnce() {
        String arn = lab.iam(CreatePolicyRequest.builder().policyName("p").policyDocument(Lab.allow("s3:*", "*")).build(),
                CreatePolicyResponse.class).policy().arn();
        lab.iam(AttachRolePolicyRequest.builder().roleName("worker").policyArn(arn).build(), AwsResponse.class);
        var session = lab.session(role);
        assertThat(decide(session, "s3:GetObject", "arn:aws:s3:::b/k").allowed()).isTrue();
        lab.iam(CreatePolicyVersionRequest.builder().policyArn(arn).setAsDefault(true)
                .policyDocument(Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"*\"}"))
                        .build(), AwsResponse.class);
        assertThat(decide(session, "s3:GetObject", "arn:aws:s3:::b/k").reason()).isEqualTo(Reason.EXPLICIT_DENY);
        lab.iam(DetachRolePolicyRequest.builder().roleName("worker").policyArn(arn).build(), AwsResponse.class);
        assertThat(decide(session, "s3:GetObject", "arn:aws:s3:::b/k").reason()).isEqualTo(Reason.NO_IDENTITY_POLICY);
    }

    @Test
    void theCodeOfAFunctionCanBeDeniedWhatLambdaMayDo() {
        lab.iam(AttachRolePolicyRequest.builder().roleName("worker")
                .policyArn("arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole").build(), AwsResponse.class);
        String statement = "{\"Effect\":\"Deny\",\"Action\":\"ec2:CreateNetworkInterface\",\"Resource\":\"*\","
                + "\"Condition\":{\"ArnEquals\":{\"lambda:SourceFunctionArn\":\"" + FUNCTION + "\"}}}";
        lab.inline("worker", "deny", Lab.policy(statement));
        Decision denied = decide(lab.session(role, FUNCTION), "ec2:CreateNetworkInterface", "*");
        assertThat(denied.reason()).isEqualTo(Reason.EXPLICIT_DENY);
        assertThat(denied.decidedBy()).contains(
                new Source(PolicyType.IDENTITY, "deny", role, "", true, 1, 38, 1, 214, statement));
        assertThat(decide(lab.session(role, FUNCTION + "2"), "ec2:CreateNetworkInterface", "*").allowed()).isTrue();
        assertThat(lab.iam.roles().decide(role, "ec2:CreateNetworkInterface", List.of("*"), Map.of()).allowed()).isTrue();
        assertThat(lab.iam.authorizer().decide(lab.session(role), "ec2:CreateNetworkInterface", List.of("*"),
                Map.of("lambda:SourceFunctionArn", List.of(FUNCTION))).reason()).isEqualTo(Reason.EXPLICIT_DENY);
    }

    @Test
    void theKeysOfARequestAreItsOwnAndThoseThatFollowFromWhoCalls() {
        assertThat(lab.iam.authorizer().keys(lab.session(role, FUNCTION), Map.of("lambda:Extra", List.of("1"),
                "AWS:userid", List.of("root"), "aws:ViaAWSService", List.of("true"))))
                .containsEntry("lambda:Extra", List.of("1"))
                .containsEntry("aws:PrincipalArn", List.of(role))
                .containsEntry("aws:PrincipalType", List.of("AssumedRole"))
                .containsEntry("lambda:SourceFunctionArn", List.of(FUNCTION))
                .containsEntry("aws:CurrentTime", List.of("2026-01-02T03:04:05Z"))
                .containsEntry("aws:ViaAWSService", List.of("true"))
                .containsKey("aws:userid")
                .doesNotContainKeys("AWS:userid", "aws:username", "aws:SourceIdentity");
    }

    @Test
    void aRequestCannotClaimToBeSomeoneElse() {
        lab.inline("worker", "p", Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\","
                + "\"Condition\":{\"ArnEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::" + Lab.ACCOUNT + ":role/admin\"}}}"));
        assertThat(lab.iam.authorizer().decide(lab.session(role), "s3:GetObject", List.of("*"),
                Map.of("aws:PrincipalArn", List.of("arn:aws:iam::" + Lab.ACCOUNT + ":role/admin"))).allowed()).isFalse();
    }

    @Test
    void variablesStandForTheCallersTagsAndName() {
        lab.iam(TagRoleRequest.builder().roleName("worker").tags(Tag.builder().key("team").value("blue").build())
                .build(), AwsResponse.class);
        lab.inline("worker", "p", Lab.allow("s3:*", "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"));
        assertThat(decide(lab.session(role), "s3:GetObject", "arn:aws:s3:::b/blue/k").allowed()).isTrue();
        assertThat(decide(lab.session(role), "s3:GetObject", "arn:aws:s3:::b/red/k").allowed()).isFalse();
    }

    @Test
    void aRoleMadeAgainIsAnotherRole() {
        lab.inline("worker", "p", Lab.allow("s3:*", "*"));
        var session = lab.session(role);
        lab.iam(DeleteRolePolicyRequest.builder().roleName("worker").policyName("p").build(), AwsResponse.class);
        lab.iam(DeleteRoleRequest.builder().roleName("worker").build(), AwsResponse.class);
        assertThat(decide(session, "s3:GetObject", "*").allowed()).isFalse();
        lab.role("worker", Lab.LAMBDA_TRUST);
        lab.inline("worker", "p", Lab.allow("s3:*", "*"));
        assertThat(decide(session, "s3:GetObject", "*").allowed()).isFalse();
        assertThat(decide(lab.session(role), "s3:GetObject", "*").allowed()).isTrue();
    }

    @Test
    void nobodyReachesIntoAnotherAccount() {
        lab.inline("worker", "p", Lab.allow("*", "*"));
        assertThat(decide(lab.session(role), "lambda:InvokeFunction", FUNCTION).allowed()).isTrue();
        assertThat(decide(lab.session(role), "lambda:InvokeFunction", FUNCTION.replace(Lab.ACCOUNT, "999988887777")).allowed())
                .isFalse();
    }
}
