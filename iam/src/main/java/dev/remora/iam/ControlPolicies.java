package dev.remora.iam;

import java.util.List;

/** Where accounts stand in their organization, and the service control policies that hold for them. */
public interface ControlPolicies {
    /** Every account stands alone. */
    ControlPolicies NONE = account -> Standing.ALONE;

    /**
     * Asked for every decision, so it must be quick; as long as nothing has changed, the answer should be the same object, for
     * what was compiled is kept as long as it is.
     */
    Standing of(String account);

    /**
     * An account's place.
     *
     * @param organization o-…, or empty if the account is in none
     * @param path as {@code aws:PrincipalOrgPaths} has it, {@code o-…/r-…/ou-…/}; or empty
     * @param levels the policies at each level, from the root through the units to the account itself: each level must allow
     *     what an account's principals do. Empty if none limit the account, as where control policies are not enabled, and for
     *     an organization's management account
     */
    record Standing(String organization, String path, List<List<Policy>> levels) {
        public static final Standing ALONE = new Standing("", "", List.of());
    }

    /** @param arn by which a decision names it */
    record Policy(String arn, String document) {}
}
