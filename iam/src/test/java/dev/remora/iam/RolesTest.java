package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Principal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.RoleLastUsed;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;

class RolesTest extends RunsAsRoot {
    private Role get(String name) {
        return lab.iam(GetRoleRequest.builder().roleName(name).build(), GetRoleResponse.class).role();
    }

    @Test
    void createAnswersWithoutDescriptionAndSessionLength() {
        Role role = lab.iam(CreateRoleRequest.builder().roleName("r").path("/team/").assumeRolePolicyDocument(Lab.LAMBDA_TRUST)
                .description("what it does").maxSessionDuration(7200).build(), CreateRoleResponse.class).role();
        assertThat(role.roleId()).matches("AROA[A-Z2-7]{17}");
        assertThat(role).isEqualTo(Role.builder().roleName("r").path("/team/").roleId(role.roleId())
                .arn("arn:aws:iam::111122223333:role/team/r").createDate(Instant.parse("2026-01-02T03:04:05Z"))
                .assumeRolePolicyDocument(role.assumeRolePolicyDocument()).build());
        assertThat(role.assumeRolePolicyDocument()).startsWith("%7B%22Version%22%3A%222012-10-17%22%2C").doesNotContain("+", "*");
        assertThat(URLDecoder.decode(role.assumeRolePolicyDocument(), StandardCharsets.UTF_8)).isEqualTo(Lab.LAMBDA_TRUST);
    }

    @Test
    void getAnswersAll() {
        run(CreateRoleRequest.builder().roleName("r").assumeRolePolicyDocument(Lab.LAMBDA_TRUST).description("d")
                .maxSessionDuration(7200).tags(tag("b", "2"), tag("a", "")).build());
        Role role = get("R");
        assertThat(role.roleName()).isEqualTo("r");
        assertThat(role.path()).isEqualTo("/");
        assertThat(role.description()).isEqualTo("d");
        assertThat(role.maxSessionDuration()).isEqualTo(7200);
        assertThat(role.roleLastUsed()).isEqualTo(RoleLastUsed.builder().build());
        assertThat(role.tags()).containsExactly(tag("a", ""), tag("b", "2"));
        lab.role("plain", Lab.LAMBDA_TRUST);
        assertThat(get("plain").hasTags()).isFalse();
        assertThat(get("plain").description()).isNull();
        assertThat(get("plain").maxSessionDuration()).isEqualTo(3600);
    }

    @Test
    void namesAreUniqueWithoutRegardToCase() {
        lab.role("Worker", Lab.LAMBDA_TRUST);
        assertThat(fault(CreateRoleRequest.builder().roleName("worker").assumeRolePolicyDocument(Lab.LAMBDA_TRUST).build()))
                .isEqualTo("409 EntityAlreadyExists: Role with name worker already exists.");
    }

    @Test
    void whatDoesNotExistCannotBeFound() {
        String expected = "404 NoSuchEntity: The role with name none cannot be found.";
        assertThat(List.<AwsRequest>of(
                        GetRoleRequest.builder().roleName("none").build(),
                        UpdateRoleRequest.builder().roleName("none").build(),
                        UpdateRoleDescriptionRequest.builder().roleName("none").description("").build(),
                        UpdateAssumeRolePolicyRequest.builder().roleName("none").policyDocument(Lab.LAMBDA_TRUST).build(),
                        DeleteRoleRequest.builder().roleName("none").build(),
                        TagRoleRequest.builder().roleName("none").tags(tag("a", "b")).build(),
                        UntagRoleRequest.builder().roleName("none").tagKeys("a").build(),
                        ListRoleTagsRequest.builder().roleName("none").build()))
                .allSatisfy(request -> assertThat(fault(request)).isEqualTo(expected));
    }

    @Test
    void accountsDoNotSeeEachOther() {
        lab.role("r", Lab.LAMBDA_TRUST);
        var other = lab.call(new Principal.Root("999988887777"));
        assertThat(Lab.fault(() -> lab.roles().get(GetRoleRequest.builder().roleName("r").build(), other)))
                .startsWith("404 NoSuchEntity");
    }

    @Test
    void aTrustInADeletedRoleIsInNobodyAlsoInOtherAccounts() {
        String worker = lab.role("worker", Lab.LAMBDA_TRUST);
        String id = get("worker").roleId();
        var there = lab.call(new Principal.Root("999988887777"));
        lab.roles().create(CreateRoleRequest.builder().roleName("target")
                .assumeRolePolicyDocument(Lab.trust("{\"AWS\":\"" + worker + "\"}")).build(), there);
        run(DeleteRoleRequest.builder().roleName("worker").build());
        lab.role("worker", Lab.LAMBDA_TRUST);
        Role target = lab.roles().get(GetRoleRequest.builder().roleName("target").build(), there).role();
        assertThat(Lab.decoded(target.assumeRolePolicyDocument())).isEqualTo(Lab.trust("{\"AWS\":\"" + id + "\"}"));
    }

    @Test
    void updatesOnlyWhatIsGiven() {
        run(CreateRoleRequest.builder().roleName("r").assumeRolePolicyDocument(Lab.LAMBDA_TRUST).description("first").build());
        run(UpdateRoleRequest.builder().roleName("r").description("second").maxSessionDuration(7200).build());
        assertThat(get("r").description()).isEqualTo("second");
        assertThat(get("r").maxSessionDuration()).isEqualTo(7200);
        Role answer = lab.iam(UpdateRoleDescriptionRequest.builder().roleName("r").description("third").build(),
                UpdateRoleDescriptionResponse.class).role();
        assertThat(answer.description()).isEqualTo("third");
        assertThat(answer.maxSessionDuration()).isNull();
        run(UpdateRoleRequest.builder().roleName("r").build());
        assertThat(get("r").description()).isEqualTo("third");
        assertThat(get("r").maxSessionDuration()).isEqualTo(7200);
    }

    @Test
    void aTrustDocumentIsCheckedAndReplaced() {
        lab.role("r", Lab.LAMBDA_TRUST);
        String other = Lab.trust("{\"Service\":\"ec2.amazonaws.com\"}");
        run(UpdateAssumeRolePolicyRequest.builder().roleName("r").policyDocument(other).build());
        assertThat(URLDecoder.decode(get("r").assumeRolePolicyDocument(), StandardCharsets.UTF_8)).isEqualTo(other);
        assertThat(fault(UpdateAssumeRolePolicyRequest.builder().roleName("r").policyDocument("{").build()))
                .isEqualTo("400 MalformedPolicyDocument: This policy contains invalid Json");
        assertThat(fault(CreateRoleRequest.builder().roleName("s").assumeRolePolicyDocument(
                        Lab.trust("{\"AWS\":\"arn:aws:iam::111122223333:role/none\"}")).build()))
                .isEqualTo("400 MalformedPolicyDocument: Invalid principal in policy:"
                        + " \"AWS\":\"arn:aws:iam::111122223333:role/none\"");
        run(CreateRoleRequest.builder().roleName("s").assumeRolePolicyDocument(
                Lab.trust("{\"AWS\":\"arn:aws:iam::111122223333:role/r\"}")).build());
    }

    @Test
    void aTrustDocumentHasALimitThatLeavesOutWhiteSpace() {
        String spacious = Lab.LAMBDA_TRUST.replace(",", "," + " ".repeat(3000));
        run(CreateRoleRequest.builder().roleName("spacious").assumeRolePolicyDocument(spacious).build());
        String long_ = Lab.trust("{\"Service\":[\"" + "a".repeat(2100) + ".amazonaws.com\"]}");
        assertThat(fault(CreateRoleRequest.builder().roleName("long").assumeRolePolicyDocument(long_).build()))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048");
    }

    @Test
    void aRoleWithPoliciesIsNotDeleted() {
        lab.role("r", Lab.LAMBDA_TRUST);
        String arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        run(AttachRolePolicyRequest.builder().roleName("r").policyArn(arn).build());
        lab.inline("r", "p", Lab.allow("s3:*", "*"));
        assertThat(fault(DeleteRoleRequest.builder().roleName("r").build()))
                .isEqualTo("409 DeleteConflict: Cannot delete entity, must detach all policies first.");
        run(DetachRolePolicyRequest.builder().roleName("r").policyArn(arn).build());
        assertThat(fault(DeleteRoleRequest.builder().roleName("r").build()))
                .isEqualTo("409 DeleteConflict: Cannot delete entity, must delete policies first.");
        run(DeleteRolePolicyRequest.builder().roleName("r").policyName("p").build());
        run(DeleteRoleRequest.builder().roleName("r").build());
        assertThat(fault(GetRoleRequest.builder().roleName("r").build())).startsWith("404");
    }

    @Test
    void listsInPagesAndByPath() {
        for (int i = 0; i < 5; i++) {
            run(CreateRoleRequest.builder().roleName("r" + i).path(i < 3 ? "/a/" : "/b/")
                    .assumeRolePolicyDocument(Lab.LAMBDA_TRUST)
                    .tags(tag("k", "v")).build());
        }
        var names = new ArrayList<String>();
        String marker = null;
        do {
            var page = lab.iam(ListRolesRequest.builder().maxItems(2).marker(marker).build(), ListRolesResponse.class);
            assertThat(page.isTruncated()).isEqualTo(page.marker() != null);
            page.roles().forEach(role -> names.add(role.roleName()));
            marker = page.marker();
        } while (marker != null);
        assertThat(names).containsExactly("r0", "r1", "r2", "r3", "r4");
        var ofPath = lab.iam(ListRolesRequest.builder().pathPrefix("/b/").build(), ListRolesResponse.class);
        assertThat(ofPath.roles()).extracting(Role::roleName).containsExactly("r3", "r4");
        assertThat(ofPath.roles().getFirst().hasTags()).isFalse();
        assertThat(ofPath.roles().getFirst().roleLastUsed()).isNull();
        assertThat(ofPath.roles().getFirst().maxSessionDuration()).isEqualTo(3600);
        assertThat(lab.iam(ListRolesRequest.builder().pathPrefix("/c/").build(), ListRolesResponse.class).hasRoles()).isTrue();
        assertThat(fault(ListRolesRequest.builder().marker("!").build())).isEqualTo("400 ValidationError: Invalid Marker.");
    }

    @Test
    void tagKeysOfRolesHaveNoCase() {
        lab.role("r", Lab.LAMBDA_TRUST);
        run(TagRoleRequest.builder().roleName("r").tags(tag("some", "1"), tag("other", "2")).build());
        run(TagRoleRequest.builder().roleName("r").tags(tag("Some", "3")).build());
        assertThat(tags()).containsExactly(tag("Some", "3"), tag("other", "2"));
        assertThat(fault(TagRoleRequest.builder().roleName("r").tags(tag("a", "1"), tag("A", "2")).build()))
                .isEqualTo("400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        run(UntagRoleRequest.builder().roleName("r").tagKeys("some", "absent").build());
        assertThat(tags()).containsExactly(tag("other", "2"));
        var page = lab.iam(ListRoleTagsRequest.builder().roleName("r").maxItems(1).build(), ListRoleTagsResponse.class);
        assertThat(page.isTruncated()).isFalse();
    }

    @Test
    void aRoleHasFiftyTagsAtMost() {
        lab.role("r", Lab.LAMBDA_TRUST);
        var fifty = new ArrayList<Tag>();
        for (int i = 0; i < 50; i++) {
            fifty.add(tag("k" + i, "v"));
        }
        run(TagRoleRequest.builder().roleName("r").tags(fifty).build());
        assertThat(fault(TagRoleRequest.builder().roleName("r").tags(tag("more", "")).build())).startsWith("409 LimitExceeded");
        run(TagRoleRequest.builder().roleName("r").tags(tag("k7", "again")).build());
    }

    private List<Tag> tags() {
        return lab.iam(ListRoleTagsRequest.builder().roleName("r").build(), ListRoleTagsResponse.class).tags();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
