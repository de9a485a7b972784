package dev.remora.iam;

import dev.remora.store.Scope;
import dev.remora.store.View;

/**
 * What a managed policy is used for in an account.
 *
 * @param attachments users, groups and roles that it is attached to
 * @param boundaries users and roles whose boundary it is
 */
record PolicyUse(int attachments, int boundaries) {
    static PolicyUse of(ManagedPolicy policy, View view, String account) {
        Scope scope = Scope.global(account);
        return new PolicyUse(
                IdentityKind.USER.attachments(view, policy, account) + IdentityKind.GROUP.attachments(view, policy, account)
                        + IdentityKind.ROLE.attachments(view, policy, account),
                view.count(User.KIND, scope, "boundary", policy.arn()) + view.count(Role.KIND, scope, "boundary", policy.arn()));
    }

    boolean any() {
        return attachments > 0 || boundaries > 0;
    }
}
