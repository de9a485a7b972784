package dev.remora.iam;

import dev.remora.wire.Principal;
import java.util.List;

/**
 * The Principal (or NotPrincipal) element of a statement. (IAM User Guide, "AWS JSON policy elements: Principal" and
 * "NotPrincipal".)
 *
 * @param except whether it is NotPrincipal
 * @param aws account ids, ARNs, unique ids or {@code *}
 * @param services e.g. {@code lambda.amazonaws.com}
 */
record PrincipalElement(boolean except, List<String> aws, List<String> services) {
    private static final String ARN_OF_IAM = "arn:aws:iam::";
    private static final String ROOT = ":root";
    private static final int ARN_OF_ROOT = ARN_OF_IAM.length() + 12 + ROOT.length();

    /** How a statement names a caller, in rising order of what that gives within one account. */
    enum Naming {
        /** Not at all. */
        NOT,
        /** By its account, which leaves it to the account's own policies who may. */
        ACCOUNT,
        /** By the role or user that its session is of: no further permission is needed, but what limits the session does. */
        ROLE,
        /** By itself, or as everybody: nothing else is needed. */
        SELF
    }

    Naming names(Facts facts) {
        if (except) {
            return excepted(facts) ? Naming.NOT : Naming.SELF;
        }
        Principal caller = facts.caller();
        if (aws.contains("*")) {
            return Naming.SELF;
        }
        if (caller instanceof Principal.Service service) {
            return services.contains(service.name()) ? Naming.SELF : Naming.NOT;
        }
        if (aws.isEmpty()) {
            return Naming.NOT;
        }
        if (self(caller, facts)) {
            return Naming.SELF;
        }
        if (role(caller)) {
            return Naming.ROLE;
        }
        return account(caller) ? Naming.ACCOUNT : Naming.NOT;
    }

    /**
     * Whether NotPrincipal leaves the caller out: only if it lists the caller, its role and its account. Of one
     * that lists less AWS says that it may deny the caller nevertheless ("NotPrincipal"); here it always does. Whoever has a
     * permissions boundary is never left out, whatever it lists.
     */
    private boolean excepted(Facts facts) {
        if (facts.bounded()) {
            return false;
        }
        if (aws.contains("*")) {
            return true;
        }
        return switch (facts.caller()) {
            case Principal.Service service -> services.contains(service.name());
            case Principal.Root root -> account(root);
            case Principal.User user -> account(user) && self(user, facts);
            case Principal.RoleSession session -> account(session) && role(session) && self(session, facts);
            case Principal.FederatedUser federated -> account(federated) && self(federated, facts);
        };
    }

    private boolean self(Principal caller, Facts facts) {
        return switch (caller) {
            case Principal.User user -> aws.contains(facts.callerArn()) || aws.contains(user.id());
            case Principal.RoleSession session -> aws.contains(facts.callerArn());
            case Principal.FederatedUser federated -> aws.contains(facts.callerArn());
            case Principal.Root root -> false;
            case Principal.Service service -> false;
        };
    }

    private boolean role(Principal caller) {
        return switch (caller) {
            case Principal.RoleSession session -> aws.contains(session.roleArn()) || aws.contains(session.roleId());
            case Principal.FederatedUser federated -> federated.issuer() instanceof Principal.User user
                    && (aws.contains(user.arn()) || aws.contains(user.id()));
            case Principal.User user -> false;
            case Principal.Root root -> false;
            case Principal.Service service -> false;
        };
    }

    private boolean account(Principal caller) {
        String account = caller.account();
        for (int i = 0; i < aws.size(); i++) {
            String named = aws.get(i);
            if (named.equals(account)
                    || named.endsWith(ROOT) && named.length() == ARN_OF_ROOT && named.startsWith(account, ARN_OF_IAM.length())
                            && named.startsWith(ARN_OF_IAM)) {
                return true;
            }
        }
        return false;
    }
}
