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
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;

class IamOperationsTest {
    private final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void everyMemberOfEveryRequestIsDeclared() {
        assertThat(lab.iam.iamOperations().all()).hasSize(32);
        assertThat(lab.iam.stsOperations().all()).hasSize(6);
        for (Operations table : List.of(lab.iam.iamOperations(), lab.iam.stsOperations())) {
            assertThat(Declarations.undeclared(table)).isEmpty();
            assertThat(Declarations.unknown(table)).isEmpty();
        }
    }

    @Test
    void whatIsLaterIsRefusedAndNotIgnored() {
        assertThat(operation(CreateRoleRequest.builder().build()).parameters())
                .containsEntry("PermissionsBoundary", Treatment.REFUSED);
        assertThat(Objects.requireNonNull(lab.iam.stsOperations().byName("AssumeRole")).parameters())
                .containsEntry("ProvidedContexts", Treatment.REFUSED);
        assertThat(lab.iam.stsOperations().byName("AssumeRoleWithWebIdentity")).isNull();
        assertThat(lab.iam.stsOperations().byName("AssumeRoleWithSAML")).isNull();
        assertThat(lab.iam.iamOperations().byName("CreateUser")).isNull();
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
        assertThat(resources(GetPolicyRequest.builder().policyArn("arn:x").build())).containsExactly("arn:x");
        assertThat(resources(ListPoliciesRequest.builder().build())).containsExactly("policy path /");
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

    @Test
    void anAccountIsSummedUp() {
        lab.role("r", Lab.LAMBDA_TRUST);
        assertThat(lab.iam(GetAccountSummaryRequest.builder().build(), GetAccountSummaryResponse.class).summaryMapAsStrings())
                .containsEntry("Roles", 1).containsEntry("RolesQuota", 1000).containsEntry("Policies", 0)
                .containsEntry("VersionsPerPolicyQuota", 5);
        var aliases = lab.iam(ListAccountAliasesRequest.builder().build(), ListAccountAliasesResponse.class);
        assertThat(aliases.hasAccountAliases()).isTrue();
        assertThat(aliases.isTruncated()).isFalse();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
