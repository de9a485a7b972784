package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountAliasResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetAccountPasswordPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;
import software.amazon.awssdk.services.iam.model.PasswordPolicy;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccountPasswordPolicyResponse;

/** What IAM tells of an account as a whole, and what is set for it. */
final class AccountSettings {
    private final Store store;

    AccountSettings(Store store) {
        this.store = store;
    }

    /** Counts and quotas. What there is none of here (certificates, identity providers) counts nothing. */
    GetAccountSummaryResponse summary(GetAccountSummaryRequest request, Call call) {
        View view = store.view();
        Map<String, Integer> summary = new LinkedHashMap<>();
        counts(summary, view, call.account());
        summary.put("AccessKeysPerUserQuota", LongTermKeys.MAX_PER_USER);
        summary.put("AssumeRolePolicySizeQuota", Roles.MAX_TRUST_SIZE);
        summary.put("AttachedPoliciesPerGroupQuota", IdentityPolicies.MAX_ATTACHED);
        summary.put("AttachedPoliciesPerRoleQuota", IdentityPolicies.MAX_ATTACHED);
        summary.put("AttachedPoliciesPerUserQuota", IdentityPolicies.MAX_ATTACHED);
        summary.put("GlobalEndpointTokenVersion", 1);
        summary.put("GroupPolicySizeQuota", IdentityKind.GROUP.maxInlineSize());
        summary.put("GroupsPerUserQuota", Groups.MAX_PER_USER);
        summary.put("GroupsQuota", Groups.MAX_PER_ACCOUNT);
        summary.put("InstanceProfilesQuota", InstanceProfiles.MAX_PER_ACCOUNT);
        summary.put("PoliciesQuota", Policies.MAX_PER_ACCOUNT);
        summary.put("PolicySizeQuota", Policies.MAX_SIZE);
        summary.put("PolicyVersionsInUseQuota", 10_000);
        summary.put("RolePolicySizeQuota", IdentityKind.ROLE.maxInlineSize());
        summary.put("RolesQuota", Roles.MAX_PER_ACCOUNT);
        summary.put("ServerCertificatesQuota", 20);
        summary.put("SigningCertificatesPerUserQuota", 2);
        summary.put("UserPolicySizeQuota", IdentityKind.USER.maxInlineSize());
        summary.put("UsersQuota", Users.MAX_PER_ACCOUNT);
        summary.put("VersionsPerPolicyQuota", PolicyVersions.MAX);
        return GetAccountSummaryResponse.builder().summaryMapWithStrings(summary).build();
    }

    private static void counts(Map<String, Integer> summary, View view, String account) {
        Scope scope = Scope.global(account);
        List<ManagedPolicy> policies = view.all(ManagedPolicy.KIND, scope);
        summary.put("Users", view.count(User.KIND, scope));
        summary.put("Groups", view.count(Group.KIND, scope));
        summary.put("Roles", view.count(Role.KIND, scope));
        summary.put("InstanceProfiles", view.count(InstanceProfile.KIND, scope));
        summary.put("Policies", policies.size());
        summary.put("PolicyVersionsInUse", policies.stream().mapToInt(policy -> policy.versions().size()).sum());
        summary.put("AccountAccessKeysPresent", LongTermKeys.ofRoot(view, account) > 0 ? 1 : 0);
        MfaDevices.count(summary, view, account);
        for (String none : List.of(
                "AccountPasswordPresent", "AccountSigningCertificatesPresent", "Providers", "ServerCertificates")) {
            summary.put(none, 0);
        }
    }

    /** An account has one alias; another takes its place. */
    CreateAccountAliasResponse createAlias(CreateAccountAliasRequest request, Call call) {
        store.write(tx -> {
            boolean taken = tx.scopes(AccountAlias.KIND).stream()
                    .flatMap(scope -> tx.all(AccountAlias.KIND, scope).stream())
                    .anyMatch(alias -> alias.alias().equals(request.accountAlias()));
            if (taken) {
                throw new AwsError("EntityAlreadyExists", 409,
                        "The account alias " + request.accountAlias() + " already exists.");
            }
            var alias = new AccountAlias(call.account(), request.accountAlias());
            tx.put(AccountAlias.KIND, Scope.global(call.account()), call.account(), alias);
            return alias;
        });
        return CreateAccountAliasResponse.builder().build();
    }

    DeleteAccountAliasResponse deleteAlias(DeleteAccountAliasRequest request, Call call) {
        store.write(tx -> {
            AccountAlias.of(call.account(), tx)
                    .filter(alias -> alias.alias().equals(request.accountAlias()))
                    .orElseThrow(() -> new AwsError("NoSuchEntity", 404,
                            "The account alias with name " + request.accountAlias() + " cannot be found."));
            tx.delete(AccountAlias.KIND, Scope.global(call.account()), call.account());
            return true;
        });
        return DeleteAccountAliasResponse.builder().build();
    }

    ListAccountAliasesResponse aliases(ListAccountAliasesRequest request, Call call) {
        Optional<String> alias = AccountAlias.of(call.account(), store.view()).map(AccountAlias::alias);
        Page<String> page = Listing.page(call, alias.stream().toList(), text -> text, request.marker(), request.maxItems());
        return ListAccountAliasesResponse.builder().accountAliases(page.items()).isTruncated(false).build();
    }

    GetAccountPasswordPolicyResponse passwordPolicy(GetAccountPasswordPolicyRequest request, Call call) {
        PasswordRules rules = PasswordRules.of(call.account(), store.view()).orElseThrow(() -> new AwsError("NoSuchEntity", 404,
                "The Password Policy with domain name " + call.account() + " cannot be found."));
        var policy = PasswordPolicy.builder()
                .minimumPasswordLength(rules.minLength())
                .requireSymbols(rules.symbols())
                .requireNumbers(rules.numbers())
                .requireUppercaseCharacters(rules.uppercase())
                .requireLowercaseCharacters(rules.lowercase())
                .allowUsersToChangePassword(rules.usersMayChange())
                .expirePasswords(rules.maxAgeDays() > 0)
                .passwordReusePrevention(rules.reuse() == 0 ? null : rules.reuse());
        if (rules.maxAgeDays() > 0) {
            policy.maxPasswordAge(rules.maxAgeDays()).hardExpiry(rules.hardExpiry());
        }
        return GetAccountPasswordPolicyResponse.builder().passwordPolicy(policy.build()).build();
    }

    /** What the request leaves out gets its default, not what was there before. */
    UpdateAccountPasswordPolicyResponse updatePasswordPolicy(UpdateAccountPasswordPolicyRequest request, Call call) {
        var rules = new PasswordRules(call.account(),
                request.minimumPasswordLength() == null ? PasswordRules.DEFAULT_MIN_LENGTH : request.minimumPasswordLength(),
                Boolean.TRUE.equals(request.requireSymbols()), Boolean.TRUE.equals(request.requireNumbers()),
                Boolean.TRUE.equals(request.requireUppercaseCharacters()),
                Boolean.TRUE.equals(request.requireLowercaseCharacters()),
                Boolean.TRUE.equals(request.allowUsersToChangePassword()),
                request.maxPasswordAge() == null ? 0 : request.maxPasswordAge(),
                request.passwordReusePrevention() == null ? 0 : request.passwordReusePrevention(),
                Boolean.TRUE.equals(request.hardExpiry()));
        store.write(tx -> {
            tx.put(PasswordRules.KIND, Scope.global(call.account()), call.account(), rules);
            return rules;
        });
        return UpdateAccountPasswordPolicyResponse.builder().build();
    }

    DeleteAccountPasswordPolicyResponse deletePasswordPolicy(DeleteAccountPasswordPolicyRequest request, Call call) {
        store.write(tx -> {
            if (PasswordRules.of(call.account(), tx).isEmpty()) {
                throw new AwsError("NoSuchEntity", 404, "The account policy with name PasswordPolicy cannot be found.");
            }
            tx.delete(PasswordRules.KIND, Scope.global(call.account()), call.account());
            return true;
        });
        return DeleteAccountPasswordPolicyResponse.builder().build();
    }
}
