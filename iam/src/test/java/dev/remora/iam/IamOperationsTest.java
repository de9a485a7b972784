package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Declarations;
import dev.remora.wire.Operation;
import dev.remora.wire.Operation.Treatment;
import dev.remora.wire.Operations;
import dev.remora.wire.Permission;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;

class IamOperationsTest {
    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void everyMemberOfEveryRequestIsDeclared() {
        assertThat(lab.iam.iamOperations().all()).hasSize(115);
        assertThat(lab.iam.stsOperations().all()).hasSize(6);
        for (Operations table : List.of(lab.iam.iamOperations(), lab.iam.stsOperations())) {
            assertThat(Declarations.undeclared(table)).isEmpty();
            assertThat(Declarations.unknown(table)).isEmpty();
        }
    }

    @Test
    void whatIsLaterIsRefusedAndNotIgnored() {
        assertThat(Objects.requireNonNull(lab.iam.stsOperations().byName("AssumeRole")).parameters())
                .containsEntry("ProvidedContexts", Treatment.REFUSED);
        assertThat(lab.iam.stsOperations().byName("AssumeRoleWithWebIdentity")).isNull();
        assertThat(lab.iam.stsOperations().byName("AssumeRoleWithSAML")).isNull();
        assertThat(lab.iam.iamOperations().byName("CreateSAMLProvider")).isNull();
    }

    @Test
    void onlyTheseNeedNoPermission() {
        assertThat(Stream.of(lab.iam.iamOperations(), lab.iam.stsOperations()).flatMap(table -> table.all().stream())
                        .filter(Operation::isOpen).map(Operation::name))
                .containsExactly("AssumeRole", "GetCallerIdentity", "GetSessionToken");
    }

    @Test
    void resourcesAreTheArnsThatPoliciesName() {
        lab.iam(CreateRoleRequest.builder().roleName("r").path("/team/").assumeRolePolicyDocument(Lab.LAMBDA_TRUST)
                .build(), AwsResponse.class);
        assertThat(resources(GetRoleRequest.builder().roleName("r").build()))
                .containsExactly("arn:aws:iam::111122223333:role/team/r");
        assertThat(resources(GetRoleRequest.builder().roleName("none").build()))
                .containsExactly("arn:aws:iam::111122223333:role/none");
        assertThat(resources(CreateRoleRequest.builder().roleName("n").path("/p/").build()))
                .containsExactly("arn:aws:iam::111122223333:role/p/n");
        assertThat(resources(ListRolesRequest.builder().build())).containsExactly("arn:aws:iam::111122223333:role/");
        lab.iam(CreateUserRequest.builder().userName("anna").path("/team/").build(), AwsResponse.class);
        assertThat(resources(CreateAccessKeyRequest.builder().userName("anna").build()))
                .containsExactly("arn:aws:iam::111122223333:user/team/anna");
        assertThat(resources(CreateAccessKeyRequest.builder().build())).as("the caller")
                .containsExactly("arn:aws:iam::111122223333:root");
        assertThat(resources(UpdateUserRequest.builder().userName("anna").newUserName("anne").build())).containsExactly(
                "arn:aws:iam::111122223333:user/team/anna", "arn:aws:iam::111122223333:user/team/anne");
        assertThat(resources(UpdateUserRequest.builder().userName("anna").newPath("/p/").build())).containsExactly(
                "arn:aws:iam::111122223333:user/team/anna", "arn:aws:iam::111122223333:user/p/anna");
        assertThat(resources(AddUserToGroupRequest.builder().userName("anna").groupName("devs").build()))
                .containsExactly("arn:aws:iam::111122223333:group/devs");
        assertThat(resources(AddRoleToInstanceProfileRequest.builder().instanceProfileName("ip").roleName("r").build()))
                .containsExactly("arn:aws:iam::111122223333:instance-profile/ip", "arn:aws:iam::111122223333:role/team/r");
        assertThat(resources(CreateServiceLinkedRoleRequest.builder().awsServiceName("rds.amazonaws.com").build()))
                .containsExactly("arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS");
        assertThat(resources(GetPolicyRequest.builder().policyArn("arn:x").build())).containsExactly("arn:x");
        assertThat(resources(ListPoliciesRequest.builder().build())).containsExactly("policy path /");
        assertThat(resources(CreateVirtualMfaDeviceRequest.builder().path("/team/").virtualMFADeviceName("m").build()))
                .containsExactly("arn:aws:iam::111122223333:mfa/team/m");
        assertThat(resources(DeactivateMfaDeviceRequest.builder().userName("anna").serialNumber("arn:aws:iam::1:mfa/m").build()))
                .containsExactly("arn:aws:iam::111122223333:user/team/anna");
    }

    @Test
    void conditionKeysTellOfTagsAndPolicies() {
        lab.iam(CreateRoleRequest.builder().roleName("r").assumeRolePolicyDocument(Lab.LAMBDA_TRUST).tags(tag("team", "blue"))
                .build(),
                AwsResponse.class);
        assertThat(context(GetRoleRequest.builder().roleName("r").build())).isEqualTo(
                Map.of("aws:ResourceTag/team", List.of("blue"), "iam:ResourceTag/team", List.of("blue")));
        assertThat(context(AttachRolePolicyRequest.builder().roleName("r").policyArn("arn:p").build()))
                .containsEntry("iam:PolicyARN", List.of("arn:p"));
        assertThat(context(TagRoleRequest.builder().roleName("r").tags(tag("a", "1"), tag("b", "2")).build()))
                .containsEntry("aws:RequestTag/a", List.of("1"))
                .containsEntry("aws:TagKeys", List.of("a", "b"))
                .containsEntry("aws:ResourceTag/team", List.of("blue"));
        assertThat(context(CreateRoleRequest.builder().roleName("n").build())).isEmpty();
    }

    @Test
    void conditionKeysTellOfBoundaries() {
        String boundary = "arn:aws:iam::aws:policy/AdministratorAccess";
        var key = Map.of("iam:PermissionsBoundary", List.of(boundary));
        assertThat(context(CreateUserRequest.builder().userName("n").permissionsBoundary(boundary).build())).isEqualTo(key);
        lab.iam(CreateUserRequest.builder().userName("anna").permissionsBoundary(boundary).build(), AwsResponse.class);
        assertThat(context(DeleteUserPermissionsBoundaryRequest.builder().userName("anna").build())).isEqualTo(key);
        assertThat(context(PutUserPolicyRequest.builder().userName("anna").build())).isEqualTo(key);
        assertThat(context(AttachUserPolicyRequest.builder().userName("anna").policyArn("arn:p").build()))
                .isEqualTo(Map.of("iam:PermissionsBoundary", List.of(boundary), "iam:PolicyARN", List.of("arn:p")));
        assertThat(context(PutUserPermissionsBoundaryRequest.builder().userName("anna").permissionsBoundary("arn:b").build()))
                .containsEntry("iam:PermissionsBoundary", List.of("arn:b"));
        assertThat(context(GetUserRequest.builder().userName("anna").build())).isEmpty();
    }

    @Test
    void everyOperationSaysWhatItsPermissionIsAbout() {
        assertThat(Declarations.withoutResources(lab.iam.iamOperations())).isEmpty();
    }

    private List<String> resources(AwsRequest request) {
        return resources(operation(request), request);
    }

    private Map<String, List<String>> context(AwsRequest request) {
        return context(operation(request), request);
    }

    private Operation<?, ?> operation(AwsRequest request) {
        String name = request.getClass().getSimpleName().replaceAll("Request$", "");
        return Objects.requireNonNull(lab.iam.iamOperations().byName(name));
    }

    private <I extends AwsRequest> List<String> resources(Operation<I, ?> operation, AwsRequest request) {
        return operation.permissions(operation.request().cast(request)).apply(lab.call()).stream()
                .map(Permission::resource)
                .toList();
    }

    private <I extends AwsRequest> Map<String, List<String>> context(Operation<I, ?> operation, AwsRequest request) {
        return operation.context(operation.request().cast(request)).apply(lab.call());
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
