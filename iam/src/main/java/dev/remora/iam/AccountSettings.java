package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.util.LinkedHashMap;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesRequest;
import software.amazon.awssdk.services.iam.model.ListAccountAliasesResponse;

/** What IAM tells of an account as a whole. */
final class AccountSettings {
    private final Store store;

    AccountSettings(Store store) {
        this.store = store;
    }

    /** Counts and quotas of what exists here; of users, groups and the like AWS names more, which come with them. */
    GetAccountSummaryResponse summary(GetAccountSummaryRequest request, Call call) {
        View view = store.view();
        Scope scope = Scope.global(call.account());
        var policies = view.all(ManagedPolicy.KIND, scope);
        var summary = new LinkedHashMap<String, Integer>();
        summary.put("Roles", view.count(Role.KIND, scope));
        summary.put("RolesQuota", Roles.MAX_PER_ACCOUNT);
        summary.put("AttachedPoliciesPerRoleQuota", RolePolicies.MAX_ATTACHED);
        summary.put("RolePolicySizeQuota", RolePolicies.MAX_INLINE_SIZE);
        summary.put("AssumeRolePolicySizeQuota", Roles.MAX_TRUST_SIZE);
        summary.put("Policies", policies.size());
        summary.put("PoliciesQuota", Policies.MAX_PER_ACCOUNT);
        summary.put("PolicySizeQuota", Policies.MAX_SIZE);
        summary.put("PolicyVersionsInUse", policies.stream().mapToInt(policy -> policy.versions().size()).sum());
        summary.put("VersionsPerPolicyQuota", PolicyVersions.MAX);
        summary.put("Users", 0);
        summary.put("Groups", 0);
        summary.put("InstanceProfiles", 0);
        return GetAccountSummaryResponse.builder().summaryMapWithStrings(summary).build();
    }

    /** No account has an alias, for none can be made. */
    ListAccountAliasesResponse aliases(ListAccountAliasesRequest request, Call call) {
        return ListAccountAliasesResponse.builder().accountAliases().isTruncated(false).build();
    }
}
