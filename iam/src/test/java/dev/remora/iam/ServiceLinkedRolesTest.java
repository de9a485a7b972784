package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusRequest;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;

class ServiceLinkedRolesTest extends RunsAsRoot {
    private static final String NAME = "AWSServiceRoleForRDS";
    private static final String POLICY = "arn:aws:iam::aws:policy/aws-service-role/AmazonRDSServiceRolePolicy";

    private Role made = Role.builder().build();

    @BeforeEach
    void create() {
        made = lab.iam(CreateServiceLinkedRoleRequest.builder().awsServiceName("rds.amazonaws.com").description("for RDS")
                .build(), CreateServiceLinkedRoleResponse.class).role();
    }

    @Test
    void theRoleIsAsTheServiceWantsIt() {
        assertThat(made.arn()).isEqualTo(
                "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS");
        assertThat(Lab.decoded(made.assumeRolePolicyDocument())).contains("rds.amazonaws.com");
        assertThat(lab.iam(ListAttachedRolePoliciesRequest.builder().roleName(NAME).build(),
                ListAttachedRolePoliciesResponse.class).attachedPolicies())
                .extracting(AttachedPolicy::policyArn).containsExactly(POLICY);
        assertThat(fault(CreateServiceLinkedRoleRequest.builder().awsServiceName("rds.amazonaws.com").build()))
                .isEqualTo("400 InvalidInput: Service role name AWSServiceRoleForRDS has been taken in this account,"
                        + " please try a different suffix.");
        assertThat(fault(CreateServiceLinkedRoleRequest.builder().awsServiceName("rds.amazonaws.com").customSuffix("x").build()))
                .isEqualTo("400 InvalidInput: Custom suffix is not allowed for rds.amazonaws.com");
        assertThat(fault(CreateServiceLinkedRoleRequest.builder().awsServiceName("none.amazonaws.com").build()))
                .startsWith("400 InvalidInput");
    }

    @Test
    void onlyTheServiceChangesIt() {
        String protectedRole = "400 UnmodifiableEntity: Cannot perform the operation on the protected role"
                + " 'AWSServiceRoleForRDS' - this role is only modifiable by AWS";
        assertThat(List.<AwsRequest>of(
                        DeleteRoleRequest.builder().roleName(NAME).build(),
                        AttachRolePolicyRequest.builder().roleName(NAME)
                                .policyArn("arn:aws:iam::aws:policy/AdministratorAccess").build(),
                        PutRolePolicyRequest.builder().roleName(NAME).policyName("p").policyDocument(Lab.allow("*", "*")).build(),
                        PutRolePermissionsBoundaryRequest.builder().roleName(NAME)
                                .permissionsBoundary("arn:aws:iam::aws:policy/AdministratorAccess").build(),
                        UpdateAssumeRolePolicyRequest.builder().roleName(NAME).policyDocument(Lab.LAMBDA_TRUST).build()))
                .allSatisfy(request -> assertThat(fault(request)).isEqualTo(protectedRole));
        assertThat(fault(UpdateRoleRequest.builder().roleName(NAME).maxSessionDuration(7200).build()))
                .isEqualTo("400 UnmodifiableEntity: AWSServiceRoleForRDS is an AWS service linked role,"
                        + " max session duration cannot be changed.");
        assertThat(fault(UpdateRoleRequest.builder().roleName(NAME).description("d").build())).isEqualTo("none");
    }

    @Test
    void itsPolicyAndItsPathAreTheServices() {
        lab.role("r", Lab.LAMBDA_TRUST);
        assertThat(fault(AttachRolePolicyRequest.builder().roleName("r").policyArn(POLICY).build()))
                .isEqualTo("400 PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer Role.");
        assertThat(fault(CreateRoleRequest.builder().roleName("s").path("/aws-service-role/x/")
                .assumeRolePolicyDocument(Lab.LAMBDA_TRUST).build())).isEqualTo(
                        "400 InvalidInput: Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles");
    }

    @Test
    void deletingItIsATask() {
        String task = lab.iam(DeleteServiceLinkedRoleRequest.builder().roleName(NAME).build(),
                DeleteServiceLinkedRoleResponse.class).deletionTaskId();
        assertThat(task).matches("task/aws-service-role/rds\\.amazonaws\\.com/AWSServiceRoleForRDS/[0-9a-f-]{36}");
        assertThat(lab.iam(GetServiceLinkedRoleDeletionStatusRequest.builder().deletionTaskId(task).build(),
                GetServiceLinkedRoleDeletionStatusResponse.class).statusAsString()).isEqualTo("SUCCEEDED");
        assertThat(fault(DeleteServiceLinkedRoleRequest.builder().roleName(NAME).build()))
                .isEqualTo("404 NoSuchEntity: The role with name AWSServiceRoleForRDS cannot be found.");
        assertThat(fault(GetServiceLinkedRoleDeletionStatusRequest.builder().deletionTaskId(task + "0").build()))
                .startsWith("404 NoSuchEntity");
        lab.role("r", Lab.LAMBDA_TRUST);
        assertThat(fault(DeleteServiceLinkedRoleRequest.builder().roleName("r").build())).startsWith("404 NoSuchEntity");
    }
}
