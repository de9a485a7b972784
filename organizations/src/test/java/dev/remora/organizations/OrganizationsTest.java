package dev.remora.organizations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remora.iam.ControlPolicies;
import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Declarations;
import dev.remora.wire.Operation;
import dev.remora.wire.Permission;
import dev.remora.wire.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.services.organizations.model.AcceptHandshakeRequest;
import software.amazon.awssdk.services.organizations.model.AttachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.CreateAccountRequest;
import software.amazon.awssdk.services.organizations.model.CreateAccountResponse;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.CreateOrganizationalUnitResponse;
import software.amazon.awssdk.services.organizations.model.CreatePolicyRequest;
import software.amazon.awssdk.services.organizations.model.CreatePolicyResponse;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DeleteOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.DeletePolicyRequest;
import software.amazon.awssdk.services.organizations.model.DescribeOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.DetachPolicyRequest;
import software.amazon.awssdk.services.organizations.model.DisablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.EnablePolicyTypeRequest;
import software.amazon.awssdk.services.organizations.model.HandshakeState;
import software.amazon.awssdk.services.organizations.model.InviteAccountToOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.InviteAccountToOrganizationResponse;
import software.amazon.awssdk.services.organizations.model.LeaveOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsForParentRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsForParentResponse;
import software.amazon.awssdk.services.organizations.model.ListAccountsRequest;
import software.amazon.awssdk.services.organizations.model.ListAccountsResponse;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForAccountRequest;
import software.amazon.awssdk.services.organizations.model.ListHandshakesForAccountResponse;
import software.amazon.awssdk.services.organizations.model.ListParentsRequest;
import software.amazon.awssdk.services.organizations.model.ListParentsResponse;
import software.amazon.awssdk.services.organizations.model.ListPoliciesForTargetRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesForTargetResponse;
import software.amazon.awssdk.services.organizations.model.ListPoliciesRequest;
import software.amazon.awssdk.services.organizations.model.ListPoliciesResponse;
import software.amazon.awssdk.services.organizations.model.ListRootsRequest;
import software.amazon.awssdk.services.organizations.model.ListRootsResponse;
import software.amazon.awssdk.services.organizations.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.organizations.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.organizations.model.ListTargetsForPolicyRequest;
import software.amazon.awssdk.services.organizations.model.ListTargetsForPolicyResponse;
import software.amazon.awssdk.services.organizations.model.MoveAccountRequest;
import software.amazon.awssdk.services.organizations.model.PolicyTargetSummary;
import software.amazon.awssdk.services.organizations.model.PolicyType;
import software.amazon.awssdk.services.organizations.model.RemoveAccountFromOrganizationRequest;
import software.amazon.awssdk.services.organizations.model.Tag;
import software.amazon.awssdk.services.organizations.model.TagResourceRequest;
import software.amazon.awssdk.services.organizations.model.UpdateOrganizationalUnitRequest;
import software.amazon.awssdk.services.organizations.model.UpdatePolicyRequest;

class OrganizationsTest {
    private static final String MASTER = "111111111111";
    private static final String MEMBER = "222222222222";
    private static final String DENY = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"lambda:*\","
            + "\"Resource\":\"*\"}]}";
    private static final String OURS_ONLY = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\","
            + "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}";
    private static final String EVERY_RESOURCE = "p-RCPFullAWSAccess";
    private static final String FULL = ControlPolicy.Type.SERVICE_CONTROL_POLICY.everything().content();

    private final Store store = SqliteStore.inMemory(OrganizationsService.kinds());
    private final List<String> madeRoles = new ArrayList<>();
    private final OrganizationsService service = new OrganizationsService(
            store, Ids.random(), (account, role, trusted) -> madeRoles.add(account + " " + role + " " + trusted));
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    @AfterEach
    void close() {
        store.close();
    }

    private Call call(String account) {
        return new Call("request", "us-east-1", new Principal.Root(account), "127.0.0.1", now);
    }

    private <O> O as(String account, AwsRequest request, Class<O> answer) {
        return answer.cast(run(operation(request), request, account));
    }

    private void as(String account, AwsRequest request) {
        as(account, request, Object.class);
    }

    private Operation<?, ?> operation(AwsRequest request) {
        String name = request.getClass().getSimpleName().replaceAll("Request$", "");
        Operation<?, ?> operation = service.operations().byName(name);
        assertThat(operation).as(name).isNotNull();
        return operation;
    }

    private <I extends AwsRequest> Object run(Operation<I, ?> operation, AwsRequest request, String account) {
        return operation.handler().handle(operation.request().cast(request), call(account));
    }

    private <I extends AwsRequest> List<String> touched(Operation<I, ?> operation, AwsRequest request, String account) {
        return operation.permissions(operation.request().cast(request)).apply(call(account)).stream()
                .map(Permission::resource)
                .toList();
    }

    private List<List<String>> levels(String account) {
        return service.controlPolicies().of(account).levels().stream()
                .map(level -> level.stream().map(ControlPolicies.Policy::document).toList())
                .toList();
    }

    private static void refused(ThrowingCallable call, String code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, error -> assertThat(error.code()).isEqualTo(code));
    }

    private static void refused(ThrowingCallable call, String code, String reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.members()).containsEntry("Reason", reason);
        });
    }

    private String organization() {
        return as(MASTER, CreateOrganizationRequest.builder().build(), CreateOrganizationResponse.class).organization().id();
    }

    private String root() {
        return as(MASTER, ListRootsRequest.builder().build(), ListRootsResponse.class).roots().getFirst().id();
    }

    private void enable() {
        enable(PolicyType.SERVICE_CONTROL_POLICY);
    }

    private void enable(PolicyType type) {
        as(MASTER, EnablePolicyTypeRequest.builder().rootId(root()).policyType(type).build());
    }

    private List<String> guard(String account) {
        return service.controlPolicies().of(account).resources().stream().map(ControlPolicies.Policy::arn).toList();
    }

    private List<String> attached(String target, PolicyType type) {
        return as(MASTER, ListPoliciesForTargetRequest.builder().targetId(target).filter(type).build(),
                        ListPoliciesForTargetResponse.class)
                .policies().stream().map(policy -> policy.id()).toList();
    }

    private void join(String account) {
        String id = invite(account);
        as(account, AcceptHandshakeRequest.builder().handshakeId(id).build());
    }

    private String invite(String account) {
        return as(MASTER, InviteAccountToOrganizationRequest.builder().target(t -> t.id(account).type("ACCOUNT")).build(),
                        InviteAccountToOrganizationResponse.class)
                .handshake()
                .id();
    }

    private String unit(String parent, String name) {
        return as(MASTER, CreateOrganizationalUnitRequest.builder().parentId(parent).name(name).build(),
                        CreateOrganizationalUnitResponse.class)
                .organizationalUnit()
                .id();
    }

    private String policy(String name) {
        return policy(name, PolicyType.SERVICE_CONTROL_POLICY, DENY);
    }

    private String policy(String name, PolicyType type, String content) {
        return as(MASTER, CreatePolicyRequest.builder().name(name).description("d").type(type).content(content).build(),
                        CreatePolicyResponse.class)
                .policy()
                .policySummary()
                .id();
    }

    private void attach(String policy, String target) {
        as(MASTER, AttachPolicyRequest.builder().policyId(policy).targetId(target).build());
    }

    @Test
    void everyOperationSaysWhatItsPermissionIsAbout() {
        assertThat(Declarations.undeclared(service.operations())).isEmpty();
        assertThat(Declarations.unknown(service.operations())).isEmpty();
        assertThat(Declarations.withoutResources(service.operations())).isEmpty();
    }

    @Test
    void anAccountWithoutOneIsToldSo() {
        refused(() -> as(MASTER, DescribeOrganizationRequest.builder().build()), "AWSOrganizationsNotInUseException");
        organization();
        refused(() -> as(MASTER, CreateOrganizationRequest.builder().build()), "AlreadyInOrganizationException");
    }

    @Test
    void membersMayLookButNotManage() {
        organization();
        join(MEMBER);

        as(MEMBER, DescribeOrganizationRequest.builder().build());
        refused(() -> as(MEMBER, ListAccountsRequest.builder().build()), "AccessDeniedException");
        assertThat(as(MASTER, ListAccountsRequest.builder().build(), ListAccountsResponse.class).accounts())
                .extracting(a -> a.id() + " " + a.joinedMethodAsString())
                .containsExactly(MASTER + " INVITED", MEMBER + " INVITED");
    }

    @Test
    void accountsAreMadeWithARoleForTheManagingAccount() {
        organization();
        String made = as(MASTER, CreateAccountRequest.builder().email("a@example.com").accountName("a").build(),
                        CreateAccountResponse.class)
                .createAccountStatus()
                .accountId();

        assertThat(made).matches("\\d{12}");
        assertThat(madeRoles).containsExactly(made + " OrganizationAccountAccessRole " + MASTER);
        as(made, LeaveOrganizationRequest.builder().build());
        refused(() -> as(made, DescribeOrganizationRequest.builder().build()), "AWSOrganizationsNotInUseException");
        refused(() -> as(MASTER, LeaveOrganizationRequest.builder().build()), "MasterCannotLeaveOrganizationException");
    }

    @Test
    void invitationsEndAndAreForOneAccount() {
        organization();
        String id = invite(MEMBER);

        refused(() -> invite(MEMBER), "DuplicateHandshakeException");
        refused(() -> as("333333333333", AcceptHandshakeRequest.builder().handshakeId(id).build()), "HandshakeNotFoundException");
        now = now.plus(Duration.ofDays(15));
        refused(() -> as(MEMBER, AcceptHandshakeRequest.builder().handshakeId(id).build()),
                "InvalidHandshakeTransitionException");
        assertThat(as(MEMBER, ListHandshakesForAccountRequest.builder().build(), ListHandshakesForAccountResponse.class)
                        .handshakes())
                .extracting(h -> h.state())
                .containsExactly(HandshakeState.EXPIRED);
        join(MEMBER);
        refused(() -> invite(MEMBER), "HandshakeConstraintViolationException", "ALREADY_IN_AN_ORGANIZATION");
    }

    @Test
    void unitsMakeATree() {
        organization();
        join(MEMBER);
        String team = unit(root(), "team");

        refused(() -> unit(root(), "team"), "DuplicateOrganizationalUnitException");
        refused(() -> unit("ou-none-00000000", "x"), "ParentNotFoundException");
        as(MASTER, MoveAccountRequest.builder().accountId(MEMBER).sourceParentId(root()).destinationParentId(team).build());
        refused(() -> as(MASTER, MoveAccountRequest.builder().accountId(MEMBER).sourceParentId(team).destinationParentId(team)
                        .build()), "DuplicateAccountException");
        assertThat(as(MASTER, ListAccountsForParentRequest.builder().parentId(team).build(), ListAccountsForParentResponse.class)
                        .accounts())
                .extracting(a -> a.id())
                .containsExactly(MEMBER);
        assertThat(as(MASTER, ListParentsRequest.builder().childId(MEMBER).build(), ListParentsResponse.class).parents())
                .extracting(p -> p.id() + " " + p.typeAsString())
                .containsExactly(team + " ORGANIZATIONAL_UNIT");
        refused(() -> as(MASTER, DeleteOrganizationalUnitRequest.builder().organizationalUnitId(team).build()),
                "OrganizationalUnitNotEmptyException");
        as(MASTER, UpdateOrganizationalUnitRequest.builder().organizationalUnitId(team).name("crew").build());
        unit(root(), "team");
    }

    @Test
    void unitsLieAtMostFiveDeep() {
        organization();
        String at = root();
        for (int i = 0; i < Units.MAX_DEPTH; i++) {
            at = unit(at, "level");
        }
        String deepest = at;
        refused(() -> unit(deepest, "level"), "ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED");
    }

    @Test
    void policiesLimitFromTheRootToTheAccount() {
        organization();
        join(MEMBER);
        String team = unit(root(), "team");
        as(MASTER, MoveAccountRequest.builder().accountId(MEMBER).sourceParentId(root()).destinationParentId(team).build());
        String policy = policy("no-functions");

        refused(() -> attach(policy, team), "PolicyTypeNotEnabledException");
        assertThat(levels(MEMBER)).isEmpty();
        enable();
        attach(policy, team);

        assertThat(levels(MEMBER)).containsExactly(List.of(FULL), List.of(FULL, DENY), List.of(FULL));
        assertThat(levels(MASTER)).as("the managing account").isEmpty();
        assertThat(levels("333333333333")).as("a stranger").isEmpty();
        assertThat(as(MASTER, ListTargetsForPolicyRequest.builder().policyId(policy).build(),
                        ListTargetsForPolicyResponse.class).targets())
                .extracting(PolicyTargetSummary::targetId)
                .containsExactly(team);
        as(MASTER, UpdatePolicyRequest.builder().policyId(policy).content(FULL).build());
        assertThat(levels(MEMBER).get(1)).containsExactly(FULL, FULL);
        as(MASTER, DisablePolicyTypeRequest.builder().rootId(root()).policyType(PolicyType.SERVICE_CONTROL_POLICY).build());
        assertThat(levels(MEMBER)).isEmpty();
    }

    @Test
    void resourceControlPoliciesHoldForAllResourcesBelow() {
        String id = organization();
        join(MEMBER);
        String team = unit(root(), "team");
        as(MASTER, MoveAccountRequest.builder().accountId(MEMBER).sourceParentId(root()).destinationParentId(team).build());
        String above = policy("above", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY);
        String beside = policy("beside", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY);

        refused(() -> attach(above, team), "PolicyTypeNotEnabledException");
        assertThat(attached(team, PolicyType.RESOURCE_CONTROL_POLICY)).isEmpty();
        assertThat(service.controlPolicies().guarding()).as("before it is enabled").isFalse();
        enable(PolicyType.RESOURCE_CONTROL_POLICY);
        assertThat(service.controlPolicies().guarding()).isTrue();
        for (String place : List.of(root(), team, MEMBER, MASTER)) {
            assertThat(attached(place, PolicyType.RESOURCE_CONTROL_POLICY)).as(place).containsExactly(EVERY_RESOURCE);
        }
        assertThat(guard(MEMBER)).as("AWS's own says nothing").isEmpty();
        attach(above, root());
        attach(above, team);
        attach(beside, MEMBER);

        String arn = "arn:aws:organizations::" + MASTER + ":policy/" + id + "/resource_control_policy/";
        assertThat(guard(MEMBER)).containsExactly(arn + above, arn + beside);
        assertThat(guard(MASTER)).as("the managing account").isEmpty();
        assertThat(guard("333333333333")).as("a stranger").isEmpty();
        assertThat(levels(MEMBER)).as("the other type is not enabled").isEmpty();
        as(MASTER, DetachPolicyRequest.builder().policyId(beside).targetId(MEMBER).build());
        assertThat(guard(MEMBER)).containsExactly(arn + above);
        enable();
        as(MASTER, DisablePolicyTypeRequest.builder().rootId(root()).policyType(PolicyType.RESOURCE_CONTROL_POLICY).build());
        assertThat(guard(MEMBER)).isEmpty();
        assertThat(levels(MEMBER)).containsExactly(List.of(FULL), List.of(FULL), List.of(FULL));
        assertThat(service.controlPolicies().guarding()).as("service control policies alone").isFalse();
        enable(PolicyType.RESOURCE_CONTROL_POLICY);
        assertThat(attached(team, PolicyType.RESOURCE_CONTROL_POLICY)).as("begun anew").containsExactly(EVERY_RESOURCE);
    }

    @Test
    void typesOfPoliciesAreKeptApart() {
        organization();
        refused(() -> policy("n", PolicyType.RESOURCE_CONTROL_POLICY, DENY), "MalformedPolicyDocumentException");
        refused(() -> policy("n", PolicyType.SERVICE_CONTROL_POLICY, OURS_ONLY), "MalformedPolicyDocumentException");
        String limit = policy("n");
        String guard = policy("n", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY);
        refused(() -> policy("n", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY), "DuplicatePolicyException");
        refused(() -> policy("RCPFullAWSAccess", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY), "DuplicatePolicyException");
        refused(() -> as(MASTER, UpdatePolicyRequest.builder().policyId(guard).content(FULL).build()),
                "MalformedPolicyDocumentException");
        assertThat(listed(PolicyType.SERVICE_CONTROL_POLICY)).containsExactlyInAnyOrder("p-FullAWSAccess", limit);
        assertThat(listed(PolicyType.RESOURCE_CONTROL_POLICY)).containsExactlyInAnyOrder(EVERY_RESOURCE, guard);
    }

    private List<String> listed(PolicyType type) {
        return as(MASTER, ListPoliciesRequest.builder().filter(type).build(), ListPoliciesResponse.class)
                .policies().stream().map(policy -> policy.id()).toList();
    }

    /** AWS's own is one of the five, and stays. */
    @Test
    void fourResourceControlPoliciesFitBesideAwssOwn() {
        organization();
        enable();
        enable(PolicyType.RESOURCE_CONTROL_POLICY);
        String root = root();
        refused(() -> as(MASTER, DetachPolicyRequest.builder().policyId(EVERY_RESOURCE).targetId(root).build()),
                "InvalidInputException", "IMMUTABLE_POLICY");
        for (int i = 1; i < Policies.MAX_ATTACHED; i++) {
            attach(policy("p" + i, PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY), root);
        }
        String fifth = policy("fifth", PolicyType.RESOURCE_CONTROL_POLICY, OURS_ONLY);
        refused(() -> attach(fifth, root), "ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");
        attach(policy("limit"), root);
    }

    @Test
    void anAccountKnowsItsOrganizationAndItsPath() {
        String id = organization();
        join(MEMBER);
        String team = unit(root(), "team");
        as(MASTER, MoveAccountRequest.builder().accountId(MEMBER).sourceParentId(root()).destinationParentId(team).build());

        ControlPolicies.Standing standing = service.controlPolicies().of(MEMBER);
        assertThat(standing.organization()).isEqualTo(id);
        assertThat(standing.path()).isEqualTo(id + "/" + root() + "/" + team + "/");
        policy("elsewhere");
        assertThat(service.controlPolicies().of(MEMBER)).as("what has not changed").isSameAs(standing);
        assertThat(service.controlPolicies().of("333333333333")).isEqualTo(ControlPolicies.Standing.ALONE);
    }

    @Test
    void attachmentsAreBetweenOneAndFive() {
        organization();
        enable();
        String root = root();
        String only = ControlPolicy.Type.SERVICE_CONTROL_POLICY.everything().id();

        refused(() -> as(MASTER, DetachPolicyRequest.builder().policyId(only).targetId(root).build()),
                "ConstraintViolationException", "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");
        for (int i = 1; i < Policies.MAX_ATTACHED; i++) {
            attach(policy("p" + i), root);
        }
        String sixth = policy("sixth");
        refused(() -> attach(sixth, root), "ConstraintViolationException", "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED");
        refused(() -> attach(only, root), "DuplicatePolicyAttachmentException");
        refused(() -> attach(only, "333333333333"), "TargetNotFoundException");
        refused(() -> as(MASTER, DetachPolicyRequest.builder().policyId(sixth).targetId(root).build()),
                "PolicyNotAttachedException");
        assertThat(as(MASTER, ListPoliciesForTargetRequest.builder().targetId(root)
                        .filter(PolicyType.SERVICE_CONTROL_POLICY).build(), ListPoliciesForTargetResponse.class).policies())
                .hasSize(Policies.MAX_ATTACHED);
    }

    @Test
    void textsAndNamesAreChecked() {
        organization();
        var good = CreatePolicyRequest.builder().name("n").description("").type(PolicyType.SERVICE_CONTROL_POLICY).content(DENY);

        refused(() -> as(MASTER, good.content("{\"Version\":\"2012-10-17\"").build()), "MalformedPolicyDocumentException");
        refused(() -> as(MASTER, good.content(DENY + " ".repeat(Policies.MAX_BYTES)).build()), "ConstraintViolationException",
                "POLICY_CONTENT_LIMIT_EXCEEDED");
        refused(() -> as(MASTER, good.content(DENY).type(PolicyType.TAG_POLICY).build()),
                "PolicyTypeNotAvailableForOrganizationException");
        as(MASTER, good.type(PolicyType.SERVICE_CONTROL_POLICY).build());
        refused(() -> as(MASTER, good.build()), "DuplicatePolicyException");
        refused(() -> as(MASTER, good.name("FullAWSAccess").build()), "DuplicatePolicyException");
        refused(() -> as(MASTER, UpdatePolicyRequest.builder().policyId("p-FullAWSAccess").name("x").build()),
                "InvalidInputException", "IMMUTABLE_POLICY");
    }

    @Test
    void whatIsInUseStays() {
        organization();
        enable();
        String policy = policy("used");
        attach(policy, MASTER);

        refused(() -> as(MASTER, DeletePolicyRequest.builder().policyId(policy).build()), "PolicyInUseException");
        refused(() -> as(MASTER, DeleteOrganizationRequest.builder().build()), "OrganizationNotEmptyException");
        as(MASTER, DetachPolicyRequest.builder().policyId(policy).targetId(MASTER).build());
        as(MASTER, DeletePolicyRequest.builder().policyId(policy).build());
        join(MEMBER);
        refused(() -> as(MASTER, DeleteOrganizationRequest.builder().build()), "OrganizationNotEmptyException");
        as(MASTER, RemoveAccountFromOrganizationRequest.builder().accountId(MEMBER).build());
        as(MASTER, DeleteOrganizationRequest.builder().build());
        refused(() -> as(MASTER, DescribeOrganizationRequest.builder().build()), "AWSOrganizationsNotInUseException");
    }

    @Test
    void placesAndPoliciesHaveTags() {
        organization();
        String policy = policy("tagged");
        for (String id : List.of(root(), MASTER, policy)) {
            as(MASTER, TagResourceRequest.builder().resourceId(id).tags(Tag.builder().key("k").value("v").build()).build());
            assertThat(as(MASTER, ListTagsForResourceRequest.builder().resourceId(id).build(), ListTagsForResourceResponse.class)
                            .tags())
                    .as(id)
                    .containsExactly(Tag.builder().key("k").value("v").build());
        }
        refused(() -> as(MASTER, ListTagsForResourceRequest.builder().resourceId("p-FullAWSAccess").build()),
                "TargetNotFoundException");
    }

    @Test
    void aCallTouchesThePolicyAndItsTarget() {
        String id = organization();
        String policy = policy("p");
        var request = AttachPolicyRequest.builder().policyId(policy).targetId(root()).build();

        assertThat(touched(operation(request), request, MASTER)).containsExactly(
                "arn:aws:organizations::" + MASTER + ":policy/" + id + "/service_control_policy/" + policy,
                "arn:aws:organizations::" + MASTER + ":root/" + id + "/" + root());
    }
}
