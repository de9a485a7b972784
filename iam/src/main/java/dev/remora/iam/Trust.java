package dev.remora.iam;

import dev.remora.iam.PrincipalElement.Naming;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.AwsError;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Who may become which role. */
final class Trust implements RoleAccess {
    static final String ASSUME_ROLE = "sts:AssumeRole";

    private final Permissions permissions;
    private final RoleAuthorizer authorizer;
    private final Sessions sessions;
    private final InstantSource clock;

    Trust(Permissions permissions, RoleAuthorizer authorizer, Sessions sessions, InstantSource clock) {
        this.permissions = permissions;
        this.authorizer = authorizer;
        this.sessions = sessions;
        this.clock = clock;
    }

    @Override
    public boolean assumableBy(String roleArn, String service) {
        return permissions.of(roleArn).filter(granted -> {
            var caller = new Principal.Service(granted.role().account(), service);
            Facts facts = authorizer.facts(caller, Map.of("aws:SourceAccount", List.of(caller.account())));
            return naming(granted.trust(), caller, ASSUME_ROLE, facts) != Naming.NOT;
        }).isPresent();
    }

    @Override
    public Decision decide(String roleArn, String action, List<String> resources, Map<String, List<String>> context) {
        return permissions.of(roleArn)
                .map(granted -> granted.authority().decide(action, resources, new Facts(() -> context)))
                .orElseGet(() -> new Decision(false, resources.isEmpty() ? "*" : resources.getFirst(),
                        Authorizer.Reason.NO_IDENTITY_POLICY));
    }

    @Override
    public SessionCredentials issue(String roleArn, String sessionName, String sourceFunctionArn, Duration life) {
        Role role = permissions.of(roleArn).map(Permissions.Granted::role)
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
     * @throws AwsError AccessDenied, also where there is no such role
     */
    Role assume(String roleArn, Principal caller, List<String> actions, Map<String, List<String>> context) {
        Optional<Role> role = Optional.empty();
        for (String action : actions) {
            role = assumable(roleArn, caller, action, context);
            if (role.isEmpty()) {
                throw new AwsError("AccessDenied", 403,
                        "User: " + caller.arn() + " is not authorized to perform: " + action + " on resource: " + roleArn);
            }
        }
        return role.orElseThrow();
    }

    /**
     * The role, if the caller may assume it. Within one account it is enough that the trust document names the caller itself;
     * where it names the account, and always from another account, the caller's own policies must allow it too. Their explicit
     * denial always counts.
     */
    private Optional<Role> assumable(String roleArn, Principal caller, String action, Map<String, List<String>> context) {
        return permissions.of(roleArn).filter(granted -> {
            Facts facts = authorizer.facts(caller, context);
            Naming naming = naming(granted.trust(), caller, action, facts);
            if (naming == Naming.NOT) {
                return false;
            }
            Decision own = own(caller, action, roleArn, facts);
            boolean within = caller.account().equals(granted.role().account());
            return own.allowed() || within && naming == Naming.DIRECT && own.reason() != Authorizer.Reason.EXPLICIT_DENY;
        }).map(Permissions.Granted::role);
    }

    private Decision own(Principal caller, String action, String roleArn, Facts facts) {
        return switch (caller) {
            case Principal.Root root -> Decision.ALLOWED;
            case Principal.Service service -> Decision.ALLOWED;
            case Principal.User user -> new Decision(false, roleArn, Authorizer.Reason.NO_IDENTITY_POLICY);
            case Principal.FederatedUser user -> new Decision(false, roleArn, Authorizer.Reason.NO_IDENTITY_POLICY);
            case Principal.RoleSession session -> permissions.of(session.roleArn())
                    .map(granted -> granted.authority().decide(action, List.of(roleArn), facts))
                    .orElseGet(() -> new Decision(false, roleArn, Authorizer.Reason.NO_IDENTITY_POLICY));
        };
    }

    private static Naming naming(PolicyDocument trust, Principal caller, String action, Facts facts) {
        String lowerAction = action.toLowerCase(Locale.ROOT);
        Naming best = Naming.NOT;
        for (Statement statement : trust.statements()) {
            Naming naming = statement.principals().map(element -> element.names(caller)).orElse(Naming.NOT);
            if (naming == Naming.NOT || !statement.coversAction(lowerAction) || !statement.conditionsHold(facts)) {
                continue;
            }
            if (!statement.allows()) {
                return Naming.NOT;
            }
            best = naming.compareTo(best) > 0 ? naming : best;
        }
        return best;
    }
}
