package dev.remora.iam;

import dev.remora.iam.Authority.Side;
import dev.remora.iam.Permissions.Granted;
import dev.remora.iam.PolicyAuthorizer.Standpoint;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who may become which role. A role's trust document is a resource policy that must always allow the call ("IAM role trust
 * policies … must explicitly allow access for principals").
 */
final class Trust implements RoleAccess {
    static final String ASSUME_ROLE = "sts:AssumeRole";

    private final Permissions permissions;
    private final PolicyAuthorizer authorizer;
    private final Sessions sessions;
    private final InstantSource clock;

    Trust(Permissions permissions, PolicyAuthorizer authorizer, Sessions sessions, InstantSource clock) {
        this.permissions = permissions;
        this.authorizer = authorizer;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** A wildcard in a trust document is not enough for a service: it must be named. */
    @Override
    public boolean assumableBy(String roleArn, String service, String sourceArn) {
        Map<String, List<String>> context = sourceArn.isEmpty() ? Map.of() : Map.of("aws:SourceArn", List.of(sourceArn));
        return permissions.role(roleArn).filter(granted -> {
            var caller = new Principal.Service(granted.role().account(), service);
            Standpoint from = authorizer.standpoint(caller);
            Facts facts = facts(granted, from, context, false);
            return decide(granted, from, ASSUME_ROLE, facts).allowed()
                    && granted.trust().about(ASSUME_ROLE).all(roleArn, facts).stream()
                            .anyMatch(placed -> placed.statement().principals().orElseThrow().services().contains(service));
        }).isPresent();
    }

    @Override
    public Decision decide(String roleArn, String action, List<String> resources, Map<String, List<String>> context) {
        return permissions.role(roleArn)
                .map(granted -> authorizer.decide(session(granted.role()), action, resources, context))
                .orElseGet(() -> new Decision(false, resources.isEmpty() ? "*" : resources.getFirst(),
                        Authorizer.Reason.NO_IDENTITY_POLICY));
    }

    /** A session that a service of ours has with a role, which has no name. */
    private static Principal.RoleSession session(Role role) {
        return new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(), "", "");
    }

    @Override
    public SessionCredentials issue(String roleArn, String sessionName, String sourceFunctionArn, Duration life) {
        Role role = permissions.role(roleArn).map(Granted::role)
                .orElseThrow(() -> new AwsError("NoSuchEntity", 404, "The role with name "
                        + roleArn.substring(roleArn.lastIndexOf('/') + 1) + " cannot be found."));
        Instant now = clock.instant();
        SessionTerms terms = SessionTerms.plain(now.truncatedTo(ChronoUnit.SECONDS));
        return sessions.issue(new Principal.RoleSession(role.account(), role.arn(), role.name(), role.id(), sessionName,
                sourceFunctionArn, terms), now.plus(life));
    }

    /**
     * The role, if the caller may do all of this with it.
     *
     * @param actions AssumeRole and what else the request needs
     * @param proved whether the request itself proves a second factor
     * @throws AwsError AccessDenied, also where there is no such role
     */
    Role assume(String roleArn, Principal caller, List<String> actions, Map<String, List<String>> context, boolean proved) {
        Optional<Granted> granted = permissions.role(roleArn);
        Standpoint from = authorizer.standpoint(caller);
        Optional<Facts> facts = granted.map(role -> facts(role, from, context, proved));
        for (String action : actions) {
            Decision decision = granted
                    .map(role -> decide(role, from, action, facts.orElseThrow()))
                    .map(decided -> authorizer.enforced(caller, action, decided))
                    .orElse(new Decision(false, roleArn, Authorizer.Reason.NO_TRUST_POLICY));
            if (!decision.allowed()) {
                Authorizer.Reason reason = decision.reason();
                // Of what is missing nothing is said, so that nobody learns whether there is such a role.
                throw new AwsError("AccessDenied", 403, "User: " + caller.arn() + " is not authorized to perform: " + action
                        + " on resource: " + roleArn + (reason.denies() ? reason.because(action) : ""));
            }
        }
        return granted.orElseThrow().role();
    }

    private Facts facts(Granted granted, Standpoint from, Map<String, List<String>> context, boolean proved) {
        Facts facts = authorizer.facts(from, withTags(granted.role(), context));
        facts.about(granted.role().arn());
        if (proved) {
            facts.proveNow();
        }
        return facts;
    }

    private static Map<String, List<String>> withTags(Role role, Map<String, List<String>> context) {
        if (role.tags().isEmpty()) {
            return context;
        }
        Map<String, List<String>> both = new HashMap<>(context);
        both.putAll(Tags.owned(role.tags()));
        return both;
    }

    private Decision decide(Granted granted, Standpoint from, String action, Facts facts) {
        String arn = granted.identity().arn();
        PolicySet guard = authorizer.guard(from, arn, facts);
        return PolicyAuthorizer.decide(from, guard, action, arn, facts, Side.trust(granted.trust()));
    }
}
