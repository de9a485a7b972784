package dev.remora.iam;

import dev.remora.wire.Authorizer;
import dev.remora.wire.Principal;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides calls: an account's root may do everything in its account, a role's session what the role's policies allow, a service
 * of ours what it does for an account. Nobody reaches into another account, for which a policy of the resource would be needed.
 */
final class RoleAuthorizer implements Authorizer {
    private static final List<String> ANY_RESOURCE = List.of("*");
    /** Colons before an ARN's account. */
    private static final int ARN_ACCOUNT = 4;

    private static final int ACCOUNT_DIGITS = 12;

    private final Permissions permissions;
    private final InstantSource clock;

    RoleAuthorizer(Permissions permissions, InstantSource clock) {
        this.permissions = permissions;
        this.clock = clock;
    }

    @Override
    public Decision decide(Principal principal, String action, List<String> resources, Map<String, List<String>> context) {
        List<String> touched = resources.isEmpty() ? ANY_RESOURCE : resources;
        return switch (principal) {
            case Principal.Service service -> Decision.ALLOWED;
            case Principal.Root root -> foreign(root.account(), touched).orElse(Decision.ALLOWED);
            case Principal.User user -> new Decision(false, touched.getFirst(), Reason.NO_IDENTITY_POLICY);
            case Principal.FederatedUser user -> new Decision(false, touched.getFirst(), Reason.NO_IDENTITY_POLICY);
            case Principal.RoleSession session -> foreign(session.account(), touched)
                    .orElseGet(() -> ofSession(session, action, touched, context));
        };
    }

    private Decision ofSession(
            Principal.RoleSession session, String action, List<String> resources, Map<String, List<String>> context) {
        return permissions.of(session.roleArn())
                .filter(granted -> granted.role().id().equals(session.roleId()))
                .map(granted -> granted.authority().decide(action, resources, facts(session, context)))
                .orElseGet(() -> new Decision(false, resources.getFirst(), Reason.NO_IDENTITY_POLICY));
    }

    /** The denial of the first resource that another account owns. */
    private static Optional<Decision> foreign(String account, List<String> resources) {
        for (String resource : resources) {
            if (namesOtherAccount(resource, account)) {
                return Optional.of(new Decision(false, resource, Reason.NO_IDENTITY_POLICY));
            }
        }
        return Optional.empty();
    }

    /** Whether the account in an ARN is one of twelve digits and not this one. What has none (S3, a wildcard) is nobody's. */
    private static boolean namesOtherAccount(String resource, String account) {
        if (!resource.startsWith("arn:")) {
            return false;
        }
        int from = -1;
        for (int colon = 0; colon < ARN_ACCOUNT; colon++) {
            from = resource.indexOf(':', from + 1);
            if (from < 0) {
                return false;
            }
        }
        int to = from + 1;
        while (to < resource.length() && Character.isDigit(resource.charAt(to))) {
            to++;
        }
        return to - from - 1 == ACCOUNT_DIGITS && to < resource.length() && resource.charAt(to) == ':'
                && !resource.startsWith(account, from + 1);
    }

    /** The request's keys with those that the caller and the clock give; a request cannot claim to be someone else. */
    Facts facts(Principal principal, Map<String, List<String>> context) {
        return new Facts(() -> keys(principal, context));
    }

    private Map<String, List<String>> keys(Principal principal, Map<String, List<String>> context) {
        var keys = new HashMap<String, List<String>>(context);
        var now = clock.instant();
        keys.putIfAbsent("aws:CurrentTime", List.of(now.toString()));
        keys.putIfAbsent("aws:EpochTime", List.of(Long.toString(now.getEpochSecond())));
        keys.put("aws:PrincipalAccount", List.of(principal.account()));
        keys.put("aws:userid", List.of(principal.userId()));
        switch (principal) {
            case Principal.Root root -> {
                keys.put("aws:PrincipalArn", List.of(root.arn()));
                keys.put("aws:PrincipalType", List.of("Account"));
            }
            case Principal.RoleSession session -> {
                // "For requests made using an IAM role, the request context returns the ARN of the role."
                keys.put("aws:PrincipalArn", List.of(session.roleArn()));
                keys.put("aws:PrincipalType", List.of("AssumedRole"));
                if (!session.sourceFunctionArn().isEmpty()) {
                    keys.put("lambda:SourceFunctionArn", List.of(session.sourceFunctionArn()));
                }
                permissions.of(session.roleArn()).ifPresent(granted -> granted.role().tags()
                        .forEach((key, value) -> keys.put("aws:PrincipalTag/" + key, List.of(value))));
            }
            case Principal.User user -> {
                keys.put("aws:PrincipalArn", List.of(user.arn()));
                keys.put("aws:PrincipalType", List.of("User"));
                keys.put("aws:username", List.of(user.name()));
            }
            case Principal.FederatedUser user -> {
                keys.put("aws:PrincipalArn", List.of(user.arn()));
                keys.put("aws:PrincipalType", List.of("FederatedUser"));
            }
            case Principal.Service service -> keys.put("aws:PrincipalServiceName", List.of(service.name()));
        }
        return keys;
    }
}
