package dev.remora.iam;

import dev.remora.iam.PolicySet.Placed;
import dev.remora.iam.PrincipalElement.Naming;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policies on a caller's side: what its account may at most, level by level from the organization's root to the account; what
 * the caller's identity is given; and what limits that. (IAM User Guide, "How AWS enforcement code logic evaluates requests to
 * allow or deny access".)
 *
 * <p>A denial in any policy, of the resource's side too, decides. Otherwise every level of the control policies must allow the
 * call. Within one account it is then enough that the resource's policy names the caller itself; where it names the role whose
 * session the caller is, or the user who federated, the boundary and the session's policies must allow the call as well; where it
 * names the account, or nobody, identity, boundary and session's policies must. From another account they must, whatever the
 * resource's policy says, and it must allow the call too.
 */
record Authority(List<PolicySet> control, PolicySet identity, PolicySet boundary, PolicySet session) {
    /** That of an account's root and of our own services, as far as no control policy limits it. */
    static final Authority UNLIMITED =
            new Authority(List.of(), PolicySet.UNLIMITED, PolicySet.UNLIMITED, PolicySet.UNLIMITED);

    static final Authority NONE = new Authority(List.of(), PolicySet.EMPTY, PolicySet.UNLIMITED, PolicySet.UNLIMITED);

    /**
     * The resource's side.
     *
     * @param policies the resource's own policy; {@link PolicySet#EMPTY} if it has none
     * @param required whether it must allow the call: for callers of another account, and always for a role's trust
     * @param within whether the caller is of the resource's account
     */
    record Side(PolicySet policies, boolean required, boolean within, Reason denial, Reason silence) {
        static final Side OWN = new Side(PolicySet.EMPTY, false, true, Reason.RESOURCE_DENY, Reason.NO_RESOURCE_POLICY);
        static final Side FOREIGN = new Side(PolicySet.EMPTY, true, false, Reason.RESOURCE_DENY, Reason.NO_RESOURCE_POLICY);

        static Side resource(PolicySet policies, boolean within) {
            return new Side(policies, !within, within, Reason.RESOURCE_DENY, Reason.NO_RESOURCE_POLICY);
        }

        static Side trust(PolicySet policies, boolean within) {
            return new Side(policies, true, within, Reason.TRUST_DENY, Reason.NO_TRUST_POLICY);
        }
    }

    Authority under(List<PolicySet> levels) {
        return levels.isEmpty() ? this : new Authority(levels, identity, boundary, session);
    }

    Authority limitedBy(PolicySet sessionPolicies) {
        return sessionPolicies == session ? this : new Authority(control, identity, boundary, sessionPolicies);
    }

    Decision decide(String action, String resource, Facts facts, Side side) {
        Decision denied = denial(action, resource, facts, side);
        if (denied != null) {
            return denied;
        }
        for (int level = 0; level < control.size(); level++) {
            if (control.get(level).silent(action, resource, facts)) {
                return new Decision(false, resource, Reason.NO_CONTROL_POLICY);
            }
        }
        Placed offered = side.policies() == PolicySet.EMPTY ? null : side.policies().bestGrant(action, resource, facts);
        Naming naming = offered == null ? Naming.NOT : offered.statement().naming(facts);
        if (offered != null && side.within() && naming == Naming.SELF) {
            return offered.allowed();
        }
        Placed own = null;
        boolean ownNeeded = !side.within() || naming != Naming.ROLE;
        if (ownNeeded && identity != PolicySet.UNLIMITED) {
            own = identity.grant(action, resource, facts);
            if (own == null) {
                return new Decision(false, resource, Reason.NO_IDENTITY_POLICY);
            }
        }
        if (boundary.silent(action, resource, facts)) {
            return new Decision(false, resource, Reason.NO_BOUNDARY);
        }
        if (session.silent(action, resource, facts)) {
            return new Decision(false, resource, Reason.NO_SESSION_POLICY);
        }
        if (side.required() && offered == null) {
            return new Decision(false, resource, side.silence());
        }
        return own != null ? own.allowed() : offered != null ? offered.allowed() : Decision.ALLOWED;
    }

    private @Nullable Decision denial(String action, String resource, Facts facts, Side side) {
        for (int level = 0; level < control.size(); level++) {
            Placed denial = control.get(level).denial(action, resource, facts);
            if (denial != null) {
                return denied(resource, Reason.CONTROL_DENY, denial);
            }
        }
        Placed denial = side.policies().denial(action, resource, facts);
        if (denial != null) {
            return denied(resource, side.denial(), denial);
        }
        denial = identity.denial(action, resource, facts);
        if (denial != null) {
            return denied(resource, Reason.EXPLICIT_DENY, denial);
        }
        denial = boundary.denial(action, resource, facts);
        if (denial != null) {
            return denied(resource, Reason.BOUNDARY_DENY, denial);
        }
        denial = session.denial(action, resource, facts);
        return denial == null ? null : denied(resource, Reason.SESSION_DENY, denial);
    }

    private static Decision denied(String resource, Reason reason, Placed statement) {
        return new Decision(false, resource, reason, statement.source());
    }
}
