package dev.remora.iam;

import dev.remora.iam.PolicySet.About;
import dev.remora.iam.PolicySet.Placed;
import dev.remora.iam.PrincipalElement.Naming;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.util.List;

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
     * @param required whether it must allow the calls of its own account, too, as a role's trust must
     */
    record Side(PolicySet policies, boolean required, Reason denial, Reason silence) {
        /** That of a resource without a policy. */
        static final Side SILENT = resource(PolicySet.EMPTY);

        static Side resource(PolicySet policies) {
            return new Side(policies, false, Reason.RESOURCE_DENY, Reason.NO_RESOURCE_POLICY);
        }

        static Side trust(PolicySet policies) {
            return new Side(policies, true, Reason.TRUST_DENY, Reason.NO_TRUST_POLICY);
        }
    }

    /** Whether a permissions boundary limits it. */
    boolean bounded() {
        return boundary != PolicySet.UNLIMITED;
    }

    Authority under(List<PolicySet> levels) {
        return levels.isEmpty() ? this : new Authority(levels, identity, boundary, session);
    }

    Authority limitedBy(PolicySet sessionPolicies) {
        return sessionPolicies == session ? this : new Authority(control, identity, boundary, sessionPolicies);
    }

    Decision decide(String action, String resource, Facts facts, Side side) {
        for (int level = 0; level < control.size(); level++) {
            Placed denial = control.get(level).about(action).denial(resource, facts);
            if (denial != null) {
                return denied(resource, Reason.CONTROL_DENY, denial);
            }
        }
        About ofResource = side.policies().about(action);
        Placed denial = ofResource.denial(resource, facts);
        if (denial != null) {
            return denied(resource, side.denial(), denial);
        }
        About ofIdentity = identity.about(action);
        denial = ofIdentity.denial(resource, facts);
        if (denial != null) {
            return denied(resource, Reason.EXPLICIT_DENY, denial);
        }
        About ofBoundary = boundary.about(action);
        denial = ofBoundary.denial(resource, facts);
        if (denial != null) {
            return denied(resource, Reason.BOUNDARY_DENY, denial);
        }
        About ofSession = session.about(action);
        denial = ofSession.denial(resource, facts);
        if (denial != null) {
            return denied(resource, Reason.SESSION_DENY, denial);
        }
        for (int level = 0; level < control.size(); level++) {
            if (control.get(level).about(action).silent(resource, facts)) {
                return new Decision(false, resource, Reason.NO_CONTROL_POLICY);
            }
        }
        Placed offered = ofResource.bestGrant(resource, facts);
        Naming naming = offered == null ? Naming.NOT : offered.statement().naming(facts);
        if (offered != null && naming == Naming.SELF && facts.within()) {
            return offered.allowed();
        }
        Placed own = null;
        if (naming != Naming.ROLE || !facts.within()) {
            own = ofIdentity.grant(resource, facts);
            if (own == null && ofIdentity.limits()) {
                return new Decision(false, resource, Reason.NO_IDENTITY_POLICY);
            }
        }
        if (ofBoundary.silent(resource, facts)) {
            return new Decision(false, resource, Reason.NO_BOUNDARY);
        }
        if (ofSession.silent(resource, facts)) {
            return new Decision(false, resource, Reason.NO_SESSION_POLICY);
        }
        if (offered == null && (side.required() || !facts.within())) {
            return new Decision(false, resource, side.silence());
        }
        return own != null ? own.allowed() : offered != null ? offered.allowed() : Decision.ALLOWED;
    }

    static Decision denied(String resource, Reason reason, Placed statement) {
        return new Decision(false, resource, reason, statement.source());
    }
}
