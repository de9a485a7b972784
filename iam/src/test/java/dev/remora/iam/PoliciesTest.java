package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyVersionResponse;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyVersionsResponse;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyRole;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.SetDefaultPolicyVersionRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;

class PoliciesTest extends RunsAsRoot {
    private static final String ARN = "arn:aws:iam::111122223333:policy/p";
    private static final String NONE = "arn:aws:iam::111122223333:policy/none";
    private static final String AWS = "arn:aws:iam::aws:policy/AdministratorAccess";
    private static final String DOCUMENT = Lab.allow("s3:ListBucket", "arn:aws:s3:::example_bucket");

    private Policy create() {
        return lab.iam(CreatePolicyRequest.builder().policyName("p").policyDocument(DOCUMENT)
                .build(), CreatePolicyResponse.class).policy();
    }

    private Policy get(String arn) {
        return lab.iam(GetPolicyRequest.builder().policyArn(arn).build(), GetPolicyResponse.class).policy();
    }

    @Test
    void createdPolicy() {
        Policy policy = lab.iam(CreatePolicyRequest.builder().policyName("p").path("/test/path/").policyDocument(DOCUMENT)
                .description("testing").build(), CreatePolicyResponse.class).policy();
        assertThat(policy.policyId()).matches("ANPA[A-Z2-7]{17}");
        Instant created = Instant.parse("2026-01-02T03:04:05Z");
        assertThat(policy).isEqualTo(Policy.builder().policyName("p").policyId(policy.policyId()).path("/test/path/")
                .arn("arn:aws:iam::111122223333:policy/test/path/p").defaultVersionId("v1").attachmentCount(0)
                .permissionsBoundaryUsageCount(0).isAttachable(true).createDate(created).updateDate(created).build());
        Policy read = get(policy.arn());
        assertThat(read.description()).isEqualTo("testing");
        assertThat(read.hasTags()).isTrue();
        assertThat(read.tags()).isEmpty();
        assertThat(fault(CreatePolicyRequest.builder().policyName("P").policyDocument(DOCUMENT).build()))
                .isEqualTo("409 EntityAlreadyExists: A policy called P already exists. Duplicate names are not allowed.");
    }

    @Test
    void faultyDocumentsAndSizes() {
        assertThat(fault(CreatePolicyRequest.builder().policyName("p").policyDocument("{").build()))
                .isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
        assertThat(fault(CreatePolicyRequest.builder().policyName("p")
                .policyDocument(Lab.allow("s3:*", "arn:aws:s3:::" + "b".repeat(6144))).build()))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for PolicySize: 6144");
        assertThat(fault(GetPolicyRequest.builder().policyArn(ARN).build())).startsWith("404");
    }

    @Test
    void unknownPolicies() {
        String notFound = "404 NoSuchEntity: Policy " + NONE + " was not found.";
        assertThat(List.<AwsRequest>of(
                        GetPolicyRequest.builder().policyArn(NONE).build(),
                        DeletePolicyRequest.builder().policyArn(NONE).build(),
                        ListEntitiesForPolicyRequest.builder().policyArn(NONE).build(),
                        ListPolicyTagsRequest.builder().policyArn(NONE).build(),
                        ListPolicyVersionsRequest.builder().policyArn(NONE).build(),
                        TagPolicyRequest.builder().policyArn(NONE).tags(tag("a", "b")).build(),
                        UntagPolicyRequest.builder().policyArn(NONE).tagKeys("a").build()))
                .allSatisfy(request -> assertThat(fault(request)).isEqualTo(notFound));
        assertThat(fault(GetPolicyRequest.builder().policyArn("arn:aws:iam::111122223333:not_a_policy/x").build()))
                .isEqualTo("400 ValidationError: ARN arn:aws:iam::111122223333:not_a_policy/x is not valid.");
    }

    @Test
    void keepsVersions() {
        create();
        assertThat(version(true)).isEqualTo("v2");
        assertThat(version(false)).isEqualTo("v3");
        assertThat(versions()).containsExactly("v3", "v2*", "v1");
        assertThat(get(ARN).defaultVersionId()).isEqualTo("v2");
        PolicyVersion first = lab.iam(GetPolicyVersionRequest.builder().policyArn(ARN).versionId("v1").build(),
                GetPolicyVersionResponse.class).policyVersion();
        assertThat(first.isDefaultVersion()).isFalse();
        assertThat(URLDecoder.decode(first.document(), StandardCharsets.UTF_8)).isEqualTo(DOCUMENT);
        run(SetDefaultPolicyVersionRequest.builder().policyArn(ARN).versionId("v1").build());
        assertThat(versions()).containsExactly("v3", "v2", "v1*");
        version(false);
        version(false);
        assertThat(fault(CreatePolicyVersionRequest.builder().policyArn(ARN).policyDocument(DOCUMENT).build()))
                .isEqualTo("409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you"
                        + " must delete an existing version.");
        run(DeletePolicyVersionRequest.builder().policyArn(ARN).versionId("v5").build());
        assertThat(version(false)).as("numbers are not used again").isEqualTo("v6");
        assertThat(fault(DeletePolicyVersionRequest.builder().policyArn(ARN).versionId("v1").build()))
                .isEqualTo("409 DeleteConflict: Cannot delete the default version of a policy.");
        var page = lab.iam(ListPolicyVersionsRequest.builder().policyArn(ARN).maxItems(2)
                .build(), ListPolicyVersionsResponse.class);
        var rest = lab.iam(ListPolicyVersionsRequest.builder().policyArn(ARN).marker(page.marker())
                .build(), ListPolicyVersionsResponse.class);
        assertThat(page.versions()).extracting(PolicyVersion::versionId).containsExactly("v6", "v4");
        assertThat(rest.versions()).extracting(PolicyVersion::versionId).containsExactly("v3", "v2", "v1");
    }

    private String version(boolean inForce) {
        PolicyVersion version =
                lab.iam(CreatePolicyVersionRequest.builder().policyArn(ARN).policyDocument(DOCUMENT).setAsDefault(inForce)
                .build(), CreatePolicyVersionResponse.class).policyVersion();
        assertThat(version.document()).isNull();
        assertThat(version.isDefaultVersion()).isEqualTo(inForce);
        return version.versionId();
    }

    private List<String> versions() {
        return lab.iam(ListPolicyVersionsRequest.builder().policyArn(ARN).build(), ListPolicyVersionsResponse.class).versions()
                .stream()
                .map(version -> version.versionId() + (version.isDefaultVersion() ? "*" : ""))
                .toList();
    }

    @Test
    void unknownVersions() {
        create();
        for (String arn : List.of(ARN, NONE)) {
            String none = "404 NoSuchEntity: Policy " + arn + " version v9 does not exist or is not attachable.";
            assertThat(fault(GetPolicyVersionRequest.builder().policyArn(arn).versionId("v9").build())).isEqualTo(none);
            assertThat(fault(SetDefaultPolicyVersionRequest.builder().policyArn(arn).versionId("v9").build())).isEqualTo(none);
            assertThat(fault(DeletePolicyVersionRequest.builder().policyArn(arn).versionId("v9").build())).isEqualTo(none);
        }
        assertThat(fault(CreatePolicyVersionRequest.builder().policyArn(NONE).policyDocument(DOCUMENT).build()))
                .isEqualTo("404 NoSuchEntity: Policy " + NONE + " does not exist or is not attachable.");
        assertThat(fault(CreatePolicyVersionRequest.builder().policyArn(ARN).policyDocument("[]").build()))
                .isEqualTo("400 MalformedPolicyDocument: Syntax errors in policy.");
    }

    @Test
    void deletesOnlyWhatNobodyHolds() {
        create();
        lab.role("r", Lab.LAMBDA_TRUST);
        run(AttachRolePolicyRequest.builder().roleName("r").policyArn(ARN).build());
        assertThat(get(ARN).attachmentCount()).isEqualTo(1);
        assertThat(fault(DeletePolicyRequest.builder().policyArn(ARN).build()))
                .isEqualTo("409 DeleteConflict: Cannot delete a policy attached to entities.");
        run(DetachRolePolicyRequest.builder().roleName("r").policyArn(ARN).build());
        version(true);
        assertThat(fault(DeletePolicyRequest.builder().policyArn(ARN).build()))
                .isEqualTo("409 DeleteConflict: This policy has more than"
                + " one version. Before you delete a policy, you must delete the policy's versions. The default version is"
                + " deleted with the policy.");
        run(DeletePolicyVersionRequest.builder().policyArn(ARN).versionId("v1").build());
        run(DeletePolicyRequest.builder().policyArn(ARN).build());
        assertThat(fault(GetPolicyRequest.builder().policyArn(ARN).build())).startsWith("404 NoSuchEntity");
    }

    @Test
    void listsByScopeAttachmentAndPath() {
        create();
        lab.role("r", Lab.LAMBDA_TRUST);
        run(AttachRolePolicyRequest.builder().roleName("r").policyArn(AWS).build());
        assertThat(names(ListPoliciesRequest.builder().scope("Local").build())).containsExactly("p");
        assertThat(names(ListPoliciesRequest.builder().scope("AWS").maxItems(1000).build())).contains("AdministratorAccess")
                .doesNotContain("p");
        assertThat(names(ListPoliciesRequest.builder().maxItems(1000).build())).contains("AdministratorAccess", "p");
        assertThat(names(ListPoliciesRequest.builder().onlyAttached(true).build())).containsExactly("AdministratorAccess");
        assertThat(names(ListPoliciesRequest.builder().pathPrefix("/service-role/").maxItems(1000).build()))
                .contains("AWSLambdaBasicExecutionRole").doesNotContain("AdministratorAccess", "p");
        assertThat(names(ListPoliciesRequest.builder().policyUsageFilter("PermissionsBoundary").build())).isEmpty();
        var all = new ArrayList<String>();
        String marker = null;
        do {
            var page = lab.iam(ListPoliciesRequest.builder().maxItems(100).marker(marker).build(), ListPoliciesResponse.class);
            page.policies().forEach(policy -> all.add(policy.arn()));
            marker = page.marker();
        } while (marker != null);
        assertThat(all).doesNotHaveDuplicates().hasSize(AwsPolicies.policies().all().size() + 1);
    }

    @Test
    void usesAreCountedOverUsersGroupsAndRoles() {
        create();
        lab.role("r", Lab.LAMBDA_TRUST);
        run(CreateUserRequest.builder().userName("u").permissionsBoundary(ARN).build());
        assertThat(get(ARN).permissionsBoundaryUsageCount()).isEqualTo(1);
        assertThat(get(ARN).attachmentCount()).isZero();
        assertThat(names(ListPoliciesRequest.builder().policyUsageFilter("PermissionsBoundary").build())).containsExactly("p");
        assertThat(names(ListPoliciesRequest.builder().policyUsageFilter("PermissionsPolicy").build())).isEmpty();
        assertThat(fault(DeletePolicyRequest.builder().policyArn(ARN).build()))
                .isEqualTo("409 DeleteConflict: Cannot delete a policy attached to entities.");
        run(CreateGroupRequest.builder().groupName("g").build());
        run(AttachGroupPolicyRequest.builder().groupName("g").policyArn(ARN).build());
        run(AttachUserPolicyRequest.builder().userName("u").policyArn(ARN).build());
        run(AttachRolePolicyRequest.builder().roleName("r").policyArn(ARN).build());
        run(PutRolePermissionsBoundaryRequest.builder().roleName("r").permissionsBoundary(ARN).build());
        assertThat(get(ARN).attachmentCount()).isEqualTo(3);
        assertThat(get(ARN).permissionsBoundaryUsageCount()).isEqualTo(2);
        var all = lab.iam(ListEntitiesForPolicyRequest.builder().policyArn(ARN).build(), ListEntitiesForPolicyResponse.class);
        assertThat(all.policyGroups()).hasSize(1);
        assertThat(all.policyUsers()).hasSize(1);
        assertThat(all.policyRoles()).hasSize(1);
        var first = lab.iam(ListEntitiesForPolicyRequest.builder().policyArn(ARN).maxItems(2).build(),
                ListEntitiesForPolicyResponse.class);
        assertThat(first.policyRoles()).isEmpty();
        assertThat(first.isTruncated()).isTrue();
        var boundaries = lab.iam(ListEntitiesForPolicyRequest.builder().policyArn(ARN).policyUsageFilter("PermissionsBoundary")
                .build(), ListEntitiesForPolicyResponse.class);
        assertThat(boundaries.policyGroups()).isEmpty();
        assertThat(boundaries.policyUsers()).hasSize(1);
        assertThat(boundaries.policyRoles()).hasSize(1);
        run(DeleteRolePermissionsBoundaryRequest.builder().roleName("r").build());
        assertThat(get(ARN).permissionsBoundaryUsageCount()).isEqualTo(1);
    }

    private List<String> names(ListPoliciesRequest request) {
        return lab.iam(request, ListPoliciesResponse.class).policies().stream().map(Policy::policyName).toList();
    }

    @Test
    void listsWhoHoldsAPolicy() {
        lab.role("r2", Lab.LAMBDA_TRUST);
        lab.role("r1", Lab.LAMBDA_TRUST);
        run(AttachRolePolicyRequest.builder().roleName("r2").policyArn(AWS).build());
        run(AttachRolePolicyRequest.builder().roleName("r1").policyArn(AWS).build());
        assertThat(holders(ListEntitiesForPolicyRequest.builder().policyArn(AWS).build())).containsExactly("r1", "r2");
        assertThat(holders(ListEntitiesForPolicyRequest.builder().policyArn(AWS).maxItems(1).build())).containsExactly("r1");
        assertThat(holders(ListEntitiesForPolicyRequest.builder().policyArn(AWS).entityFilter("User").build())).isEmpty();
        assertThat(holders(ListEntitiesForPolicyRequest.builder().policyArn(AWS).pathPrefix("/other/").build())).isEmpty();
        assertThat(holders(ListEntitiesForPolicyRequest.builder().policyArn(AWS).policyUsageFilter("PermissionsBoundary")
                .build())).isEmpty();
    }

    private List<String> holders(ListEntitiesForPolicyRequest request) {
        return lab.iam(request, ListEntitiesForPolicyResponse.class).policyRoles().stream().map(PolicyRole::roleName).toList();
    }

    @Test
    void tagKeysOfPoliciesHaveCase() {
        lab.iam(CreatePolicyRequest.builder().policyName("p").policyDocument(DOCUMENT).tags(tag("a", "1"), tag("A", "2")).build(),
                CreatePolicyResponse.class);
        assertThat(tags()).containsExactly(tag("A", "2"), tag("a", "1"));
        run(TagPolicyRequest.builder().policyArn(ARN).tags(tag("a", "")).build());
        run(UntagPolicyRequest.builder().policyArn(ARN).tagKeys("A").build());
        assertThat(tags()).containsExactly(tag("a", ""));
        assertThat(fault(TagPolicyRequest.builder().policyArn(ARN).tags(tag("x", "1"), tag("x", "2")).build()))
                .isEqualTo("400 InvalidInput: Duplicate tag keys found.");
    }

    private List<Tag> tags() {
        return lab.iam(ListPolicyTagsRequest.builder().policyArn(ARN).build(), ListPolicyTagsResponse.class).tags();
    }

    @Test
    void nobodyChangesAPolicyOfAws() {
        assertThat(fault(DeletePolicyRequest.builder().policyArn(AWS).build())).isEqualTo("403 AccessDenied: User:"
                + " arn:aws:iam::111122223333:root is not authorized to perform: iam:DeletePolicy on resource: policy " + AWS);
        assertThat(List.<AwsRequest>of(
                        CreatePolicyVersionRequest.builder().policyArn(AWS).policyDocument(DOCUMENT).build(),
                        SetDefaultPolicyVersionRequest.builder().policyArn(AWS).versionId("v1").build(),
                        DeletePolicyVersionRequest.builder().policyArn(AWS).versionId("v1").build(),
                        TagPolicyRequest.builder().policyArn(AWS).tags(tag("a", "b")).build(),
                        UntagPolicyRequest.builder().policyArn(AWS).tagKeys("a").build()))
                .allSatisfy(request -> assertThat(fault(request)).startsWith("403 AccessDenied"));
    }

    @Test
    void aPolicyOfAwsHasItsTrueVersion() {
        String arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole";
        assertThat(get(arn).defaultVersionId()).isEqualTo("v3");
        assertThat(get(arn).createDate()).isEqualTo("2016-02-11T23:15:26Z");
        String document = lab.iam(GetPolicyVersionRequest.builder().policyArn(arn).versionId("v3")
                .build(), GetPolicyVersionResponse.class)
                .policyVersion().document();
        assertThat(URLDecoder.decode(document, StandardCharsets.UTF_8)).contains("\"AWSLambdaVPCAccessExecutionPermissions\"");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
