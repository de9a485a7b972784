package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Principal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsRequest;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsResponse;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsRequest;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysRequest;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.UserDetail;

class AccountSettingsTest extends RunsAsRoot {
    private static final String ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

    /** One of each: a user in a group, a role in a profile, a policy. */
    private void populate() {
        run(CreateUserRequest.builder().userName("anna").build());
        run(CreateGroupRequest.builder().groupName("devs").build());
        run(AddUserToGroupRequest.builder().userName("anna").groupName("devs").build());
        run(AttachGroupPolicyRequest.builder().groupName("devs").policyArn(ADMINISTRATOR).build());
        run(PutUserPolicyRequest.builder().userName("anna").policyName("p").policyDocument(Lab.allow("s3:*", "*")).build());
        run(CreatePolicyRequest.builder().policyName("limit").policyDocument(Lab.allow("s3:*", "*")).build());
        run(PutUserPermissionsBoundaryRequest.builder().userName("anna")
                .permissionsBoundary("arn:aws:iam::111122223333:policy/limit").build());
        lab.role("r", Lab.LAMBDA_TRUST);
        run(CreateInstanceProfileRequest.builder().instanceProfileName("ip").build());
        run(AddRoleToInstanceProfileRequest.builder().instanceProfileName("ip").roleName("r").build());
    }

    @Test
    void anAccountIsSummedUp() {
        populate();
        run(CreateAccessKeyRequest.builder().build());
        assertThat(lab.iam(GetAccountSummaryRequest.builder().build(), GetAccountSummaryResponse.class).summaryMapAsStrings())
                .hasSize(34)
                .containsEntry("Users", 1).containsEntry("Groups", 1).containsEntry("Roles", 1).containsEntry("Policies", 1)
                .containsEntry("InstanceProfiles", 1).containsEntry("PolicyVersionsInUse", 1)
                .containsEntry("AccountAccessKeysPresent", 1).containsEntry("MFADevices", 0)
                .containsEntry("RolesQuota", 1000).containsEntry("UsersQuota", 5000).containsEntry("GroupsQuota", 300)
                .containsEntry("UserPolicySizeQuota", 2048).containsEntry("GroupPolicySizeQuota", 5120)
                .containsEntry("RolePolicySizeQuota", 10_240).containsEntry("VersionsPerPolicyQuota", 5);
    }

    @Test
    void anAccountHasOneAliasAndNoOtherHasIt() {
        var other = new Principal.Root("444455556666");
        assertThat(aliases()).isEmpty();
        run(CreateAccountAliasRequest.builder().accountAlias("acme").build());
        assertThat(Lab.fault(() -> lab.iam(CreateAccountAliasRequest.builder().accountAlias("acme").build(), other,
                AwsResponse.class))).isEqualTo("409 EntityAlreadyExists: The account alias acme already exists.");
        run(CreateAccountAliasRequest.builder().accountAlias("acme-2").build());
        assertThat(aliases()).containsExactly("acme-2");
        lab.iam(CreateAccountAliasRequest.builder().accountAlias("acme").build(), other, AwsResponse.class);
        assertThat(Lab.fault(() -> run(DeleteAccountAliasRequest.builder().accountAlias("acme").build())))
                .startsWith("404 NoSuchEntity");
        run(DeleteAccountAliasRequest.builder().accountAlias("acme-2").build());
        assertThat(aliases()).isEmpty();
    }

    private List<String> aliases() {
        return lab.iam(ListAccountAliasesRequest.builder().build(), ListAccountAliasesResponse.class).accountAliases();
    }

    private GetAccountAuthorizationDetailsResponse details(EntityType... filter) {
        return lab.iam(GetAccountAuthorizationDetailsRequest.builder().filter(filter).build(),
                GetAccountAuthorizationDetailsResponse.class);
    }

    @Test
    void detailsTellWhoMayDoWhat() {
        populate();
        GetAccountAuthorizationDetailsResponse all = details();
        assertThat(all.userDetailList()).singleElement().satisfies(user -> {
            assertThat(user.groupList()).containsExactly("devs");
            assertThat(user.permissionsBoundary().permissionsBoundaryArn()).endsWith("policy/limit");
            assertThat(user.userPolicyList()).singleElement().satisfies(
                    policy -> assertThat(Lab.decoded(policy.policyDocument())).isEqualTo(Lab.allow("s3:*", "*")));
        });
        assertThat(all.groupDetailList()).singleElement().satisfies(
                group -> assertThat(group.attachedManagedPolicies()).hasSize(1));
        assertThat(all.roleDetailList()).singleElement().satisfies(
                role -> assertThat(role.instanceProfileList()).hasSize(1));
        assertThat(all.policies()).extracting(ManagedPolicyDetail::policyName)
                .as("AWS's policies are there where they are used").containsExactly("limit", "AdministratorAccess");
        assertThat(all.policies().getFirst().permissionsBoundaryUsageCount()).isEqualTo(1);
        assertThat(all.policies().getFirst().attachmentCount()).isZero();
        assertThat(all.policies().getLast().attachmentCount()).isEqualTo(1);
        assertThat(all.policies().getLast().policyVersionList()).hasSize(1);
        assertThat(all.isTruncated()).isFalse();
    }

    @Test
    void whatCannotBeMadeIsListedAsNothing() {
        run(CreateUserRequest.builder().userName("anna").build());
        for (AwsRequest list : List.<AwsRequest>of(ListSshPublicKeysRequest.builder().userName("anna").build(),
                ListSigningCertificatesRequest.builder().userName("anna").build(),
                ListServiceSpecificCredentialsRequest.builder().userName("anna").build(),
                ListServerCertificatesRequest.builder().build(),
                ListSamlProvidersRequest.builder().build(), ListOpenIdConnectProvidersRequest.builder().build())) {
            assertThat(Lab.fault(() -> run(list))).isEqualTo("none");
        }
        assertThat(Lab.fault(() -> run(ListSshPublicKeysRequest.builder().userName("none").build())))
                .isEqualTo("404 NoSuchEntity: The user with name none cannot be found.");
    }

    @Test
    void detailsAreOfTheKindsThatAreAskedFor() {
        populate();
        assertThat(details(EntityType.ROLE).roleDetailList()).hasSize(1);
        assertThat(details(EntityType.ROLE).userDetailList()).isEmpty();
        assertThat(details(EntityType.ROLE).policies()).isEmpty();
        assertThat(details(EntityType.USER, EntityType.GROUP).groupDetailList()).extracting(GroupDetail::groupName)
                .containsExactly("devs");
        assertThat(details(EntityType.LOCAL_MANAGED_POLICY).policies()).extracting(ManagedPolicyDetail::policyName)
                .containsExactly("limit");
        assertThat(details(EntityType.AWS_MANAGED_POLICY).policies()).extracting(ManagedPolicyDetail::policyName)
                .containsExactly("AdministratorAccess");
    }

    @Test
    void pagesGoThroughAllFourLists() {
        populate();
        var names = new ArrayList<String>();
        String marker = null;
        do {
            var page = lab.iam(GetAccountAuthorizationDetailsRequest.builder().maxItems(1).marker(marker).build(),
                    GetAccountAuthorizationDetailsResponse.class);
            names.addAll(page.userDetailList().stream().map(UserDetail::userName).toList());
            names.addAll(page.groupDetailList().stream().map(GroupDetail::groupName).toList());
            names.addAll(page.roleDetailList().stream().map(RoleDetail::roleName).toList());
            names.addAll(page.policies().stream().map(ManagedPolicyDetail::policyName).toList());
            assertThat(page.isTruncated()).isEqualTo(page.marker() != null);
            marker = page.marker();
        } while (marker != null);
        assertThat(names).containsExactly("anna", "devs", "r", "limit", "AdministratorAccess");
    }
}
