package dev.remora.iam;

import dev.remora.iam.Authority.Side;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.iam.Permissions.Granted;
import dev.remora.iam.PolicySet.Placed;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Principal;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides every call of every kind of caller by all policies that bear on it; {@link Authority} says how they count together. An
 * account's root may do everything in its account that its organization's control policies let it, a service of ours what it
 * does for an account. Before all others the resource control policies of the resource's account are asked, whoever calls.
 */
final class PolicyAuthorizer implements Authorizer {
    private static final List<String> ANY_RESOURCE = List.of("*");

    private final Permissions permissions;
    private final ResourcePolicies resources;
    private final InstantSource clock;
    private final Enforcement enforcement;
    private volatile ControlPolicies control = ControlPolicies.NONE;

    PolicyAuthorizer(Permissions permissions, ResourcePolicies resources, InstantSource clock, Enforcement enforcement) {
        this.permissions = permissions;
        this.resources = resources;
        this.clock = clock;
        this.enforcement = enforcement;
    }

    void control(ControlPolicies policies) {
        this.control = policies;
    }

    /**
     * Who calls and what it may do.
     *
     * @param tags of its identity
     * @param standing its account's, which is mostly the resource's, too
     */
    record Standpoint(Principal caller, Map<String, String> tags, Authority authority, Standing standing) {}

    @Override
    public Decision decide(Principal principal, String action, List<String> arns, Map<String, List<String>> context) {
        List<String> touched = arns.isEmpty() ? ANY_RESOURCE : arns;
        Standpoint from = standpoint(principal);
        Facts facts = facts(from, context);
        Decision decision = Decision.ALLOWED;
        for (int i = 0; i < touched.size(); i++) {
            Decision next = enforced(principal, action, decide(from, action, touched.get(i), facts));
            if (!next.allowed()) {
                return next;
            }
            decision = decision.reason() == Reason.ALLOWED ? next : decision;
        }
        return decision;
    }

    /** A decision as it counts: where denials are only warned of, it is one that lets the call pass. */
    Decision enforced(Principal caller, String action, Decision decision) {
        return enforcement.of(caller, action, decision);
    }

    private Decision decide(Standpoint from, String action, String arn, Facts facts) {
        Optional<ResourcePolicies.Resource> found = about(action, arn, facts);
        Side side = found.isPresent() ? Side.resource(resources.compiled(arn, found.get())) : Side.SILENT;
        // Mostly nobody's resources are limited; then whose this one is need not be known.
        return control.guarding()
                ? decide(from, guard(from, arn, facts), action, arn, facts, side)
                : from.authority().decide(action, arn, facts, side);
    }

    /** @param guard the resource control policies that bear on the call */
    static Decision decide(Standpoint from, PolicySet guard, String action, String arn, Facts facts, Side side) {
        Placed denial = guard.about(action).denial(arn, facts);
        return denial == null
                ? from.authority().decide(action, arn, facts, side)
                : Authority.denied(arn, Reason.RESOURCE_CONTROL_DENY, denial);
    }

    /**
     * The resource control policies that bear on a call, which only deny. What belongs to no account, as where an action is about
     * no resource, counts as the caller's.
     */
    PolicySet guard(Standpoint from, String arn, Facts facts) {
        return facts.within()
                ? permissions.guard(from.caller().account(), from.standing(), from.caller(), arn)
                : permissions.guard(facts.owner(), facts.ownerStanding(), from.caller(), arn);
    }

    /** Says which resource an action is about, and gives it if its service keeps policies of such. */
    Optional<ResourcePolicies.Resource> about(String action, String arn, Facts facts) {
        facts.about(arn);
        Optional<ResourcePolicies.Resource> found = resources.find(facts.caller(), action, arn);
        if (found.isPresent()) {
            facts.ownedBy(found.get().owner());
        }
        return found;
    }

    Standpoint standpoint(Principal caller) {
        return switch (caller) {
            case Principal.Service service ->
                new Standpoint(caller, Map.of(), Authority.UNLIMITED, control.of(caller.account()));
            case Principal.Root root -> standpoint(caller, Map.of(), Authority.UNLIMITED);
            case Principal.User user -> standpoint(caller, permissions.user(user));
            case Principal.RoleSession session -> standpoint(caller, permissions.role(session));
            case Principal.FederatedUser federated -> {
                Standpoint issuer = standpoint(federated.issuer());
                // Without a policy of its own such a session may do nothing ("GetFederationToken").
                PolicySet limit = federated.terms().limited() ? permissions.session(federated.terms()) : PolicySet.EMPTY;
                yield new Standpoint(caller, issuer.tags(), issuer.authority().limitedBy(limit), issuer.standing());
            }
        };
    }

    private Standpoint standpoint(Principal caller, Optional<Granted> granted) {
        if (granted.isEmpty()) {
            return new Standpoint(caller, Map.of(), Authority.NONE, control.of(caller.account()));
        }
        Authority authority = granted.get().authority().limitedBy(permissions.session(caller.terms()));
        return standpoint(caller, granted.get().identity().tags(), authority);
    }

    /** That of a caller who is under its account's control policies, level by level, unless none limit it. */
    Standpoint standpoint(Principal caller, Map<String, String> tags, Authority authority) {
        Standing standing = control.of(caller.account());
        return new Standpoint(caller, tags, authority.under(permissions.control(caller, standing)), standing);
    }

    Facts facts(Standpoint from, Map<String, List<String>> context) {
        return new Facts(from.caller(), from.tags(), control, context, clock, from.authority().bounded());
    }

    Facts facts(Principal caller, Map<String, List<String>> context) {
        return facts(standpoint(caller), context);
    }

    @Override
    public Map<String, List<String>> keys(Principal principal, Map<String, List<String>> context) {
        return facts(principal, context).all();
    }
}
