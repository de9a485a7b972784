package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;

class RolePoliciesTest extends RunsAsRoot {
    private static final String VPC_ACCESS = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
    private static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    @BeforeEach
    void role() {
        lab.role("r", Lab.LAMBDA_TRUST);
    }

    private static AttachRolePolicyRequest attach(String arn) {
        return AttachRolePolicyRequest.builder().roleName("r").policyArn(arn).build();
    }

    private static DetachRolePolicyRequest detach(String arn) {
        return DetachRolePolicyRequest.builder().roleName("r").policyArn(arn).build();
    }

    @Test
    void attachesAndDetaches() {
        run(attach(VPC_ACCESS));
        run(attach(VPC_ACCESS));
        run(attach(ADMINISTRATOR));
        assertThat(attached("/")).containsExactly(
                AttachedPolicy.builder().policyArn(ADMINISTRATOR).policyName("AdministratorAccess").build(),
                AttachedPolicy.builder().policyArn(VPC_ACCESS).policyName("AWSLambdaVPCAccessExecutionRole").build());
        assertThat(attached("/service-role/")).extracting(AttachedPolicy::policyArn).containsExactly(VPC_ACCESS);
        run(detach(ADMINISTRATOR));
        assertThat(fault(detach(ADMINISTRATOR))).isEqualTo("404 NoSuchEntity: Policy " + ADMINISTRATOR + " was not found.");
        run(detach(VPC_ACCESS));
        assertThat(lab.iam(ListAttachedRolePoliciesRequest.builder().roleName("r")
                .build(), ListAttachedRolePoliciesResponse.class)
                .hasAttachedPolicies()).isTrue();
        assertThat(attached("/")).isEmpty();
    }

    private List<AttachedPolicy> attached(String prefix) {
        return lab.iam(ListAttachedRolePoliciesRequest.builder().roleName("r").pathPrefix(prefix).build(),
                ListAttachedRolePoliciesResponse.class).attachedPolicies();
    }

    @Test
    void refusesWhatIsNoPolicy() {
        assertThat(fault(attach("longpolicynamebutnoarn")))
                .isEqualTo("400 ValidationError: ARN longpolicynamebutnoarn is not valid.");
        for (String none : List.of("arn:aws:iam::aws:policy/NoSuchThing",
                "arn:aws:iam::aws:policy/AWSLambdaVPCAccessExecutionRole",
                "arn:aws:iam::111122223333:policy/none", "arn:aws:iam::999988887777:policy/theirs")) {
            assertThat(fault(attach(none)))
                    .isEqualTo("404 NoSuchEntity: Policy " + none + " does not exist or is not attachable.");
        }
        assertThat(fault(AttachRolePolicyRequest.builder().roleName("none").policyArn(VPC_ACCESS).build()))
                .isEqualTo("404 NoSuchEntity: The role with name none cannot be found.");
    }

    @Test
    void tenPoliciesAreTheMost() {
        for (int i = 0; i < 10; i++) {
            run(CreatePolicyRequest.builder().policyName("p" + i).policyDocument(Lab.allow("s3:*", "*")).build());
            run(attach("arn:aws:iam::111122223333:policy/p" + i));
        }
        assertThat(fault(attach(VPC_ACCESS))).isEqualTo("409 LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10");
        run(attach("arn:aws:iam::111122223333:policy/p3"));
    }

    @Test
    void inlinePoliciesComeAndGo() {
        String document = Lab.allow("s3:ListBucket", "arn:aws:s3:::example_bucket");
        lab.inline("r", "one", document);
        lab.inline("r", "two", document);
        lab.inline("r", "one", Lab.allow("s3:*", "*"));
        GetRolePolicyResponse one =
                lab.iam(GetRolePolicyRequest.builder().roleName("r").policyName("one").build(), GetRolePolicyResponse.class);
        assertThat(one.roleName()).isEqualTo("r");
        assertThat(one.policyName()).isEqualTo("one");
        assertThat(URLDecoder.decode(one.policyDocument(), StandardCharsets.UTF_8)).isEqualTo(Lab.allow("s3:*", "*"));
        assertThat(names(100).policyNames()).containsExactly("one", "two");
        assertThat(names(1).isTruncated()).isTrue();
        run(DeleteRolePolicyRequest.builder().roleName("r").policyName("one").build());
        String gone = "404 NoSuchEntity: The role policy with name one cannot be found.";
        assertThat(fault(GetRolePolicyRequest.builder().roleName("r").policyName("one").build())).isEqualTo(gone);
        assertThat(fault(DeleteRolePolicyRequest.builder().roleName("r").policyName("one").build())).isEqualTo(gone);
    }

    private ListRolePoliciesResponse names(Integer maxItems) {
        return lab.iam(ListRolePoliciesRequest.builder().roleName("r").maxItems(maxItems)
                .build(), ListRolePoliciesResponse.class);
    }

    @Test
    void aFaultyDocumentIsRefusedAndLeavesNothing() {
        assertThat(fault(PutRolePolicyRequest.builder().roleName("r").policyName("p").policyDocument("{").build()))
                .isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
        assertThat(names(100).policyNames()).isEmpty();
    }

    @Test
    void allInlinePoliciesTogetherHaveALimit() {
        String half = Lab.allow("s3:*", "arn:aws:s3:::" + "b".repeat(5000));
        lab.inline("r", "one", half);
        lab.inline("r", "two", half);
        assertThat(fault(PutRolePolicyRequest.builder().roleName("r").policyName("three").policyDocument(half).build()))
                .isEqualTo("409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role r");
    }

    @Test
    void aRoleThatDoesNotExistHasNoPolicies() {
        String none = "404 NoSuchEntity: The role with name none cannot be found.";
        assertThat(List.<AwsRequest>of(
                        PutRolePolicyRequest.builder().roleName("none").policyName("p").policyDocument("{").build(),
                        GetRolePolicyRequest.builder().roleName("none").policyName("p").build(),
                        DeleteRolePolicyRequest.builder().roleName("none").policyName("p").build(),
                        ListRolePoliciesRequest.builder().roleName("none").build(),
                        ListAttachedRolePoliciesRequest.builder().roleName("none").build(),
                        DetachRolePolicyRequest.builder().roleName("none").policyArn(VPC_ACCESS).build()))
                .allSatisfy(request -> assertThat(fault(request)).isEqualTo(none));
    }
}
