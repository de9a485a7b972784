package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetContextKeysForCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulateCustomPolicyResponse;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyRequest;
import software.amazon.awssdk.services.iam.model.SimulatePrincipalPolicyResponse;

class SimulationsTest {
    private static final String BUCKET = "arn:aws:s3:::shop/a";
    private static final String ADA = "arn:aws:iam::" + Lab.ACCOUNT + ":user/ada";
    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    private SimulateCustomPolicyResponse custom(UnaryOperator<SimulateCustomPolicyRequest.Builder> more) {
        return lab.iam(more.apply(SimulateCustomPolicyRequest.builder().actionNames("s3:GetObject").resourceArns(BUCKET)).build(),
                SimulateCustomPolicyResponse.class);
    }

    private EvaluationResult one(UnaryOperator<SimulateCustomPolicyRequest.Builder> more) {
        return custom(more).evaluationResults().getFirst();
    }

    private SimulatePrincipalPolicyResponse ofAda(UnaryOperator<SimulatePrincipalPolicyRequest.Builder> more) {
        return lab.iam(more.apply(SimulatePrincipalPolicyRequest.builder().policySourceArn(ADA).actionNames("s3:GetObject")
                .resourceArns(BUCKET)).build(), SimulatePrincipalPolicyResponse.class);
    }

    private void ada(String policy) {
        lab.iam(CreateUserRequest.builder().userName("ada").build(), AwsResponse.class);
        lab.iam(PutUserPolicyRequest.builder().userName("ada").policyName("own").policyDocument(policy).build(),
                AwsResponse.class);
    }

    @Test
    void everyActionMeetsEveryResource() {
        var answer = custom(r -> r.policyInputList(Lab.allow("s3:Get*", "arn:aws:s3:::shop/*"))
                .actionNames("s3:GetObject", "s3:PutObject")
                .resourceArns(BUCKET, "arn:aws:s3:::other/a"));

        assertThat(answer.evaluationResults())
                .extracting(e -> e.evalActionName() + " " + e.evalResourceName() + " " + e.evalDecisionAsString())
                .containsExactly(
                        "s3:GetObject " + BUCKET + " allowed",
                        "s3:GetObject arn:aws:s3:::other/a implicitDeny",
                        "s3:PutObject " + BUCKET + " implicitDeny",
                        "s3:PutObject arn:aws:s3:::other/a implicitDeny");
    }

    @Test
    void resultsNameTheStatementsThatDecide() {
        String allow = Lab.allow("s3:*", "*");
        String deny = "{\"Version\":\"2012-10-17\",\n \"Statement\":\n  {\"Effect\":\"Deny\",\"Action\":\"s3:GetObject\","
                + "\"Resource\":\"*\"}}";

        var allowed = one(r -> r.policyInputList(allow)).matchedStatements();
        assertThat(allowed).extracting(s -> s.sourcePolicyId() + " " + s.sourcePolicyTypeAsString())
                .containsExactly("PolicyInputList.1 IAM Policy");
        var denied = one(r -> r.policyInputList(allow, deny)).matchedStatements();
        assertThat(denied).singleElement().satisfies(s -> {
            assertThat(s.sourcePolicyId()).isEqualTo("PolicyInputList.2");
            assertThat(s.startPosition().line()).isEqualTo(3);
            assertThat(s.startPosition().column()).isEqualTo(3);
            assertThat(s.endPosition().line()).isEqualTo(3);
        });
        assertThat(one(r -> r.policyInputList(Lab.allow("sqs:*", "*"))).matchedStatements()).isEmpty();
    }

    @Test
    void keysThatAreNotGivenAreNamed() {
        String policy = Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::shop/${aws:username}\","
                + "\"Condition\":{\"StringEquals\":{\"aws:RequestedRegion\":\"eu-west-1\"}}}");

        assertThat(one(r -> r.policyInputList(policy)).missingContextValues())
                .containsExactlyInAnyOrder("aws:RequestedRegion", "aws:username");
        var given = one(r -> r.policyInputList(policy).contextEntries(
                e -> e.contextKeyName("aws:requestedregion").contextKeyType("string").contextKeyValues("eu-west-1"),
                e -> e.contextKeyName("aws:username").contextKeyType("string").contextKeyValues("a")));
        assertThat(given.missingContextValues()).isEmpty();
        assertThat(given.evalDecisionAsString()).isEqualTo("allowed");
        assertThat(lab.iam(GetContextKeysForCustomPolicyRequest.builder().policyInputList(policy).build(),
                GetContextKeysForCustomPolicyResponse.class).contextKeyNames())
                .containsExactly("aws:RequestedRegion", "aws:username");
    }

    @Test
    void boundariesAndOrganizationsAreToldApart() {
        String all = Lab.allow("*", "*");
        var result = one(r -> r.policyInputList(all)
                .permissionsBoundaryPolicyInputList(Lab.allow("sqs:*", "*"))
                .orderedOrganizationPolicyInputList(
                        o -> o.serviceControlPolicyInputList(all), o -> o.serviceControlPolicyInputList(all)));

        assertThat(result.evalDecisionAsString()).isEqualTo("implicitDeny");
        assertThat(result.permissionsBoundaryDecisionDetail().allowedByPermissionsBoundary()).isFalse();
        assertThat(result.organizationsDecisionDetail().allowedByOrganizations()).isTrue();
    }

    @Test
    void policiesOfResourcesNeedACaller() {
        String policy = Lab.policy("{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + ADA
                + "\"},\"Action\":\"s3:GetObject\",\"Resource\":\"" + BUCKET + "\"}");
        String nothing = Lab.allow("sqs:*", "*");

        assertThat(Lab.fault(() -> custom(r -> r.policyInputList(nothing).resourcePolicy(policy))))
                .isEqualTo("400 InvalidInput: CallerArn is required when you include a ResourcePolicy.");
        assertThat(one(r -> r.policyInputList(nothing).resourcePolicy(policy).callerArn(ADA)).evalDecisionAsString())
                .isEqualTo("allowed");
        var across = one(r -> r.policyInputList(nothing).resourcePolicy(policy).callerArn(ADA).resourceOwner("444455556666"));
        assertThat(across.evalDecisionAsString()).isEqualTo("implicitDeny");
        assertThat(across.evalDecisionDetailsAsStrings())
                .isEqualTo(Map.of("IAM Policy", "implicitDeny", "Resource Policy", "allowed"));
    }

    @Test
    void aUserIsSimulatedWithWhatItHas() {
        ada(Lab.policy("{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\","
                + "\"Condition\":{\"StringEquals\":{\"aws:username\":\"ada\"}}}"));

        var result = ofAda(r -> r).evaluationResults().getFirst();
        assertThat(result.evalDecisionAsString()).isEqualTo("allowed");
        assertThat(result.matchedStatements()).extracting(s -> s.sourcePolicyId()).containsExactly("own");
        assertThat(ofAda(r -> r.policyInputList(Lab.policy("{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}")))
                .evaluationResults().getFirst().evalDecisionAsString()).isEqualTo("explicitDeny");
        assertThat(ofAda(r -> r.permissionsBoundaryPolicyInputList(Lab.allow("sqs:*", "*")))
                .evaluationResults().getFirst().evalDecisionAsString()).isEqualTo("implicitDeny");
    }

    @Test
    void resultsComeInPages() {
        var first = custom(r -> r.policyInputList(Lab.allow("*", "*")).actionNames("s3:GetObject", "s3:PutObject").maxItems(1));
        assertThat(first.isTruncated()).isTrue();
        var second = custom(r -> r.policyInputList(Lab.allow("*", "*")).actionNames("s3:GetObject", "s3:PutObject").maxItems(1)
                .marker(first.marker()));
        assertThat(second.isTruncated()).isFalse();
        assertThat(List.of(first, second)).extracting(a -> a.evaluationResults().getFirst().evalActionName())
                .containsExactly("s3:GetObject", "s3:PutObject");
    }

    @Test
    void whatIsWrongIsRefused() {
        String all = Lab.allow("*", "*");
        assertThat(Lab.fault(() -> custom(r -> r.policyInputList("{")))).startsWith("400 MalformedPolicyDocument");
        assertThat(Lab.fault(() -> custom(r -> r.policyInputList(all).actionNames("s3:Get*")))).startsWith("400 InvalidInput");
        assertThat(Lab.fault(() -> custom(r -> r.policyInputList(all).resourceArns("shop")))).startsWith("400 InvalidInput");
        assertThat(Lab.fault(() -> custom(r -> r.policyInputList(all).callerArn("arn:aws:iam::" + Lab.ACCOUNT + ":role/r"))))
                .startsWith("400 InvalidInput");
        assertThat(Lab.fault(() -> ofAda(r -> r)))
                .isEqualTo("404 NoSuchEntity: The user with name ada cannot be found.");
        assertThat(Lab.fault(() -> ofAda(r -> r.policySourceArn("arn:aws:s3:::b")))).startsWith("400 InvalidInput");
    }
}
