package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.AccessKeys;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileRequest;
import software.amazon.awssdk.services.iam.model.GetLoginProfileResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsResponse;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.User;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;

class UsersTest extends RunsAsRoot {
    private static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    private User create(CreateUserRequest.Builder request) {
        return lab.iam(request.build(), CreateUserResponse.class).user();
    }

    private User create(String name) {
        return create(CreateUserRequest.builder().userName(name));
    }

    private User get(String name) {
        return lab.iam(GetUserRequest.builder().userName(name).build(), GetUserResponse.class).user();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void aUserIsAsItWasMade() {
        User made = create(CreateUserRequest.builder().userName("Anna").path("/team/").tags(tag("dept", "it"))
                .permissionsBoundary(ADMINISTRATOR));
        assertThat(made.arn()).isEqualTo("arn:aws:iam::111122223333:user/team/Anna");
        assertThat(made.userId()).matches("AIDA[A-Z2-7]{17}");
        assertThat(made.createDate()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(made.permissionsBoundary().permissionsBoundaryArn()).isEqualTo(ADMINISTRATOR);
        assertThat(made.permissionsBoundary().permissionsBoundaryTypeAsString()).isEqualTo("Policy");
        assertThat(get("ANNA")).isEqualTo(made);
        assertThat(create("bob").hasTags()).isFalse();
        assertThat(fault(CreateUserRequest.builder().userName("anna").build()))
                .isEqualTo("409 EntityAlreadyExists: User with name anna already exists.");
        assertThat(fault(GetUserRequest.builder().userName("none").build()))
                .isEqualTo("404 NoSuchEntity: The user with name none cannot be found.");
    }

    @Test
    void listsComeInPagesByPathAndBrief() {
        create(CreateUserRequest.builder().userName("a").path("/x/").tags(tag("k", "v")).permissionsBoundary(ADMINISTRATOR));
        create("b");
        create("C");
        var all = ListUsersRequest.builder();
        ListUsersResponse first = lab.iam(all.maxItems(2).build(), ListUsersResponse.class);
        assertThat(first.users()).extracting(User::userName).containsExactly("a", "b");
        assertThat(first.users().getFirst().hasTags()).isFalse();
        assertThat(first.users().getFirst().permissionsBoundary()).isNull();
        assertThat(first.isTruncated()).isTrue();
        ListUsersResponse second = lab.iam(all.marker(first.marker()).build(), ListUsersResponse.class);
        assertThat(second.users()).extracting(User::userName).containsExactly("C");
        assertThat(second.isTruncated()).isFalse();
        assertThat(lab.iam(ListUsersRequest.builder().pathPrefix("/x").build(), ListUsersResponse.class).users())
                .extracting(User::userName).containsExactly("a");
    }

    @Test
    void aRenamedUserKeepsAllThatIsItsOwn() {
        User made = create("anna");
        run(CreateGroupRequest.builder().groupName("g").build());
        run(AddUserToGroupRequest.builder().groupName("g").userName("anna").build());
        run(CreateLoginProfileRequest.builder().userName("anna").password("Correct-horse1").build());
        var key = lab.iam(CreateAccessKeyRequest.builder().userName("anna").build(), CreateAccessKeyResponse.class).accessKey();
        lab.role("r", Lab.trust("{\"AWS\":\"" + made.arn() + "\"}"));
        var session = lab.sts(GetSessionTokenRequest.builder().build(), lab.holder(key.accessKeyId()),
                GetSessionTokenResponse.class).credentials();
        create("bob");
        assertThat(fault(UpdateUserRequest.builder().userName("anna").newUserName("Bob").build()))
                .isEqualTo("409 EntityAlreadyExists: User with name Bob already exists.");
        run(UpdateUserRequest.builder().userName("anna").newUserName("anne").newPath("/p/").build());
        assertThat(fault(GetUserRequest.builder().userName("anna").build())).contains("NoSuchEntity");
        User renamed = get("anne");
        assertThat(renamed.userId()).isEqualTo(made.userId());
        assertThat(renamed.arn()).isEqualTo("arn:aws:iam::111122223333:user/p/anne");
        assertThat(lab.iam(ListAccessKeysRequest.builder().userName("anne").build(), ListAccessKeysResponse.class)
                .accessKeyMetadata()).singleElement().satisfies(shown -> {
                    assertThat(shown.accessKeyId()).isEqualTo(key.accessKeyId());
                    assertThat(shown.userName()).isEqualTo("anne");
                });
        assertThat(lab.iam(GetLoginProfileRequest.builder().userName("anne").build(), GetLoginProfileResponse.class)
                .loginProfile().userName()).isEqualTo("anne");
        assertThat(lab.holder(key.accessKeyId()).arn()).isEqualTo(renamed.arn());
        assertThat(lab.iam.accessKeys().find(session.accessKeyId(), session.sessionToken(), lab.now))
                .isInstanceOfSatisfying(AccessKeys.Holder.class,
                        holder -> assertThat(holder.principal().arn()).isEqualTo(renamed.arn()));
        assertThat(trust("r")).contains(renamed.arn()).doesNotContain(made.arn());
        run(UpdateUserRequest.builder().userName("anne").newUserName("ANNE").build());
        assertThat(get("anne").userName()).isEqualTo("ANNE");
    }

    private String trust(String role) {
        return Lab.decoded(lab.iam(GetRoleRequest.builder().roleName(role).build(), GetRoleResponse.class).role()
                .assumeRolePolicyDocument());
    }

    @Test
    void deletionNamesWhatIsInItsWay() {
        create("anna");
        run(CreateGroupRequest.builder().groupName("g").build());
        run(AddUserToGroupRequest.builder().groupName("g").userName("anna").build());
        run(AttachUserPolicyRequest.builder().userName("anna").policyArn(ADMINISTRATOR).build());
        run(PutUserPolicyRequest.builder().userName("anna").policyName("p").policyDocument(Lab.allow("s3:*", "*")).build());
        run(CreateLoginProfileRequest.builder().userName("anna").password("Correct-horse1").build());
        String key = lab.iam(CreateAccessKeyRequest.builder().userName("anna").build(), CreateAccessKeyResponse.class)
                .accessKey().accessKeyId();
        var delete = DeleteUserRequest.builder().userName("anna").build();
        conflicts(delete, "must detach all policies first.", DetachUserPolicyRequest.builder().userName("anna")
                .policyArn(ADMINISTRATOR).build());
        conflicts(delete, "must delete policies first.", DeleteUserPolicyRequest.builder().userName("anna").policyName("p")
                .build());
        conflicts(delete, "must remove users from group first.", RemoveUserFromGroupRequest.builder().userName("anna")
                .groupName("g").build());
        conflicts(delete, "must delete login profile first.", DeleteLoginProfileRequest.builder().userName("anna").build());
        conflicts(delete, "must delete access keys first.", DeleteAccessKeyRequest.builder().userName("anna").accessKeyId(key)
                .build());
        run(delete);
        assertThat(fault(delete)).isEqualTo("404 NoSuchEntity: The user with name anna cannot be found.");
    }

    private void conflicts(AwsRequest deletion, String sentence, AwsRequest remedy) {
        assertThat(fault(deletion)).isEqualTo("409 DeleteConflict: Cannot delete entity, " + sentence);
        run(remedy);
    }

    @Test
    void aTrustInADeletedUserIsInNobody() {
        User first = create("anna");
        lab.role("r", Lab.trust("{\"AWS\":[\"" + first.arn() + "\",\"arn:aws:iam::444455556666:root\"]}"));
        run(DeleteUserRequest.builder().userName("anna").build());
        assertThat(trust("r")).isEqualTo(
                Lab.trust("{\"AWS\":[\"" + first.userId() + "\",\"arn:aws:iam::444455556666:root\"]}"));
        User second = create("anna");
        assertThat(trust("r")).doesNotContain(second.arn());
        run(UpdateAssumeRolePolicyRequest.builder().roleName("r").policyDocument(Lab.trust("{\"AWS\":\"" + second.arn() + "\"}"))
                .build());
        assertThat(trust("r")).contains(second.arn());
        assertThat(fault(UpdateAssumeRolePolicyRequest.builder().roleName("r")
                .policyDocument(Lab.trust("{\"AWS\":\"arn:aws:iam::111122223333:user/nobody\"}")).build()))
                .isEqualTo("400 MalformedPolicyDocument: Invalid principal in policy:"
                        + " \"AWS\":\"arn:aws:iam::111122223333:user/nobody\"");
    }

    @Test
    void boundariesAreSetAndTakenAway() {
        create("anna");
        run(PutUserPermissionsBoundaryRequest.builder().userName("anna").permissionsBoundary(ADMINISTRATOR).build());
        assertThat(get("anna").permissionsBoundary().permissionsBoundaryArn()).isEqualTo(ADMINISTRATOR);
        run(DeleteUserPermissionsBoundaryRequest.builder().userName("anna").build());
        assertThat(get("anna").permissionsBoundary()).isNull();
        String nowhere = "arn:aws:iam::111122223333:policy/nowhere";
        assertThat(fault(PutUserPermissionsBoundaryRequest.builder().userName("anna").permissionsBoundary(nowhere).build()))
                .isEqualTo("404 NoSuchEntity: Scope ARN: " + nowhere + " does not exist or is not attachable.");
        String none = "arn:aws:iam::111122223333:not_a_policy/invalid";
        assertThat(fault(CreateUserRequest.builder().userName("b").permissionsBoundary(none).build()))
                .isEqualTo("400 InvalidInput: ARN " + none + " is not valid.");
        assertThat(fault(GetUserRequest.builder().userName("b").build())).as("nothing half-made").contains("NoSuchEntity");
    }

    @Test
    void tagsHaveNoCase() {
        create("anna");
        run(TagUserRequest.builder().userName("anna").tags(tag("Team", "blue"), tag("b", "1")).build());
        run(TagUserRequest.builder().userName("anna").tags(tag("team", "red")).build());
        assertThat(tags("anna")).containsExactly(tag("b", "1"), tag("team", "red"));
        run(UntagUserRequest.builder().userName("anna").tagKeys("TEAM", "none").build());
        assertThat(tags("anna")).containsExactly(tag("b", "1"));
        assertThat(fault(TagUserRequest.builder().userName("anna").tags(tag("x", "1"), tag("X", "2")).build()))
                .isEqualTo("400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }

    private List<Tag> tags(String name) {
        return lab.iam(ListUserTagsRequest.builder().userName(name).build(), ListUserTagsResponse.class).tags();
    }

    @Test
    void withoutANameItIsTheCaller() {
        User anna = create(CreateUserRequest.builder().userName("anna").path("/p/"));
        var self = GetUserRequest.builder().build();
        var principal = new Principal.User(Lab.ACCOUNT, "/p/", "anna", anna.userId(), SessionTerms.NONE);
        assertThat(lab.iam(self, principal, GetUserResponse.class).user()).isEqualTo(anna);
        User root = lab.iam(self, GetUserResponse.class).user();
        assertThat(root.arn()).isEqualTo("arn:aws:iam::111122223333:root");
        assertThat(root.userId()).isEqualTo("111122223333");
        assertThat(root.userName()).isNull();
        run(CreateAccountAliasRequest.builder().accountAlias("acme").build());
        assertThat(lab.iam(self, GetUserResponse.class).user().userName()).isEqualTo("acme");
        Principal session = lab.session(lab.role("r", Lab.LAMBDA_TRUST));
        assertThat(Lab.fault(() -> lab.iam(self, session, GetUserResponse.class)))
                .isEqualTo("400 ValidationError: Must specify userName when calling with non-User credentials");
    }
}
