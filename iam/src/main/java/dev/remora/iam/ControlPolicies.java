package dev.remora.iam;

import java.util.List;

/** Where accounts stand in their organization, and the control policies for them and their resources. */
public interface ControlPolicies {
    /** Every account stands alone. */
    ControlPolicies NONE = new ControlPolicies() {
        @Override
        public Standing of(String account) {
            return Standing.ALONE;
        }

        @Override
        public boolean guarding() {
            return false;
        }
    };

    /**
     * Asked for every decision, so it must be quick; as long as nothing has changed, the answer should be the same object, for
     * what was compiled is kept as long as it is.
     */
    Standing of(String account);

    /**
     * Whether resources of any account are limited. While none are, which is mostly so, nobody looks for a resource's
     * account.
     */
    default boolean guarding() {
        return true;
    }

    /**
     * An account's place.
     *
     * @param organization o-…, or empty if the account is in none
     * @param path as {@code aws:PrincipalOrgPaths} has it, {@code o-…/r-…/ou-…/}; or empty
     * @param levels the service control policies at each level, from the root through the units to the account itself: each
     *     level must allow what an account's principals do. Empty if none limit the account, as where they are not enabled, and
     *     for an organization's management account
     * @param resources the resource control policies of all levels, without AWS's own. All others only deny, and that one
     *     allows everything, so that levels make no difference. Empty where none limit the account's resources
     */
    record Standing(String organization, String path, List<List<Policy>> levels, List<Policy> resources) {
        public static final Standing ALONE = new Standing("", "", List.of(), List.of());
    }

    /** @param arn by which a decision names it */
    record Policy(String arn, String document) {}
}
